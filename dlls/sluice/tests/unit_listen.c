/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Unix call listen on loopback sockets, with failing system calls put in between.  A "handle"
 * here is a descriptor. */
#include <check.h>
#include <errno.h>
#include <limits.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fault.h"
#include "loopback.h"
#include "structs.h"
#include "unix/calls.h"
#include "winabi.h"

/* A stream socket bound to a free port of 127.0.0.1, and the parameters to listen on it. */
static int bound(struct listen_params *params, int backlog)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct ws_sockaddr_in ws = {.family = WS_AF_INET, .address = in.sin_addr.s_addr};
    socklen_t length = sizeof(in);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_ge(fd, 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&in, sizeof(in)), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &length), 0);
    ws.port = in.sin_port;
    memset(params, 0, sizeof(*params));
    params->handle = (uint64_t)fd;
    params->backlog = backlog;
    params->address_len = sizeof(ws);
    memcpy(params->address, &ws, sizeof(ws));
    return fd;
}

/* The backlog the kernel listens with, -1 if it does not; and how many connections wait. */
static int kernel_backlog(int fd, int *waiting)
{
    struct tcp_info info;
    socklen_t length = sizeof(info);

    ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    if (waiting)
        *waiting = (int)info.tcpi_unacked;
    return info.tcpi_state == TCP_LISTEN ? (int)info.tcpi_sacked : -1;
}

static int client_of(int fd)
{
    struct sockaddr_in in;
    socklen_t length = sizeof(in);
    int client = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &length), 0);
    ck_assert_int_eq(connect(client, (struct sockaddr *)&in, sizeof(in)), 0);
    return client;
}

START_TEST(depth_in_the_kernel)
{
    static const int rows[][2] = {{2, 1}, {3, 2}, {5, 4}, {100, 99}, {-1, 199}, {-7, 199}};
    struct listen_params params;
    int fd = bound(&params, rows[_i][0]);

    ck_assert_int_eq(unix_listen(&params), 0);
    ck_assert_int_eq(params.listen_depth, rows[_i][1]);
    ck_assert_int_eq(kernel_backlog(fd, NULL), rows[_i][1]);
    ck_assert_int_eq(params.dropped, 0);
    close(fd);
}
END_TEST

/* Where the host's limit cannot be read the C library's constant serves. */
START_TEST(limit_unreadable)
{
    struct listen_params params;
    int fd = bound(&params, INT_MAX);

    fault_inject(_i ? FAULT_read : FAULT_open, 0, 1, _i ? EIO : EMFILE);
    ck_assert_int_eq(unix_listen(&params), 0);
    ck_assert_int_eq(params.listen_depth, SOMAXCONN - 1);
    close(fd);
}
END_TEST

START_TEST(limit_interrupted)
{
    struct listen_params params;
    int fd = bound(&params, 5);

    fault_inject(FAULT_read, 0, 3, EINTR);
    ck_assert_int_eq(unix_listen(&params), 0);
    ck_assert_int_eq(fault_calls(FAULT_read), 4);
    ck_assert_int_eq(kernel_backlog(fd, NULL), 4);
    close(fd);
}
END_TEST

/* A failure on the way is that call's failure, and the socket does not listen. */
START_TEST(failures)
{
    static const struct {
        enum fault_call call;
        int err, error;
    } rows[] = {
        {FAULT_listen, EADDRINUSE, WS_WSAEADDRINUSE}, {FAULT_listen, EOPNOTSUPP, WS_WSAEOPNOTSUPP},
        {FAULT_listen, ENOBUFS, WS_WSAENOBUFS},       {FAULT_connect, ENETDOWN, WS_WSAENETDOWN},
        {FAULT_bind, EACCES, WS_WSAEACCES},
    };
    struct listen_params params;
    int fd = bound(&params, 5);

    fault_inject(rows[_i].call, 0, 1, rows[_i].err);
    ck_assert_int_eq(unix_listen(&params), rows[_i].error);
    ck_assert_int_eq(kernel_backlog(fd, NULL), -1);
    close(fd);
}
END_TEST

/* A socket that has lost the address of `params` to a listener of the same port. */
static int deprived(struct listen_params *params, int *owner)
{
    *owner = bound(params, 5);
    ck_assert_int_eq(listen(*owner, 1), 0);
    params->handle = (uint64_t)socket(AF_INET, SOCK_STREAM, 0);
    return (int)params->handle;
}

/* Where a connect alone had bound the socket, another port of the same address is as good. */
START_TEST(port_lost)
{
    struct sockaddr_in in, had;
    socklen_t length = sizeof(in);
    struct listen_params params;
    int owner, client, fd = deprived(&params, &owner);

    ck_assert_int_eq(unix_listen(&params), 0);
    ck_assert_int_eq(kernel_backlog(fd, NULL), 4);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&in, &length), 0);
    ck_assert_int_eq(getsockname(owner, (struct sockaddr *)&had, &length), 0);
    ck_assert_uint_eq(in.sin_addr.s_addr, had.sin_addr.s_addr);
    ck_assert_uint_ne(in.sin_port, had.sin_port);
    client = client_of(fd);
    close(client);
    close(fd);
    close(owner);
}
END_TEST

