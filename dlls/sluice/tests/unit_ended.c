/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Unix call tell_end: a word is set when its thread is over, in whatever way, not before. */
#include <check.h>
#include <errno.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdlib.h>

#include "fault.h"
#include "unix/calls.h"
#include "winabi.h"

static int tell_end(_Atomic(int32_t) *word)
{
    struct tell_end_params params = {.word = (uintptr_t)word};

    return unix_tell_end(&params);
}

/* A thread of a test: what it does, and what there was to see of it. */
struct thread {
    void (*act)(struct thread *self);
    _Atomic(int32_t) first, second; /* words */
    int error, early;               /* early: a word was set while the thread ran */
};

static void *run(void *context)
{
    struct thread *self = context;

    self->act(self);
    self->early = atomic_load(&self->first) || atomic_load(&self->second);
    return NULL;
}

static void run_thread(struct thread *thread, void (*act)(struct thread *self))
{
    pthread_t id;

    thread->act = act;
    thread->error = -1;
    ck_assert_int_eq(pthread_create(&id, NULL, run, thread), 0);
    ck_assert_int_eq(pthread_join(id, NULL), 0);
    ck_assert_int_eq(thread->early, 0);
}

static void name_first(struct thread *self)
{
    self->error = tell_end(&self->first);
}

START_TEST(returned)
{
    struct thread thread = {0};

    run_thread(&thread, name_first);
    ck_assert_int_eq(thread.error, 0);
    ck_assert_int_eq(thread.first, 1);
}
END_TEST

/* How Wine ends a thread that is terminated. */
static void name_and_exit(struct thread *self)
{
    name_first(self);
    pthread_exit(NULL);
}

START_TEST(exited)
{
    struct thread thread = {0};

    run_thread(&thread, name_and_exit);
    ck_assert_int_eq(thread.first, 1);
}
END_TEST

static void name_both(struct thread *self)
{
    self->error = tell_end(&self->first) || tell_end(&self->second);
}

START_TEST(another_in_its_place)
{
    struct thread thread = {0};

    run_thread(&thread, name_both);
    ck_assert_int_eq(thread.error, 0);
    ck_assert_int_eq(thread.first, 0);
    ck_assert_int_eq(thread.second, 1);
}
END_TEST

static void take_back(struct thread *self)
{
    self->error = tell_end(&self->first) || tell_end(NULL);
}

START_TEST(taken_back)
{
    struct thread thread = {0};

    run_thread(&thread, take_back);
    ck_assert_int_eq(thread.error, 0);
    ck_assert_int_eq(thread.first, 0);
}
END_TEST

static void fail_first(struct thread *self)
{
    fault_inject(FAULT_setspecific, 0, 1, ENOMEM);
    name_first(self);
}

START_TEST(no_memory)
{
    struct thread thread = {0};

    run_thread(&thread, fail_first);
    ck_assert_int_eq(thread.error, WS_WSAENOBUFS);
    ck_assert_int_eq(thread.first, 0);
}
END_TEST

static void fail_second(struct thread *self)
{
    name_first(self);
    fault_inject(FAULT_setspecific, 0, 1, ENOMEM);
    self->error = tell_end(&self->second);
}

START_TEST(no_memory_for_another)
{
    struct thread thread = {0};

    run_thread(&thread, fail_second);
    ck_assert_int_eq(thread.error, WS_WSAENOBUFS);
    ck_assert_int_eq(thread.first, 1);
    ck_assert_int_eq(thread.second, 0);
}
END_TEST

#define CROWD 32

static pthread_barrier_t all_are_there;

static void name_and_wait(struct thread *self)
{
    name_first(self);
    pthread_barrier_wait(&all_are_there);
}

/* Each its own, and a thread's memory is not touched once its word is set. */
START_TEST(in_a_crowd)
{
    pthread_t ids[CROWD];
    struct thread *threads[CROWD];

    fault_stop(); /* its counts are for one thread */
    pthread_barrier_init(&all_are_there, NULL, CROWD + 1);
    for (int i = 0; i < CROWD; i++) {
        threads[i] = calloc(1, sizeof(*threads[i]));
        threads[i]->act = name_and_wait;
        ck_assert_int_eq(pthread_create(&ids[i], NULL, run, threads[i]), 0);
    }
    for (int i = 0; i < CROWD; i++)
        ck_assert_int_eq(atomic_load(&threads[i]->first), 0);
    pthread_barrier_wait(&all_are_there);
    for (int i = 0; i < CROWD; i++) {
        while (!atomic_load(&threads[i]->first))
            sched_yield();
        free(threads[i]);
    }
    for (int i = 0; i < CROWD; i++)
        ck_assert_int_eq(pthread_join(ids[i], NULL), 0);
    pthread_barrier_destroy(&all_are_there);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("ended");
    TCase *tcase = tcase_create("the end of a thread");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, fault_start, fault_check);
    tcase_add_test(tcase, returned);
    tcase_add_test(tcase, exited);
    tcase_add_test(tcase, another_in_its_place);
    tcase_add_test(tcase, taken_back);
    tcase_add_test(tcase, no_memory);
    tcase_add_test(tcase, no_memory_for_another);
    tcase_add_test(tcase, in_a_crowd);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
