/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See connect_watch.h.  One thread looks after all stuck connects of the process, and ends with the last
 * of them. */
#include <stdlib.h>

#include "spi/connect_watch.h"

#include "spi/facts.h"
#include "spi/own_thread.h"

/* Milliseconds.  Windows tries three times, half a second or more apart. */
#define REFUSE_AFTER 2000
#define LOOK_AGAIN   250

struct watched {
    struct connect_check_params check;
    ULONGLONG due;
    struct watched *next;
};

static SRWLOCK lock = SRWLOCK_INIT; /* guards what follows; a leaf lock */
static struct watched *arrivals;    /* not yet seen by the thread, latest first */
static bool running;

/* Adds what has arrived to the thread's list. Returns false where both are empty: the thread ends. */
static bool collect(struct watched **list)
{
    struct watched **end = list;
    bool goes_on;

    while (*end)
        end = &(*end)->next;
    AcquireSRWLockExclusive(&lock);
    *end = arrivals;
    arrivals = NULL;
    goes_on = running = *list != NULL;
    ReleaseSRWLockExclusive(&lock);
    return goes_on;
}

/* Returns whether it is settled. */
static bool check(struct connect_check_params *params)
{
    const SOCKET s = params->handle;
    bool failed, full;

    /* Before: whoever learns of the failure reads it at once. */
    facts_set(s, FACT_REFUSED, 0);
    failed = UNIX_CALL(connect_check, params) != 0;
    full = !failed && params->outcome == CONNECT_FULL;
    if (!full)
        facts_set(s, 0, FACT_REFUSED);
    return failed || params->outcome != CONNECT_WAITS;
}

/* Looks at those whose time has come. Returns when the next one's comes. */
static ULONGLONG look(struct watched **link)
{
    ULONGLONG next = GetTickCount64() + REFUSE_AFTER; /* whoever arrives meanwhile is not due before */

    while (*link) {
        struct watched *each = *link;

        if (each->due <= GetTickCount64()) {
            if (check(&each->check)) {
                *link = each->next;
                free(each);
                continue;
            }
            /* A place came free, or the kernel tells less than it should: Linux tries again by itself. */
            each->due = GetTickCount64() + LOOK_AGAIN;
        }
        if (each->due < next)
            next = each->due;
        link = &each->next;
    }
    return next;
}

static DWORD WINAPI watch(void *unused)
{
    struct watched *list = NULL;

    (void)unused;
    while (collect(&list)) {
        const ULONGLONG next = look(&list), time = GetTickCount64();

        if (list && next > time)
            Sleep((DWORD)(next - time));
    }
    return 0;
}

static void add(const struct connect_check_params *check)
{
    struct watched *each = malloc(sizeof(*each));
    bool start;

    if (!each)
        return;
    each->check = *check;
    each->check.refuse = 1;
    each->due = GetTickCount64() + REFUSE_AFTER;
    AcquireSRWLockExclusive(&lock);
    each->next = arrivals;
    arrivals = each;
    start = !running;
    running = true;
    ReleaseSRWLockExclusive(&lock);
    if (!start || own_thread_start(watch, NULL, 0))
        return;
    AcquireSRWLockExclusive(&lock);
    running = false; /* the next one tries again; Linux' own time counts until then */
    ReleaseSRWLockExclusive(&lock);
}

void connect_watch(SOCKET s, const void *address, int length)
{
    struct connect_check_params check = {.handle = s, .address_len = length};
    DWORD last = GetLastError();

    if (length > (int)sizeof(check.address))
        return;
    memcpy(check.address, address, length);
    if (!UNIX_CALL(connect_check, &check) &&
        (check.outcome == CONNECT_WAITS || check.outcome == CONNECT_FULL))
        add(&check);
    SetLastError(last);
}
