/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The exported functions that are not implemented yet: each fails in its own form (pending.def). */
#ifndef WINSOCK_API_LINKAGE
#define WINSOCK_API_LINKAGE /* we define these functions, we do not import them */
#endif
#include <winsock2.h>
#include <windows.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "api/raw.h"

static const ULONG_PTR a0 = 0; /* what "argument 0" names: no lpErrno among the arguments */

/*
 * Writes "sluice: MESSAGE" as one line to standard error, the first time only.
 * once    zero at first, one such word per message; safe from any number of threads
 * format  as for printf; the message is cut at 240 bytes
 * Silent when the environment has SLUICE_LOG=0 or there is no standard error. Keeps the last error.
 */
static __attribute__((format(__MINGW_PRINTF_FORMAT, 2, 3))) void
api_log_once(volatile LONG *once, const char *format, ...)
{
    static const char prefix[] = "sluice: ";
    char line[256], setting[2];
    DWORD error = GetLastError(), written;
    int length = sizeof(prefix) - 1, room = 240, got;
    HANDLE err;
    va_list args;

    if (InterlockedCompareExchange(once, 1, 0) != 0)
        return;
    /* A longer value does not fit and is not "0"; the buffer is then not to be looked at. */
    if (GetEnvironmentVariableA("SLUICE_LOG", setting, sizeof(setting)) == 1 && setting[0] == '0')
        goto done;
    err = GetStdHandle(STD_ERROR_HANDLE);
    if (err == NULL || err == INVALID_HANDLE_VALUE)
        goto done;

    memcpy(line, prefix, sizeof(prefix));
    va_start(args, format);
    got = vsnprintf(line + length, room, format, args);
    va_end(args);
    /* A C library that counts the whole message and one that answers -1 both mean: cut. */
    length += got < 0 || got >= room ? room - 1 : got;
    line[length++] = '\n';
    /* One write, so that lines of several threads do not mix. */
    WriteFile(err, line, length, &written, NULL);
done:
    SetLastError(error);
}

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

    api_log_once(once, "%s is not implemented yet (WSAEOPNOTSUPP)", name);
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
