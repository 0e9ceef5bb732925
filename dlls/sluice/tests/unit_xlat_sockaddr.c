/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Socket addresses, at the end of a page and at every length. */
#include <limits.h>
#include <netinet/in.h>
#include <string.h>
#include <sys/un.h>

#include "guard.h"
#include "structs.h"
#include "unit_xlat.h"
#include "winabi.h"
#include "xlat/sockaddr.h"

/* As they lie in a Windows program's memory. */
static const unsigned char v4[16] = {2, 0, 0x1f, 0x90, 192, 0, 2, 1, 9, 9, 9, 9, 9, 9, 9, 9};
static const unsigned char v6[28] = {23, 0, 0x1f, 0x90, 0, 1, 2, 3,    0x20, 1, 0x0d, 0xb8, 0, 0,
                                     0,  0, 0,    0,    0, 0, 0, 0x42, 0,    9, 7,    0,    0, 0};

START_TEST(v4_to_host)
{
    struct sockaddr_storage storage;
    struct sockaddr_in *out = (struct sockaddr_in *)&storage;
    static const char zero[sizeof(out->sin_zero)];
    socklen_t length = 0;

    memset(&storage, 0xff, sizeof(storage));
    ck_assert_int_eq(xlat_sockaddr_to_host(guard_copy_of(v4, 16), 16, &storage, &length), 0);
    ck_assert_uint_eq(length, sizeof(*out));
    ck_assert_int_eq(out->sin_family, AF_INET);
    ck_assert_int_eq(ntohs(out->sin_port), 8080);
    ck_assert_uint_eq(ntohl(out->sin_addr.s_addr), 0xc0000201);
    ck_assert_mem_eq(out->sin_zero, zero, sizeof(zero));
}
END_TEST

START_TEST(v6_to_host)
{
    struct sockaddr_storage storage;
    struct sockaddr_in6 *out = (struct sockaddr_in6 *)&storage;
    socklen_t length = 0;

    memset(&storage, 0xff, sizeof(storage));
    ck_assert_int_eq(xlat_sockaddr_to_host(guard_copy_of(v6, 28), 28, &storage, &length), 0);
    ck_assert_uint_eq(length, sizeof(*out));
    ck_assert_int_eq(out->sin6_family, AF_INET6);
    ck_assert_int_eq(ntohs(out->sin6_port), 8080);
    ck_assert_uint_eq(ntohl(out->sin6_flowinfo), 0x00010203);
    ck_assert_mem_eq(&out->sin6_addr, v6 + 8, 16);
    ck_assert_uint_eq(out->sin6_scope_id, 7);
}
END_TEST

/* There and back gives the same bytes, the padding of sockaddr_in aside, which comes back as zeros.
 */
START_TEST(round_trip)
{
    struct sockaddr_storage storage;
    socklen_t length;
    int32_t room = 16;
    unsigned char *back = guard_alloc(16);

    ck_assert_int_eq(xlat_sockaddr_to_host(v4, 16, &storage, &length), 0);
    ck_assert_int_eq(xlat_sockaddr_from_host(&storage, length, back, &room), 0);
    ck_assert_int_eq(room, 16);
    ck_assert_mem_eq(back, v4, 8);
    for (int i = 8; i < 16; i++)
        ck_assert_int_eq(back[i], 0);
    room = 28;
    back = guard_alloc(28);
    ck_assert_int_eq(xlat_sockaddr_to_host(v6, 28, &storage, &length), 0);
    ck_assert_int_eq(xlat_sockaddr_from_host(&storage, length, back, &room), 0);
    ck_assert_int_eq(room, 28);
    ck_assert_mem_eq(back, v6, 28);
}
END_TEST

/* Every length from none to more than enough, at every alignment the guard page gives. */
START_TEST(length_to_host)
{
    struct sockaddr_storage storage;
    unsigned char padded[40] = {0};
    socklen_t length;

    memcpy(padded, v4, sizeof(v4));
    ck_assert_int_eq(
        xlat_sockaddr_to_host(guard_copy_of(padded, (size_t)_i), _i, &storage, &length),
        _i < 16 ? WS_WSAEFAULT : 0);
    memset(padded, 0, sizeof(padded));
    memcpy(padded, v6, sizeof(v6));
    ck_assert_int_eq(
        xlat_sockaddr_to_host(guard_copy_of(padded, (size_t)_i), _i, &storage, &length),
        _i < 28 ? WS_WSAEFAULT : 0);
}
END_TEST

