/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* listen's backlog: Windows' rule for every int. */
#include "xlat/backlog.h"

#include <limits.h>

/* SOMAXCONN_HINT's range. */
#define HINT_MIN 200
#define HINT_MAX 65535

static int clamp(int value, int low, int high)
{
    if (value < low)
        return low;
    return value > high ? high : value;
}

int xlat_backlog_depth(int backlog, int host_limit)
{
    /* -INT_MIN does not exist; -INT_MAX clamps to the same. */
    if (backlog < 0)
        backlog = clamp(backlog == INT_MIN ? INT_MAX : -backlog, HINT_MIN, HINT_MAX);
    return clamp(backlog, 1, host_limit < 1 ? 1 : host_limit);
}

int xlat_backlog_listen_argument(int depth)
{
    return depth < 1 ? 0 : depth - 1;
}
