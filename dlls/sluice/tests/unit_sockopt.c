/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Unix calls get_option, set_option and route_source against real sockets, with failing system
 * calls put in between.  A "handle" here is a descriptor. */
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "structs.h"
#include "unix/calls.h"
#include "unix/host.h"
#include "unix/sys.h"
#include "winabi.h"
#include "xlat/option_host.h"

#define NO_SOCKET 1000000

static struct sys_calls real;
static int opened, closed, failing_errno;

int host_socket_fd(uint64_t handle, int *fd)
{
    if (handle == NO_SOCKET)
        return WS_WSAENOTSOCK;
    *fd = dup((int)handle);
    opened++;
    return *fd < 0 ? WS_WSAEMFILE : 0;
}

static int counted_close(int fd)
{
    closed++;
    return real.close(fd);
}

static int counted_socket(int family, int type, int protocol)
{
    int fd = real.socket(family, type, protocol);

    opened += fd >= 0;
    return fd;
}

static void setup(void)
{
    real = sys;
    opened = closed = 0;
    sys.close = counted_close;
    sys.socket = counted_socket;
}

/* Every descriptor a call took it gave back, on whatever path. */
static void teardown(void)
{
    sys = real;
    ck_assert_int_eq(opened, closed);
}

static int get(int s, int level, int name, void *value, int *length)
{
    struct get_option_params params = {
        .handle = s, .value = (uintptr_t)value, .level = level, .name = name, .value_len = *length};
    int error = unix_get_option(&params);

    *length = params.value_len;
    return error;
}

static int set(int s, int level, int name, const void *value, int length)
{
    struct set_option_params params = {
        .handle = s, .value = (uintptr_t)value, .level = level, .name = name, .value_len = length};

    return unix_set_option(&params);
}

static int tcp(void)
{
    return real.socket(AF_INET, SOCK_STREAM, 0);
}

START_TEST(nodelay_reaches_the_kernel)
{
    int s = tcp(), kernel = 0, length = 4;
    socklen_t kernel_length = sizeof(kernel);
    uint32_t value = 1;

    ck_assert_int_eq(set(s, WS_IPPROTO_TCP, WS_TCP_NODELAY, &value, 4), 0);
    ck_assert_int_eq(getsockopt(s, IPPROTO_TCP, TCP_NODELAY, &kernel, &kernel_length), 0);
    ck_assert_int_eq(kernel, 1);
    value = 0xffffffff;
    ck_assert_int_eq(get(s, WS_IPPROTO_TCP, WS_TCP_NODELAY, &value, &length), 0);
    ck_assert_int_eq(value & 0xff, 1);
    close(s);
}
END_TEST

START_TEST(linger_has_its_own_layout)
{
    struct ws_linger linger = {.onoff = 1, .seconds = 7}, back;
    struct linger kernel;
    socklen_t kernel_length = sizeof(kernel);
    int s = tcp(), length = sizeof(back);

    ck_assert_int_eq(set(s, WS_SOL_SOCKET, WS_SO_LINGER, &linger, sizeof(linger)), 0);
    ck_assert_int_eq(getsockopt(s, SOL_SOCKET, SO_LINGER, &kernel, &kernel_length), 0);
    /* Never the kernel's own wait, which would be that of whoever closes last. */
    ck_assert_int_eq(kernel.l_onoff, 0);
    ck_assert_int_eq(get(s, WS_SOL_SOCKET, WS_SO_LINGER, &back, &length), 0);
    ck_assert_int_eq(length, sizeof(back));
    ck_assert_int_ne(back.onoff, 0);
    ck_assert_int_eq(back.seconds, 7);
    linger = (struct ws_linger){.onoff = 1, .seconds = 0};
    ck_assert_int_eq(set(s, WS_SOL_SOCKET, WS_SO_LINGER, &linger, sizeof(linger)), 0);
    ck_assert_int_eq(getsockopt(s, SOL_SOCKET, SO_LINGER, &kernel, &kernel_length), 0);
    ck_assert_int_eq(kernel.l_onoff, 1); /* a reset */
    ck_assert_int_eq(kernel.l_linger, 0);
    linger = (struct ws_linger){.onoff = 0, .seconds = 9};
    ck_assert_int_eq(set(s, WS_SOL_SOCKET, WS_SO_LINGER, &linger, sizeof(linger)), 0);
    ck_assert_int_eq(get(s, WS_SOL_SOCKET, WS_SO_LINGER, &back, &length), 0);
    ck_assert_int_eq(back.onoff, 0);
    ck_assert_int_eq(back.seconds, 9);
    close(s);
}
END_TEST

