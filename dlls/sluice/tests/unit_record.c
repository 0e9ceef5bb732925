/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rules of unix/record.h, one thread at a time, with failing system calls and no memory put in
 * between. Several threads: unit_record_threads.c.  Limits: unit_record_limits.c. */
#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <time.h>
#include <unistd.h>

#include "fault.h"
#include "unix/host.h"
#include "unix/record.h"
#include "unix/waiter.h"
#include "winabi.h"

#define HANDLE 0x40

static int ends[2]; /* of a pipe: what handles stand for */
static int obtained;
static int failing_allocations, allocations;

/* -Wl,--wrap=calloc leads here. */
void *__real_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size);
void *__wrap_calloc(size_t count, size_t size)
{
    allocations++;
    if (failing_allocations > 0) {
        failing_allocations--;
        return NULL;
    }
    return __real_calloc(count, size);
}

static void setup(void)
{
    ck_assert_int_eq(pipe(ends), 0);
    fault_start();
}

static int obtain(uint64_t handle, int *fd)
{
    (void)handle;
    obtained++;
    return host_socket_fd((uint64_t)ends[0], fd);
}

static struct record_ref kept(uint64_t handle)
{
    struct record_ref ref = {.record = NULL};

    ck_assert_int_eq(record_open(handle), 0);
    ck_assert_int_eq(record_keep(handle, obtain), 0);
    ck_assert(record_take(handle, &ref));
    return ref;
}

static bool is_open(int fd)
{
    return fcntl(fd, F_GETFD) >= 0;
}

static long long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* Nothing is kept for a handle that is not open, and obtain is not even asked. */
START_TEST(closed)
{
    struct record_ref ref;

    for (int i = 0; i < 2; i++) {
        ck_assert_int_eq(record_keep(HANDLE, obtain), WS_WSAENOTSOCK);
        ck_assert(!record_take(HANDLE, &ref));
        ck_assert_ptr_null(ref.record);
        record_give(&ref); /* of nothing: allowed */
        record_drop(HANDLE);
        ck_assert_int_eq(record_open(HANDLE), 0);
        ck_assert(!record_take(HANDLE, &ref)); /* open, but nothing is kept yet */
        record_drop(HANDLE);
    }
    ck_assert_int_eq(obtained, 0);
}
END_TEST

START_TEST(kept_once)
{
    struct record_ref ref = kept(HANDLE), again;

    ck_assert_int_eq(record_keep(HANDLE, obtain), 0);
    ck_assert_int_eq(obtained, 1);
    ck_assert(record_take(HANDLE + 3, &again)); /* the low bits are the program's */
    ck_assert_int_eq(again.fd, ref.fd);
    ck_assert(is_open(ref.fd));
    record_give(&ref);
    record_give(&ref); /* the second time: of nothing */
    record_give(&again);
    ck_assert_int_eq(fault_descriptors(), 1);
    record_drop(HANDLE);
}
END_TEST

/* The descriptor is closed by the last user, and not before. */
START_TEST(dropped_while_used)
{
    struct record_ref first = kept(HANDLE), second, none;

    ck_assert(record_take(HANDLE, &second));
    ck_assert(!record_is_dropped(&first));
    record_drop(HANDLE);
    record_drop(HANDLE);
    ck_assert(record_is_dropped(&first) && record_is_dropped(&second));
    ck_assert(!record_take(HANDLE, &none));
    ck_assert_int_eq(record_keep(HANDLE, obtain), WS_WSAENOTSOCK);
    record_give(&first);
    ck_assert(is_open(second.fd));
    record_give(&second);
    ck_assert_int_eq(fault_descriptors(), 0);
}
END_TEST

/* A handle's value may be another socket's while the old one is still in use: opened again without
 * a drop (_i 1) that is the same, for then its close was not seen. */
