/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Unix calls keep and receive on loopback sockets, with failing system calls put in between. */
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "guard.h"
#include "loopback.h"
#include "structs.h"
#include "unix/calls.h"
#include "winabi.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct unix_buffer list[UNIX_BUFFERS_MAX];
static char bytes[256];

/* A receive into `count` buffers of `each` bytes, one behind the other. */
static struct receive_params into(uint64_t handle, uint32_t count, uint32_t each)
{
    struct receive_params params = {
        .handle = handle, .buffers = (uintptr_t)list, .count = count, .moved = 77};

    memset(bytes, 0, sizeof(bytes));
    for (uint32_t i = 0; i < count; i++) {
        list[i].address = (uintptr_t)(bytes + (size_t)i * each);
        list[i].length = each;
    }
    return params;
}

static struct receive_params stream_into(uint64_t handle, uint32_t count, uint32_t each)
{
    struct receive_params params = into(handle, count, each);

    params.is_stream = 1;
    return params;
}

static void put(int peer, const char *text)
{
    ck_assert_int_eq(send(peer, text, strlen(text), 0), (int)strlen(text));
}

static void put_to(int peer, uint64_t handle, const void *data, size_t length)
{
    socklen_t size;
    struct sockaddr_storage to = loopback_address((int)handle, &size);

    ck_assert_int_eq(sendto(peer, data, length, 0, (struct sockaddr *)&to, size), (int)length);
}

/* ---- keep
 * -----------------------------------------------------------------------------------------------------
 */

START_TEST(keep)
{
    struct keep_params params = {.handle = 0x1000};
    struct receive_params receive;
    int peer;
    uint64_t handle;

    ck_assert_int_eq(unix_keep(&params), WS_WSAENOTSOCK);
    handle = loopback_stream(&peer);
    params.handle = handle;
    ck_assert_int_eq(unix_keep(&params), 0);
    ck_assert_int_eq(fault_calls(FAULT_host_socket_fd), 1); /* there is one */
    ck_assert_int_eq(unix_open_record(&(struct open_record_params){handle}), 0);
    fault_inject(FAULT_host_socket_fd, 0, 1, WS_WSAEMFILE);
    ck_assert_int_eq(unix_keep(&params), WS_WSAEMFILE);
    receive = stream_into(handle, 1, 8);
    ck_assert_int_eq(unix_receive(&receive), DIRECT_GONE);
    ck_assert_int_eq(unix_keep(&params), 0);
    ck_assert_int_eq(unix_receive(&receive), WS_WSAEWOULDBLOCK);
    loopback_close(handle, peer);
    ck_assert_int_eq(unix_receive(&receive), DIRECT_GONE);
    receive.handle = UINT64_MAX;
    ck_assert_int_eq(unix_receive(&receive), DIRECT_GONE);
}
END_TEST

/* ---- what comes
 * -----------------------------------------------------------------------------------------------
 */

START_TEST(stream)
{
    int peer;
    uint64_t handle = loopback_stream(&peer);
    struct receive_params params = stream_into(handle, 3, 2);

    put(peer, "abcde");
    ck_assert_int_eq(unix_receive(&params), 0);
    ck_assert_uint_eq(params.moved, 5);
    ck_assert_str_eq(bytes, "abcde");
    ck_assert_int_eq(params.address_len, 0);
    ck_assert_uint_eq(params.flags, 0);
    shutdown(peer, SHUT_WR);
    params = stream_into(handle, 1, 2);
    params.wait_ms = 5000;
    ck_assert_int_eq(unix_receive(&params), 0);
    ck_assert_uint_eq(params.moved, 0);
    loopback_close(handle, peer);
}
END_TEST

