/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the lines of traces come to: functions, errors, and the moments of the calls. */
#include "trace.h"
#include <stdlib.h>
#include <string.h>

static const int64_t day_us = 24LL * 60 * 60 * 1000000;

/* Not done yet, no more of them, nothing there: answers, not failures. */
static const char *const expected_codes[] = {
    "WSAEALREADY",   "WSAEINPROGRESS",    "WSAEWOULDBLOCK", "WSAENOMORE",
    "WSA_E_NO_MORE", "WSA_IO_INCOMPLETE", "WSA_IO_PENDING", "WSA_WAIT_TIMEOUT",
};

bool is_expected(struct span code)
{
    for (size_t i = 0; i < sizeof(expected_codes) / sizeof(*expected_codes); i++)
        if (span_is(code, expected_codes[i]))
            return true;
    return false;
}

struct span trace_key(struct trace *trace, struct span first, struct span second)
{
    struct text key = {.bytes = NULL};

    text_add(&key, first.at, first.length);
    text_add(&key, " ", 1);
    text_add(&key, second.at, second.length);
    trace->kept =
        room_for_one(trace->kept, trace->kept_count, &trace->kept_room, sizeof(*trace->kept));
    trace->kept[trace->kept_count++] = key.bytes;
    return (struct span){key.bytes, key.length};
}

/* The last key again: its name had a number already. */
static void drop_key(struct trace *trace)
{
    free(trace->kept[--trace->kept_count]);
}

static uint32_t function_number(struct trace *trace, struct span name)
{
    size_t known = trace->function_names.count;
    int64_t number = name_number(&trace->function_names, name);

    trace->functions = room_for_one(trace->functions, (size_t)number, &trace->function_room,
                                    sizeof(*trace->functions));
    if ((size_t)number == known)
        trace->functions[number] = (struct function_sum){.name = name};
    return (uint32_t)number;
}

static uint32_t error_number(struct trace *trace, const struct trace_call *call, bool expected)
{
    size_t known = trace->error_names.count;
    int64_t number = name_number(&trace->error_names, trace_key(trace, call->function, call->code));

    trace->errors =
        room_for_one(trace->errors, (size_t)number, &trace->error_room, sizeof(*trace->errors));
    if ((size_t)number == known)
        trace->errors[number] = (struct error_group){.function = call->function,
                                                     .code = call->code,
                                                     .host = call->host,
                                                     .number = call->number,
                                                     .first_call = (uint32_t)trace->call_count,
                                                     .expected = expected};
    else
        drop_key(trace);
    return (uint32_t)number;
}

static void count_error(struct trace *trace, struct call_record *record,
                        const struct trace_call *call)
{
    struct function_sum *function = &trace->functions[record->function];
    bool expected = is_expected(call->code);

    record->error = error_number(trace, call, expected);
    record->failed = expected ? 2 : 1;
    trace->errors[record->error].count++;
    if (expected)
        function->expected++;
    else
        function->errors++;
    if (record->socket != NO_SOCKET && !expected)
        trace->sockets[record->socket].errors++;
}

/* Lines have the time of day only.  They stand in the order in which their calls ended, so that the
 * day is the one that puts the end nearest to the end of the line before. */
static int64_t moment(int64_t midnight_us, int64_t clock_us, int64_t took_us, int64_t last_end_us)
{
    int64_t end = midnight_us + clock_us + took_us, off = last_end_us - end;
    int64_t days = (off + (off < 0 ? -day_us / 2 : day_us / 2)) / day_us;

    return midnight_us + clock_us + days * day_us;
}

static void add_call(struct trace *trace, struct process_trace *process,
                     const struct trace_call *call, uint32_t line, int64_t start_us)
{
    struct call_record *record;
    int64_t end = start_us + call->took_us;

    trace->calls =
        room_for_one(trace->calls, trace->call_count, &trace->call_room, sizeof(*trace->calls));
    record = &trace->calls[trace->call_count];
    *record = (struct call_record){.start_us = start_us,
                                   .took_us = call->took_us,
                                   .thread = call->thread,
                                   .said = call->said,
                                   .line = line,
                                   .process = (uint32_t)(process - trace->processes),
                                   .socket = NO_SOCKET,
                                   .function = function_number(trace, call->function)};
    if (trace->call_count == 0 || start_us < trace->first_us)
        trace->first_us = start_us;
    if (trace->call_count == 0 || end > trace->last_us)
        trace->last_us = end;
    trace->functions[record->function].calls++;
    trace->functions[record->function].total_us += call->took_us;
    trace_socket(trace, process, call, record);
    if (call->code.length)
        count_error(trace, record, call);
    trace->call_count++;
    process->calls++;
}

