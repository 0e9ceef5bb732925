/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Address families, socket types and protocols. */
#include "xlat/family.h"

#include <netinet/in.h>
#include <stddef.h>
#include <sys/socket.h>

#include "winabi.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct pair {
    int ws;
    int host;
};

/* Families a host socket of ours may have; where the numbers agree that is chance. */
static const struct pair families[] = {
    {WS_AF_UNSPEC, AF_UNSPEC}, {WS_AF_UNIX, AF_UNIX},           {WS_AF_INET, AF_INET},
    {WS_AF_IPX, AF_IPX},       {WS_AF_APPLETALK, AF_APPLETALK}, {WS_AF_INET6, AF_INET6},
    {WS_AF_IRDA, AF_IRDA},     {WS_AF_BTH, AF_BLUETOOTH},
};

static const struct pair types[] = {
    {WS_SOCK_STREAM, SOCK_STREAM}, {WS_SOCK_DGRAM, SOCK_DGRAM},         {WS_SOCK_RAW, SOCK_RAW},
    {WS_SOCK_RDM, SOCK_RDM},       {WS_SOCK_SEQPACKET, SOCK_SEQPACKET},
};

/* Both systems number the IP protocols as IANA does: the rows are there to be asserted, not walked.
 */
#define SAME_PROTOCOL(name) _Static_assert((int)WS_##name == (int)name, "IANA's number")
SAME_PROTOCOL(IPPROTO_IP);
SAME_PROTOCOL(IPPROTO_ICMP);
SAME_PROTOCOL(IPPROTO_IGMP);
SAME_PROTOCOL(IPPROTO_TCP);
SAME_PROTOCOL(IPPROTO_UDP);
SAME_PROTOCOL(IPPROTO_IPV6);
SAME_PROTOCOL(IPPROTO_ICMPV6);
SAME_PROTOCOL(IPPROTO_RAW);

static int find_host(const struct pair *pairs, size_t count, int host)
{
    for (size_t i = 0; i < count; i++)
        if (pairs[i].host == host)
            return pairs[i].ws;
    return -1;
}

static int find_ws(const struct pair *pairs, size_t count, int ws)
{
    for (size_t i = 0; i < count; i++)
        if (pairs[i].ws == ws)
            return pairs[i].host;
    return -1;
}

int xlat_family_from_host(int host_family)
{
    return find_host(families, COUNT(families), host_family);
}

int xlat_family_to_host(int ws_family)
{
    return find_ws(families, COUNT(families), ws_family);
}

int xlat_type_from_host(int host_type)
{
    return find_host(types, COUNT(types), host_type & ~(SOCK_NONBLOCK | SOCK_CLOEXEC));
}

int xlat_type_to_host(int ws_type)
{
    return find_ws(types, COUNT(types), ws_type);
}

static int same_protocol(int family, int protocol)
{
    if (family == WS_AF_INET || family == WS_AF_INET6)
        return protocol >= 0 && protocol <= WS_IPPROTO_RAW ? protocol : -1;
    /* RFCOMM is 3 on both systems. */
    if (family == WS_AF_BTH)
        return protocol == WS_BTHPROTO_RFCOMM ? protocol : -1;
    return protocol ? -1 : 0;
}

int xlat_protocol_from_host(int ws_family, int host_protocol)
{
    return same_protocol(ws_family, host_protocol);
}

int xlat_protocol_to_host(int ws_family, int ws_protocol)
{
    return same_protocol(ws_family, ws_protocol);
}
