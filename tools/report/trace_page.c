/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of a trace: what needs no script is written here, the rest is page places that trace.js
 * fills. */
#include "trace_page.h"
#include "page.h"
#include <stdlib.h>

static void text_bytes(struct text *page, uint64_t bytes)
{
    static const char *const units[] = {"bytes", "KiB", "MiB", "GiB", "TiB"};
    double value = (double)bytes;
    size_t unit = 0;

    while (value >= 1024 && unit + 1 < sizeof(units) / sizeof(*units)) {
        value /= 1024;
        unit++;
    }
    text_say(page, unit ? "%.1f %s" : "%.0f %s", value, units[unit]);
}

static void cell_time(struct text *page, int64_t us)
{
    text_say(page, "<td class=\"number\">%lld.%06lld</td>", (long long)(us / 1000000),
             (long long)(us % 1000000));
}

static void add_processes(struct text *page, const struct trace *trace)
{
    text_say(page, "<ul id=\"processes\">\n");
    for (size_t i = 0; i < trace->process_count; i++) {
        const struct process_trace *process = &trace->processes[i];

        text_say(page, "<li><b>");
        text_html(page, process->header.program);
        text_say(page, "</b>, process ");
        text_html(page, process->header.pid);
        text_say(page, ", traced from ");
        text_html(page, process->header.start_text);
        text_say(page, ": %u calls (", process->calls);
        text_html(page, span_of(process->path));
        text_say(page, "%s)</li>\n",
                 process->cut_off ? "; <strong>its last line is cut off</strong>" : "");
    }
    text_say(page, "</ul>\n");
}

static void add_summary(struct text *page, const struct trace *trace)
{
    uint64_t in = 0, out = 0;
    size_t errors = 0;

    for (size_t i = 0; i < trace->socket_count; i++) {
        in += trace->sockets[i].bytes_in;
        out += trace->sockets[i].bytes_out;
    }
    for (size_t i = 0; i < trace->call_count; i++)
        errors += trace->calls[i].failed == 1;
    text_say(
        page,
        "<p id=\"summary\" data-calls=\"%zu\" data-sockets=\"%zu\" data-errors=\"%zu\" "
        "data-in=\"%llu\" data-out=\"%llu\">%zu calls on %zu sockets within %lld.%06lld seconds, "
        "%zu of them failed; ",
        trace->call_count, trace->socket_count, errors, (unsigned long long)in,
        (unsigned long long)out, trace->call_count, trace->socket_count,
        (long long)((trace->last_us - trace->first_us) / 1000000),
        (long long)((trace->last_us - trace->first_us) % 1000000), errors);
    text_bytes(page, in);
    text_say(page, " received, ");
    text_bytes(page, out);
    text_say(page, " sent.</p>\n");
}

static const struct trace *sorted_trace;

static int by_error_count(const void *left, const void *right)
{
    const struct error_group *a = &sorted_trace->errors[*(const size_t *)left];
    const struct error_group *b = &sorted_trace->errors[*(const size_t *)right];

    if (a->count != b->count)
        return a->count > b->count ? -1 : 1;
    return a->first_call < b->first_call ? -1 : 1;
}

static void add_error(struct text *page, const struct trace *trace, const struct error_group *error)
{
    const struct call_record *first = &trace->calls[error->first_call];

    text_say(page, "<tr>");
    cell_data(page, error->function);
    text_say(page, "<td><code>");
    text_html(page, error->code);
    text_say(page, "</code> (%llu)</td>", (unsigned long long)error->number);
    cell_data(page, error->host);
    cell_number(page, error->count);
    cell_time(page, first->start_us - trace->first_us);
    text_say(page,
             "<td><button type=\"button\" class=\"link\" data-socket=\"%lld\" "
             "data-process=\"%u\" data-line=\"%u\">",
             (long long)first->socket, first->process, first->line);
    text_html(page, first->said);
    text_say(page, "</button></td></tr>\n");
}

static void add_errors(struct text *page, const struct trace *trace)
{
    static const char columns[] = "Function|Code|Linux|#Times|#First, s|First call";
    size_t count = trace->error_names.count, shown[2] = {0, 0};
    size_t *order = more_memory(NULL, count + 1, sizeof(*order));

    for (size_t i = 0; i < count; i++) {
        order[i] = i;
        shown[trace->errors[i].expected]++;
    }
    sorted_trace = trace;
    qsort(order, count, sizeof(*order), by_error_count);
    text_say(page, "<section aria-labelledby=\"h-errors\"><h2 id=\"h-errors\">Errors</h2>\n");
    for (int expected = 0; expected < 2; expected++) {
        if (!shown[expected]) {
            text_say(page, expected
                               ? ""
                               : "<p id=\"no-errors\">No call failed in an unexpected way.</p>\n");
            continue;
        }
        if (expected)
            text_say(page, "<details><summary>Expected ones, such as WSAEWOULDBLOCK</summary>\n");
        table_begin(page, expected ? "expected" : "errors",
                    expected ? "Answers that a program waits with, not failures"
                             : "Failed calls by function and code, the most frequent first",
                    columns);
        for (size_t i = 0; i < count; i++)
            if (trace->errors[order[i]].expected == (expected != 0))
                add_error(page, trace, &trace->errors[order[i]]);
        table_end(page);
        if (expected)
            text_say(page, "</details>\n");
    }
    text_say(page, "</section>\n");
    free(order);
}

