/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The generated walk over every export: how a row of walk.def describes a function, and what each
 * kind of argument is when it is good and when it is bad. */
#ifndef SLUICE_CONFORMANCE_WALK_H
#define SLUICE_CONFORMANCE_WALK_H

#include <stdbool.h>

#include "case.h"

enum { WALK_ARGUMENTS = 12, WALK_CODES = 16, WALK_MEMBERS = 4 };

/* How a function tells of a failure. */
enum walk_form {
    FORM_VALUE, /* not at all */
    FORM_MINUS, /* -1, with the code in the last error, or in lpErrno where it has one */
    FORM_ZERO,  /* 0 or NULL, the same */
    FORM_CODE,  /* its value is the code */
};

enum walk_kind {
    KIND_NONE,       /* no such argument */
    KIND_INTEGER,    /* `value`, and odd numbers */
    KIND_FIXED,      /* always `value`: what could make the call wait, functions to call back */
    KIND_CHOICE,     /* each of `choices`, and odd numbers */
    KIND_LENGTH,     /* of the argument number `value`, in units of `size` bytes */
    KIND_LENGTH_AT,  /* pointer to such a length, which is read and written */
    KIND_IN,         /* pointer to `size` bytes that are read; `fill` writes them */
    KIND_OUT,        /* pointer to `size` bytes that are written */
    KIND_OVERLAPPED, /* pointer to an OVERLAPPED */
    KIND_ROUTINE,    /* a completion routine, or none */
    KIND_TEXT,       /* `text`, of char */
    KIND_WIDE,       /* `text`, of WCHAR */
    KIND_SOCKET,     /* one of enum walk_socket, in `value` */
    KIND_HANDLE,     /* what `make` makes, and handles of nothing */
    KIND_ERRNO,      /* lpErrno */
    KIND_FREED,      /* a list to free: none, or what is none */
};

enum walk_socket {
    SOCKET_FRESH,    /* stream, non-blocking, neither bound nor connected; a new one each time */
    SOCKET_BOUND,    /* the same, bound */
    SOCKET_UNUSED,   /* datagram, non-blocking, not bound; a new one each time */
    SOCKET_STREAM,   /* connected, non-blocking, with bytes to read */
    SOCKET_DATAGRAM, /* bound, non-blocking, with a datagram to read */
    SOCKET_LISTENER, /* non-blocking, nobody waits there */
    SOCKET_ACCEPTS,  /* the same, with a connection to accept */
};

/* Flags of an argument. */
enum {
    MAY_BE_NULL = 1, /* NULL is no mistake */
    LOOSE = 2,       /* it may be left unread: a bad pointer need not fail */
    NO_NULL = 4,     /* NULL is not tried: the call would wait for ever */
    PARTLY = 8,      /* its end need not be read, nor all of it written */
};

/* Ends a list of choices. */
#define END_OF_CHOICES (INT_MIN + 1)

struct walk_argument {
    enum walk_kind kind;
    unsigned flags;
    unsigned size;
    uintptr_t value;
    void (*fill)(void *room);
    uintptr_t (*make)(void);
    const void *text;
    const int *choices;
    int null_code, fault_code;           /* for NULL and for other bad pointers; 0: WSAEFAULT */
    unsigned char members[WALK_MEMBERS]; /* of pointers in what it points to: offset + 1 */
};

struct walk_row {
    const char *group, *name;
    enum walk_form form;
    /* Releases what a call that worked has made. */
    void (*undo)(uintptr_t result, const uintptr_t *arguments);
    int codes[WALK_CODES]; /* with which it may fail, beside those for bad pointers and sockets */
    struct walk_argument arguments[WALK_ARGUMENTS];
};

/* What a variant of an argument leads to, the others being good. */
enum walk_outcome {
    OUTCOME_ANY,   /* success, or a code of the row */
    OUTCOME_CODE,  /* failure with `code` */
    OUTCOME_ALIVE, /* the process goes on */
};

struct walk_variant {
    const char *what;
    enum walk_outcome outcome;
    int code;
    uintptr_t value;
};

/* walk_values.c */

/* Prepares the value of the argument number `slot`.  Variant 0 is the good one; false: there are
 * fewer variants. */
bool walk_make(const struct walk_row *row, unsigned slot, unsigned variant,
               struct walk_variant *made);

/* After a call with these arguments: NULL, or what was written where nothing may be. */
const char *walk_overrun(const struct walk_row *row, const uintptr_t *arguments);

/* Whether `value` is the good pointer of lpErrno; then the number there. */
bool walk_errno(unsigned slot, uintptr_t value, int *code);

/* Waits, 5 seconds at most, for what a call has started with the OVERLAPPED of `slot`; cancels it
 * first.  False: it does not end. */
bool walk_end_overlapped(unsigned slot, uintptr_t value, HANDLE file);

/* walk_world.c: what the rows work on. */

extern struct walk_world {
    SOCKET stream[2], datagram, listener, made;
    struct address own, listening, refused; /* of the datagram socket, the listener, nobody */
    char port[8];                           /* the listener's, as text, and wide */
    WCHAR wide_port[8];
    HWND window;
    HANDLE event, file;
    HANDLE spare, lookup; /* what a call may close: 0 after that */
} world;

/* walk_rows.c: walk.def, and the functions that are got by a GUID. */
extern const struct walk_row walk_rows[];
extern const size_t walk_row_count;
extern const struct walk_extension {
    const char *name;
    GUID id;
} walk_extensions[];
extern const size_t walk_extension_count;

void walk_prepare(void);
SOCKET walk_socket(enum walk_socket which);
/* As walk_make, for these kinds of argument. */
bool walk_make_socket(const struct walk_argument *a, unsigned variant, struct walk_variant *made);
bool walk_make_handle(const struct walk_argument *a, unsigned variant, struct walk_variant *made);
/* A completion routine without effect. */
void WINAPI walk_routine(DWORD error, DWORD count, OVERLAPPED *overlapped, DWORD flags);
void walk_settle(void); /* after each call: sockets as they were, messages and routines done */

#endif
