/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Host entries (gethostbyname, gethostbyaddr) and the names of an address and a port (getnameinfo).
 */
#include "spi/names.h"

#include <mstcpip.h>
#include <wchar.h>

/* Addresses of one name in a hosts file. */
#define HOSTS_ROOM 32

static struct netdb_word word_of(const char *text)
{
    return (struct netdb_word){text, strlen(text)};
}

/* Packs one name and the addresses of its family into a fresh entry. */
static int make_entry(const char *name, const struct name_address *list, unsigned int count,
                      struct name_entry **entry)
{
    struct name_entry head = {.number = list[0].family, .string_count = 1};
    struct netdb_word word = word_of(name);
    uint8_t bytes[HOSTS_ROOM * 16];

    head.address_len = list[0].family == NAME_FAMILY_4 ? 4 : 16;
    for (unsigned int i = 0; i < count; i++) {
        memcpy(bytes + (size_t)head.address_count * head.address_len, list[i].bytes,
               head.address_len);
        head.address_count++;
    }
    netdb_pack(&head, bytes, &word, NULL, 0);
    *entry = names_alloc(head.size);
    if (!*entry)
        return WSA_NOT_ENOUGH_MEMORY;
    netdb_pack(&head, bytes, &word, *entry, head.size);
    return 0;
}

struct host_query {
    const char *node;
    const struct name_address *address;
};

static int call_host(void *context, struct name_entry *buffer, uint32_t *size)
{
    const struct host_query *query = context;
    struct get_hostent_params params = {
        .node = unix_pointer(query->node), .buffer = unix_pointer(buffer), .size = *size};
    int error;

    if (query->address)
        params.address = *query->address;
    error = UNIX_CALL(get_hostent, &params);
    *size = params.size;
    return error;
}

/* Digits and dots, or a colon: an address that is none of IPv4's, for gethostbyname knows no other.
 */
static bool looks_numeric(const WCHAR *node)
{
    const WCHAR *at = node;

    if (wcschr(node, ':'))
        return true;
    while ((*at >= '0' && *at <= '9') || *at == '.')
        at++;
    return *node && !*at;
}

static int host_by_name(const WCHAR *node, struct name_entry **entry)
{
    struct name_address list[HOSTS_ROOM], literal;
    char ascii[NAME_NODE_ROOM], canonical[NAME_NODE_ROOM];
    struct host_query query = {.node = ascii};
    unsigned int count, kept = 0;
    int error = names_node_to_ascii(node, true, ascii);

    if (error)
        return error;
    if (names_parse_address(node, &literal) && literal.family == NAME_FAMILY_4)
        return make_entry(ascii, &literal, 1, entry);
    if (looks_numeric(node))
        return WSANO_DATA;
    count = names_hosts_by_name(ascii, list, HOSTS_ROOM, canonical);
    for (unsigned int i = 0; i < count; i++) {
        if (list[i].family == NAME_FAMILY_4)
            list[kept++] = list[i];
    }
    if (kept)
        return make_entry(canonical, list, kept, entry);
    return names_entry_call(call_host, &query, entry);
}

int WINAPI names_get_host(const WCHAR *node, const struct name_address *address,
                          struct name_entry **entry)
{
    struct host_query query = {.address = address};
    char name[NAME_NODE_ROOM];

    if (node)
        return host_by_name(node, entry);
    if (names_hosts_by_address(address, name))
        return make_entry(name, address, 1, entry);
    return names_entry_call(call_host, &query, entry);
}

static int numeric_host(const struct name_address *address, WCHAR host[NI_MAXHOST])
{
    ULONG length = NI_MAXHOST;
    NTSTATUS status;
    IN6_ADDR in6;
    IN_ADDR in;

    if (address->family == NAME_FAMILY_4) {
        memcpy(&in, address->bytes, sizeof(in));
        status = RtlIpv4AddressToStringExW(&in, 0, host, &length);
    } else {
        memcpy(&in6, address->bytes, sizeof(in6));
        status = RtlIpv6AddressToStringExW(&in6, address->scope, 0, host, &length);
    }
    return status ? WSANO_RECOVERY : 0;
}

static int named_host(const struct name_address *address, int flags, WCHAR host[NI_MAXHOST])
{
    char name[NI_MAXHOST];
    struct get_nameinfo_params params = {
        .name = unix_pointer(name),
        .name_len = sizeof(name),
        .local_only = flags & NI_NOFQDN,
        .address = *address,
    };
    int error = names_hosts_by_address(address, name) ? 0 : UNIX_CALL(get_nameinfo, &params);

    if (error)
        return error;
    return MultiByteToWideChar(CP_UTF8, 0, name, -1, host, NI_MAXHOST) ? 0 : WSANO_RECOVERY;
}

/* The port's name, or its number. */
static void service_text(USHORT port, int flags, WCHAR service[NI_MAXSERV])
{
    const char *protocol = flags & NI_DGRAM ? "udp" : "tcp";
    struct name_entry *entry;
    bool named = false;

    if (!(flags & NI_NUMERICSERV) && !names_get_service(NULL, ntohs(port), protocol, &entry)) {
        named = MultiByteToWideChar(CP_ACP, 0, netdb_strings(entry), -1, service, NI_MAXSERV) != 0;
        names_free(entry);
    }
    if (!named)
        _snwprintf(service, NI_MAXSERV, L"%u", ntohs(port));
}

int WINAPI names_get_nameinfo(const struct name_address *address, USHORT port, int flags,
                              WCHAR host[NI_MAXHOST], WCHAR service[NI_MAXSERV])
{
    int error = 0;

    if (host) {
        error = flags & NI_NUMERICHOST ? WSAHOST_NOT_FOUND : named_host(address, flags, host);
        if (error && ((flags & NI_NUMERICHOST) || !(flags & NI_NAMEREQD)))
            error = numeric_host(address, host);
    }
    if (!error && service)
        service_text(port, flags, service);
    return error;
}
