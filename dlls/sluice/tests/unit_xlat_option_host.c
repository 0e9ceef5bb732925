/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options' values between Windows' form and Linux', both ways. */
#include <limits.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>

#include "guard.h"
#include "structs.h"
#include "unit_xlat.h"
#include "winabi.h"
#include "xlat/option_host.h"

/* Level, name and number on either side; back is what reading the host's number gives. */
static const struct {
    int ws_level, ws_name, level, name;
    uint32_t ws;
    int host;
    uint32_t back;
} numbers[] = {
    {0xffff, WS_SO_BROADCAST, SOL_SOCKET, SO_BROADCAST, 2, 1, 1},
    {0xffff, WS_SO_KEEPALIVE, SOL_SOCKET, SO_KEEPALIVE, 1, 1, 1},
    {0xffff, WS_SO_OOBINLINE, SOL_SOCKET, SO_OOBINLINE, 0, 0, 0},
    {6, WS_TCP_NODELAY, IPPROTO_TCP, TCP_NODELAY, 1, 1, 1},
    {6, WS_TCP_KEEPIDLE, IPPROTO_TCP, TCP_KEEPIDLE, 7200, 7200, 7200},
    {6, WS_TCP_KEEPINTVL, IPPROTO_TCP, TCP_KEEPINTVL, 75, 75, 75},
    {6, WS_TCP_KEEPCNT, IPPROTO_TCP, TCP_KEEPCNT, 10, 10, 10},
    {6, WS_TCP_KEEPCNT, IPPROTO_TCP, TCP_KEEPCNT, 127, 127, 127},
    {6, WS_TCP_KEEPCNT, IPPROTO_TCP, TCP_KEEPCNT, 255, 127, 127},
    {6, WS_TCP_MAXSEG, IPPROTO_TCP, TCP_MAXSEG, 1200, 1200, 1200},
    {6, WS_TCP_MAXRT, IPPROTO_TCP, TCP_USER_TIMEOUT, 30, 30000, 30},
    {6, WS_TCP_MAXRT, IPPROTO_TCP, TCP_USER_TIMEOUT, 0, 0, 0},
    {6, WS_TCP_MAXRT, IPPROTO_TCP, TCP_USER_TIMEOUT, 0xffffffff, INT_MAX, 0xffffffff},
    {6, WS_TCP_MAXRT, IPPROTO_TCP, TCP_USER_TIMEOUT, 2147483, 2147483000, 2147483},
    {6, WS_TCP_MAXRT, IPPROTO_TCP, TCP_USER_TIMEOUT, 2147484, INT_MAX, 0xffffffff},
    {6, WS_TCP_MAXRT, IPPROTO_TCP, TCP_USER_TIMEOUT, INT_MAX, INT_MAX, 0xffffffff},
    {6, WS_TCP_MAXRTMS, IPPROTO_TCP, TCP_USER_TIMEOUT, 1234, 1234, 1234},
    {6, WS_TCP_FASTOPEN, IPPROTO_TCP, TCP_FASTOPEN, 1, 256, 1},
    {6, WS_TCP_FASTOPEN, IPPROTO_TCP, TCP_FASTOPEN, 0, 0, 0},
    {17, WS_UDP_NOCHECKSUM, SOL_SOCKET, SO_NO_CHECK, 1, 1, 1},
    {17, WS_UDP_CHECKSUM_COVERAGE, SOL_SOCKET, SO_NO_CHECK, 1, 0, 1},
    {17, WS_UDP_CHECKSUM_COVERAGE, SOL_SOCKET, SO_NO_CHECK, 0, 1, 0},
    {17, WS_UDP_SEND_MSG_SIZE, IPPROTO_UDP, UDP_SEGMENT, 1200, 1200, 1200},
    {0, WS_IP_HDRINCL, IPPROTO_IP, IP_HDRINCL, 1, 1, 1},
    {0, WS_IP_TOS, IPPROTO_IP, IP_TOS, 0xb8, 0xb8, 0xb8},
    {0, WS_IP_TTL, IPPROTO_IP, IP_TTL, 64, 64, 64},
    {0, WS_IP_TTL, IPPROTO_IP, IP_TTL, 0xffffffff, -1, 0xffffffff},
    {0, WS_IP_DONTFRAGMENT, IPPROTO_IP, IP_MTU_DISCOVER, 1, IP_PMTUDISC_DO, 1},
    {0, WS_IP_DONTFRAGMENT, IPPROTO_IP, IP_MTU_DISCOVER, 0, IP_PMTUDISC_DONT, 0},
    {0, WS_IP_MTU_DISCOVER, IPPROTO_IP, IP_MTU_DISCOVER, 1, IP_PMTUDISC_DO, 1},
    {0, WS_IP_MTU_DISCOVER, IPPROTO_IP, IP_MTU_DISCOVER, 2, IP_PMTUDISC_DONT, 2},
    {0, WS_IP_MTU_DISCOVER, IPPROTO_IP, IP_MTU_DISCOVER, 3, IP_PMTUDISC_PROBE, 3},
    {0, WS_IP_UNICAST_IF, IPPROTO_IP, IP_UNICAST_IF, 0x02000000, 0x02000000, 2},
    {0, WS_IP_MULTICAST_TTL, IPPROTO_IP, IP_MULTICAST_TTL, 4, 4, 4},
    {0, WS_IP_MULTICAST_LOOP, IPPROTO_IP, IP_MULTICAST_LOOP, 0, 0, 0},
    {0, WS_IP_PKTINFO, IPPROTO_IP, IP_PKTINFO, 1, 1, 1},
    {0, WS_IP_RECVTTL, IPPROTO_IP, IP_RECVTTL, 1, 1, 1},
    {0, WS_IP_RECVTOS, IPPROTO_IP, IP_RECVTOS, 1, 1, 1},
    {41, WS_IPV6_V6ONLY, IPPROTO_IPV6, IPV6_V6ONLY, 1, 1, 1},
    {41, WS_IPV6_UNICAST_HOPS, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 0xffffffff, -1, 0xffffffff},
    {41, WS_IPV6_DONTFRAG, IPPROTO_IPV6, IPV6_DONTFRAG, 1, 1, 1},
    {41, WS_IPV6_MTU_DISCOVER, IPPROTO_IPV6, IPV6_MTU_DISCOVER, 1, IPV6_PMTUDISC_DO, 1},
    {41, WS_IPV6_UNICAST_IF, IPPROTO_IPV6, IPV6_UNICAST_IF, 2, 0x02000000, 2},
    {41, WS_IPV6_MULTICAST_IF, IPPROTO_IPV6, IPV6_MULTICAST_IF, 2, 2, 2},
    {41, WS_IPV6_MULTICAST_HOPS, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 9, 9, 9},
    {41, WS_IPV6_MULTICAST_LOOP, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 1, 1, 1},
    {41, WS_IPV6_PKTINFO, IPPROTO_IPV6, IPV6_RECVPKTINFO, 1, 1, 1},
    {41, WS_IPV6_HOPLIMIT, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, 1, 1, 1},
    {41, WS_IPV6_RECVTCLASS, IPPROTO_IPV6, IPV6_RECVTCLASS, 1, 1, 1},
    {41, WS_IPV6_HDRINCL, IPPROTO_IPV6, 36, 1, 1, 1},
    {41, WS_IPV6_CHECKSUM, IPPROTO_IPV6, IPV6_CHECKSUM, 2, 2, 2},
};

