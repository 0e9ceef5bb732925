/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocking hooks of Winsock 1.1: a function of the program's that runs while a call of the thread
 * blocks. */
#ifndef SLUICE_API_BLOCKING_H
#define SLUICE_API_BLOCKING_H

#include "api/api.h"

/* True inside the thread's blocking hook, where every other Winsock call is WSAEINPROGRESS. */
bool api_in_blocking_hook(void);

/* The upcall WPUQueryBlockingCallback: what a provider runs while a call of this thread blocks.
 * *callback is NULL for programs of Winsock 2, which have no hooks.  Its result FALSE says that the
 * program has called WSACancelBlockingCall.  Returns 0, or SOCKET_ERROR with WSAEFAULT or
 * WSAENOBUFS. */
int WSPAPI api_query_blocking_callback(DWORD entry, LPBLOCKINGCALLBACK *callback,
                                       PDWORD_PTR context, LPINT lpErrno);

#endif
