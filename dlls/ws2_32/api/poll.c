/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSAPoll.  The SPI has no entry for it: as on Windows it is a function the provider gives for a
 * GUID, asked for on a socket.  Any entry of the array that is a socket serves to ask. */
#include "api/clear.h"

#ifndef WSAID_WSAPOLL
#define WSAID_WSAPOLL                                                                              \
    {                                                                                              \
        0x18c76f85, 0xdc66, 0x4964,                                                                \
        {                                                                                          \
            0x97, 0x2e, 0x23, 0xc2, 0x72, 0x38, 0x31, 0x2b                                         \
        }                                                                                          \
    }
#endif

typedef int(WSAAPI *poll_entry)(WSAPOLLFD *fds, ULONG count, INT timeout);

static volatile poll_entry provider_poll; /* the base provider's, the same for every socket */

static poll_entry ask(const WSPPROC_TABLE *provider, SOCKET s, int *error)
{
    GUID id = WSAID_WSAPOLL;
    poll_entry entry = NULL;
    DWORD size;

    if (provider->lpWSPIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof(id), &entry,
                             sizeof(entry), &size, NULL, NULL, NULL, error))
        return NULL;
    return entry;
}

/* No entry is a socket where none of them gives the function. */
static int find_entry(const WSPPROC_TABLE *provider, const WSAPOLLFD *fds, ULONG count)
{
    for (ULONG i = 0; i < count; i++) {
        int error = 0;
        poll_entry entry;
        SOCKET s;

        if (!guard_get(s, &fds[i].fd))
            return WSAEFAULT;
        entry = ask(provider, s, &error);
        if (entry) {
            InterlockedExchangePointer((void *volatile *)&provider_poll, (void *)entry);
            return 0;
        }
        if (error != WSAENOTSOCK)
            return WSAEOPNOTSUPP;
    }
    return WSAENOTSOCK;
}

static bool mark_all_invalid(WSAPOLLFD *fds, ULONG count)
{
    const SHORT invalid = POLLNVAL;

    for (ULONG i = 0; i < count; i++) {
        if (!guard_put(&fds[i].revents, invalid))
            return false;
    }
    return true;
}

int WSAAPI WSAPoll(WSAPOLLFD *fds, ULONG count, INT timeout)
{
    const WSPPROC_TABLE *provider = api_enter();
    int error = 0;

    if (!provider)
        return SOCKET_ERROR;
    if (!count)
        return api_fail(WSAEINVAL);
    if (!fds)
        return api_fail(WSAEFAULT);
    if (!provider_poll)
        error = find_entry(provider, fds, count);
    if (error == WSAENOTSOCK && !mark_all_invalid(fds, count))
        error = WSAEFAULT;
    return error ? api_fail(error) : provider_poll(fds, count, timeout);
}
