/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See rest.h.  The rest is an overlapped send of the host lane on a duplicate of the handle, so
 * that the host's own state answers whoever asks whether the socket is writable.  It is issued by a
 * thread that lives as long as it pends: the host cancels what a thread leaves behind. */
#include <limits.h>
#include <stdlib.h>

#include "spi/rest.h"

#include "spi/facts.h"
#include "spi/thread.h"
#include "spi/watch.h"

/* A thread that has not begun by then never will: the caller holds the loader's lock. */
#define LONGEST_START_MS 3000

/* How long a process that ends waits for a peer that reads slowly, or not at all. */
#define LONGEST_FINISH_MS 5000

/* How long a program that cancels its operations waits for ours to leave the host's queue, and for
 * a send of another thread to get there: one that blocks has done so long before. */
#define LONGEST_HOLD_MS 1000
#define LONGEST_PASS_MS 20

#define NO_SHUTDOWN (-1)

enum rest_state { REST_NEW, REST_TAKEN, REST_WITHDRAWN };

struct rest {
    struct rest *next; /* under `lock`, while the thread has it */
    SOCKET name;       /* the program's handle; 0 once it is closed */
    int shutdown;      /* what to end the sending side with afterwards: SD_*, or NO_SHUTDOWN */
    HANDLE socket;     /* a duplicate: the connection stays open */
    HANDLE queued;     /* set when the host has the bytes in its queue */
    HANDLE done;
    volatile LONG state;
    volatile LONG users;  /* caller, thread and who holds it: the last one frees it */
    unsigned int holds;   /* under `lock`: who wants it out of the host's queue */
    unsigned int passing; /* under `lock`: sends on their way to the queue behind it */
    volatile bool aside;  /* it is not in the queue, and does not go there while it is held */
    volatile bool in_queue;
    IO_STATUS_BLOCK io;
    ULONG length;
    char data[];
};

static SRWLOCK lock = SRWLOCK_INIT; /* a leaf lock */
static struct rest *all;

static void enlist(struct rest *rest)
{
    AcquireSRWLockExclusive(&lock);
    rest->next = all;
    all = rest;
    facts_set(rest->name, FACT_REST, 0);
    ReleaseSRWLockExclusive(&lock);
}

static struct rest *find_named(SOCKET s)
{
    struct rest *rest = all;

    while (rest && rest->name != s)
        rest = rest->next;
    return rest;
}

void rest_orphan(SOCKET s)
{
    AcquireSRWLockExclusive(&lock);
    for (struct rest *rest = all; rest; rest = rest->next) {
        if (rest->name == s)
            rest->name = 0;
    }
    ReleaseSRWLockExclusive(&lock);
}

/* Waits until `is_so` says true, `longest` ms at most. Returns what it said last.
 *
 * It looks again and again, for not all that is waited for is told to anybody: the host, having
 * sent a part, puts the rest back into its queue by itself.  And the host keeps the waiters of a
 * condition variable in a list of the whole process, by entries on their stacks: a thread that the
 * program ends in such a wait would leave one behind. */
static bool wait_until(bool (*is_so)(void *context), void *context, int longest)
{
    for (int waited = 0; !is_so(context); waited++) {
        if (waited >= longest)
            return false;
        thread_pause(1);
    }
    return true;
}

static bool is_none(void *unused)
{
    bool none;

    (void)unused;
    AcquireSRWLockShared(&lock);
    none = !all;
    ReleaseSRWLockShared(&lock);
    return none;
}

void rest_finish(void)
{
    wait_until(is_none, NULL, LONGEST_FINISH_MS);
}

/* From here on a shutdown is not ours to do any more. Returns the one that was asked for. */
static int delist(struct rest *rest)
{
    struct rest **link;
    int how;

    AcquireSRWLockExclusive(&lock);
    for (link = &all; *link != rest; link = &(*link)->next)
        ;
    *link = rest->next;
    rest->aside = true;
    how = rest->shutdown;
    /* from now on the socket's sends may go past the host again; NULL: the handle is another's */
    if (rest->name && !find_named(rest->name))
        facts_set(rest->name, 0, FACT_REST);
    ReleaseSRWLockExclusive(&lock);
    return how;
}

