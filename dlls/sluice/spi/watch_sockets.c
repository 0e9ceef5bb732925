/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See watch_sockets.h. */
#include "spi/watch_sockets.h"

#include "spi/event.h"
#include "spi/facts.h"
#include "spi/hearing.h"
#include "spi/host.h"
#include "spi/identity.h"
#include "spi/reset_watch.h"
#include "spi/rest.h"
#include "spi/reuse.h"
#include "spi/short_accept.h"
#include "spi/spi.h"
#include "spi/thread.h"

/* May be taken again by its owner: sockets of our own that hang on another are closed with it.  Not
 * a critical section, which waits on a handle: that could get the value whose close is at work
 * here. */
static struct {
    SRWLOCK lock;
    volatile DWORD owner;
    unsigned int depth;
} guard = {.lock = SRWLOCK_INIT};

void watch_sockets_lock(void)
{
    const DWORD self = GetCurrentThreadId();

    if (guard.owner != self) {
        AcquireSRWLockExclusive(&guard.lock);
        guard.owner = self;
    }
    guard.depth++;
}

void watch_sockets_unlock(void)
{
    if (--guard.depth)
        return;
    guard.owner = 0;
    ReleaseSRWLockExclusive(&guard.lock);
}

/* Whether closing the handle will end the socket: it is the last one, and not protected. */
static bool is_end(HANDLE handle)
{
    OBJECT_DATA_INFORMATION data;

    return spi_is_last_handle((SOCKET)handle) &&
           !NtQueryObject(handle, ObjectDataInformation, &data, sizeof(data), NULL) &&
           !data.ProtectFromClose;
}

/* The host would let calls that wait, and overlapped requests, go on without a handle: the
 * connection with them.  Windows cancels them. */
static void end_requests(HANDLE handle, unsigned facts)
{
    IO_STATUS_BLOCK io;

    if (((facts & FACT_OVERLAPPED) || thread_is_waited_for(handle)) && is_end(handle))
        NtCancelIoFileEx(handle, NULL, &io);
}

/* From identity_closing on nothing new is kept under the value, and what is kept is not used. */
static uint32_t closing(HANDLE handle)
{
    unsigned facts = facts_find((SOCKET)handle);
    uint32_t token = identity_closing(handle);
    struct drop_params drop = {.handle = (SOCKET)handle};

    UNIX_CALL(drop, &drop);
    reset_watch_stop((SOCKET)handle);
    end_requests(handle, facts);
    return token;
}

static void close_failed(HANDLE handle, uint32_t token)
{
    struct open_record_params open = {.handle = (SOCKET)handle};

    identity_still_open(handle, token);
    facts_set((SOCKET)handle, 0, FACT_KEPT);
    UNIX_CALL(open_record, &open);
}

static void closed(HANDLE handle, uint32_t token)
{
    SOCKET s = (SOCKET)handle;

    watch_sockets_lock();
    if (identity_is_same(handle, token)) {
        registry_remove(s);
        short_accept_forget(s);
        reuse_forget(s);
        identity_closed(handle, token);
    }
    watch_sockets_unlock();
}

/* Whoever has the copy may change the socket's state and mode behind our back. */
static void duplicated(HANDLE source, HANDLE copy)
{
    if (copy && facts_connect_event((SOCKET)source) != CONNECT_EVENT_NONE)
        facts_keep_connect_event((SOCKET)copy, CONNECT_EVENT_UNTOLD); /* whichever selects it */
    hearing_end((SOCKET)source);
    facts_set((SOCKET)source, FACT_SHARED, 0);
}

/* Wine 8 answers success for every handle, Wine 10 where there was something. A new event has
 * nothing that could be cancelled. */
static bool host_tells(void)
{
    enum { UNKNOWN, TELLS, SUCCEEDS };
    static volatile LONG answer = UNKNOWN;
    IO_STATUS_BLOCK io;
    HANDLE event;

    if (answer == UNKNOWN && !NtCreateEvent(&event, EVENT_ALL_ACCESS, NULL, 0, FALSE)) {
        InterlockedExchange(&answer, watch_cancel_all(event, &io) ? TELLS : SUCCEEDS);
        watch_close(event);
    }
    return answer != SUCCEEDS;
}

/* Whether an operation of the program's may have been there; those of ReadFile are not known here.
 */
static bool may_have_pended(HANDLE handle)
{
    const unsigned facts = facts_find((SOCKET)handle);

    return !(facts & FACT_OWN) || (facts & (FACT_OVERLAPPED | FACT_SHARED)) ||
           thread_is_waited_for(handle);
}

/* What we send on for the program is none of its operations. */
static NTSTATUS cancel_all(HANDLE handle, IO_STATUS_BLOCK *result)
{
    const bool pended = may_have_pended(handle);
    struct rest *rest = rest_hold((SOCKET)handle);
    NTSTATUS status = watch_cancel_all(handle, result);

    rest_go_on(rest);
    return status || pended || host_tells() ? status : STATUS_NOT_FOUND;
}

const struct watch_calls watch_sockets = {
    .is_socket = identity_known,
    .closing = closing,
    .close_failed = close_failed,
    .closed = closed,
    .duplicated = duplicated,
    .cancel_all = cancel_all,
    .events_selected = event_selected,
    .events_taken = event_taken,
    .exiting = rest_finish,
};
