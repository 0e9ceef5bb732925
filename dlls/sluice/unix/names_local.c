/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What this machine knows of itself: its name and its addresses, without asking a resolver. */
#include "names.h"

#include <ifaddrs.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "sys.h"
#include "winabi.h"

static const struct name_address loopback4 = {.family = NAME_FAMILY_4, .bytes = {127, 0, 0, 1}};
static const struct name_address loopback6 = {.family = NAME_FAMILY_6, .bytes = {[15] = 1}};

int local_hostname(char name[HOST_NAME_ROOM])
{
    if (sys.gethostname(name, HOST_NAME_ROOM))
        return WS_WSAENETDOWN;
    name[HOST_NAME_ROOM - 1] = '\0';
    if (!name[0])
        memcpy(name, "localhost", sizeof("localhost")); /* gethostname must succeed, with a name that can be resolved */
    return 0;
}

bool local_is_loopback_name(const char *node)
{
    return !strcasecmp(node, "localhost") || !strcasecmp(node, "localhost.");
}

/* Compares up to the end of `ours` or its first dot. */
static bool labels_match(const char *ours, const char *node)
{
    size_t len = strcspn(ours, ".");

    return len == strcspn(node, ".") && !strncasecmp(ours, node, len);
}

bool local_is_name(const char *node)
{
    char ours[HOST_NAME_ROOM];

    if (!node[0] || !strcasecmp(node, "..localmachine"))
        return true;
    if (local_hostname(ours))
        return false;
    return !strcasecmp(ours, node) || (!strchr(node, '.') && labels_match(ours, node));
}

bool local_is_first_label(const char *node)
{
    char ours[HOST_NAME_ROOM];

    return !local_hostname(ours) && labels_match(ours, node);
}

/* The order in which a peer should try: what the default route uses first, link-local addresses
 * last. */
enum rank { RANK_6_PREFERRED, RANK_6, RANK_4_PREFERRED, RANK_4, RANK_4_LINK, RANK_6_LINK, RANKS };

struct preferred {
    struct name_address ipv4, ipv6;
};

/* The address datagrams to a far away peer would leave from.  A datagram socket's connect sends
 * nothing. */
static struct name_address source_towards(const struct name_address *peer)
{
    struct name_address source = {0};
    struct sockaddr_storage address;
    socklen_t length = address_to_host(peer, &address);
    int fd = sys.socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (fd < 0)
        return source;
    ((struct sockaddr_in *)&address)->sin_port = htons(9); /* at the same place in both families */
    if (!sys.connect(fd, (struct sockaddr *)&address, length)) {
        length = sizeof(address);
        if (!sys.getsockname(fd, (struct sockaddr *)&address, &length))
            address_from_host((struct sockaddr *)&address, &source);
    }
    sys.close(fd);
    return source;
}

static struct preferred find_preferred(void)
{
    /* Documentation prefixes: never local, so that the default route decides. */
    static const struct name_address far4 = {.family = NAME_FAMILY_4, .bytes = {198, 51, 100, 1}};
    static const struct name_address far6 = {.family = NAME_FAMILY_6,
                                             .bytes = {0x20, 0x01, 0x0d, 0xb8, [15] = 1}};

    return (struct preferred){source_towards(&far4), source_towards(&far6)};
}

static bool is_link_local(const struct name_address *address)
{
    if (address->family == NAME_FAMILY_4)
        return address->bytes[0] == 169 && address->bytes[1] == 254;
    return address->bytes[0] == 0xfe && (address->bytes[1] & 0xc0) == 0x80;
}

static bool same_address(const struct name_address *a, const struct name_address *b)
{
    return a->family == b->family && !memcmp(a->bytes, b->bytes, sizeof(a->bytes));
}

static enum rank rank_of(const struct name_address *address, const struct preferred *preferred)
{
    if (address->family == NAME_FAMILY_4) {
        if (is_link_local(address))
            return RANK_4_LINK;
        return same_address(address, &preferred->ipv4) ? RANK_4_PREFERRED : RANK_4;
    }
    if (is_link_local(address))
        return RANK_6_LINK;
    return same_address(address, &preferred->ipv6) ? RANK_6_PREFERRED : RANK_6;
}

/* The next address of an interface that is up, from *at on; false at the end. */
static bool next_interface_address(const struct ifaddrs **at, struct name_address *address)
{
    for (; *at; *at = (*at)->ifa_next) {
        if (!(*at)->ifa_addr || !((*at)->ifa_flags & IFF_UP))
            continue;
        if (address_from_host((*at)->ifa_addr, address)) {
            *at = (*at)->ifa_next;
            return true;
        }
    }
    return false;
}

int local_loopback(int family, struct address_list *list)
{
    /* ::1 only where it works; 127.0.0.1 even where no interface shows it, for there is no better
     * answer. */
    if (family != NAME_FAMILY_4 && (family == NAME_FAMILY_6 || local_has(&loopback6)) &&
        !address_list_add(list, &loopback6))
        return WS_ERROR_NOT_ENOUGH_MEMORY;
    if (family != NAME_FAMILY_6 && !address_list_add(list, &loopback4))
        return WS_ERROR_NOT_ENOUGH_MEMORY;
    return 0;
}

int local_addresses(int family, struct address_list *list)
{
    struct preferred preferred = find_preferred();
    struct name_address address;
    struct ifaddrs *interfaces;
    bool room = true;

    if (!sys.getifaddrs(&interfaces)) {
        for (int rank = 0; rank < RANKS && room; rank++) {
            const struct ifaddrs *at = interfaces;

            while (room && next_interface_address(&at, &address)) {
                if ((family == NAME_FAMILY_ANY || family == address.family) &&
                    !address_is_loopback(&address) &&
                    rank_of(&address, &preferred) == (enum rank)rank)
                    room = address_list_add(list, &address);
            }
        }
        sys.freeifaddrs(interfaces);
    }
    if (!room)
        return WS_ERROR_NOT_ENOUGH_MEMORY;
    return list->count ? 0 : local_loopback(family, list);
}

bool local_has(const struct name_address *wanted)
{
    struct name_address address;
    struct ifaddrs *interfaces;
    const struct ifaddrs *at;
    bool found = false;

    if (sys.getifaddrs(&interfaces))
        return false;
    at = interfaces;
    while (!found && next_interface_address(&at, &address))
        found = same_address(wanted, &address);
    sys.freeifaddrs(interfaces);
    return found;
}

struct local_reach local_reach(void)
{
    struct local_reach reach = {false, false};
    struct name_address address;
    struct ifaddrs *interfaces;
    const struct ifaddrs *at;

    if (sys.getifaddrs(&interfaces))
        return (struct local_reach){true, true}; /* not known: leave nothing out */
    at = interfaces;
    while (next_interface_address(&at, &address)) {
        if (address_is_loopback(&address))
            continue;
        if (address.family == NAME_FAMILY_4)
            reach.ipv4 = true;
        else if (!is_link_local(&address))
            reach.ipv6 = true;
    }
    sys.freeifaddrs(interfaces);
    return reach;
}

int local_replace_placeholder(const char *node, int family, struct address_list *list)
{
    bool placeholder = false;

    for (uint32_t i = 0; i < list->count; i++)
        placeholder |= list->item[i].family == NAME_FAMILY_4 && list->item[i].bytes[0] == 127 &&
                       !same_address(&list->item[i], &loopback4);
    if (!placeholder || !local_is_first_label(node))
        return 0;
    list->count = 0;
    return local_addresses(family, list);
}
