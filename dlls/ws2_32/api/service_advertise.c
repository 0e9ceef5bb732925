/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Name space providers of version 2, which live in other programs: WSAAdvertiseProvider and its
 * relatives.  Only an installed one can be advertised, and the catalog has none. */
#include "api/service.h"

static int check_id(const GUID *id)
{
    if (!id)
        return WSAEINVAL;
    return guard_readable(id, sizeof(*id)) ? 0 : WSAEFAULT;
}

/* mingw-w64's header has one pointer too many: the page's is to the structure itself. */
INT WSAAPI WSAAdvertiseProvider(const GUID *id, const LPCNSPV2_ROUTINE *routine)
{
    NSPV2_ROUTINE copy;
    int error;

    if (!api_enter())
        return SOCKET_ERROR;
    error = check_id(id);
    if (!error && !routine)
        error = WSAEINVAL;
    if (!error && !guard_get(copy, routine))
        error = WSAEFAULT;
    if (!error && (!copy.NSPv2LookupServiceBegin || !copy.NSPv2LookupServiceNextEx ||
                   !copy.NSPv2LookupServiceEnd))
        error = WSAEINVAL;
    return api_fail(error ? error : WSAEINVALIDPROVIDER);
}

INT WSPAPI WSAUnadvertiseProvider(const GUID *id)
{
    int error;

    if (!api_enter())
        return SOCKET_ERROR;
    error = check_id(id);
    return api_fail(error ? error : WSAEINVALIDPROVIDER);
}

/* No asynchronous call to a provider is ever under way. */
INT WSPAPI WSAProviderCompleteAsyncCall(HANDLE call, INT code)
{
    (void)call, (void)code;
    return api_enter() ? api_fail(WSAEINVAL) : SOCKET_ERROR;
}
