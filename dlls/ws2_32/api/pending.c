/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The exported functions that are not implemented yet: each fails in its own form (pending.def). */
#ifndef WINSOCK_API_LINKAGE
#define WINSOCK_API_LINKAGE /* we define these functions, we do not import them */
#endif
#include <winsock2.h>
#include <windows.h>

#include "api/raw.h"
#include "pe/log.h"

static const ULONG_PTR a0 = 0; /* what "argument 0" names: no lpErrno among the arguments */

/*
 * What every pending function does: says once that it was called, and reports WSAEOPNOTSUPP.
 * once, name   of the function
 * error_arg    its argument that is lpErrno, from 1; 0: the code becomes the thread's last error
 * where        that argument's value. A pointer that cannot be written to is left alone: the result
 *              alone then says that the call failed.
 */
static void fail(volatile LONG *once, const char *name, int error_arg, ULONG_PTR where)
{
    INT *error = (INT *)where;

    if (!InterlockedExchange(once, 1))
        log_line("%s is not implemented yet (WSAEOPNOTSUPP)", name);
    if (error_arg == 0)
        WSASetLastError(WSAEOPNOTSUPP);
    else if (!IsBadWritePtr(error, sizeof(*error)))
        *error = WSAEOPNOTSUPP;
}

#define PENDING(name, form, nargs, error_arg)                                                      \
    RESULT_##form WINAPI pending_##name(PARAMS_##nargs) __asm__(SYMBOL(name, nargs));              \
    RESULT_##form WINAPI pending_##name(PARAMS_##nargs)                                            \
    {                                                                                              \
        static volatile LONG once;                                                                 \
        fail(&once, #name, error_arg, a##error_arg);                                               \
        return FAILURE_##form(WSAEOPNOTSUPP);                                                      \
    }
#ifdef _WIN64
#define PENDING_64 PENDING
#else
#define PENDING_64(name, form, nargs, error_arg)
#endif
#include "../pending.def"
