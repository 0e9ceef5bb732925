/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Overlapped requests of the host lane: event, completion port and completion routine are the
 * host's own. */
#ifndef SLUICE_OVERLAPPED_H
#define SLUICE_OVERLAPPED_H

#include "spi/spi.h"

/* How a program wants to learn of a completion. */
struct notice {
    LPWSAOVERLAPPED overlapped;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine; /* NULL: event or port */
};

/* Checks the OVERLAPPED and marks it pending (Internal), as Windows does even where the call then
 * fails. Returns 0 or WSAEFAULT. */
int overlapped_begin(LPWSAOVERLAPPED overlapped);

/* Issues a request after overlapped_begin.  Returns 0 with the byte count (it is complete, and its
 * completion is delivered all the same), WSA_IO_PENDING, or the error of a request that was not
 * started.  A request that ends at once with a warning, such as a truncated datagram, counts as
 * pending: its completion carries it. */
int overlapped_issue(SOCKET s, const struct notice *notice, ULONG code, const void *in,
                     ULONG in_len, void *out, ULONG out_len, ULONG_PTR *information);

/* Gives memory of ours to a pending request: it is freed some time after the request has ended. */
void overlapped_park(LPWSAOVERLAPPED overlapped, void *memory);

#endif
