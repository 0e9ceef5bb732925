/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Message flags, resolver flags, families, socket types and protocols. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <netdb.h>
#include <netinet/in.h>
#include <sys/socket.h>

#include "unit_xlat.h"
#include "winabi.h"
#include "xlat/eai.h"
#include "xlat/family.h"
#include "xlat/msgflags.h"

#define REFUSES (-1)

static const struct {
    uint32_t ws;
    int send, recv; /* host flags, or REFUSES */
} message[] = {
    {0, 0, 0},
    {0x1, MSG_OOB, MSG_OOB},
    {0x2, REFUSES, MSG_PEEK},
    {0x4, MSG_DONTROUTE, REFUSES},
    {0x8, REFUSES, MSG_WAITALL},
    {0x10, 0, 0},
    {0x20, REFUSES, 0},
    {0x100, REFUSES, REFUSES},
    {0x200, REFUSES, REFUSES},
    {0x400, REFUSES, REFUSES},
    {0x800, REFUSES, REFUSES},
    {0x1000, REFUSES, REFUSES},
    {0x8000, 0, 0},
    /* together */
    {0x2 | 0x8, REFUSES, MSG_PEEK | MSG_WAITALL},
    {0x1 | 0x4 | 0x8000, MSG_OOB | MSG_DONTROUTE, REFUSES},
    {0xffffffff, REFUSES, REFUSES},
};

static void check_message(enum xlat_direction direction, uint32_t ws, int expected)
{
    int host = 0x5a5a;
    int error = xlat_msgflags_to_host(direction, ws, &host);

    ck_assert_int_eq(error, expected == REFUSES ? WS_WSAEOPNOTSUPP : 0);
    ck_assert_int_eq(host, expected == REFUSES ? 0x5a5a : expected);
}

START_TEST(message_flags)
{
    check_message(XLAT_SEND, message[_i].ws, message[_i].send);
    check_message(XLAT_RECEIVE, message[_i].ws, message[_i].recv);
}
END_TEST

/* Every bit has a row above or is refused. */
START_TEST(message_bits)
{
    for (int bit = 0; bit < 32; bit++) {
        uint32_t ws = 1u << bit;
        int send = REFUSES, recv = REFUSES;

        for (size_t i = 0; i < COUNT(message); i++) {
            if (message[i].ws != ws)
                continue;
            send = message[i].send;
            recv = message[i].recv;
        }
        check_message(XLAT_SEND, ws, send);
        check_message(XLAT_RECEIVE, ws, recv);
    }
}
END_TEST

START_TEST(message_flags_back)
{
    int unknown = 77;

    ck_assert_uint_eq(xlat_msgflags_from_host(0, &unknown), 0);
    ck_assert_int_eq(unknown, 0);
    ck_assert_uint_eq(xlat_msgflags_from_host(MSG_TRUNC, NULL), 0x100);
    ck_assert_uint_eq(xlat_msgflags_from_host(MSG_CTRUNC, NULL), 0x200);
    ck_assert_uint_eq(xlat_msgflags_from_host(MSG_OOB, NULL), 0x1);
    ck_assert_uint_eq(xlat_msgflags_from_host(MSG_ERRQUEUE, NULL), 0x1000);
    ck_assert_uint_eq(xlat_msgflags_from_host(MSG_TRUNC | MSG_CTRUNC, NULL), 0x300);
    ck_assert_uint_eq(xlat_msgflags_from_host(MSG_EOR | MSG_CMSG_CLOEXEC, &unknown), 0);
    ck_assert_int_eq(unknown, 0);
    ck_assert_uint_eq(xlat_msgflags_from_host(MSG_TRUNC | MSG_ZEROCOPY, &unknown), 0x100);
    ck_assert_int_eq(unknown, MSG_ZEROCOPY);
}
END_TEST

static const struct {
    uint32_t ws;
    int host;
} ai[] =
    {
        {0x1, AI_PASSIVE},
        {0x2, AI_CANONNAME},
        {0x4, AI_NUMERICHOST},
        {0x8, AI_NUMERICSERV},
        {0x10, 0},
        {0x20, 0},
        {0x40, 0},
        {0x80, 0},
        {0x100, AI_ALL},
        {0x400, AI_ADDRCONFIG},
        {0x800, AI_V4MAPPED},
        {0x4000, 0},
        {0x8000, 0},
        {0x10000, 0},
        {0x20000, AI_CANONNAME},
        {0x40000, 0},
        {0x80000, 0},
        {0x20000000, 0},
        {0x40000000, 0},
},
  ni[] = {
      {0x1, NI_NOFQDN},      {0x2, NI_NUMERICHOST}, {0x4, NI_NAMEREQD},
      {0x8, NI_NUMERICSERV}, {0x10, NI_DGRAM},
};