/* All 64 buffers, every third without a byte of room. */
START_TEST(many_buffers)
{
    int peer;
    uint64_t handle = loopback_stream(&peer);
    struct receive_params params = stream_into(handle, UNIX_BUFFERS_MAX, 1);

    for (int i = 0; i < UNIX_BUFFERS_MAX; i += 3)
        list[i].length = 0;
    put(peer, "0123456789012345678901234567890123456789012345678901234567890123456789");
    ck_assert_int_eq(unix_receive(&params), 0);
    ck_assert_uint_eq(params.moved, UNIX_BUFFERS_MAX - (UNIX_BUFFERS_MAX + 2) / 3);
    for (int i = 0, next = 0; i < UNIX_BUFFERS_MAX; i++)
        ck_assert_int_eq(bytes[i], i % 3 ? '0' + next++ % 10 : 0);
    loopback_close(handle, peer);
}
END_TEST

START_TEST(peek)
{
    int peer;
    uint64_t handle = loopback_stream(&peer);
    struct receive_params params = stream_into(handle, 1, 4);

    put(peer, "xy");
    for (int i = 0; i < 3; i++) {
        params.flags = i < 2 ? WS_MSG_PEEK : 0;
        ck_assert_int_eq(unix_receive(&params), 0);
        ck_assert_uint_eq(params.moved, 2);
        ck_assert_uint_eq(params.flags, 0);
    }
    ck_assert_int_eq(unix_receive(&params), WS_WSAEWOULDBLOCK);
    loopback_close(handle, peer);
}
END_TEST

START_TEST(urgent)
{
    int peer;
    uint64_t handle = loopback_stream(&peer);
    struct receive_params params = stream_into(handle, 1, 4);
    struct pollfd comes = {.fd = (int)handle, .events = POLLPRI};

    params.flags = WS_MSG_OOB;
    ck_assert_int_eq(unix_receive(&params), DIRECT_HOST); /* none: the host knows what that means */
    ck_assert_int_eq(send(peer, "u", 1, MSG_OOB), 1);
    ck_assert_int_eq(poll(&comes, 1, 5000), 1);
    params.flags = WS_MSG_OOB;
    ck_assert_int_eq(unix_receive(&params), 0);
    ck_assert_uint_eq(params.moved, 1);
    ck_assert_int_eq(bytes[0], 'u');
    ck_assert_uint_eq(params.flags, 0); /* a stream's receive tells nothing */
    params.flags = 0x40000000;
    ck_assert_int_eq(unix_receive(&params), DIRECT_HOST); /* a flag nobody knows */
    loopback_close(handle, peer);
}
END_TEST

static void check_sender(const struct receive_params *params, int peer)
{
    uint8_t from[sizeof(params->address)];

    ck_assert_int_eq(params->address_len, loopback_ws_address(peer, from));
    ck_assert_mem_eq(params->address, from, (size_t)params->address_len);
}

/* Whole, cut, and empty, with the sender's address each time. */
START_TEST(datagram)
{
    int peer;
    uint64_t handle = loopback_datagram(_i % 2 ? AF_INET6 : AF_INET, &peer);
    uint32_t count = 1 + (uint32_t)_i / 2; /* one goes another way than several */
    struct receive_params params = into(handle, count, 8 / count);

    put_to(peer, handle, "1234567", 7);
    ck_assert_int_eq(unix_receive(&params), 0);
    ck_assert_uint_eq(params.moved, 7);
    ck_assert_str_eq(bytes, "1234567");
    ck_assert_uint_eq(params.flags, 0);
    check_sender(&params, peer);
    put_to(peer, handle, "1234567", 7);
    params = into(handle, count, 4 / count);
    params.flags = WS_MSG_PEEK;
    ck_assert_int_eq(unix_receive(&params), WS_WSAEMSGSIZE);
    ck_assert_uint_eq(params.moved, 4);
    params.flags = 0;
    ck_assert_int_eq(unix_receive(&params), WS_WSAEMSGSIZE);
    ck_assert_uint_eq(params.moved, 4);
    ck_assert_str_eq(bytes, "1234");
    ck_assert_uint_eq(params.flags, WS_MSG_TRUNC);
    check_sender(&params, peer);
    put_to(peer, handle, "", 0);
    params = into(handle, 1, 2);
    ck_assert_int_eq(unix_receive(&params), 0);
    ck_assert_uint_eq(params.moved, 0);
    check_sender(&params, peer);
    ck_assert_int_eq(unix_receive(&params),
                     WS_WSAEWOULDBLOCK); /* the rest of the cut one is gone */
    loopback_close(handle, peer);
}
END_TEST

