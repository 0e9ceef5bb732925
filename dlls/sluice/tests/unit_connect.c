/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Unix calls connect_check and connect_local on loopback listeners, with failing system calls
 * put in between. */
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "loopback.h"
#include "unix/calls.h"
#include "winabi.h"

/* A listener whose queue is full, and an attempt to reach it that gets no answer. */
struct attempt {
    int listener, queued, fd;
    struct connect_check_params params;
};

static int state_of(int fd)
{
    struct tcp_info info;
    socklen_t length = sizeof(info);

    ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length), 0);
    return info.tcpi_state;
}

static struct attempt begin(int family)
{
    struct attempt attempt;
    struct sockaddr_storage address;
    socklen_t length;

    memset(&attempt, 0, sizeof(attempt));
    attempt.listener = loopback_bound(family, SOCK_STREAM);
    ck_assert_int_eq(listen(attempt.listener, 0), 0);
    address = loopback_address(attempt.listener, &length);
    attempt.queued = socket(family, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(attempt.queued, (struct sockaddr *)&address, length), 0);
    attempt.fd = socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0);
    ck_assert_int_eq(connect(attempt.fd, (struct sockaddr *)&address, length), -1);
    ck_assert_int_eq(errno, EINPROGRESS);
    ck_assert_int_eq(state_of(attempt.fd), TCP_SYN_SENT);
    attempt.params.handle = (uint64_t)attempt.fd;
    attempt.params.outcome = 77;
    attempt.params.address_len = loopback_ws_address(attempt.listener, attempt.params.address);
    return attempt;
}

static void end(const struct attempt *attempt)
{
    close(attempt->fd);
    close(attempt->queued);
    close(attempt->listener);
}

static int outcome_of(struct attempt *attempt)
{
    attempt->params.outcome = 77;
    ck_assert_int_eq(unix_connect_check(&attempt->params), 0);
    return attempt->params.outcome;
}

/* Seen first; ended only when asked for, at once, and with a reset. */
START_TEST(full)
{
    struct attempt attempt = begin(_i ? AF_INET6 : AF_INET);
    struct pollfd told = {.fd = attempt.fd, .events = POLLOUT};
    uint64_t cookie = 0;
    socklen_t length = sizeof(cookie);
    int error = 0;

    ck_assert_int_eq(getsockopt(attempt.fd, SOL_SOCKET, SO_COOKIE, &cookie, &length), 0);
    ck_assert_int_eq(outcome_of(&attempt), CONNECT_FULL);
    ck_assert_uint_eq(attempt.params.cookie, cookie);
    ck_assert_int_eq(state_of(attempt.fd), TCP_SYN_SENT);
    attempt.params.refuse = 1;
    ck_assert_int_eq(outcome_of(&attempt), CONNECT_FULL);
    ck_assert_int_eq(state_of(attempt.fd), TCP_CLOSE);
    ck_assert_int_eq(poll(&told, 1, 0), 1);
    length = sizeof(error);
    ck_assert_int_eq(getsockopt(attempt.fd, SOL_SOCKET, SO_ERROR, &error, &length), 0);
    ck_assert_int_eq(error, ECONNRESET);
    ck_assert_int_eq(outcome_of(&attempt), CONNECT_DECIDED);
    end(&attempt);
}
END_TEST

/* Another socket has the handle by now; nothing is ended. */
START_TEST(another_socket)
{
    struct attempt attempt = begin(AF_INET);

    attempt.params.cookie = 1;
    attempt.params.refuse = 1;
    ck_assert_int_eq(outcome_of(&attempt), CONNECT_DECIDED);
    ck_assert_int_eq(state_of(attempt.fd), TCP_SYN_SENT);
    end(&attempt);
}
END_TEST

/* Room has been made: the kernel's next try will get through, and may. */
START_TEST(room_again)
{
    struct attempt attempt = begin(AF_INET);
    int accepted = accept(attempt.listener, NULL, NULL);

    attempt.params.refuse = 1;
    ck_assert_int_eq(outcome_of(&attempt), CONNECT_WAITS);
    ck_assert_int_eq(state_of(attempt.fd), TCP_SYN_SENT);
    close(accepted);
    end(&attempt);
}
END_TEST

