/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See urgent.h: a list, for few connections have urgent data at a time, under a leaf lock.  It is
 * held during Unix calls that do not wait, so that no two threads take the same byte out of a
 * queue. */
#include "spi/urgent.h"

#include <stdlib.h>

#include "spi/facts.h"
#include "xlat/urgent.h"

struct marked {
    SOCKET s;
    uint64_t cookie; /* of the kernel's socket: another may take its place behind the handle */
    struct urgent_seen seen;
    struct urgent_bytes bytes;
    struct marked *next;
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct marked *all;

/* The link to the socket's entry, or the list's end. */
static struct marked **find(SOCKET s)
{
    struct marked **link = &all;

    while (*link && (*link)->s != s)
        link = &(*link)->next;
    return link;
}

static void discard(struct marked **link)
{
    struct marked *entry = *link;

    if (!entry)
        return;
    *link = entry->next;
    facts_set(entry->s, 0, FACT_URGENT);
    free(entry);
}

static int ask_kernel(SOCKET s, struct urgent_seen *seen, uint64_t *cookie)
{
    struct urgent_look_params look = {.handle = s};
    int error = UNIX_CALL(urgent_look, &look);

    if (error)
        return error;
    *cookie = look.cookie;
    *seen = (struct urgent_seen){
        .position = look.position,
        .end = look.end,
        .mark = look.mark,
        .state = (enum urgent_state)look.state,
        .byte = (unsigned char)look.byte,
        .is_inline = look.is_inline != 0,
    };
    return 0;
}

/* Brings the entry up to date, and the kernel's queue to a byte that a receive may have.  Returns
 * false where nothing can be said now, and forgets the entry where it is of no use any more. */
static bool settle(struct marked **link)
{
    struct marked *entry = *link;

    for (int i = 0; entry && i <= 2 * URGENT_MOST; i++) {
        struct drop_urgent_params drop = {.handle = entry->s};
        enum urgent_step step;
        uint64_t cookie;
        int error = ask_kernel(entry->s, &entry->seen, &cookie);

        if (error == WSAEWOULDBLOCK)
            return false;
        if (error)
            break;
        if (cookie != entry->cookie) /* or there was none yet */
            entry->bytes.count = 0;
        entry->cookie = cookie;
        urgent_update(&entry->bytes, &entry->seen);
        if (!entry->bytes.count)
            break;
        step = urgent_step(&entry->bytes, &entry->seen);
        if (step == URGENT_LEAVE)
            return true;
        drop.is_data = step == URGENT_DROP;
        UNIX_CALL(drop_urgent, &drop);
    }
    discard(link);
    return false;
}

static bool may_remember(SOCKET s)
{
    const unsigned needed = FACT_OWN | FACT_STREAM | FACT_READY;
    unsigned facts;

    return !facts_of_socket(s, &facts) && (facts & needed) == needed &&
           !(facts & (FACT_SHARED | FACT_REUSABLE));
}

void urgent_note(SOCKET s)
{
    struct marked **link;

    if (!may_remember(s))
        return;
    AcquireSRWLockExclusive(&lock);
    link = find(s);
    if (!*link && (*link = calloc(1, sizeof(**link))))
        (*link)->s = s;
    if (settle(link))
        facts_set(s, FACT_URGENT, 0);
    ReleaseSRWLockExclusive(&lock);
}

bool urgent_look(SOCKET s, struct urgent_view *view)
{
    struct marked **link;
    bool known;

    AcquireSRWLockExclusive(&lock);
    link = find(s);
    known = settle(link);
    if (known) {
        view->readable = urgent_readable(&(*link)->bytes, &(*link)->seen);
        view->waits = urgent_waits(&(*link)->bytes);
    }
    ReleaseSRWLockExclusive(&lock);
    return known;
}

unsigned urgent_flags(SOCKET s)
{
    struct marked **link;
    unsigned flags = 0;

    AcquireSRWLockExclusive(&lock);
    link = find(s);
    if (settle(link)) {
        if (urgent_first(&(*link)->bytes, &(*link)->seen))
            flags = (*link)->seen.is_inline ? AFD_POLL_READ : AFD_POLL_OOB;
    }
    ReleaseSRWLockExclusive(&lock);
    return flags;
}

void urgent_forget(SOCKET s)
{
    struct marked **link;

    if (!__atomic_load_n(&all, __ATOMIC_SEQ_CST)) /* closing a socket waits for nobody, as a rule */
        return;
    AcquireSRWLockExclusive(&lock);
    link = find(s);
    if (*link) { /* its facts are a new socket's already */
        struct marked *entry = *link;

        *link = entry->next;
        free(entry);
    }
    ReleaseSRWLockExclusive(&lock);
}

/* Puts the byte that is remembered into the program's first buffer with room.  Returns false where
 * the kernel has the answer. */
static bool take(struct transfer *t, int *error)
{
    struct urgent_byte *byte = NULL;
    struct marked **link;
    bool found;
    DWORD i = 0;

    while (i < t->count && !t->buffers[i].len)
        i++;
    if (i == t->count || t->notice.overlapped)
        return false;
    AcquireSRWLockExclusive(&lock);
    link = find(t->s);
    if (settle(link) && (*link)->seen.is_inline == !(t->flags & MSG_OOB))
        byte = urgent_first(&(*link)->bytes, &(*link)->seen);
    found = byte != NULL;
    if (found) {
        *error = guard_copy(t->buffers[i].buf, &byte->byte, 1) ? 0 : WSAEFAULT;
        t->moved = *error ? 0 : 1;
        if (!*error && !(t->flags & MSG_PEEK))
            byte->taken = true;
        settle(link);
    }
    ReleaseSRWLockExclusive(&lock);
    return found;
}

/* A receive of the host enables FD_OOB again; one that it does not hear of has to be told. */
static void enable_events(SOCKET s)
{
    char byte;
    WSABUF one = {1, &byte};
    DWORD flags = MSG_PEEK | MSG_OOB;
    struct afd_recvmsg_params params = {
        .ws_flags = (ULONG_PTR)&flags, .count = 1, .buffers = (ULONG_PTR)&one};

    afd_call(s, AFD_RECVMSG, &params, sizeof(params), NULL, 0); /* the socket does not block */
}

static int receive_urgent(struct transfer *t, const struct lane *lane)
{
    struct drop_urgent_params drop = {.handle = t->s};
    int error;

    if (may_remember(t->s))
        urgent_note(t->s);
    if (take(t, &error)) {
        if (t->facts & FACT_EVENTS)
            enable_events(t->s);
        return error;
    }
    error = lane->receive(t);
    if (error || (t->flags & MSG_PEEK))
        return error;
    if (may_remember(t->s))
        urgent_note(t->s);
    else
        UNIX_CALL(drop_urgent, &drop);
    return 0;
}

static ULONGLONG room_of(SOCKET s)
{
    struct marked **link;
    ULONGLONG room = UINT64_MAX;

    AcquireSRWLockExclusive(&lock);
    link = find(s);
    if (settle(link))
        room = urgent_room(&(*link)->bytes, &(*link)->seen);
    ReleaseSRWLockExclusive(&lock);
    return room;
}

/* Receives at most `room` bytes; the list is afterwards what it was. */
static int receive_some(struct transfer *t, const struct lane *lane, ULONGLONG room)
{
    const DWORD count = t->count;
    DWORD at = 0;
    ULONG length;
    int error;

    while (at < count && t->buffers[at].len < room)
        room -= t->buffers[at++].len;
    if (at == count)
        return lane->receive(t);
    length = t->buffers[at].len;
    t->buffers[at].len = (ULONG)room;
    t->count = at + 1;
    error = lane->receive(t);
    t->buffers[at].len = length;
    t->count = count;
    return error;
}

int urgent_receive(struct transfer *t, const struct lane *lane)
{
    int error;

    if (t->flags & MSG_OOB)
        return receive_urgent(t, lane);
    if (!(t->facts & FACT_URGENT))
        return lane->receive(t);
    if (take(t, &error))
        return error;
    error = receive_some(t, lane, room_of(t->s));
    if (!error && !t->notice.overlapped)
        urgent_flags(t->s); /* what stands next now may have to be taken out of the way */
    return error;
}
