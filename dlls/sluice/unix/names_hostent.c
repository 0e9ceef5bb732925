/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gethostbyname and gethostbyaddr: one name, its aliases, and the addresses of one family. */
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "names.h"
#include "sys.h"
#include "winabi.h"
#include "xlat/eai.h"
#include "xlat/netdb.h"

static struct netdb_word word_of(const char *text)
{
    return (struct netdb_word){text, strlen(text)};
}

static int put_entry(struct get_hostent_params *params, struct name_entry *entry,
                     const void *addresses, const struct netdb_word *strings)
{
    bool fits =
        netdb_pack(entry, addresses, strings, (void *)(uintptr_t)params->buffer, params->size);

    params->size = entry->size;
    return fits ? 0 : WS_WSAENOBUFS;
}

/* Packs a list under a name, with the aliases of a NULL-ended array or none. */
static int put_list(struct get_hostent_params *params, const char *name, char **aliases,
                    const struct address_list *list)
{
    struct netdb_word strings[NETDB_STRINGS_MAX];
    struct name_entry entry = {.number = list->item[0].family};
    uint8_t *bytes;
    int error;

    entry.address_len = list->item[0].family == NAME_FAMILY_4 ? 4 : 16;
    bytes = malloc((size_t)list->count * entry.address_len);
    if (!bytes)
        return WS_ERROR_NOT_ENOUGH_MEMORY;
    for (uint32_t i = 0; i < list->count; i++) {
        memcpy(bytes + (size_t)entry.address_count * entry.address_len, list->item[i].bytes,
               entry.address_len);
        entry.address_count++;
    }
    strings[entry.string_count++] = word_of(name);
    for (; aliases && *aliases && entry.string_count < NETDB_STRINGS_MAX; aliases++)
        strings[entry.string_count++] = word_of(*aliases);
    error = put_entry(params, &entry, bytes, strings);
    free(bytes);
    return error;
}

static bool list_from_hostent(const struct hostent *host, struct address_list *list)
{
    for (char **at = host->h_addr_list; *at; at++) {
        struct name_address address = {.family = host->h_addrtype == AF_INET ? NAME_FAMILY_4
                                                                             : NAME_FAMILY_6};

        memcpy(address.bytes, *at, host->h_addrtype == AF_INET ? 4 : 16);
        if (!address_list_add(list, &address))
            return false;
    }
    return true;
}

/* A query for with_buffer(): by name, or by address where name is NULL. */
struct host_query {
    const char *name;
    const struct name_address *address;
    struct hostent storage, *found;
    int host_error;
};

static int ask_resolver(void *context, char *buffer, size_t size)
{
    struct host_query *query = context;
    bool is_4;

    query->found = NULL;
    query->host_error = 0;
    if (query->name)
        return sys.gethostbyname2_r(query->name, AF_INET, &query->storage, buffer, size,
                                    &query->found, &query->host_error);
    is_4 = query->address->family == NAME_FAMILY_4;
    return sys.gethostbyaddr_r(query->address->bytes, is_4 ? 4 : 16, is_4 ? AF_INET : AF_INET6,
                               &query->storage, buffer, size, &query->found, &query->host_error);
}

static int local_host(struct get_hostent_params *params, const char *node)
{
    char name[HOST_NAME_ROOM] = "localhost";
    struct address_list list = {0};
    int error;

    if (node && local_is_loopback_name(node))
        error = local_loopback(NAME_FAMILY_4, &list);
    else if ((error = local_hostname(name)))
        return error;
    else if (node)
        error = local_addresses(NAME_FAMILY_4, &list);
    else
        error = address_list_add(&list, &params->address) ? 0 : WS_ERROR_NOT_ENOUGH_MEMORY;
    if (!error)
        error = put_list(params, name, NULL, &list);
    address_list_free(&list);
    return error;
}

static int resolver_error(const struct host_query *query, int result)
{
    if (result == ENOMEM)
        return WS_ERROR_NOT_ENOUGH_MEMORY;
    return query->host_error ? xlat_herrno_from_host(query->host_error) : WS_WSAHOST_NOT_FOUND;
}

static int resolved_host(struct get_hostent_params *params, const char *node)
{
    struct host_query query = {.name = node, .address = &params->address};
    struct address_list list = {0};
    char *buffer;
    int result = with_buffer(ask_resolver, &query, &buffer), error = 0;

    if (!query.found || result == ENOMEM)
        error = resolver_error(&query, result);
    else if (!list_from_hostent(query.found, &list))
        error = WS_ERROR_NOT_ENOUGH_MEMORY;
    else if (node)
        error = local_replace_placeholder(node, NAME_FAMILY_4, &list);
    if (!error && !list.count)
        error = WS_WSANO_DATA;
    if (!error)
        error = put_list(params, query.found->h_name, query.found->h_aliases, &list);
    address_list_free(&list);
    free(buffer);
    return error;
}

int unix_get_hostent(struct get_hostent_params *params)
{
    const char *node = (const char *)(uintptr_t)params->node;
    struct sockaddr_storage unused;
    int error;

    if (node)
        return local_is_loopback_name(node) || local_is_name(node) ? local_host(params, node)
                                                                   : resolved_host(params, node);
    if (!address_to_host(&params->address, &unused))
        return WS_WSAEAFNOSUPPORT;
    if (address_is_loopback(&params->address)) {
        error = resolved_host(params, NULL);
        return error && error != WS_WSAENOBUFS ? local_host(params, NULL) : error;
    }
    return local_has(&params->address) ? local_host(params, NULL) : resolved_host(params, NULL);
}