START_TEST(not_connecting)
{
    struct attempt attempt = begin(AF_INET);

    attempt.params.handle = (uint64_t)attempt.queued; /* connected */
    ck_assert_int_eq(outcome_of(&attempt), CONNECT_DECIDED);
    attempt.params.cookie = 0;
    attempt.params.handle = (uint64_t)attempt.listener;
    ck_assert_int_eq(outcome_of(&attempt), CONNECT_DECIDED);
    end(&attempt);
    ck_assert_int_eq(unix_connect_check(&attempt.params), WS_WSAENOTSOCK);
}
END_TEST

/* With a descriptor kept for the socket the host is asked for none. */
START_TEST(kept_descriptor)
{
    struct attempt attempt = begin(AF_INET);
    int asked;

    attempt.params.handle = loopback_keep(attempt.fd);
    attempt.fd = (int)attempt.params.handle;
    attempt.params.refuse = 1;
    asked = fault_calls(FAULT_host_socket_fd);
    ck_assert_int_eq(outcome_of(&attempt), CONNECT_FULL);
    ck_assert_int_eq(state_of(attempt.fd), TCP_CLOSE);
    ck_assert_int_eq(fault_calls(FAULT_host_socket_fd), asked);
    loopback_close(attempt.params.handle, attempt.queued);
    close(attempt.listener);
}
END_TEST

/* 192.0.2.1 is nobody's (RFC 5737). */
START_TEST(elsewhere)
{
    static const uint8_t nobody[4] = {192, 0, 2, 1};
    struct attempt attempt = begin(AF_INET);

    attempt.params.refuse = 1;
    memcpy(attempt.params.address + 4, nobody, sizeof(nobody));
    ck_assert_int_eq(outcome_of(&attempt), CONNECT_ELSEWHERE);
    attempt.params.address_len = 15;
    ck_assert_int_eq(outcome_of(&attempt), CONNECT_DECIDED); /* no address at all */
    ck_assert_int_eq(state_of(attempt.fd), TCP_SYN_SENT);
    end(&attempt);
}
END_TEST

/* Whatever cannot be found out leaves the attempt alone. */
START_TEST(fails)
{
    static const struct {
        enum fault_call call;
        int skip, err, outcome;
    } rows[] = {
        {FAULT_getsockopt, 0, ENOBUFS, CONNECT_DECIDED}, /* SO_COOKIE */
        {FAULT_getsockopt, 1, ENOBUFS, CONNECT_DECIDED}, /* TCP_INFO */
        {FAULT_getsockopt, 2, ENOBUFS, CONNECT_FULL},    /* again, before it would be ended */
        {FAULT_socket, 0, EMFILE, CONNECT_ELSEWHERE},    /* whether the address is local */
        {FAULT_bind, 0, EADDRNOTAVAIL, CONNECT_ELSEWHERE},
        {FAULT_socket, 1, EMFILE, CONNECT_WAITS}, /* the list of listeners */
        {FAULT_send, 0, ENOBUFS, CONNECT_WAITS},
        {FAULT_recv, 0, ENOMEM, CONNECT_WAITS},
    };
    struct attempt attempt = begin(AF_INET);

    attempt.params.refuse = 1;
    fault_inject(rows[_i].call, rows[_i].skip, 1, rows[_i].err);
    ck_assert_int_eq(outcome_of(&attempt), rows[_i].outcome);
    ck_assert_int_eq(state_of(attempt.fd), TCP_SYN_SENT);
    fault_inject(FAULT_host_socket_fd, 0, 1, WS_WSAEMFILE);
    ck_assert_int_eq(unix_connect_check(&attempt.params), WS_WSAEMFILE);
    end(&attempt);
}
END_TEST

