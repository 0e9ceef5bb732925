/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Control messages: of a send, from Windows' form to Linux'; of a receive, the other way. */
#include <linux/udp.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "guard.h"
#include "structs.h"
#include "unit_xlat.h"
#include "winabi.h"
#include "xlat/control.h"

/* Everything is tried in the form of 64-bit programs, and in that of 32-bit ones. */
static size_t word = 8;

static void take_32_bits(void)
{
    word = 4;
}

static void take_64_bits(void)
{
    word = 8;
}

static size_t head_size(void)
{
    return word + 2 * sizeof(int32_t);
}

/* One message before a guard page: header and `size` bytes of the value. */
static int read_one(int level, int type, const void *value, size_t size, size_t claimed,
                    struct xlat_control *control)
{
    unsigned char *bytes = guard_alloc(head_size() + size);
    const int32_t kind[] = {level, type};

    memcpy(bytes, &claimed, word);
    memcpy(bytes + word, kind, sizeof(kind));
    if (size)
        memcpy(bytes + head_size(), value, size);
    return xlat_control_read(bytes, head_size() + size, word, control);
}

static const struct {
    int ws_level, ws_type, level, type;
    int32_t good, bad;
} numbers[] = {
    {WS_IPPROTO_IP, WS_IP_TTL, IPPROTO_IP, IP_TTL, 0, 256},
    {WS_IPPROTO_IP, WS_IP_RECVTTL, IPPROTO_IP, IP_TTL, 255, -1},
    {WS_IPPROTO_IP, WS_IP_TOS, IPPROTO_IP, IP_TOS, 0xb8, 256},
    {WS_IPPROTO_IP, WS_IP_TCLASS, IPPROTO_IP, IP_TOS, 1, -1},
    {WS_IPPROTO_IPV6, WS_IPV6_HOPLIMIT, IPPROTO_IPV6, IPV6_HOPLIMIT, 1, 256},
    {WS_IPPROTO_IPV6, WS_IPV6_TCLASS, IPPROTO_IPV6, IPV6_TCLASS, 255, 256},
};

START_TEST(number)
{
    char host[XLAT_CONTROL_HOST_MAX] __attribute__((aligned(8)));
    const int32_t good = numbers[_i].good, bad = numbers[_i].bad;
    const struct cmsghdr *header = (const struct cmsghdr *)host;
    const size_t full = head_size() + sizeof(good);
    struct xlat_control control;
    int value;

    ck_assert_int_eq(read_one(numbers[_i].ws_level, numbers[_i].ws_type, &good, 4, full, &control),
                     0);
    ck_assert_uint_eq(xlat_control_write(&control, host), CMSG_SPACE(sizeof(int)));
    ck_assert_int_eq(header->cmsg_level, numbers[_i].level);
    ck_assert_int_eq(header->cmsg_type, numbers[_i].type);
    memcpy(&value, CMSG_DATA(header), sizeof(value));
    ck_assert_int_eq(value, good);
    ck_assert_int_eq(read_one(numbers[_i].ws_level, numbers[_i].ws_type, &bad, 4, full, &control),
                     WS_WSAEINVAL);
    ck_assert_int_eq(
        read_one(numbers[_i].ws_level, numbers[_i].ws_type, &good, 3, full - 1, &control),
        WS_WSAEINVAL);
}
END_TEST

/* Nothing of what is asked for is lost when all of it is. */
START_TEST(all_together)
{
    static const struct {
        int level, type;
    } want[] = {
        {IPPROTO_IP, IP_TTL},        {IPPROTO_IP, IP_TOS},     {IPPROTO_IPV6, IPV6_HOPLIMIT},
        {IPPROTO_IPV6, IPV6_TCLASS}, {IPPROTO_IP, IP_PKTINFO}, {IPPROTO_IPV6, IPV6_PKTINFO},
        {IPPROTO_UDP, UDP_SEGMENT},
    };
    struct xlat_control control = {
        .has_pktinfo = true,
        .has_pktinfo6 = true,
        .hops = 1,
        .hops6 = 2,
        .traffic = 3,
        .class6 = 4,
        .ecn = -1,
        .ecn6 = -1,
        .segment = 1200,
    };
    char host[XLAT_CONTROL_HOST_MAX] __attribute__((aligned(8)));
    struct msghdr message = {.msg_control = host};
    struct cmsghdr *header;
    size_t i = 0;

    message.msg_controllen = xlat_control_write(&control, host);
    ck_assert_uint_le(message.msg_controllen, sizeof(host));
    for (header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header), i++) {
        ck_assert_uint_lt(i, COUNT(want));
        ck_assert_int_eq(header->cmsg_level, want[i].level);
        ck_assert_int_eq(header->cmsg_type, want[i].type);
    }
    ck_assert_uint_eq(i, COUNT(want));
}
END_TEST