bool rest_defer_shutdown(SOCKET s, int how)
{
    bool found = false;

    AcquireSRWLockExclusive(&lock);
    for (struct rest *rest = all; rest; rest = rest->next) {
        if (rest->name == s) {
            rest->shutdown = how;
            found = true;
        }
    }
    ReleaseSRWLockExclusive(&lock);
    return found;
}

static void release(struct rest *rest)
{
    if (InterlockedDecrement(&rest->users))
        return;
    if (rest->socket)
        watch_close(rest->socket);
    if (rest->queued)
        watch_close(rest->queued);
    if (rest->done)
        watch_close(rest->done);
    free(rest);
}

static bool is_through(void *context)
{
    const struct rest *rest = context;
    bool through;

    AcquireSRWLockShared(&lock);
    through = !rest->passing;
    ReleaseSRWLockShared(&lock);
    return through;
}

/* Once is not enough: its thread may be about to issue it, or the host to send a part of it. */
static bool is_taken_out(void *context)
{
    struct rest *rest = context;
    IO_STATUS_BLOCK ignored;

    if (!rest->aside)
        NtCancelIoFileEx(rest->socket, &rest->io, &ignored);
    return rest->aside;
}

void rest_go_on(struct rest *rest)
{
    if (!rest)
        return;
    AcquireSRWLockExclusive(&lock);
    rest->holds--;
    ReleaseSRWLockExclusive(&lock);
    release(rest);
}

/* Asked by its thread, which then puts it back into the queue. */
static bool is_let_go(void *context)
{
    struct rest *rest = context;
    bool held;

    AcquireSRWLockExclusive(&lock);
    held = rest->aside = rest->holds != 0;
    ReleaseSRWLockExclusive(&lock);
    return !held;
}

/* Under `lock`. The host has taken it out where its status says so. */
static bool is_in_queue(const struct rest *rest)
{
    return !rest->holds && rest->in_queue &&
           *(volatile const NTSTATUS *)&rest->io.Status == STATUS_PENDING;
}

struct passage {
    SOCKET s;
    bool anyhow;       /* out of the queue or not */
    struct rest *rest; /* which it passes behind */
};

/* Whether it has begun, or there is nothing to pass. */
static bool passes(void *context)
{
    struct passage *passage = context;
    struct rest *rest;

    AcquireSRWLockExclusive(&lock);
    rest = find_named(passage->s);
    if (rest && (passage->anyhow || is_in_queue(rest))) {
        rest->passing++;
        InterlockedIncrement(&rest->users);
        passage->rest = rest;
    }
    ReleaseSRWLockExclusive(&lock);
    return passage->rest || !rest;
}

struct rest *rest_pass(SOCKET s)
{
    struct passage passage = {.s = s};

    if (!wait_until(passes, &passage, LONGEST_HOLD_MS)) {
        passage.anyhow = true;
        passes(&passage);
    }
    return passage.rest;
}

void rest_passed(struct rest *rest)
{
    if (!rest)
        return;
    AcquireSRWLockExclusive(&lock);
    rest->passing--;
    ReleaseSRWLockExclusive(&lock);
    release(rest);
}

/* It has been in the queue since it was held before: a program that cancels without end does not
 * keep it from being sent. */
struct rest *rest_hold(SOCKET s)
{
    struct rest *rest = rest_pass(s);

    if (!rest)
        return NULL;
    AcquireSRWLockExclusive(&lock);
    rest->passing--;
    rest->holds++;
    ReleaseSRWLockExclusive(&lock);
    wait_until(is_through, rest, LONGEST_PASS_MS);
    wait_until(is_taken_out, rest, LONGEST_HOLD_MS);
    return rest;
}

/* Issues a send of what is left from `sent` on. Returns its status; STATUS_PENDING: wait for
 * `done`. */
