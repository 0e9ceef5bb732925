/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The option table itself: each row in order, none missing, and who may ask for what. */
#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "structs.h"
#include "unit_xlat.h"
#include "winabi.h"
#include "xlat/option.h"
#include "xlat/option_host.h"

static const int kind_sizes[XLAT_KIND_COUNT] = {
    [XLAT_LINGER] = sizeof(struct ws_linger),
    [XLAT_MREQ] = sizeof(struct ws_ip_mreq),
    [XLAT_MREQ_SOURCE] = sizeof(struct ws_ip_mreq_source),
    [XLAT_MREQ6] = sizeof(struct ws_ipv6_mreq),
    [XLAT_GROUP_REQ] = sizeof(struct ws_group_req),
    [XLAT_GROUP_SOURCE_REQ] = sizeof(struct ws_group_source_req),
};

/* A row says all that its route needs, and nothing that another route would. */
START_TEST(row)
{
    const struct xlat_option *row = xlat_option_at(_i);

    ck_assert_ptr_eq(xlat_option_find(row->level, row->name), row);
    ck_assert_msg(row->label && strlen(row->label) > 3, "row %d", _i);
    ck_assert_msg(row->route >= XLAT_DIRECT && row->route <= XLAT_REFUSED, "%s", row->label);
    ck_assert_msg(row->ops && row->types && row->families, "%s", row->label);
    ck_assert_msg((row->route == XLAT_LOCAL) == (row->local != XLAT_LOCAL_NONE), "%s", row->label);
    ck_assert_msg((row->route == XLAT_DIRECT || row->route == XLAT_CONTROL) ==
                      (xlat_option_host(row)->level >= 0),
                  "%s", row->label);
    ck_assert_msg((row->route == XLAT_REFUSED) == (row->refusal >= 10000), "%s", row->label);
    if (row->route == XLAT_HOST) {
        ck_assert_msg(row->get_code >= 0x120000 + 4 * 219 && row->get_code <= 0x120000 + 4 * 298,
                      "%s", row->label);
        ck_assert_msg(row->get_code != row->set_code, "%s", row->label);
    } else {
        ck_assert_msg(!row->get_code && !row->set_code, "%s", row->label);
    }
    if (row->kind <= XLAT_LAST_SCALAR)
        ck_assert_msg(row->size == (row->rule == XLAT_SIZE_BYTE ? 1 : 4), "%s", row->label);
    else if (kind_sizes[row->kind])
        ck_assert_msg(row->size == kind_sizes[row->kind], "%s", row->label);
    ck_assert_msg(row->kind == XLAT_OWN || row->size <= XLAT_OPTION_HOST_MAX, "%s", row->label);
    /* who answers from a number must have one */
    if (row->route == XLAT_HOST || row->route == XLAT_ACCEPTED || row->route == XLAT_FIXED)
        ck_assert_msg(row->kind <= XLAT_LAST_SCALAR, "%s", row->label);
    if (row->route == XLAT_DIRECT)
        ck_assert_msg(row->kind != XLAT_OWN, "%s", row->label);
}
END_TEST

static bool clash(const struct xlat_option *a, const struct xlat_option *b)
{
    return (a->level == b->level && a->name == b->name) ||
           (a->get_code && a->get_code == b->get_code) ||
           (a->set_code && a->set_code == b->set_code);
}

/* Two rows of one option would hide the second; two of one request would be a slip of the pen. */
START_TEST(no_doubles)
{
    for (int i = 0; i < xlat_option_count(); i++)
        for (int j = i + 1; j < xlat_option_count(); j++)
            if (clash(xlat_option_at(i), xlat_option_at(j)))
                ck_abort_msg("%s and %s", xlat_option_at(i)->label, xlat_option_at(j)->label);
}
END_TEST

/* Constants of winabi/options.def that are no options, or that Windows' pages do not offer to
 * setsockopt. */
