/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Running cases: one in this process, or many, each in a process of its own. */
#ifndef SLUICE_CONFORMANCE_RUNNER_H
#define SLUICE_CONFORMANCE_RUNNER_H

struct test {
    const char *subject, *name;
    void (*run)(void);
};

extern const struct test tests[];
extern const int test_count;

/* Run one case in this process with Check; CASE_PASS or CASE_FAIL (a skip exits by itself). */
int run_here(const struct test *test);

/* Run every case that matches one of the patterns (`*` and `?` on "subject.name"; none: all), each
 * in a child process of at most limit_ms, and print TAP.  With `record_path` (or NULL) the
 * results also go to a file, see record.h.  0 when no case failed, 1 when one did, 2 when the record cannot be
 * written. */
int run_all(char **patterns, int count, unsigned limit_ms, int verbose, const char *record_path);

/* Whether name matches the pattern, where `*` is any text and `?` any character. */
int matches(const char *pattern, const char *name);

#endif
