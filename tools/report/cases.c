/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the list of cases, TAP and recorded results. */
#include "cases.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

static const char *const recorded_verdicts[VERDICTS] = {
    [PASS] = "pass", [FAIL] = "fail", [TIMEOUT] = "timeout", [CRASH] = "crash", [SKIP] = "skip",
};

static struct span next_line(struct span *text, struct cases_fault *fault)
{
    struct span line = span_until(text, '\n');

    fault->line++;
    if (line.length && line.at[line.length - 1] == '\r')
        line.length--;
    return line;
}

static bool wrong(struct cases_fault *fault, const char *why)
{
    fault->why = why;
    return false;
}

bool cases_list(struct cases *cases, struct span text, struct cases_fault *fault)
{
    *fault = (struct cases_fault){.line = 0};
    while (text.length) {
        struct span line = next_line(&text, fault);
        struct case_row row = {.name = span_until(&line, '\t')};

        row.place = span_until(&line, '\t');
        row.rule = span_until(&line, '\t');
        row.source = span_until(&line, '\t');
        row.text = line;
        if (row.name.length == 0 || row.rule.length == 0 || row.source.length == 0)
            return wrong(fault, "a case without a name, a rule or a source");
        if (name_number(&cases->names, row.name) != (int64_t)cases->count)
            return wrong(fault, "the case stands in the list twice");
        cases->rows = room_for_one(cases->rows, cases->count, &cases->room, sizeof(*cases->rows));
        cases->rows[cases->count++] = row;
    }
    if (cases->count == 0)
        return wrong(fault, "no cases");
    cases->known = more_memory(NULL, cases->count, sizeof(*cases->known));
    memset(cases->known, 0, cases->count * sizeof(*cases->known));
    return true;
}

bool cases_known(struct cases *cases, struct span text, struct cases_fault *fault)
{
    *fault = (struct cases_fault){.line = 0};
    while (text.length) {
        struct span line = next_line(&text, fault);
        int64_t number;

        if (line.length == 0 || *line.at == '#')
            continue;
        number = name_known(&cases->names, span_until(&line, '\t'));
        if (number == NO_NAME || line.length == 0)
            return wrong(fault, "no such case, or no reason");
        cases->known[number] = line;
    }
    return true;
}

static struct column *new_column(struct cases *cases, struct span title)
{
    struct column *column;

    cases->columns = room_for_one(cases->columns, cases->column_count, &cases->column_room,
                                  sizeof(*cases->columns));
    column = &cases->columns[cases->column_count++];
    *column = (struct column){.title = title};
    column->results = more_memory(NULL, cases->count, sizeof(*column->results));
    memset(column->results, 0, cases->count * sizeof(*column->results));
    return column;
}

/* NULL when the case is no more, or has a result already (`*twice`). */
static struct result *set_result(struct cases *cases, struct column *column, struct span name,
                                 enum verdict verdict, bool *twice)
{
    int64_t number = name_known(&cases->names, name);

    *twice = false;
    if (number == NO_NAME) {
        column->gone++;
        return NULL;
    }
    if (column->results[number].verdict != NOT_RUN) {
        *twice = true;
        return NULL;
    }
    column->results[number].verdict = verdict;
    column->counts[verdict]++;
    return &column->results[number];
}

/* "ok 12 - NAME" or "not ok 12 - NAME", and " # SKIP why": its name and verdict. */
static bool tap_result(struct span line, struct span *name, enum verdict *verdict, struct span *why)
{
    static const char skip[] = " # SKIP";
    bool fails = span_starts(line, "not ");

    if (fails)
        line = (struct span){line.at + 4, line.length - 4};
    if (!span_starts(line, "ok "))
        return false;
    line = (struct span){line.at + 3, line.length - 3};
    while (line.length && isdigit((unsigned char)*line.at))
        line = (struct span){line.at + 1, line.length - 1};
    if (!span_starts(line, " - "))
        return false;
    line = (struct span){line.at + 3, line.length - 3};
    *name = (struct span){line.at, 0};
    while (name->length < line.length && line.at[name->length] != ' ')
        name->length++;
    line = (struct span){line.at + name->length, line.length - name->length};
    *verdict = fails ? FAIL : PASS;
    *why = (struct span){"", 0};
    if (!fails && span_starts(line, skip)) {
        *verdict = SKIP;
        *why = (struct span){line.at + sizeof(skip) - 1, line.length - (sizeof(skip) - 1)};
    }
    return name->length > 0;
}

/* A remark after a failure: kept with it, and it may tell what kind of failure it was. */
static void tap_remark(struct column *column, struct result *result, struct span line)
{
    enum verdict kind = span_starts(line, "# still running after ") ? TIMEOUT
                        : span_starts(line, "# ended with code ")   ? CRASH
                                                                    : FAIL;

    if (result->why.length == 0) {
        result->why = line;
        column->counts[result->verdict]--;
        column->counts[result->verdict = kind]++;
    } else {
        result->why.length = (size_t)(line.at + line.length - result->why.at);
    }
}

