/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Multicast over the loopback interface.  Sources: the pages of the IPPROTO_IP options,
 * WSAJoinLeaf, "Multipoint and Multicast Semantics", SIO_MULTIPOINT_LOOPBACK, SIO_MULTICAST_SCOPE.
 */
#include "overlap.h"
#include "remote.h"

#include <mswsock.h>

#define GROUP 0xefffff0a /* 239.255.255.10: administratively scoped */

#define JOIN_SENDER   1
#define JOIN_RECEIVER 2
#define JOIN_BOTH     4

static struct address group(unsigned port)
{
    struct address a = loopback(AF_INET, port);

    a.v4.sin_addr.s_addr = htonl(GROUP);
    return a;
}

/* Bound to the wildcard, so that datagrams to a group reach it. */
static SOCKET receiver(void)
{
    SOCKET s = new_socket(AF_INET, SOCK_DGRAM);
    struct address a = wildcard(AF_INET, 0);

    assert_works(bind(s, &a.sa, a.len));
    return s;
}

static SOCKET sender(void)
{
    SOCKET s = new_socket(AF_INET, SOCK_DGRAM);

    set_int(s, IPPROTO_IP, IP_MULTICAST_IF, (int)htonl(INADDR_LOOPBACK));
    return s;
}

/* Whether a byte that is sent to the group arrives. */
static int reaches(SOCKET from, SOCKET to)
{
    struct address a = group(port_of(to));
    char byte;

    assert_returns(sendto(from, "x", 1, 0, &a.sa, a.len), 1);
    if (!selects(to, 'r', 200))
        return 0;
    assert_returns(recv(to, &byte, 1, 0), 1);
    return 1;
}

CASE(multicast, membership)
{
    struct ip_mreq request = {.imr_multiaddr.s_addr = htonl(GROUP),
                              .imr_interface.s_addr = htonl(INADDR_LOOPBACK)};
    SOCKET from, to;

    winsock();
    from = sender();
    to = receiver();
    assert_fails(setsockopt(to, IPPROTO_IP, IP_DROP_MEMBERSHIP, (char *)&request, sizeof(request)),
                 WSAEADDRNOTAVAIL);
    assert_works(setsockopt(to, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&request, sizeof(request)));
    ck_assert_int_eq(reaches(from, to), 1);
    assert_works(setsockopt(to, IPPROTO_IP, IP_DROP_MEMBERSHIP, (char *)&request, sizeof(request)));
    ck_assert_int_eq(reaches(from, to), 0);
    assert_fails(setsockopt(to, IPPROTO_IP, IP_ADD_MEMBERSHIP, (char *)&request, 4), WSAEFAULT);
}

/* A group restricted to one source. */
CASE(multicast, source_membership)
{
    struct ip_mreq_source request = {.imr_multiaddr.s_addr = htonl(GROUP),
                                     .imr_sourceaddr.s_addr = htonl(0x7f000003),
                                     .imr_interface.s_addr = htonl(INADDR_LOOPBACK)};
    SOCKET from, to;

    winsock();
    from = sender();
    to = receiver();
    assert_works(
        setsockopt(to, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, (char *)&request, sizeof(request)));
    ck_assert_int_eq(reaches(from, to), 0);
    assert_works(
        setsockopt(to, IPPROTO_IP, IP_DROP_SOURCE_MEMBERSHIP, (char *)&request, sizeof(request)));
    request.imr_sourceaddr.s_addr = htonl(INADDR_LOOPBACK);
    assert_works(
        setsockopt(to, IPPROTO_IP, IP_ADD_SOURCE_MEMBERSHIP, (char *)&request, sizeof(request)));
    ck_assert_int_eq(reaches(from, to), 1);
}

/* The protocol-independent form of the same. */
CASE(multicast, group_request)
{
    struct group_req request = {.gr_interface = 1};
    struct address a = group(0);
    SOCKET from, to;

    winsock();
    from = sender();
    to = receiver();
    memcpy(&request.gr_group, &a.v4, sizeof(a.v4));
    if (setsockopt(to, IPPROTO_IP, MCAST_JOIN_GROUP, (char *)&request, sizeof(request)))
        skip_case("interface 1 is not the loopback interface");
    if (!reaches(from, to))
        skip_case("interface 1 is not the loopback interface");
    assert_works(setsockopt(to, IPPROTO_IP, MCAST_LEAVE_GROUP, (char *)&request, sizeof(request)));
    ck_assert_int_eq(reaches(from, to), 0);
}

