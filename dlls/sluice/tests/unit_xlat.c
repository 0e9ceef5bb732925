/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Unit tests of xlat/: every table row by row, both ways, with buffers that end at a guard page. */
#include "unit_xlat.h"

#include <signal.h>

#include "guard.h"

/* The tool itself: the byte after a guarded buffer must kill. */
START_TEST(guard_bites)
{
    volatile char *buffer = guard_alloc((size_t)_i);

    for (int i = 0; i < _i; i++)
        ck_assert_int_eq((unsigned char)buffer[i], 0xa5);
    signal(SIGSEGV, SIG_DFL); /* not the sanitizer's report */
    (void)buffer[_i];
}
END_TEST

TCase *guard_case(void)
{
    TCase *tcase = tcase_create("guard");

    tcase_add_loop_test_raise_signal(tcase, guard_bites, SIGSEGV, 0, 3);
    return tcase;
}

int main(void)
{
    TCase *(*const cases[])(void) = {
        guard_case,       backlog_case,  error_case,        status_case,
        flags_case,       sockaddr_case, option_table_case, option_size_case,
        option_host_case, control_case, control_32_case, ready_case,
    };
    Suite *suite = suite_create("xlat");
    SRunner *runner;
    int failed;

    for (size_t i = 0; i < COUNT(cases); i++) {
        TCase *tcase = cases[i]();

        tcase_add_checked_fixture(tcase, NULL, guard_free_all);
        suite_add_tcase(suite, tcase);
    }
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
