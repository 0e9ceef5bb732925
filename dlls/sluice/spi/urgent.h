/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Urgent data above both lanes: bytes that a call was told of are remembered until they are
 * received, for the kernel forgets them when another comes or when what stands behind them is read
 * (xlat/urgent.h). Sockets that no call was told of urgent data of have no FACT_URGENT, and cost
 * nothing. */
#ifndef SLUICE_URGENT_H
#define SLUICE_URGENT_H

#include "spi/transfer.h"

/* Something says that urgent data is there, or its ways are about to change (SO_OOBINLINE): the
 * kernel's byte is remembered.  Nothing for a socket that is no connected stream of our own, or
 * that another handle may read from; where the kernel does not tell; out of memory. */
void urgent_note(SOCKET s);

/* What is known of a socket's urgent data. */
struct urgent_view {
    ULONGLONG readable; /* bytes that a receive without MSG_OOB finds */
    bool waits;         /* an urgent byte has not been received yet */
};

/* Looks at a socket that has FACT_URGENT, and takes urgent bytes that were received, or stand
 * elsewhere now, out of the kernel's way.  Returns false where it turns out that nothing is
 * remembered. */
bool urgent_look(SOCKET s, struct urgent_view *view);

/* AFD_POLL_OOB, or AFD_POLL_READ for those that come in line, where a byte that is remembered makes
 * the socket ready, whatever the kernel says; else 0. */
unsigned urgent_flags(SOCKET s);

/* A receive on a stream, by the lane. Returns what the lane returns. */
int urgent_receive(struct transfer *t, const struct lane *lane);

/* The handle value is no longer that socket's, or is a new one's. */
void urgent_forget(SOCKET s);

#endif