START_TEST(opened_again_while_used)
{
    struct record_ref old = kept(HANDLE), new, third;

    if (!_i)
        record_drop(HANDLE);
    new = kept(HANDLE);
    ck_assert(record_is_dropped(&old) && !record_is_dropped(&new));
    ck_assert_int_ne(old.fd, new.fd);
    ck_assert(is_open(old.fd) && is_open(new.fd));
    record_give(&old);
    ck_assert(!is_open(old.fd) && is_open(new.fd));
    ck_assert(record_take(HANDLE, &third));
    ck_assert_int_eq(third.fd, new.fd);
    record_give(&new);
    record_drop(HANDLE);
    ck_assert(is_open(third.fd));
    record_give(&third);
}
END_TEST

static int obtain_from_closed(uint64_t handle, int *fd)
{
    int error = obtain(handle, fd);

    record_drop(handle);
    return error;
}

static int obtain_from_another(uint64_t handle, int *fd)
{
    int error = obtain_from_closed(handle, fd);

    ck_assert_int_eq(record_open(handle), 0);
    return error;
}

/* Closed while its descriptor was being obtained, and perhaps another's by now. */
START_TEST(closed_meanwhile)
{
    struct record_ref ref;

    ck_assert_int_eq(record_open(HANDLE), 0);
    ck_assert_int_eq(record_keep(HANDLE, _i ? obtain_from_another : obtain_from_closed),
                     WS_WSAENOTSOCK);
    ck_assert(!record_take(HANDLE, &ref));
    ck_assert_int_eq(fault_descriptors(), 0);
    ck_assert_int_eq(record_keep(HANDLE, obtain), _i ? 0 : WS_WSAENOTSOCK);
    record_drop(HANDLE);
}
END_TEST

static int obtain_second(uint64_t handle, int *fd)
{
    int error = obtain(handle, fd);

    ck_assert_int_eq(record_keep(handle, obtain), 0);
    return error;
}

/* Another thread was first: its descriptor serves, the second is given back. */
START_TEST(kept_meanwhile)
{
    struct record_ref ref;

    ck_assert_int_eq(record_open(HANDLE), 0);
    ck_assert_int_eq(record_keep(HANDLE, obtain_second), 0);
    ck_assert_int_eq(fault_descriptors(), 1);
    ck_assert(record_take(HANDLE, &ref));
    ck_assert(is_open(ref.fd));
    record_give(&ref);
    record_drop(HANDLE);
}
END_TEST

START_TEST(none_to_be_had)
{
    struct record_ref ref;

    ck_assert_int_eq(record_open(HANDLE), 0);
    fault_inject(FAULT_host_socket_fd, 0, 1, WS_WSAEMFILE);
    ck_assert_int_eq(record_keep(HANDLE, obtain), WS_WSAEMFILE);
    ck_assert(!record_take(HANDLE, &ref));
    ck_assert_int_eq(record_keep(HANDLE, obtain), 0); /* the next time */
    record_drop(HANDLE);
}
END_TEST

/* Out of memory at each place where some is asked for: nothing leaks, and the next try succeeds. */
START_TEST(no_memory)
{
    struct record_ref ref = {.record = NULL};

    failing_allocations = 1;
    ck_assert_int_eq(record_open(HANDLE), WS_WSAENOBUFS);
    ck_assert_int_eq(record_keep(HANDLE, obtain), WS_WSAENOTSOCK);
    ck_assert_int_eq(record_open(HANDLE), 0);
    failing_allocations = 1;
    ck_assert_int_eq(record_keep(HANDLE, obtain), WS_WSAENOBUFS);
    ck_assert_int_eq(fault_descriptors(), 0);
    ck_assert_int_eq(record_keep(HANDLE, obtain), 0);
    failing_allocations = 1;
    ck_assert(!record_take(HANDLE, &ref));
    ck_assert_ptr_null(ref.record);
    ck_assert_int_eq(failing_allocations, 0);
    ck_assert(record_take(HANDLE, &ref));
    failing_allocations = 1; /* a waiter's: the wait goes on without */
    ck_assert_int_eq(record_wait(&ref, POLLIN, 1), 0);
    ck_assert_int_eq(failing_allocations, 0);
    ck_assert_int_eq(fault_calls(FAULT_eventfd), 0);
    record_drop(HANDLE);
    ck_assert(is_open(ref.fd)); /* the failed take counts as none */
    record_give(&ref);
}
END_TEST

