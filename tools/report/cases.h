/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The conformance suite's cases and what they came to on one system and another. */
#ifndef SLUICE_REPORT_CASES_H
#define SLUICE_REPORT_CASES_H

#include "names.h"

enum verdict { NOT_RUN, PASS, FAIL, TIMEOUT, CRASH, SKIP, VERDICTS };

/* A line of tools/conformance-cases. */
struct case_row {
    struct span name, place, rule, source, text;
};

struct result {
    enum verdict verdict;
    struct span why; /* lines that start with "# ", or a text; empty: none */
};

/* One system's results. */
struct column {
    struct span title, date; /* date: empty when not recorded */
    struct result *results;  /* by case */
    unsigned counts[VERDICTS];
    unsigned gone;    /* results of cases that are no more */
    bool is_windows;  /* recorded on native Windows */
    bool is_recorded; /* from a file that conformance.exe --record wrote */
    bool is_cut;      /* the run was ended before its last case */
};

struct cases {
    struct case_row *rows;
    struct names names;
    struct span *known; /* by case: why it fails so far (conformance/not-yet), or empty */
    struct column *columns;
    size_t count, room, column_count, column_room;
};

struct cases_fault {
    unsigned long line;
    const char *why;
};

/* All take a file's text, which must stay as long as the cases; false: see fault.  cases_list comes
 * first. */
bool cases_list(struct cases *cases, struct span text, struct cases_fault *fault);
bool cases_known(struct cases *cases, struct span text, struct cases_fault *fault);
/* TAP of conformance.exe --all; the cases that a run which was ended did not reach are not run. */
bool cases_tap(struct cases *cases, struct span title, struct span text, struct cases_fault *fault);
/* A file of conformance.exe --record (conformance/recorded/README.md). */
bool cases_record(struct cases *cases, struct span text, struct cases_fault *fault);
void cases_free(struct cases *cases);

/* How much a reader should care: CONTRADICTS, OURS and OTHERS are differences. */
enum rank { CONTRADICTS, OURS, OTHERS, NOWHERE, ALIKE, RANKS };
/* CONTRADICTS: Windows does not pass; OURS: the first column does not pass, another does; OTHERS:
 * the first passes, another does not; NOWHERE: none passes; ALIKE: nothing to tell. */
enum rank cases_rank(const struct cases *cases, size_t index);

void cases_page(struct text *page, const struct cases *cases);

#endif
