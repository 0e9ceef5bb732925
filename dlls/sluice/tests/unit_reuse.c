/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of address reuse, and what only another user or both families show of it. */
#include <arpa/inet.h>
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "winabi.h"
#include "xlat/reuse.h"

#define U WS_WSAEADDRINUSE
#define A WS_WSAEACCES

static struct xlat_claim claim(enum xlat_reuse_mode mode, const char *text, uint32_t user)
{
    struct xlat_claim made = {.mode = mode, .is_v6 = strchr(text, ':') != NULL, .user = user};

    ck_assert_int_eq(inet_pton(made.is_v6 ? AF_INET6 : AF_INET, text, made.address), 1);
    return made;
}

/* The cells the page gives as "success / WSAEACCES": same user, another user. */
static const enum xlat_reuse_mode modes[] = {XLAT_REUSE_DEFAULT, XLAT_REUSE_SHARED,
                                             XLAT_REUSE_EXCLUSIVE};
static const char *const places[2][2] = {{"0.0.0.0", "127.0.0.1"}, {"::", "::1"}};
static const int same[6][6] = {
    {U, 0, A, 0, U, 0}, {0, U, 0, A, U, U}, {U, 0, 0, 0, U, 0},
    {0, U, 0, 0, U, U}, {U, A, A, A, U, A}, {0, U, 0, A, U, U},
};
static const int another[6][6] = {
    {U, A, A, 0, U, A}, {0, U, 0, A, U, U}, {U, A, 0, 0, U, A},
    {0, U, 0, 0, U, U}, {U, A, A, A, U, A}, {0, U, 0, A, U, U},
};

START_TEST(table)
{
    const int family = _i / 36, row = _i / 6 % 6, column = _i % 6;
    struct xlat_claim first = claim(modes[row / 2], places[family][row % 2], 1000);
    struct xlat_claim second = claim(modes[column / 2], places[family][column % 2], 1000);

    ck_assert_int_eq(xlat_reuse_check(&first, &second), same[row][column]);
    second.user = 1001;
    ck_assert_int_eq(xlat_reuse_check(&first, &second), another[row][column]);
}
END_TEST

static const struct {
    const char *first, *second;
    enum xlat_reuse_mode first_mode, second_mode;
    bool first_v6_only, second_v6_only;
    int error;
} rows[] = {
    {"127.0.0.1", "127.0.0.2", XLAT_REUSE_EXCLUSIVE, XLAT_REUSE_EXCLUSIVE, false, false, 0},
    {"::1", "127.0.0.1", XLAT_REUSE_DEFAULT, XLAT_REUSE_DEFAULT, true, false, 0},
    {"::ffff:127.0.0.1", "127.0.0.1", XLAT_REUSE_DEFAULT, XLAT_REUSE_DEFAULT, false, false, U},
    {"::ffff:0.0.0.0", "0.0.0.0", XLAT_REUSE_DEFAULT, XLAT_REUSE_SHARED, false, false, A},
    {"::", "127.0.0.1", XLAT_REUSE_EXCLUSIVE, XLAT_REUSE_DEFAULT, false, false, A},
    {"::", "127.0.0.1", XLAT_REUSE_EXCLUSIVE, XLAT_REUSE_DEFAULT, true, false, 0},
    {"::", "0.0.0.0", XLAT_REUSE_EXCLUSIVE, XLAT_REUSE_DEFAULT, false, false, A},
    {"::", "0.0.0.0", XLAT_REUSE_DEFAULT, XLAT_REUSE_DEFAULT, false, false, 0},
    {"127.0.0.1", "::", XLAT_REUSE_DEFAULT, XLAT_REUSE_EXCLUSIVE, false, false, U},
    {"127.0.0.1", "::", XLAT_REUSE_DEFAULT, XLAT_REUSE_EXCLUSIVE, false, true, 0},
    {"127.0.0.1", "127.0.0.1", XLAT_REUSE_UNKNOWN, XLAT_REUSE_DEFAULT, false, false, 0},
};

START_TEST(families)
{
    struct xlat_claim first = claim(rows[_i].first_mode, rows[_i].first, 1);
    struct xlat_claim second = claim(rows[_i].second_mode, rows[_i].second, 1);

    first.v6_only = rows[_i].first_v6_only;
    second.v6_only = rows[_i].second_v6_only;
    ck_assert_int_eq(xlat_reuse_check(&first, &second), rows[_i].error);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("reuse");
    TCase *tcase = tcase_create("reuse");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, table, 0, 72);
    tcase_add_loop_test(tcase, families, 0, (int)(sizeof(rows) / sizeof(rows[0])));
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