/* But not where there is none left, nor where the program had chosen it: its claim marks the socket. */
START_TEST(port_lost_for_good)
{
    struct listen_params params;
    int owner, on = 1, fd = deprived(&params, &owner);

    if (_i)
        ck_assert_int_eq(
            setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)), 0);
    else
        fault_inject(FAULT_bind, 0, 2, EADDRINUSE);
    ck_assert_int_eq(unix_listen(&params), WS_WSAEADDRINUSE);
    ck_assert_int_eq(fault_calls(FAULT_bind), _i ? 1 : 2);
    ck_assert_int_eq(kernel_backlog(fd, NULL), -1);
    close(fd);
    close(owner);
}
END_TEST

/* "Still bound" is what bind says where the binding was never lost. */
START_TEST(binding_kept)
{
    struct listen_params params;
    int fd = bound(&params, 5);

    fault_inject(FAULT_bind, 0, 1, EINVAL);
    ck_assert_int_eq(unix_listen(&params), 0);
    ck_assert_int_eq(kernel_backlog(fd, NULL), 4);
    close(fd);
}
END_TEST

/* With a descriptor kept for the socket the host is asked for none. */
START_TEST(kept_descriptor)
{
    struct listen_params params;
    int fd = (int)loopback_keep(bound(&params, 5));
    const int asked = fault_calls(FAULT_host_socket_fd);

    params.handle = (uint64_t)fd;
    ck_assert_int_eq(unix_listen(&params), 0);
    ck_assert_int_eq(kernel_backlog(fd, NULL), 4);
    ck_assert_int_eq(fault_calls(FAULT_host_socket_fd), asked);
    loopback_close(params.handle, -1);
}
END_TEST

START_TEST(bad_addresses)
{
    struct listen_params params;
    int fd = bound(&params, 5);

    params.address_len = 15;
    ck_assert_int_eq(unix_listen(&params), WS_WSAEFAULT);
    params.address_len = 16;
    params.address[0] = 77;
    ck_assert_int_eq(unix_listen(&params), WS_WSAEAFNOSUPPORT);
    ck_assert_int_eq(kernel_backlog(fd, NULL), -1);
    close(fd);
}
END_TEST

/* Three wait, two may: the oldest is reset, however often accept is interrupted meanwhile. */
START_TEST(surplus)
{
    struct listen_params params;
    int fd = bound(&params, 5), clients[3], waiting, error;
    socklen_t length = sizeof(error);

    ck_assert_int_eq(unix_listen(&params), 0);
    for (int i = 0; i < 3; i++)
        clients[i] = client_of(fd);
    params.backlog = 2;
    if (_i)
        fault_inject(FAULT_accept4, 0, 2, _i == 1 ? EINTR : ECONNABORTED);
    ck_assert_int_eq(unix_listen(&params), 0);
    ck_assert_int_eq(params.dropped, 1);
    kernel_backlog(fd, &waiting);
    ck_assert_int_eq(waiting, 2);
    ck_assert_int_eq(getsockopt(clients[0], SOL_SOCKET, SO_ERROR, &error, &length), 0);
    ck_assert_int_eq(error, ECONNRESET);
    ck_assert_int_eq(getsockopt(clients[1], SOL_SOCKET, SO_ERROR, &error, &length), 0);
    ck_assert_int_eq(error, 0);
    for (int i = 0; i < 3; i++)
        close(clients[i]);
    close(fd);
}
END_TEST

/* With no descriptor left nothing is dropped, and nothing is lost. */
START_TEST(surplus_without_descriptors)
{
    struct listen_params params;
    int fd = bound(&params, 5), clients[2], waiting;

    ck_assert_int_eq(unix_listen(&params), 0);
    for (int i = 0; i < 2; i++)
        clients[i] = client_of(fd);
    params.backlog = 0;
    fault_inject(FAULT_accept4, 0, 1, EMFILE);
    ck_assert_int_eq(unix_listen(&params), 0);
    ck_assert_int_eq(params.dropped, 0);
    kernel_backlog(fd, &waiting);
    ck_assert_int_eq(waiting, 2);
    for (int i = 0; i < 2; i++)
        close(clients[i]);
    close(fd);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("listen");
    TCase *tcase = tcase_create("unix call");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, fault_start, fault_check);
    tcase_add_loop_test(tcase, depth_in_the_kernel, 0, 6);
    tcase_add_loop_test(tcase, limit_unreadable, 0, 2);
    tcase_add_test(tcase, limit_interrupted);
    tcase_add_loop_test(tcase, failures, 0, 5);
    tcase_add_loop_test(tcase, port_lost_for_good, 0, 2);
    tcase_add_test(tcase, port_lost);
    tcase_add_test(tcase, binding_kept);
    tcase_add_test(tcase, kept_descriptor);
    tcase_add_test(tcase, bad_addresses);
    tcase_add_loop_test(tcase, surplus, 0, 3);
    tcase_add_test(tcase, surplus_without_descriptors);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
