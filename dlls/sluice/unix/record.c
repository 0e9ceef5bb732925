/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See record.h.
 *
 * A slot, found by the handle's value, holds a record's number and how many have found it there, in
 * one word: taking a reference is one compare-and-swap.  The word also counts the slot's changes,
 * so that a descriptor obtained for a handle is not kept once that handle has been closed.  A
 * reference given back while the record still stands in its slot is taken off that count; later,
 * off the record's own balance, to which dropping the record has added the slot's count.  Whoever
 * brings the balance to 0 closes the descriptor.  Records live in chunks that are never freed;
 * their numbers are used again.
 *
 * A thread that is ended gives back what it holds (held.h).  Where its end falls between a step
 * here and the note of it, a few instructions, one descriptor stays open: never is one closed under
 * a user. */
#include "record.h"

#include <errno.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "deadline.h"
#include "held.h"
#include "sys.h"
#include "waiter.h"
#include "winabi.h"

#define CHUNK  1024 /* of slots and of records */
#define CHUNKS 4096
#define MOST   ((uint64_t)CHUNK * CHUNKS)

/* A slot's word: number of the record 24 bits, users 20, changes 20. */
#define NUMBER_BITS   24
#define NUMBER(word)  ((uint32_t)((word) & (((uint32_t)1 << NUMBER_BITS) - 1)))
#define ONE_USER      ((uint64_t)1 << NUMBER_BITS)
#define MOST_USERS    0xfffff
#define USERS(word)   ((long long)((word) >> NUMBER_BITS & MOST_USERS))
#define ONE_CHANGE    ((uint64_t)1 << 44)
#define CHANGES(word) ((word) & ~(ONE_CHANGE - 1))

/* Numbers that are no record's. */
#define CLOSED 0u                                 /* nothing may be kept */
#define OPEN   (((uint32_t)1 << NUMBER_BITS) - 1) /* nothing is kept yet */

/* The stack of free records: the first's number, and above it a count of changes. */
#define ONE_POP ((uint64_t)1 << 32)

struct record {
    int fd;
    uint32_t number; /* its own, from 1 on */
    atomic_uint next_free;
    atomic_bool dropped;
    atomic_int waiting;   /* threads in record_wait */
    atomic_llong balance; /* users left, once it is dropped; below 0 before */
};

_Static_assert(MOST <= OPEN, "a record's number fits");

typedef _Atomic(uint64_t) slot_t;
typedef _Atomic(void *) chunk_t;

static chunk_t slots[CHUNKS];   /* of slot_t */
static chunk_t records[CHUNKS]; /* of struct record */
static _Atomic(uint64_t) free_records;
static atomic_uint made;

static struct record *record_at(uint32_t number)
{
    struct record *chunk = atomic_load_explicit(&records[number / CHUNK], memory_order_acquire);

    return &chunk[number % CHUNK];
}

/* Allocates a chunk of an array where there is none yet. Returns it, NULL out of memory. */
static void *chunk_of(chunk_t *place, size_t size)
{
    void *chunk = atomic_load_explicit(place, memory_order_acquire), *none = NULL;

    if (chunk)
        return chunk;
    chunk = calloc(CHUNK, size);
    if (chunk && !atomic_compare_exchange_strong(place, &none, chunk)) {
        free(chunk); /* another thread was first */
        chunk = none;
    }
    return chunk;
}

static slot_t *find_slot(uint64_t handle)
{
    uint64_t index =
        handle >> 2; /* handles are multiples of four; the low bits are the program's */
    slot_t *chunk;

    if (index >= MOST)
        return NULL;
    chunk = atomic_load_explicit(&slots[index / CHUNK], memory_order_acquire);
    return chunk ? &chunk[index % CHUNK] : NULL;
}

static slot_t *make_slot(uint64_t handle)
{
    uint64_t index = handle >> 2;
    slot_t *chunk = NULL;

    if (index < MOST)
        chunk = chunk_of(&slots[index / CHUNK], sizeof(*chunk));
    return chunk ? &chunk[index % CHUNK] : NULL;
}

