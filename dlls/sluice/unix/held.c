/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See held.h.  A thread's notes are its own, so that what may come between two steps here is its
 * end and nothing else: the destructor looks at all notes, whatever list they stood in. */
#include "held.h"

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>

#define FIRST 16 /* notes of a thread; each further block doubles them */

/* The atomics keep the compiler from moving a step over the other. */
struct held {
    _Atomic(struct record *) record; /* NULL: stands for nothing */
    uint64_t handle;
    struct held *next_spare;
};

struct held_thread {
    struct block *blocks;
    struct held *spare;
};

/* Never freed but used again: a thread may be ended inside free(), whose lock would stop it in its
 * own destructor. */
struct block {
    struct block *next;      /* of all there are */
    struct block *next_mine; /* of its thread's */
    atomic_bool taken;
    size_t count;
    struct held notes[];
};

static _Atomic(struct block *) all; /* only ever longer */
static pthread_key_t key;
static bool has_key;
static __thread struct held_thread own;

static void end_thread(void *unused)
{
    (void)unused;
    own.spare = NULL;
    while (own.blocks) {
        struct block *block = own.blocks;

        for (size_t i = 0; i < block->count; i++) {
            struct record *record = atomic_exchange(&block->notes[i].record, NULL);

            if (record)
                held_left(record, block->notes[i].handle);
        }
        own.blocks = block->next_mine;
        atomic_store(&block->taken, false);
    }
}

/* Not at the first use: a thread ended inside pthread_once() would stop all others there for good.
 */
__attribute__((constructor)) static void make_key(void)
{
    has_key = !pthread_key_create(&key, end_thread);
}

static struct block *take_block(size_t count)
{
    struct block *block;

    for (block = atomic_load(&all); block; block = block->next) {
        bool expected = false;

        if (atomic_compare_exchange_strong(&block->taken, &expected, true))
            return block;
    }
    block = calloc(1, sizeof(*block) + count * sizeof(block->notes[0]));
    if (!block)
        return NULL;
    block->count = count;
    atomic_init(&block->taken, true);
    block->next = atomic_load(&all);
    while (!atomic_compare_exchange_weak(&all, &block->next, block))
        ;
    return block;
}

static bool add_block(struct held_thread *thread)
{
    struct block *block;

    if (!has_key || pthread_setspecific(key, &key) ||
        !(block = take_block(thread->blocks ? 2 * thread->blocks->count : FIRST)))
        return false;
    block->next_mine = thread->blocks;
    thread->blocks = block;
    for (size_t i = 0; i < block->count; i++) {
        block->notes[i].next_spare = thread->spare;
        thread->spare = &block->notes[i];
    }
    return true;
}

/* The one place that looks for the thread's own: in a library that costs a call each time. */
struct held_thread *held_reserve(void)
{
    struct held_thread *thread = &own;

    return thread->spare || add_block(thread) ? thread : NULL;
}

struct held *held_note(struct held_thread *thread, struct record *record, uint64_t handle)
{
    struct held *note = thread->spare;

    thread->spare = note->next_spare;
    note->handle = handle;
    atomic_store_explicit(&note->record, record, memory_order_release);
    return note;
}

void held_strike(struct held_thread *thread, struct held *note)
{
    atomic_store_explicit(&note->record, NULL, memory_order_release);
    note->next_spare = thread->spare;
    thread->spare = note;
}
