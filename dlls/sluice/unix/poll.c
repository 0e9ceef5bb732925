/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readiness of many kept descriptors by one poll(). */
#include <errno.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#include "calls.h"
#include "deadline.h"
#include "icmp.h"
#include "record.h"
#include "sys.h"
#include "waiter.h"
#include "winabi.h"
#include "xlat/ready.h"

#define LEAST_ROOM 64

/* A thread's arrays, kept for its next call, and what it holds: given back should the thread be
 * ended inside a call.  Never freed but used again (held.c says why). */
struct room {
    struct room *next;
    atomic_bool taken;
    struct pollfd *fds; /* [0] is the waiter's, entry i has [i + 1] */
    struct kept {
        struct record *record; /* NULL: none */
        uint64_t handle;
    } * held;
    size_t size;                    /* entries; as it was made */
    volatile uint32_t given, noted; /* held[given..noted) are to be released */
};

static _Atomic(struct room *) rooms; /* only ever longer */
static pthread_key_t key;
static bool has_key;
static __thread struct room *own;

struct call {
    struct poll_entry *entries;
    struct room *room;
    struct waiter *waiter;
};

static void release_next(struct room *room)
{
    const struct kept *kept = &room->held[room->given++];

    if (kept->record)
        record_release(kept->record, kept->handle);
}

static void release_all(struct room *room)
{
    while (room->given < room->noted)
        release_next(room);
}

static void end_thread(void *value)
{
    struct room *room = value;

    own = NULL;
    release_all(room);
    atomic_store(&room->taken, false);
}

__attribute__((constructor)) static void make_key(void)
{
    has_key = !pthread_key_create(&key, end_thread);
}

static bool has_arrays(struct room *room)
{
    room->fds = malloc((room->size + 1) * sizeof(*room->fds));
    room->held = malloc(room->size * sizeof(*room->held));
    return room->fds && room->held;
}

static struct room *new_room(size_t count)
{
    struct room *room = calloc(1, sizeof(*room));

    if (!room)
        return NULL;
    room->size = LEAST_ROOM;
    while (room->size < count)
        room->size *= 2;
    if (!has_arrays(room)) {
        free(room->fds);
        free(room->held);
        free(room);
        return NULL;
    }
    atomic_init(&room->taken, true);
    room->next = atomic_load(&rooms);
    while (!atomic_compare_exchange_weak(&rooms, &room->next, room))
        ;
    return room;
}

static struct room *take_room(size_t count)
{
    for (struct room *room = atomic_load(&rooms); room; room = room->next) {
        bool expected = false;

        if (room->size >= count && atomic_compare_exchange_strong(&room->taken, &expected, true))
            return room;
    }
    return new_room(count);
}

/* The thread's own, or a larger one in its place. Returns NULL out of memory. */
static struct room *find_room(size_t count)
{
    struct room *room;

    if (own && own->size >= count)
        return own;
    room = has_key ? take_room(count) : NULL;
    if (!room)
        return NULL;
    if (pthread_setspecific(key, room)) {
        atomic_store(&room->taken, false);
        return NULL;
    }
    if (own)
        atomic_store(&own->taken, false);
    own = room;
    return room;
}

static enum ready_kind kind_of(const struct poll_entry *entry)
{
    return entry->state < READY_KINDS ? (enum ready_kind)entry->state : READY_NONE;
}

/* Holds what is to be polled. Returns whether there is something to wait for: no entry's flag is
 * there already. */
static bool hold_all(struct call *call, uint32_t count)
{
    struct room *room = call->room;
    bool waits = true;

    room->given = room->noted = 0;
    for (uint32_t i = 0; i < count; i++) {
        struct poll_entry *entry = &call->entries[i];
        struct kept *held = &room->held[i];
        struct pollfd *fd = &room->fds[i + 1];
        enum ready_kind kind = kind_of(entry);

        fd->fd = -1;
        fd->revents = 0;
        held->record = NULL;
        held->handle = entry->handle;
        room->noted = i + 1;
        if (kind != READY_NONE)
            held->record = record_hold(entry->handle, &fd->fd);
        if (!held->record)
            entry->state = READY_NONE;
        else if (xlat_ready_always(kind) & entry->asked)
            waits = false;
        fd->events = xlat_ready_events(kind, entry->asked);
    }
    return waits;
}

