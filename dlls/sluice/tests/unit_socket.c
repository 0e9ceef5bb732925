/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Unix calls of unix/socket.c and unix/urgent.c on loopback sockets, with failing system calls
 * put in between.  A "handle" here is a descriptor. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fault.h"
#include "loopback.h"
#include "structs.h"
#include "unix/calls.h"
#include "winabi.h"

static struct socket_info_params info_of(int fd)
{
    struct socket_info_params params = {.handle = (uint64_t)fd};

    ck_assert_int_eq(unix_socket_info(&params), 0);
    return params;
}

/* A listener on 127.0.0.1 and its address. */
static int listening(int backlog, struct sockaddr_in *address)
{
    socklen_t length = sizeof(*address);
    int fd = socket(AF_INET, SOCK_STREAM, 0);

    memset(address, 0, sizeof(*address));
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)address, sizeof(*address)), 0);
    ck_assert_int_eq(listen(fd, backlog), 0);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)address, &length), 0);
    return fd;
}

static void stream_pair(int pair[2])
{
    struct sockaddr_in address;
    int listener = listening(1, &address);

    pair[0] = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(pair[0], (struct sockaddr *)&address, sizeof(address)), 0);
    pair[1] = accept(listener, NULL, NULL);
    ck_assert_int_ge(pair[1], 0);
    close(listener);
}

START_TEST(kinds)
{
    static const struct {
        int family, type, ws_family, ws_type, ws_protocol;
    } rows[] = {
        {AF_INET, SOCK_STREAM, WS_AF_INET, WS_SOCK_STREAM, WS_IPPROTO_TCP},
        {AF_INET6, SOCK_STREAM, WS_AF_INET6, WS_SOCK_STREAM, WS_IPPROTO_TCP},
        {AF_INET, SOCK_DGRAM, WS_AF_INET, WS_SOCK_DGRAM, WS_IPPROTO_UDP},
        {AF_INET6, SOCK_DGRAM, WS_AF_INET6, WS_SOCK_DGRAM, WS_IPPROTO_UDP},
    };
    int fd = socket(rows[_i].family, rows[_i].type, 0);
    struct socket_info_params info = info_of(fd), again = info_of(fd);
    int other = socket(rows[_i].family, rows[_i].type, 0);

    ck_assert_uint_ne(info.cookie, 0);
    ck_assert_uint_eq(info.cookie, again.cookie);
    ck_assert_uint_ne(info.cookie, info_of(other).cookie);
    close(other);
    ck_assert_int_eq(info.family, rows[_i].ws_family);
    ck_assert_int_eq(info.type, rows[_i].ws_type);
    ck_assert_int_eq(info.protocol, rows[_i].ws_protocol);
    ck_assert_int_eq(info.listening + info.connected + info.connecting, 0);
    close(fd);
}
END_TEST

START_TEST(connected_states)
{
    struct socket_info_params info;
    int pair[2];

    stream_pair(pair);
    for (int i = 0; i < 2; i++) {
        info = info_of(pair[i]);
        ck_assert_int_eq(info.connected, 1);
        ck_assert_int_eq(info.listening + info.connecting, 0);
    }
    shutdown(pair[0], SHUT_WR); /* half closed is connected still, on both sides */
    ck_assert_int_eq(info_of(pair[0]).connected, 1);
    ck_assert_int_eq(info_of(pair[1]).connected, 1);
    close(pair[0]);
    close(pair[1]);
}
END_TEST

START_TEST(listening_and_connecting)
{
    struct sockaddr_in address;
    int listener = listening(0, &address), clients[3];
    struct socket_info_params info = info_of(listener);

    ck_assert_int_eq(info.listening, 1);
    ck_assert_int_eq(info.connected + info.connecting, 0);
    /* The queue holds one; those behind it wait in their handshake. */
    for (int i = 0; i < 3; i++) {
        clients[i] = socket(AF_INET, SOCK_STREAM | SOCK_NONBLOCK, 0);
        connect(clients[i], (struct sockaddr *)&address, sizeof(address));
    }
    poll(NULL, 0, 50);
    info = info_of(clients[2]);
    ck_assert_int_eq(info.connecting, 1);
    ck_assert_int_eq(info.connected, 0);
    for (int i = 0; i < 3; i++)
        close(clients[i]);
    close(listener);
}
END_TEST

