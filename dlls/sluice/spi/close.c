/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* closesocket, and the wait SO_LINGER asks of it.
 *
 * The wait is done here: the last descriptor is the host's, and it must never wait (unix/linger.c).
 * Rules: the pages closesocket and SO_LINGER. */
#include "spi/spi.h"

#include "spi/facts.h"
#include "spi/reset_watch.h"
#include "spi/reuse.h"
#include "spi/short_accept.h"
#include "spi/thread.h"
#include "spi/transfer.h"
#include "spi/watch.h"

/* The pauses between two looks, in milliseconds: short at first, for a peer that is near. */
#define FIRST_PAUSE   1
#define LONGEST_PAUSE 20

/* Ends the sending side and waits for the peer to acknowledge all; resets what is left then. */
static void wait_for_peer(SOCKET s, struct linger_state_params *state)
{
    const ULONGLONG end = GetTickCount64() + state->seconds * 1000ULL;
    int how = SD_SEND, pause = FIRST_PAUSE;

    if (state->open)
        afd_call(s, AFD_SHUTDOWN, &how, sizeof(how), NULL, 0);
    for (;;) {
        LARGE_INTEGER delay = {.QuadPart = pause * -10000LL};

        if (UNIX_CALL(linger_state, state) || !state->seconds || !state->unsent)
            return;
        if (GetTickCount64() >= end)
            break;
        NtDelayExecution(TRUE, &delay);
        pause = pause * 2 < LONGEST_PAUSE ? pause * 2 : LONGEST_PAUSE;
    }
    state->reset = 1;
    UNIX_CALL(linger_state, state);
}

/* Returns 0, or WSAEWOULDBLOCK for a non-blocking socket that would have to wait: it stays open. */
static int linger(SOCKET s)
{
    struct linger_state_params state = {.handle = s};
    unsigned facts = facts_find(s);

    if ((facts & FACT_TYPED) && !(facts & FACT_STREAM))
        return 0;
    if (UNIX_CALL(linger_state, &state) || !state.seconds)
        return 0;
    if (!transfer_is_nonblocking(s))
        wait_for_peer(s, &state);
    else if (state.unsent)
        return WSAEWOULDBLOCK;
    return 0;
}

bool spi_is_last_handle(SOCKET s)
{
    OBJECT_BASIC_INFORMATION info;

    return !NtQueryObject((HANDLE)s, ObjectBasicInformation, &info, sizeof(info), NULL) &&
           info.HandleCount == 1;
}

/* What the host would do later or otherwise: operations that pend when the last handle goes end
 * with "aborted" on Windows, and no message about the socket comes any more. */
static void end_activities(SOCKET s, unsigned facts)
{
    struct afd_message_select_params none = {.handle = (ULONG)s};
    IO_STATUS_BLOCK io;

    if (!(facts & (FACT_OVERLAPPED | FACT_MESSAGES)) || !spi_is_last_handle(s))
        return;
    if (facts & FACT_OVERLAPPED)
        NtCancelIoFileEx((HANDLE)s, NULL, &io);
    if (facts & FACT_MESSAGES)
        afd_call(s, AFD_MESSAGE_SELECT, &none, sizeof(none), NULL, 0);
}

int WSPAPI WSPCloseSocket(SOCKET s, LPINT lpErrno)
{
    unsigned facts = facts_find(s);
    struct afd_info info;
    int error = linger(s);

    if (error)
        return spi_return(error, lpErrno);
    /* Where no watch stands, the value may be another object's since a CloseHandle. */
    error = registry_remove(s) && watch_active() ? 0 : afd_info(s, &info);
    if (!error) {
        short_accept_forget(s);
        reuse_forget(s);
        reset_watch_stop(s);
        thread_interrupt_waits((HANDLE)s);
        end_activities(s, facts);
    }
    if (!error && NtClose((HANDLE)s))
        error = WSAENOTSOCK;
    return spi_return(error, lpErrno);
}