static const char *const no_rows[] = {
    "SOL_SOCKET",
    "SO_SYNCHRONOUS_ALERT",
    "SO_SYNCHRONOUS_NONALERT",
    "IP_TCLASS",
    "IPV6_TCLASS",
    "PROTECTION_LEVEL_UNRESTRICTED",
    "PROTECTION_LEVEL_EDGERESTRICTED",
    "PROTECTION_LEVEL_RESTRICTED",
    "TCP_STDURG",
    "TCP_NOURG",
    "TCP_ATMARK",
    "TCP_NOSYNRETRIES",
    "TCP_OFFLOAD_PREFERENCE",
    "TCP_CONGESTION_ALGORITHM",
    "TCP_DELAY_FIN_ACK",
    "PMTUDISC_NOT_SET",
    "PMTUDISC_DO",
    "PMTUDISC_DONT",
    "PMTUDISC_PROBE",
};

static const char *const names[] = {
#define WS_CONST(name, value)       #name,
#define WS_CONST_EXTRA(name, value) #name,
#include "winabi/options.def"
#undef WS_CONST
#undef WS_CONST_EXTRA
};

/* Every option whose number is known has a row, or is left out on purpose. */
START_TEST(no_holes)
{
    for (size_t i = 0; i < COUNT(names); i++) {
        bool found = false, left_out = false;

        for (int j = 0; j < xlat_option_count(); j++)
            found |= !strcmp(xlat_option_at(j)->label, names[i]);
        for (size_t j = 0; j < COUNT(no_rows); j++)
            left_out |= !strcmp(no_rows[j], names[i]);
        ck_assert_msg(found != left_out, "%s", names[i]);
    }
}
END_TEST

START_TEST(unknown)
{
    static const int levels[] = {0xffff, 0, 6, 17, 41};
    static const int strange[] = {-1, 0x8000, 0x800, 0x1234ffff, (int)0x8000ffff, 1, 255, 1000};

    for (size_t i = 0; i < COUNT(levels); i++) {
        ck_assert_ptr_null(xlat_option_find(levels[i], 0x7777));
        ck_assert_ptr_null(xlat_option_find(levels[i], -1));
        ck_assert_int_eq(xlat_option_unknown(levels[i]), WS_WSAENOPROTOOPT);
    }
    for (size_t i = 0; i < COUNT(strange); i++) {
        ck_assert_ptr_null(xlat_option_find(strange[i], WS_SO_RCVTIMEO));
        ck_assert_int_eq(xlat_option_unknown(strange[i]), WS_WSAEINVAL);
    }
}
END_TEST

/* The host's request numbers, as Wine's server has them. */
static const struct {
    int name;
    unsigned int get, set;
} requests[] = {
    {WS_SO_ACCEPTCONN, 219, 0},   {WS_SO_RCVBUF, 230, 229}, {WS_SO_RCVTIMEO, 232, 231},
    {WS_SO_REUSEADDR, 233, 234},  {WS_SO_SNDBUF, 236, 235}, {WS_SO_SNDTIMEO, 237, 238},
    {WS_SO_CONNECT_TIME, 292, 0}, {WS_SO_EXCLUSIVEADDRUSE, 297, 298},
};

START_TEST(request)
{
    const struct xlat_option *row = xlat_option_find(WS_SOL_SOCKET, requests[_i].name);
    int hosts = 0;

    ck_assert_int_eq(row->route, XLAT_HOST);
    ck_assert_uint_eq(row->get_code, 0x120000 + 4 * requests[_i].get);
    ck_assert_uint_eq(row->set_code, requests[_i].set ? 0x120000 + 4 * requests[_i].set : 0);
    for (int i = 0; i < xlat_option_count(); i++)
        hosts += xlat_option_at(i)->route == XLAT_HOST;
    ck_assert_uint_eq(hosts, COUNT(requests));
}
END_TEST

/* What Windows was seen to answer to a get with room enough, on stream, datagram and raw sockets.
 */