/* A datagram socket's destination, until it is dissolved. */
START_TEST(peer_of_datagrams)
{
    struct sockaddr_in to = {.sin_family = AF_INET, .sin_port = htons(9)};
    int fd = socket(AF_INET, SOCK_DGRAM, 0);
    struct dissolve_params dissolve = {.handle = (uint64_t)fd};

    to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(info_of(fd).has_peer, 0);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&to, sizeof(to)), 0);
    ck_assert_int_eq(info_of(fd).has_peer, 1);
    ck_assert_int_eq(unix_dissolve(&dissolve), 0);
    ck_assert_int_eq(info_of(fd).has_peer, 0);
    close(fd);
}
END_TEST

/* What cannot be asked reads as "not so". */
START_TEST(info_failures)
{
    struct socket_info_params info;
    int pair[2];

    stream_pair(pair);
    fault_inject(FAULT_getsockopt, 4, 1, ENOBUFS); /* TCP_INFO comes fifth */
    info = info_of(pair[0]);
    ck_assert_int_eq(info.type, WS_SOCK_STREAM);
    ck_assert_int_eq(info.connected, 0);
    close(pair[0]);
    close(pair[1]);
    info.handle = (uint64_t)pair[0];
    ck_assert_int_eq(unix_socket_info(&info), WS_WSAENOTSOCK);
}
END_TEST

START_TEST(dissolve)
{
    struct sockaddr_in peer = {.sin_family = AF_INET, .sin_port = htons(9)};
    struct dissolve_params params;
    socklen_t length = sizeof(peer);
    int fd = socket(AF_INET, SOCK_DGRAM, 0);

    peer.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    ck_assert_int_eq(connect(fd, (struct sockaddr *)&peer, sizeof(peer)), 0);
    params.handle = (uint64_t)fd;
    fault_inject(FAULT_connect, 0, 1, ENOBUFS);
    ck_assert_int_eq(unix_dissolve(&params), WS_WSAENOBUFS);
    ck_assert_int_eq(getpeername(fd, (struct sockaddr *)&peer, &length), 0);
    ck_assert_int_eq(unix_dissolve(&params), 0);
    ck_assert_int_eq(getpeername(fd, (struct sockaddr *)&peer, &length), -1);
    close(fd);
    ck_assert_int_eq(unix_dissolve(&params), WS_WSAENOTSOCK);
}
END_TEST

static int is_local(int family, const char *text)
{
    struct is_local_address_params params = {0};
    struct ws_sockaddr_in v4 = {.family = WS_AF_INET, .port = htons(80)};
    struct ws_sockaddr_in6 v6 = {.family = WS_AF_INET6, .port = htons(80)};
    void *address = family == AF_INET ? (void *)&v4 : (void *)&v6;

    inet_pton(family, text, family == AF_INET ? (void *)&v4.address : (void *)&v6.address);
    params.address_len = family == AF_INET ? sizeof(v4) : sizeof(v6);
    memcpy(params.address, address, params.address_len);
    return unix_is_local_address(&params);
}

START_TEST(local_addresses)
{
    struct is_local_address_params empty = {0};

    ck_assert_int_eq(is_local(AF_INET, "127.0.0.1"), 0);
    ck_assert_int_eq(is_local(AF_INET, "0.0.0.0"), 0);
    ck_assert_int_eq(is_local(AF_INET6, "::1"), 0);
    ck_assert_int_eq(is_local(AF_INET6, "::"), 0);
    ck_assert_int_eq(is_local(AF_INET, "198.51.100.7"), WS_WSAEADDRNOTAVAIL);
    ck_assert_int_eq(is_local(AF_INET6, "2001:db8::7"), WS_WSAEADDRNOTAVAIL);
    ck_assert_int_eq(unix_is_local_address(&empty), WS_WSAEFAULT);
}
END_TEST

/* Only EADDRNOTAVAIL says that it is not; without a descriptor nothing can be said. */
START_TEST(local_address_failures)
{
    fault_inject(FAULT_socket, 0, 1, EMFILE);
    ck_assert_int_eq(is_local(AF_INET, "127.0.0.1"), WS_WSAEMFILE);
    fault_inject(FAULT_bind, 0, 1, EACCES);
    ck_assert_int_eq(is_local(AF_INET, "127.0.0.1"), 0);
    fault_inject(FAULT_bind, 0, 1, EADDRNOTAVAIL);
    ck_assert_int_eq(is_local(AF_INET, "127.0.0.1"), WS_WSAEADDRNOTAVAIL);
}
END_TEST

/* An urgent byte that was received out of band is gone for good, what stands behind it is not; one
 * that is not at the mark yet stays. */