START_TEST(connection_requests)
{
    static const struct {
        int given, kernel;
    } rows[] = {{1, 1}, {4, 4}, {127, 127}, {254, 127}};
    int s = tcp(), kernel = 0;
    socklen_t length = sizeof(kernel);
    struct syn_count_params params = {.handle = s};

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        params.count = rows[i].given;
        ck_assert_int_eq(unix_syn_count(&params), 0);
        ck_assert_int_eq(getsockopt(s, IPPROTO_TCP, TCP_SYNCNT, &kernel, &length), 0);
        ck_assert_int_eq(kernel, rows[i].kernel);
    }
    params.count = 0;
    ck_assert_int_eq(unix_syn_count(&params), WS_WSAEINVAL);
    params.handle = NO_SOCKET;
    ck_assert_int_eq(unix_syn_count(&params), WS_WSAENOTSOCK);
    close(s);
}
END_TEST

static int filter(struct interface_filter_params *list, int operation, uint32_t index)
{
    list->operation = operation;
    list->index = index;
    return unix_interface_filter(list);
}

/* The list is read back from the kernel, whatever was done before. */
START_TEST(interface_list)
{
    struct interface_filter_params list = {.handle = real.socket(AF_INET, SOCK_DGRAM, 0)};

    ck_assert_int_eq(filter(&list, INTERFACE_FILTER_QUERY, 0), 0);
    ck_assert_uint_eq(list.enabled + list.count, 0);
    ck_assert_int_eq(filter(&list, INTERFACE_FILTER_REMOVE, 1), WS_WSAEADDRNOTAVAIL);
    for (uint32_t i = 1; i <= INTERFACE_FILTER_MAX; i++)
        ck_assert_int_eq(filter(&list, INTERFACE_FILTER_ADD, i), 0);
    ck_assert_int_eq(filter(&list, INTERFACE_FILTER_ADD, 7), 0);
    ck_assert_int_eq(filter(&list, INTERFACE_FILTER_ADD, 1000), WS_WSAENOBUFS);
    ck_assert_uint_eq(list.enabled, 0);
    ck_assert_int_eq(filter(&list, INTERFACE_FILTER_ENABLE, 0), 0);
    ck_assert_int_eq(filter(&list, INTERFACE_FILTER_REMOVE, 1), 0);
    memset(list.list, 0, sizeof(list.list));
    ck_assert_int_eq(filter(&list, INTERFACE_FILTER_QUERY, 0), 0);
    ck_assert_uint_eq(list.enabled, 1);
    ck_assert_uint_eq(list.count, INTERFACE_FILTER_MAX - 1);
    for (uint32_t i = 0; i < list.count; i++)
        ck_assert_uint_eq(list.list[i], i + 2);
    ck_assert_int_eq(filter(&list, INTERFACE_FILTER_DISABLE, 0), 0);
    ck_assert_int_eq(filter(&list, INTERFACE_FILTER_QUERY, 0), 0);
    ck_assert_uint_eq(list.enabled, 0);
    ck_assert_uint_eq(list.count, INTERFACE_FILTER_MAX - 1);
    close((int)list.handle);
    list.handle = NO_SOCKET;
    ck_assert_int_eq(filter(&list, INTERFACE_FILTER_QUERY, 0), WS_WSAENOTSOCK);
}
END_TEST

START_TEST(options_that_are_not_the_kernels)
{
    int s = tcp(), length = 4;
    uint32_t value = 1;

    ck_assert_int_eq(get(s, 0x1234, 1, &value, &length), WS_WSAEINVAL);
    ck_assert_int_eq(set(s, 0x1234, 1, &value, 4), WS_WSAEINVAL);
    ck_assert_int_eq(get(s, WS_SOL_SOCKET, 0x7777, &value, &length), WS_WSAENOPROTOOPT);
    ck_assert_int_eq(set(s, WS_SOL_SOCKET, 0x7777, &value, 4), WS_WSAENOPROTOOPT);
    /* SO_TYPE and SO_ERROR are answered by the provider */
    ck_assert_int_eq(get(s, WS_SOL_SOCKET, WS_SO_TYPE, &value, &length), WS_WSAENOPROTOOPT);
    ck_assert_int_eq(get(s, WS_SOL_SOCKET, WS_SO_ERROR, &value, &length), WS_WSAENOPROTOOPT);
    ck_assert_int_eq(opened, 0);
    close(s);
}
END_TEST

