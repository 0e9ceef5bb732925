/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The limits of unix/record.c: what its words can count, and how many records there are.
 * Descriptors are numbers here that nobody opened. */
#include <check.h>
#include <stdlib.h>

#include "unix/record.h"
#include "unix/sys.h"
#include "winabi.h"

#define HANDLES  (4u << 20) /* that can have a record; handles are multiples of four */
#define USERS    ((1u << 20) - 1)
#define CHANGES  (1u << 20)
#define FIRST_FD 1000000
#define SMALL    5000 /* more than fit in a chunk of anything */

static unsigned closes, sum;
static struct sys_calls real;

static int count_close(int fd)
{
    closes++;
    sum += (unsigned)fd;
    return 0;
}

static void setup(void)
{
    real = sys;
    sys.close = count_close;
}

static void teardown(void)
{
    sys = real;
}

static int obtain(uint64_t handle, int *fd)
{
    *fd = FIRST_FD + (int)(handle / 4);
    return 0;
}

/* No assertion in here: Check writes a line for each, and there are millions of calls. */
static int keep(uint64_t index)
{
    int error = record_open(index * 4);

    return error ? error : record_keep(index * 4, obtain);
}

/* Values that are no handle, and handles beyond the last: no record, no crash. */
START_TEST(no_handles)
{
    static const uint64_t rows[] = {UINT64_C(4) * HANDLES, UINT64_C(4) << 32, UINT64_MAX,
                                    UINT64_MAX - 5, UINT64_C(1) << 63};
    struct record_ref ref;

    ck_assert_int_eq(record_open(rows[_i]), WS_WSAENOBUFS);
    ck_assert_int_eq(record_keep(rows[_i], obtain), WS_WSAENOTSOCK);
    ck_assert(!record_take(rows[_i], &ref));
    record_drop(rows[_i]);
}
END_TEST

/* Each handle has its own, in whatever order they come and go. */
START_TEST(many)
{
    struct record_ref *refs = calloc(SMALL, sizeof(*refs));

    for (unsigned i = 0; i < SMALL; i++)
        ck_assert_int_eq(keep(i), 0);
    for (unsigned i = 0; i < SMALL; i++) {
        ck_assert(record_take(i * 4, &refs[i]));
        ck_assert_int_eq(refs[i].fd, FIRST_FD + (int)i);
    }
    for (unsigned i = 0; i < SMALL; i += 3)
        record_drop(i * 4);
    ck_assert_uint_eq(closes, 0);
    for (unsigned i = 0; i < SMALL; i++)
        record_give(&refs[i]);
    ck_assert_uint_eq(closes, (SMALL + 2) / 3);
    for (unsigned i = 1; i < SMALL; i += 3)
        ck_assert_int_eq(keep(i), 0); /* retires what stands there, takes a number that is free */
    for (unsigned i = 1; i < SMALL; i += 3) {
        ck_assert(record_take(i * 4, &refs[i]));
        ck_assert_int_eq(refs[i].fd, FIRST_FD + (int)i);
        record_give(&refs[i]);
    }
    for (unsigned i = 0; i < SMALL; i++)
        record_drop(i * 4);
    ck_assert_uint_eq(closes, SMALL + (SMALL - 1 + 2) / 3);
    free(refs);
}
END_TEST

/* Every number is given to one record; then there is no more, until one is free. */
START_TEST(all)
{
    struct record_ref ref;

    for (unsigned i = 0; i < HANDLES - 1; i++)
        if (keep(i))
            ck_abort_msg("none for handle %u", i * 4);
    ck_assert_int_eq(keep(HANDLES - 1), WS_WSAENOBUFS);
    ck_assert_uint_eq(closes, 1); /* the descriptor obtained in vain */
    record_drop(4);
    ck_assert_int_eq(keep(HANDLES - 1), 0);
    for (unsigned i = 0; i < HANDLES; i++) {
        if (record_take((uint64_t)i * 4, &ref) != (i != 1))
            ck_abort_msg("handle %u: kept is not what was", i * 4);
        if (ref.record && ref.fd != FIRST_FD + (int)i)
            ck_abort_msg("handle %u has descriptor %d", i * 4, ref.fd);
        record_give(&ref);
    }
}
END_TEST

/* So many at once that one more would be counted as something else: it is refused. */
START_TEST(users)
{
    struct record_ref *refs = calloc(USERS + 1, sizeof(*refs));

    ck_assert_int_eq(keep(7), 0);
    for (unsigned i = 0; i < USERS; i++)
        if (!record_take(28, &refs[i]))
            ck_abort_msg("refused with %u users", i);
    ck_assert(!record_take(28, &refs[USERS]));
    record_give(&refs[0]);
    ck_assert(record_take(28, &refs[0]));
    for (unsigned i = 0; i < USERS / 2; i++)
        record_give(&refs[i]);
    record_drop(28);
    ck_assert_uint_eq(closes, 0);
    for (unsigned i = USERS / 2; i < USERS - 1; i++)
        record_give(&refs[i]);
    ck_assert_uint_eq(closes, 0);
    record_give(&refs[USERS - 1]);
    ck_assert_uint_eq(closes, 1);
    ck_assert_uint_eq(sum, FIRST_FD + 7);
    free(refs);
}
END_TEST

/* The count of changes begins anew, and takes nothing else with it. */
START_TEST(changes)
{
    struct record_ref ref;

    for (unsigned i = 0; i < CHANGES + 2; i++) {
        record_drop(28);
        if (i % 1024)
            continue;
        ck_assert_int_eq(keep(7), 0);
        ck_assert(record_take(28, &ref));
        record_give(&ref);
    }
    record_drop(28);
    ck_assert_uint_eq(closes, CHANGES / 1024 + 1);
    ck_assert_uint_eq(sum, closes * (FIRST_FD + 7));
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("record limits");
    TCase *tcase = tcase_create("limits");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_set_timeout(tcase, 60);
    tcase_add_checked_fixture(tcase, setup, teardown);
    tcase_add_loop_test(tcase, no_handles, 0, 5);
    tcase_add_test(tcase, many);
    tcase_add_test(tcase, all);
    tcase_add_test(tcase, users);
    tcase_add_test(tcase, changes);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
