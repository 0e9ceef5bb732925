/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of name services, and the parts its functions share. */
#include "spi/names.h"

#include <mstcpip.h>

const struct name_services *WINAPI SluiceNames(void)
{
    static const struct name_services services = {
        .get_addresses = names_get_addresses,
        .get_nameinfo = names_get_nameinfo,
        .get_hostname = names_get_hostname,
        .get_host = names_get_host,
        .get_service = names_get_service,
        .get_protocol = names_get_protocol,
    };

    return host_attach(false) ? NULL : &services; /* it may be asked for before WSPStartup */
}

void *names_alloc(size_t size)
{
    return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

void names_free(void *block)
{
    if (block)
        HeapFree(GetProcessHeap(), 0, block);
}

int names_entry_call(int (*call)(void *context, struct name_entry *buffer, uint32_t *size),
                     void *context, struct name_entry **entry)
{
    uint32_t size = 1024, room;
    int error;

    do {
        struct name_entry *buffer = names_alloc(size);

        if (!buffer)
            return WSA_NOT_ENOUGH_MEMORY;
        room = size;
        error = call(context, buffer, &size);
        if (!error)
            *entry = buffer;
        else
            names_free(buffer);
    } while (error == WSAENOBUFS && size > room);
    return error;
}

bool names_parse_address(const WCHAR *text, struct name_address *address)
{
    WCHAR *end;
    IN6_ADDR in6;
    IN_ADDR in;
    ULONG scope;
    USHORT port;

    memset(address, 0, sizeof(*address));
    if (!RtlIpv4StringToAddressW(text, FALSE, &end, &in) && !*end) {
        address->family = NAME_FAMILY_4;
        memcpy(address->bytes, &in, sizeof(in));
        return true;
    }
    if (!RtlIpv6StringToAddressExW(text, &in6, &scope, &port)) {
        address->family = NAME_FAMILY_6;
        address->scope = scope;
        memcpy(address->bytes, &in6, sizeof(in6));
        return true;
    }
    return false;
}

int names_node_to_ascii(const WCHAR *node, bool idn, char ascii[NAME_NODE_ROOM])
{
    WCHAR encoded[NAME_NODE_ROOM];
    size_t len;

    for (len = 0; node[len] && node[len] < 0x80; len++)
        ;
    if (node[len]) {
        if (!idn || !IdnToAscii(0, node, -1, encoded, NAME_NODE_ROOM))
            return WSAHOST_NOT_FOUND;
        node = encoded;
        len = wcslen(encoded);
    }
    if (len >= NAME_NODE_ROOM)
        return WSAHOST_NOT_FOUND;
    for (size_t i = 0; i <= len; i++)
        ascii[i] = (char)node[i];
    return 0;
}

int WINAPI names_get_hostname(WCHAR name[NAME_HOST_ROOM])
{
    char host[NAME_HOST_ROOM];
    struct get_hostname_params params = {.name = unix_pointer(host), .name_len = sizeof(host)};
    int error = UNIX_CALL(get_hostname, &params);

    if (error)
        return error;
    return MultiByteToWideChar(CP_UTF8, 0, host, -1, name, NAME_HOST_ROOM) ? 0 : WSAENETDOWN;
}
