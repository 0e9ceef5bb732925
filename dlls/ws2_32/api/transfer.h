/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How the functions that move data end. Unlike others they clear the last error when they succeed:
 * Windows was seen to, and programs rely on it. */
#ifndef SLUICE_API_TRANSFER_H
#define SLUICE_API_TRANSFER_H

#include "api/api.h"

/* Ends a call that returned `result`, 0 or SOCKET_ERROR with `error`. Returns result. */
static inline int transfer_leave(int result, int error)
{
    SetLastError(result ? error : 0);
    return result;
}

/* The same for a function that returns the number of bytes. */
static inline int transfer_leave_count(int result, int error, DWORD count)
{
    return transfer_leave(result, error) ? SOCKET_ERROR : (int)count;
}

#endif