static const struct {
    int level, name;
    int stream, dgram, raw;
} get_codes[] = {
    {0, WS_IP_OPTIONS, 0, 0, 0},
    {0, WS_IP_HDRINCL, WS_WSAEINVAL, WS_WSAEINVAL, 0},
    {0, WS_IP_TOS, 0, 0, 0},
    {0, WS_IP_TTL, 0, 0, 0},
    {0, WS_IP_MULTICAST_IF, WS_WSAEINVAL, 0, 0},
    {0, WS_IP_MULTICAST_TTL, WS_WSAEINVAL, 0, 0},
    {0, WS_IP_MULTICAST_LOOP, WS_WSAEINVAL, 0, 0},
    {0, WS_IP_ADD_MEMBERSHIP, WS_WSAENOPROTOOPT, WS_WSAENOPROTOOPT, WS_WSAENOPROTOOPT},
    {0, WS_IP_DROP_MEMBERSHIP, WS_WSAENOPROTOOPT, WS_WSAENOPROTOOPT, WS_WSAENOPROTOOPT},
    {0, WS_IP_DONTFRAGMENT, 0, 0, 0},
    {0, WS_IP_PKTINFO, WS_WSAEINVAL, 0, 0},
    {0, WS_IP_RECVTTL, WS_WSAEINVAL, 0, 0},
    {0, WS_IP_RECEIVE_BROADCAST, WS_WSAEINVAL, 0, 0},
    {0, WS_IP_IFLIST, 0, 0, 0},
    {0, WS_IP_UNICAST_IF, 0, 0, 0},
    {0, WS_IP_GET_IFLIST, 0, 0, 0},
    {0, WS_IP_RECVTOS, WS_WSAEINVAL, 0, 0},
    {0, WS_IP_MTU_DISCOVER, 0, 0, 0},
    {0, WS_IP_USER_MTU, 0, 0, 0},
    {41, WS_IPV6_HDRINCL, WS_WSAEINVAL, WS_WSAEINVAL, 0},
    {41, WS_IPV6_UNICAST_HOPS, 0, 0, 0},
    {41, WS_IPV6_MULTICAST_IF, WS_WSAEINVAL, 0, 0},
    {41, WS_IPV6_MULTICAST_HOPS, WS_WSAEINVAL, 0, 0},
    {41, WS_IPV6_MULTICAST_LOOP, WS_WSAEINVAL, 0, 0},
    {41, WS_IPV6_ADD_MEMBERSHIP, WS_WSAENOPROTOOPT, WS_WSAENOPROTOOPT, WS_WSAENOPROTOOPT},
    {41, WS_IPV6_DROP_MEMBERSHIP, WS_WSAENOPROTOOPT, WS_WSAENOPROTOOPT, WS_WSAENOPROTOOPT},
    {41, WS_IPV6_DONTFRAG, 0, 0, 0},
    {41, WS_IPV6_PKTINFO, WS_WSAEINVAL, 0, 0},
    {41, WS_IPV6_HOPLIMIT, WS_WSAEINVAL, 0, 0},
    {41, WS_IPV6_PROTECTION_LEVEL, 0, 0, 0},
    {41, WS_IPV6_V6ONLY, 0, 0, 0},
    {41, WS_IPV6_IFLIST, 0, 0, 0},
    {41, WS_IPV6_UNICAST_IF, 0, 0, 0},
    {41, WS_IPV6_GET_IFLIST, 0, 0, 0},
    {41, WS_IPV6_RECVTCLASS, WS_WSAEINVAL, 0, 0},
    {41, WS_IPV6_USER_MTU, 0, 0, 0},
    {0xffff, WS_SO_LINGER, 0, WS_WSAENOPROTOOPT, 0},
    {0xffff, WS_SO_DONTLINGER, 0, WS_WSAENOPROTOOPT, 0},
    {0xffff, WS_SO_TYPE, 0, 0, 0},
    {0xffff, WS_SO_ERROR, 0, 0, 0},
    {0xffff, WS_SO_RCVLOWAT, WS_WSAEINVAL, WS_WSAEINVAL, WS_WSAEINVAL},
    {6, WS_TCP_NODELAY, 0, WS_WSAENOPROTOOPT, WS_WSAENOPROTOOPT},
    {17, WS_UDP_NOCHECKSUM, WS_WSAENOPROTOOPT, 0, WS_WSAENOPROTOOPT},
};

START_TEST(get_code)
{
    const struct xlat_option *row = xlat_option_find(get_codes[_i].level, get_codes[_i].name);
    int family = get_codes[_i].level == 41 ? WS_AF_INET6 : WS_AF_INET;

    ck_assert_ptr_nonnull(row);
    ck_assert_int_eq(xlat_option_check(row, WS_SOCK_STREAM, family, XLAT_GET, 256),
                     get_codes[_i].stream);
    ck_assert_int_eq(xlat_option_check(row, WS_SOCK_DGRAM, family, XLAT_GET, 256),
                     get_codes[_i].dgram);
    ck_assert_int_eq(xlat_option_check(row, WS_SOCK_RAW, family, XLAT_GET, 256), get_codes[_i].raw);
}
END_TEST

