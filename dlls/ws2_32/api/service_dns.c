/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name space NS_DNS of WSALookupService: DNS, and the hosts and services files.  What each
 * service class gives is from "Protocol-Independent Name Resolution" and its pages on gethostbyname
 * and its kin. */
#include "api/service.h"

#include <stdlib.h>
#include <svcguid.h>

#include "api/packer.h"

/* The other record types of DNS are not offered by the host's resolver. */
#define RECORD_A    1
#define RECORD_PTR  12
#define RECORD_AAAA 28

/* A query as its class explains it. */
struct wanted {
    int family;
    USHORT port; /* network byte order */
    int socktype, protocol;
    bool is_inet; /* of the classes behind gethostbyname: IPv4, no numeric names */
};

typedef int (*fetch_function)(const struct name_services *names, const struct service_query *query,
                              const struct wanted *wanted, struct service_result **list);

/* Unknown names are reported as a service that is not known. */
static int service_error(int error)
{
    return error == WSAHOST_NOT_FOUND ? WSASERVICE_NOT_FOUND : error;
}

/* A result's hostent or servent has offsets where its pointers would be. */
static void give_host_blob(struct service_result *result, const struct name_entry *entry)
{
    struct hostent *host = malloc(names_host_size(entry));

    if (host) {
        names_lay_host(entry, host);
        result->blob = pack_hostent(host, NULL, &result->blob_size);
    }
    free(host);
}

static void give_service_blob(struct service_result *result, const struct name_entry *entry)
{
    struct servent *service = malloc(names_service_size(entry));

    if (service) {
        names_lay_service(entry, service);
        result->blob = pack_servent(service, NULL, &result->blob_size);
    }
    free(service);
}

static const char *entry_text(const struct name_entry *entry)
{
    return (const char *)(entry + 1) + (size_t)entry->address_len * entry->address_count;
}

/* A result named by a string of an entry; NULL without memory. */
static struct service_result *add_named(const struct service_query *query, const char *text,
                                        struct service_result **list)
{
    struct service_result *result;
    WCHAR *name;

    if (names_copy_text((struct program_text){text, false}, &name))
        return NULL;
    result = service_result_add(list, namespace_by_space(NS_DNS), name);
    names_free(name);
    if (result && query->has_class) {
        result->has_class = true;
        result->class_id = query->class_id;
    }
    return result;
}

/* Each alias in a result of its own, as LUP_RETURN_ALIASES promises. */
static int add_aliases(const struct service_query *query, const struct name_entry *entry,
                       struct service_result **list)
{
    const char *text = entry_text(entry);

    for (uint32_t i = 0; i < entry->string_count; i++, text += strlen(text) + 1) {
        struct service_result *result = i ? add_named(query, text, list) : NULL;

        if (i && !result)
            return WSA_NOT_ENOUGH_MEMORY;
        if (result)
            result->output_flags = RESULT_IS_ALIAS;
    }
    return 0;
}

static void give_addresses(struct service_result *result, const struct wanted *wanted,
                           struct name_addresses *addresses)
{
    addresses->port = wanted->port;
    result->addresses = addresses;
    result->socktype = wanted->socktype;
    result->protocol = wanted->protocol;
}

/* The addresses of a packed host entry. */
static struct name_addresses *entry_addresses(const struct name_entry *entry)
{
    size_t size =
        sizeof(struct name_addresses) + entry->address_count * sizeof(struct name_address);
    const char *bytes = (const char *)(entry + 1);
    struct name_addresses *addresses = names_alloc(size);

    if (!addresses)
        return NULL;
    addresses->count = entry->address_count;
    for (uint32_t i = 0; i < entry->address_count; i++) {
        addresses->item[i].family = (uint16_t)entry->number;
        memcpy(addresses->item[i].bytes, bytes + (size_t)i * entry->address_len,
               entry->address_len);
    }
    return addresses;
}

/* One result for a host entry, and its aliases. */
static int give_host(const struct service_query *query, const struct wanted *wanted,
                     const struct name_entry *entry, struct service_result **list)
{
    struct service_result *result = add_named(query, entry_text(entry), list);
    struct name_addresses *addresses = entry_addresses(entry);

    if (!result || !addresses) {
        names_free(addresses);
        return WSA_NOT_ENOUGH_MEMORY;
    }
    give_addresses(result, wanted, addresses);
    give_host_blob(result, entry);
    return query->flags & LUP_RETURN_ALIASES ? add_aliases(query, entry, list) : 0;
}

