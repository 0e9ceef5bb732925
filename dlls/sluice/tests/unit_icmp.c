/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Errors of earlier datagrams: the kernel's real ones for ports of the loopback that nobody has,
 * and made ones for what the loopback never sends. */
#include <check.h>
#include <errno.h>
#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "loopback.h"
#include "unix/calls.h"
#include "unix/icmp.h"
#include "winabi.h"

static char data[16];
static struct unix_buffer buffer;

static struct receive_params receive_of(uint64_t handle, int hears)
{
    buffer = (struct unix_buffer){.address = (uintptr_t)data, .length = sizeof(data)};
    return (struct receive_params){.handle = handle,
                                   .buffers = (uintptr_t)&buffer,
                                   .count = 1,
                                   .wait_ms = 500,
                                   .hears = (int16_t)hears};
}

/* A kept datagram socket that hears, unconnected, of the family; an IPv6 one takes IPv4 too. */
static uint64_t hearing_socket(int family)
{
    int off = 0, fd = socket(family, SOCK_DGRAM, 0);
    struct keep_params keep = {.hears = 1};

    if (family == AF_INET6)
        ck_assert_int_eq(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off)), 0);
    keep.handle = loopback_keep(fd);
    ck_assert_int_eq(unix_open_record(&(struct open_record_params){keep.handle}), 0);
    ck_assert_int_eq(unix_keep(&keep), 0);
    return keep.handle;
}

static const struct {
    int family, mapped;
} families[] = {{AF_INET, 0}, {AF_INET6, 0}, {AF_INET6, 1}};

/* The address of a port that nobody has, for a socket of the row's family. */
static struct sockaddr_storage nobody(int row, socklen_t *length)
{
    int fd = loopback_bound(families[row].mapped ? AF_INET : families[row].family, SOCK_DGRAM);
    struct sockaddr_storage address = loopback_address(fd, length);
    struct sockaddr_in v4;
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6};

    close(fd);
    if (!families[row].mapped)
        return address;
    memcpy(&v4, &address, sizeof(v4));
    v6.sin6_port = v4.sin_port;
    v6.sin6_addr.s6_addr[10] = v6.sin6_addr.s6_addr[11] = 0xff;
    memcpy(v6.sin6_addr.s6_addr + 12, &v4.sin_addr, 4);
    memset(&address, 0, sizeof(address));
    memcpy(&address, &v6, sizeof(v6));
    *length = sizeof(v6);
    return address;
}

static void send_to_nobody(uint64_t handle, int row)
{
    socklen_t length;
    struct sockaddr_storage to = nobody(row, &length);

    /* an error of an earlier one may be met first: it stays in the queue */
    if (sendto((int)handle, "x", 1, 0, (struct sockaddr *)&to, length) < 0)
        ck_assert_int_eq(sendto((int)handle, "x", 1, 0, (struct sockaddr *)&to, length), 1);
}

/* Each is told once, in a receive that waits too; nothing is left behind. */
START_TEST(told_once)
{
    uint64_t handle = hearing_socket(families[_i].family);
    struct receive_params params = receive_of(handle, 1);

    send_to_nobody(handle, _i);
    send_to_nobody(handle, _i);
    for (int i = 0; i < 2; i++) {
        params.wait_ms = i ? 500 : 0;
        ck_assert_int_eq(unix_receive(&params), WS_WSAECONNRESET);
        ck_assert_int_eq(params.heard, 1);
    }
    params.wait_ms = 20;
    ck_assert_int_eq(unix_receive(&params), WS_WSAEWOULDBLOCK);
    ck_assert_int_eq(params.heard, 0);
    loopback_close(handle, -1);
}
END_TEST

/* Somebody else has taken the socket's own error: the queue still has it. */
START_TEST(taken_by_another)
{
    uint64_t handle = hearing_socket(AF_INET);
    struct receive_params params = receive_of(handle, 1);
    int error = 0;
    socklen_t length = sizeof(error);

    send_to_nobody(handle, 0);
    ck_assert_int_eq(getsockopt((int)handle, SOL_SOCKET, SO_ERROR, &error, &length), 0);
    ck_assert_int_eq(error, ECONNREFUSED);
    ck_assert_int_eq(unix_receive(&params), WS_WSAECONNRESET);
    loopback_close(handle, -1);
}
END_TEST