START_TEST(operations)
{
    static const struct {
        int level, name, get, set;
    } rows[] = {
        {0xffff, WS_SO_ACCEPTCONN, 0, WS_WSAENOPROTOOPT},
        {0xffff, WS_SO_TYPE, 0, 0}, /* the provider refuses, by type of socket */
        {0xffff, WS_SO_CONNECT_TIME, 0, WS_WSAENOPROTOOPT},
        {0xffff, WS_SO_ERROR, 0, 0},
        {0xffff, WS_SO_UPDATE_ACCEPT_CONTEXT, WS_WSAENOPROTOOPT, 0},
        {0xffff, WS_SO_UPDATE_CONNECT_CONTEXT, WS_WSAENOPROTOOPT, 0},
        {0, WS_IP_MTU, 0, WS_WSAENOPROTOOPT},
    };
    for (size_t i = 0; i < COUNT(rows); i++) {
        const struct xlat_option *row = xlat_option_find(rows[i].level, rows[i].name);

        ck_assert_int_eq(xlat_option_check(row, WS_SOCK_STREAM, WS_AF_INET, XLAT_GET, 8),
                         rows[i].get);
        ck_assert_int_eq(xlat_option_check(row, WS_SOCK_STREAM, WS_AF_INET, XLAT_SET, 8),
                         rows[i].set);
    }
}
END_TEST

/* Check of a call that only the family could make fail. */
static int check_family(const struct xlat_option *row, int family)
{
    int type = row->types & XLAT_DGRAM    ? WS_SOCK_DGRAM
               : row->types & XLAT_STREAM ? WS_SOCK_STREAM
                                          : WS_SOCK_RAW;
    int length = row->kind == XLAT_BYTES ? row->size : row->size + 300;

    return xlat_option_check(row, family ? type : 0, family,
                             row->ops & XLAT_GET ? XLAT_GET : XLAT_SET, length);
}

/* IPv6 options belong to AF_INET6 sockets; Windows grants AF_INET ones IPV6_V6ONLY, which Linux
 * does not.  The page says of one option that IPv6 has it not. */
START_TEST(families)
{
    const struct xlat_option *row = xlat_option_at(_i);
    bool v6only = row->level == 41 && row->name == WS_IPV6_V6ONLY;
    bool on_v4 = row->level != 41 || v6only;
    bool on_v6 = row->level != 17 || row->name != WS_UDP_NOCHECKSUM;
    int good = row->route == XLAT_REFUSED ? row->refusal : 0;

    ck_assert_int_eq(check_family(row, WS_AF_INET), on_v4 ? good : WS_WSAENOPROTOOPT);
    ck_assert_int_eq(check_family(row, WS_AF_INET6), on_v6 ? good : WS_WSAENOPROTOOPT);
    ck_assert_int_eq(check_family(row, WS_AF_BTH), WS_WSAENOPROTOOPT);
    ck_assert_int_eq(check_family(row, 0), good);
    ck_assert_int_ne(xlat_option_check(row, WS_SOCK_RDM, WS_AF_INET6, XLAT_GET | XLAT_SET, 300), 0);
    ck_assert_int_eq(xlat_option_route(row, WS_AF_INET6), row->route);
    if (on_v4)
        ck_assert_int_eq(xlat_option_route(row, WS_AF_INET), v6only ? XLAT_ACCEPTED : row->route);
    if (v6only)
        ck_assert_uint_eq(row->value, 1);
}
END_TEST

TCase *option_table_case(void)
{
    TCase *tcase = tcase_create("option table");

    tcase_add_loop_test(tcase, row, 0, xlat_option_count());
    tcase_add_test(tcase, no_doubles);
    tcase_add_test(tcase, no_holes);
    tcase_add_test(tcase, unknown);
    tcase_add_loop_test(tcase, request, 0, COUNT(requests));
    tcase_add_loop_test(tcase, get_code, 0, COUNT(get_codes));
    tcase_add_test(tcase, operations);
    tcase_add_loop_test(tcase, families, 0, xlat_option_count());
    return tcase;
}
