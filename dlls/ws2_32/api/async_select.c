/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/clear.h"

int WSAAPI WSAAsyncSelect(SOCKET s, HWND window, u_int message, __LONG32 events)
{
    const WSPPROC_TABLE *provider = api_enter();
    int error = 0, result;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPAsyncSelect(s, window, message, events, &error);
    return api_leave_clear(result, error);
}
