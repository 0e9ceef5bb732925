/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* send, sendto, WSASend, WSASendTo, WSASendMsg, WSASendDisconnect. */
#include "api/transfer.h"

int WSAAPI send(SOCKET s, const char *buffer, int length, int flags)
{
    return sendto(s, buffer, length, flags, NULL, 0);
}

int WSAAPI sendto(SOCKET s, const char *buffer, int length, int flags, const struct sockaddr *to,
                  int tolen)
{
    const WSPPROC_TABLE *provider = api_enter();
    WSABUF data = {(ULONG)length, (char *)buffer};
    DWORD sent = 0;
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    if (to)
        result =
            provider->lpWSPSendTo(s, &data, 1, &sent, flags, to, tolen, NULL, NULL, NULL, &error);
    else
        result = provider->lpWSPSend(s, &data, 1, &sent, flags, NULL, NULL, NULL, &error);
    return transfer_leave_count(result, error, sent);
}

int WSAAPI WSASend(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags,
                   LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const WSPPROC_TABLE *provider = api_enter();
    WSATHREADID thread = {GetCurrentThread(), 0};
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result =
        provider->lpWSPSend(s, buffers, count, sent, flags, overlapped, routine, &thread, &error);
    return transfer_leave(result, error);
}

int WSAAPI WSASendTo(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags,
                     const struct sockaddr *to, int tolen, LPWSAOVERLAPPED overlapped,
                     LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const WSPPROC_TABLE *provider = api_enter();
    WSATHREADID thread = {GetCurrentThread(), 0};
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPSendTo(s, buffers, count, sent, flags, to, tolen, overlapped, routine,
                                   &thread, &error);
    return transfer_leave(result, error);
}

/* The SPI's table has no row for it: providers offer it as an extension function, which sets the
 * last error. */
int WSAAPI WSASendMsg(SOCKET s, LPWSAMSG msg, DWORD flags, LPDWORD sent, LPWSAOVERLAPPED overlapped,
                      LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const WSPPROC_TABLE *provider = api_enter();
    LPFN_WSASENDMSG send_msg = NULL;
    GUID guid = WSAID_WSASENDMSG;
    DWORD length = 0;
    int error = 0;

    if (!provider)
        return SOCKET_ERROR;
    if (provider->lpWSPIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &guid, sizeof(guid), &send_msg,
                             sizeof(send_msg), &length, NULL, NULL, NULL, &error))
        return api_fail(error);
    return send_msg(s, msg, flags, sent, overlapped, routine);
}

int WSAAPI WSASendDisconnect(SOCKET s, LPWSABUF data)
{
    const WSPPROC_TABLE *provider = api_enter();
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPSendDisconnect(s, data, &error);
    return api_leave(result, error);
}