static NTSTATUS issue(struct rest *rest, ULONG sent)
{
    WSABUF buffer = {rest->length - sent, rest->data + sent};
    struct afd_sendmsg_params params = {
        .force_async = TRUE,
        .count = 1,
        .buffers = (ULONG_PTR)&buffer,
    };

    NTSTATUS status;

    rest->in_queue = false;
    rest->io.Status = STATUS_PENDING;
    rest->io.Information = 0;
    status = NtDeviceIoControlFile(rest->socket, rest->done, NULL, NULL, &rest->io, AFD_SENDMSG,
                                   &params, sizeof(params), NULL, 0);
    rest->in_queue = true;
    return status;
}

static DWORD WINAPI work(void *context)
{
    struct rest *rest = context;
    NTSTATUS status;
    ULONG sent = 0;
    int how;

    if (!InterlockedCompareExchange(&rest->state, REST_TAKEN, REST_NEW)) {
        enlist(rest);
        do {
            wait_until(is_let_go, rest, INT_MAX);
            status = issue(rest, sent);
            SetEvent(rest->queued);
            if (status == STATUS_PENDING) {
                NtWaitForSingleObject(rest->done, FALSE, NULL);
                status = rest->io.Status;
            }
            sent += (ULONG)rest->io.Information;
            /* CancelIoEx on the program's handle meant its own operations. */
        } while (status == STATUS_CANCELLED && sent < rest->length);
        how = delist(rest);
        if (how != NO_SHUTDOWN)
            afd_call((SOCKET)rest->socket, AFD_SHUTDOWN, &how, sizeof(how), NULL, 0);
    }
    release(rest);
    return 0;
}

/* Copies what is left of the buffers. */
static bool copy_rest(struct rest *rest, const struct transfer *t)
{
    ULONG_PTR skip = t->moved;
    size_t at = 0;

    for (DWORD i = 0; i < t->count; i++) {
        ULONG_PTR here = skip < t->buffers[i].len ? skip : t->buffers[i].len;
        ULONG length = t->buffers[i].len - (ULONG)here;

        skip -= here;
        if (!guard_copy(rest->data + at, t->buffers[i].buf + here, length))
            return false;
        at += length;
    }
    return true;
}

static struct rest *prepare(const struct transfer *t)
{
    ULONGLONG length = t->total - t->moved;
    struct rest *rest = length <= MAXLONG ? malloc(sizeof(*rest) + (size_t)length) : NULL;

    if (!rest)
        return NULL;
    memset(rest, 0, sizeof(*rest));
    rest->users = 1;
    rest->name = t->s;
    rest->shutdown = NO_SHUTDOWN;
    rest->length = (ULONG)length;
    if (copy_rest(rest, t) &&
        !watch_duplicate(GetCurrentProcess(), (HANDLE)t->s, GetCurrentProcess(), &rest->socket, 0,
                         0, DUPLICATE_SAME_ACCESS) &&
        (rest->queued = CreateEventW(NULL, TRUE, FALSE, NULL)) &&
        (rest->done = CreateEventW(NULL, TRUE, FALSE, NULL)))
        return rest;
    release(rest);
    return NULL;
}

void rest_send(struct transfer *t)
{
    DWORD last = GetLastError();
    struct rest *rest = prepare(t);

    if (rest) {
        InterlockedIncrement(&rest->users);
        if (!QueueUserWorkItem(work, rest, WT_EXECUTELONGFUNCTION)) {
            InterlockedDecrement(&rest->users);
            rest->state = REST_WITHDRAWN;
        } else if (WaitForSingleObject(rest->queued, LONGEST_START_MS) &&
                   InterlockedCompareExchange(&rest->state, REST_WITHDRAWN, REST_NEW)) {
            WaitForSingleObject(rest->queued, INFINITE); /* it has begun after all */
        }
        if (rest->state == REST_TAKEN)
            t->moved = t->total;
        release(rest);
    }
    SetLastError(last);
}
