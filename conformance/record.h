/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A file with the results of a run, and of which system they are: conformance/recorded/README.md.
 */
#ifndef SLUICE_CONFORMANCE_RECORD_H
#define SLUICE_CONFORMANCE_RECORD_H

#include <stdio.h>

/* A new record in the file `path` for so many cases; NULL after a line on standard error. */
FILE *record_begin(const char *path, int cases);
/* A case's result: pass, fail, timeout, crash or skip; why: a text of which the first line is kept,
 * or NULL. */
void record_case(FILE *record, const char *name, const char *verdict, const char *why);
/* 0; -1 after a line on standard error: not all of it could be written. */
int record_end(FILE *record, int cases);

#endif
