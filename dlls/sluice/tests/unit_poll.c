/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Unix calls poll and unread on kept descriptors, with failing system calls put in between.  */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fault.h"
#include "loopback.h"
#include "unix/calls.h"
#include "unix/record.h"
#include "unix/sys.h"
#include "unix/waiter.h"
#include "winabi.h"
#include "xlat/ready.h"

#define NOT_KEPT 400000

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

static struct sys_calls real;

static void setup(void)
{
    fault_start();
    real = sys;
}

static void teardown(void)
{
    sys = real;
    fault_stop();
}

/* Keeps a descriptor for the socket, whose own is the handle's value from now on. */
static uint64_t keep(int *fd)
{
    uint64_t handle = loopback_keep(*fd);

    *fd = (int)handle;
    return handle;
}

static uint64_t kept_datagram(void)
{
    return loopback_keep(socket(AF_INET, SOCK_DGRAM, 0));
}

/* Connected to each other on loopback. */
static void tcp_pair(int pair[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    socklen_t length = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0);

    ck_assert_int_eq(bind(listener, (struct sockaddr *)&address, sizeof(address)), 0);
    ck_assert_int_eq(listen(listener, 1), 0);
    getsockname(listener, (struct sockaddr *)&address, &length);
    pair[0] = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(pair[0], (struct sockaddr *)&address, sizeof(address)), 0);
    pair[1] = accept(listener, NULL, NULL);
    ck_assert_int_ge(pair[1], 0);
    close(listener);
}

static struct poll_params ask(struct poll_entry *entries, uint32_t count, int ms)
{
    struct poll_params params = {.entries = (uintptr_t)entries, .count = count, .wait_ms = ms};

    ck_assert_int_eq(unix_poll(&params), 0);
    return params;
}

/* What is found of a stream within a second. */
static uint32_t stream(uint64_t handle, uint32_t asked)
{
    struct poll_entry entry = {handle, asked, READY_STREAM};

    ask(&entry, 1, 1000);
    return entry.state;
}

START_TEST(states_of_a_stream)
{
    int pair[2], on = 1;
    uint64_t handle;
    char byte;

    tcp_pair(pair);
    handle = keep(&pair[0]);
    ck_assert_uint_eq(stream(handle, READY_WRITE | READY_READ), READY_WRITE);
    ck_assert_int_eq(send(pair[1], "ab", 2, 0), 2);
    ck_assert_uint_eq(stream(handle, READY_READ | READY_HUP), READY_READ);
    ck_assert_int_eq(send(pair[1], "u", 1, MSG_OOB), 1);
    ck_assert_uint_eq(stream(handle, READY_OOB), READY_OOB);
    setsockopt(pair[0], SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on));
    ck_assert_uint_eq(stream(handle, READY_OOB | READY_READ), READY_READ);
    shutdown(pair[1], SHUT_WR);
    ck_assert_uint_eq(stream(handle, READY_HUP), READY_HUP);
    ck_assert_uint_eq(stream(handle, READY_READ | READY_HUP), READY_READ | READY_HUP);
    while (recv(pair[0], &byte, 1, 0) > 0)
        ;
    ck_assert_uint_eq(stream(handle, READY_READ | READY_HUP), READY_HUP);
    shutdown(pair[0], SHUT_WR);
    ck_assert_uint_eq(stream(handle, READY_READ | READY_HUP), READY_HOST);
}
END_TEST

START_TEST(reset)
{
    struct linger abort = {1, 0};
    struct poll_entry entry = {.asked = READY_RESET | READY_WRITE};
    struct poll_params params;
    int pair[2];

    tcp_pair(pair);
    entry.handle = keep(&pair[0]);
    setsockopt(pair[1], SOL_SOCKET, SO_LINGER, &abort, sizeof(abort));
    close(pair[1]);
    ck_assert_uint_eq(stream(entry.handle, READY_READ | READY_RESET), READY_HOST);
    entry.state = READY_STREAM_RESET;
    params = ask(&entry, 1, 10000);
    ck_assert_uint_eq(entry.state, READY_RESET | READY_WRITE);
    ck_assert_uint_eq(params.ready, 1);
    ck_assert_uint_eq(params.notable, 1);
    ck_assert_uint_eq(params.hosts, 0);
}
END_TEST

static ssize_t reset_at_recv(int fd, void *buffer, size_t length, int flags)
{
    (void)fd, (void)buffer, (void)length, (void)flags;
    errno = ECONNRESET;
    return -1;
}

/* The kernel tells of it once: whoever hears it has to remember. */
START_TEST(reset_behind_the_end)
{
    struct poll_entry entry = {.asked = READY_READ | READY_HUP | READY_RESET,
                               .state = READY_STREAM};
    struct poll_params params;
    int pair[2];

    tcp_pair(pair);
    entry.handle = keep(&pair[0]);
    shutdown(pair[1], SHUT_WR);
    sys.recv = reset_at_recv;
    params = ask(&entry, 1, 1000);
    ck_assert_uint_eq(entry.state, READY_RESET);
    ck_assert_uint_eq(params.notable, 1);
}
END_TEST