/* ---- connect_local ------------------------------------------------------------------- */
static int is_connected(uint64_t handle, const struct attempt *to)
{
    struct connect_local_params params = {.handle = handle, .connected = 77};

    params.address_len = to->params.address_len;
    memcpy(params.address, to->params.address, sizeof(params.address));
    ck_assert_int_eq(unix_connect_local(&params), 0);
    return params.connected;
}

/* A socket for which a descriptor may be kept, and none is. */
static uint64_t unconnected(int family)
{
    uint64_t handle = loopback_keep(socket(family, SOCK_STREAM | SOCK_NONBLOCK, 0));

    unix_drop(&(struct drop_params){handle});
    ck_assert_int_eq(unix_open_record(&(struct open_record_params){handle}), 0);
    return handle;
}

/* It can be tried again: what the host does with its descriptor of the socket. */
static void connect_as_host(uint64_t handle, const struct attempt *to)
{
    socklen_t length;
    struct sockaddr_storage address = loopback_address(to->listener, &length);
    struct pollfd done = {.fd = (int)handle, .events = POLLOUT};

    if (connect((int)handle, (struct sockaddr *)&address, length)) {
        ck_assert_int_eq(errno, EINPROGRESS);
        ck_assert_int_eq(poll(&done, 1, 5000), 1);
    }
    ck_assert_int_eq(state_of((int)handle), TCP_ESTABLISHED);
}

/* The host's own connect() succeeds, once; the descriptor is kept. */
START_TEST(local)
{
    struct attempt to = begin(_i ? AF_INET6 : AF_INET);
    uint64_t handle = unconnected(_i ? AF_INET6 : AF_INET);
    socklen_t length;
    struct sockaddr_storage address = loopback_address(to.listener, &length);
    int kept;

    ck_assert_int_eq(listen(to.listener, 5), 0);
    ck_assert_int_eq(is_connected(handle, &to), 1);
    kept = fault_calls(FAULT_host_socket_fd);
    ck_assert_int_eq(unix_keep(&(struct keep_params){.handle = handle}), 0);
    ck_assert_int_eq(fault_calls(FAULT_host_socket_fd), kept);
    ck_assert_int_eq(connect((int)handle, (struct sockaddr *)&address, length), 0);
    ck_assert_int_eq(connect((int)handle, (struct sockaddr *)&address, length), -1);
    ck_assert_int_eq(errno, EISCONN);
    kept = fault_calls(FAULT_host_socket_fd);
    ck_assert_int_eq(is_connected(handle, &to), 0); /* another's doing stays as it is */
    ck_assert_int_eq(state_of((int)handle), TCP_ESTABLISHED);
    ck_assert_int_eq(unix_keep(&(struct keep_params){.handle = handle}), 0);
    ck_assert_int_eq(fault_calls(FAULT_host_socket_fd), kept);
    loopback_close(handle, -1);
    end(&to);
}
END_TEST

/* The host refused to hear of it: nothing is left, neither of the connection nor a descriptor. */
START_TEST(local_taken_back)
{
    struct attempt to = begin(AF_INET);
    uint64_t handle = unconnected(AF_INET);
    int kept;

    ck_assert_int_eq(listen(to.listener, 5), 0);
    ck_assert_int_eq(is_connected(handle, &to), 1);
    ck_assert_int_eq(unix_connect_undo(&(struct connect_undo_params){handle}), 0);
    ck_assert_int_eq(state_of((int)handle), TCP_CLOSE);
    kept = fault_calls(FAULT_host_socket_fd);
    ck_assert_int_eq(unix_keep(&(struct keep_params){.handle = handle}), 0);
    ck_assert_int_eq(fault_calls(FAULT_host_socket_fd), kept + 1);
    connect_as_host(handle, &to);
    loopback_close(handle, -1);
    ck_assert_int_eq(unix_connect_undo(&(struct connect_undo_params){handle}),
                     0); /* closed by now */
    end(&to);
}
END_TEST

