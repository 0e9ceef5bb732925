/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How an option treats the length of its buffer: what Wine's test_set_getsockopt saw on Windows,
 * and each row with every short buffer. */
#include <stdbool.h>
#include <limits.h>
#include <string.h>

#include "guard.h"
#include "unit_xlat.h"
#include "winabi.h"
#include "xlat/option.h"

/* For buffers of 1, 2 and 4 bytes: whether shorter than 4 will do, the length a get reports, and
 * the four bytes afterwards, little-endian, if the option was 1 and the buffer 0xdeadbeef (0: the
 * length in bytes was written). */
static const struct {
    int level, name;
    bool short_len;
    int sizes[3];
    uint32_t after[3];
    bool large; /* 0x100 can be set */
    bool boolean;
} seen[] = {
    {0xffff, WS_SO_BROADCAST, true, {1, 1, 4}, {0, 0xdead0001, 0}, true, true},
    {0xffff, WS_SO_DONTLINGER, true, {1, 1, 4}, {0, 0xdead0001, 0}, true, true},
    {0xffff, WS_SO_OOBINLINE, true, {1, 1, 4}, {0, 0xdead0001, 0}, true, true},
    {0xffff, WS_SO_RCVBUF, false, {1, 2, 4}, {0xdeadbe00, 0xdead0000}, true, false},
    {0xffff, WS_SO_KEEPALIVE, true, {1, 1, 1}, {0}, true, false},
    {0xffff, WS_SO_DONTROUTE, true, {1, 1, 1}, {0}, true, false},
    {0xffff, WS_SO_RCVTIMEO, false, {1, 2, 4}, {0xdeadbeef, 0xdeadbeef}, true, false},
    {0xffff, WS_SO_REUSEADDR, true, {1, 1, 4}, {0, 0xdead0001, 0}, true, true},
    {0xffff, WS_SO_EXCLUSIVEADDRUSE, true, {1, 1, 4}, {0, 0xdead0001, 0}, true, true},
    {0xffff, WS_SO_SNDBUF, false, {1, 2, 4}, {0xdeadbe00, 0xdead0000}, true, false},
    {0xffff, WS_SO_SNDTIMEO, false, {1, 2, 4}, {0xdeadbeef, 0xdeadbeef}, true, false},
    {0xffff, WS_SO_OPENTYPE, false, {1, 2, 4}, {0xdeadbeef, 0xdeadbeef}, true, false},
    {6, WS_TCP_NODELAY, true, {1, 1, 1}, {0}, true, false},
    {0, WS_IP_MULTICAST_LOOP, true, {1, 1, 4}, {0}, true, true},
    {0, WS_IP_MULTICAST_TTL, true, {1, 1, 4}, {0}, false, false},
    {0, WS_IP_PKTINFO, false, {0, 0, 4}, {0xdeadbeef, 0xdeadbeef}, true, true},
    {0, WS_IP_RECVTOS, false, {0, 0, 4}, {0xdeadbeef, 0xdeadbeef}, true, true},
    {0, WS_IP_RECVTTL, false, {0, 0, 4}, {0xdeadbeef, 0xdeadbeef}, true, true},
    {0, WS_IP_TOS, true, {1, 1, 4}, {0}, false, false},
    {0, WS_IP_TTL, true, {1, 1, 4}, {0}, false, false},
    {41, WS_IPV6_DONTFRAG, true, {1, 1, 4}, {0}, true, true},
    {41, WS_IPV6_HOPLIMIT, false, {0, 0, 4}, {0xdeadbeef, 0xdeadbeef}, true, true},
    {41, WS_IPV6_MULTICAST_HOPS, true, {1, 1, 4}, {0}, false, false},
    {41, WS_IPV6_MULTICAST_LOOP, true, {1, 1, 4}, {0}, true, true},
    {41, WS_IPV6_PKTINFO, false, {0, 0, 4}, {0xdeadbeef, 0xdeadbeef}, true, true},
    {41, WS_IPV6_RECVTCLASS, false, {0, 0, 4}, {0xdeadbeef, 0xdeadbeef}, true, true},
    {41, WS_IPV6_UNICAST_HOPS, true, {1, 1, 4}, {0}, false, false},
    {41, WS_IPV6_V6ONLY, true, {1, 1, 1}, {0}, true, false},
};

static int check(const struct xlat_option *row, enum xlat_op op, int len)
{
    return xlat_option_check(row, 0, 0, op, len);
}

/* Writes 1 into the first `size` bytes of 0xdeadbeef, which end at a guard page. */
static void get_short(const struct xlat_option *row, int size, int error, int length,
                      uint32_t after)
{
    static const uint32_t beef = 0xdeadbeef;
    unsigned char *buffer = guard_copy_of(&beef, (size_t)size);
    int32_t len = size;

    ck_assert_int_eq(check(row, XLAT_GET, size), error);
    ck_assert_int_eq(xlat_option_write(row, 1, buffer, &len), error);
    ck_assert_int_eq(len, length);
    ck_assert_mem_eq(buffer, &after, (size_t)size);
}