/* IP_MULTICAST_IF reads back in the form it was given in: an address, or 0.0.0.x for an index. */
CASE(multicast, interface_forms)
{
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_DGRAM);
    ck_assert_int_eq(get_int(s, IPPROTO_IP, IP_MULTICAST_IF), 0);
    set_int(s, IPPROTO_IP, IP_MULTICAST_IF, (int)htonl(INADDR_LOOPBACK));
    ck_assert_uint_eq((unsigned)get_int(s, IPPROTO_IP, IP_MULTICAST_IF), htonl(INADDR_LOOPBACK));
    set_int(s, IPPROTO_IP, IP_MULTICAST_IF, (int)htonl(1));
    ck_assert_uint_eq((unsigned)get_int(s, IPPROTO_IP, IP_MULTICAST_IF), htonl(1));
    set_int(s, IPPROTO_IP, IP_MULTICAST_IF, 0);
    ck_assert_int_eq(get_int(s, IPPROTO_IP, IP_MULTICAST_IF), 0);
}

/* The loopback switch and the scope under the names of the ioctls. */
CASE(multicast, ioctls)
{
    DWORD off = 0, five = 5, size;
    SOCKET s, tcp;

    winsock();
    s = new_socket(AF_INET, SOCK_DGRAM);
    assert_works(
        WSAIoctl(s, SIO_MULTIPOINT_LOOPBACK, &off, sizeof(off), NULL, 0, &size, NULL, NULL));
    ck_assert_int_eq(get_int(s, IPPROTO_IP, IP_MULTICAST_LOOP), 0);
    assert_works(WSAIoctl(s, SIO_MULTICAST_SCOPE, &five, sizeof(five), NULL, 0, &size, NULL, NULL));
    ck_assert_int_eq(get_int(s, IPPROTO_IP, IP_MULTICAST_TTL), 5);
    tcp = new_socket(AF_INET, SOCK_STREAM);
    assert_fails(
        WSAIoctl(tcp, SIO_MULTICAST_SCOPE, &five, sizeof(five), NULL, 0, &size, NULL, NULL),
        WSAEOPNOTSUPP);
}

/* IP multicast has no root: the socket that joins is the one that is handed back. */
CASE(multicast, join_leaf)
{
    struct address a = loopback(AF_INET, 0);
    SOCKET from, to;

    winsock();
    from = sender();
    to = WSASocketW(AF_INET, SOCK_DGRAM, 0, NULL, 0,
                    WSA_FLAG_MULTIPOINT_C_LEAF | WSA_FLAG_MULTIPOINT_D_LEAF | WSA_FLAG_OVERLAPPED);
    ck_assert(to != INVALID_SOCKET);
    a = group(0);
    ck_assert(WSAJoinLeaf(to, &a.sa, a.len, NULL, NULL, NULL, NULL, JOIN_BOTH) == to);
    ck_assert_uint_ne(port_of(to), 0); /* it was bound by the join */
    closesocket(to);
    to = WSASocketW(AF_INET, SOCK_DGRAM, 0, NULL, 0,
                    WSA_FLAG_MULTIPOINT_C_LEAF | WSA_FLAG_MULTIPOINT_D_LEAF | WSA_FLAG_OVERLAPPED);
    ck_assert(WSAJoinLeaf(to, &a.sa, a.len, NULL, NULL, NULL, NULL, JOIN_SENDER) == to);
    ck_assert_int_eq(reaches(from, to), 0);
}