START_TEST(number)
{
    const struct xlat_option *row = xlat_option_find(numbers[_i].ws_level, numbers[_i].ws_name);
    int *host = guard_alloc(sizeof(*host));
    socklen_t host_len = sizeof(*host);
    uint32_t back = 0;
    int32_t ws_len = sizeof(back);

    ck_assert_int_eq(xlat_option_host(row)->level, numbers[_i].level);
    ck_assert_int_eq(xlat_option_host(row)->name, numbers[_i].name);
    ck_assert_uint_eq(xlat_option_host_size(row), sizeof(int));
    ck_assert_int_eq(
        xlat_option_to_host(row, guard_copy_of(&numbers[_i].ws, 4), 4, host, &host_len), 0);
    ck_assert_uint_eq(host_len, sizeof(*host));
    ck_assert_int_eq(*host, numbers[_i].host);
    ck_assert_int_eq(xlat_option_from_host(row, host, host_len, &back, &ws_len), 0);
    ck_assert_int_eq(ws_len, row->size);
    ck_assert_uint_eq(back, numbers[_i].back);
}
END_TEST

/* What the kernel has and Windows has not, and numbers that cannot be set. */
START_TEST(one_way)
{
    static const struct {
        int name, host;
        uint32_t ws;
    } reads[] = {
        {WS_IP_MTU_DISCOVER, IP_PMTUDISC_WANT, WS_PMTUDISC_NOT_SET},
        {WS_IP_MTU_DISCOVER, IP_PMTUDISC_INTERFACE, WS_PMTUDISC_NOT_SET},
        {WS_IP_DONTFRAGMENT, IP_PMTUDISC_WANT, 0},
        {WS_IP_DONTFRAGMENT, IP_PMTUDISC_PROBE, 1},
        {WS_IP_MTU, 65536, 65536},
    };
    const struct xlat_option *maxrt = xlat_option_find(WS_IPPROTO_TCP, WS_TCP_MAXRT);
    static const uint32_t bad[] = {WS_PMTUDISC_NOT_SET, 4, 0xffffffff};
    static const int ms[] = {1, 999, 1001};
    static const uint32_t seconds[] = {1, 1, 2};
    uint32_t value = (uint32_t)-2;
    socklen_t host_len = 4;
    int32_t ws_len = 4;
    int host;

    for (size_t i = 0; i < COUNT(reads); i++) {
        ck_assert_int_eq(xlat_option_from_host(xlat_option_find(0, reads[i].name), &reads[i].host,
                                               4, &value, &ws_len),
                         0);
        ck_assert_uint_eq(value, reads[i].ws);
    }
    for (size_t i = 0; i < COUNT(bad); i++)
        ck_assert_int_eq(xlat_option_to_host(xlat_option_find(0, WS_IP_MTU_DISCOVER), &bad[i], 4,
                                             &host, &host_len),
                         WS_WSAEINVAL);
    value = (uint32_t)-2;
    ck_assert_int_eq(xlat_option_to_host(maxrt, &value, 4, &host, &host_len), WS_WSAEINVAL);
    value = 256;
    ck_assert_int_eq(xlat_option_to_host(xlat_option_find(WS_IPPROTO_TCP, WS_TCP_KEEPCNT), &value,
                                         4, &host, &host_len),
                     WS_WSAEINVAL);
    for (size_t i = 0; i < COUNT(ms); i++) {
        ck_assert_int_eq(xlat_option_from_host(maxrt, &ms[i], 4, &value, &ws_len), 0);
        ck_assert_uint_eq(value, seconds[i]);
    }
}
END_TEST