static bool any_dropped(const struct room *room)
{
    for (uint32_t i = 0; i < room->noted; i++)
        if (room->held[i].record && record_was_dropped(room->held[i].record))
            return true;
    return false;
}

/* Returns poll()'s result; *woken: a record may have been dropped. */
static int wait_for(struct call *call, int ms, bool *woken)
{
    struct pollfd *fds = call->room->fds;
    const int64_t deadline = ms ? deadline_in(ms) : 0;

    fds[0].fd = ms ? waiter_fd(call->waiter) : -1;
    fds[0].events = POLLIN;
    fds[0].revents = 0;
    for (;;) {
        int found = sys.poll(fds, (nfds_t)call->room->noted + 1, ms);

        if (found >= 0 && !fds[0].revents)
            return found;
        if (found < 0 && errno != EINTR)
            return found;
        /* Woken: perhaps for a record of this call, perhaps for another's. */
        if (found > 0) {
            waiter_clear(call->waiter);
            *woken = any_dropped(call->room);
        }
        if (found > 1 || *woken)
            return found;
        ms = ms ? deadline_left(deadline) : 0;
    }
}

/* Looks behind the end of the peer's data. Returns false where the connection was reset meanwhile:
 * this call has taken the kernel's word of it. */
static bool look_for_unread(int fd, struct ready_more *more)
{
    char byte;
    ssize_t length = sys.recv(fd, &byte, 1, MSG_PEEK | MSG_DONTWAIT);

    more->has_unread = length > 0;
    return length >= 0 || errno != ECONNRESET;
}

static bool is_inline(int fd)
{
    int on = 0;
    socklen_t length = sizeof(on);

    return !sys.getsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, &length) && on;
}

static void take_errors(int fd)
{
    int error;
    socklen_t length = sizeof(error);

    sys.getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
    while (icmp_take(fd) != ICMP_NONE)
        ;
}

static uint32_t judge(const struct poll_entry *entry, const struct pollfd *fd)
{
    enum ready_kind kind = kind_of(entry);
    struct ready_more more = {0};

    if (xlat_ready_needs_unread(kind, fd->revents) && !look_for_unread(fd->fd, &more))
        return READY_RESET & entry->asked;
    if (xlat_ready_needs_inline(kind, fd->revents))
        more.is_inline = is_inline(fd->fd);
    if (kind == READY_DATAGRAM_QUIET && (fd->revents & POLLERR))
        take_errors(fd->fd);
    return xlat_ready_flags(kind, fd->revents, &more) & (entry->asked | READY_HOST);
}

/* Stores what was found, and releases what is held on the way: one pass over the memory. */
static void store_all(const struct call *call, struct poll_params *params, bool woken)
{
    struct room *room = call->room;

    while (room->given < room->noted) {
        uint32_t i = room->given;
        struct poll_entry *entry = &call->entries[i];
        const struct pollfd *fd = &room->fds[i + 1];
        const struct record *record = room->held[i].record;

        if (woken && record && record_was_dropped(record))
            entry->state = READY_CLOSE;
        else if (fd->revents || !record || xlat_ready_always(kind_of(entry)))
            entry->state = judge(entry, fd);
        else
            entry->state = 0;
        params->ready += (entry->state & ~(uint32_t)READY_HOST) != 0;
        params->hosts += (entry->state & READY_HOST) != 0;
        params->notable += (entry->state & (READY_RESET | READY_OOB)) != 0;
        release_next(room);
    }
}

int unix_poll(struct poll_params *params)
{
    struct call call = {
        .entries = (struct poll_entry *)(uintptr_t)params->entries,
        .room = find_room(params->count),
    };
    bool waits, woken = false;
    int found, error = 0;

    params->ready = params->hosts = params->notable = 0;
    params->is_over = 0;
    if (!call.room)
        return WS_WSAENOBUFS;
    /* before a record is held: whoever drops it from then on finds the waiter */
    if (params->wait_ms)
        call.waiter = waiter_enter(WAITER_ANY);
    waits = hold_all(&call, params->count);
    found = wait_for(&call, waits ? params->wait_ms : 0, &woken);
    if (found < 0)
        error = WS_WSAENOBUFS; /* or more entries than descriptors could be */
    else
        store_all(&call, params, woken);
    params->is_over = waits && !found;
    waiter_leave(call.waiter);
    release_all(call.room);
    return error;
}