/* The port the kernel chose at its bind, which undoing would lose, is the program's. */
START_TEST(local_bound)
{
    struct attempt to = begin(_i ? AF_INET6 : AF_INET);
    int fd = loopback_bound(_i ? AF_INET6 : AF_INET, SOCK_STREAM);
    int connects = fault_calls(FAULT_connect), kept;
    uint64_t handle = loopback_keep(fd);

    unix_drop(&(struct drop_params){handle});
    ck_assert_int_eq(unix_open_record(&(struct open_record_params){handle}), 0);
    ck_assert_int_eq(is_connected(handle, &to), 0);
    ck_assert_int_eq(fault_calls(FAULT_connect), connects);
    kept = fault_calls(FAULT_host_socket_fd);
    ck_assert_int_eq(unix_keep(&(struct keep_params){.handle = handle}), 0);
    ck_assert_int_eq(fault_calls(FAULT_host_socket_fd), kept + 1); /* none was left kept */
    loopback_close(handle, -1);
    end(&to);
}
END_TEST

/* What does not get there at once is undone, and nothing of it is left. */
START_TEST(local_undone)
{
    static const struct {
        enum fault_call call;
        int err, backlog;
    } rows[] = {
        {FAULT_poll, ENOMEM, 5},
        {FAULT_poll, 0, 0},              /* the queue is full */
        {FAULT_poll, 0, -1},             /* refused */
        {FAULT_connect, ENETUNREACH, 5}, /* not even begun */
        {FAULT_host_socket_fd, WS_WSAEMFILE, 5},
        {FAULT_getsockname, ENOBUFS, 5},
    };
    struct attempt to = begin(AF_INET);
    uint64_t handle = unconnected(AF_INET);
    int error = 77;
    socklen_t length = sizeof(error);

    if (rows[_i].backlog >= 0)
        ck_assert_int_eq(listen(to.listener, rows[_i].backlog), 0);
    else
        ck_assert_int_eq(shutdown(to.listener, SHUT_RDWR), 0);
    if (rows[_i].err)
        fault_inject(rows[_i].call, 0, 1, rows[_i].err);
    ck_assert_int_eq(is_connected(handle, &to), 0);
    ck_assert_int_eq(state_of((int)handle), TCP_CLOSE);
    ck_assert_int_eq(getsockopt((int)handle, SOL_SOCKET, SO_ERROR, &error, &length), 0);
    ck_assert_int_eq(error, 0);
    if (rows[_i].backlog >= 0) {
        ck_assert_int_eq(listen(to.listener, 5), 0);
        connect_as_host(handle, &to);
    }
    loopback_close(handle, -1);
    end(&to);
}
END_TEST

/* Elsewhere, no address, no handle of ours: nothing is begun. */
START_TEST(local_not_tried)
{
    struct attempt to = begin(AF_INET);
    uint64_t handle = unconnected(AF_INET);
    int connects = fault_calls(FAULT_connect);

    to.params.address[7] = 2; /* 127.0.0.2 */
    ck_assert_int_eq(is_connected(handle, &to), 0);
    to.params.address_len = 15;
    ck_assert_int_eq(is_connected(handle, &to), 0);
    to.params.address_len = 16;
    to.params.address[7] = 1;
    unix_drop(&(struct drop_params){handle});
    ck_assert_int_eq(is_connected(handle, &to), 0);
    ck_assert_int_eq(fault_calls(FAULT_connect), connects);
    loopback_close(handle, -1);
    end(&to);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("connect");
    TCase *tcase = tcase_create("unix call");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, fault_start, fault_check);
    tcase_add_loop_test(tcase, full, 0, 2);
    tcase_add_test(tcase, another_socket);
    tcase_add_test(tcase, room_again);
    tcase_add_test(tcase, not_connecting);
    tcase_add_test(tcase, kept_descriptor);
    tcase_add_test(tcase, elsewhere);
    tcase_add_loop_test(tcase, fails, 0, 8);
    tcase_add_loop_test(tcase, local, 0, 2);
    tcase_add_test(tcase, local_taken_back);
    tcase_add_loop_test(tcase, local_bound, 0, 2);
    tcase_add_loop_test(tcase, local_undone, 0, 6);
    tcase_add_test(tcase, local_not_tried);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