START_TEST(get_sizes)
{
    const struct xlat_option *row = xlat_option_find(seen[_i].level, seen[_i].name);

    for (int j = 0; j < 3; j++) {
        int size = 1 << j, error = seen[_i].short_len || size == 4 ? 0 : WS_WSAEFAULT;
        uint32_t after = 0xdeadbeef;

        if (seen[_i].after[j]) {
            after = seen[_i].after[j];
        } else {
            static const uint32_t one = 1;

            memcpy(&after, &one, (size_t)seen[_i].sizes[j]);
        }
        get_short(row, size, error, seen[_i].sizes[j], after);
    }
}
END_TEST

START_TEST(get_lengths)
{
    const struct xlat_option *row = xlat_option_find(seen[_i].level, seen[_i].name);
    bool thread = seen[_i].name == WS_SO_OPENTYPE;
    unsigned char *buffer = guard_alloc(8);
    int32_t len = 8;

    ck_assert_int_eq(check(row, XLAT_GET, 0), WS_WSAEFAULT);
    ck_assert_int_eq(check(row, XLAT_GET, -1), thread ? 0 : WS_WSAEFAULT);
    ck_assert_int_eq(check(row, XLAT_GET, 8), 0);
    /* the upper half of a longer buffer stays */
    ck_assert_int_eq(xlat_option_write(row, 1, buffer, &len), 0);
    ck_assert_int_eq(len, seen[_i].sizes[2]);
    for (int i = len; i < 8; i++)
        ck_assert_int_eq(buffer[i], 0xa5);
    len = -1;
    buffer = guard_alloc(4);
    ck_assert_int_eq(xlat_option_write(row, 1, buffer, &len), thread ? 0 : WS_WSAEFAULT);
    ck_assert_int_eq(len, thread ? 4 : -1);
    len = 0;
    ck_assert_int_eq(xlat_option_write(row, 1, NULL, &len), WS_WSAEFAULT);
}
END_TEST

START_TEST(set_lengths)
{
    const struct xlat_option *row = xlat_option_find(seen[_i].level, seen[_i].name);
    bool socket = seen[_i].level == 0xffff;

    ck_assert_int_eq(check(row, XLAT_SET, -1),
                     seen[_i].sizes[2] == 1 || !socket ? WS_WSAENOBUFS : 0);
    ck_assert_int_eq(check(row, XLAT_SET, INT_MIN),
                     seen[_i].sizes[2] == 1 || !socket ? WS_WSAENOBUFS : 0);
    ck_assert_int_eq(check(row, XLAT_SET, 0), socket && seen[_i].boolean ? 0 : WS_WSAEFAULT);
    for (int size = 1; size < 4; size++)
        ck_assert_int_eq(check(row, XLAT_SET, size), seen[_i].short_len ? 0 : WS_WSAEFAULT);
    ck_assert_int_eq(check(row, XLAT_SET, 4), 0);
    ck_assert_int_eq(check(row, XLAT_SET, 8), 0);
    ck_assert_int_eq(check(row, XLAT_SET, INT_MAX), 0);
}
END_TEST

/* 0x100: a boolean becomes 1, but where one byte counts 0; a number stays or is out of range. */
START_TEST(set_large)
{
    const struct xlat_option *row = xlat_option_find(seen[_i].level, seen[_i].name);
    static const unsigned char bytes[] = {0, 1, 0, 0, 0xff, 0xff, 0xff, 0xff};
    uint32_t value = 77;
    int error = xlat_option_read(row, guard_copy_of(bytes, 4), 4, &value);

    ck_assert_int_eq(error, seen[_i].large ? 0 : WS_WSAEINVAL);
    if (error)
        ck_assert_uint_eq(value, 77);
    else
        ck_assert_uint_eq(value, seen[_i].sizes[2] == 1 ? 0 : seen[_i].boolean ? 1 : 0x100);
    /* eight bytes: four count */
    error = xlat_option_read(row, guard_copy_of(bytes, 8), 8, &value);
    ck_assert_int_eq(error, seen[_i].large ? 0 : WS_WSAEINVAL);
    /* a negative length stands for the full one */
    if (seen[_i].large && seen[_i].sizes[2] == 4) {
        ck_assert_int_eq(xlat_option_read(row, guard_copy_of(bytes, 4), -1, &value), 0);
        ck_assert_uint_eq(value, seen[_i].boolean ? 1 : 0x100);
    }
}
END_TEST

/* The number in 1 to 4 bytes, the rest of the program's buffer notwithstanding. */
START_TEST(set_widths)
{
    const struct xlat_option *row = xlat_option_find(WS_IPPROTO_IP, WS_IP_MULTICAST_TTL);
    static const uint32_t buffers[] = {0xffffff0a, 0xffff000b, 0xff00000c, 0x0000000d};

    for (int i = 0; i < 4; i++) {
        uint32_t value = 0;

        ck_assert_int_eq(
            xlat_option_read(row, guard_copy_of(&buffers[i], (size_t)i + 1), i + 1, &value), 0);
        ck_assert_uint_eq(value, 10 + (unsigned int)i);
    }
}
END_TEST