START_TEST(bad_to_host)
{
    struct sockaddr_storage storage;
    socklen_t length = 99;

    ck_assert_int_eq(xlat_sockaddr_to_host(NULL, 16, &storage, &length), WS_WSAEFAULT);
    ck_assert_int_eq(xlat_sockaddr_to_host(v4, -1, &storage, &length), WS_WSAEFAULT);
    ck_assert_int_eq(xlat_sockaddr_to_host(v4, INT_MIN, &storage, &length), WS_WSAEFAULT);
    for (int family = 1; family < 0x10000; family++) {
        uint16_t bytes[14] = {(uint16_t)family};

        if (family == WS_AF_INET || family == WS_AF_INET6)
            continue;
        if (xlat_sockaddr_to_host(bytes, sizeof(bytes), &storage, &length) != WS_WSAEAFNOSUPPORT)
            ck_abort_msg("family %d", family);
    }
    ck_assert_uint_eq(length, 99);
}
END_TEST

/* connect() with AF_UNSPEC dissolves, however short the rest. */
START_TEST(unspecified_to_host)
{
    static const unsigned char none[16];
    struct sockaddr_storage storage;
    socklen_t length = 0;

    memset(&storage, 0xff, sizeof(storage));
    ck_assert_int_eq(xlat_sockaddr_to_host(guard_copy_of(none, (size_t)_i), _i, &storage, &length),
                     0);
    ck_assert_int_eq(storage.ss_family, AF_UNSPEC);
    ck_assert_uint_ge(length, sizeof(sa_family_t));
}
END_TEST

/* Every room from none to more than enough: too small leaves the buffer and the length alone. */
START_TEST(room_from_host)
{
    struct sockaddr_storage storage;
    socklen_t length;

    for (int which = 0; which < 2; which++) {
        const unsigned char *address = which ? v6 : v4;
        int size = which ? 28 : 16, error;
        unsigned char *buffer = guard_alloc((size_t)_i);
        int32_t room = _i;

        ck_assert_int_eq(xlat_sockaddr_to_host(address, size, &storage, &length), 0);
        error = xlat_sockaddr_from_host(&storage, length, buffer, &room);
        ck_assert_int_eq(error, _i < size ? WS_WSAEFAULT : 0);
        ck_assert_int_eq(room, _i < size ? _i : size);
        for (int i = _i < size ? 0 : size; i < _i; i++)
            ck_assert_int_eq(buffer[i], 0xa5);
    }
}
END_TEST

START_TEST(bad_from_host)
{
    struct sockaddr_storage storage;
    unsigned char buffer[28];
    int32_t room = sizeof(buffer);
    socklen_t length;

    ck_assert_int_eq(xlat_sockaddr_to_host(v6, 28, &storage, &length), 0);
    for (socklen_t cut = 2; cut < length; cut++)
        ck_assert_int_eq(xlat_sockaddr_from_host(guard_copy_of(&storage, cut), cut, buffer, &room),
                         WS_WSAEINVAL);
    ck_assert_int_eq(xlat_sockaddr_from_host(&storage, length, NULL, &room), WS_WSAEFAULT);
    room = -1;
    ck_assert_int_eq(xlat_sockaddr_from_host(&storage, length, buffer, &room), WS_WSAEFAULT);
    ck_assert_int_eq(room, -1);
    room = sizeof(buffer);
    storage.ss_family = AF_NETLINK;
    ck_assert_int_eq(xlat_sockaddr_from_host(&storage, length, buffer, &room), WS_WSAEAFNOSUPPORT);
    /* no address at all */
    ck_assert_int_eq(xlat_sockaddr_from_host(guard_alloc(0), 0, buffer, &room), 0);
    ck_assert_int_eq(room, 0);
    room = sizeof(buffer);
    storage.ss_family = AF_UNSPEC;
    ck_assert_int_eq(xlat_sockaddr_from_host(&storage, 16, buffer, &room), 0);
    ck_assert_int_eq(room, 0);
}
END_TEST

START_TEST(lengths)
{
    for (int family = -1; family < 300; family++)
        ck_assert_int_eq(xlat_sockaddr_length(family), family == 2 ? 16 : family == 23 ? 28 : 0);
}
END_TEST

TCase *sockaddr_case(void)
{
    TCase *tcase = tcase_create("sockaddr");

    tcase_add_test(tcase, v4_to_host);
    tcase_add_test(tcase, v6_to_host);
    tcase_add_test(tcase, round_trip);
    tcase_add_loop_test(tcase, length_to_host, 0, 41);
    tcase_add_test(tcase, bad_to_host);
    tcase_add_loop_test(tcase, unspecified_to_host, 2, 17);
    tcase_add_loop_test(tcase, room_from_host, 0, 41);
    tcase_add_test(tcase, bad_from_host);
    tcase_add_test(tcase, lengths);
    return tcase;
}
