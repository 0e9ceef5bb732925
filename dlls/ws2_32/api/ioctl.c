/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/clear.h"

int WSAAPI WSAIoctl(SOCKET s, DWORD code, LPVOID in, DWORD in_len, LPVOID out, DWORD out_len,
                    LPDWORD returned, LPWSAOVERLAPPED overlapped,
                    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const WSPPROC_TABLE *provider = api_enter();
    WSATHREADID thread = {GetCurrentThread(), 0};
    int error = 0, result;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPIoctl(s, code, in, in_len, out, out_len, returned, overlapped, routine,
                                  &thread, &error);
    return api_leave_clear(result, error);
}

int WSAAPI ioctlsocket(SOCKET s, __LONG32 command, u_long *argument)
{
    DWORD returned;

    return WSAIoctl(s, command, argument, sizeof(*argument), argument, sizeof(*argument), &returned,
                    NULL, NULL);
}