static uint64_t next_head(uint64_t head, uint32_t first)
{
    return (head & ~(uint64_t)UINT32_MAX) + ONE_POP + first;
}

static void push_free(struct record *record)
{
    uint64_t head = atomic_load(&free_records);

    do
        atomic_store(&record->next_free, (uint32_t)head);
    while (!atomic_compare_exchange_weak(&free_records, &head, next_head(head, record->number)));
}

/* What is read as the next may be out of date; the count of changes makes the swap fail then. */
static struct record *pop_free(void)
{
    uint64_t head = atomic_load(&free_records);

    while ((uint32_t)head) {
        struct record *record = record_at((uint32_t)head);

        if (atomic_compare_exchange_weak(&free_records, &head,
                                         next_head(head, atomic_load(&record->next_free))))
            return record;
    }
    return NULL;
}

/* A number is taken only once there is room for its record: given back, it could be another's by
 * then. */
static struct record *new_record(void)
{
    struct record *record = pop_free();
    uint32_t last, number;

    if (record)
        return record;
    last = atomic_load(&made);
    do {
        number = last + 1;
        if (number >= MOST || !chunk_of(&records[number / CHUNK], sizeof(*record)))
            return NULL;
    } while (!atomic_compare_exchange_weak(&made, &last, number));
    record = record_at(number);
    record->number = number;
    return record;
}

static void finish(struct record *record)
{
    sys.close(record->fd);
    push_free(record);
}

/* Adds to the balance; the one who makes it 0 is the last. */
static void settle(struct record *record, long long change)
{
    if (atomic_fetch_add(&record->balance, change) + change == 0)
        finish(record);
}

/* The slot's word has been replaced: its record, if any, has left it.  Waking comes last, where the
 * record may be another socket's already: a thread woken for nothing goes on waiting, and one whose
 * waking was prevented by the end of this thread waits a little longer, but the reference is not
 * lost. */
static void retire(uint64_t word)
{
    struct record *record;
    bool wake;

    if (NUMBER(word) == CLOSED || NUMBER(word) == OPEN)
        return;
    record = record_at(NUMBER(word));
    atomic_store(&record->dropped, true);
    wake = atomic_load(&record->waiting) || (USERS(word) && waiter_any());
    settle(record, USERS(word) + 1); /* 1: the slot's own, so that this is the last where none is */
    if (wake)
        waiter_wake(record);
}

static void change(slot_t *slot, uint32_t number)
{
    uint64_t word = atomic_load(slot);

    while (!atomic_compare_exchange_weak(slot, &word, CHANGES(word) + ONE_CHANGE + number))
        ;
    retire(word);
}

int record_open(uint64_t handle)
{
    slot_t *slot = make_slot(handle);

    if (!slot)
        return WS_WSAENOBUFS;
    change(slot, OPEN);
    return 0;
}

void record_drop(uint64_t handle)
{
    slot_t *slot = find_slot(handle);

    if (slot)
        change(slot, CLOSED);
}

static int publish(slot_t *slot, uint64_t word, int fd)
{
    struct record *record = new_record();

    if (!record) {
        sys.close(fd);
        return WS_WSAENOBUFS;
    }
    record->fd = fd;
    atomic_store(&record->dropped, false);
    atomic_store(&record->waiting, 0);
    atomic_store(&record->balance, -1);
    if (atomic_compare_exchange_strong(slot, &word, CHANGES(word) + record->number))
        return 0;
    finish(record);
    /* another thread was first, or the handle has been closed */
    return NUMBER(word) == CLOSED || NUMBER(word) == OPEN ? WS_WSAENOTSOCK : 0;
}

int record_keep(uint64_t handle, int (*obtain)(uint64_t handle, int *fd))
{
    slot_t *slot = find_slot(handle);
    uint64_t word = slot ? atomic_load(slot) : CLOSED;
    int fd, error;

    if (NUMBER(word) == CLOSED)
        return WS_WSAENOTSOCK;
    if (NUMBER(word) != OPEN)
        return 0;
    error = obtain(handle, &fd);
    return error ? error : publish(slot, word, fd);
}

