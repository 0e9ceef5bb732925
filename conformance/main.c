/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* conformance.exe: what Windows promises about Winsock, case by case. */
#include "case.h"
#include "peer.h"
#include "runner.h"

const struct test tests[] = {
#define TEST(subject, name) {#subject, #name, case_##subject##_##name},
#include "tests.def"
#undef TEST
};
const int test_count = ARRAYSIZE(tests);

static const struct test *current;

START_TEST(selected_case)
{
    current->run();
}
END_TEST

/* A crash says where; the runner then tells it from a failure by the exit code. */
static LONG CALLBACK report_crash(EXCEPTION_POINTERS *info)
{
    printf("exception 0x%lx at %p while doing: %s\n", info->ExceptionRecord->ExceptionCode,
           info->ExceptionRecord->ExceptionAddress, done_so_far());
    fflush(stdout);
    TerminateProcess(GetCurrentProcess(), info->ExceptionRecord->ExceptionCode);
    return EXCEPTION_EXECUTE_HANDLER;
}

int run_here(const struct test *test)
{
    Suite *suite = suite_create(test->subject);
    TCase *tcase = tcase_create(test->name);
    SRunner *runner = srunner_create(suite);
    int failed;

    current = test;
    SetUnhandledExceptionFilter(report_crash);
    suite_add_tcase(suite, tcase);
    tcase_add_test(tcase, selected_case);
    srunner_set_fork_status(runner, CK_NOFORK);
    srunner_run_all(runner, CK_NORMAL);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    if (failed && done_so_far()[0])
        printf("while doing: %s\n", done_so_far());
    fflush(stdout);
    return failed ? CASE_FAIL : CASE_PASS;
}

static int run_named(const char *wanted)
{
    for (int i = 0; i < test_count; i++) {
        char name[128];

        snprintf(name, sizeof(name), "%s.%s", tests[i].subject, tests[i].name);
        if (!strcmp(name, wanted))
            return run_here(&tests[i]);
    }
    fprintf(stderr, "conformance: no such case: %s\n", wanted);
    return 2;
}

static int list(void)
{
    for (int i = 0; i < test_count; i++)
        printf("%s.%s\n", tests[i].subject, tests[i].name);
    return 0;
}

static int usage(void)
{
    fputs("usage: conformance --list                     the cases, as SUBJECT.NAME\n"
          "       conformance --run NAME                 one case: exit 0 pass, 1 fail, 77 skip\n"
          "       conformance [--limit SECONDS] [--verbose] --all [PATTERN...]\n"
          "                                              each in a process of its own, TAP\n"
          "       conformance [--limit SECONDS] [--verbose] --record FILE [PATTERN...]\n"
          "                                              the same, the results also in FILE\n"
          "       conformance --peer [FILE]              the other end; prints PORT n\n"
          "SLUICE_PEER=port: use the peer that listens there instead of starting one.\n",
          stderr);
    return 2;
}

int main(int argc, char **argv)
{
    unsigned limit = 60;
    int verbose = 0, i = 1;

    setvbuf(stdout, NULL, _IOFBF, 1 << 15);
    for (; i < argc; i++) {
        if (!strcmp(argv[i], "--verbose"))
            verbose = 1;
        else if (!strcmp(argv[i], "--limit") && i + 1 < argc)
            limit = (unsigned)atoi(argv[++i]);
        else
            break;
    }
    if (i >= argc)
        return usage();
    if (!strcmp(argv[i], "--list"))
        return list();
    if (!strcmp(argv[i], "--all"))
        return run_all(argv + i + 1, argc - i - 1, limit * 1000, verbose, NULL);
    if (!strcmp(argv[i], "--record") && i + 1 < argc)
        return run_all(argv + i + 2, argc - i - 2, limit * 1000, verbose, argv[i + 1]);
    if (!strcmp(argv[i], "--run") && i + 1 < argc)
        return run_named(argv[i + 1]);
    if (!strcmp(argv[i], "--peer"))
        return peer_main(i + 1 < argc ? argv[i + 1] : NULL);
    if (!strcmp(argv[i], "--helper") && i + 2 < argc)
        return helper_main(argv[i + 1], argv[i + 2]);
    return usage();
}