static int by_total(const void *left, const void *right)
{
    const struct function_sum *a = &sorted_trace->functions[*(const size_t *)left];
    const struct function_sum *b = &sorted_trace->functions[*(const size_t *)right];

    if (a->total_us != b->total_us)
        return a->total_us > b->total_us ? -1 : 1;
    return a < b ? -1 : 1;
}

static void add_functions(struct text *page, const struct trace *trace)
{
    size_t count = trace->function_names.count;
    size_t *order = more_memory(NULL, count + 1, sizeof(*order));

    for (size_t i = 0; i < count; i++)
        order[i] = i;
    sorted_trace = trace;
    qsort(order, count, sizeof(*order), by_total);
    text_say(page,
             "<section aria-labelledby=\"h-functions\"><h2 id=\"h-functions\">Functions</h2>\n");
    table_begin(page, "functions",
                "Calls by function, most time first; half took no longer than p50, 99 of 100 "
                "no longer than p99",
                "Function|#Calls|#Errors|#Expected|#p50, s|#p99, s|#Together, s");
    for (size_t i = 0; i < count; i++) {
        const struct function_sum *function = &trace->functions[order[i]];

        text_say(page, "<tr>");
        cell_data(page, function->name);
        cell_number(page, function->calls);
        cell_number(page, function->errors);
        cell_number(page, function->expected);
        cell_time(page, function->p50_us);
        cell_time(page, function->p99_us);
        cell_time(page, function->total_us);
        text_say(page, "</tr>\n");
    }
    table_end(page);
    text_say(page, "</section>\n");
    free(order);
}

/* What trace.js fills. */
static const char time_line[] =
    "<section aria-labelledby=\"h-sockets\"><h2 id=\"h-sockets\">Sockets over time</h2>\n"
    "<noscript><p><strong>The time line, the throughput and the list of calls need "
    "scripts.</strong></p></noscript>\n"
    "<p class=\"legend\"><span class=\"open\">open</span> <span class=\"bound\">bound</span> "
    "<span class=\"listening\">listening</span> <span class=\"connected\">connected</span> "
    "<span class=\"shut\">shut down</span>; a dashed end: not closed in the trace; "
    "&#9662; received, &#9652; sent. Choose a socket for its calls.</p>\n"
    "<form class=\"tools\"><label>Find <input id=\"socket-find\" type=\"search\" "
    "placeholder=\"address, handle, program\"></label>\n"
    "<label>Order <select id=\"socket-order\"><option value=\"time\">time</option>"
    "<option value=\"bytes\">bytes</option><option "
    "value=\"errors\">errors</option></select></label>\n"
    "<label><input id=\"socket-failed\" type=\"checkbox\"> with errors only</label></form>\n"
    "<div id=\"axis\" aria-hidden=\"true\"></div><ol id=\"sockets\"></ol>\n"
    "<p class=\"pager\" id=\"socket-pager\"></p></section>\n";
static const char throughput[] =
    "<section aria-labelledby=\"h-throughput\"><h2 id=\"h-throughput\">Throughput</h2>\n"
    "<p>Bytes a second, received above the line and sent below it; the connections that moved most "
    "first. "
    "<span id=\"unknown-bytes\"></span></p>\n"
    "<div id=\"throughput\"></div><p class=\"pager\" id=\"throughput-pager\"></p></section>\n";
static const char call_list[] =
    "<section aria-labelledby=\"h-calls\"><h2 id=\"h-calls\" tabindex=\"-1\">Calls</h2>\n"
    "<p id=\"chosen\" aria-live=\"polite\"></p>\n"
    "<form class=\"tools\"><label>Find <input id=\"call-find\" type=\"search\" "
    "placeholder=\"function, argument, code\"></label>\n"
    "<label><input id=\"call-failed\" type=\"checkbox\"> failed only</label>\n"
    "<button type=\"button\" id=\"call-all\">All sockets</button></form>\n"
    "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"Calls\"><table "
    "id=\"calls\"><thead><tr>"
    "<th scope=\"col\" class=\"number\">Line</th><th scope=\"col\" class=\"number\">Start, s</th>"
    "<th scope=\"col\" class=\"number\">Took, s</th><th scope=\"col\">Thread</th>"
    "<th scope=\"col\">Call</th></tr></thead><tbody></tbody></table></div>\n"
    "<p class=\"pager\" id=\"call-pager\"></p></section>\n";

void trace_page(struct text *page, const struct trace *trace, size_t most)
{
    struct text title = {.bytes = NULL}, data = {.bytes = NULL};

    text_say(&title, "Winsock trace of ");
    for (size_t i = 0; i < trace->process_count && i < 3; i++) {
        text_add(&title, ", ", i ? 2 : 0);
        text_add(&title, trace->processes[i].header.program.at,
                 trace->processes[i].header.program.length);
    }
    if (trace->process_count > 3)
        text_say(&title, " and %zu more", trace->process_count - 3);
    page_begin(page, (struct span){title.bytes, title.length});
    add_processes(page, trace);
    add_summary(page, trace);
    add_errors(page, trace);
    text_say(page, "%s%s", time_line, throughput);
    add_functions(page, trace);
    text_say(page, "%s", call_list);
    trace_data(&data, trace, most);
    page_end(page, (struct span){data.bytes, data.length}, trace_js);
    free(title.bytes);
    free(data.bytes);
}
