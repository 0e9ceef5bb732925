/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Creating, duplicating and closing sockets. */
#include "api/api.h"

#include "api/sockopt.h"

static SOCKET create(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group,
                     DWORD flags)
{
    const WSPPROC_TABLE *provider = api_enter();
    SOCKET s;
    int error = 0;

    if (!provider)
        return INVALID_SOCKET;
    s = provider->lpWSPSocket(family, type, protocol, info, group, flags, &error);
    if (s != INVALID_SOCKET)
        SetLastError(0); /* as seen on Windows */
    return api_leave_socket(s, error);
}

/* Overlapped unless the thread chose otherwise (SO_OPENTYPE, an option of 1.1's Microsoft
 * extensions). */
SOCKET WSAAPI socket(int family, int type, int protocol)
{
    return create(family, type, protocol, NULL, 0, api_open_type() ? 0 : WSA_FLAG_OVERLAPPED);
}

SOCKET WSAAPI WSASocketW(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group,
                         DWORD flags)
{
    return create(family, type, protocol, info, group, flags);
}

/* The ANSI form is the wide one up to the name, which says nothing a socket needs. */
SOCKET WSAAPI WSASocketA(int family, int type, int protocol, LPWSAPROTOCOL_INFOA info, GROUP group,
                         DWORD flags)
{
    WSAPROTOCOL_INFOW wide = {0};

    if (!info)
        return create(family, type, protocol, NULL, group, flags);
    if (!api_enter())
        return INVALID_SOCKET;
    if (!guard_copy(&wide, info, offsetof(WSAPROTOCOL_INFOW, szProtocol))) {
        SetLastError(WSAEFAULT);
        return INVALID_SOCKET;
    }
    return create(family, type, protocol, &wide, group, flags);
}

int WSAAPI closesocket(SOCKET s)
{
    const WSPPROC_TABLE *provider = api_enter();
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPCloseSocket(s, &error);
    return api_leave(result, error);
}

int WSAAPI WSADuplicateSocketW(SOCKET s, DWORD process, LPWSAPROTOCOL_INFOW info)
{
    const WSPPROC_TABLE *provider = api_enter();
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPDuplicateSocket(s, process, info, &error);
    return api_leave(result, error);
}

int WSAAPI WSADuplicateSocketA(SOCKET s, DWORD process, LPWSAPROTOCOL_INFOA info)
{
    const size_t common = offsetof(WSAPROTOCOL_INFOW, szProtocol);
    const WSPPROC_TABLE *provider = api_enter();
    WSAPROTOCOL_INFOW wide;
    char name[WSAPROTOCOL_LEN + 1] = "";
    int error = 0;

    if (!provider)
        return SOCKET_ERROR;
    if (info && !guard_writable(info, sizeof(*info)))
        info = NULL;
    if (provider->lpWSPDuplicateSocket(s, process, info ? &wide : NULL, &error))
        return api_fail(error);
    WideCharToMultiByte(CP_ACP, 0, wide.szProtocol, -1, name, sizeof(name), NULL, NULL);
    guard_copy(info, &wide, common);
    guard_copy(info->szProtocol, name, sizeof(name));
    return 0;
}
