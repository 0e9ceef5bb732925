/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What trace.def becomes: the rows, the table of functions, and the exported thunks.  A thunk costs a comparison, a
 * branch that is not taken, and a jump. */
#include "trace/trace.h"

#include "api/raw.h"
#include "trace/decode.h"

unsigned char trace_on __attribute__((used));
unsigned char trace_wanted[TRACE_COUNT] __attribute__((used));

#undef TEXT
#define NAME(kind)      {DECODE_##kind, 0}
#define S               NAME(S)
#define N               NAME(N)
#define U               NAME(U)
#define X               NAME(X)
#define B               NAME(B)
#define P               NAME(P)
#define N_AT            NAME(N_AT)
#define P_AT            NAME(P_AT)
#define STR             NAME(STR)
#define WSTR            NAME(WSTR)
#define TEXT(n)         {DECODE_TEXT, n}
#define WTEXT(n)        {DECODE_WTEXT, n}
#define ADDR(n)         {DECODE_ADDR, n}
#define ADDR_AT(n)      {DECODE_ADDR_AT, n}
#define SENT(n)         {DECODE_SENT, n}
#define GOT(n)          {DECODE_GOT, n}
#define BUFS(n)         {DECODE_BUFS, n}
#define BUFS_GOT(n)     {DECODE_BUFS_GOT, n}
#define OPT(n)          {DECODE_OPT, n}
#define VAL(n)          {DECODE_VAL, n}
#define VAL_AT(n)       {DECODE_VAL_AT, n}
#define IN_ADDR         NAME(IN_ADDR)
#define POLLS(n)        {DECODE_POLLS, n}
#define SET             NAME(SET)
#define TIME            NAME(TIME)
#define HANDLES(n)      {DECODE_HANDLES, n}
#define NETEVENTS       NAME(NETEVENTS)
#define GUIDP           NAME(GUIDP)
#define HINTS           NAME(HINTS)
#define LIST            NAME(LIST)
#define ERR             NAME(ERR)
#define FAM             NAME(FAM)
#define TYPE            NAME(TYPE)
#define PROTO           NAME(PROTO)
#define LEVEL           NAME(LEVEL)
#define HOW             NAME(HOW)
#define IOCTL           NAME(IOCTL)
#define MSG             NAME(MSG)
#define MSG_AT          NAME(MSG_AT)
#define FD              NAME(FD)
#define AI              NAME(AI)
#define NI              NAME(NI)
#define WSAF            NAME(WSAF)

/* clang-format off: braces that are another list's */
const struct trace_row trace_rows[TRACE_COUNT] = {
#define TRACE(name, count, result, ...)           [TRACE_##name] = {#name, RESULT_##result, count, {__VA_ARGS__}},
#define TRACE_EXTENSION(name, count, result, ...) TRACE(name, count, result, __VA_ARGS__)
#include "trace/trace_all.h"
};

/* The implementations.  Their real types are those of the Windows headers, which are not included here: only their
 * addresses are wanted. */
#define TRACE(name, count, ...)           extern char function_##name[] __asm__(SYMBOL(name, count));
#define TRACE_EXTENSION(name, count, ...)
#include "trace/trace_all.h"
void *trace_functions[TRACE_COUNT] __attribute__((used)) = {
#define TRACE(name, ...)           [TRACE_##name] = function_##name,
#define TRACE_EXTENSION(name, ...)
#include "trace/trace_all.h"
};

#ifdef __i386__
/* What a function takes from the stack. */
const unsigned trace_sizes[TRACE_COUNT] __attribute__((used)) = {
#define TRACE(name, count, ...)           [TRACE_##name] = 4 * count,
#define TRACE_EXTENSION(name, count, ...) [TRACE_##name] = 4 * count,
#include "trace/trace_all.h"
};
#define PREFIX "_"
#define TEST_FLAG "cmpb $0, _trace_on"
#define LOAD_INDEX "movl $trace_thunk_index, %eax"
#else
#define PREFIX ""
#define TEST_FLAG "cmpb $0, trace_on(%rip)"
#define LOAD_INDEX "movl $trace_thunk_index, %r10d"
#endif

/* An extension function's thunk is given out while it is traced only: it has no other way. */
#define THUNK(name, test)                                                                          \
    ".p2align 4\n"                                                                                 \
    ".globl " PREFIX "thunk_" #name "\n" PREFIX "thunk_" #name ":\n" test "1: " LOAD_INDEX "\n"    \
    "jmp " PREFIX "trace_enter\n"                                                                  \
    ".set trace_thunk_index, trace_thunk_index + 1\n"

/* One statement: the order of several is the compiler's to choose. */
__asm__(".text\n.set trace_thunk_index, 0\n"
#define TRACE(name, count, ...) THUNK(name, TEST_FLAG "\n jne 1f\n jmp " SYMBOL(name, count) "\n")
#define TRACE_EXTENSION(name, ...) THUNK(name, "")
#include "trace/trace_all.h"
);
/* clang-format on */

#define TRACE(name, ...)           extern char thunk_##name[];
#define TRACE_EXTENSION(name, ...) extern char thunk_##name[];
#include "trace/trace_all.h"
void *const trace_thunks[TRACE_COUNT] = {
#define TRACE(name, ...)           [TRACE_##name] = thunk_##name,
#define TRACE_EXTENSION(name, ...) [TRACE_##name] = thunk_##name,
#include "trace/trace_all.h"
};