/* One conversion into a buffer that is just large enough. */
static void *to_host(int level, int name, const void *ws, size_t ws_len, size_t expected)
{
    const struct xlat_option *row = xlat_option_find(level, name);
    void *host = guard_alloc(expected);
    socklen_t host_len = (socklen_t)expected;

    ck_assert_int_eq(
        xlat_option_to_host(row, guard_copy_of(ws, ws_len), (int)ws_len, host, &host_len), 0);
    ck_assert_uint_eq(host_len, expected);
    ck_assert_uint_eq(xlat_option_host_size(row), expected);
    host_len = (socklen_t)expected - 1;
    ck_assert_int_eq(xlat_option_to_host(row, ws, (int)ws_len, host, &host_len), WS_WSAEFAULT);
    return host;
}

START_TEST(linger)
{
    static const struct {
        struct ws_linger ws;
        struct linger host;
        struct ws_linger back;
    } rows[] = {
        {{0, 0}, {0, 0}, {0, 0}}, {{1, 0}, {1, 0}, {1, 0}},
        {{2, 7}, {2, 7}, {1, 7}}, {{65535, 65535}, {65535, 65535}, {1, 65535}},
        {{1, 5}, {1, 5}, {1, 5}},
    };
    const struct xlat_option *row = xlat_option_find(WS_SOL_SOCKET, WS_SO_LINGER);
    struct linger *host, huge = {1, 0x12345};
    struct ws_linger back;
    int32_t ws_len;

    for (size_t i = 0; i < COUNT(rows); i++) {
        host = to_host(WS_SOL_SOCKET, WS_SO_LINGER, &rows[i].ws, 4, sizeof(*host));
        ck_assert_int_eq(host->l_onoff, rows[i].host.l_onoff);
        ck_assert_int_eq(host->l_linger, rows[i].host.l_linger);
        ws_len = sizeof(back);
        ck_assert_int_eq(xlat_option_from_host(row, host, sizeof(*host), &back, &ws_len), 0);
        ck_assert_int_eq(ws_len, 4);
        ck_assert_int_eq(back.onoff, rows[i].back.onoff);
        ck_assert_int_eq(back.seconds, rows[i].back.seconds);
    }
    ck_assert_int_eq(xlat_option_from_host(row, &huge, sizeof(huge), &back, &ws_len), 0);
    ck_assert_int_eq(back.seconds, 65535);
}
END_TEST

