/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* conformance-report: what it takes for results, and how cases differ. */
#include <check.h>
#include <stdlib.h>
#include <string.h>

#include "cases.h"
#include "guard.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(*(array))))
#define LIST                                                                                       \
    "a.one\ta.c:1\tthe rule\tthe source\tCASE(a, one)\\n{\n"                                       \
    "a.two\ta.c:2\tanother\tthe source\t\n"                                                        \
    "b.one\tb.c:1\ta third\tthe source\t\n"
#define HEAD   "# conformance record 1\nsystem Windows 10.0.1\ndate 2026-11-22T12:00:00Z\ncases 3\n"
#define RECORD HEAD "a.one pass\na.two skip no right\nb.one timeout\nend 3\n"

static struct span guarded(const char *text, size_t length)
{
    return (struct span){guard_copy_of(text, length), length};
}

static struct cases new_cases(void)
{
    struct cases cases = {.count = 0};
    struct cases_fault fault;

    ck_assert(cases_list(&cases, span_of(LIST), &fault));
    ck_assert_uint_eq(cases.count, 3);
    return cases;
}

START_TEST(record)
{
    struct cases cases = new_cases();
    struct cases_fault fault;

    ck_assert_msg(cases_record(&cases, guarded(RECORD, strlen(RECORD)), &fault), "%lu: %s",
                  fault.line, fault.why);
    ck_assert(span_is(cases.columns[0].title, "Windows 10.0.1"));
    ck_assert(cases.columns[0].is_windows);
    ck_assert_int_eq(cases.columns[0].results[0].verdict, PASS);
    ck_assert_int_eq(cases.columns[0].results[1].verdict, SKIP);
    ck_assert(span_is(cases.columns[0].results[1].why, "no right"));
    ck_assert_int_eq(cases.columns[0].results[2].verdict, TIMEOUT);
    ck_assert_int_eq(cases_rank(&cases, 2), CONTRADICTS);
    cases_free(&cases);
}
END_TEST

/* Wine is never Windows, whatever else the line says. */
START_TEST(wine_is_wine)
{
    struct cases cases = new_cases();
    struct cases_fault fault;

    ck_assert(cases_record(&cases,
                           span_of("# conformance record 1\nsystem Wine 8.0 as Windows 10\n"
                                   "date 2026-11-22T12:00:00Z\ncases 1\na.one fail\nend 1\n"),
                           &fault));
    ck_assert(!cases.columns[0].is_windows && cases.columns[0].is_recorded);
    ck_assert_int_eq(cases_rank(&cases, 0), NOWHERE);
    cases_free(&cases);
}
END_TEST

/* No beginning of a record is a record, but for the last line's end. */
START_TEST(record_cut_off)
{
    for (size_t length = 0; length < sizeof(RECORD) - 2; length++) {
        struct cases cases = new_cases();
        struct cases_fault fault;

        ck_assert_msg(!cases_record(&cases, guarded(RECORD, length), &fault), "%zu", length);
        cases_free(&cases);
        guard_free_all();
    }
}
END_TEST

static const char *const bad_records[] = {
    HEAD "a.one pass\na.one pass\nb.one pass\nend 3\n",
    HEAD "a.one good\nend 1\n",
    HEAD "a.one pass\nend 3\n",
    HEAD "a.one pass\nend 1\n",
    RECORD "a.one pass\n",
    "# conformance record 1\nsystem Plan 9\n",
};

START_TEST(bad_record)
{
    struct cases cases = new_cases();
    struct cases_fault fault;

    ck_assert(!cases_record(&cases, guarded(bad_records[_i], strlen(bad_records[_i])), &fault));
    ck_assert_ptr_nonnull(fault.why);
    cases_free(&cases);
}
END_TEST

static const char *const bad_lists[] = {
    "",
    "\n",
    "a.one\tp\trule\n",
    "a.one\tp\t\tsource\ttext\n",
    LIST "a.one\tp\trule\tsource\ttext\n",
};

START_TEST(bad_list)
{
    struct cases cases = {.count = 0};
    struct cases_fault fault;

    ck_assert(!cases_list(&cases, guarded(bad_lists[_i], strlen(bad_lists[_i])), &fault));
    ck_assert_ptr_nonnull(fault.why);
    cases_free(&cases);
}
END_TEST

