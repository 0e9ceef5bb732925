/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/api.h"

BOOL WSAAPI WSAGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD transferred,
                                   BOOL wait, LPDWORD flags)
{
    const WSPPROC_TABLE *provider = api_enter();
    BOOL result;
    int error = 0;

    if (!provider)
        return FALSE;
    result = provider->lpWSPGetOverlappedResult(s, overlapped, transferred, wait, flags, &error);
    return api_leave_bool(result, error);
}
