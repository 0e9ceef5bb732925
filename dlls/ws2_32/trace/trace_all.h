/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows of trace.def that this processor has.  No guard: included once for each use, with TRACE and TRACE_EXTENSION
 * defined, which it forgets. */
#ifdef _WIN64
#define TRACE_64 TRACE
#else
#define TRACE_64(...)
#endif
#include "trace/trace.def"
#undef TRACE
#undef TRACE_64
#undef TRACE_EXTENSION
