/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* unix/record.h between threads that take, keep and give while others close the handles and open
 * them again, and that are ended while they wait.  Run by the thread sanitizer too. */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <setjmp.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "unix/record.h"
#include "unix/sys.h"

#define HANDLES    3
#define HANDLE(i)  ((uint64_t)(0x100 + 4 * (i)))
#define GENERATION 0xfffff /* of a handle: which of the sockets that have had its value */
#define RUN_MS     1200

static struct sys_calls real;
static atomic_int descriptors, eventfds, bad_closes;

static int counting_close(int fd)
{
    int result = real.close(fd);

    atomic_fetch_sub(&descriptors, 1);
    if (result)
        atomic_fetch_add(&bad_closes, 1);
    return result;
}

static int counting_eventfd(unsigned int value, int flags)
{
    atomic_fetch_add(&eventfds, 1);
    return real.eventfd(value, flags);
}

/* Whether this thread stands in poll(), where it may be ended. */
static __thread volatile sig_atomic_t in_poll;

static int marking_poll(struct pollfd *fds, nfds_t count, int timeout)
{
    int found, err;

    in_poll = 1;
    found = real.poll(fds, count, timeout);
    err = errno;
    in_poll = 0;
    errno = err;
    return found;
}

static void setup(void)
{
    real = sys;
    sys.close = counting_close;
    sys.eventfd = counting_eventfd;
    sys.poll = marking_poll;
}

/* All that is still kept goes; then no descriptor is left, and none was closed twice. */
static void teardown(void)
{
    for (int i = 0; i < HANDLES; i++)
        record_drop(HANDLE(i));
    ck_assert_int_eq(atomic_load(&descriptors), 0);
    ck_assert_int_eq(atomic_load(&bad_closes), 0);
    sys = real;
}

static long long now_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}

/* ---- the host: which socket each handle stands for
 * ---------------------------------------------------------- */

static atomic_int generations[HANDLES], opened[HANDLES];
static atomic_flag changing[HANDLES];

/* A socket that carries who it is in an option nobody looks at: the handle's index and its
 * generation. */
static int make_socket(int index, int generation)
{
    int fd = socket(AF_UNIX, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    int identity = (index + 1) << 20 | generation;

    if (fd < 0 || setsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &identity, sizeof(identity)))
        abort();
    atomic_fetch_add(&descriptors, 1);
    return fd;
}

static int identity_of(int fd)
{
    int identity = 0;
    socklen_t length = sizeof(identity);

    return getsockopt(fd, SOL_SOCKET, SO_RCVLOWAT, &identity, &length) ? -errno : identity;
}

static int obtain(uint64_t handle, int *fd)
{
    int index = (int)(handle - HANDLE(0)) / 4;
    int generation = atomic_load(&generations[index]);

    if (generation % 3 == 0)
        sched_yield(); /* the host takes its time */
    *fd = make_socket(index, generation);
    return 0;
}

/* closesocket and, elsewhere, socket with the same value.  One thread at a time, as a handle has
 * it. */
static void replace(int index)
{
    int generation;

    if (atomic_flag_test_and_set(&changing[index]))
        return;
    if (generations[index] % 4) /* else its close was not seen */
        record_drop(HANDLE(index));
    generation = (atomic_fetch_add(&generations[index], 1) + 1) & GENERATION;
    if (record_open(HANDLE(index)))
        abort();
    atomic_store(&opened[index], generation);
    atomic_flag_clear(&changing[index]);
}

/* ---- no descriptor is another's under its user
 * ---------------------------------------------------------------- */

static atomic_bool stop;
static atomic_int strangers, strays, stale, uses;

/* Holds the record for a while and looks again and again who it talks to. */
static void use(int index, unsigned *random)
{
    int generation = atomic_load(&opened[index]), identity;
    struct record_ref ref;

    if (!record_take(HANDLE(index), &ref)) {
        record_keep(HANDLE(index), obtain);
        return;
    }
    identity = identity_of(ref.fd);
    if (identity < 0 || identity >> 20 != index + 1)
        atomic_fetch_add(&strangers, 1);
    if ((identity & GENERATION) < generation)
        atomic_fetch_add(&stale, 1);
    for (int i = rand_r(random) % 8; i > 0; i--) {
        if (i % 4 == 1)
            sched_yield();
        if (identity_of(ref.fd) != identity)
            atomic_fetch_add(&strays, 1);
    }
    if (rand_r(random) % 16 == 0)
        record_wait(&ref, POLLIN, 1);
    record_give(&ref);
    atomic_fetch_add(&uses, 1);
}

