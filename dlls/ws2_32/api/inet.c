/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Internet addresses and text.  None of these needs WSAStartup.  ntdll does the conversions; which
 * texts count, and what a failed inet_pton leaves behind, is as Windows was seen to do. */
#include "api/api.h"
#include "api/names.h"

#include <mstcpip.h>
#include <ntstatus.h>

/* Longer text is no address. */
#define TEXT_ROOM 128

/* Missing from mingw-w64's mstcpip.h. */
LONG NTAPI RtlIpv6StringToAddressA(PCSTR text, LPSTR *terminator, IN6_ADDR *address);
LONG NTAPI RtlIpv6StringToAddressW(PCWSTR text, LPWSTR *terminator, IN6_ADDR *address);

static bool is_space(char c)
{
    return c == ' ' || (c >= '\t' && c <= '\r');
}

/* Copies a string with its zero, cut to TEXT_ROOM - 1 units. Returns false for an unreadable one.
 */
static bool copy_text(const void *from, size_t unit, void *text)
{
    ptrdiff_t length = from ? guard_length(from, unit, 1u << 20) : -1;

    if (length < 0)
        return false;
    if (length >= TEXT_ROOM)
        length = TEXT_ROOM - 1;
    memset(text, 0, TEXT_ROOM * unit);
    return guard_copy(text, from, length * unit);
}

unsigned __LONG32 WSAAPI inet_addr(const char *cp)
{
    char text[TEXT_ROOM], *end;
    IN_ADDR address;

    if (!copy_text(cp, 1, text)) {
        SetLastError(WSAEFAULT);
        return INADDR_NONE;
    }
    if (!strcmp(text, " "))
        return 0; /* so Windows, and "" or two spaces are no address */
    if (RtlIpv4StringToAddressA(text, FALSE, &end, &address) || (*end && !is_space(*end)))
        return INADDR_NONE;
    return address.S_un.S_addr;
}

char *WSAAPI inet_ntoa(struct in_addr in)
{
    ULONG length = 16;
    char *text = names_thread_result(RESULT_NTOA, length);

    if (!text)
        SetLastError(WSAENOBUFS);
    else
        RtlIpv4AddressToStringExA(&in, 0, text, &length);
    return text;
}

static int address_length(int family)
{
    return family == AF_INET ? 4 : family == AF_INET6 ? 16 : 0;
}

/* The text of an address in both widths. The codes are those Windows sets: an NTSTATUS for the
 * string's room. */
static int address_to_text(int family, const void *address, bool wide, void *string, size_t room)
{
    unsigned char copy[16];
    WCHAR text[INET6_ADDRSTRLEN];
    ULONG length = INET6_ADDRSTRLEN;
    LONG status;

    if (!address_length(family))
        return WSAEAFNOSUPPORT;
    if (!string || !room)
        return STATUS_INVALID_PARAMETER;
    if (!guard_copy(copy, address, address_length(family)))
        return WSAEFAULT;
    status = family == AF_INET
                 ? RtlIpv4AddressToStringExW((const IN_ADDR *)copy, 0, text, &length)
                 : RtlIpv6AddressToStringExW((const IN6_ADDR *)copy, 0, 0, text, &length);
    if (status || length > room)
        return STATUS_INVALID_PARAMETER;
    return names_put_text(string, room, wide, text);
}

PCSTR WSAAPI inet_ntop(INT family, LPCVOID address, LPSTR string, size_t room)
{
    int error = address_to_text(family, address, false, string, room);

    if (error)
        SetLastError(error);
    return error ? NULL : string;
}

LPCWSTR WSAAPI InetNtopW(INT family, LPCVOID address, LPWSTR string, size_t room)
{
    int error = address_to_text(family, address, true, string, room);

    if (error)
        SetLastError(error);
    return error ? NULL : string;
}

static bool parse_a(int family, const char *text, void *address)
{
    char *end = (char *)text;
    LONG status = family == AF_INET ? RtlIpv4StringToAddressA(text, TRUE, &end, address)
                                    : RtlIpv6StringToAddressA(text, &end, address);

    return !status && !*end;
}

static bool parse_w(int family, const WCHAR *text, void *address)
{
    WCHAR *end = (WCHAR *)text;
    LONG status = family == AF_INET ? RtlIpv4StringToAddressW(text, TRUE, &end, address)
                                    : RtlIpv6StringToAddressW(text, &end, address);

    return !status && !*end;
}

/* 1: an address; 0: none; -1 with the last error.  A failed parse may change the address in part,
 * as on Windows; what it leaves alone is written back unchanged. */
static int text_to_address(int family, const void *string, bool wide, void *address)
{
    union {
        IN6_ADDR aligned;
        unsigned char bytes[16];
    } copy;
    WCHAR text[TEXT_ROOM];
    bool parsed;

    if (!string || !address || !copy_text(string, wide ? sizeof(WCHAR) : 1, text))
        return api_fail(WSAEFAULT);
    if (!address_length(family))
        return api_fail(WSAEAFNOSUPPORT);
    if (!guard_copy(copy.bytes, address, address_length(family)))
        return api_fail(WSAEFAULT);
    parsed = wide ? parse_w(family, text, &copy) : parse_a(family, (const char *)text, &copy);
    if (!guard_copy(address, copy.bytes, address_length(family)))
        return api_fail(WSAEFAULT);
    return parsed;
}

INT WSAAPI inet_pton(INT family, LPCSTR string, PVOID address)
{
    return text_to_address(family, string, false, address);
}

INT WSAAPI InetPtonW(INT family, LPCWSTR string, PVOID address)
{
    int result = text_to_address(family, string, true, address);

    if (!result)
        SetLastError(WSAEINVAL); /* the wide function alone says why */
    return result;
}
