/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sluice-report TRACE... [-o FILE]: one HTML page out of traces.  Exit 0; 1 when a file cannot be
 * read, is no trace or cannot be written; 2 for a wrong command line. */
#include "page.h"
#include "trace_page.h"
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* So many calls a browser still lists and searches with ease; all are counted. */
enum { MOST_CALLS = 300000 };

static int usage(FILE *to)
{
    fputs("usage: sluice-report TRACE... [-o FILE]\n"
          "  TRACE  a file that SLUICE_TRACE made (NAME.exe.PID.trace); \"-\" is standard input\n"
          "  -o     the page; by default the first TRACE's name with .html for .trace, \"-\" is "
          "standard output\n",
          to);
    return 2;
}

static void default_name(struct text *name, const char *trace)
{
    static const char end[] = ".trace";
    size_t length = strlen(trace);

    if (strcmp(trace, "-") == 0) {
        text_say(name, "-");
        return;
    }
    if (length > sizeof(end) - 1 && strcmp(trace + length - (sizeof(end) - 1), end) == 0)
        length -= sizeof(end) - 1;
    text_add(name, trace, length);
    text_say(name, ".html");
}

/* False after a line on standard error. */
static bool read_all(struct trace *trace, char **paths, struct text *texts, int count)
{
    for (int i = 0; i < count; i++) {
        struct trace_fault fault;

        if (!read_file(paths[i], &texts[i])) {
            fprintf(stderr, "sluice-report: %s: %s\n", paths[i], strerror(errno));
            return false;
        }
        if (!trace_read(trace, paths[i], (struct span){texts[i].bytes, texts[i].length}, &fault)) {
            fprintf(stderr, "sluice-report: %s:%lu: %s\n", paths[i], fault.line, fault.why);
            return false;
        }
    }
    trace_sum(trace);
    return true;
}

static bool write_page(const struct trace *trace, const char *path)
{
    struct text page = {.bytes = NULL};
    bool good;

    trace_page(&page, trace, MOST_CALLS);
    good = page_write(&page, path);
    if (!good)
        fprintf(stderr, "sluice-report: %s: %s\n", path, strerror(errno));
    else if (strcmp(path, "-") != 0)
        printf("%s\n", path);
    free(page.bytes);
    return good;
}

int main(int argc, char **argv)
{
    struct trace trace = {.call_count = 0};
    struct text *texts, name = {.bytes = NULL};
    const char *output = NULL;
    int count = 0;
    bool good;

    for (int i = 1; i < argc; i++) {
        if (strcmp(argv[i], "--help") == 0)
            return usage(stdout) - 2;
        if (strcmp(argv[i], "-o") == 0 && i + 1 < argc)
            output = argv[++i];
        else if (argv[i][0] == '-' && argv[i][1])
            return usage(stderr);
        else
            argv[1 + count++] = argv[i];
    }
    if (count == 0)
        return usage(stderr);
    texts = more_memory(NULL, (size_t)count, sizeof(*texts));
    memset(texts, 0, (size_t)count * sizeof(*texts));
    default_name(&name, argv[1]);
    good = read_all(&trace, argv + 1, texts, count) &&
           write_page(&trace, output ? output : name.bytes);
    trace_free(&trace);
    for (int i = 0; i < count; i++)
        free(texts[i].bytes);
    free(texts);
    free(name.bytes);
    return good ? 0 : 1;
}