START_TEST(membership)
{
    static const unsigned char by_address[8] = {224, 0, 1, 2, 127, 0, 0, 1};
    static const unsigned char by_index[8] = {224, 0, 1, 2, 0, 0, 1, 3};
    static const unsigned char by_default[8] = {224, 0, 1, 2};
    struct ip_mreqn *host = to_host(0, WS_IP_ADD_MEMBERSHIP, by_address, 8, sizeof(*host));

    ck_assert_uint_eq(ntohl(host->imr_multiaddr.s_addr), 0xe0000102);
    ck_assert_uint_eq(ntohl(host->imr_address.s_addr), INADDR_LOOPBACK);
    ck_assert_int_eq(host->imr_ifindex, 0);
    host = to_host(0, WS_IP_DROP_MEMBERSHIP, by_index, 8, sizeof(*host));
    ck_assert_uint_eq(host->imr_address.s_addr, 0);
    ck_assert_int_eq(host->imr_ifindex, 0x103);
    host = to_host(0, WS_IP_ADD_MEMBERSHIP, by_default, 8, sizeof(*host));
    ck_assert_uint_eq(host->imr_address.s_addr, 0);
    ck_assert_int_eq(host->imr_ifindex, 0);
}
END_TEST

/* IP_MULTICAST_IF is set as ip_mreqn and read as an address. */
START_TEST(multicast_interface)
{
    const struct xlat_option *row = xlat_option_find(0, WS_IP_MULTICAST_IF);
    static const unsigned char address[4] = {127, 0, 0, 1}, index[4] = {0, 0, 0, 2};
    struct ip_mreqn host;
    socklen_t host_len = sizeof(host);
    int32_t ws_len = 4;
    unsigned char back[4];

    ck_assert_int_eq(xlat_option_to_host(row, guard_copy_of(address, 4), 4, &host, &host_len), 0);
    ck_assert_uint_eq(host_len, sizeof(host));
    ck_assert_uint_eq(ntohl(host.imr_address.s_addr), INADDR_LOOPBACK);
    ck_assert_int_eq(host.imr_ifindex, 0);
    ck_assert_int_eq(xlat_option_to_host(row, guard_copy_of(index, 4), 4, &host, &host_len), 0);
    ck_assert_uint_eq(host.imr_address.s_addr, 0);
    ck_assert_int_eq(host.imr_ifindex, 2);
    ck_assert_uint_eq(xlat_option_host_size(row), 4);
    ck_assert_int_eq(xlat_option_from_host(row, address, 4, back, &ws_len), 0);
    ck_assert_mem_eq(back, address, 4);
}
END_TEST