static const struct {
    int level, name;
    uint32_t value;
    int error;
} ranges[] = {
    {0, WS_IP_TTL, 0, 0},
    {0, WS_IP_TTL, 255, 0},
    {0, WS_IP_TTL, 256, WS_WSAEINVAL},
    {0, WS_IP_TTL, 0xffffffff, 0},
    {0, WS_IP_TTL, 0xfffffffe, WS_WSAEINVAL},
    {41, WS_IPV6_UNICAST_HOPS, 0xffffffff, 0},
    {41, WS_IPV6_UNICAST_HOPS, 0x80000000, WS_WSAEINVAL},
    {0, WS_IP_TOS, 255, 0},
    {0, WS_IP_TOS, 256, WS_WSAEINVAL},
    {0, WS_IP_TOS, 0xffffffff, WS_WSAEINVAL},
    {0xffff, WS_SO_RCVTIMEO, 0xffffffff, 0},
    {0xffff, WS_SO_COMPARTMENT_ID, 1, 0},
    {0xffff, WS_SO_COMPARTMENT_ID, 2, WS_WSAENOPROTOOPT},
    {0, WS_IP_RECEIVE_BROADCAST, 7, 0},
    {0, WS_IP_RECEIVE_BROADCAST, 0, WS_WSAENOPROTOOPT},
    {0, WS_IP_USER_MTU, 0xffffffff, 0},
    {0, WS_IP_USER_MTU, 1400, WS_WSAENOPROTOOPT},
    {0xffff, WS_SO_LINGER, 1, WS_WSAEINVAL /* no number */},
};

START_TEST(range)
{
    const struct xlat_option *row = xlat_option_find(ranges[_i].level, ranges[_i].name);
    uint32_t value = 77;

    ck_assert_int_eq(xlat_option_read(row, guard_copy_of(&ranges[_i].value, 4), 4, &value),
                     ranges[_i].error);
    if (ranges[_i].error)
        ck_assert_uint_eq(value, 77);
    else
        ck_assert_uint_eq(value, row->kind == XLAT_BOOL ? !!ranges[_i].value : ranges[_i].value);
}
END_TEST

/* Whether all bytes have this value. */
static bool all_are(const unsigned char *bytes, int size, unsigned char value)
{
    for (int i = 0; i < size; i++)
        if (bytes[i] != value)
            return false;
    return true;
}

/* Each row, every length at the guard page: a failed get leaves only the rule's mark. */
START_TEST(short_get)
{
    const struct xlat_option *row = xlat_option_at(_i);
    bool full = row->rule != XLAT_SIZE_FLAG && row->rule != XLAT_SIZE_SCALAR &&
                row->rule != XLAT_SIZE_BYTE && row->rule != XLAT_SIZE_ANY;

    for (int size = 0; size <= row->size; size++) {
        unsigned char *buffer = guard_alloc((size_t)size);
        bool marks = full && size > 0 && size < row->size;
        unsigned char left = marks && row->rule == XLAT_SIZE_ZERO ? 0 : 0xa5;
        int32_t expected = marks && row->rule == XLAT_SIZE_CLEAR    ? 0
                           : marks && row->rule == XLAT_SIZE_NEEDED ? row->size
                                                                    : size;
        int32_t len = size;

        xlat_option_short(row, buffer, &len);
        if (len != expected || !all_are(buffer, size, left))
            ck_abort_msg("%s: %d of %d", row->label, len, size);
        guard_free_all();
    }
}
END_TEST

/* Each row, every length at the guard page: what the check lets through is read within bounds. */
START_TEST(short_set)
{
    const struct xlat_option *row = xlat_option_at(_i);
    uint32_t value;

    if (row->kind > XLAT_LAST_SCALAR || !(row->ops & XLAT_SET) || row->route == XLAT_REFUSED)
        return;
    for (int size = 0; size <= 9; size++) {
        unsigned char *buffer = guard_alloc((size_t)size);

        memset(buffer, 0, (size_t)size);
        if (check(row, XLAT_SET, size))
            continue;
        if (xlat_option_read(row, buffer, size, &value) == 0)
            ck_assert_msg(value == 0, "%s", row->label);
        else
            ck_assert_msg(row->route == XLAT_FIXED, "%s", row->label);
    }
}
END_TEST

TCase *option_size_case(void)
{
    TCase *tcase = tcase_create("option sizes");

    tcase_add_loop_test(tcase, get_sizes, 0, COUNT(seen));
    tcase_add_loop_test(tcase, get_lengths, 0, COUNT(seen));
    tcase_add_loop_test(tcase, set_lengths, 0, COUNT(seen));
    tcase_add_loop_test(tcase, set_large, 0, COUNT(seen));
    tcase_add_test(tcase, set_widths);
    tcase_add_loop_test(tcase, range, 0, COUNT(ranges));
    tcase_add_loop_test(tcase, short_get, 0, xlat_option_count());
    tcase_add_loop_test(tcase, short_set, 0, xlat_option_count());
    return tcase;
}
