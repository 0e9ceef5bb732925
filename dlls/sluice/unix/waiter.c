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

static _Atomic(struct waiter *) chunks[CHUNKS]; /* in use from the first on */
static atomic_int any_count; /* threads whose target is WAITER_ANY */
static pthread_key_t key;
static bool has_key;
static __thread struct waiter *own;

static void set_target(struct waiter *waiter, const void *target)
{
    if (target == WAITER_ANY)
        atomic_fetch_add(&any_count, 1); /* before it can be found, and until it no longer can */
    if (atomic_exchange(&waiter->target, target) == WAITER_ANY)
        atomic_fetch_sub(&any_count, 1);
}

/* The thread is gone, whatever it waited for.  Another destructor of its may still come here. */
static void give_back(void *value)
{
    struct waiter *waiter = value;

    own = NULL;
    set_target(waiter, NULL);
    atomic_store(&waiter->taken, false);
}

/* Not at the first use: a thread ended inside pthread_once() would stop all others there for good.
 */
__attribute__((constructor)) static void make_key(void)
{
    has_key = !pthread_key_create(&key, give_back);
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
    struct waiter *waiter;

    if (own)
        return own;
    waiter = has_key ? take() : NULL;
    if (waiter && pthread_setspecific(key, waiter)) {
        give_back(waiter);
        waiter = NULL;
    }
    own = waiter;
    return waiter;
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
    set_target(waiter, target);
    return waiter;
}

void waiter_leave(struct waiter *waiter)
{
    if (waiter)
        set_target(waiter, NULL);
}

bool waiter_any(void)
{
    return atomic_load(&any_count) > 0;
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

/* A waiter whose thread went on meanwhile is woken for nothing the next time, and has to look again
 * then. */
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
    struct waiter *chunk;

    for (unsigned int at = 0; at < CHUNKS && (chunk = atomic_load(&chunks[at])); at++)
        wake_in(chunk, target);
}
