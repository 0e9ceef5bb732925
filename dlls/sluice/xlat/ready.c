/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See ready.h. */
#include "xlat/ready.h"

#include <poll.h>
#include <stddef.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define KIND(kind) (1u << (kind))

#define STREAMS   (KIND(READY_STREAM) | KIND(READY_STREAM_RESET))
#define DATAGRAMS (KIND(READY_DATAGRAM) | KIND(READY_DATAGRAM_QUIET) | KIND(READY_DATAGRAM_REFUSED))

/* A flag that is asked for, and the events that may mean it.  Errors need not be asked for. */
static const struct {
    unsigned kinds;
    uint32_t asked;
    short events;
} wanted[] = {
    {STREAMS, READY_READ, POLLIN | POLLRDHUP},
    {STREAMS, READY_HUP, POLLRDHUP},
    {STREAMS, READY_OOB, POLLPRI},
    {STREAMS | DATAGRAMS, READY_WRITE, POLLOUT},
    {DATAGRAMS, READY_READ, POLLIN},
    {KIND(READY_LISTENER), READY_ACCEPT, POLLIN},
};

/* What an answer means, row by row, all that apply together. */
static const struct {
    unsigned kinds;
    short events; /* any of these */
    uint32_t flags;
} meanings[] = {
    {KIND(READY_STREAM) | KIND(READY_LISTENER), POLLERR | POLLHUP | POLLNVAL, READY_HOST},
    {DATAGRAMS, POLLHUP | POLLNVAL, READY_HOST},
    {KIND(READY_STREAM), POLLIN, READY_READ},
    {KIND(READY_STREAM), POLLRDHUP, READY_HUP},
    {STREAMS, POLLPRI, READY_OOB},
    {STREAMS | DATAGRAMS, POLLOUT, READY_WRITE},
    {KIND(READY_LISTENER), POLLIN, READY_ACCEPT},
    {DATAGRAMS, POLLIN, READY_READ},
    {KIND(READY_DATAGRAM) | KIND(READY_DATAGRAM_REFUSED), POLLERR, READY_READ},
};

short xlat_ready_events(enum ready_kind kind, uint32_t asked)
{
    short events = 0;

    for (size_t i = 0; i < COUNT(wanted); i++)
        if ((wanted[i].kinds & KIND(kind)) && (wanted[i].asked & asked))
            events |= wanted[i].events;
    return events;
}

uint32_t xlat_ready_always(enum ready_kind kind)
{
    static const uint32_t always[READY_KINDS] = {
        [READY_NONE] = READY_HOST,
        [READY_STREAM_RESET] = READY_RESET,
        [READY_DATAGRAM_REFUSED] = READY_READ,
    };

    return always[kind];
}

bool xlat_ready_needs_unread(enum ready_kind kind, short revents)
{
    return kind == READY_STREAM && (revents & POLLRDHUP) &&
           !(revents & (POLLERR | POLLHUP | POLLNVAL));
}

bool xlat_ready_needs_inline(enum ready_kind kind, short revents)
{
    return (KIND(kind) & STREAMS) && (revents & POLLPRI);
}

uint32_t xlat_ready_flags(enum ready_kind kind, short revents, const struct ready_more *more)
{
    uint32_t flags = xlat_ready_always(kind);

    for (size_t i = 0; i < COUNT(meanings); i++)
        if ((meanings[i].kinds & KIND(kind)) && (meanings[i].events & revents))
            flags |= meanings[i].flags;
    if (flags & READY_HOST)
        return READY_HOST;
    if (xlat_ready_needs_unread(kind, revents))
        flags = (flags & ~(uint32_t)READY_READ) | (more->has_unread ? READY_READ : 0);
    if ((flags & READY_OOB) && more->is_inline)
        flags = (flags & ~(uint32_t)READY_OOB) | READY_READ;
    return flags;
}