/* ---- control messages
 * ----------------------------------------------------------------------------------------- */

static const struct {
    int family, level, option;
    int32_t ws_level, ws_type;
    size_t size;
    int32_t value; /* of a number; else the interface's index and this machine's address */
} controls[] = {
    {AF_INET, IPPROTO_IP, IP_PKTINFO, WS_IPPROTO_IP, WS_IP_PKTINFO, sizeof(struct ws_in_pktinfo),
     -1},
    {AF_INET, IPPROTO_IP, IP_RECVTTL, WS_IPPROTO_IP, WS_IP_TTL, 4, 9},
    {AF_INET, IPPROTO_IP, IP_RECVTOS, WS_IPPROTO_IP, WS_IP_TOS, 4, 0xb8},
    {AF_INET6, IPPROTO_IPV6, IPV6_RECVPKTINFO, WS_IPPROTO_IPV6, WS_IPV6_PKTINFO,
     sizeof(struct ws_in6_pktinfo), -1},
    {AF_INET6, IPPROTO_IPV6, IPV6_RECVHOPLIMIT, WS_IPPROTO_IPV6, WS_IPV6_HOPLIMIT, 4, 9},
    {AF_INET6, IPPROTO_IPV6, IPV6_RECVTCLASS, WS_IPPROTO_IPV6, WS_IPV6_TCLASS, 4, 0xb8},
};

static void mark(int peer, int family)
{
    const int hops = 9, traffic = 0xb8;

    if (family == AF_INET) {
        ck_assert_int_eq(setsockopt(peer, IPPROTO_IP, IP_TTL, &hops, sizeof(hops)), 0);
        ck_assert_int_eq(setsockopt(peer, IPPROTO_IP, IP_TOS, &traffic, sizeof(traffic)), 0);
        return;
    }
    ck_assert_int_eq(setsockopt(peer, IPPROTO_IPV6, IPV6_UNICAST_HOPS, &hops, sizeof(hops)), 0);
    ck_assert_int_eq(setsockopt(peer, IPPROTO_IPV6, IPV6_TCLASS, &traffic, sizeof(traffic)), 0);
}

static void check_packet(const void *data, size_t size)
{
    static const uint8_t loopback6[16] = {[15] = 1};
    struct ws_in_pktinfo v4;
    struct ws_in6_pktinfo v6;

    if (size == sizeof(v4)) {
        memcpy(&v4, data, sizeof(v4));
        ck_assert_uint_eq(v4.address, htonl(INADDR_LOOPBACK));
        ck_assert_uint_eq(v4.interface_index, 1);
        return;
    }
    memcpy(&v6, data, sizeof(v6));
    ck_assert_mem_eq(v6.address, loopback6, sizeof(loopback6));
    ck_assert_uint_eq(v6.interface_index, 1);
}

/* Each kind from a real datagram, with room for it, and with a byte less: then it is left out. */
START_TEST(control)
{
    const size_t data = sizeof(struct ws_cmsghdr),
                 whole = (data + controls[_i].size + 7) & ~(size_t)7;
    int peer, on = 1;
    uint64_t handle = loopback_datagram(controls[_i].family, &peer);

    mark(peer, controls[_i].family);
    ck_assert_int_eq(
        setsockopt((int)handle, controls[_i].level, controls[_i].option, &on, sizeof(on)), 0);
    for (size_t missing = 0; missing < 2; missing++) {
        struct receive_params params = into(handle, 1, 8);
        char *room = guard_alloc(whole - missing);
        struct ws_cmsghdr header;
        int32_t value;

        params.control = (uintptr_t)room;
        params.control_len = (uint32_t)(whole - missing);
        params.word = 8;
        put_to(peer, handle, "c", 1);
        ck_assert_int_eq(unix_receive(&params), 0);
        ck_assert_uint_eq(params.moved, 1);
        ck_assert_uint_eq(params.control_len, missing ? 0 : whole);
        if (missing)
            break;
        memcpy(&header, room, sizeof(header));
        ck_assert_uint_eq(header.length, data + controls[_i].size);
        ck_assert_int_eq(header.level, controls[_i].ws_level);
        ck_assert_int_eq(header.type, controls[_i].ws_type);
        memcpy(&value, room + data, sizeof(value));
        if (controls[_i].value < 0)
            check_packet(room + data, controls[_i].size);
        else
            ck_assert_int_eq(value, controls[_i].value);
    }
    guard_free_all();
    loopback_close(handle, peer);
}
END_TEST

