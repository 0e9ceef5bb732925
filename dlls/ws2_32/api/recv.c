/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* recv, recvfrom, WSARecv, WSARecvFrom, WSARecvDisconnect. */
#include "api/transfer.h"

int WSAAPI recv(SOCKET s, char *buffer, int length, int flags)
{
    const WSPPROC_TABLE *provider = api_enter();
    WSABUF data = {(ULONG)length, buffer};
    DWORD received = 0, asked = flags;
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPRecv(s, &data, 1, &received, &asked, NULL, NULL, NULL, &error);
    return transfer_leave_count(result, error, received);
}

int WSAAPI recvfrom(SOCKET s, char *buffer, int length, int flags, struct sockaddr *from,
                    int *fromlen)
{
    const WSPPROC_TABLE *provider = api_enter();
    WSABUF data = {(ULONG)length, buffer};
    DWORD received = 0, asked = flags;
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPRecvFrom(s, &data, 1, &received, &asked, from, fromlen, NULL, NULL,
                                     NULL, &error);
    return transfer_leave_count(result, error, received);
}

int WSAAPI WSARecv(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags,
                   LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const WSPPROC_TABLE *provider = api_enter();
    WSATHREADID thread = {GetCurrentThread(), 0};
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPRecv(s, buffers, count, received, flags, overlapped, routine, &thread,
                                 &error);
    return transfer_leave(result, error);
}

int WSAAPI WSARecvFrom(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags,
                       struct sockaddr *from, LPINT fromlen, LPWSAOVERLAPPED overlapped,
                       LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    const WSPPROC_TABLE *provider = api_enter();
    WSATHREADID thread = {GetCurrentThread(), 0};
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPRecvFrom(s, buffers, count, received, flags, from, fromlen, overlapped,
                                     routine, &thread, &error);
    return transfer_leave(result, error);
}

int WSAAPI WSARecvDisconnect(SOCKET s, LPWSABUF data)
{
    const WSPPROC_TABLE *provider = api_enter();
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPRecvDisconnect(s, data, &error);
    return api_leave(result, error);
}
