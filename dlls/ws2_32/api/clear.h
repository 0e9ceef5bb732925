/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The frame's end for calls whose success is seen in the last error too. */
#ifndef SLUICE_API_CLEAR_H
#define SLUICE_API_CLEAR_H

#include "api/api.h"

/* As api_leave; a call that succeeded sets the last error to 0, as Windows was seen to do in the option,
 * readiness, event and ioctl calls. */
static inline int api_leave_clear(int result, int error)
{
    if (result != SOCKET_ERROR)
        SetLastError(0);
    return api_leave(result, error);
}

#endif