/* ---- failures
 * -------------------------------------------------------------------------------------------------
 */

static const struct {
    int err, stream, datagram;
} failures[] = {
    {ECONNRESET, WS_WSAECONNRESET, WS_WSAECONNRESET},
    {ETIMEDOUT, WS_WSAETIMEDOUT, WS_WSAETIMEDOUT},
    {ECONNABORTED, WS_WSAECONNABORTED, WS_WSAECONNABORTED},
    {ECONNREFUSED, WS_WSAECONNREFUSED, WS_WSAECONNRESET},
    {EHOSTUNREACH, WS_WSAEHOSTUNREACH, WS_WSAENETRESET},
    {ENETUNREACH, WS_WSAENETUNREACH, WS_WSAENETRESET},
    {ENETDOWN, WS_WSAENETDOWN, WS_WSAENETDOWN},
    {EIO, WS_WSAENETDOWN, WS_WSAENETDOWN},
    {EAGAIN, WS_WSAEWOULDBLOCK, WS_WSAEWOULDBLOCK},
    {EFAULT, DIRECT_HOST, DIRECT_HOST},
    {EINVAL, DIRECT_HOST, DIRECT_HOST},
    {ENOTCONN, DIRECT_HOST, DIRECT_HOST},
    {EOPNOTSUPP, DIRECT_HOST, DIRECT_HOST},
    {ENOMEM, DIRECT_HOST, DIRECT_HOST},
    {ENOBUFS, DIRECT_HOST, DIRECT_HOST},
    {EACCES, DIRECT_HOST, DIRECT_HOST},
    {EPERM, DIRECT_HOST, DIRECT_HOST},
};

/* The calls of a receive: one buffer of a stream, one of a datagram socket, several. */
static const struct {
    enum fault_call call;
    uint32_t count;
    int is_stream;
} ways[] = {
    {FAULT_recv, 1, 1}, {FAULT_recvfrom, 1, 0}, {FAULT_recvmsg, 2, 1}, {FAULT_recvmsg, 2, 0}};

/* The error is that of the call, and what is there stays: the next gets it. */
START_TEST(fails)
{
    int peer;
    uint64_t handle = loopback_stream(&peer);

    for (size_t way = 0; way < COUNT(ways); way++) {
        struct receive_params params = into(handle, ways[way].count, 4);
        int calls = fault_calls(ways[way].call);

        params.is_stream = ways[way].is_stream;
        put(peer, "data");
        fault_inject(ways[way].call, 0, 1, failures[_i].err);
        ck_assert_int_eq(unix_receive(&params),
                         params.is_stream ? failures[_i].stream : failures[_i].datagram);
        params.is_stream = 1;
        fault_inject(params.count == 1 ? FAULT_recv : FAULT_recvmsg, 0, 3, EINTR);
        ck_assert_int_eq(unix_receive(&params), 0);
        ck_assert_str_eq(bytes, "data");
        ck_assert_int_gt(fault_calls(ways[way].call), calls);
    }
    loopback_close(handle, peer);
}
END_TEST

/* Memory that is not there is the host's to judge; the bytes are not lost. */
START_TEST(bad_pointer)
{
    int peer;
    uint64_t handle = loopback_stream(&peer);
    struct receive_params params = stream_into(handle, 1, 8);

    put(peer, "data");
    list[0].address = (uintptr_t)guard_alloc(0); /* the guard page */
    ck_assert_int_eq(unix_receive(&params), DIRECT_HOST);
    params = stream_into(handle, 1, 8);
    ck_assert_int_eq(unix_receive(&params), 0);
    ck_assert_str_eq(bytes, "data");
    guard_free_all();
    loopback_close(handle, peer);
}
END_TEST