CASE(multicast, join_leaf_errors)
{
    struct address a = group(0), plain = loopback(AF_INET, 0), v6 = loopback(AF_INET6, 0);
    SOCKET s, tcp;

    winsock();
    s = new_socket(AF_INET, SOCK_DGRAM);
    tcp = new_socket(AF_INET, SOCK_STREAM);
    assert_fails(WSAJoinLeaf(INVALID_SOCKET, &a.sa, a.len, NULL, NULL, NULL, NULL, JOIN_BOTH),
                 WSAENOTSOCK);
    assert_fails(WSAJoinLeaf(tcp, &a.sa, a.len, NULL, NULL, NULL, NULL, JOIN_BOTH), WSAEOPNOTSUPP);
    assert_fails(WSAJoinLeaf(s, NULL, 0, NULL, NULL, NULL, NULL, JOIN_BOTH), WSAEFAULT);
    assert_fails(WSAJoinLeaf(s, &a.sa, 4, NULL, NULL, NULL, NULL, JOIN_BOTH), WSAEFAULT);
    assert_fails(WSAJoinLeaf(s, &v6.sa, v6.len, NULL, NULL, NULL, NULL, JOIN_BOTH),
                 WSAEAFNOSUPPORT);
    assert_fails(WSAJoinLeaf(s, &plain.sa, plain.len, NULL, NULL, NULL, NULL, JOIN_RECEIVER),
                 WSAEADDRNOTAVAIL);
}

/* The number of the loopback's interface, as a datagram that came over it tells. */
static DWORD loopback_index(void)
{
    SOCKET s = bound(AF_INET, SOCK_DGRAM);
    struct address own = address_of(s);
    LPFN_WSARECVMSG receive = (LPFN_WSARECVMSG)extension(s, (GUID)WSAID_WSARECVMSG);
    char data[4], control[64] __attribute__((aligned(8)));
    WSABUF buffer = {sizeof(data), data};
    WSAMSG msg = {.lpBuffers = &buffer, .dwBufferCount = 1, .Control = {sizeof(control), control}};
    WSACMSGHDR *header;
    IN_PKTINFO info;
    DWORD n;

    set_int(s, IPPROTO_IP, IP_PKTINFO, 1);
    assert_returns(sendto(s, "x", 1, 0, &own.sa, own.len), 1);
    assert_works(receive(s, &msg, &n, NULL, NULL));
    header = WSA_CMSG_FIRSTHDR(&msg);
    ck_assert_ptr_nonnull(header);
    memcpy(&info, WSA_CMSG_DATA(header), sizeof(info));
    closesocket(s);
    return info.ipi_ifindex;
}

/* Whether a datagram to the socket itself arrives. */
static int hears_itself(SOCKET s)
{
    struct address own = address_of(s);
    char byte;

    assert_returns(sendto(s, "x", 1, 0, &own.sa, own.len), 1);
    if (!selects(s, 'r', 200))
        return 0;
    return recv(s, &byte, 1, 0) == 1;
}

/* "Datagram reception is restricted to interfaces that are in the IFLIST ... IFLIST starts empty";
 * IP_GET_IFLIST fails while it is not enabled ("IPPROTO_IP Socket Options"). */
CASE(multicast, interface_list)
{
    enum { IFLIST = 28, ADD_IFLIST = 29, DEL_IFLIST = 30, GET_IFLIST = 33 };
    static const struct {
        int family, level;
    } rows[] = {{AF_INET, IPPROTO_IP}, {AF_INET6, IPPROTO_IPV6}};
    DWORD index, list[8];

    winsock();
    index = loopback_index();
    for (size_t i = 0; i < ARRAYSIZE(rows); i++) {
        SOCKET s = bound(rows[i].family, SOCK_DGRAM);
        int level = rows[i].level, length = sizeof(list);

        doing("family %d", rows[i].family);
        ck_assert_int_eq(get_int(s, level, IFLIST), 0);
        assert_fails(getsockopt(s, level, GET_IFLIST, (char *)list, &length), WSAEINVAL);
        ck_assert(hears_itself(s));
        set_int(s, level, IFLIST, 1);
        ck_assert_int_eq(get_int(s, level, IFLIST), 1);
        ck_assert(!hears_itself(s));
        set_int(s, level, ADD_IFLIST, (int)index + 1000);
        ck_assert(!hears_itself(s));
        set_int(s, level, ADD_IFLIST, (int)index);
        ck_assert(hears_itself(s));
        length = sizeof(list);
        assert_works(getsockopt(s, level, GET_IFLIST, (char *)list, &length));
        ck_assert_int_eq(length, 2 * sizeof(DWORD));
        ck_assert(list[0] == index || list[1] == index);
        set_int(s, level, DEL_IFLIST, (int)index);
        ck_assert(!hears_itself(s));
        set_int(s, level, IFLIST, 0);
        ck_assert(hears_itself(s));
    }
}
