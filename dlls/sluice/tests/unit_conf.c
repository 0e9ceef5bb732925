/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parser of sluice.conf: what it takes, what it says of lines it cannot take, and that no file
 * harms it. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "xlat/conf.h"

/* What was said, as text: "name=value" (with "!" before it for the program's own section), "LINE:
 * complaint". */
static char said[4096];

static const char *set(void *context, const char *name, const char *value, bool of_program)
{
    size_t length = strlen(said);

    ck_assert_ptr_eq(context, said);
    if (!strcmp(name, "unknown"))
        return "there is no such option";
    snprintf(said + length, sizeof(said) - length, "%s%s=%s\n", of_program ? "!" : "", name, value);
    return NULL;
}

static void complain(void *context, unsigned line, const char *what)
{
    size_t length = strlen(said);

    ck_assert_ptr_eq(context, said);
    snprintf(said + length, sizeof(said) - length, "%u: %s\n", line, what);
}

static const struct conf_sink sink = {said, set, complain};

/* The bytes end at a guard page: what is read behind them ends the test. */
static const char *parse(const char *text, size_t length)
{
    said[0] = '\0';
    conf_parse(guard_copy_of(text, length), length, "server.exe", &sink);
    return said;
}

static const struct {
    const char *text;
    const char *expected;
} rows[] = {
    {"", ""},
    {"\n\n  \t\r\n# comment\n; another = 1\n", ""},
    {"[*]\nlog = 0\n", "log=0\n"},
    {"[*]\r\nlog = 0\r\n", "log=0\n"},
    {"[*]\nlog=0", "log=0\n"}, /* no end of the last line */
    {"\xef\xbb\xbf[*]\nlog = 0\n", "log=0\n"},
    {"[*]\n \t log\t=\t a value with blanks = and more \t\n",
     "log=a value with blanks = and more\n"},
    {"[*]\nlog =\n", "log=\n"},
    {"[server.exe]\nlog = 0\n", "!log=0\n"},
    {"[ SERVER.Exe ]\nlog = 0\n", "!log=0\n"},
    {"[server.exe.exe]\nlog = 0\n[server]\nlog = 1\n[serve]\nx = 1\n", ""},
    {"[server.exe]\na = 1\n[*]\nb = 2\n[other.exe]\nc = 3\n[*]\nd = 4\n", "!a=1\nb=2\nd=4\n"},
    {"[*]\ntrace_dir = /tmp/\xc3\xa4\xe2\x82\xac\n", "trace_dir=/tmp/\xc3\xa4\xe2\x82\xac\n"},
    {"log = 0\n", "1: name = value before the first [section]\n"},
    {"[*]\nlog\nwatch = 1\n", "2: neither [section] nor name = value\nwatch=1\n"},
    {"[*]\n= 3\n", "2: no name before =\n"},
    {"[*]\nunknown = 3\nlog = 1\n", "2: there is no such option\nlog=1\n"},
    {"[*]\nlog = 1\n[server.exe\nlog = 2\n[*]\nlog = 3\n", "log=1\n3: a section has no ]\nlog=3\n"},
    {"[]\nlog = 2\n", "1: a section has no name\n"},
    {"[", "1: a section has no ]\n"},
    {"[*]\nlog = \xff\xfe\n", "2: the line is not UTF-8\n"},
    {"[*]\nlog = \xc3", "2: the line is not UTF-8\n"},
    {"[*]\nlog = \xe2\x82\n", "2: the line is not UTF-8\n"},
    {"[*]\nlog = \xc0\xaf\n", "2: the line is not UTF-8\n"},
    {"\xff\xfe[\0*\0]\0", "1: the line is not UTF-8\n"}, /* UTF-16 up to its first NUL */
};

START_TEST(table)
{
    ck_assert_str_eq(parse(rows[_i].text, strlen(rows[_i].text)), rows[_i].expected);
}
END_TEST

START_TEST(nul_bytes)
{
    static const char text[] = "[*]\nlog = 1\0 2\nwatch = 0\n\0";

    ck_assert_str_eq(parse(text, sizeof(text) - 1),
                     "2: the line has a NUL byte\nwatch=0\n4: the line has a NUL byte\n");
}
END_TEST

/* One byte more than fits, the most that fits, and a line that is the whole file. */
START_TEST(long_lines)
{
    static char text[CONF_LINE_MAX + 32], expected[CONF_LINE_MAX + 32];
    int length = sprintf(text, "[*]\n%0*d\nlog = 1\n", CONF_LINE_MAX + 1, 0);

    ck_assert_str_eq(parse(text, (size_t)length), "2: the line is longer than 1000 bytes\nlog=1\n");
    length = sprintf(text, "[*]\na=%0*d\n", CONF_LINE_MAX - 2, 7);
    sprintf(expected, "a=%0*d\n", CONF_LINE_MAX - 2, 7);
    ck_assert_str_eq(parse(text, (size_t)length), expected);
    memset(text, '[', sizeof(text));
    ck_assert_str_eq(parse(text, sizeof(text)), "1: the line is longer than 1000 bytes\n");
}
END_TEST

/* Any bytes: only the sanitizers and the guard page have something to say. */
START_TEST(any_bytes)
{
    static const char alphabet[] = "[]*=#;\n\r \tab\xc3\xa4\xff";
    unsigned state = 12345 + (unsigned)_i;
    char text[300];

    for (int round = 0; round < 200; round++) {
        size_t length = (state >> 8) % sizeof(text);

        for (size_t i = 0; i < length; i++) {
            state = state * 1103515245 + 12345;
            text[i] = alphabet[(state >> 16) % sizeof(alphabet)]; /* its NUL too */
        }
        state = state * 1103515245 + 12345;
        parse(text, length);
        guard_free_all();
    }
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("conf");
    TCase *tcase = tcase_create("conf");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, table, 0, (int)(sizeof(rows) / sizeof(rows[0])));
    tcase_add_test(tcase, nul_bytes);
    tcase_add_test(tcase, long_lines);
    tcase_add_loop_test(tcase, any_bytes, 0, 4);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
