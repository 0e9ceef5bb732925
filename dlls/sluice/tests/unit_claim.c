/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Unix calls claim_address and claim_end around real binds, with failing system calls put in
 * between.  The table they go by: unit_reuse.c. */
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <string.h>
#include <unistd.h>

#include "fault.h"
#include "loopback.h"
#include "structs.h"
#include "unix/calls.h"
#include "unix/claim.h"
#include "winabi.h"

static int get(int fd, int name)
{
    int value = -1;
    socklen_t length = sizeof(value);

    ck_assert_int_eq(getsockopt(fd, SOL_SOCKET, name, &value, &length), 0);
    return value;
}

static void set(int fd, int name, int value)
{
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, name, &value, sizeof(value)), 0);
}

static struct claim_address_params wanted(int fd, int mode, uint16_t port)
{
    const struct ws_sockaddr_in ws = {
        .family = WS_AF_INET, .port = port, .address = htonl(INADDR_LOOPBACK)};
    struct claim_address_params params = {.handle = (uint64_t)fd,
                                          .mode = mode,
                                          .address_len = sizeof(ws),
                                          .lock = 77,
                                          .prepared = 77};

    memcpy(params.address, &ws, sizeof(ws));
    return params;
}

static uint16_t port_of(int fd)
{
    socklen_t length;
    struct sockaddr_storage address = loopback_address(fd, &length);

    return ((struct sockaddr_in *)&address)->sin_port;
}

static int end(const struct claim_address_params *claim, int bound)
{
    struct claim_end_params params = {.handle = claim->handle,
                                      .mode = claim->mode,
                                      .lock = claim->lock,
                                      .prepared = claim->prepared,
                                      .bound = bound};

    return unix_claim_end(&params);
}

/* Claim, bind, end, as spi/ does. Returns the claim's error, or the bind's. */
static int claim_and_bind(int fd, int mode, uint16_t port)
{
    struct sockaddr_in in = {.sin_family = AF_INET, .sin_port = port};
    struct claim_address_params claim = wanted(fd, mode, port);
    int error = unix_claim_address(&claim), refused;

    if (error)
        return error;
    in.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    refused = bind(fd, (struct sockaddr *)&in, sizeof(in)) ? errno : 0;
    ck_assert_int_eq(end(&claim, !refused), 0);
    return refused ? 10000 + refused : 0;
}

/* A port that was free a moment ago. */
static uint16_t free_port(int type)
{
    int fd = loopback_bound(AF_INET, type);
    uint16_t port = port_of(fd);

    close(fd);
    return port;
}

/* The first gets it, marked; the second as the table says, whatever the kernel would do on its own.
 */
START_TEST(two)
{
    static const struct {
        int first, second, error;
    } rows[] = {
        {CLAIM_DEFAULT, CLAIM_DEFAULT, WS_WSAEADDRINUSE},
        {CLAIM_DEFAULT, CLAIM_SHARED, WS_WSAEACCES},
        {CLAIM_SHARED, CLAIM_SHARED, 0},
        {CLAIM_SHARED, CLAIM_DEFAULT, WS_WSAEADDRINUSE},
        {CLAIM_EXCLUSIVE, CLAIM_SHARED, WS_WSAEACCES},
        {CLAIM_SHARED, CLAIM_EXCLUSIVE, WS_WSAEADDRINUSE},
    };
    const int type = _i % 2 ? SOCK_STREAM : SOCK_DGRAM;
    int first = socket(AF_INET, type, 0), second = socket(AF_INET, type, 0);
    uint16_t port = free_port(type);

    ck_assert_int_eq(claim_mode_of(first), XLAT_REUSE_UNKNOWN);
    ck_assert_int_eq(claim_and_bind(first, rows[_i / 2].first, port), 0);
    ck_assert_int_eq(claim_mode_of(first), rows[_i / 2].first);
    ck_assert_int_eq(get(first, SO_REUSEPORT), 1);
    ck_assert_int_eq(claim_and_bind(second, rows[_i / 2].second, port), rows[_i / 2].error);
    ck_assert_int_eq(port_of(second), rows[_i / 2].error ? 0 : port);
    ck_assert_int_eq(get(second, SO_REUSEPORT), !rows[_i / 2].error);
    close(first);
    close(second);
}
END_TEST

