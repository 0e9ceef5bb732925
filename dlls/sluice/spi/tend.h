/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connected datagram sockets that the host waits for.  It takes an ICMP error for a socket's end
 * and from then on looks at it only when asked; a thread of ours asks it whenever something
 * arrives. */
#ifndef SLUICE_TEND_H
#define SLUICE_TEND_H

#include "spi/spi.h"

/* From now on, if the socket is connected; for one that the host waits for (FACT_UNHEARD).  Of one
 * that does not want to hear of unreachable ports, and of which nothing pends yet, the host is kept
 * from seeing any error at all.  Out of memory, or descriptors, the socket stays as the host has
 * it. */
void tend(SOCKET s);

#endif
