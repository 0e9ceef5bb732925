/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* listen's backlog.  Both sides. */
#ifndef XLAT_BACKLOG_H
#define XLAT_BACKLOG_H

/* How many connections can wait for accept: the program's backlog, any int, brought
 * into 1..host_limit. 0 is 1, the nearest legal value; a negative number is SOMAXCONN_HINT(-n),
 * clamped to 200..65535; SOMAXCONN and everything above the limit is the limit.  host_limit is
 * net.core.somaxconn; below 1 it counts as 1. Rule: SEMANTICS section 1; Microsoft's page "listen
 * function". */
int xlat_backlog_depth(int backlog, int host_limit);

/* listen()'s argument for a depth of 1..INT_MAX: Linux lets one connection more wait than it is
 * told. */
int xlat_backlog_listen_argument(int depth);

#endif
