/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AcceptEx with too little room for an address.  Windows fails it when a connection comes and
 * leaves that connection in the listener's queue; the host accepts it before it finds out. */
#ifndef SLUICE_SHORT_ACCEPT_H
#define SLUICE_SHORT_ACCEPT_H

#include "spi/spi.h"

/* Starts such an AcceptEx: WSA_IO_PENDING, or the error of a request that was not started.  It ends
 * with STATUS_BUFFER_TOO_SMALL when a connection comes.  `facts` are the listener's; the buffer has
 * room for 4 bytes at least and is not written. */
int short_accept(SOCKET listener, unsigned facts, void *buffer, LPOVERLAPPED overlapped);

/* Before anything is accepted from the listener: what a short AcceptEx took goes back to it. */
void short_accept_settle(SOCKET listener);

/* The listener is being closed: its records go, and with them the connections. */
void short_accept_forget(SOCKET listener);

#endif