/* Linux has source and interface the other way round. */
START_TEST(source_membership)
{
    static const int options[][2] = {
        {WS_IP_ADD_SOURCE_MEMBERSHIP, IP_ADD_SOURCE_MEMBERSHIP},
        {WS_IP_DROP_SOURCE_MEMBERSHIP, IP_DROP_SOURCE_MEMBERSHIP},
        {WS_IP_BLOCK_SOURCE, IP_BLOCK_SOURCE},
        {WS_IP_UNBLOCK_SOURCE, IP_UNBLOCK_SOURCE},
    };
    static const unsigned char ws[12] = {232, 0, 1, 2, 192, 0, 2, 5, 127, 0, 0, 1};
    struct ip_mreq_source *host = to_host(0, options[_i][0], ws, 12, sizeof(*host));

    ck_assert_int_eq(xlat_option_host(xlat_option_find(0, options[_i][0]))->name, options[_i][1]);
    ck_assert_uint_eq(ntohl(host->imr_multiaddr.s_addr), 0xe8000102);
    ck_assert_uint_eq(ntohl(host->imr_sourceaddr.s_addr), 0xc0000205);
    ck_assert_uint_eq(ntohl(host->imr_interface.s_addr), INADDR_LOOPBACK);
}
END_TEST

START_TEST(membership6)
{
    struct ws_ipv6_mreq ws = {.group = {0xff, 2, [15] = 9}, .interface_index = 3};
    struct ipv6_mreq *host = to_host(41, WS_IPV6_ADD_MEMBERSHIP, &ws, sizeof(ws), sizeof(*host));

    ck_assert_mem_eq(&host->ipv6mr_multiaddr, ws.group, 16);
    ck_assert_uint_eq(host->ipv6mr_interface, 3);
    ck_assert_int_eq(xlat_option_host(xlat_option_find(41, WS_IPV6_ADD_MEMBERSHIP))->name,
                     IPV6_ADD_MEMBERSHIP);
    ck_assert_int_eq(xlat_option_host(xlat_option_find(41, WS_IPV6_DROP_MEMBERSHIP))->name,
                     IPV6_DROP_MEMBERSHIP);
}
END_TEST

static struct ws_sockaddr_storage storage_of(int family, unsigned char last)
{
    struct ws_sockaddr_in v4 = {.family = WS_AF_INET, .address = htonl(0xe8000100u + last)};
    struct ws_sockaddr_in6 v6 = {.family = WS_AF_INET6, .address = {0xff, 2, [15] = last}};
    struct ws_sockaddr_storage storage;

    memset(&storage, 0, sizeof(storage));
    if (family == WS_AF_INET)
        memcpy(&storage, &v4, sizeof(v4));
    else
        memcpy(&storage, &v6, sizeof(v6));
    return storage;
}

START_TEST(group)
{
    struct ws_group_req ws = {.interface_index = 3, .group = storage_of(WS_AF_INET6, 9)};
    struct group_req *host = to_host(41, WS_MCAST_JOIN_GROUP, &ws, sizeof(ws), sizeof(*host)), copy;
    struct sockaddr_in6 in6;
    socklen_t length = sizeof(copy);

    ck_assert_uint_eq(host->gr_interface, 3);
    memcpy(&in6, &host->gr_group, sizeof(in6));
    ck_assert_int_eq(in6.sin6_family, AF_INET6);
    ck_assert_int_eq(in6.sin6_addr.s6_addr[15], 9);
    ws.group.family = 999;
    ck_assert_int_eq(xlat_option_to_host(xlat_option_find(41, WS_MCAST_JOIN_GROUP), &ws, sizeof(ws),
                                         &copy, &length),
                     WS_WSAEAFNOSUPPORT);
}
END_TEST

