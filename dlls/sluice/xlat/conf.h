/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sluice.conf: sections in square brackets, `name = value` lines, comments after # or ;. UTF-8.
 * Pure: the file has been read by the caller. */
#ifndef XLAT_CONF_H
#define XLAT_CONF_H

#include <stdbool.h>
#include <stddef.h>

/* The longest line, in bytes without its end. */
#define CONF_LINE_MAX 1000

/* Who takes what is found. */
struct conf_sink {
    void *context;

    /* An assignment of a section that applies: [*], or with of_program the program's own.  Returns
     * NULL, or what is wrong with it. */
    const char *(*set)(void *context, const char *name, const char *value, bool of_program);

    /* A line that is wrong; from 1. */
    void (*complain)(void *context, unsigned line, const char *what);
};

/* Reads `length` bytes of a file; they may be anything.  Program names are compared without regard
 * to ASCII case. */
void conf_parse(const char *text, size_t length, const char *program, const struct conf_sink *sink);

#endif