START_TEST(handles_that_are_no_sockets)
{
    int length = 4, fds[2];
    uint32_t value = 1;

    ck_assert_int_eq(get(NO_SOCKET, WS_IPPROTO_TCP, WS_TCP_NODELAY, &value, &length),
                     WS_WSAENOTSOCK);
    ck_assert_int_eq(set(NO_SOCKET, WS_IPPROTO_TCP, WS_TCP_NODELAY, &value, 4), WS_WSAENOTSOCK);
    ck_assert_int_eq(pipe(fds), 0);
    ck_assert_int_eq(get(fds[0], WS_IPPROTO_TCP, WS_TCP_NODELAY, &value, &length), WS_WSAENOTSOCK);
    close(fds[0]);
    close(fds[1]);
}
END_TEST

static int failing_get(int fd, int level, int name, void *value, socklen_t *length)
{
    (void)fd, (void)level, (void)name, (void)value, (void)length;
    errno = failing_errno;
    return -1;
}

static int failing_set(int fd, int level, int name, const void *value, socklen_t length)
{
    (void)fd, (void)level, (void)name, (void)value, (void)length;
    errno = failing_errno;
    return -1;
}

static const struct {
    int host, windows;
} faults[] = {
    {ENOPROTOOPT, WS_WSAENOPROTOOPT}, {EINVAL, WS_WSAEINVAL},  {ENOBUFS, WS_WSAENOBUFS},
    {ENOMEM, WS_WSAENOBUFS},          {EBADF, WS_WSAENOTSOCK}, {ENOTSOCK, WS_WSAENOTSOCK},
    {EADDRINUSE, WS_WSAEADDRINUSE},
};

START_TEST(faults_of_the_kernel)
{
    int s = tcp(), length = 4;
    uint32_t value = 1;

    failing_errno = faults[_i].host;
    sys.getsockopt = failing_get;
    sys.setsockopt = failing_set;
    ck_assert_int_eq(get(s, WS_IPPROTO_TCP, WS_TCP_NODELAY, &value, &length), faults[_i].windows);
    ck_assert_int_eq(value, 1);
    ck_assert_int_eq(set(s, WS_IPPROTO_TCP, WS_TCP_NODELAY, &value, 4), faults[_i].windows);
    close(s);
}
END_TEST

/* A kernel that answers fewer bytes than the option has. */
static int short_get(int fd, int level, int name, void *value, socklen_t *length)
{
    (void)fd, (void)level, (void)name;
    memset(value, 0xff, *length);
    *length = 0;
    return 0;
}

START_TEST(short_answer_of_the_kernel)
{
    int s = tcp(), length = 4;
    uint32_t value = 0x55555555;

    sys.getsockopt = short_get;
    ck_assert_int_eq(get(s, WS_IPPROTO_TCP, WS_TCP_NODELAY, &value, &length), WS_WSAEINVAL);
    ck_assert_int_eq(value, 0x55555555);
    close(s);
}
END_TEST

/* A socket of a type and family that the row names. */
static int socket_for(const struct xlat_option *row)
{
    int family = row->families & XLAT_INET ? AF_INET : AF_INET6;

    return real.socket(family, row->types & XLAT_DGRAM ? SOCK_DGRAM : SOCK_STREAM, 0);
}

/* Whatever the row: no byte beyond the buffer, no length beyond it, a Windows code. */
START_TEST(every_direct_row_keeps_to_its_buffer)
{
    const struct xlat_option *row = xlat_option_at(_i);
    unsigned char value[512];
    int s = socket_for(row), length = row->size, error;

    if (row->route != XLAT_DIRECT || !(row->ops & XLAT_GET) || xlat_option_host(row)->level < 0) {
        close(s);
        return;
    }
    memset(value, 0xa5, sizeof(value));
    error = get(s, row->level, row->name, value, &length);
    ck_assert_msg(error == 0 || error >= 10000, "%s: %d", row->label, error);
    ck_assert_msg(length <= row->size, "%s: %d bytes of %d", row->label, length, row->size);
    for (size_t i = row->size; i < sizeof(value); i++)
        ck_assert_msg(value[i] == 0xa5, "%s wrote byte %zu", row->label, i);
    close(s);
}
END_TEST

START_TEST(group_is_joined)
{
    int s = real.socket(AF_INET, SOCK_DGRAM, 0);
    struct ws_ip_mreq mreq = {.group = htonl(0xe0000102),
                              .interface_address = htonl(INADDR_LOOPBACK)};

    ck_assert_int_eq(set(s, WS_IPPROTO_IP, WS_IP_ADD_MEMBERSHIP, &mreq, sizeof(mreq)), 0);
    ck_assert_int_ne(set(s, WS_IPPROTO_IP, WS_IP_ADD_MEMBERSHIP, &mreq, sizeof(mreq)), 0);
    ck_assert_int_eq(set(s, WS_IPPROTO_IP, WS_IP_DROP_MEMBERSHIP, &mreq, sizeof(mreq)), 0);
    ck_assert_int_ne(set(s, WS_IPPROTO_IP, WS_IP_DROP_MEMBERSHIP, &mreq, sizeof(mreq)), 0);
    close(s);
}
END_TEST

