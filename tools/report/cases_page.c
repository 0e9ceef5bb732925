/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of cases: a table for each rank, differences first. */
#include "cases.h"
#include "page.h"

static const struct {
    const char *word, *class;
} verdicts[VERDICTS] = {
    [NOT_RUN] = {"\xe2\x80\x93", "faint"},
    [PASS] = {"passes", "good"},
    [FAIL] = {"fails", "bad"},
    [TIMEOUT] = {"time limit", "bad"},
    [CRASH] = {"crash", "bad"},
    [SKIP] = {"left out", "warn"},
};

static const struct {
    const char *id, *heading, *says;
} sections[RANKS] = {
    [CONTRADICTS] = {"contradicts", "Windows does not pass",
                     "A recorded result of Windows contradicts the case: the case is in doubt."},
    [OURS] = {"ours", "Sluice fails, another passes", "What Sluice owes."},
    [OTHERS] = {"others", "Sluice passes, another fails", "What is different with Sluice."},
    [NOWHERE] = {"nowhere", "No column passes", "The rule stands; nothing here meets it so far."},
    [ALIKE] = {"alike", "No difference", ""},
};

static void add_why(struct text *page, struct span why)
{
    while (why.length) {
        struct span line = span_until(&why, '\n');

        if (span_starts(line, "# "))
            line = (struct span){line.at + 2, line.length - 2};
        text_html(page, line);
        text_add(page, "\n", 1);
    }
}

static void add_result(struct text *page, const struct result *result, struct span known)
{
    const char *class = verdicts[result->verdict].class, *word = verdicts[result->verdict].word;
    bool failed = result->verdict == FAIL || result->verdict == TIMEOUT || result->verdict == CRASH;

    text_say(page, "<td class=\"verdict %s\">", class);
    if (result->why.length || (failed && known.length)) {
        text_say(page, "<details><summary>%s</summary><pre>", word);
        if (failed && known.length) {
            text_say(page, "known: ");
            text_html(page, known);
            text_add(page, "\n", 1);
        }
        add_why(page, result->why);
        text_say(page, "</pre></details></td>");
    } else {
        text_say(page, "%s</td>", word);
    }
}

/* The case's own text, in which \n, \t and \\ stand for themselves. */
static void add_source_text(struct text *page, struct span text)
{
    while (text.length) {
        struct span piece = span_until(&text, '\\');

        text_html(page, piece);
        if (text.length == 0)
            break;
        text_html(page, *text.at == 'n'   ? span_of("\n")
                        : *text.at == 't' ? span_of("    ")
                                          : (struct span){text.at, 1});
        text = (struct span){text.at + 1, text.length - 1};
    }
}

static void add_case(struct text *page, const struct cases *cases, size_t index)
{
    const struct case_row *row = &cases->rows[index];

    text_say(page, "<tr class=\"case\"><td><code>");
    text_html(page, row->name);
    text_say(page, "</code></td>");
    for (size_t i = 0; i < cases->column_count; i++)
        add_result(page, &cases->columns[i].results[index],
                   i == 0 ? cases->known[index] : (struct span){"", 0});
    text_say(page, "<td class=\"rule\">");
    text_html(page, row->rule);
    text_say(
        page,
        "<details><summary class=\"faint\">Source, and the case</summary><p class=\"source\">");
    text_html(page, row->source);
    text_say(page, "</p><p class=\"faint\">");
    text_html(page, row->place);
    text_say(page, "</p>");
    if (row->text.length) {
        text_say(page, "<pre>");
        add_source_text(page, row->text);
        text_say(page, "</pre>");
    }
    text_say(page, "</details></td></tr>\n");
}

static void add_rank(struct text *page, const struct cases *cases, enum rank rank)
{
    size_t count = 0;

    for (size_t i = 0; i < cases->count; i++)
        count += cases_rank(cases, i) == rank;
    if (count == 0)
        return;
    text_say(page, "<section aria-labelledby=\"h-%s\"><h2 id=\"h-%s\">%s (%zu)</h2>\n<p>%s</p>\n",
             sections[rank].id, sections[rank].id, sections[rank].heading, count,
             sections[rank].says);
    text_say(
        page,
        "<div class=\"wide\" tabindex=\"0\" role=\"region\" aria-label=\"%s\"><table id=\"%s\">\n"
        "<thead><tr><th scope=\"col\">Case</th>",
        sections[rank].heading, sections[rank].id);
    for (size_t i = 0; i < cases->column_count; i++) {
        text_say(page, "<th scope=\"col\">");
        text_html(page, cases->columns[i].title);
        text_say(page, "</th>");
    }
    text_say(page, "<th scope=\"col\">Rule</th></tr></thead>\n<tbody>\n");
    for (size_t i = 0; i < cases->count; i++)
        if (cases_rank(cases, i) == rank)
            add_case(page, cases, i);
    text_say(page, "</tbody></table></div></section>\n");
}

static void add_column(struct text *page, const struct column *column)
{
    static const enum verdict order[] = {PASS, FAIL, TIMEOUT, CRASH, SKIP, NOT_RUN};

    text_say(page, "<tr><th scope=\"row\">");
    text_html(page, column->title);
    text_say(page, "</th>");
    for (size_t i = 0; i < sizeof(order) / sizeof(*order); i++)
        cell_number(page, column->counts[order[i]]);
    text_say(page, "<td>");
    if (column->is_recorded) {
        text_say(page, "recorded ");
        text_html(page, column->date);
    } else {
        text_say(page, column->is_cut ? "the last run here, ended before its last case"
                                      : "the last run here");
    }
    if (column->gone)
        text_say(page, "; %u results of cases that are no more", column->gone);
    text_say(page, "</td></tr>\n");
}

void cases_page(struct text *page, const struct cases *cases)
{
    bool windows = false;

    page_begin(page, span_of("Conformance of Sluice"));
    text_say(page,
             "<p id=\"summary\" data-cases=\"%zu\">%zu cases, each with the rule it stands for. A "
             "case is right when "
             "Windows passes it.</p>\n",
             cases->count, cases->count);
    table_begin(page, "columns", "Results",
                "System|#passes|#fails|#time limit|#crash|#left out|#not run|From");
    for (size_t i = 0; i < cases->column_count; i++) {
        struct column *column = &cases->columns[i];

        column->counts[NOT_RUN] = (unsigned)cases->count;
        for (int verdict = PASS; verdict < VERDICTS; verdict++)
            column->counts[NOT_RUN] -= column->counts[verdict];
        add_column(page, column);
        windows |= column->is_windows;
    }
    table_end(page);
    if (!windows)
        text_say(page, "<p id=\"no-windows\">No result of native Windows is recorded; "
                       "conformance/recorded/README.md says "
                       "how to record one.</p>\n");
    text_say(
        page,
        "<form class=\"tools\"><label>Find <input id=\"case-find\" type=\"search\" "
        "placeholder=\"case, rule, source\"></label><span id=\"case-found\" aria-live=\"polite\" "
        "class=\"faint\"></span></form>\n");
    for (int rank = 0; rank < RANKS; rank++)
        add_rank(page, cases, (enum rank)rank);
    page_end(page, (struct span){"", 0}, cases_js);
}
