/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Unix call send on loopback sockets, with failing system calls and short results put in
 * between. */
#include <check.h>
#include <errno.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "guard.h"
#include "loopback.h"
#include "unix/calls.h"
#include "winabi.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define LONG         (8u << 20) /* more than loopback sockets hold */

static struct unix_buffer list[UNIX_BUFFERS_MAX];

static struct send_params from(uint64_t handle, const void *data, uint32_t length)
{
    struct send_params params = {
        .handle = handle, .buffers = (uintptr_t)list, .count = 1, .moved = 77};

    list[0].address = (uintptr_t)data;
    list[0].length = length;
    return params;
}

static struct send_params stream_from(uint64_t handle, const void *data, uint32_t length)
{
    struct send_params params = from(handle, data, length);

    params.is_stream = 1;
    return params;
}

/* What has arrived at the other end, as text. */
static const char *arrived(int peer)
{
    static char text[256];
    ssize_t length = recv(peer, text, sizeof(text) - 1, MSG_DONTWAIT);

    text[length > 0 ? length : 0] = '\0';
    return text;
}

/* ---- the kernel takes a part
 * ---------------------------------------------------------------------------------- */

static struct sys_calls below;
static size_t most; /* bytes a sendmsg() takes; 0: as many as it likes */
static int parts, fail_from;

static ssize_t sendmsg_short(int fd, const struct msghdr *message, int flags)
{
    struct iovec piece[UNIX_BUFFERS_MAX];
    struct msghdr part = *message;
    size_t left = most;

    ck_assert_int_eq(flags & (MSG_DONTWAIT | MSG_NOSIGNAL), MSG_DONTWAIT | MSG_NOSIGNAL);
    if (++parts == fail_from) {
        errno = ECONNRESET;
        return -1;
    }
    part.msg_iov = piece;
    for (size_t i = 0; i < message->msg_iovlen; i++) {
        piece[i] = message->msg_iov[i];
        if (piece[i].iov_len > left)
            piece[i].iov_len = left;
        left -= piece[i].iov_len;
    }
    return below.sendmsg(fd, &part, flags);
}

static ssize_t sendto_short(int fd, const void *buffer, size_t length, int flags,
                            const struct sockaddr *address, socklen_t address_len)
{
    ck_assert_int_eq(flags & (MSG_DONTWAIT | MSG_NOSIGNAL), MSG_DONTWAIT | MSG_NOSIGNAL);
    parts++;
    return below.sendto(fd, buffer, length < most ? length : most, flags, address, address_len);
}

/* "abcdefghij" in two buffers, with empty ones before, between and behind. */
static struct send_params in_pieces(uint64_t handle)
{
    static const char text[] = "abcdefghij";
    static const uint32_t lengths[] = {0, 4, 0, 0, 6, 0};
    struct send_params params = stream_from(handle, text, 0);
    const char *at = text;

    params.count = COUNT(lengths);
    for (uint32_t i = 0; i < params.count; i++) {
        list[i].address = (uintptr_t)at;
        list[i].length = lengths[i];
        at += lengths[i];
    }
    return params;
}

START_TEST(in_parts)
{
    int peer;
    uint64_t handle = loopback_stream(&peer);
    struct send_params params = _i % 2 ? stream_from(handle, "abcdefghij", 10) : in_pieces(handle);

    below = sys;
    sys.sendmsg = sendmsg_short;
    sys.sendto = sendto_short;
    most = (size_t)_i / 2 + 1;
    ck_assert_int_eq(unix_send(&params), 0);
    sys.sendmsg = below.sendmsg;
    sys.sendto = below.sendto;
    ck_assert_uint_eq(params.moved, 10);
    ck_assert_int_eq(parts, (9 + (int)most) / (int)most);
    ck_assert_str_eq(arrived(peer), "abcdefghij");
    loopback_close(handle, peer);
}
END_TEST

/* What went before the failure is counted, and nothing more goes. */
START_TEST(in_parts_until_it_fails)
{
    int peer;
    uint64_t handle = loopback_stream(&peer);
    struct send_params params = in_pieces(handle);

    below = sys;
    sys.sendmsg = sendmsg_short;
    most = 3;
    fail_from = 3;
    ck_assert_int_eq(unix_send(&params), WS_WSAECONNRESET);
    sys.sendmsg = below.sendmsg;
    ck_assert_uint_eq(params.moved, 6);
    ck_assert_str_eq(arrived(peer), "abcdef");
    loopback_close(handle, peer);
}
END_TEST