START_TEST(packet_information)
{
    const struct ws_in_pktinfo v4 = {0x0200007f, 7};
    struct ws_in6_pktinfo v6 = {.address = {0xfe, 0x80, [15] = 1}, .interface_index = 9};
    struct xlat_control control;

    ck_assert_int_eq(read_one(WS_IPPROTO_IP, WS_IP_PKTINFO, &v4, sizeof(v4),
                              head_size() + sizeof(v4), &control),
                     0);
    ck_assert(control.has_pktinfo && !control.has_pktinfo6);
    ck_assert_uint_eq(control.pktinfo.ipi_spec_dst.s_addr, v4.address);
    ck_assert_int_eq(control.pktinfo.ipi_ifindex, 7);
    ck_assert_int_eq(read_one(WS_IPPROTO_IPV6, WS_IPV6_PKTINFO, &v6, sizeof(v6),
                              head_size() + sizeof(v6), &control),
                     0);
    ck_assert(control.has_pktinfo6 && !control.has_pktinfo);
    ck_assert_mem_eq(&control.pktinfo6.ipi6_addr, v6.address, 16);
    ck_assert_uint_eq(control.pktinfo6.ipi6_ifindex, 9);
    ck_assert_int_eq(read_one(WS_IPPROTO_IP, WS_IP_PKTINFO, &v4, 7, head_size() + 7, &control),
                     WS_WSAEINVAL);
    ck_assert_int_eq(read_one(WS_IPPROTO_IPV6, WS_IPV6_PKTINFO, &v6, 19, head_size() + 19, &control),
                     WS_WSAEINVAL);
}
END_TEST

/* No read beyond the end, whatever the header claims. */
START_TEST(malformed)
{
    const size_t full = head_size() + sizeof(int32_t);
    const uint64_t claims[] = {0,        1,          head_size() - 1, full + 1,
                               full + 4, UINT32_MAX, UINT64_MAX,      UINT64_MAX - 7};
    const int32_t value = 5;
    struct xlat_control control;

    for (size_t i = 0; i < COUNT(claims); i++)
        ck_assert_int_eq(
            read_one(WS_IPPROTO_IP, WS_IP_TTL, &value, sizeof(value), (size_t)claims[i], &control),
            WS_WSAEINVAL);
    ck_assert_int_eq(read_one(WS_IPPROTO_IP, 12345, &value, sizeof(value), full, &control),
                     WS_WSAEINVAL);
    for (size_t size = 0; size < head_size(); size++) /* no message */
        ck_assert_int_eq(xlat_control_read(guard_alloc(size), size, word, &control), 0);
}
END_TEST

/* ---- received
 * ------------------------------------------------------------------------------------------------
 */

static const struct in_pktinfo host_v4 = {
    .ipi_ifindex = 7, .ipi_spec_dst = {1}, .ipi_addr = {0x0200007f}};
static const struct ws_in_pktinfo ws_v4 = {0x0200007f, 7};
static const struct in6_pktinfo host_v6 = {{.s6_addr = {0xfe, 0x80, [15] = 1}}, 9};
static const struct ws_in6_pktinfo ws_v6 = {.address = {0xfe, 0x80, [15] = 1},
                                            .interface_index = 9};
static const int32_t ttl = 64, hops = 255, class6 = 0xb8, tos = 0xff;
static const uint8_t octet = 0xff;

static const struct {
    int level, type;
    const void *data;
    size_t size;
    int ws_level, ws_type;
    const void *ws_data;
    size_t ws_size;
} received[] = {
    {IPPROTO_IP, IP_PKTINFO, &host_v4, sizeof(host_v4), WS_IPPROTO_IP, WS_IP_PKTINFO, &ws_v4,
     sizeof(ws_v4)},
    {IPPROTO_IP, IP_TTL, &ttl, 4, WS_IPPROTO_IP, WS_IP_TTL, &ttl, 4},
    {IPPROTO_IP, IP_TOS, &octet, 1, WS_IPPROTO_IP, WS_IP_TOS, &tos, 4},
    {IPPROTO_IPV6, IPV6_PKTINFO, &host_v6, sizeof(host_v6), WS_IPPROTO_IPV6, WS_IPV6_PKTINFO,
     &ws_v6, sizeof(ws_v6)},
    {IPPROTO_IPV6, IPV6_HOPLIMIT, &hops, 4, WS_IPPROTO_IPV6, WS_IPV6_HOPLIMIT, &hops, 4},
    {IPPROTO_IPV6, IPV6_TCLASS, &class6, 4, WS_IPPROTO_IPV6, WS_IPV6_TCLASS, &class6, 4},
};

/* What recvmsg() stores: built message by message, then moved before a guard page. */
struct arrival {
    char bytes[XLAT_CONTROL_RECEIVE_MAX] __attribute__((aligned(8)));
    size_t length;
};

