/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's list of sockets (unix/diag.h): what it says of real ones; what is made of its
 * failures, and of answers no kernel should give. */
#include <check.h>
#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "loopback.h"
#include "unix/diag.h"

#define ANY_STATE 0xffffffffu

static struct diag_socket last;
static int visits;

static void visit(void *context, const struct diag_socket *found)
{
    ck_assert_ptr_eq(context, &visits);
    last = *found;
    visits++;
}

static uint16_t port_of(int fd)
{
    socklen_t length;
    struct sockaddr_storage address = loopback_address(fd, &length);

    return ((struct sockaddr_in *)&address)->sin_port; /* at the same place in both families */
}

static int list(int family, int fd, uint32_t states)
{
    visits = 0;
    return diag_list(family, IPPROTO_TCP, port_of(fd), states, visit, &visits);
}

/* A listener with one connection in its queue of three, found by its port alone. */
START_TEST(listener)
{
    const int family = _i ? AF_INET6 : AF_INET, on = 1;
    int fd = loopback_bound(family, SOCK_STREAM), client = socket(family, SOCK_STREAM, 0);
    uint64_t cookie = 0;
    socklen_t length = sizeof(cookie);
    struct sockaddr_storage address;

    ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length), 0);
    ck_assert_int_eq(setsockopt(fd, IPPROTO_IP, IP_BIND_ADDRESS_NO_PORT, &on, sizeof(on)), 0);
    ck_assert_int_eq(list(family, fd, DIAG_LISTEN), 0);
    ck_assert_int_eq(visits, 0); /* it does not listen yet */
    ck_assert_int_eq(listen(fd, 3), 0);
    address = loopback_address(fd, &length);
    ck_assert_int_eq(connect(client, (struct sockaddr *)&address, length), 0);
    ck_assert_int_eq(list(_i ? AF_INET : AF_INET6, fd, DIAG_LISTEN), 0);
    ck_assert_int_eq(visits, 0);
    ck_assert_int_eq(list(family, fd, DIAG_LISTEN), 0);
    ck_assert_int_eq(visits, 1);
    ck_assert_int_eq(last.family, family);
    ck_assert(last.listening && !last.device);
    ck_assert_int_eq(last.v6_only, _i); /* bound to one IPv6 address it serves no IPv4 */
    ck_assert_uint_eq(last.cookie, cookie);
    ck_assert_uint_eq(last.user, getuid());
    ck_assert_uint_eq(last.waiting, 1);
    ck_assert_uint_eq(last.backlog, 3);
    ck_assert_uint_eq(last.flags & 1u << 8, 1u << 8); /* the option set above */
    if (_i)
        ck_assert_mem_eq(last.address, &((struct sockaddr_in6 *)&address)->sin6_addr, 16);
    else
        ck_assert_mem_eq(last.address, &((struct sockaddr_in *)&address)->sin_addr, 4);
    close(client);
    close(fd);
}
END_TEST

START_TEST(v6_only)
{
    const int on = _i;
    struct sockaddr_in6 any = {.sin6_family = AF_INET6};
    int fd = socket(AF_INET6, SOCK_STREAM, 0);

    ck_assert_int_eq(setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &on, sizeof(on)), 0);
    ck_assert_int_eq(bind(fd, (struct sockaddr *)&any, sizeof(any)), 0);
    ck_assert_int_eq(listen(fd, 1), 0);
    ck_assert_int_eq(diag_list_all(IPPROTO_TCP, port_of(fd), DIAG_LISTEN, visit, &visits), 0);
    ck_assert_int_eq(visits, 1);
    ck_assert_int_eq(last.v6_only, _i);
    close(fd);
}
END_TEST

/* Each call's error is the result, and the descriptor goes. */
START_TEST(fails)
{
    static const struct {
        enum fault_call call;
        int err;
    } rows[] = {{FAULT_socket, EMFILE},
                {FAULT_socket, EPROTONOSUPPORT},
                {FAULT_send, ENOBUFS},
                {FAULT_recv, ENOMEM}};
    int fd = loopback_bound(AF_INET, SOCK_STREAM);

    fault_inject(rows[_i].call, 0, 1, rows[_i].err);
    ck_assert_int_eq(list(AF_INET, fd, ANY_STATE), rows[_i].err);
    ck_assert_int_eq(visits, 0);
    fault_inject(rows[_i].call, _i ? 1 : 0, 1, rows[_i].err);
    ck_assert_int_eq(diag_list_all(IPPROTO_TCP, port_of(fd), DIAG_LISTEN, visit, &visits),
                     rows[_i].err); /* of whichever family */
    close(fd);
}
END_TEST