START_TEST(group_source)
{
    static const int options[][2] = {
        {WS_MCAST_BLOCK_SOURCE, MCAST_BLOCK_SOURCE},
        {WS_MCAST_UNBLOCK_SOURCE, MCAST_UNBLOCK_SOURCE},
        {WS_MCAST_JOIN_SOURCE_GROUP, MCAST_JOIN_SOURCE_GROUP},
        {WS_MCAST_LEAVE_SOURCE_GROUP, MCAST_LEAVE_SOURCE_GROUP},
    };
    struct ws_group_source_req ws = {.interface_index = 4,
                                     .group = storage_of(WS_AF_INET, 1),
                                     .source = storage_of(WS_AF_INET, 2)};
    struct group_source_req *host = to_host(0, options[_i][0], &ws, sizeof(ws), sizeof(*host));
    struct sockaddr_in in;

    ck_assert_int_eq(xlat_option_host(xlat_option_find(0, options[_i][0]))->name, options[_i][1]);
    ck_assert_int_eq(xlat_option_host(xlat_option_find(41, options[_i][0]))->name, options[_i][1]);
    ck_assert_uint_eq(host->gsr_interface, 4);
    memcpy(&in, &host->gsr_group, sizeof(in));
    ck_assert_uint_eq(ntohl(in.sin_addr.s_addr), 0xe8000101);
    memcpy(&in, &host->gsr_source, sizeof(in));
    ck_assert_uint_eq(ntohl(in.sin_addr.s_addr), 0xe8000102);
}
END_TEST

START_TEST(bytes)
{
    const struct xlat_option *row = xlat_option_find(0, WS_IP_OPTIONS);
    static const unsigned char options[41] = {7, 39, 4};
    unsigned char *host = guard_alloc(40), *back = guard_alloc(40);
    socklen_t host_len = 40;
    int32_t ws_len = 40;

    ck_assert_int_eq(xlat_option_to_host(row, guard_copy_of(options, 40), 40, host, &host_len), 0);
    ck_assert_uint_eq(host_len, 40);
    ck_assert_mem_eq(host, options, 40);
    ck_assert_int_eq(xlat_option_to_host(row, options, 41, host, &host_len), WS_WSAEINVAL);
    ck_assert_int_eq(xlat_option_check(row, 0, 0, XLAT_SET, 41), WS_WSAEINVAL);
    ck_assert_int_eq(xlat_option_to_host(row, NULL, 0, host, &host_len), 0);
    ck_assert_uint_eq(host_len, 0);
    ck_assert_int_eq(xlat_option_from_host(row, options, 40, back, &ws_len), 0);
    ck_assert_int_eq(ws_len, 40);
    ck_assert_mem_eq(back, options, 40);
    ws_len = 39;
    ck_assert_int_eq(xlat_option_from_host(row, options, 40, back, &ws_len), WS_WSAEFAULT);
    ws_len = -1;
    ck_assert_int_eq(xlat_option_from_host(row, options, 0, back, &ws_len), WS_WSAEFAULT);
    ws_len = 5;
    ck_assert_int_eq(xlat_option_from_host(row, guard_alloc(0), 0, guard_alloc(5), &ws_len), 0);
    ck_assert_int_eq(ws_len, 0);
}
END_TEST

/* Each row the kernel answers, every length of the program's buffer at the guard page.  Zeros are a
 * legal value of all but addresses. */
