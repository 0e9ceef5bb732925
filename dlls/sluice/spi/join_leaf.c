/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSPJoinLeaf.  IP multicast has no root in either plane: the socket that joins is the one that is
 * handed back, and it leaves the group when it is closed. */
#include "spi/spi.h"

#ifndef JL_BOTH
#define JL_SENDER_ONLY   1
#define JL_RECEIVER_ONLY 2
#define JL_BOTH          4
#endif

static bool is_group(const void *address)
{
    const struct sockaddr_in *v4 = address;
    const struct sockaddr_in6 *v6 = address;

    if (v4->sin_family == AF_INET)
        return (ntohl(v4->sin_addr.s_addr) >> 28) == 0xe;
    return v6->sin6_addr.s6_addr[0] == 0xff;
}

/* An unbound socket gets an address of the system's choice, as by connect. */
static int bind_to_any(SOCKET s, int family, unsigned char *local, int *length)
{
    INT error = 0;

    memset(local, 0, SPI_ADDRESS_MAX);
    ((struct sockaddr *)local)->sa_family = (u_short)family;
    *length = spi_address_length(family);
    return WSPBind(s, (struct sockaddr *)local, *length, &error) ? error : 0;
}

/* The interface is that of the address the socket is bound to. */
static int join(SOCKET s, int family, const void *group, const void *local)
{
    const struct sockaddr_in *v4 = group, *local4 = local;
    const struct sockaddr_in6 *v6 = group;
    struct ip_mreq request4 = {.imr_interface = local4->sin_addr};
    struct ipv6_mreq request6 = {.ipv6mr_multiaddr = v6->sin6_addr};
    INT error = 0;

    if (family == AF_INET) {
        request4.imr_multiaddr = v4->sin_addr;
        WSPSetSockOpt(s, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&request4, sizeof(request4),
                      &error);
    } else {
        request6.ipv6mr_interface = v6->sin6_scope_id;
        WSPSetSockOpt(s, IPPROTO_IPV6, IPV6_ADD_MEMBERSHIP, (char *)&request6, sizeof(request6),
                      &error);
    }
    return error;
}

static int join_leaf(SOCKET s, const struct sockaddr *name, int namelen, DWORD flags)
{
    unsigned char group[SPI_ADDRESS_MAX], local[SPI_ADDRESS_MAX] = {0};
    struct afd_info info;
    int length, error = afd_info(s, &info);

    if (error)
        return error;
    if (info.type == SOCK_STREAM)
        return WSAEOPNOTSUPP;
    error = spi_get_address(name, namelen, info.family, group, &length);
    if (error)
        return error;
    if (flags != JL_SENDER_ONLY && flags != JL_RECEIVER_ONLY && flags != JL_BOTH)
        return WSAEINVAL;
    if (!is_group(group))
        return WSAEADDRNOTAVAIL;
    error = spi_local_address(s, local, &length);
    if (error == WSAEINVAL)
        error = bind_to_any(s, info.family, local, &length);
    if (error || flags == JL_SENDER_ONLY) /* anyone may send to a group */
        return error;
    return join(s, info.family, group, local);
}

SOCKET WSPAPI WSPJoinLeaf(SOCKET s, const struct sockaddr *name, int namelen, LPWSABUF caller_data,
                          LPWSABUF callee_data, LPQOS sqos, LPQOS gqos, DWORD flags, LPINT lpErrno)
{
    /* UDP carries no data with a join, and quality of service is not the sockets' to promise. */
    (void)caller_data, (void)callee_data, (void)sqos, (void)gqos;
    return spi_return(join_leaf(s, name, namelen, flags), lpErrno) ? INVALID_SOCKET : s;
}