/* Nothing is waited for where something is there already, or the host is to be asked. */
START_TEST(what_is_not_polled)
{
    struct poll_entry entries[] = {
        {.asked = READY_READ, .state = READY_DATAGRAM_REFUSED},
        {.handle = NOT_KEPT, .asked = READY_READ, .state = READY_STREAM}, /* not kept */
        {.handle = 4, .asked = READY_READ, .state = READY_HOST},
    };
    struct poll_params params;

    entries[0].handle = kept_datagram();
    params = ask(entries, COUNT(entries), 10000);
    ck_assert_uint_eq(params.ready, 1);
    ck_assert_uint_eq(params.hosts, 2);
    ck_assert_int_eq(params.is_over, 0);
    ck_assert_uint_eq(entries[0].state, READY_READ);
    ck_assert_uint_eq(entries[1].state, READY_HOST);
    ck_assert_uint_eq(entries[2].state, READY_HOST);
}
END_TEST

/* An ICMP error of an earlier datagram: readable, or taken off where nobody wants to know. */
START_TEST(refused_datagrams)
{
    struct sockaddr_in nobody = {.sin_family = AF_INET, .sin_addr = {htonl(INADDR_LOOPBACK)}};
    struct poll_entry entry = {.asked = READY_READ, .state = READY_DATAGRAM};
    struct poll_params params;
    int s = socket(AF_INET, SOCK_DGRAM, 0);

    nobody.sin_port = htons(1);
    ck_assert_int_eq(connect(s, (struct sockaddr *)&nobody, sizeof(nobody)), 0);
    entry.handle = keep(&s);
    ck_assert_int_eq(send(s, "x", 1, 0), 1);
    ask(&entry, 1, 1000);
    ck_assert_uint_eq(entry.state, READY_READ);
    entry.state = READY_DATAGRAM_QUIET;
    ask(&entry, 1, 1000);
    ck_assert_uint_eq(entry.state, 0);
    entry.state = READY_DATAGRAM;
    params = ask(&entry, 1, 20);
    ck_assert_uint_eq(entry.state, 0);
    ck_assert_int_eq(params.is_over, 1);
}
END_TEST

static atomic_int interruptions;

static int interrupted_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    if (atomic_fetch_sub(&interruptions, 1) > 0) {
        errno = EINTR;
        return -1;
    }
    return real.poll(fds, count, timeout);
}

static int failing_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    (void)fds, (void)count, (void)timeout;
    errno = ENOMEM;
    return -1;
}

START_TEST(failures)
{
    struct poll_entry entry = {.asked = READY_READ, .state = READY_DATAGRAM};
    struct poll_params params = {.entries = (uintptr_t)&entry, .count = 1};
    int s = socket(AF_INET, SOCK_DGRAM, 0);

    entry.handle = keep(&s);
    sys.poll = failing_poll;
    ck_assert_int_eq(unix_poll(&params), WS_WSAENOBUFS);
    sys.poll = interrupted_poll;
    interruptions = 3;
    entry.state = READY_DATAGRAM;
    ask(&entry, 1, 30);
    ck_assert_uint_eq(entry.state, 0);
    ck_assert_int_lt(interruptions, 0);
    /* what was held has been given back: the drop closes it */
    record_drop(entry.handle);
    ck_assert_int_eq(record_open(entry.handle), 0);
}
END_TEST

/* A poll in another thread. */
struct waiting {
    struct poll_entry entries[3];
    struct poll_params params;
    pthread_t thread;
    atomic_bool polls;
};

static struct waiting *under_way;

static int telling_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    if (under_way)
        under_way->polls = true;
    return real.poll(fds, count, timeout);
}

static void *wait_long(void *context)
{
    struct waiting *w = context;

    w->params.entries = (uintptr_t)w->entries;
    w->params.count = COUNT(w->entries);
    w->params.wait_ms = 20000;
    unix_poll(&w->params);
    return NULL;
}

static void prepare(struct waiting *w)
{
    memset(w, 0, sizeof(*w));
    for (size_t i = 0; i < COUNT(w->entries); i++)
        w->entries[i] = (struct poll_entry){kept_datagram(), READY_READ, READY_DATAGRAM};
}

