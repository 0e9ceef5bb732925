/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Address queries: the node by literal, hosts file or host resolver; the service by number or
 * database. */
#include "spi/names.h"

#include "xlat/addrlist.h"

/* Addresses the first try has room for, and what a hosts file can add. */
#define ADDRESSES_ROOM 64

/* The answer before its block is cut to size. */
struct draft {
    struct name_address *item; /* from names_alloc */
    uint32_t count;
    int flags;
    WCHAR canonical[NI_MAXHOST]; /* "" : none */
};

static bool wants_canonical(const struct name_query *query)
{
    return query->flags & (AI_CANONNAME | AI_FQDN);
}

/* Decimal digits only; -1 where the text is none, or a number no port has. "" is port 0, as on
 * Windows. */
static int port_number(const WCHAR *text)
{
    int port = 0;

    for (; *text; text++) {
        if (*text < '0' || *text > '9')
            return -1;
        port = port * 10 + (*text - '0');
        if (port > 65535)
            return -1;
    }
    return port;
}

/* The protocol whose services a socket type uses; NULL where any does. */
static int service_protocol(int socktype, const char **protocol)
{
    *protocol = socktype == SOCK_STREAM ? "tcp" : socktype == SOCK_DGRAM ? "udp" : NULL;
    return *protocol || !socktype ? 0 : WSATYPE_NOT_FOUND;
}

static int find_port(const struct name_query *query, USHORT *port)
{
    struct name_entry *entry;
    const char *protocol;
    char name[NI_MAXSERV * 2];
    int number = query->service ? port_number(query->service) : 0, error;

    *port = htons((USHORT)number);
    if (number >= 0)
        return 0;
    if (query->flags & AI_NUMERICSERV)
        return WSAHOST_NOT_FOUND;
    if (!WideCharToMultiByte(CP_ACP, 0, query->service, -1, name, sizeof(name), NULL, NULL))
        return WSATYPE_NOT_FOUND;
    error = service_protocol(query->socktype, &protocol);
    if (!error)
        error = names_get_service(name, 0, protocol, &entry);
    if (error)
        return error == WSANO_DATA ? WSATYPE_NOT_FOUND : error;
    *port = htons((USHORT)entry->number);
    names_free(entry);
    return 0;
}

static int draft_room(struct draft *draft, uint32_t count)
{
    names_free(draft->item);
    draft->item = names_alloc(count * sizeof(*draft->item));
    draft->count = count;
    return draft->item ? 0 : WSA_NOT_ENOUGH_MEMORY;
}

static void draft_canonical(struct draft *draft, const char *name)
{
    if (!MultiByteToWideChar(CP_UTF8, 0, name, -1, draft->canonical, NI_MAXHOST))
        draft->canonical[0] = 0;
}

/* Asks the host until the answer fits. node NULL: the anonymous addresses. */
static int ask_host(const struct name_query *query, const char *node, struct draft *draft)
{
    bool mapped = query->flags & AI_V4MAPPED;
    struct get_addrinfo_params params;
    char canonical[NI_MAXHOST];
    int error;

    memset(&params, 0, sizeof(params));
    do {
        error = draft_room(draft, params.count > ADDRESSES_ROOM ? params.count : ADDRESSES_ROOM);
        if (error)
            return error;
        params = (struct get_addrinfo_params){
            .node = unix_pointer(node),
            .addresses = unix_pointer(draft->item),
            .canonical = wants_canonical(query) ? unix_pointer(canonical) : 0,
            .count = draft->count,
            .canonical_len = sizeof(canonical),
            .family = addrlist_family_to_ask(query->family, mapped),
            .flags = (query->flags & AI_PASSIVE ? NAME_QUERY_PASSIVE : 0) |
                     (query->flags & AI_ADDRCONFIG ? NAME_QUERY_CONFIGURED : 0),
        };
        error = UNIX_CALL(get_addrinfo, &params);
    } while (error == WSAENOBUFS && params.count > draft->count);
    if (error)
        return error == WSAENOBUFS ? WSANO_RECOVERY : error;
    draft->count = params.count;
    if (wants_canonical(query) && params.canonical_len)
        draft_canonical(draft, canonical);
    return 0;
}

static int find_literal(const struct name_query *query, const struct name_address *literal,
                        struct draft *draft)
{
    int error = draft_room(draft, 1);

    if (error)
        return error;
    draft->item[0] = *literal;
    draft->flags = AI_NUMERICHOST;
    if (wants_canonical(query) && wcslen(query->node) < NI_MAXHOST)
        wcscpy(draft->canonical, query->node);
    return 0;
}

static int find_node(const struct name_query *query, struct draft *draft)
{
    char node[NAME_NODE_ROOM], canonical[NAME_NODE_ROOM];
    struct name_address literal;
    int error;

    if (!query->node)
        return ask_host(query, NULL, draft);
    if (names_parse_address(query->node, &literal))
        return find_literal(query, &literal, draft);
    if (query->flags & AI_NUMERICHOST)
        return WSAHOST_NOT_FOUND;
    error = names_node_to_ascii(query->node, !(query->flags & AI_DISABLE_IDN_ENCODING), node);
    if (!error)
        error = draft_room(draft, ADDRESSES_ROOM);
    if (error)
        return error;
    draft->count = names_hosts_by_name(node, draft->item, ADDRESSES_ROOM, canonical);
    if (!draft->count)
        return ask_host(query, node, draft);
    if (wants_canonical(query))
        draft_canonical(draft, canonical);
    return 0;
}

/* Cuts the answer to size: one block, the canonical name behind the addresses. */
static int finish(const struct draft *draft, USHORT port, struct name_addresses **answer)
{
    size_t items = draft->count * sizeof(*draft->item);
    size_t name = draft->canonical[0] ? (wcslen(draft->canonical) + 1) * sizeof(WCHAR) : 0;
    struct name_addresses *block = names_alloc(sizeof(*block) + items + name);

    if (!block)
        return WSA_NOT_ENOUGH_MEMORY;
    block->flags = draft->flags;
    block->port = port;
    block->count = draft->count;
    memcpy(block->item, draft->item, items);
    if (name) {
        block->canonical = (WCHAR *)((char *)block->item + items);
        memcpy(block->canonical, draft->canonical, name);
    }
    *answer = block;
    return 0;
}

int WINAPI names_get_addresses(const struct name_query *query, struct name_addresses **answer)
{
    struct draft draft = {0};
    USHORT port;
    int error = find_port(query, &port);

    if (!error)
        error = find_node(query, &draft);
    if (!error) {
        draft.count = addrlist_select(draft.item, draft.count, query->family,
                                      query->flags & AI_V4MAPPED, query->flags & AI_ALL);
        if (!draft.count)
            error = draft.flags & AI_NUMERICHOST ? WSAHOST_NOT_FOUND : WSANO_DATA;
    }
    if (!error)
        error = finish(&draft, port, answer);
    names_free(draft.item);
    return error;
}