static bool read_lines(struct trace *trace, struct process_trace *process, struct span text,
                       struct trace_fault *fault)
{
    int64_t midnight = process->header.start_us / day_us * day_us;
    int64_t last_end = process->header.start_us;

    while (text.length > 0) {
        bool whole = memchr(text.at, '\n', text.length) != NULL;
        struct span line = span_until(&text, '\n');
        struct trace_call call;
        int64_t start;

        fault->line++;
        if (line.length == 0 || *line.at == '#')
            continue;
        fault->why = parse_call(line, &call);
        if (fault->why && !whole) {
            process->cut_off = true;
            return true;
        }
        if (fault->why)
            return false;
        start = moment(midnight, call.clock_us, call.took_us, last_end);
        last_end = start + call.took_us;
        add_call(trace, process, &call, (uint32_t)fault->line, start);
    }
    return true;
}

bool trace_read(struct trace *trace, const char *path, struct span text, struct trace_fault *fault)
{
    struct process_trace *process;
    struct span line = span_until(&text, '\n');

    trace->processes = room_for_one(trace->processes, trace->process_count, &trace->process_room,
                                    sizeof(*trace->processes));
    process = &trace->processes[trace->process_count];
    *process = (struct process_trace){.path = path};
    *fault = (struct trace_fault){.line = 1};
    if (line.length && line.at[line.length - 1] == '\r')
        line.length--;
    fault->why = parse_header(line, &process->header);
    if (fault->why)
        return false;
    trace->process_count++;
    return read_lines(trace, process, text, fault);
}

static const struct call_record *sorted_calls;

static int by_function_and_time(const void *left, const void *right)
{
    const struct call_record *a = &sorted_calls[*(const uint32_t *)left];
    const struct call_record *b = &sorted_calls[*(const uint32_t *)right];

    if (a->function != b->function)
        return a->function < b->function ? -1 : 1;
    return a->took_us < b->took_us ? -1 : a->took_us > b->took_us;
}

/* The smallest time that is not below `percent` of the calls (nearest rank). */
static size_t rank(size_t count, unsigned percent)
{
    return (count * percent + 99) / 100 - 1;
}

void trace_sum(struct trace *trace)
{
    uint32_t *order = more_memory(NULL, trace->call_count + 1, sizeof(*order));

    for (size_t i = 0; i < trace->call_count; i++)
        order[i] = (uint32_t)i;
    sorted_calls = trace->calls;
    qsort(order, trace->call_count, sizeof(*order), by_function_and_time);
    for (size_t i = 0; i < trace->call_count;) {
        struct function_sum *function = &trace->functions[trace->calls[order[i]].function];

        function->p50_us = trace->calls[order[i + rank(function->calls, 50)]].took_us;
        function->p99_us = trace->calls[order[i + rank(function->calls, 99)]].took_us;
        i += function->calls;
    }
    free(order);
    /* A value that another socket was given was free again: CloseHandle, which no Winsock trace
     * shows. */
    for (size_t i = 0; i < trace->socket_count; i++) {
        int64_t before = trace->sockets[i].before;

        if (before != NO_SOCKET && trace->sockets[before].closed_us == NEVER)
            trace->sockets[before].closed_us = trace->sockets[i].seen_us;
    }
}

void trace_free(struct trace *trace)
{
    for (size_t i = 0; i < trace->process_count; i++) {
        names_free(&trace->processes[i].handles);
        free(trace->processes[i].open);
    }
    for (size_t i = 0; i < trace->kept_count; i++)
        free(trace->kept[i]);
    names_free(&trace->function_names);
    names_free(&trace->error_names);
    names_free(&trace->pending_names);
    free(trace->processes);
    free(trace->sockets);
    free(trace->calls);
    free(trace->functions);
    free(trace->errors);
    free(trace->samples);
    free(trace->also);
    free(trace->pending);
    free(trace->kept);
    *trace = (struct trace){.call_count = 0};
}
