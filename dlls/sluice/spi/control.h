/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Control messages of received datagrams: which the program asked for, and what it gets.  The host
 * hands over three kinds per family (packet information, hops, traffic class); the others are made
 * from these. */
#ifndef SLUICE_CONTROL_H
#define SLUICE_CONTROL_H

#include "spi/spi.h"

/* Room for all that the host hands over. */
#define CONTROL_HOST_MAX 256

/* Before a WSARecvMsg that waits: lets the kernel tell each datagram's destination too, from which
 * MSG_BCAST and MSG_MCAST come.  Before an overlapped one: no longer, for there the host writes
 * what it has into the program's own memory. */
void control_prepare(SOCKET s, bool is_v6, bool overlapped);

/* Puts what was asked for into *control (in: the program's buffer; out: the length used), from the
 * messages the host stored.  *flags receives MSG_BCAST or MSG_MCAST, and MSG_CTRUNC where the
 * buffer is too short, which is then left alone.  Returns 0, WSAEMSGSIZE (too short), WSAEFAULT. */
int control_store(SOCKET s, const WSABUF *host, WSABUF *control, DWORD *flags);

#endif
