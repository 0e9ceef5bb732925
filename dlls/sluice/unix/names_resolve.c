/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names to addresses and addresses to names, by the host's resolver; this machine answers for
 * itself. */
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

struct answer {
    struct address_list addresses;
    char *canonical; /* from malloc, or NULL */
};

static int host_family(int family)
{
    return family == NAME_FAMILY_4 ? AF_INET : family == NAME_FAMILY_6 ? AF_INET6 : AF_UNSPEC;
}

/* No name: the loopback addresses, IPv6 first as Windows orders them, or the wildcard ones.  Of
 * those IPv4 comes first: Wine's rpcrt4 listens on the first one only, and its clients come by
 * IPv4. */
static int answer_anonymous(const struct get_addrinfo_params *params, struct answer *answer)
{
    int error = local_loopback(params->family, &answer->addresses);
    struct name_address *first = answer->addresses.item, swap;

    if (error || !(params->flags & NAME_QUERY_PASSIVE))
        return error;
    for (uint32_t i = 0; i < answer->addresses.count; i++)
        memset(first[i].bytes, 0, sizeof(first[i].bytes));
    if (answer->addresses.count == 2) {
        swap = first[0];
        first[0] = first[1];
        first[1] = swap;
    }
    return 0;
}

static int answer_local(const char *node, const struct get_addrinfo_params *params,
                        struct answer *answer)
{
    char name[HOST_NAME_ROOM] = "localhost";
    int error;

    if (local_is_loopback_name(node))
        error = local_loopback(params->family, &answer->addresses);
    else if (!(error = local_hostname(name)))
        error = local_addresses(params->family, &answer->addresses);
    if (error)
        return error;
    answer->canonical = strdup(name);
    return answer->canonical ? 0 : WS_ERROR_NOT_ENOUGH_MEMORY;
}

/* Leaves out what cannot be reached: IPv6 without an IPv6 address (as Windows does, asked for or
 * not), and IPv4 without one where AI_ADDRCONFIG asks for that. Loopback addresses always stay. */
static int drop_unreachable(struct address_list *list, uint32_t flags)
{
    struct local_reach reach = local_reach();
    uint32_t kept = 0;

    for (uint32_t i = 0; i < list->count; i++) {
        const struct name_address *address = &list->item[i];
        bool reachable = address->family == NAME_FAMILY_6
                             ? reach.ipv6
                             : reach.ipv4 || !(flags & NAME_QUERY_CONFIGURED);

        if (reachable || address_is_loopback(address))
            list->item[kept++] = *address;
    }
    list->count = kept;
    return kept ? 0 : WS_WSANO_DATA;
}

static int answer_resolver(const char *node, const struct get_addrinfo_params *params,
                           struct answer *answer)
{
    struct addrinfo hints = {
        .ai_family = host_family(params->family),
        .ai_socktype = SOCK_STREAM, /* one entry per address */
        .ai_flags = params->canonical ? AI_CANONNAME : 0,
    };
    struct addrinfo *found;
    struct name_address address;
    int error = sys.getaddrinfo(node, NULL, &hints, &found);

    if (error)
        return xlat_eai_from_host(error, errno);
    if (params->canonical && found->ai_canonname &&
        !(answer->canonical = strdup(found->ai_canonname)))
        error = WS_ERROR_NOT_ENOUGH_MEMORY;
    for (const struct addrinfo *at = found; at && !error; at = at->ai_next) {
        if (address_from_host(at->ai_addr, &address) &&
            !address_list_add(&answer->addresses, &address))
            error = WS_ERROR_NOT_ENOUGH_MEMORY;
    }
    sys.freeaddrinfo(found);
    if (!error)
        error = local_replace_placeholder(node, params->family, &answer->addresses);
    return error ? error : drop_unreachable(&answer->addresses, params->flags);
}

static int put_answer(struct get_addrinfo_params *params, const struct answer *answer)
{
    uint32_t room = params->count, count = answer->addresses.count;
    int error = 0;

    params->count = count;
    if (params->canonical && answer->canonical)
        error = put_string(params->canonical, params->canonical_len, answer->canonical,
                           strlen(answer->canonical), &params->canonical_len);
    else
        params->canonical_len = 0;
    if (count > room)
        return WS_WSAENOBUFS;
    if (count)
        memcpy((void *)(uintptr_t)params->addresses, answer->addresses.item,
               count * sizeof(*answer->addresses.item));
    return error;
}

int unix_get_addrinfo(struct get_addrinfo_params *params)
{
    const char *node = (const char *)(uintptr_t)params->node;
    struct answer answer = {0};
    int error;

    if (!node)
        error = answer_anonymous(params, &answer);
    else if (local_is_loopback_name(node) || local_is_name(node))
        error = answer_local(node, params, &answer);
    else
        error = answer_resolver(node, params, &answer);
    if (!error)
        error = put_answer(params, &answer);
    free(answer.canonical);
    address_list_free(&answer.addresses);
    return error;
}

int unix_get_nameinfo(struct get_nameinfo_params *params)
{
    struct sockaddr_storage address;
    socklen_t length = address_to_host(&params->address, &address);
    bool ours = !address_is_loopback(&params->address) && local_has(&params->address);
    char name[NI_MAXHOST];
    int error;

    if (!length)
        return WS_WSAEAFNOSUPPORT;
    error = ours ? EAI_NONAME
                 : sys.getnameinfo((struct sockaddr *)&address, length, name, sizeof(name), NULL, 0,
                                   NI_NAMEREQD | (params->local_only ? NI_NOFQDN : 0));
    if (error && !ours && !address_is_loopback(&params->address))
        return xlat_eai_from_host(error, errno);
    if (error && (error = local_hostname(name)))
        return error;
    if (ours && params->local_only)
        name[strcspn(name, ".")] = '\0';
    return put_string(params->name, params->name_len, name, strlen(name), &params->name_len);
}

int unix_get_hostname(struct get_hostname_params *params)
{
    char name[HOST_NAME_ROOM];
    int error = local_hostname(name);

    if (error)
        return error;
    return put_string(params->name, params->name_len, name, strlen(name), &params->name_len);
}