static struct route_source_params route_to(uint16_t family, uint32_t address)
{
    struct route_source_params params = {.address_len = sizeof(struct ws_sockaddr_in)};
    struct ws_sockaddr_in name = {.family = family, .port = 77, .address = htonl(address)};

    memcpy(params.address, &name, sizeof(name));
    return params;
}

START_TEST(route_to_the_loopback)
{
    struct route_source_params params = route_to(WS_AF_INET, 0x7f010203);
    struct ws_sockaddr_in answer;

    ck_assert_int_eq(unix_route_source(&params), 0);
    ck_assert_int_eq(params.address_len, sizeof(answer));
    memcpy(&answer, params.address, sizeof(answer));
    ck_assert_int_eq(answer.family, WS_AF_INET);
    ck_assert_int_eq(ntohl(answer.address) >> 24, 127);
    ck_assert_int_eq(answer.port, 0);
}
END_TEST

START_TEST(route_for_a_bad_address)
{
    struct route_source_params params = route_to(0x7777, INADDR_LOOPBACK);

    ck_assert_int_eq(unix_route_source(&params), WS_WSAEAFNOSUPPORT);
    params = route_to(WS_AF_INET, INADDR_LOOPBACK);
    params.address_len = 3;
    ck_assert_int_eq(unix_route_source(&params), WS_WSAEFAULT);
}
END_TEST

static int failing_socket(int family, int type, int protocol)
{
    (void)family, (void)type, (void)protocol;
    errno = EMFILE;
    return -1;
}

static int failing_connect(int fd, const struct sockaddr *address, socklen_t length)
{
    (void)fd, (void)address, (void)length;
    errno = ENETUNREACH;
    return -1;
}

static int failing_name(int fd, struct sockaddr *address, socklen_t *length)
{
    (void)fd, (void)address, (void)length;
    errno = ENOBUFS;
    return -1;
}

START_TEST(route_faults)
{
    struct route_source_params params = route_to(WS_AF_INET, INADDR_LOOPBACK);

    sys.getsockname = failing_name;
    ck_assert_int_eq(unix_route_source(&params), WS_WSAENOBUFS);
    sys.connect = failing_connect;
    ck_assert_int_eq(unix_route_source(&params), WS_WSAENETUNREACH);
    sys.socket = failing_socket;
    ck_assert_int_eq(unix_route_source(&params), WS_WSAEMFILE);
}
END_TEST

/* The kernel doubles what it is told, for its own bookkeeping. */
START_TEST(receive_room_reaches_the_kernel)
{
    struct receive_room_params params = {.room = 32768};
    int s = tcp(), size = 1024;
    socklen_t length = sizeof(size);

    params.handle = (uint64_t)s;
    ck_assert_int_eq(setsockopt(s, SOL_SOCKET, SO_RCVBUF, &size, sizeof(size)), 0);
    ck_assert_int_eq(unix_receive_room(&params), 0);
    ck_assert_int_eq(getsockopt(s, SOL_SOCKET, SO_RCVBUF, &size, &length), 0);
    ck_assert_int_eq(size, 65536);
    sys.setsockopt = failing_set;
    failing_errno = ENOBUFS;
    ck_assert_int_eq(unix_receive_room(&params), WS_WSAENOBUFS);
    params.handle = NO_SOCKET;
    ck_assert_int_eq(unix_receive_room(&params), WS_WSAENOTSOCK);
    close(s);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("sockopt");
    TCase *tcase = tcase_create("unix calls");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, nodelay_reaches_the_kernel);
    tcase_add_test(tcase, linger_has_its_own_layout);
    tcase_add_test(tcase, connection_requests);
    tcase_add_test(tcase, interface_list);
    tcase_add_test(tcase, options_that_are_not_the_kernels);
    tcase_add_test(tcase, handles_that_are_no_sockets);
    tcase_add_loop_test(tcase, faults_of_the_kernel, 0, sizeof(faults) / sizeof(faults[0]));
    tcase_add_test(tcase, short_answer_of_the_kernel);
    tcase_add_loop_test(tcase, every_direct_row_keeps_to_its_buffer, 0, xlat_option_count());
    tcase_add_test(tcase, group_is_joined);
    tcase_add_test(tcase, receive_room_reaches_the_kernel);
    tcase_add_test(tcase, route_to_the_loopback);
    tcase_add_test(tcase, route_for_a_bad_address);
    tcase_add_test(tcase, route_faults);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
