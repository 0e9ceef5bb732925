/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* One line of a trace (README, Trace) taken apart. */
#ifndef SLUICE_REPORT_TRACE_LINE_H
#define SLUICE_REPORT_TRACE_LINE_H

#include "text.h"

/* The first line: # sluice trace 1 program=NAME.exe pid=N start=2026-11-22T12:00:00.000000Z */
struct trace_header {
    struct span program, pid;
    struct span start_text;
    int64_t start_us; /* since 1970, UTC */
};

/* A call; its pieces are pieces of the line. */
struct trace_call {
    int64_t clock_us; /* start, since midnight UTC */
    int64_t took_us;
    struct span thread;
    struct span said; /* FUNCTION(ARGUMENTS) = RESULT and what follows, without the time it took */
    struct span function, arguments, result;
    struct span code; /* WSAECONNREFUSED; empty: the call worked */
    uint64_t number;  /* 10061 */
    struct span host; /* ECONNREFUSED; empty: none */
};

/* Both: NULL when the line is one, else what is wrong with it. */
const char *parse_header(struct span line, struct trace_header *header);
const char *parse_call(struct span line, struct trace_call *call);

/* The next argument, or the next element of a list, taken off `rest`; false when none is left.
 * Commas within quotes and brackets are the argument's own. */
bool next_argument(struct span *rest, struct span *argument);
/* Argument `index` counted from 0; empty when there are not so many. */
struct span argument_at(struct span arguments, unsigned index);

#endif