static bool is_numeric(const WCHAR *text)
{
    IN_ADDR v4;

    return text && InetPtonW(AF_INET, text, &v4) == 1;
}

static int fetch_v4(const struct name_services *names, const struct service_query *query,
                    const struct wanted *wanted, struct service_result **list)
{
    struct name_entry *entry;
    int error;

    if (wanted->is_inet && is_numeric(query->instance))
        return WSASERVICE_NOT_FOUND;
    error = names->get_host(query->instance ? query->instance : L"", NULL, &entry);
    if (error)
        return service_error(error);
    error = give_host(query, wanted, entry, list);
    names_free(entry);
    return error;
}

/* Addresses of both families, or of IPv6 alone. There is no hostent for these. */
static int fetch_any(const struct name_services *names, const struct service_query *query,
                     const struct wanted *wanted, struct service_result **list)
{
    struct name_query asked = {.node = query->instance ? query->instance : L"",
                               .family = wanted->family,
                               .flags = AI_CANONNAME};
    const struct namespace_row *space = namespace_by_space(NS_DNS);
    struct name_addresses *addresses;
    struct service_result *result;
    int error = names->get_addresses(&asked, &addresses);

    if (error)
        return service_error(error);
    result =
        service_result_add(list, space, addresses->canonical ? addresses->canonical : asked.node);
    if (!result) {
        names_free(addresses);
        return WSA_NOT_ENOUGH_MEMORY;
    }
    result->has_class = true;
    result->class_id = query->class_id;
    give_addresses(result, wanted, addresses);
    return 0;
}

static int fetch_host(const struct name_services *names, const struct service_query *query,
                      const struct wanted *wanted, struct service_result **list)
{
    return (wanted->family == AF_INET ? fetch_v4 : fetch_any)(names, query, wanted, list);
}

/* This machine's name; of another machine, what is known by its name. */
static int fetch_hostname(const struct name_services *names, const struct service_query *query,
                          const struct wanted *wanted, struct service_result **list)
{
    WCHAR name[NAME_HOST_ROOM];
    struct service_result *result;
    struct name_entry *entry;

    if (query->instance && *query->instance)
        return fetch_v4(names, query, wanted, list);
    if (names->get_hostname(name))
        return WSANO_RECOVERY;
    result = service_result_add(list, namespace_by_space(NS_DNS), name);
    if (!result)
        return WSA_NOT_ENOUGH_MEMORY;
    result->has_class = true;
    result->class_id = query->class_id;
    if ((query->flags & (LUP_RETURN_ADDR | LUP_RETURN_BLOB)) &&
        !names->get_host(L"", NULL, &entry)) {
        struct name_addresses *addresses = entry_addresses(entry);

        if (addresses)
            give_addresses(result, wanted, addresses);
        give_host_blob(result, entry);
        names_free(entry);
    }
    return 0;
}

/* The instance is an address as text. */
static int fetch_reverse(const struct name_services *names, const struct service_query *query,
                         const struct wanted *wanted, struct service_result **list)
{
    struct name_address address = {0};
    struct name_entry *entry;
    int error;

    if (!query->instance)
        return WSASERVICE_NOT_FOUND;
    if (InetPtonW(AF_INET, query->instance, address.bytes) == 1)
        address.family = AF_INET;
    else if (InetPtonW(AF_INET6, query->instance, address.bytes) == 1)
        address.family = AF_INET6;
    else
        return WSASERVICE_NOT_FOUND;
    error = names->get_host(NULL, &address, &entry);
    if (error)
        return service_error(error);
    error = give_host(query, wanted, entry, list);
    names_free(entry);
    return error;
}

/* Splits "name/protocol"; the protocol may be missing. NULL without memory. */
static char *split_service(const WCHAR *instance, char **protocol)
{
    int size = WideCharToMultiByte(CP_ACP, 0, instance, -1, NULL, 0, NULL, NULL);
    char *name = names_alloc(size + 1), *slash;

    if (!name)
        return NULL;
    WideCharToMultiByte(CP_ACP, 0, instance, -1, name, size, NULL, NULL);
    slash = strchr(name, '/');
    *protocol = NULL;
    if (slash) {
        *slash = 0;
        *protocol = slash + 1;
    }
    return name;
}