static void *use_them(void *seed)
{
    unsigned random = (unsigned)(uintptr_t)seed;

    while (!atomic_load(&stop))
        use(rand_r(&random) % HANDLES, &random);
    return NULL;
}

static void *replace_them(void *seed)
{
    unsigned random = (unsigned)(uintptr_t)seed;

    while (!atomic_load(&stop)) {
        replace(rand_r(&random) % HANDLES);
        for (int i = rand_r(&random) % 3; i > 0; i--)
            sched_yield();
    }
    return NULL;
}

START_TEST(identity)
{
    pthread_t threads[8];

    for (int i = 0; i < HANDLES; i++)
        replace(i);
    for (uintptr_t i = 0; i < 8; i++)
        ck_assert_int_eq(
            pthread_create(&threads[i], NULL, i < 6 ? use_them : replace_them, (void *)(i + 1)), 0);
    for (int i = 0; i < 300 && (i < RUN_MS / 100 || atomic_load(&uses) <= 1000 ||
                                atomic_load(&generations[0]) <= 100);
         i++)
        usleep(100000); /* longer on a machine that has other things to do */
    atomic_store(&stop, true);
    for (int i = 0; i < 8; i++)
        pthread_join(threads[i], NULL);
    ck_assert_int_eq(atomic_load(&strangers), 0); /* another handle's socket */
    ck_assert_int_eq(atomic_load(&strays), 0);    /* not the one it was */
    ck_assert_int_eq(atomic_load(&stale), 0);     /* the one that had the value before */
    ck_assert_int_gt(atomic_load(&uses), 1000);
    ck_assert_int_gt(atomic_load(&generations[0]), 100);
}
END_TEST

/* ---- a drop ends all waits on it, and no other
 * --------------------------------------------------------------- */

#define WAITERS 5

static pthread_barrier_t ready;
static atomic_int lost, early;

/* Takes what there is, and waits for longer than the test may last. */
static void *wait_for_drop(void *unused)
{
    struct record_ref ref;

    (void)unused;
    pthread_barrier_wait(&ready);
    if (!record_take(HANDLE(0), &ref))
        return NULL; /* dropped before */
    if (record_wait(&ref, POLLIN, 60000) != RECORD_DROPPED)
        atomic_fetch_add(&lost, 1);
    record_give(&ref);
    return NULL;
}

/* Meanwhile: waits on another record, which nobody drops. */
static void *wait_in_peace(void *unused)
{
    struct record_ref ref;

    (void)unused;
    if (!record_take(HANDLE(1), &ref))
        abort();
    while (!atomic_load(&stop)) {
        long long begun = now_ms();

        if (record_wait(&ref, POLLIN, 20) || now_ms() - begun < 19)
            atomic_fetch_add(&early, 1);
    }
    record_give(&ref);
    return NULL;
}

static void keep(int index)
{
    replace(index);
    ck_assert_int_eq(record_keep(HANDLE(index), obtain), 0);
}

START_TEST(waits_end)
{
    pthread_t threads[WAITERS], peaceful;
    long long begun = now_ms(), longest = 0;

    keep(1);
    ck_assert_int_eq(pthread_create(&peaceful, NULL, wait_in_peace, NULL), 0);
    pthread_barrier_init(&ready, NULL, WAITERS + 1);
    for (int round = 0; now_ms() - begun < RUN_MS; round++) {
        long long dropped;

        keep(0);
        for (int i = 0; i < WAITERS; i++)
            ck_assert_int_eq(pthread_create(&threads[i], NULL, wait_for_drop, NULL), 0);
        pthread_barrier_wait(&ready);
        for (int i = round % 8; i > 0; i--)
            sched_yield();
        dropped = now_ms();
        record_drop(HANDLE(0));
        for (int i = 0; i < WAITERS; i++)
            pthread_join(threads[i], NULL);
        if (now_ms() - dropped > longest)
            longest = now_ms() - dropped;
    }
    atomic_store(&stop, true);
    pthread_join(peaceful, NULL);
    ck_assert_int_eq(atomic_load(&lost), 0);
    ck_assert_int_eq(atomic_load(&early), 0);
    ck_assert_int_lt((int)longest, 20000); /* a third of what they wait */
    ck_assert_int_le(atomic_load(&eventfds), WAITERS + 1); /* of threads at once, not of all ever */
    pthread_barrier_destroy(&ready);
}
END_TEST

