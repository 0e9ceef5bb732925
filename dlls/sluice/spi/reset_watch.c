/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See reset_watch.h.  Each watch is a poll request of the host for a reset alone.  One thread
 * issues them all, since the host cancels what a thread leaves behind, and gets their ends as APCs.
 * They are issued on a socket of our own, for a request with an APC is refused on one that has a
 * completion port. */
#include <stdlib.h>

#include "spi/reset_watch.h"

#include "spi/upcall.h"

struct watch {
    struct watch *next;
    SOCKET s;
    HWND window;
    unsigned int message;
    bool stopped;        /* under `lock`, as are the others above */
    volatile LONG users; /* the request, and APCs on their way */
    IO_STATUS_BLOCK io;
    struct afd_poll_params poll;
};

static SRWLOCK lock = SRWLOCK_INIT; /* a leaf lock */
static struct watch *all;
static HANDLE thread, carrier;
static bool running; /* under `lock`: the thread has begun */

static void release(struct watch *watch)
{
    if (!InterlockedDecrement(&watch->users))
        free(watch);
}

static void unlink_watch(struct watch *watch)
{
    AcquireSRWLockExclusive(&lock);
    for (struct watch **link = &all; *link; link = &(*link)->next) {
        if (*link == watch) {
            *link = watch->next;
            break;
        }
    }
    ReleaseSRWLockExclusive(&lock);
}

static void NTAPI ended(void *context, IO_STATUS_BLOCK *io, ULONG reserved)
{
    struct watch *watch = context;
    bool stopped;

    (void)reserved;
    AcquireSRWLockShared(&lock);
    stopped = watch->stopped;
    ReleaseSRWLockShared(&lock);
    if (!stopped && !io->Status && watch->poll.count &&
        (watch->poll.sockets[0].flags & AFD_POLL_RESET))
        upcall_post_message(watch->window, watch->message, watch->s,
                            MAKELPARAM(FD_CLOSE, WSAECONNABORTED));
    unlink_watch(watch);
    release(watch);
}

static void NTAPI begin(ULONG_PTR context)
{
    struct watch *watch = (struct watch *)context;
    NTSTATUS status;

    AcquireSRWLockShared(&lock);
    watch->poll = (struct afd_poll_params){
        .timeout = INT64_MAX, .count = 1, .sockets = {{watch->s, AFD_POLL_RESET, 0}}};
    ReleaseSRWLockShared(&lock);
    status = NtDeviceIoControlFile(carrier, NULL, ended, watch, &watch->io, AFD_POLL, &watch->poll,
                                   sizeof(watch->poll), &watch->poll, sizeof(watch->poll));
    if (NT_SUCCESS(status))
        InterlockedIncrement(&watch->users); /* until `ended` */
    else
        unlink_watch(watch);
    release(watch);
}

static void NTAPI cancel(ULONG_PTR context)
{
    struct watch *watch = (struct watch *)context;
    IO_STATUS_BLOCK io;

    NtCancelIoFileEx(carrier, &watch->io, &io);
    release(watch);
}

/* Under `lock`.  Wine 8 in new WoW64 mode loses where a thread begins if an APC comes before: until
 * then a watch waits in the list, and the thread issues it itself. */
static bool enqueue(struct watch *watch, PAPCFUNC function)
{
    return !running || QueueUserAPC(function, thread, (ULONG_PTR)watch);
}

static DWORD WINAPI serve(void *unused)
{
    (void)unused;
    AcquireSRWLockExclusive(&lock);
    running = true;
    for (struct watch *watch = all; watch; watch = watch->next) {
        QueueUserAPC(begin, GetCurrentThread(), (ULONG_PTR)watch);
        if (watch->stopped)
            QueueUserAPC(cancel, GetCurrentThread(), (ULONG_PTR)watch);
    }
    ReleaseSRWLockExclusive(&lock);
    for (;;)
        SleepEx(INFINITE, TRUE);
    return 0;
}

/* Under `lock`.  ws2_32.dll never lets go of this library, so that its thread can stay. */
static bool start_thread(void)
{
    INT ignored;
    SOCKET s;

    if (thread)
        return true;
    if (!carrier) {
        s = WSPSocket(AF_INET, SOCK_DGRAM, IPPROTO_UDP, NULL, 0,
                      WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT, &ignored);
        if (s == INVALID_SOCKET)
            return false;
        registry_remove(s); /* the last WSPCleanup does not close it */
        carrier = (HANDLE)s;
    }
    thread = CreateThread(NULL, 65536, serve, NULL, 0, NULL);
    return thread != NULL;
}

void reset_watch_stop(SOCKET s)
{
    if (!all)
        return;
    AcquireSRWLockExclusive(&lock);
    for (struct watch *watch = all; watch; watch = watch->next) {
        if (watch->s != s || watch->stopped)
            continue;
        watch->stopped = true;
        watch->s = INVALID_SOCKET;
        InterlockedIncrement(&watch->users);
        if (!enqueue(watch, cancel))
            InterlockedDecrement(&watch->users); /* it ends with the socket */
    }
    ReleaseSRWLockExclusive(&lock);
}

bool reset_watch_start(SOCKET s, HWND window, unsigned int message)
{
    struct watch *watch = calloc(1, sizeof(*watch));
    DWORD last = GetLastError();
    bool done = false;

    reset_watch_stop(s);
    if (!watch)
        return false;
    watch->s = s;
    watch->window = window;
    watch->message = message;
    watch->users = 1;
    AcquireSRWLockExclusive(&lock);
    if (start_thread() && enqueue(watch, begin)) {
        watch->next = all;
        all = watch;
        done = true;
    }
    ReleaseSRWLockExclusive(&lock);
    if (!done)
        free(watch);
    SetLastError(last);
    return done;
}

void reset_watch_inherit(SOCKET listener, SOCKET s)
{
    unsigned int message = 0;
    HWND window = NULL;

    if (!all)
        return;
    AcquireSRWLockShared(&lock);
    for (struct watch *watch = all; watch; watch = watch->next) {
        if (watch->s == listener) {
            window = watch->window;
            message = watch->message;
        }
    }
    ReleaseSRWLockShared(&lock);
    if (window)
        reset_watch_start(s, window, message);
}
