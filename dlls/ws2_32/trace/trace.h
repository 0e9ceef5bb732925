/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Tracing and counting of calls (options TRACE and STATS).
 *
 * ws2_32.dll exports a thunk for each function (thunks.c).  While trace_on is 0 it jumps to the
 * function; else to trace_enter (enter.S), which goes on to the function where nobody wants to hear
 * of it, and to trace_call where somebody does. */
#ifndef SLUICE_TRACE_H
#define SLUICE_TRACE_H

#include <stdbool.h>
#include "api/api.h"

#define TRACE_ARGUMENTS_MAX 12

enum trace_result {
    RESULT_NUMBER,
    RESULT_NUMBER_ERRNO,
    RESULT_SOCK,
    RESULT_CODE,
    RESULT_TRUTH,
    RESULT_POINTER,
    RESULT_STRING,
    RESULT_VALUE,
    RESULT_BITS,
    RESULT_WAIT,
    RESULT_NOTHING,
};

/* How an argument is printed: decode.c. */
struct trace_kind {
    unsigned char kind; /* enum decode_kind */
    unsigned char of;   /* the argument it refers to, from 1 */
};

/* A row of trace.def. */
struct trace_row {
    const char *name;
    enum trace_result result;
    unsigned count; /* of arguments */
    struct trace_kind arguments[TRACE_ARGUMENTS_MAX];
};

enum trace_index {
#define TRACE(name, ...)           TRACE_##name,
#define TRACE_EXTENSION(name, ...) TRACE_##name,
#include "trace/trace_all.h"
    TRACE_COUNT
};

/* A call that has returned. */
struct traced {
    const struct trace_row *row;
    const ULONG_PTR *arguments;
    ULONG_PTR result;
    bool failed;
    DWORD error; /* of a failed call: the WSA code */
};

/* What becomes of a call: bits of trace_wanted. */
#define WANTED_LINE  1 /* a line of the trace */
#define WANTED_COUNT 2 /* a place in the statistics */
#define WANTED_HOOK  4 /* WSAIoctl hands out thunks of extension functions */

extern unsigned char trace_on;
extern unsigned char trace_wanted[TRACE_COUNT];
extern const struct trace_row trace_rows[TRACE_COUNT];
extern void *trace_functions[TRACE_COUNT]; /* an extension's: NULL until it is known */
extern void *const trace_thunks[TRACE_COUNT];

/* Looks at the options and starts what they ask for.  For DllMain. */
void trace_start(void);

/* Prints the statistics.  For DllMain, when the process ends or the library goes. */
void trace_end(void);

/* The address a call came from: `caller`, unless that is the tracing itself. */
const void *trace_caller(const void *caller);

/* The program's name without its directory, UTF-8. */
void trace_program(char *name, size_t size);

/* Called by enter.S: the arguments lie one behind the other.  Returns the function's result. */
ULONG_PTR CDECL trace_call(unsigned index, const ULONG_PTR *arguments, const void *caller);

/* After a WSAIoctl: puts the thunk in place of an extension function that was handed out. */
void trace_extension(const ULONG_PTR *arguments);

/* Statistics.  `ticks` of the performance counter; `direct`: the host was not asked. */
bool stats_start(void);
void stats_count(unsigned index, const struct traced *call, LONGLONG ticks, bool direct);
void stats_print(HANDLE file);

#endif
