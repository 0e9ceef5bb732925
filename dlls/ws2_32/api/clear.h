/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame's end for calls whose success is seen in the last error too. */
#ifndef SLUICE_API_CLEAR_H
#define SLUICE_API_CLEAR_H

#include "api/api.h"

/* As api_leave; a call that succeeded sets the last error to 0, as Windows was seen to do in the
 * option, readiness, event and ioctl calls.  `result` and `error` are read after the call, not in
 * its argument list. */
static inline int api_leave_clear(int result, int error)
{
    SetLastError(result == SOCKET_ERROR ? error : 0);
    return result;
}

#endif
