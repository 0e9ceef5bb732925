/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSAAddressToString and WSAStringToAddress: the provider converts, the A forms convert around it.
 */
#include "api/api.h"
#include "api/names.h"

/* Longest text a provider of ours makes. */
#define TEXT_ROOM 65

/* A program's ANSI protocol row as the wide one; only what stands before its name, which nobody
 * reads here. */
static int widen_info(const WSAPROTOCOL_INFOA *from, WSAPROTOCOL_INFOW *to)
{
    memset(to, 0, sizeof(*to));
    return !from || guard_copy(to, from, offsetof(WSAPROTOCOL_INFOW, szProtocol)) ? 0 : WSAEFAULT;
}

INT WSAAPI WSAAddressToStringW(LPSOCKADDR address, DWORD length, LPWSAPROTOCOL_INFOW info,
                               LPWSTR string, LPDWORD string_length)
{
    const WSPPROC_TABLE *provider = api_enter();
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPAddressToString(address, length, info, string, string_length, &error);
    return api_leave(result, error);
}

INT WSAAPI WSAAddressToStringA(LPSOCKADDR address, DWORD length, LPWSAPROTOCOL_INFOA info,
                               LPSTR string, LPDWORD string_length)
{
    const WSPPROC_TABLE *provider = api_enter();
    WSAPROTOCOL_INFOW wide_info;
    WCHAR text[TEXT_ROOM];
    DWORD room, need = TEXT_ROOM;
    int error;

    if (!provider)
        return SOCKET_ERROR;
    if (!string_length)
        return api_fail(WSAEINVAL);
    error = widen_info(info, &wide_info);
    if (error || provider->lpWSPAddressToString(address, length, info ? &wide_info : NULL, text,
                                                &need, &error))
        return api_fail(error);
    if (!guard_get(room, string_length) || !guard_put(string_length, need))
        return api_fail(WSAEFAULT);
    error = string ? names_put_text(string, room, false, text) : WSAEFAULT;
    return error ? api_fail(error) : 0;
}

INT WSAAPI WSAStringToAddressW(LPWSTR string, INT family, LPWSAPROTOCOL_INFOW info,
                               LPSOCKADDR address, LPINT length)
{
    const WSPPROC_TABLE *provider = api_enter();
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPStringToAddress(string, family, info, address, length, &error);
    return api_leave(result, error);
}

INT WSAAPI WSAStringToAddressA(LPSTR string, INT family, LPWSAPROTOCOL_INFOA info,
                               LPSOCKADDR address, LPINT length)
{
    const WSPPROC_TABLE *provider = api_enter();
    WSAPROTOCOL_INFOW wide_info;
    WCHAR *text = NULL;
    int error, result = SOCKET_ERROR;

    if (!provider)
        return SOCKET_ERROR;
    error = widen_info(info, &wide_info);
    if (!error)
        error = names_copy_text((struct program_text){string, false}, &text);
    if (!error)
        result = provider->lpWSPStringToAddress(text, family, info ? &wide_info : NULL, address,
                                                length, &error);
    names_free(text);
    return api_leave(result, error);
}
