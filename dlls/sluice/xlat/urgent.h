/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The urgent bytes of a connection as Windows has them, made of what Linux tells.
 *
 * Windows takes each urgent byte out of the stream when it comes, and hands them out in their order
 * with MSG_OOB.  Linux knows one, the last: the byte stays where it is, receives stop before it and
 * then skip it, and an earlier one becomes common data.  So what is known of each is remembered
 * with its position in the stream, which no receive changes, whoever makes it. */
#ifndef XLAT_URGENT_H
#define XLAT_URGENT_H

#include <stdbool.h>
#include <stdint.h>

enum urgent_state { URGENT_NONE, URGENT_UNREAD, URGENT_TAKEN };

/* What the kernel says. */
struct urgent_seen {
    uint64_t position; /* in the stream, of the next byte that a receive takes or skips */
    uint64_t end;      /* behind the last byte that has come */
    uint64_t mark;     /* position of the kernel's urgent byte, unless `state` is URGENT_NONE */
    enum urgent_state state;
    unsigned char byte; /* its value, where it is unread */
    bool is_inline;     /* SO_OOBINLINE: the mark is not told then, and the state URGENT_NONE */
};

/* More of them than this at once are left to the kernel's ways. */
#define URGENT_MOST 32

/* All zero: none is known. */
struct urgent_bytes {
    uint32_t count;
    struct urgent_byte {
        uint64_t at; /* ascending */
        unsigned char byte;
        bool taken;  /* by a receive with MSG_OOB */
        bool passed; /* out of the kernel's queue, and not received: it is here only */
    } list[URGENT_MOST];
};

/* Brings the list up to date: the kernel's byte is noted, and what is done with is left out. */
void urgent_update(struct urgent_bytes *bytes, const struct urgent_seen *seen);

/* What to do about the byte that stands next in the kernel's queue, after urgent_update. */
enum urgent_step {
    URGENT_LEAVE,     /* it is common data, or the kernel's mark, which a receive skips */
    URGENT_DROP,      /* an urgent byte that the kernel takes for data: it has to be read away */
    URGENT_DROP_MARK, /* the kernel's mark, received already: likewise, in line */
};
enum urgent_step urgent_step(const struct urgent_bytes *bytes, const struct urgent_seen *seen);

/* Bytes that one receive may take before it would come to an urgent byte, UINT64_MAX: any number.
 */
uint64_t urgent_room(const struct urgent_bytes *bytes, const struct urgent_seen *seen);

/* Bytes that one receive without MSG_OOB finds now (FIONREAD). */
uint64_t urgent_readable(const struct urgent_bytes *bytes, const struct urgent_seen *seen);

/* Whether an urgent byte waits to be received. */
bool urgent_waits(const struct urgent_bytes *bytes);

/* The byte that a receive is to get from the list, NULL where it is the kernel's: with MSG_OOB the
 * first that waits; in line, one that has left the kernel's queue. */
struct urgent_byte *urgent_first(struct urgent_bytes *bytes, const struct urgent_seen *seen);

#endif