/* All 64, and each byte in its place. */
START_TEST(many_buffers)
{
    int peer;
    uint64_t handle = loopback_stream(&peer);
    struct send_params params = stream_from(handle, NULL, 0);
    char bytes[UNIX_BUFFERS_MAX + 1] = {0};

    for (int i = 0; i < UNIX_BUFFERS_MAX; i++) {
        bytes[i] = (char)('0' + i);
        list[i].address = (uintptr_t)&bytes[i];
        list[i].length = 1;
    }
    params.count = UNIX_BUFFERS_MAX;
    ck_assert_int_eq(unix_send(&params), 0);
    ck_assert_uint_eq(params.moved, UNIX_BUFFERS_MAX);
    ck_assert_str_eq(arrived(peer), bytes);
    params.count = 1;
    list[0].length = 0;
    ck_assert_int_eq(unix_send(&params), 0); /* nothing at all */
    ck_assert_uint_eq(params.moved, 0);
    ck_assert_str_eq(arrived(peer), "");
    loopback_close(handle, peer);
}
END_TEST

START_TEST(urgent)
{
    int peer;
    uint64_t handle = loopback_stream(&peer);
    struct send_params params = stream_from(handle, "u", 1);
    struct pollfd comes = {.events = POLLPRI};
    char byte = 0;

    params.flags = WS_MSG_OOB;
    ck_assert_int_eq(unix_send(&params), 0);
    comes.fd = peer;
    ck_assert_int_eq(poll(&comes, 1, 5000), 1);
    ck_assert_int_eq(recv(peer, &byte, 1, MSG_OOB), 1);
    ck_assert_int_eq(byte, 'u');
    params.flags = 0x40000000;
    ck_assert_int_eq(unix_send(&params), DIRECT_HOST);
    loopback_close(handle, peer);
}
END_TEST

/* ---- waits
 * ----------------------------------------------------------------------------------------------------
 */

static int other_end;
static uint64_t to_drop;
static size_t drained;

static int poll_with_reader(struct pollfd *fds, nfds_t count, int timeout)
{
    static char sink[1 << 20];
    ssize_t length;

    ck_assert_int_eq(fds[0].events, POLLOUT);
    while ((length = recv(other_end, sink, sizeof(sink), MSG_DONTWAIT)) > 0) {
        for (ssize_t i = 0; i < length; i++)
            if (sink[i] != (char)((drained + (size_t)i) % 251))
                ck_abort_msg("byte %zu is another", drained + (size_t)i);
        drained += (size_t)length;
    }
    return below.poll(fds, count, timeout);
}

static int poll_with_drop(struct pollfd *fds, nfds_t count, int timeout)
{
    struct drop_params drop = {.handle = to_drop};

    unix_drop(&drop);
    return below.poll(fds, count, timeout);
}

static char *long_data(void)
{
    char *data = malloc(LONG);

    ck_assert_ptr_nonnull(data);
    for (size_t i = 0; i < LONG; i++)
        data[i] = (char)(i % 251);
    return data;
}

/* More than the sockets hold, to a peer that reads while we wait. */
START_TEST(waits_for_room)
{
    uint64_t handle = loopback_stream(&other_end);
    char *data = long_data();
    struct send_params params = stream_from(handle, data, LONG);

    below = sys;
    sys.poll = poll_with_reader;
    params.wait_ms = 20000;
    ck_assert_int_eq(unix_send(&params), 0);
    ck_assert_uint_eq(params.moved, LONG);
    ck_assert_uint_gt(drained, 0);
    poll_with_reader(&(struct pollfd){.fd = -1, .events = POLLOUT}, 1, 0);
    for (int i = 0; drained < LONG && i < 5000; i++) {
        usleep(1000);
        poll_with_reader(&(struct pollfd){.fd = -1, .events = POLLOUT}, 1, 0);
    }
    ck_assert_uint_eq(drained, LONG);
    sys.poll = below.poll;
    free(data);
    loopback_close(handle, other_end);
}
END_TEST

