/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What poll() says of a descriptor, in the host's flags of readiness. */
#ifndef XLAT_READY_H
#define XLAT_READY_H

#include <stdbool.h>
#include <stdint.h>

/* The host's numbers (AFD_POLL_*). */
enum ready_flag {
    READY_READ = 0x0001,
    READY_OOB = 0x0002,
    READY_WRITE = 0x0004,
    READY_HUP = 0x0008,   /* stream: the peer has ended its data */
    READY_RESET = 0x0010, /* stream: the peer has reset the connection */
    READY_CLOSE = 0x0020, /* the handle was closed meanwhile */
    READY_ACCEPT = 0x0080,
    READY_HOST = 0x10000, /* of ours, beside none of the above: the host has to say */
};

/* What a socket is, as far as its readiness depends on it. */
enum ready_kind {
    READY_NONE,         /* not asked here: READY_HOST */
    READY_STREAM,       /* connected */
    READY_STREAM_RESET, /* the same, and its reset has been reported: it is reported again */
    READY_LISTENER,
    READY_DATAGRAM,
    READY_DATAGRAM_QUIET,   /* errors of earlier datagrams are not reported */
    READY_DATAGRAM_REFUSED, /* an error is kept for the next receive */
    READY_KINDS,
};

/* What else may have to be looked up where poll()'s answer leaves it open (xlat_ready_open). */
struct ready_more {
    bool has_unread; /* the peer has ended its data: some of it is unread */
    bool is_inline;  /* urgent data comes in line (SO_OOBINLINE) */
};

/* The events poll() is to be asked for, to learn of `asked` flags. */
short xlat_ready_events(enum ready_kind kind, uint32_t asked);

/* The flags that are there whatever poll() says: nothing needs to be waited for. */
uint32_t xlat_ready_always(enum ready_kind kind);

/* Whether xlat_ready_flags needs *more, for an answer of poll(): has_unread, is_inline. */
bool xlat_ready_needs_unread(enum ready_kind kind, short revents);
bool xlat_ready_needs_inline(enum ready_kind kind, short revents);

/* The flags that poll()'s answer means; READY_HOST alone where the descriptor does not tell enough:
 * an error of a stream may be a reset or another end, and the host may have been the first to read
 * it. */
uint32_t xlat_ready_flags(enum ready_kind kind, short revents, const struct ready_more *more);

#endif
