/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The page of a trace. */
#ifndef SLUICE_REPORT_TRACE_PAGE_H
#define SLUICE_REPORT_TRACE_PAGE_H

#include "trace.h"

enum { BUCKETS = 120 };

/* What the page's script draws from: JSON.  `most` calls at most are listed, the last ones. */
void trace_data(struct text *data, const struct trace *trace, size_t most);
/* The whole page. */
void trace_page(struct text *page, const struct trace *trace, size_t most);

/* The part of the time line, 0 to BUCKETS - 1, in which a moment lies. */
unsigned bucket_of(const struct trace *trace, int64_t us);

#endif