/* The peer does not read: what fits is counted, with and without a wait. */
START_TEST(no_room)
{
    int peer;
    uint64_t handle = loopback_stream(&peer);
    char *data = long_data();
    struct send_params params = stream_from(handle, data, LONG);
    long long begun = loopback_ms();

    params.wait_ms = _i ? 60 : 0;
    ck_assert_int_eq(unix_send(&params), WS_WSAEWOULDBLOCK);
    ck_assert_uint_gt(params.moved, 0);
    ck_assert_uint_lt(params.moved, LONG);
    ck_assert_int_ge((int)(loopback_ms() - begun), _i ? 59 : 0);
    ck_assert_int_lt((int)(loopback_ms() - begun), 5000);
    ck_assert_int_eq(fault_calls(FAULT_poll) > 0, _i);
    for (int i = 0; params.moved && i < 100; i++) /* the kernel makes room of its own for a while */
        ck_assert_int_eq(unix_send(&params), WS_WSAEWOULDBLOCK);
    ck_assert_uint_eq(params.moved, 0);
    free(data);
    loopback_close(handle, peer);
}
END_TEST

START_TEST(dropped_in_wait)
{
    uint64_t handle = loopback_stream(&other_end);
    char *data = long_data();
    struct send_params params = stream_from(handle, data, LONG);
    long long begun = loopback_ms();

    below = sys;
    sys.poll = poll_with_drop;
    to_drop = handle;
    params.wait_ms = 20000;
    ck_assert_int_eq(unix_send(&params), DIRECT_DROPPED);
    ck_assert_uint_gt(params.moved, 0);
    ck_assert_int_lt((int)(loopback_ms() - begun), 10000);
    sys.poll = below.poll;
    ck_assert_int_eq(unix_send(&params), DIRECT_GONE);
    ck_assert_uint_eq(params.moved, 0);
    free(data);
    loopback_close(handle, other_end);
}
END_TEST

/* ---- datagrams
 * ------------------------------------------------------------------------------------------------
 */

START_TEST(datagram)
{
    int peer, family = _i ? AF_INET6 : AF_INET;
    uint64_t handle = loopback_datagram(family, &peer);
    struct send_params params = from(handle, "abc", 3);
    char *data = long_data(), byte;

    list[1] = list[0];
    params.count = 2;
    params.address_len = loopback_ws_address(peer, params.address);
    ck_assert_int_eq(unix_send(&params), 0);
    ck_assert_uint_eq(params.moved, 6);
    ck_assert_str_eq(arrived(peer), "abcabc");
    list[0].length = 0;
    params.count = 1;
    ck_assert_int_eq(unix_send(&params), 0);
    ck_assert_int_eq(recv(peer, &byte, 1, MSG_DONTWAIT), 0); /* an empty one, which is one too */
    list[0].address = (uintptr_t)data;
    list[0].length = 70000;
    ck_assert_int_eq(unix_send(&params), WS_WSAEMSGSIZE);
    ck_assert_uint_eq(params.moved, 0);
    params.address_len = 0;
    list[0].length = 1;
    ck_assert_int_eq(unix_send(&params), DIRECT_HOST); /* to nobody */
    free(data);
    loopback_close(handle, peer);
}
END_TEST

/* Nothing is sent where the address is none. */
START_TEST(bad_address)
{
    static const struct {
        int length;
        uint16_t family;
        int error;
    } rows[] = {
        {1, WS_AF_INET, WS_WSAEFAULT},
        {15, WS_AF_INET, WS_WSAEFAULT},
        {27, WS_AF_INET6, WS_WSAEFAULT},
        {16, 77, WS_WSAEAFNOSUPPORT},
    };
    int peer;
    uint64_t handle = loopback_datagram(AF_INET, &peer);
    struct send_params params = from(handle, "abc", 3);

    params.address_len = loopback_ws_address(peer, params.address);
    params.address_len = rows[_i].length;
    memcpy(params.address, &rows[_i].family, sizeof(rows[_i].family));
    ck_assert_int_eq(unix_send(&params), rows[_i].error);
    ck_assert_int_eq(fault_calls(FAULT_sendto) + fault_calls(FAULT_sendmsg), 0);
    ck_assert_uint_eq(params.moved, 0);
    loopback_close(handle, peer);
}
END_TEST

