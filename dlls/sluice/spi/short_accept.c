/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See short_accept.h.  The connection is accepted into a socket of ours, with a length the host
 * finds too small only afterwards; from there it is given back (the host's DEFER request). */
#include <stdlib.h>

#include "spi/short_accept.h"

#include "spi/facts.h"
#include "spi/overlapped.h"

/* Too short even for the length that stands before an address in the buffer. */
#define TOO_SHORT 1

static struct record {
    struct record *next;
    SOCKET listener, taker;
    LPOVERLAPPED overlapped;
} * all;
static SRWLOCK lock = SRWLOCK_INIT; /* a leaf lock */

static void enlist(struct record *record)
{
    AcquireSRWLockExclusive(&lock);
    record->next = all;
    all = record;
    ReleaseSRWLockExclusive(&lock);
}

/* The program never had the taker: there is nothing to linger for. */
static void drop(struct record *record)
{
    registry_remove(record->taker);
    NtClose((HANDLE)record->taker);
    free(record);
}

int short_accept(SOCKET listener, unsigned facts, void *buffer, LPOVERLAPPED overlapped)
{
    struct afd_accept_into_params params = {.local_len = TOO_SHORT};
    struct record *record = malloc(sizeof(*record));
    struct notice notice = {overlapped, NULL};
    ULONG_PTR ignored;
    INT error = 0;

    if (!record)
        return WSAENOBUFS;
    record->listener = listener;
    record->overlapped = overlapped;
    record->taker = WSPSocket(facts_family(facts), SOCK_STREAM, IPPROTO_TCP, NULL, 0,
                              WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT, &error);
    if (record->taker == INVALID_SOCKET) {
        free(record);
        return error;
    }
    params.accept_handle = (ULONG)record->taker;
    error = overlapped_issue(listener, &notice, AFD_ACCEPT_INTO, &params, sizeof(params), buffer,
                             TOO_SHORT + sizeof(int), &ignored);
    if (error && error != WSA_IO_PENDING)
        drop(record);
    else
        enlist(record);
    return error;
}

/* Takes the first record that is the listener's and, unless it is being closed, has ended. */
static struct record *take(SOCKET listener, bool closing)
{
    struct record *found = NULL;

    AcquireSRWLockExclusive(&lock);
    for (struct record **link = &all; *link; link = &(*link)->next) {
        struct record *each = *link;
        ULONG_PTR status;

        if (each->listener != listener ||
            (!closing && guard_get(status, &each->overlapped->Internal) &&
             (NTSTATUS)status == STATUS_PENDING))
            continue;
        *link = each->next;
        found = each;
        break;
    }
    ReleaseSRWLockExclusive(&lock);
    return found;
}

void short_accept_settle(SOCKET listener)
{
    struct record *record;

    while (all && (record = take(listener, false))) {
        struct socket_info_params info = {.handle = record->taker};
        ULONG handle = (ULONG)record->taker;

        if (!UNIX_CALL(socket_info, &info) && info.connected)
            afd_call(listener, AFD_DEFER, &handle, sizeof(handle), NULL, 0);
        drop(record);
    }
}

void short_accept_forget(SOCKET listener)
{
    struct record *record;

    while (all && (record = take(listener, true)))
        drop(record);
}