/* Another program's socket has it: the kernel's answer stands, and the option is not left behind.
 */
START_TEST(not_ours)
{
    int theirs = loopback_bound(AF_INET, SOCK_DGRAM), fd = socket(AF_INET, SOCK_DGRAM, 0);

    ck_assert_int_eq(claim_and_bind(fd, CLAIM_SHARED, port_of(theirs)), 10000 + EADDRINUSE);
    ck_assert_int_eq(get(fd, SO_REUSEPORT), 0);
    ck_assert_int_eq(claim_mode_of(fd), XLAT_REUSE_UNKNOWN);
    close(theirs);
    close(fd);
}
END_TEST

/* What was prepared for a bind that fails then is taken back. */
START_TEST(bind_fails)
{
    int first = socket(AF_INET, SOCK_DGRAM, 0), second = socket(AF_INET, SOCK_DGRAM, 0);
    uint16_t port = free_port(SOCK_DGRAM);
    struct claim_address_params claim;

    ck_assert_int_eq(claim_and_bind(first, CLAIM_SHARED, port), 0);
    claim = wanted(second, CLAIM_SHARED, port);
    ck_assert_int_eq(unix_claim_address(&claim), 0);
    ck_assert_int_eq(get(second, SO_REUSEPORT), 1);
    ck_assert_int_ge(claim.lock, 0);
    ck_assert_int_eq(fault_descriptors(), 1); /* the lock */
    ck_assert_int_eq(end(&claim, 0), 0);
    ck_assert_int_eq(get(second, SO_REUSEPORT), 0);
    ck_assert_int_eq(claim_mode_of(second), XLAT_REUSE_UNKNOWN);
    close(first);
    close(second);
}
END_TEST

/* A port the kernel chooses: SO_REUSEADDR is off meanwhile, or it may choose one that is taken. */
START_TEST(any_port)
{
    const int type = _i ? SOCK_STREAM : SOCK_DGRAM;
    int fd = socket(AF_INET, type, 0);
    struct claim_address_params claim = wanted(fd, CLAIM_SHARED, 0);

    set(fd, SO_REUSEADDR, 1);
    ck_assert_int_eq(unix_claim_address(&claim), 0);
    ck_assert_int_eq(claim.lock, -1);
    ck_assert_int_eq(get(fd, SO_REUSEADDR), _i);
    ck_assert_int_eq(end(&claim, 1), 0);
    ck_assert_int_eq(get(fd, SO_REUSEADDR), 1);
    ck_assert_int_eq(claim_mode_of(fd), XLAT_REUSE_SHARED);
    close(fd);
}
END_TEST

START_TEST(already_bound)
{
    int fd = loopback_bound(AF_INET, SOCK_STREAM);
    struct claim_address_params claim = wanted(fd, CLAIM_SHARED, port_of(fd));

    ck_assert_int_eq(unix_claim_address(&claim), 0); /* the host's bind says what is wrong */
    ck_assert_int_eq(claim.lock, -1);
    ck_assert_int_eq(claim.prepared, 0);
    ck_assert_int_eq(end(&claim, 0), 0);
    close(fd);
}
END_TEST

/* With a descriptor kept for the socket the host is asked for none. */
START_TEST(kept_descriptor)
{
    int fd = (int)loopback_keep(socket(AF_INET, SOCK_STREAM, 0));
    const int asked = fault_calls(FAULT_host_socket_fd);

    ck_assert_int_eq(claim_and_bind(fd, CLAIM_SHARED, free_port(SOCK_STREAM)), 0);
    ck_assert_int_eq(claim_mode_of(fd), XLAT_REUSE_SHARED);
    ck_assert_int_eq(fault_calls(FAULT_host_socket_fd), asked);
    loopback_close((uint64_t)fd, -1);
}
END_TEST

