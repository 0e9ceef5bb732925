/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See waiter.h: waiters in chunks that are never freed; a thread's own is given back at its end. */
#include "waiter.h"

#include <errno.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include <sys/eventfd.h>

#include "sys.h"

#define CHUNK_WAITERS 64
#define CHUNKS        1024

struct waiter {
    _Atomic(const void *) target; /* NULL: its thread does not wait */
    atomic_bool taken;
    atomic_int fd; /* -1 until the first use; stays open for the next thread */
};

static _Atomic(struct waiter *) chunks[CHUNKS];
static atomic_uint chunk_count;
static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;
static __thread struct waiter *own;

/* The thread is gone, whatever it waited for. */
static void give_back(void *value)
{
    struct waiter *waiter = value;

    atomic_store(&waiter->target, NULL);
    atomic_store(&waiter->taken, false);
}

static void make_key(void)
{
    if (pthread_key_create(&key, give_back))
        abort(); /* a process that has used up its keys this early cannot run Wine either */
}

static struct waiter *take_from(struct waiter *chunk)
{
    for (int i = 0; i < CHUNK_WAITERS; i++) {
        bool expected = false;

        if (atomic_compare_exchange_strong(&chunk[i].taken, &expected, true))
            return &chunk[i];
    }
    return NULL;
}

static struct waiter *make_chunk(unsigned int at)
{
    struct waiter *chunk = calloc(CHUNK_WAITERS, sizeof(*chunk)), *expected = NULL;

    if (!chunk)
        return NULL;
    for (int i = 0; i < CHUNK_WAITERS; i++)
        atomic_init(&chunk[i].fd, -1);
    if (!atomic_compare_exchange_strong(&chunks[at], &expected, chunk)) {
        free(chunk); /* another thread was first */
        return expected;
    }
    atomic_fetch_add(&chunk_count, 1);
    return chunk;
}

static struct waiter *take(void)
{
    for (unsigned int at = 0; at < CHUNKS; at++) {
        struct waiter *chunk = atomic_load(&chunks[at]);
        struct waiter *waiter;

        if (!chunk && !(chunk = make_chunk(at)))
            return NULL;
        if ((waiter = take_from(chunk)))
            return waiter;
    }
    return NULL;
}

static struct waiter *find_own(void)
{
    if (own)
        return own;
    pthread_once(&once, make_key);
    own = take();
    if (own && pthread_setspecific(key, own)) {
        give_back(own);
        own = NULL;
    }
    return own;
}

struct waiter *waiter_enter(const void *target)
{
    struct waiter *waiter = find_own();

    if (!waiter)
        return NULL;
    if (atomic_load(&waiter->fd) < 0) {
        int fd = sys.eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK);

        if (fd < 0)
            return NULL;
        atomic_store(&waiter->fd, fd);
    }
    atomic_store(&waiter->target, target);
    return waiter;
}

void waiter_leave(struct waiter *waiter)
{
    if (waiter)
        atomic_store(&waiter->target, NULL);
}

int waiter_fd(const struct waiter *waiter)
{
    return waiter ? atomic_load(&waiter->fd) : -1;
}

void waiter_clear(const struct waiter *waiter)
{
    uint64_t count;

    while (sys.read(atomic_load(&waiter->fd), &count, sizeof(count)) < 0 && errno == EINTR)
        ;
}

/* A waiter whose thread went on meanwhile is woken for nothing the next time; it looks again then. */
static void wake_in(struct waiter *chunk, const void *target)
{
    static const uint64_t one = 1;

    for (int i = 0; i < CHUNK_WAITERS; i++) {
        const void *waits_for = atomic_load(&chunk[i].target);

        if (!waits_for || (waits_for != target && waits_for != WAITER_ANY))
            continue;
        while (sys.write(atomic_load(&chunk[i].fd), &one, sizeof(one)) < 0 && errno == EINTR)
            ;
    }
}

void waiter_wake(const void *target)
{
    unsigned int count = atomic_load(&chunk_count);

    for (unsigned int at = 0; at < count; at++) {
        struct waiter *chunk = atomic_load(&chunks[at]);

        if (chunk)
            wake_in(chunk, target);
    }
}
