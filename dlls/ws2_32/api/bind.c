/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bind, and the addresses a socket has. */
#include "api/api.h"

int WSAAPI bind(SOCKET s, const struct sockaddr *name, int namelen)
{
    const WSPPROC_TABLE *provider = api_enter();
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPBind(s, name, namelen, &error);
    return api_leave(result, error);
}

int WSAAPI getsockname(SOCKET s, struct sockaddr *name, int *namelen)
{
    const WSPPROC_TABLE *provider = api_enter();
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPGetSockName(s, name, namelen, &error);
    return api_leave(result, error);
}

int WSAAPI getpeername(SOCKET s, struct sockaddr *name, int *namelen)
{
    const WSPPROC_TABLE *provider = api_enter();
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPGetPeerName(s, name, namelen, &error);
    return api_leave(result, error);
}