/* ---- failures
 * -------------------------------------------------------------------------------------------------
 */

static const struct {
    int err, error;
} failures[] = {
    {ECONNRESET, WS_WSAECONNRESET},
    {EPIPE, WS_WSAECONNRESET},
    {ETIMEDOUT, WS_WSAETIMEDOUT},
    {ECONNREFUSED, WS_WSAECONNREFUSED},
    {EHOSTUNREACH, WS_WSAEHOSTUNREACH},
    {ENETUNREACH, WS_WSAENETUNREACH},
    {EMSGSIZE, WS_WSAEMSGSIZE},
    {EAGAIN, WS_WSAEWOULDBLOCK},
    {ENETDOWN, WS_WSAENETDOWN},
    {EFAULT, DIRECT_HOST},
    {EINVAL, DIRECT_HOST},
    {ENOTCONN, DIRECT_HOST},
    {EOPNOTSUPP, DIRECT_HOST},
    {EDESTADDRREQ, DIRECT_HOST},
    {EISCONN, DIRECT_HOST},
    {ENOMEM, DIRECT_HOST},
    {ENOBUFS, DIRECT_HOST},
    {EACCES, DIRECT_HOST},
    {EPERM, DIRECT_HOST},
};

START_TEST(fails)
{
    int peer;
    uint64_t handle = loopback_stream(&peer);
    struct send_params params = stream_from(handle, "data", 4);

    list[1].length = 0;
    for (params.count = 1; params.count <= 2; params.count++) { /* which go different ways */
        enum fault_call call = params.count == 1 ? FAULT_sendto : FAULT_sendmsg;

        fault_inject(call, 0, 1, failures[_i].err);
        ck_assert_int_eq(unix_send(&params), failures[_i].error);
        ck_assert_uint_eq(params.moved, 0);
        ck_assert_int_eq(fault_calls(call), 1);
        fault_inject(call, 0, 3, EINTR);
        ck_assert_int_eq(unix_send(&params), 0);
        ck_assert_uint_eq(params.moved, 4);
        ck_assert_int_eq(fault_calls(call), 5);
        ck_assert_str_eq(arrived(peer), "data");
    }
    loopback_close(handle, peer);
}
END_TEST

/* The peer has gone: no signal ends the process, and the second send knows. */
START_TEST(peer_gone)
{
    int peer;
    uint64_t handle = loopback_stream(&peer);
    struct send_params params = stream_from(handle, "data", 4);
    struct pollfd told = {.events = POLLIN};

    close(peer);
    ck_assert_int_eq(unix_send(&params), 0);
    told.fd = (int)handle;
    while (poll(&told, 1, 5000) == 1 && !(told.revents & POLLHUP))
        usleep(1000); /* until the reset is here */
    ck_assert_int_eq(unix_send(&params), WS_WSAECONNRESET);
    ck_assert_int_eq(unix_send(&params), WS_WSAECONNRESET); /* EPIPE by now */
    loopback_close(handle, -1);
}
END_TEST

START_TEST(bad_pointer)
{
    int peer;
    uint64_t handle = loopback_stream(&peer);
    struct send_params params = stream_from(handle, guard_alloc(0), 4);

    ck_assert_int_eq(unix_send(&params), DIRECT_HOST);
    ck_assert_uint_eq(params.moved, 0);
    ck_assert_str_eq(arrived(peer), "");
    guard_free_all();
    loopback_close(handle, peer);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("direct send");
    TCase *tcase = tcase_create("unix call");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, fault_start, fault_check);
    tcase_add_loop_test(tcase, in_parts, 0, 20);
    tcase_add_test(tcase, in_parts_until_it_fails);
    tcase_add_test(tcase, many_buffers);
    tcase_add_test(tcase, urgent);
    tcase_add_test(tcase, waits_for_room);
    tcase_add_loop_test(tcase, no_room, 0, 2);
    tcase_add_test(tcase, dropped_in_wait);
    tcase_add_loop_test(tcase, datagram, 0, 2);
    tcase_add_loop_test(tcase, bad_address, 0, 4);
    tcase_add_loop_test(tcase, fails, 0, COUNT(failures));
    tcase_add_test(tcase, peer_gone);
    tcase_add_test(tcase, bad_pointer);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