/* The class of a service is made from its port. */
static GUID port_class(const struct name_entry *entry)
{
    const char *name = entry_text(entry), *protocol = name + strlen(name) + 1;
    GUID id;

    /* These macros are blocks, not expressions. */
    if (!strcmp(protocol, "udp")) {
        SET_UDP_SVCID(&id, (u_short)entry->number);
    } else {
        SET_TCP_SVCID(&id, (u_short)entry->number);
    }
    return id;
}

/* The instance is "name/protocol" or "port/protocol". */
static int fetch_service(const struct name_services *names, const struct service_query *query,
                         const struct wanted *wanted, struct service_result **list)
{
    char *name, *protocol, *end;
    struct service_result *result;
    struct name_entry *entry;
    int port, error;

    (void)wanted;
    if (!query->instance)
        return WSATYPE_NOT_FOUND;
    name = split_service(query->instance, &protocol);
    if (!name)
        return WSA_NOT_ENOUGH_MEMORY;
    port = (int)strtoul(name, &end, 10);
    error = names->get_service(*end || end == name ? name : NULL, port, protocol, &entry);
    names_free(name);
    if (error)
        return error == WSANO_DATA ? WSATYPE_NOT_FOUND : error;
    result = add_named(query, entry_text(entry), list);
    if (result) {
        result->class_id = port_class(entry);
        give_service_blob(result, entry);
    }
    names_free(entry);
    return result ? 0 : WSA_NOT_ENOUGH_MEMORY;
}

static const struct {
    GUID id;
    fetch_function fetch;
} classes[] = {
    {SVCID_HOSTNAME, fetch_hostname},
    {SVCID_INET_HOSTADDRBYNAME, fetch_host},
    {SVCID_INET_HOSTADDRBYINETSTRING, fetch_reverse},
    {SVCID_INET_SERVICEBYNAME, fetch_service},
};

static int family_of(const struct service_query *query)
{
    if (query->allows_v4 && query->allows_v6)
        return AF_UNSPEC;
    return query->allows_v6 ? AF_INET6 : AF_INET;
}

/* The classes of DNS records: the port of DNS with a record type. */
static fetch_function explain_record(int record, struct wanted *wanted)
{
    switch (record) {
    case RECORD_A:
        wanted->family = AF_INET;
        return fetch_host;
    case RECORD_AAAA:
        wanted->family = AF_INET6;
        return fetch_host;
    case RECORD_PTR:
        return fetch_reverse;
    default:
        return NULL;
    }
}

/* What a class asks for; NULL for a class that is not of this name space. */
static fetch_function explain(const struct service_query *query, struct wanted *wanted)
{
    const GUID *id = &query->class_id;
    bool tcp = query->allows_tcp;

    *wanted = (struct wanted){.family = AF_INET, .is_inet = true};
    for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
        if (memcmp(&classes[i].id, id, sizeof(*id)) != 0)
            continue;
        wanted->socktype = tcp ? SOCK_STREAM : SOCK_DGRAM;
        wanted->protocol = tcp ? IPPROTO_TCP : IPPROTO_UDP;
        return classes[i].fetch;
    }
    if (!IS_SVCID_TCP(id) && !IS_SVCID_UDP(id))
        return NULL;
    tcp = IS_SVCID_TCP(id);
    *wanted = (struct wanted){.family = family_of(query),
                              .socktype = tcp ? SOCK_STREAM : SOCK_DGRAM,
                              .protocol = tcp ? IPPROTO_TCP : IPPROTO_UDP};
    if (IS_SVCID_DNS(id) && id->Data3)
        return explain_record(id->Data3, wanted);
    wanted->port = htons((u_short)(id->Data1 & 0xffff));
    return fetch_host;
}

static int accept_dns(const struct service_query *query)
{
    struct wanted wanted;

    if (!query->has_class)
        return WSAEINVAL;
    if (!explain(query, &wanted) || (!query->allows_v4 && !query->allows_v6))
        return WSASERVICE_NOT_FOUND;
    return 0;
}

static int fetch_dns(const struct name_services *names, const struct service_query *query,
                     struct service_result **list)
{
    struct wanted wanted;
    fetch_function fetch = explain(query, &wanted);

    return fetch ? fetch(names, query, &wanted, list) : WSASERVICE_NOT_FOUND;
}

const struct service_space service_dns = {NS_DNS, accept_dns, fetch_dns};