bool cases_tap(struct cases *cases, struct span title, struct span text, struct cases_fault *fault)
{
    struct column *column = new_column(cases, title);
    struct result *last = NULL;
    bool whole = false, twice;

    *fault = (struct cases_fault){.line = 0};
    while (text.length) {
        struct span line = next_line(&text, fault), name, why;
        enum verdict verdict;

        if (tap_result(line, &name, &verdict, &why)) {
            last = set_result(cases, column, name, verdict, &twice);
            if (twice)
                return wrong(fault, "the case has a result already");
            if (last)
                last->why = why;
        } else if (span_starts(line, "1..")) {
            whole = true;
            last = NULL;
        } else if (last && last->verdict != PASS && last->verdict != SKIP &&
                   span_starts(line, "#")) {
            tap_remark(column, last, line);
        }
    }
    column->is_cut = !whole;
    return true;
}

/* A line of the head: its name, and the rest. */
static bool head_line(struct span *text, const char *name, struct span *value,
                      struct cases_fault *fault)
{
    struct span line = next_line(text, fault), word = span_until(&line, ' ');

    *value = line;
    return span_is(word, name) && line.length > 0;
}

static bool is_date(struct span text) /* 2026-11-22T12:00:00Z */
{
    static const char form[] = "0000-00-00T00:00:00Z";

    for (size_t i = 0; i < sizeof(form) - 1; i++)
        if (i >= text.length ||
            (form[i] == '0' ? !isdigit((unsigned char)text.at[i]) : text.at[i] != form[i]))
            return false;
    return text.length == sizeof(form) - 1;
}

static bool record_head(struct column *column, struct span *text, uint64_t *count,
                        struct cases_fault *fault)
{
    struct span value;

    if (!span_is(next_line(text, fault), "# conformance record 1"))
        return wrong(fault, "not a record of conformance.exe's (# conformance record 1)");
    if (!head_line(text, "system", &column->title, fault) ||
        (!span_starts(column->title, "Windows ") && !span_starts(column->title, "Wine ")))
        return wrong(fault, "no line \"system Windows ...\" or \"system Wine ...\"");
    column->is_windows = span_starts(column->title, "Windows ");
    column->is_recorded = true;
    if (!head_line(text, "date", &column->date, fault) || !is_date(column->date))
        return wrong(fault, "no line \"date 2026-11-22T12:00:00Z\"");
    if (!head_line(text, "cases", &value, fault) || !span_number(value, 10, count))
        return wrong(fault, "no line \"cases N\"");
    return true;
}

static bool record_line(struct cases *cases, struct column *column, struct span line,
                        struct cases_fault *fault)
{
    struct span name = span_until(&line, ' '), word = span_until(&line, ' ');
    struct result *result;
    bool twice;

    for (int verdict = PASS; verdict < VERDICTS; verdict++)
        if (span_is(word, recorded_verdicts[verdict])) {
            result = set_result(cases, column, name, (enum verdict)verdict, &twice);
            if (result)
                result->why = line;
            return !twice || wrong(fault, "the case has a result already");
        }
    return wrong(fault, "not NAME and pass, fail, timeout, crash or skip");
}

bool cases_record(struct cases *cases, struct span text, struct cases_fault *fault)
{
    struct column *column = new_column(cases, (struct span){"", 0});
    uint64_t wanted = 0, ended = 0, count = 0;

    *fault = (struct cases_fault){.line = 0};
    if (!record_head(column, &text, &wanted, fault))
        return false;
    while (text.length) {
        struct span line = next_line(&text, fault), value = line;

        if (span_is(span_until(&value, ' '), "end")) {
            if (!span_number(value, 10, &ended) || ended != count || ended != wanted)
                return wrong(fault, "not as many results as the record says it has");
            if (text.length)
                return wrong(fault, "text after the end");
            return true;
        }
        if (!record_line(cases, column, line, fault))
            return false;
        count++;
    }
    return wrong(fault, "the record is cut off (no line \"end N\")");
}

enum rank cases_rank(const struct cases *cases, size_t index)
{
    bool passes = false, fails = false, first_fails = false;

    for (size_t i = 0; i < cases->column_count; i++) {
        const struct column *column = &cases->columns[i];
        enum verdict verdict = column->results[index].verdict;
        bool bad = verdict == FAIL || verdict == TIMEOUT || verdict == CRASH;

        if (bad && column->is_windows)
            return CONTRADICTS;
        passes |= verdict == PASS;
        fails |= bad;
        first_fails |= bad && i == 0;
    }
    if (!fails)
        return ALIKE;
    return !passes ? NOWHERE : first_fails ? OURS : OTHERS;
}

void cases_free(struct cases *cases)
{
    for (size_t i = 0; i < cases->column_count; i++)
        free(cases->columns[i].results);
    free(cases->columns);
    free(cases->rows);
    free(cases->known);
    names_free(&cases->names);
    *cases = (struct cases){.count = 0};
}