static void start(struct waiting *w)
{
    prepare(w);
    under_way = w;
    sys.poll = telling_poll;
    ck_assert_int_eq(pthread_create(&w->thread, NULL, wait_long, w), 0);
    while (!w->polls)
        usleep(1000);
    usleep(20000);
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

/* Dropping one ends the wait at once and says so of that one; another's drop does not end it. */
START_TEST(dropped_meanwhile)
{
    uint64_t other = kept_datagram();
    struct record_ref ref, held;
    struct waiting w;
    int copy;

    start(&w);
    ck_assert(record_take(w.entries[1].handle, &ref));
    copy = ref.fd;
    record_give(&ref);
    ck_assert(record_take(other, &held)); /* in use: the waiting thread is woken to look */
    record_drop(other);
    record_give(&held);
    usleep(50000);
    ck_assert_int_eq(pthread_tryjoin_np(w.thread, NULL), EBUSY);
    record_drop(w.entries[1].handle);
    ck_assert_int_eq(pthread_join(w.thread, NULL), 0);
    ck_assert_uint_eq(w.params.ready, 1);
    ck_assert_uint_eq(w.entries[0].state, 0);
    ck_assert_uint_eq(w.entries[1].state, READY_CLOSE);
    ck_assert_uint_eq(w.entries[2].state, 0);
    ck_assert(!is_open(copy)); /* the waiting thread was its last user */
}
END_TEST

static int ending_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    (void)fds, (void)count, (void)timeout;
    pthread_exit(NULL);
}

/* A thread ended inside the wait leaves nothing held.  (The host ends it from a signal handler; no
 * frame of ours has a part in it either way.) */
START_TEST(ended_meanwhile)
{
    struct waiting w;
    struct record_ref ref;
    int copy;

    prepare(&w);
    ck_assert(record_take(w.entries[2].handle, &ref));
    copy = ref.fd;
    record_give(&ref);
    sys.poll = ending_poll;
    ck_assert_int_eq(pthread_create(&w.thread, NULL, wait_long, &w), 0);
    ck_assert_int_eq(pthread_join(w.thread, NULL), 0);
    ck_assert(!waiter_any());
    ck_assert(is_open(copy));
    record_drop(w.entries[2].handle);
    ck_assert(!is_open(copy));
}
END_TEST

/* The thread's arrays grow with the calls. */
START_TEST(many)
{
    enum { MANY = 300 };
    static struct poll_entry entries[MANY];
    uint64_t handle = kept_datagram();

    for (uint32_t count = 1; count <= MANY; count += 13) {
        struct poll_params params;

        for (uint32_t i = 0; i < count; i++)
            entries[i] = (struct poll_entry){handle, READY_WRITE, READY_DATAGRAM};
        params = ask(entries, count, 0);
        ck_assert_uint_eq(params.ready, count);
        ck_assert_uint_eq(entries[count - 1].state, READY_WRITE);
    }
}
END_TEST

START_TEST(unread)
{
    struct unread_params params = {0};
    int pair[2], on = 1;

    tcp_pair(pair);
    params.handle = NOT_KEPT;
    ck_assert_int_eq(unix_unread(&params), DIRECT_GONE);
    params.handle = keep(&pair[0]);
    ck_assert_int_eq(unix_unread(&params), 0);
    ck_assert_int_eq(params.bytes, 0);
    ck_assert_int_eq(params.at_mark, 1);
    ck_assert_int_eq(send(pair[1], "abc", 3, 0), 3);
    ck_assert_int_eq(send(pair[1], "u", 1, MSG_OOB), 1);
    ck_assert_uint_eq(stream(params.handle, READY_OOB), READY_OOB);
    ck_assert_int_eq(unix_unread(&params), 0);
    ck_assert_int_eq(params.bytes, 3);
    ck_assert_int_eq(params.at_mark, 0);
    setsockopt(pair[0], SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on));
    ck_assert_int_eq(unix_unread(&params), 0);
    ck_assert_int_eq(params.at_mark, 1);
}
END_TEST

static int no_eventfd(unsigned int count, int flags)
{
    (void)count, (void)flags;
    errno = EMFILE;
    return -1;
}

START_TEST(spare)
{
    struct spare_params params = {0};

    ck_assert_int_eq(unix_spare(&params), 0);
    sys.eventfd = no_eventfd;
    ck_assert_int_eq(unix_spare(&params), WS_WSAEMFILE);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("poll");
    TCase *tcase = tcase_create("poll");
    SRunner *runner;
    int failed;

    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_set_timeout(tcase, 30);
    tcase_add_test(tcase, states_of_a_stream);
    tcase_add_test(tcase, reset);
    tcase_add_test(tcase, reset_behind_the_end);
    tcase_add_test(tcase, what_is_not_polled);
    tcase_add_test(tcase, refused_datagrams);
    tcase_add_test(tcase, failures);
    tcase_add_test(tcase, dropped_meanwhile);
    tcase_add_test(tcase, ended_meanwhile);
    tcase_add_test(tcase, many);
    tcase_add_test(tcase, unread);
    tcase_add_test(tcase, spare);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