START_TEST(interrupted)
{
    int fd = loopback_bound(AF_INET, SOCK_STREAM);

    ck_assert_int_eq(listen(fd, 1), 0);
    fault_inject(FAULT_recv, 0, 3, EINTR);
    ck_assert_int_eq(list(AF_INET, fd, DIAG_LISTEN), 0);
    ck_assert_int_eq(visits, 1);
    close(fd);
}
END_TEST

/* ---- answers that are made up
 * -------------------------------------------------------------------------------- */

static char answer[1024] __attribute__((aligned(8)));
static size_t answered;
static int families_without;

static void add(int type, const void *data, size_t length, size_t claimed)
{
    struct nlmsghdr *header = (struct nlmsghdr *)(answer + answered);

    memset(header, 0, sizeof(*header));
    header->nlmsg_type = (uint16_t)type;
    header->nlmsg_len = (uint32_t)claimed;
    if (length)
        memcpy(NLMSG_DATA(header), data, length);
    answered += NLMSG_ALIGN(NLMSG_HDRLEN + length);
}

static ssize_t recv_answer(int fd, void *buffer, size_t length, int flags)
{
    ssize_t size = (ssize_t)answered;

    (void)fd;
    (void)flags;
    ck_assert_uint_ge(length, answered);
    memcpy(buffer, answer, answered);
    answered = 0;
    return size;
}

static ssize_t recv_refusal(int fd, void *buffer, size_t length, int flags)
{
    struct nlmsgerr refusal = {.error = families_without++ ? -ENOENT : 0};

    answered = 0;
    if (refusal.error)
        add(NLMSG_ERROR, &refusal, sizeof(refusal), NLMSG_LENGTH(sizeof(refusal)));
    else
        add(NLMSG_DONE, NULL, 0, NLMSG_HDRLEN);
    return recv_answer(fd, buffer, length, flags);
}

/* A kernel without IPv6 has no such sockets, which is no failure; any other refusal is one. */
START_TEST(refused)
{
    families_without = _i;
    sys.recv = recv_refusal;
    ck_assert_int_eq(diag_list_all(IPPROTO_TCP, 1, ANY_STATE, visit, &visits), _i ? ENOENT : 0);
    ck_assert_int_eq(visits, 0);
}
END_TEST

/* Messages too short for what they claim to be are passed over, and the end is found. */
START_TEST(malformed)
{
    struct {
        struct inet_diag_msg message;
        struct {
            uint16_t length, type;
            uint8_t value[4];
        } attribute;
    } body = {.message.id.idiag_sport = 1, .attribute = {_i ? 200 : 5, INET_DIAG_SKV6ONLY, {1}}};

    visits = 0;
    answered = 0;
    add(SOCK_DIAG_BY_FAMILY, &body, 8, NLMSG_LENGTH(8));
    add(SOCK_DIAG_BY_FAMILY, &body, sizeof(body), NLMSG_LENGTH(sizeof(body)));
    add(NLMSG_DONE, NULL, 0, NLMSG_HDRLEN);
    sys.recv = recv_answer;
    ck_assert_int_eq(diag_list(AF_INET6, IPPROTO_TCP, 1, ANY_STATE, visit, &visits), 0);
    ck_assert_int_eq(visits, 1);
    ck_assert_int_eq(last.v6_only, !_i); /* an attribute longer than the message is none */
    answered = 0;
    add(SOCK_DIAG_BY_FAMILY, &body, sizeof(body), 4096); /* cut off: then nothing more comes */
    ck_assert_int_eq(diag_list(AF_INET6, IPPROTO_TCP, 1, ANY_STATE, visit, &visits), EPIPE);
    ck_assert_int_eq(visits, 1);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("diag");
    TCase *tcase = tcase_create("list");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, fault_start, fault_check);
    tcase_add_loop_test(tcase, listener, 0, 2);
    tcase_add_loop_test(tcase, v6_only, 0, 2);
    tcase_add_loop_test(tcase, fails, 0, 4);
    tcase_add_test(tcase, interrupted);
    tcase_add_loop_test(tcase, refused, 0, 2);
    tcase_add_loop_test(tcase, malformed, 0, 2);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