START_TEST(bad_arguments)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct claim_address_params claim = wanted(fd, CLAIM_DEFAULT, free_port(SOCK_STREAM));

    claim.address_len = 15;
    ck_assert_int_eq(unix_claim_address(&claim), WS_WSAEFAULT);
    ck_assert_int_eq(claim.lock, -1);
    claim.address_len = 16;
    fault_inject(FAULT_host_socket_fd, 0, 1, WS_WSAEMFILE);
    ck_assert_int_eq(unix_claim_address(&claim), WS_WSAEMFILE);
    ck_assert_int_eq(claim.lock, -1);
    ck_assert_int_eq(unix_claim_address(&claim), 0);
    ck_assert_int_ge(claim.lock, 0);
    fault_inject(FAULT_host_socket_fd, 0, 1, WS_WSAENOTSOCK);
    ck_assert_int_eq(end(&claim, 1),
                     WS_WSAENOTSOCK); /* closed meanwhile: the lock goes all the same */
    ck_assert_int_eq(fault_descriptors(), 0);
    close(fd);
}
END_TEST

/* Without the lock, and without the kernel's list, binds go on; interruptions change nothing. */
START_TEST(fails)
{
    static const struct {
        enum fault_call call;
        int times, err;
        bool locked, seen; /* whether there is a lock, and the other socket is known of */
    } rows[] = {
        {FAULT_open, 1, EMFILE, false, true},   {FAULT_flock, 1, EIO, false, true},
        {FAULT_flock, 3, EINTR, true, true},    {FAULT_flock, 3, EWOULDBLOCK, true, true},
        {FAULT_socket, 1, EMFILE, true, false}, {FAULT_send, 1, ENOBUFS, true, false},
        {FAULT_recv, 1, ENOMEM, true, false},   {FAULT_recv, 2, EINTR, true, true},
    };
    int first = socket(AF_INET, SOCK_DGRAM, 0), second = socket(AF_INET, SOCK_DGRAM, 0);
    uint16_t port = free_port(SOCK_DGRAM);
    struct claim_address_params claim;

    ck_assert_int_eq(claim_and_bind(first, CLAIM_SHARED, port), 0);
    claim = wanted(second, CLAIM_SHARED, port);
    fault_inject(rows[_i].call, 0, rows[_i].times, rows[_i].err);
    ck_assert_int_eq(unix_claim_address(&claim), 0);
    ck_assert_int_eq(claim.lock >= 0, rows[_i].locked);
    ck_assert_int_eq(get(second, SO_REUSEPORT), rows[_i].seen);
    ck_assert_int_eq(end(&claim, 0), 0);
    close(first);
    close(second);
}
END_TEST

/* Another program of ours has been claiming for half a second: then both go on. */
START_TEST(lock_taken)
{
    int fd = socket(AF_INET, SOCK_STREAM, 0);
    struct claim_address_params claim = wanted(fd, CLAIM_DEFAULT, free_port(SOCK_STREAM));
    long long begun = loopback_ms();

    fault_inject(FAULT_flock, 0, 500, EWOULDBLOCK);
    ck_assert_int_eq(unix_claim_address(&claim), 0);
    ck_assert_int_ge((int)(loopback_ms() - begun), 499);
    ck_assert_int_eq(claim.lock, -1);
    ck_assert_int_eq(end(&claim, 0), 0);
    close(fd);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("claim");
    TCase *tcase = tcase_create("unix calls");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, fault_start, fault_check);
    tcase_add_loop_test(tcase, two, 0, 12);
    tcase_add_test(tcase, not_ours);
    tcase_add_test(tcase, bind_fails);
    tcase_add_loop_test(tcase, any_port, 0, 2);
    tcase_add_test(tcase, already_bound);
    tcase_add_test(tcase, kept_descriptor);
    tcase_add_test(tcase, bad_arguments);
    tcase_add_loop_test(tcase, fails, 0, 8);
    tcase_add_test(tcase, lock_taken);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
