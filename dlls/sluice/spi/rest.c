/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See rest.h.  The rest is an overlapped send of the host lane on a duplicate of the handle, so
 * that the host's own state answers whoever asks whether the socket is writable.  It is issued by a
 * thread that lives as long as it pends: the host cancels what a thread leaves behind. */
#include <stdlib.h>

#include "spi/rest.h"

#include "spi/facts.h"
#include "spi/watch.h"

/* A thread that has not begun by then never will: the caller holds the loader's lock. */
#define LONGEST_START_MS 3000

/* How long a process that ends waits for a peer that reads slowly, or not at all. */
#define LONGEST_FINISH_MS 5000
#define FINISH_PAUSE_MS   5

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
    volatile LONG users; /* caller and thread: the last one frees it */
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

void rest_finish(void)
{
    LARGE_INTEGER pause = {.QuadPart = FINISH_PAUSE_MS * -10000LL};

    for (int waited = 0; waited < LONGEST_FINISH_MS; waited += FINISH_PAUSE_MS) {
        bool any;

        AcquireSRWLockShared(&lock);
        any = all != NULL;
        ReleaseSRWLockShared(&lock);
        if (!any)
            return;
        NtDelayExecution(FALSE, &pause);
    }
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

/* Issues a send of what is left from `sent` on. Returns its status; STATUS_PENDING: wait for
 * `done`. */
static NTSTATUS issue(struct rest *rest, ULONG sent, IO_STATUS_BLOCK *io)
{
    WSABUF buffer = {rest->length - sent, rest->data + sent};
    struct afd_sendmsg_params params = {
        .force_async = TRUE,
        .count = 1,
        .buffers = (ULONG_PTR)&buffer,
    };

    io->Information = 0;
    return NtDeviceIoControlFile(rest->socket, rest->done, NULL, NULL, io, AFD_SENDMSG, &params,
                                 sizeof(params), NULL, 0);
}

static DWORD WINAPI work(void *context)
{
    struct rest *rest = context;
    IO_STATUS_BLOCK io;
    NTSTATUS status;
    ULONG sent = 0;
    int how;

    if (!InterlockedCompareExchange(&rest->state, REST_TAKEN, REST_NEW)) {
        enlist(rest);
        do {
            status = issue(rest, sent, &io);
            SetEvent(rest->queued);
            if (status == STATUS_PENDING) {
                NtWaitForSingleObject(rest->done, FALSE, NULL);
                status = io.Status;
            }
            sent += (ULONG)io.Information;
            /* CancelIo on the program's handle meant its own operations. */
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
        !watch_duplicate(GetCurrentProcess(), (HANDLE)t->s, GetCurrentProcess(), &rest->socket, 0, 0,
                         DUPLICATE_SAME_ACCESS) &&
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