static void arrive(struct arrival *arrival, int level, int type, const void *data, size_t size)
{
    struct cmsghdr *header = (struct cmsghdr *)(arrival->bytes + arrival->length);

    memset(header, 0, CMSG_SPACE(size));
    header->cmsg_len = CMSG_LEN(size);
    header->cmsg_level = level;
    header->cmsg_type = type;
    memcpy(CMSG_DATA(header), data, size);
    arrival->length += CMSG_SPACE(size);
}

static uint32_t translate(const struct arrival *arrival, void *ws, uint32_t room)
{
    struct msghdr message = {.msg_control = guard_copy_of(arrival->bytes, arrival->length),
                             .msg_controllen = arrival->length};

    return xlat_control_received(&message, ws, room, word);
}

static uint32_t ws_space(size_t row)
{
    return (uint32_t)((head_size() + received[row].ws_size + word - 1) & ~(word - 1));
}

static void check_received(const char *ws, size_t row)
{
    const int32_t kind[] = {received[row].ws_level, received[row].ws_type};
    uint64_t length = 0;

    memcpy(&length, ws, word);
    ck_assert_uint_eq(length, head_size() + received[row].ws_size);
    ck_assert_mem_eq(ws + word, kind, sizeof(kind));
    ck_assert_mem_eq(ws + head_size(), received[row].ws_data, received[row].ws_size);
}

/* With just enough room; with less, whatever it is; cut short by the kernel. */
START_TEST(received_one)
{
    const uint32_t space = ws_space((size_t)_i);
    struct arrival arrival = {.length = 0};
    char *ws = guard_alloc(space);

    arrive(&arrival, received[_i].level, received[_i].type, received[_i].data, received[_i].size);
    ck_assert_uint_eq(translate(&arrival, ws, space), space);
    check_received(ws, (size_t)_i);
    for (uint32_t room = 0; room < space; room++) {
        ws = guard_alloc(room);
        ck_assert_uint_eq(translate(&arrival, ws, room), 0);
        for (uint32_t i = 0; i < room; i++)
            ck_assert_int_eq((unsigned char)ws[i], 0xa5);
    }
    ((struct cmsghdr *)arrival.bytes)->cmsg_len--;
    ck_assert_uint_eq(translate(&arrival, guard_alloc(space), space), 0);
}
END_TEST

/* All of them, between others that Windows does not know, in their order; none at all. */
START_TEST(received_all)
{
    static const char other[12];
    struct arrival arrival = {.length = 0};
    struct msghdr none = {.msg_control = NULL};
    uint32_t space = 0, at = 0;
    char *ws;

    for (size_t i = 0; i < COUNT(received); i++) {
        arrive(&arrival, received[i].level, received[i].type, received[i].data, received[i].size);
        space += ws_space(i);
        if (i % 2)
            arrive(&arrival, i % 4 == 1 ? SOL_SOCKET : IPPROTO_IP, 111, other, i == 1 ? 12 : 0);
    }
    ws = guard_alloc(space);
    ck_assert_uint_eq(translate(&arrival, ws, space), space);
    for (size_t i = 0; i < COUNT(received); at += ws_space(i++))
        check_received(ws + at, i);
    ck_assert_uint_eq(xlat_control_received(&none, guard_alloc(0), 0, word), 0);
}
END_TEST

/* A message too long for what is left does not keep a shorter one out. */
START_TEST(received_what_fits)
{
    struct arrival arrival = {.length = 0};
    char *ws = guard_alloc(ws_space(1) + ws_space(5));

    arrive(&arrival, received[1].level, received[1].type, received[1].data, received[1].size);
    arrive(&arrival, received[3].level, received[3].type, received[3].data, received[3].size);
    arrive(&arrival, received[5].level, received[5].type, received[5].data, received[5].size);
    ck_assert_uint_eq(translate(&arrival, ws, ws_space(1) + ws_space(5)),
                      ws_space(1) + ws_space(5));
    check_received(ws, 1);
    check_received(ws + ws_space(1), 5);
}
END_TEST

static TCase *make_case(const char *name, void (*set_up)(void))
{
    TCase *tcase = tcase_create(name);

    tcase_add_unchecked_fixture(tcase, set_up, take_64_bits);
    tcase_add_loop_test(tcase, number, 0, COUNT(numbers));
    tcase_add_test(tcase, all_together);
    tcase_add_test(tcase, packet_information);
    tcase_add_test(tcase, malformed);
    tcase_add_loop_test(tcase, received_one, 0, COUNT(received));
    tcase_add_test(tcase, received_all);
    tcase_add_test(tcase, received_what_fits);
    return tcase;
}

TCase *control_case(void)
{
    return make_case("control", take_64_bits);
}

TCase *control_32_case(void)
{
    return make_case("control_32", take_32_bits);
}
