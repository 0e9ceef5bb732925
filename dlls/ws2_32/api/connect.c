/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* connect and shutdown. */
#include "api/api.h"

int WSAAPI WSAConnect(SOCKET s, const struct sockaddr *name, int namelen, LPWSABUF caller_data,
                      LPWSABUF callee_data, LPQOS sqos, LPQOS gqos)
{
    const WSPPROC_TABLE *provider = api_enter();
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPConnect(s, name, namelen, caller_data, callee_data, sqos, gqos, &error);
    return api_leave(result, error);
}

int WSAAPI connect(SOCKET s, const struct sockaddr *name, int namelen)
{
    return WSAConnect(s, name, namelen, NULL, NULL, NULL, NULL);
}

int WSAAPI shutdown(SOCKET s, int how)
{
    const WSPPROC_TABLE *provider = api_enter();
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPShutdown(s, how, &error);
    return api_leave(result, error);
}
