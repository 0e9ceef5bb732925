/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bind, and the addresses a socket has. */
#include "api/api.h"

int WSAAPI bind(SOCKET s, const struct sockaddr *name, int namelen)
{
    const WSPPROC_TABLE *provider = api_enter();
    int error = 0;

    return provider ? api_leave(provider->lpWSPBind(s, name, namelen, &error), error)
                    : SOCKET_ERROR;
}

int WSAAPI getsockname(SOCKET s, struct sockaddr *name, int *namelen)
{
    const WSPPROC_TABLE *provider = api_enter();
    int error = 0;

    return provider ? api_leave(provider->lpWSPGetSockName(s, name, namelen, &error), error)
                    : SOCKET_ERROR;
}

int WSAAPI getpeername(SOCKET s, struct sockaddr *name, int *namelen)
{
    const WSPPROC_TABLE *provider = api_enter();
    int error = 0;

    return provider ? api_leave(provider->lpWSPGetPeerName(s, name, namelen, &error), error)
                    : SOCKET_ERROR;
}