/* The slot's record, with one user more. Returns NULL where there is none. */
static struct record *hold(uint64_t handle)
{
    slot_t *slot = find_slot(handle);
    uint64_t word = slot ? atomic_load(slot) : CLOSED;

    do
        if (NUMBER(word) == CLOSED || NUMBER(word) == OPEN || USERS(word) == MOST_USERS)
            return NULL;
    while (!atomic_compare_exchange_weak(slot, &word, word + ONE_USER));
    return record_at(NUMBER(word));
}

struct record *record_hold(uint64_t handle, int *fd)
{
    struct record *record = hold(handle);

    if (record)
        *fd = record->fd;
    return record;
}

void record_release(struct record *record, uint64_t handle)
{
    slot_t *slot = find_slot(handle);
    uint64_t word = atomic_load(slot);

    while (NUMBER(word) == record->number)
        if (atomic_compare_exchange_weak(slot, &word, word - ONE_USER))
            return;
    settle(record, -1);
}

bool record_was_dropped(const struct record *record)
{
    return atomic_load(&record->dropped);
}

bool record_take(uint64_t handle, struct record_ref *ref)
{
    struct record *record;

    ref->record = NULL;
    ref->holder = held_reserve();
    if (!ref->holder || !(record = hold(handle)))
        return false;
    ref->note = held_note(ref->holder, record, handle);
    ref->fd = record->fd;
    ref->handle = handle;
    ref->record = record;
    return true;
}

void record_give(struct record_ref *ref)
{
    struct record *record = ref->record;

    if (!record)
        return;
    ref->record = NULL;
    held_strike(ref->holder, ref->note);
    record_release(record, ref->handle);
}

void held_left(struct record *record, uint64_t handle)
{
    record_release(record, handle);
}

/* The reference keeps the record's number from being used again. */
void record_take_back(const struct record_ref *ref)
{
    slot_t *slot = find_slot(ref->handle);
    uint64_t word = atomic_load(slot);

    while (NUMBER(word) == ref->record->number) {
        if (atomic_compare_exchange_weak(slot, &word, CHANGES(word) + ONE_CHANGE + OPEN)) {
            retire(word);
            return;
        }
    }
}

bool record_is_dropped(const struct record_ref *ref)
{
    return atomic_load(&ref->record->dropped);
}

/* A wait under way.  Where the thread is ended in it, its waiter's end says so (waiter.c), and
 * `waiting` stays too high until the record is used again: it only saves looking for threads to
 * wake. */
struct wait {
    struct record *record;
    struct waiter *waiter;
};

static void leave(struct wait *wait)
{
    waiter_leave(wait->waiter);
    atomic_fetch_sub(&wait->record->waiting, 1);
}

/* Signals arrive all the time: Wine works with them.  And a waiter may be woken for nothing. */
static int poll_until(struct pollfd fds[2], const struct wait *wait, int64_t deadline)
{
    for (;;) {
        int found = sys.poll(fds, 2, deadline_left(deadline));

        if (found < 0 && errno != EINTR)
            return POLLERR; /* no memory: the call that follows says what is */
        if (found > 0 && fds[1].revents)
            waiter_clear(wait->waiter);
        if (atomic_load(&wait->record->dropped))
            return RECORD_DROPPED;
        if (found > 0 && fds[0].revents)
            return fds[0].revents;
        if (!found)
            return 0;
    }
}

/* Whoever drops the record marks it first and then looks who waits; here it is the other way round,
 * so that one of the two sees the other. */
int record_wait(const struct record_ref *ref, short events, int ms)
{
    __attribute__((cleanup(leave))) struct wait wait = {ref->record, NULL};
    struct pollfd fds[2] = {{.fd = ref->fd, .events = events}, {.fd = -1, .events = POLLIN}};

    atomic_fetch_add(&ref->record->waiting, 1);
    wait.waiter = waiter_enter(ref->record);
    fds[1].fd = waiter_fd(wait.waiter);
    return record_is_dropped(ref) ? RECORD_DROPPED : poll_until(fds, &wait, deadline_in(ms));
}
