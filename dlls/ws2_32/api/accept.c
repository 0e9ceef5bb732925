/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/api.h"

SOCKET WSAAPI WSAAccept(SOCKET s, struct sockaddr *addr, LPINT addrlen, LPCONDITIONPROC condition,
                        DWORD_PTR data)
{
    const WSPPROC_TABLE *provider = api_enter();
    SOCKET accepted;
    int error = 0;

    if (!provider)
        return INVALID_SOCKET;
    accepted = provider->lpWSPAccept(s, addr, addrlen, condition, data, &error);
    return api_leave_socket(accepted, error);
}

SOCKET WSAAPI accept(SOCKET s, struct sockaddr *addr, int *addrlen)
{
    return WSAAccept(s, addr, addrlen, NULL, 0);
}
