/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* conformance-report: one HTML page out of the conformance suite's results; ./check --report calls
 * it.  Exit 0; 1 when a file cannot be read, is not what it should be or cannot be written; 2 for a
 * wrong command line. */
#include "cases.h"
#include "page.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int usage(void)
{
    fputs("usage: conformance-report --cases FILE [--known FILE] [--tap TITLE FILE]... [--record "
          "FILE]... -o FILE\n"
          "  --cases   what tools/conformance-cases prints; first\n"
          "  --known   conformance/not-yet\n"
          "  --tap     a column: the output of conformance.exe --all\n"
          "  --record  a column: a file of conformance.exe --record\n",
          stderr);
    return 2;
}

enum { MOST_FILES = 64 };

struct inputs {
    struct text texts[MOST_FILES];
    int count;
};

/* False after a line on standard error. */
static bool read_one(struct cases *cases, struct inputs *inputs, const char *kind,
                     const char *title, const char *path)
{
    struct text *text = &inputs->texts[inputs->count++];
    struct cases_fault fault;
    struct span all;
    bool good;

    if (!read_file(path, text)) {
        fprintf(stderr, "conformance-report: %s: %s\n", path, strerror(errno));
        return false;
    }
    all = (struct span){text->bytes, text->length};
    if (strcmp(kind, "--cases") == 0)
        good = cases_list(cases, all, &fault);
    else if (strcmp(kind, "--known") == 0)
        good = cases_known(cases, all, &fault);
    else if (strcmp(kind, "--tap") == 0)
        good = cases_tap(cases, span_of(title), all, &fault);
    else
        good = cases_record(cases, all, &fault);
    if (!good)
        fprintf(stderr, "conformance-report: %s:%lu: %s\n", path, fault.line, fault.why);
    return good;
}

static int write_page(const struct cases *cases, const char *path)
{
    struct text page = {.bytes = NULL};
    bool good;

    cases_page(&page, cases);
    good = page_write(&page, path);
    if (!good)
        fprintf(stderr, "conformance-report: %s: %s\n", path, strerror(errno));
    free(page.bytes);
    return good ? 0 : 1;
}

int main(int argc, char **argv)
{
    static const char *const kinds[] = {"--cases", "--known", "--tap", "--record"};
    static struct inputs inputs;
    struct cases cases = {.count = 0};
    const char *output = NULL;
    int code = 0, i = 1;

    while (i + 1 < argc && code == 0) {
        bool tap = strcmp(argv[i], "--tap") == 0, known = false;

        for (size_t k = 0; k < sizeof(kinds) / sizeof(*kinds); k++)
            known |= strcmp(argv[i], kinds[k]) == 0;
        if (strcmp(argv[i], "-o") == 0)
            output = argv[i + 1];
        else if (!known || i + 1 + tap >= argc || inputs.count == MOST_FILES ||
                 (cases.count == 0) != (strcmp(argv[i], "--cases") == 0))
            code = usage();
        else
            code = !read_one(&cases, &inputs, argv[i], argv[i + 1], argv[i + 1 + tap]);
        i += 2 + tap;
    }
    if (code == 0)
        code =
            i < argc || !output || cases.column_count == 0 ? usage() : write_page(&cases, output);
    cases_free(&cases);
    for (i = 0; i < inputs.count; i++)
        free(inputs.texts[i].bytes);
    return code;
}