START_TEST(resolver_flags)
{
    uint32_t all = 0;
    int host, host_all = 0;

    for (size_t i = 0; i < COUNT(ai); i++) {
        ck_assert_int_eq(xlat_ai_flags_to_host(ai[i].ws, &host), 0);
        ck_assert_int_eq(host, ai[i].host);
        if (ai[i].host && ai[i].ws != 0x20000)
            ck_assert_uint_eq(xlat_ai_flags_from_host(host), ai[i].ws);
        all |= ai[i].ws;
        host_all |= ai[i].host;
    }
    ck_assert_int_eq(xlat_ai_flags_to_host(all, &host), 0);
    ck_assert_int_eq(host, host_all);
    for (int bit = 0; bit < 32; bit++)
        if (!(all & 1u << bit)) {
            host = 0x5a5a;
            ck_assert_int_eq(xlat_ai_flags_to_host(1u << bit, &host), WS_WSAEINVAL);
            ck_assert_int_eq(host, 0x5a5a);
        }
    ck_assert_uint_eq(xlat_ai_flags_from_host(0), 0);
    ck_assert_uint_eq(xlat_ai_flags_from_host(1 << 30), 0);
}
END_TEST

START_TEST(name_flags)
{
    int host;

    for (size_t i = 0; i < COUNT(ni); i++) {
        ck_assert_int_eq(xlat_ni_flags_to_host(ni[i].ws, &host), 0);
        ck_assert_int_eq(host, ni[i].host);
        ck_assert_uint_eq(xlat_ni_flags_from_host(host), ni[i].ws);
    }
    for (int bit = 5; bit < 32; bit++) {
        host = 0x5a5a;
        ck_assert_int_eq(xlat_ni_flags_to_host(1u << bit, &host), WS_WSAEINVAL);
        ck_assert_int_eq(host, 0x5a5a);
    }
}
END_TEST

static const struct {
    int ws, host;
} families[] = {
    {0, AF_UNSPEC},     {1, AF_UNIX},   {2, AF_INET},  {6, AF_IPX},
    {16, AF_APPLETALK}, {23, AF_INET6}, {26, AF_IRDA}, {32, AF_BLUETOOTH},
};

START_TEST(family)
{
    int known = 0;

    for (size_t i = 0; i < COUNT(families); i++) {
        ck_assert_int_eq(xlat_family_to_host(families[i].ws), families[i].host);
        ck_assert_int_eq(xlat_family_from_host(families[i].host), families[i].ws);
    }
    for (int n = -300; n < 300; n++)
        known += xlat_family_to_host(n) >= 0;
    ck_assert_uint_eq(known, COUNT(families));
    known = 0;
    for (int n = -300; n < 300; n++)
        known += xlat_family_from_host(n) >= 0;
    ck_assert_uint_eq(known, COUNT(families));
}
END_TEST

START_TEST(type)
{
    static const int host[] = {0, SOCK_STREAM, SOCK_DGRAM, SOCK_RAW, SOCK_RDM, SOCK_SEQPACKET};

    for (int ws = 1; ws <= 5; ws++) {
        ck_assert_int_eq(xlat_type_to_host(ws), host[ws]);
        ck_assert_int_eq(xlat_type_from_host(host[ws]), ws);
        ck_assert_int_eq(xlat_type_from_host(host[ws] | SOCK_NONBLOCK | SOCK_CLOEXEC), ws);
    }
    ck_assert_int_eq(xlat_type_to_host(0), -1);
    ck_assert_int_eq(xlat_type_to_host(6), -1);
    ck_assert_int_eq(xlat_type_to_host(-1), -1);
    ck_assert_int_eq(xlat_type_from_host(0), -1);
    ck_assert_int_eq(xlat_type_from_host(10), -1);
}
END_TEST

START_TEST(protocol)
{
    static const int ip[] = {WS_AF_INET, WS_AF_INET6};

    for (size_t i = 0; i < COUNT(ip); i++) {
        for (int n = 0; n < 256; n++) {
            ck_assert_int_eq(xlat_protocol_to_host(ip[i], n), n);
            ck_assert_int_eq(xlat_protocol_from_host(ip[i], n), n);
        }
        ck_assert_int_eq(xlat_protocol_to_host(ip[i], -1), -1);
        ck_assert_int_eq(xlat_protocol_to_host(ip[i], 256), -1);
        ck_assert_int_eq(xlat_protocol_from_host(ip[i], IPPROTO_MPTCP), -1);
    }
    ck_assert_int_eq(xlat_protocol_to_host(WS_AF_BTH, 3), 3);
    ck_assert_int_eq(xlat_protocol_to_host(WS_AF_BTH, 6), -1);
    ck_assert_int_eq(xlat_protocol_to_host(WS_AF_UNIX, 0), 0);
    ck_assert_int_eq(xlat_protocol_to_host(WS_AF_UNIX, 6), -1);
}
END_TEST

TCase *flags_case(void)
{
    TCase *tcase = tcase_create("flags");

    tcase_add_loop_test(tcase, message_flags, 0, COUNT(message));
    tcase_add_test(tcase, message_bits);
    tcase_add_test(tcase, message_flags_back);
    tcase_add_test(tcase, resolver_flags);
    tcase_add_test(tcase, name_flags);
    tcase_add_test(tcase, family);
    tcase_add_test(tcase, type);
    tcase_add_test(tcase, protocol);
    return tcase;
}
