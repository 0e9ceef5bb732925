/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSPAddressToString and WSPStringToAddress: ntdll's conversions with Winsock's checks around them.
 */
#include "spi/spi.h"

#include <mstcpip.h>

/* Longest text of an address: brackets, scope and port included (INET6_ADDRSTRLEN of ws2ipdef.h).
 */
#define TEXT_ROOM 65

/* Strings longer than this are no addresses. */
#define STRING_MAX 1024

/* A provider asked for by a protocol row serves the row's family only. */
static int check_info(const WSAPROTOCOL_INFOW *info, int family)
{
    int listed;

    if (!info)
        return 0;
    if (!guard_get(listed, &info->iAddressFamily))
        return WSAEFAULT;
    return listed == family ? 0 : WSAEINVAL;
}

static int address_to_text(const void *address, WCHAR text[TEXT_ROOM], ULONG *length)
{
    const struct sockaddr_in *in = address;
    const struct sockaddr_in6 *in6 = address;
    NTSTATUS status;

    *length = TEXT_ROOM;
    if (in->sin_family == AF_INET)
        status = RtlIpv4AddressToStringExW(&in->sin_addr, in->sin_port, text, length);
    else
        status = RtlIpv6AddressToStringExW(&in6->sin6_addr, in6->sin6_scope_id, in6->sin6_port,
                                           text, length);
    return status ? WSAEINVAL : 0;
}

/* Stores the text and its length; too little room is WSAEFAULT, with the length that is needed. */
static int put_text(const WCHAR *text, ULONG length, LPWSTR string, LPDWORD string_length)
{
    DWORD room, need = length;

    if (!guard_get(room, string_length) || !guard_put(string_length, need))
        return WSAEFAULT;
    if (!string || room < need)
        return WSAEFAULT;
    return guard_copy(string, text, need * sizeof(WCHAR)) ? 0 : WSAEFAULT;
}

INT WSPAPI WSPAddressToString(LPSOCKADDR address, DWORD length, LPWSAPROTOCOL_INFOW info,
                              LPWSTR string, LPDWORD string_length, LPINT lpErrno)
{
    struct sockaddr_in6 copy;
    WCHAR text[TEXT_ROOM];
    ULONG text_length = 0;
    int copy_length, error;

    if (!address || !length || !string_length)
        return spi_return(WSAEINVAL, lpErrno);
    if (length > INT_MAX)
        return spi_return(WSAEFAULT, lpErrno);
    error = spi_get_address(address, (int)length, AF_UNSPEC, &copy, &copy_length);
    if (error == WSAEAFNOSUPPORT)
        error = WSAEINVAL; /* no provider for the family */
    if (!error)
        error = check_info(info, copy.sin6_family);
    if (!error)
        error = address_to_text(&copy, text, &text_length);
    if (!error)
        error = put_text(text, text_length, string, string_length);
    return spi_return(error, lpErrno);
}

/* What a failed parse left in the address is stored too, as Windows does; the family stays 0 then.
 */
static int text_to_address(const WCHAR *text, int family, struct sockaddr_in6 *address)
{
    struct sockaddr_in in = {0};

    memset(address, 0, sizeof(*address));
    if (family == AF_INET) {
        NTSTATUS status = RtlIpv4StringToAddressExW(text, FALSE, &in.sin_addr, &in.sin_port);

        if (!status)
            in.sin_family = AF_INET;
        memcpy(address, &in, sizeof(in));
        return status ? WSAEINVAL : 0;
    }
    if (RtlIpv6StringToAddressExW(text, &address->sin6_addr, &address->sin6_scope_id,
                                  &address->sin6_port))
        return WSAEINVAL;
    address->sin6_family = AF_INET6;
    return 0;
}

static int copy_text(LPCWSTR string, WCHAR text[STRING_MAX])
{
    ptrdiff_t length;

    if (!string)
        return WSAEINVAL;
    length = guard_length(string, sizeof(WCHAR), 1u << 20);
    if (length < 0)
        return WSAEFAULT;
    if (length >= STRING_MAX)
        return WSAEINVAL;
    return guard_copy(text, string, (length + 1) * sizeof(WCHAR)) ? 0 : WSAEFAULT;
}

INT WSPAPI WSPStringToAddress(LPWSTR string, INT family, LPWSAPROTOCOL_INFOW info,
                              LPSOCKADDR address, LPINT length, LPINT lpErrno)
{
    int need = spi_address_length(family);
    struct sockaddr_in6 parsed;
    WCHAR text[STRING_MAX];
    int room, error;

    if (!address || !length || !guard_get(room, length))
        return spi_return(WSAEFAULT, lpErrno);
    error = copy_text(string, text);
    if (!error && !need)
        error = WSAEINVAL;
    if (!error)
        error = check_info(info, family);
    if (error)
        return spi_return(error, lpErrno);
    if (room < need) {
        guard_put(length, need);
        return spi_return(WSAEFAULT, lpErrno);
    }
    error = text_to_address(text, family, &parsed);
    if (!guard_copy(address, &parsed, need))
        error = WSAEFAULT;
    else if (!error && !guard_put(length, need))
        error = WSAEFAULT;
    return spi_return(error, lpErrno);
}
