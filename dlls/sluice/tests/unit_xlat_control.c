/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Control messages of a send, from Windows' form to Linux'. */
#include <linux/udp.h>
#include <stdint.h>
#include <string.h>
#include <sys/socket.h>

#include "guard.h"
#include "structs.h"
#include "unit_xlat.h"
#include "winabi.h"
#include "xlat/control.h"

/* One message before a guard page: header and `size` bytes of the value. */
static int read_one(int level, int type, const void *value, size_t size, size_t claimed,
                    struct xlat_control *control)
{
    unsigned char *bytes = guard_alloc(sizeof(struct ws_cmsghdr) + size);
    struct ws_cmsghdr header = {claimed, level, type};

    memcpy(bytes, &header, sizeof(header));
    if (size)
        memcpy(bytes + sizeof(header), value, size);
    return xlat_control_read(bytes, sizeof(header) + size, control);
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
    const size_t full = sizeof(struct ws_cmsghdr) + sizeof(good);
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

    ck_assert_int_eq(
        read_one(WS_IPPROTO_IP, WS_IP_PKTINFO, &v4, sizeof(v4), 16 + sizeof(v4), &control), 0);
    ck_assert(control.has_pktinfo && !control.has_pktinfo6);
    ck_assert_uint_eq(control.pktinfo.ipi_spec_dst.s_addr, v4.address);
    ck_assert_int_eq(control.pktinfo.ipi_ifindex, 7);
    ck_assert_int_eq(
        read_one(WS_IPPROTO_IPV6, WS_IPV6_PKTINFO, &v6, sizeof(v6), 16 + sizeof(v6), &control), 0);
    ck_assert(control.has_pktinfo6 && !control.has_pktinfo);
    ck_assert_mem_eq(&control.pktinfo6.ipi6_addr, v6.address, 16);
    ck_assert_uint_eq(control.pktinfo6.ipi6_ifindex, 9);
    ck_assert_int_eq(read_one(WS_IPPROTO_IP, WS_IP_PKTINFO, &v4, 7, 23, &control), WS_WSAEINVAL);
    ck_assert_int_eq(read_one(WS_IPPROTO_IPV6, WS_IPV6_PKTINFO, &v6, 19, 35, &control),
                     WS_WSAEINVAL);
}
END_TEST

/* No read beyond the end, whatever the header claims. */
START_TEST(malformed)
{
    static const uint64_t claims[] = {0, 1, 15, 21, 24, UINT32_MAX, UINT64_MAX, UINT64_MAX - 7};
    const int32_t value = 5;
    struct xlat_control control;

    for (size_t i = 0; i < COUNT(claims); i++)
        ck_assert_int_eq(
            read_one(WS_IPPROTO_IP, WS_IP_TTL, &value, sizeof(value), (size_t)claims[i], &control),
            WS_WSAEINVAL);
    ck_assert_int_eq(read_one(WS_IPPROTO_IP, 12345, &value, sizeof(value), 20, &control),
                     WS_WSAEINVAL);
    for (size_t size = 0; size < sizeof(struct ws_cmsghdr); size++)
        ck_assert_int_eq(xlat_control_read(guard_alloc(size), size, &control), 0); /* no message */
}
END_TEST

TCase *control_case(void)
{
    TCase *tcase = tcase_create("control");

    tcase_add_loop_test(tcase, number, 0, COUNT(numbers));
    tcase_add_test(tcase, all_together);
    tcase_add_test(tcase, packet_information);
    tcase_add_test(tcase, malformed);
    return tcase;
}