/* ---- threads that are ended
 * ----------------------------------------------------------------------------------- */

static __thread sigjmp_buf base;
static atomic_bool as_host; /* leave the stack behind, as Wine does; else unwind it */

static void end_here(int signal)
{
    (void)signal;
    if (!in_poll)
        return;
    in_poll = 0; /* once */
    if (atomic_load(&as_host))
        siglongjmp(base, 1);
    pthread_exit(NULL);
}

static atomic_int waiting;

static void wait_with(int count)
{
    RECORD_REF first = {.record = NULL};
    RECORD_REF second = {.record = NULL};

    if (!record_take(HANDLE(0), &first) || (count > 1 && !record_take(HANDLE(1), &second)))
        return;
    atomic_fetch_add(&waiting, 1);
    record_wait(&first, POLLIN, 60000);
}

static void *wait_to_be_ended(void *count)
{
    if (!sigsetjmp(base, 1))
        wait_with((int)(intptr_t)count);
    pthread_exit(NULL);
}

/* The C library loads its unwinder at the first pthread_exit(), which is not to be in a signal
 * handler. */
static void *exit_first(void *unused)
{
    pthread_exit(unused);
}

static void end_by_signal(bool leaving_stack)
{
    struct sigaction action = {.sa_handler = end_here};
    pthread_t thread;

    ck_assert_int_eq(pthread_create(&thread, NULL, exit_first, NULL), 0);
    pthread_join(thread, NULL);
    atomic_store(&as_host, leaving_stack);
    ck_assert_int_eq(sigaction(SIGUSR1, &action, NULL), 0);
}

static void end_thread(pthread_t thread)
{
    while (!pthread_kill(thread, SIGUSR1) && pthread_tryjoin_np(thread, NULL) == EBUSY)
        usleep(200);
}

/* One after the other: each gives back its references, so that the descriptors go with the drop,
 * and its waiter, so that the next has the same. */
START_TEST(ended_one_by_one)
{
    end_by_signal(_i);
    for (int i = 0; i < 40; i++) {
        pthread_t thread;

        keep(0);
        keep(1);
        ck_assert_int_eq(
            pthread_create(&thread, NULL, wait_to_be_ended, (void *)(intptr_t)(1 + i % 2)), 0);
        while (atomic_load(&waiting) == i)
            usleep(100);
        ck_assert_int_eq(atomic_load(&descriptors), 2);
        if (i % 4 == 3)
            record_drop(HANDLE(1)); /* its last user is the one that is ended */
        end_thread(thread);
        record_drop(HANDLE(0));
        record_drop(HANDLE(1));
        ck_assert_int_eq(atomic_load(&descriptors), 0);
    }
    ck_assert_int_eq(atomic_load(&eventfds), 1);
}
END_TEST

static void *replace_slowly(void *unused)
{
    (void)unused;
    while (!atomic_load(&stop)) {
        for (int i = 0; i < HANDLES; i++) {
            replace(i);
            record_keep(HANDLE(i), obtain);
        }
        usleep(500);
    }
    return NULL;
}

/* Many at once, while the handles are closed and opened: some are ended, some woken. */
START_TEST(ended_in_a_crowd)
{
    pthread_t replacer, threads[WAITERS];
    long long begun = now_ms();

    end_by_signal(_i);
    ck_assert_int_eq(pthread_create(&replacer, NULL, replace_slowly, NULL), 0);
    while (now_ms() - begun < RUN_MS ||
           (atomic_load(&waiting) <= 20 && now_ms() - begun < 25 * RUN_MS)) {
        for (int i = 0; i < WAITERS; i++)
            ck_assert_int_eq(
                pthread_create(&threads[i], NULL, wait_to_be_ended, (void *)(intptr_t)2), 0);
        for (int i = 0; i < WAITERS; i++)
            end_thread(threads[i]);
    }
    atomic_store(&stop, true);
    pthread_join(replacer, NULL);
    ck_assert_int_gt(atomic_load(&waiting), 20);
    ck_assert_int_le(atomic_load(&eventfds), WAITERS);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record threads");
    TCase *tcase = tcase_create("threads");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_test(tcase, identity);
    tcase_add_test(tcase, waits_end);
    tcase_add_loop_test(tcase, ended_one_by_one, 0, 2);
    tcase_add_loop_test(tcase, ended_in_a_crowd, 0, 2);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