/* On Linux the descriptor is closed whatever close() says. */
START_TEST(close_fails)
{
    struct record_ref ref = kept(HANDLE);
    int fd = ref.fd;

    record_give(&ref);
    fault_inject(FAULT_close, 0, 1, EINTR);
    record_drop(HANDLE);
    ck_assert_int_eq(fault_calls(FAULT_close), 1);
    ck_assert(!record_take(HANDLE, &ref));
    sys.close(fd); /* what the injected failure left undone */
}
END_TEST

/* Records, and the notes of who holds them, are used again. */
START_TEST(used_again)
{
    struct record_ref ref = kept(HANDLE);
    int allocated;

    record_give(&ref);
    allocated = allocations;
    for (int i = 0; i < 5000; i++) {
        ref = kept(HANDLE);
        if (i & 1)
            record_drop(HANDLE);
        record_give(&ref);
    }
    record_drop(HANDLE);
    ck_assert_int_eq(allocations, allocated);
}
END_TEST

/* ---- waiting
 * ---------------------------------------------------------------------------------------------- */

START_TEST(wait_finds)
{
    struct record_ref ref = kept(HANDLE);

    ck_assert_int_eq(record_wait(&ref, POLLIN, 0), 0);
    ck_assert_int_eq(write(ends[1], "x", 1), 1);
    ck_assert_int_eq(record_wait(&ref, POLLIN, 10000), POLLIN);
    close(ends[1]);
    ck_assert_int_eq(record_wait(&ref, POLLIN, 10000), POLLIN | POLLHUP);
    record_give(&ref);
    record_drop(HANDLE);
    ck_assert_int_eq(fault_descriptors(), 1); /* the thread's eventfd, one for all of its waits */
    sys.close(waiter_fd(waiter_enter(&ref)));
}
END_TEST

/* Nothing comes: the time is waited for, not longer, whether the wait is undisturbed, interrupted,
 * without a descriptor to be woken by, or woken for nothing. */
static int interruptions;
static int interrupted_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    (void)fds;
    (void)count;
    ck_assert_int_ge(timeout, 0);
    interruptions++;
    if (interruptions > 3 && timeout)
        usleep(2000); /* which may take long on a busy machine */
    errno = EINTR;
    return timeout ? -1 : 0;
}

START_TEST(wait_in_vain)
{
    struct record_ref ref = kept(HANDLE);
    long long begun;

    if (_i == 1)
        sys.poll = interrupted_poll;
    if (_i == 2)
        fault_inject(FAULT_eventfd, 0, 1, EMFILE);
    if (_i == 3) {
        struct waiter *waiter = waiter_enter(&ref);

        waiter_wake(&ref);
        waiter_leave(waiter);
    }
    begun = now_ms();
    ck_assert_int_eq(record_wait(&ref, POLLIN, 60), 0);
    ck_assert_int_ge((int)(now_ms() - begun), 59); /* two roundings of the clock here */
    ck_assert_int_lt((int)(now_ms() - begun), 10000);
    ck_assert_int_eq(interruptions > 2, _i == 1);
    record_give(&ref);
    record_drop(HANDLE);
    ck_assert_int_eq(fault_descriptors(), _i != 2);
    if (_i != 2)
        sys.close(waiter_fd(waiter_enter(&ref)));
}
END_TEST

/* The eventfd that could not be had is asked for again. */
START_TEST(wait_without_descriptors)
{
    struct record_ref ref = kept(HANDLE);

    fault_inject(FAULT_eventfd, 0, 1, EMFILE);
    ck_assert_int_eq(write(ends[1], "x", 1), 1);
    ck_assert_int_eq(record_wait(&ref, POLLIN, 10000), POLLIN);
    ck_assert_int_eq(fault_descriptors(), 1);
    ck_assert_int_eq(record_wait(&ref, POLLIN, 10000), POLLIN);
    ck_assert_int_eq(fault_descriptors(), 2);
    record_drop(HANDLE);
    ck_assert_int_eq(record_wait(&ref, POLLIN, 10000), RECORD_DROPPED);
    record_give(&ref);
    sys.close(waiter_fd(waiter_enter(&ref)));
}
END_TEST

