/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connected datagram sockets whose arrivals are told of once: data, errors, and the error that is
 * none of the peer's. */
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "loopback.h"
#include "unix/calls.h"
#include "winabi.h"

static const int families[] = {AF_INET, AF_INET6};

static uint64_t connected_to(int family, const struct sockaddr_storage *to, socklen_t length)
{
    int fd = loopback_bound(family, SOCK_DGRAM);

    ck_assert_int_eq(connect(fd, (const struct sockaddr *)to, length), 0);
    return loopback_keep(fd);
}

static uint64_t pair_up(int family, int *peer)
{
    struct sockaddr_storage address, own;
    socklen_t length;
    uint64_t handle;

    *peer = loopback_bound(family, SOCK_DGRAM);
    address = loopback_address(*peer, &length);
    handle = connected_to(family, &address, length);
    own = loopback_address((int)handle, &length);
    ck_assert_int_eq(connect(*peer, (struct sockaddr *)&own, length), 0);
    return handle;
}

static uint64_t connected_to_nobody(int family)
{
    int other = loopback_bound(family, SOCK_DGRAM);
    socklen_t length;
    struct sockaddr_storage address = loopback_address(other, &length);

    close(other);
    return connected_to(family, &address, length);
}

static int tend(uint64_t handle, int raise, int *raised)
{
    struct tend_params params = {.handle = handle, .raise = raise, .raised = -1};
    int error = unix_tend(&params);

    if (raised)
        *raised = params.raised;
    return error;
}

static struct tend_wait_params wait_for(int ms)
{
    struct tend_wait_params params = {.wait_ms = ms};

    ck_assert_int_eq(unix_tend_wait(&params), 0);
    return params;
}

static int look(uint64_t handle, int forget)
{
    struct tend_look_params params = {.handle = handle, .forget = forget};

    ck_assert_int_eq(unix_tend_look(&params), 0);
    return params.readable;
}

static int has_error(uint64_t handle)
{
    struct pollfd one = {.fd = (int)handle};

    return poll(&one, 1, 0) == 1 && (one.revents & POLLERR) != 0;
}

/* Each arrival, and not what lies there; and nothing of a socket that is closed. */
START_TEST(arrivals)
{
    struct tend_wait_params params;
    int peer;
    uint64_t handle = pair_up(families[_i], &peer);

    ck_assert_int_eq(tend(handle, 0, NULL), 0);
    ck_assert_uint_eq(wait_for(0).count, 0);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(look(handle, 0), i);
        ck_assert_int_eq(send(peer, "x", 1, 0), 1);
        params = wait_for(10000);
        ck_assert_uint_eq(params.count, 1);
        ck_assert_uint_eq(params.handles[0], handle);
        ck_assert_uint_eq(params.errors, 0);
        ck_assert_uint_eq(wait_for(0).count, 0);
    }
    loopback_close(handle, -1);
    close((int)handle);
    send(peer, "x", 1, 0);
    ck_assert_uint_eq(wait_for(20).count, 0);
    close(peer);
}
END_TEST

START_TEST(errors)
{
    uint64_t handle = connected_to_nobody(families[_i]);
    struct tend_wait_params params;

    ck_assert_int_eq(tend(handle, 0, NULL), 0);
    ck_assert_int_eq(send((int)handle, "x", 1, 0), 1);
    params = wait_for(10000);
    ck_assert_uint_eq(params.count, 1);
    ck_assert_uint_eq(params.errors, 1);
    ck_assert_int_eq(has_error(handle), 1);
    ck_assert_int_eq(look(handle, 1), 0);
    ck_assert_int_eq(has_error(handle), 0);
    loopback_close(handle, -1);
}
END_TEST

/* It is there until it is forgotten, and the socket is as before. */
START_TEST(raised)
{
    char data[4];
    int peer, there;
    uint64_t handle = pair_up(families[_i], &peer);

    ck_assert_int_eq(tend(handle, 1, &there), 0);
    ck_assert_int_eq(there, 1);
    ck_assert_int_eq(has_error(handle), 1);
    ck_assert_int_eq(look(handle, 1), 0);
    ck_assert_int_eq(has_error(handle), 0);
    ck_assert_int_eq(send((int)handle, "ab", 2, 0), 2);
    ck_assert_int_eq(has_error(handle), 0);
    ck_assert_int_eq(recv(peer, data, sizeof(data), 0), 2);
    ck_assert_int_eq(send(peer, "abc", 3, 0), 3);
    ck_assert_int_eq(recv((int)handle, data, sizeof(data), 0), 3);
    loopback_close(handle, peer);
}
END_TEST

/* Where it cannot be raised, none is. */
START_TEST(not_raised)
{
    static const enum fault_call calls[] = {FAULT_socket, FAULT_bind, FAULT_getsockname,
                                            FAULT_sendto};
    int peer, there;
    uint64_t handle = pair_up(AF_INET, &peer);

    fault_inject(calls[_i], 0, 1, ENOBUFS);
    ck_assert_int_eq(tend(handle, 1, &there), 0);
    ck_assert_int_eq(there, 0);
    ck_assert_int_eq(has_error(handle), 0);
    loopback_close(handle, peer);
}
END_TEST

START_TEST(refused)
{
    uint64_t handle = loopback_keep(loopback_bound(AF_INET, SOCK_DGRAM));
    struct tend_look_params params = {.handle = UINT64_C(0x7ffffff0)};

    ck_assert_int_eq(tend(handle, 0, NULL), WS_WSAENOTCONN);
    fault_inject(FAULT_host_socket_fd, 0, 1, WS_WSAEMFILE);
    ck_assert_int_eq(tend(handle, 0, NULL), WS_WSAEMFILE);
    ck_assert_int_ne(unix_tend_look(&params), 0);
    loopback_close(handle, -1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("tend");
    TCase *tcase = tcase_create("arrivals at connected datagram sockets");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, fault_start, fault_check);
    tcase_add_loop_test(tcase, arrivals, 0, 2);
    tcase_add_loop_test(tcase, errors, 0, 2);
    tcase_add_loop_test(tcase, raised, 0, 2);
    tcase_add_loop_test(tcase, not_raised, 0, 4);
    tcase_add_test(tcase, refused);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