START_TEST(drop_urgent)
{
    struct drop_urgent_params params = {.is_data = 0};
    struct pollfd urgent = {.events = POLLPRI};
    int pair[2], on = 1;
    char byte;

    stream_pair(pair);
    params.handle = (uint64_t)pair[1];
    urgent.fd = pair[1];
    ck_assert_int_eq(send(pair[0], "u", 1, MSG_OOB), 1);
    ck_assert_int_eq(send(pair[0], "n", 1, 0), 1);
    ck_assert_int_eq(poll(&urgent, 1, 2000), 1);
    ck_assert_int_eq(recv(pair[1], &byte, 1, MSG_OOB), 1);
    if (_i)
        fault_inject(FAULT_read, 0, 1, EINTR);
    ck_assert_int_eq(unix_drop_urgent(&params), 0);
    ck_assert_int_eq(setsockopt(pair[1], SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on)), 0);
    ck_assert_int_eq(recv(pair[1], &byte, 1, 0), 1);
    ck_assert_int_eq(byte, 'n');
    close(pair[0]);
    close(pair[1]);
    ck_assert_int_eq(unix_drop_urgent(&params), WS_WSAENOTSOCK);
}
END_TEST

/* With a descriptor kept for the socket the host is asked for none; nor is the kept one closed. */
START_TEST(kept_descriptor)
{
    struct is_writable_params writable;
    struct low_water_params water = {.bytes = 1};
    struct interface_filter_params filter = {.operation = INTERFACE_FILTER_QUERY};
    struct shutdown_send_params end;
    struct filter_icmp_params icmp;
    struct dissolve_params dissolve;
    int peer, asked;
    char byte;

    writable.handle = water.handle = loopback_stream(&peer);
    filter.handle = end.handle = icmp.handle = dissolve.handle = water.handle;
    asked = fault_calls(FAULT_host_socket_fd);
    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(info_of((int)water.handle).connected, 1);
        ck_assert_int_eq(unix_is_writable(&writable), 0);
        ck_assert_int_eq(writable.writable, 1);
        ck_assert_int_eq(unix_low_water(&water), 0);
        ck_assert_int_eq(unix_interface_filter(&filter), 0);
        ck_assert_int_eq(unix_filter_icmp(&icmp), 0);
    }
    ck_assert_int_eq(unix_shutdown_send(&end), 0);
    ck_assert_int_eq(recv(peer, &byte, 1, 0), 0);
    ck_assert_int_eq(unix_dissolve(&dissolve), 0);
    ck_assert_int_eq(info_of((int)water.handle).connected, 0);
    ck_assert_int_eq(fault_calls(FAULT_host_socket_fd), asked);
    loopback_close(water.handle, peer);
}
END_TEST

/* Both addresses of a connection, as Windows has them; the peer's until it is reset. */
START_TEST(names)
{
    struct linger reset = {1, 0};
    int peer;
    uint64_t handle = loopback_stream(&peer);
    struct socket_name_params params = {.handle = handle, .peer = _i};
    uint8_t ws[28];
    int32_t length = loopback_ws_address(peer, ws);

    fault_inject(_i ? FAULT_getpeername : FAULT_getsockname, 0, 1, ENOBUFS);
    ck_assert_int_eq(unix_socket_name(&params), WS_WSAENOBUFS);
    ck_assert_int_eq(unix_socket_name(&params), 0);
    ck_assert_int_eq(params.address_len, length);
    if (_i)
        ck_assert_mem_eq(params.address, ws, length);
    else
        ck_assert_mem_ne(params.address, ws, length);
    ck_assert_int_eq(setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset)), 0);
    close(peer);
    ck_assert_int_eq(unix_socket_name(&params), _i ? WS_WSAENOTCONN : 0);
    loopback_close(handle, -1);
    ck_assert_int_eq(unix_socket_name(&params), DIRECT_GONE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("socket");
    TCase *tcase = tcase_create("unix calls");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, fault_start, fault_check);
    tcase_add_loop_test(tcase, kinds, 0, 4);
    tcase_add_test(tcase, connected_states);
    tcase_add_test(tcase, listening_and_connecting);
    tcase_add_test(tcase, peer_of_datagrams);
    tcase_add_test(tcase, info_failures);
    tcase_add_test(tcase, dissolve);
    tcase_add_test(tcase, local_addresses);
    tcase_add_test(tcase, local_address_failures);
    tcase_add_loop_test(tcase, drop_urgent, 0, 2);
    tcase_add_test(tcase, kept_descriptor);
    tcase_add_loop_test(tcase, names, 0, 2);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
