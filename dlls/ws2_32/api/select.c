/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/clear.h"

int WSAAPI select(int nfds, fd_set *readfds, fd_set *writefds, fd_set *exceptfds,
                  TIMEOUT timeout)
{
    const WSPPROC_TABLE *provider = api_enter();
    int error = 0, result;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPSelect(nfds, readfds, writefds, exceptfds, timeout, &error);
    return api_leave_clear(result, error);
}

/* What the FD_ISSET macro calls; needs no start-up. 1 if the socket is in the set, else 0. */
int WSAAPI __WSAFDIsSet(SOCKET s, fd_set *set)
{
    const char *array = (const char *)set + offsetof(fd_set, fd_array);
    u_int count;
    SOCKET member;

    if (!guard_get(count, &set->fd_count))
        return 0;
    for (u_int i = 0; i < count; i++) {
        if (!guard_get(member, array + i * sizeof(SOCKET)))
            return 0;
        if (member == s)
            return 1;
    }
    return 0;
}