START_TEST(short_program)
{
    const struct xlat_option *row = xlat_option_at(_i);

    if (row->route != XLAT_DIRECT)
        return;
    for (int size = 0; size <= row->size + 2; size++) {
        unsigned char *ws = guard_alloc((size_t)size), host[XLAT_OPTION_HOST_MAX];
        bool number = row->kind <= XLAT_LAST_SCALAR, layout = !number && row->kind != XLAT_BYTES;
        socklen_t host_len = sizeof(host);
        int error;

        memset(ws, 0, (size_t)size);
        if (number && xlat_option_check(row, 0, 0, XLAT_SET, size))
            continue; /* not read without the check */
        error = xlat_option_to_host(row, ws, size, host, &host_len);
        if ((layout && (error == WS_WSAEFAULT) != (size < row->size)) ||
            (!error && host_len > sizeof(host)))
            ck_abort_msg("%s: %d of %d", row->label, error, size);
        guard_free_all();
    }
}
END_TEST

/* What a get may do with `room` bytes for the program and `given` bytes from the kernel. */
static bool get_keeps_to(const struct xlat_option *row, int room, socklen_t given)
{
    int32_t length = room;
    int error =
        xlat_option_from_host(row, guard_alloc(given), given, guard_alloc((size_t)room), &length);

    guard_free_all();
    if (row->kind != XLAT_BYTES && given < xlat_option_host_size(row))
        return error == WS_WSAEINVAL;
    if (error)
        return error == WS_WSAEFAULT || error == WS_WSAEINVAL;
    return length <= room;
}

/* The same rows read: every length of either buffer, both at guard pages. */
START_TEST(short_get)
{
    const struct xlat_option *row = xlat_option_at(_i);

    if (row->route != XLAT_DIRECT || !(row->ops & XLAT_GET))
        return;
    for (int room = 0; room <= row->size + 2; room++)
        for (socklen_t given = 0; given <= xlat_option_host_size(row); given++)
            if (!get_keeps_to(row, room, given))
                ck_abort_msg("%s: %u in %d", row->label, given, room);
}
END_TEST

/* Options without a get, and the provider's own, have nothing to convert. */
START_TEST(no_conversion)
{
    const struct xlat_option *row = xlat_option_at(_i);
    unsigned char ws[512] = {0}, host[XLAT_OPTION_HOST_MAX];
    socklen_t host_len = sizeof(host);
    int32_t ws_len = sizeof(ws);

    memset(host, 0xa5, sizeof(host));
    if (row->kind == XLAT_OWN)
        ck_assert_int_eq(xlat_option_to_host(row, ws, ws_len, host, &host_len), WS_WSAEINVAL);
    if (row->kind > XLAT_LAST_SCALAR && row->kind != XLAT_LINGER && row->kind != XLAT_BYTES) {
        ck_assert_int_eq(xlat_option_from_host(row, host, sizeof(host), ws, &ws_len), WS_WSAEINVAL);
        ck_assert_int_eq(ws_len, sizeof(ws));
    }
}
END_TEST

TCase *option_host_case(void)
{
    TCase *tcase = tcase_create("option values");

    tcase_add_loop_test(tcase, number, 0, COUNT(numbers));
    tcase_add_test(tcase, one_way);
    tcase_add_test(tcase, linger);
    tcase_add_test(tcase, membership);
    tcase_add_test(tcase, multicast_interface);
    tcase_add_loop_test(tcase, source_membership, 0, 4);
    tcase_add_test(tcase, membership6);
    tcase_add_test(tcase, group);
    tcase_add_loop_test(tcase, group_source, 0, 4);
    tcase_add_test(tcase, bytes);
    tcase_add_loop_test(tcase, short_program, 0, xlat_option_count());
    tcase_add_loop_test(tcase, short_get, 0, xlat_option_count());
    tcase_add_loop_test(tcase, no_conversion, 0, xlat_option_count());
    return tcase;
}
