/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kinds of arguments of trace.def, and how each is printed. */
#ifndef SLUICE_TRACE_DECODE_H
#define SLUICE_TRACE_DECODE_H

#include "trace/text.h"
#include "trace/trace.h"

/* F(kind): DECODE_kind, and decode_kind() where it has code of its own. */
#define DECODE_KINDS(F)                                                                            \
    F(S)                                                                                           \
    F(N) F(U) F(X) F(B) F(P) F(N_AT) F(P_AT) F(STR) F(WSTR) F(TEXT) F(WTEXT) F(ADDR) F(ADDR_AT)    \
        F(SENT) F(GOT) F(BUFS) F(BUFS_GOT) F(OPT) F(VAL) F(VAL_AT) F(IN_ADDR) F(POLLS) F(SET)      \
            F(TIME) F(HANDLES) F(NETEVENTS) F(GUIDP) F(HINTS) F(LIST) F(ERR) F(FAM) F(TYPE)        \
                F(PROTO) F(LEVEL) F(HOW) F(IOCTL) F(MSG) F(MSG_AT) F(FD) F(AI) F(NI) F(WSAF)

enum decode_kind {
#define ENTRY(kind) DECODE_##kind,
    DECODE_KINDS(ENTRY)
#undef ENTRY
        DECODE_COUNT
};

/* Prints argument `index` of the call. Memory of the program's may be anything. */
void decode_argument(struct text *text, const struct traced *call, unsigned index);

/* Prints the result, and for a failure the error: " WSAECONNREFUSED (10061)". */
void decode_result(struct text *text, const struct traced *call);

/* Prints an address of `length` bytes at `from`. */
void decode_address(struct text *text, ULONG_PTR from, int length);

/* For decode.c: an argument's value, the value of the one it refers to, and the number that one
 * points to (0 where it cannot be read). */
struct decoded {
    const struct traced *call;
    ULONG_PTR value;
    ULONG_PTR other;
    DWORD other_at;
};
typedef void decoder(struct text *text, const struct decoded *d);
#define ENTRY(kind) decoder decode_##kind;
DECODE_KINDS(ENTRY)
#undef ENTRY

#endif