#define TAP                                                                                        \
    "ok 1 - a.one\nnot ok 2 - a.two\n# Running\n# 1 == 2\nnot ok 3 - b.one\n# still running "      \
    "after "                                                                                       \
    "60000 ms: ended\n1..3\n# 3 cases\n"

START_TEST(tap)
{
    struct cases cases = new_cases();
    struct cases_fault fault;
    const struct column *column;

    ck_assert(cases_tap(&cases, span_of("Sluice"), guarded(TAP, strlen(TAP)), &fault));
    ck_assert(cases_tap(
        &cases, span_of("other"),
        span_of("not ok 1 - a.one\n# ended with code 0xc0000005\r\nok 2 - a.two # SKIP why\n"
                "ok 3 - b.one\nok 4 - c.gone\n1..4\n"),
        &fault));
    column = &cases.columns[0];
    ck_assert_int_eq(column->results[1].verdict, FAIL);
    ck_assert(span_is(column->results[1].why, "# Running\n# 1 == 2"));
    ck_assert_int_eq(column->results[2].verdict, TIMEOUT);
    ck_assert(column->counts[PASS] == 1 && column->counts[FAIL] == 1 &&
              column->counts[TIMEOUT] == 1);
    column = &cases.columns[1];
    ck_assert_int_eq(column->results[0].verdict, CRASH);
    ck_assert_int_eq(column->results[1].verdict, SKIP);
    ck_assert_uint_eq(column->gone, 1);
    ck_assert_int_eq(cases_rank(&cases, 0), OTHERS);
    ck_assert_int_eq(cases_rank(&cases, 1), NOWHERE);
    ck_assert_int_eq(cases_rank(&cases, 2), OURS);
    cases_free(&cases);
}
END_TEST

START_TEST(tap_cut_off)
{
    struct cases cases = new_cases();
    struct cases_fault fault;

    ck_assert(cases_tap(&cases, span_of("x"), span_of("ok 1 - a.one\nok 2 - a.t"), &fault));
    ck_assert(cases.columns[0].is_cut);
    ck_assert(cases_tap(&cases, span_of("y"), span_of("ok 1 - a.one\n1..1\n"), &fault));
    ck_assert(!cases.columns[1].is_cut);
    ck_assert(
        !cases_tap(&cases, span_of("x"), span_of("ok 1 - a.one\nok 1 - a.one\n1..2\n"), &fault));
    ck_assert_uint_eq(fault.line, 2);
    cases_free(&cases);
}
END_TEST

START_TEST(any_byte)
{
    static const char others[] = {0, ' ', '\n', '\t', '#', '9', (char)0xff};
    char copy[] = RECORD, tap_copy[] = TAP;

    for (size_t i = 0; i < sizeof(copy) + sizeof(tap_copy) - 2; i++) {
        char *at = i < sizeof(copy) - 1 ? copy + i : tap_copy + (i - sizeof(copy) + 1), was = *at;
        struct cases cases = new_cases();
        struct cases_fault fault;

        *at = others[_i];
        (void)cases_record(&cases, guarded(copy, sizeof(copy) - 1), &fault);
        (void)cases_tap(&cases, span_of("x"), guarded(tap_copy, sizeof(tap_copy) - 1), &fault);
        *at = was;
        cases_free(&cases);
        guard_free_all();
    }
}
END_TEST

START_TEST(known)
{
    struct cases cases = new_cases();
    struct cases_fault fault;

    ck_assert(cases_known(&cases, span_of("# why\na.two\tthe host\n"), &fault));
    ck_assert(span_is(cases.known[1], "the host"));
    ck_assert(!cases_known(&cases, span_of("a.three\tthe host\n"), &fault));
    ck_assert(!cases_known(&cases, span_of("a.two\n"), &fault));
    cases_free(&cases);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report_cases");
    TCase *tcase = tcase_create("report_cases");
    SRunner *runner;
    int failed;

    tcase_add_test(tcase, record);
    tcase_add_test(tcase, wine_is_wine);
    tcase_add_test(tcase, record_cut_off);
    tcase_add_loop_test(tcase, bad_record, 0, COUNT(bad_records));
    tcase_add_loop_test(tcase, bad_list, 0, COUNT(bad_lists));
    tcase_add_test(tcase, tap);
    tcase_add_test(tcase, tap_cut_off);
    tcase_add_loop_test(tcase, any_byte, 0, 7);
    tcase_add_test(tcase, known);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
