/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Address queries that run on a thread of their own (GetAddrInfoExW). */
#ifndef SLUICE_API_LOOKUP_H
#define SLUICE_API_LOOKUP_H

#include "api/names.h"

/* mingw-w64 leaves the type a bare pointer. */
typedef void(CALLBACK *lookup_routine)(DWORD error, DWORD bytes, LPWSAOVERLAPPED overlapped);

/* Who is told: an event and a place for the result (blocking calls with a time limit), or a
 * program. */
struct lookup_target {
    ADDRINFOEXW **result;
    OVERLAPPED *overlapped; /* NULL: a blocking call of ours waits */
    lookup_routine routine;
    HANDLE event;
    DWORD timeout; /* ms, INFINITE: no limit */
};

/* Starts a query; its parts are taken over, whatever is returned.  *handle, which may be NULL, gets
 * what lookup_cancel() takes.  Returns 0 or WSA_NOT_ENOUGH_MEMORY. */
int lookup_start(const struct name_services *names, struct lookup_query *query,
                 const struct lookup_target *target, HANDLE *handle);

/* Ends a query at once with WSA_E_CANCELLED. Returns 0, or WSA_INVALID_HANDLE where none is under
 * way. */
int lookup_cancel(HANDLE handle);

/* Runs a query and waits for it, at most timeout ms. WSAETIMEDOUT where that was too short. */
int lookup_wait(const struct name_services *names, struct lookup_query *query, DWORD timeout,
                ADDRINFOEXW **result);

/* A program's time limit in ms; INFINITE for NULL, and for more than 24 days. Returns 0, WSAEFAULT,
 * or WSAEINVAL for a negative one. */
int lookup_get_timeout(const struct timeval *from, DWORD *ms);

#endif