/* ---- waits
 * ----------------------------------------------------------------------------------------------------
 */

static struct sys_calls below;
static int other_end;
static uint64_t to_drop;

static int poll_with_arrival(struct pollfd *fds, nfds_t count, int timeout)
{
    put(other_end, "late");
    return below.poll(fds, count, timeout);
}

static int poll_with_drop(struct pollfd *fds, nfds_t count, int timeout)
{
    struct drop_params drop = {.handle = to_drop};

    unix_drop(&drop);
    return below.poll(fds, count, timeout);
}

static ssize_t recv_too_late(int fd, void *buffer, size_t length, int flags)
{
    (void)fd;
    (void)buffer;
    (void)length;
    ck_assert(flags & MSG_DONTWAIT);
    usleep(1000);
    errno = EAGAIN;
    return -1;
}

START_TEST(waits_for_data)
{
    uint64_t handle = loopback_stream(&other_end);
    struct receive_params params = stream_into(handle, 1, 8);
    long long begun = loopback_ms();

    below = sys;
    sys.poll = poll_with_arrival;
    params.wait_ms = 20000;
    ck_assert_int_eq(unix_receive(&params), 0);
    ck_assert_str_eq(bytes, "late");
    ck_assert_int_lt((int)(loopback_ms() - begun), 10000);
    sys.poll = below.poll;
    loopback_close(handle, other_end);
}
END_TEST

/* In vain; and where what woke it is always another's by the time it looks. */
START_TEST(waits_no_longer)
{
    uint64_t handle = loopback_stream(&other_end);
    struct receive_params params = stream_into(handle, 1, 8);
    long long begun;

    ck_assert_int_eq(unix_receive(&params), WS_WSAEWOULDBLOCK);
    ck_assert_int_eq(fault_calls(FAULT_poll), 0); /* 0 milliseconds: no wait */
    below = sys;
    if (_i) {
        put(other_end, "data");
        sys.recv = recv_too_late;
    }
    params.wait_ms = 60;
    begun = loopback_ms();
    ck_assert_int_eq(unix_receive(&params), WS_WSAEWOULDBLOCK);
    ck_assert_int_ge((int)(loopback_ms() - begun), 59);
    ck_assert_int_lt((int)(loopback_ms() - begun), 10000);
    sys.recv = below.recv;
    loopback_close(handle, other_end);
}
END_TEST

START_TEST(dropped_in_wait)
{
    uint64_t handle = loopback_stream(&other_end);
    struct receive_params params = stream_into(handle, 1, 8);
    long long begun = loopback_ms();

    below = sys;
    sys.poll = poll_with_drop;
    to_drop = handle;
    params.wait_ms = 20000;
    ck_assert_int_eq(unix_receive(&params), DIRECT_DROPPED);
    ck_assert_int_lt((int)(loopback_ms() - begun), 10000);
    sys.poll = below.poll;
    ck_assert_int_eq(fault_descriptors(), 1); /* the eventfd */
    ck_assert_int_eq(unix_receive(&params), DIRECT_GONE);
    loopback_close(handle, other_end);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("direct receive");
    TCase *tcase = tcase_create("unix calls");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, fault_start, fault_check);
    tcase_add_test(tcase, keep);
    tcase_add_test(tcase, stream);
    tcase_add_test(tcase, many_buffers);
    tcase_add_test(tcase, peek);
    tcase_add_test(tcase, urgent);
    tcase_add_loop_test(tcase, datagram, 0, 4);
    tcase_add_loop_test(tcase, control, 0, COUNT(controls));
    tcase_add_loop_test(tcase, fails, 0, COUNT(failures));
    tcase_add_test(tcase, bad_pointer);
    tcase_add_test(tcase, waits_for_data);
    tcase_add_loop_test(tcase, waits_no_longer, 0, 2);
    tcase_add_test(tcase, dropped_in_wait);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