START_TEST(wait_fails)
{
    struct record_ref ref = kept(HANDLE);

    fault_inject(FAULT_poll, 0, 1, ENOMEM);
    ck_assert_int_eq(record_wait(&ref, POLLIN, 10000), POLLERR);
    record_drop(HANDLE);
    record_give(&ref);
    sys.close(waiter_fd(waiter_enter(&ref)));
}
END_TEST

static struct sys_calls faulty;
static int dropping_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    record_drop(HANDLE);
    return faulty.poll(fds, count, timeout);
}

/* A drop ends the wait at once, though the wake-up is interrupted too, and leaves none for the
 * next. */
START_TEST(wait_dropped)
{
    struct record_ref ref = kept(HANDLE);
    long long begun = now_ms();

    faulty = sys;
    sys.poll = dropping_poll;
    fault_inject(FAULT_write, 0, 2, EINTR);
    fault_inject(FAULT_read, 0, 2, EINTR);
    ck_assert_int_eq(record_wait(&ref, POLLIN, 10000), RECORD_DROPPED);
    sys.poll = faulty.poll;
    ck_assert_int_eq(fault_calls(FAULT_write), 3);
    ck_assert_int_eq(record_wait(&ref, POLLIN, 10000), RECORD_DROPPED);
    ck_assert_int_lt((int)(now_ms() - begun), 5000);
    record_give(&ref);
    ref = kept(HANDLE);
    ck_assert_int_eq(record_wait(&ref, POLLIN, 1), 0);
    ck_assert_int_eq(fault_calls(FAULT_eventfd), 1);
    record_drop(HANDLE);
    ck_assert_int_eq(fault_calls(FAULT_write), 3); /* nobody waits: nobody is woken */
    record_give(&ref);
    sys.close(waiter_fd(waiter_enter(&ref)));
}
END_TEST

/* Who waits for many is woken by each; who waits for another is not. */
START_TEST(wakes_whom)
{
    struct waiter *waiter = waiter_enter(_i ? WAITER_ANY : (const void *)&ends);
    struct pollfd woken = {.fd = waiter_fd(waiter), .events = POLLIN};

    waiter_wake(&obtained);
    ck_assert_int_eq(poll(&woken, 1, 0), _i);
    waiter_wake(&ends);
    ck_assert_int_eq(poll(&woken, 1, 0), 1);
    waiter_clear(waiter);
    ck_assert_int_eq(poll(&woken, 1, 0), 0);
    waiter_leave(waiter);
    waiter_wake(&ends);
    ck_assert_int_eq(poll(&woken, 1, 0), 0);
    sys.close(woken.fd);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record");
    TCase *tcase = tcase_create("one thread");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, setup, fault_check);
    tcase_add_test(tcase, closed);
    tcase_add_test(tcase, kept_once);
    tcase_add_test(tcase, dropped_while_used);
    tcase_add_loop_test(tcase, opened_again_while_used, 0, 2);
    tcase_add_loop_test(tcase, closed_meanwhile, 0, 2);
    tcase_add_test(tcase, kept_meanwhile);
    tcase_add_test(tcase, none_to_be_had);
    tcase_add_test(tcase, no_memory);
    tcase_add_test(tcase, close_fails);
    tcase_add_test(tcase, used_again);
    tcase_add_test(tcase, wait_finds);
    tcase_add_loop_test(tcase, wait_in_vain, 0, 4);
    tcase_add_test(tcase, wait_without_descriptors);
    tcase_add_test(tcase, wait_fails);
    tcase_add_test(tcase, wait_dropped);
    tcase_add_loop_test(tcase, wakes_whom, 0, 2);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
