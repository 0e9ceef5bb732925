/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/api.h"

SOCKET WSAAPI WSAJoinLeaf(SOCKET s, const struct sockaddr *name, int namelen, LPWSABUF caller_data,
                          LPWSABUF callee_data, LPQOS sqos, LPQOS gqos, DWORD flags)
{
    const WSPPROC_TABLE *provider = api_enter();
    SOCKET joined;
    int error = 0;

    if (!provider)
        return INVALID_SOCKET;
    joined = provider->lpWSPJoinLeaf(s, name, namelen, caller_data, callee_data, sqos, gqos, flags,
                                     &error);
    return api_leave_socket(joined, error);
}