START_TEST(forgotten)
{
    uint64_t handle = hearing_socket(AF_INET);
    struct receive_params params = receive_of(handle, 0);
    struct forget_errors_params forget = {.handle = handle};

    send_to_nobody(handle, 0);
    ck_assert_int_eq(unix_forget_errors(&forget), 0);
    send_to_nobody(handle, 0);
    params.wait_ms = 20;
    ck_assert_int_eq(unix_receive(&params), WS_WSAEWOULDBLOCK);
    ck_assert_int_eq(icmp_take((int)handle), ICMP_NONE);
    loopback_close(handle, -1);
    ck_assert_int_eq(unix_forget_errors(&forget), DIRECT_GONE);
}
END_TEST

/* ---- errors of routers */

static const struct {
    int level, type;
    struct sock_extended_err error;
    enum icmp_news news;
} made[] = {
    {IPPROTO_IP,
     IP_RECVERR,
     {ECONNREFUSED, SO_EE_ORIGIN_ICMP, ICMP_DEST_UNREACH, 3, 0, 0, {0}},
     ICMP_UNREACHABLE},
    {IPPROTO_IP,
     IP_RECVERR,
     {EHOSTUNREACH, SO_EE_ORIGIN_ICMP, ICMP_TIME_EXCEEDED, 0, 0, 0, {0}},
     ICMP_EXPIRED},
    {IPPROTO_IP,
     IP_RECVERR,
     {EHOSTUNREACH, SO_EE_ORIGIN_ICMP, ICMP_DEST_UNREACH, 1, 0, 0, {0}},
     ICMP_OTHER},
    {IPPROTO_IP, IP_RECVERR, {EMSGSIZE, SO_EE_ORIGIN_LOCAL, 0, 0, 0, 1500, {0}}, ICMP_OTHER},
    {IPPROTO_IPV6,
     IPV6_RECVERR,
     {EHOSTUNREACH, SO_EE_ORIGIN_ICMP, ICMP_TIME_EXCEEDED, 0, 0, 0, {0}},
     ICMP_EXPIRED},
    {IPPROTO_IPV6,
     IPV6_RECVERR,
     {ECONNREFUSED, SO_EE_ORIGIN_ICMP6, ICMP6_DST_UNREACH, 4, 0, 0, {0}},
     ICMP_UNREACHABLE},
    {IPPROTO_IPV6,
     IPV6_RECVERR,
     {EHOSTUNREACH, SO_EE_ORIGIN_ICMP6, ICMP6_TIME_EXCEEDED, 0, 0, 0, {0}},
     ICMP_EXPIRED},
    {IPPROTO_IPV6,
     IPV6_RECVERR,
     {EACCES, SO_EE_ORIGIN_ICMP6, ICMP6_DST_UNREACH, 1, 0, 0, {0}},
     ICMP_OTHER},
    {SOL_SOCKET, SCM_TIMESTAMP, {ECONNREFUSED, SO_EE_ORIGIN_ICMP, 0, 0, 0, 0, {0}}, ICMP_OTHER},
};
#define MADE (sizeof(made) / sizeof(made[0]))

static size_t next_made;

static ssize_t make_error(int fd, struct msghdr *message, int flags)
{
    struct cmsghdr *header = message->msg_control;

    (void)fd;
    ck_assert_int_ne(flags & MSG_ERRQUEUE, 0);
    header->cmsg_level = made[next_made].level;
    header->cmsg_type = made[next_made].type;
    header->cmsg_len = CMSG_LEN(sizeof(made[next_made].error));
    memcpy(CMSG_DATA(header), &made[next_made].error, sizeof(made[next_made].error));
    message->msg_controllen = CMSG_SPACE(sizeof(made[next_made].error));
    return 0;
}

START_TEST(kinds)
{
    next_made = (size_t)_i;
    sys.recvmsg = make_error;
    ck_assert_int_eq(icmp_take(-1), made[_i].news);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("icmp");
    TCase *tcase = tcase_create("errors of earlier datagrams");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, fault_start, fault_check);
    tcase_add_loop_test(tcase, told_once, 0, 3);
    tcase_add_test(tcase, taken_by_another);
    tcase_add_test(tcase, forgotten);
    tcase_add_loop_test(tcase, kinds, 0, (int)MADE);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
