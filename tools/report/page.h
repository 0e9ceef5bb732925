/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame of every page: one file, one look, nothing outside it. */
#ifndef SLUICE_REPORT_PAGE_H
#define SLUICE_REPORT_PAGE_H

#include "text.h"

/* The texts of page.css, page.js, trace.js and cases.js, which the build puts in an object. */
extern const char page_css[], page_js[], trace_js[], cases_js[];

/* From the beginning to the heading. */
void page_begin(struct text *page, struct span title);
/* The scripts and the end; data: JSON for the script, or empty. */
void page_end(struct text *page, struct span data, const char *script);

/* A table whose head are the words between '|'; a word that starts with '#' heads a column of
 * numbers. */
void table_begin(struct text *page, const char *id, const char *caption, const char *columns);
void table_end(struct text *page);
/* A number in a cell of its own, and a piece of data in one. */
void cell_number(struct text *page, uint64_t number);
void cell_data(struct text *page, struct span data);

/* A file that is there whole or not at all; "-" for standard output.  False with errno. */
bool page_write(const struct text *page, const char *path);

#endif
