/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* listen's backlog over the whole int range. */
#include <limits.h>
#include <stdbool.h>

#include "unit_xlat.h"
#include "xlat/backlog.h"

static const struct {
    int backlog, limit, depth;
} rows[] = {
    /* 0 is the nearest legal value */
    {0, 4096, 1},
    {1, 4096, 1},
    {2, 4096, 2},
    {3, 4096, 3},
    {4, 4096, 4},
    {199, 4096, 199},
    {200, 4096, 200},
    /* the host's limit */
    {4095, 4096, 4095},
    {4096, 4096, 4096},
    {4097, 4096, 4096},
    {65535, 4096, 4096},
    {65535, INT_MAX, 65535},
    {65536, INT_MAX, 65536},
    {INT_MAX - 1, 4096, 4096},
    {INT_MAX - 1, INT_MAX, INT_MAX - 1},
    /* SOMAXCONN */
    {INT_MAX, 4096, 4096},
    {INT_MAX, INT_MAX, INT_MAX},
    {INT_MAX, 1, 1},
    /* SOMAXCONN_HINT(n) is -n, clamped to 200..65535 */
    {-1, 4096, 200},
    {-199, 4096, 200},
    {-200, 4096, 200},
    {-201, 4096, 201},
    {-4096, 4096, 4096},
    {-4097, 4096, 4096},
    {-65534, INT_MAX, 65534},
    {-65535, INT_MAX, 65535},
    {-65536, INT_MAX, 65535},
    {INT_MIN + 1, INT_MAX, 65535},
    {INT_MIN, INT_MAX, 65535},
    {INT_MIN, 4096, 4096},
    /* a limit below the hint's least value */
    {-1, 128, 128},
    {-300, 128, 128},
    /* a limit that is none counts as 1 */
    {5, 1, 1},
    {5, 0, 1},
    {5, -1, 1},
    {0, INT_MIN, 1},
    {-1, 0, 1},
    {INT_MIN, INT_MIN, 1},
};

START_TEST(depth)
{
    ck_assert_int_eq(xlat_backlog_depth(rows[_i].backlog, rows[_i].limit), rows[_i].depth);
}
END_TEST

/* Whether more asked is never less given and every answer lies in low..high; `sign` says on which
 * side of 0. */
static bool is_monotonous(int sign, int limit, int low, int high)
{
    int last = low;

    for (long long n = sign < 0; n <= INT_MAX; n += n < 70000 ? 1 : 9999991) {
        int depth = xlat_backlog_depth((int)(sign * n), limit);

        if (depth < last || depth > high)
            return false;
        last = depth;
    }
    return true;
}

START_TEST(depth_is_monotonous)
{
    static const int limits[] = {1, 2, 128, 200, 4096, 65535, INT_MAX};
    int limit = limits[_i];

    ck_assert(is_monotonous(1, limit, 1, limit));
    ck_assert(is_monotonous(-1, limit, limit < 200 ? limit : 200, limit < 65535 ? limit : 65535));
}
END_TEST

START_TEST(argument)
{
    ck_assert_int_eq(xlat_backlog_listen_argument(1), 0);
    ck_assert_int_eq(xlat_backlog_listen_argument(2), 1);
    ck_assert_int_eq(xlat_backlog_listen_argument(4096), 4095);
    ck_assert_int_eq(xlat_backlog_listen_argument(INT_MAX), INT_MAX - 1);
    ck_assert_int_eq(xlat_backlog_listen_argument(0), 0);
    ck_assert_int_eq(xlat_backlog_listen_argument(INT_MIN), 0);
}
END_TEST

TCase *backlog_case(void)
{
    TCase *tcase = tcase_create("backlog");

    tcase_add_loop_test(tcase, depth, 0, COUNT(rows));
    tcase_add_loop_test(tcase, depth_is_monotonous, 0, 7);
    tcase_add_test(tcase, argument);
    return tcase;
}
