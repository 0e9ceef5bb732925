/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whose datagram sockets hear what routers and hosts answered (unix/icmp.h): those that only this
 * library waits for.  The host takes an error for the end of the socket, and never waits for it
 * again. */
#ifndef SLUICE_HEARING_H
#define SLUICE_HEARING_H

#include "spi/spi.h"

/* Longest wait in the host, in milliseconds, for a socket that it may no longer wait for. */
#define HEARING_DEAF_WAIT_MS 100

/* Whether the socket's errors are in the kernel's queue, for the receives of the direct lane.  For
 * a descriptor about to be kept: with FACT_KEPT among the facts. */
bool hearing(unsigned facts);

/* The host, or another process, may wait for the socket from now on: no error is asked for any
 * more.  Returns whether that is new: the host's waiting needs help then (spi/tend.h). */
bool hearing_end(SOCKET s);

/* Whether a wait in the host may last longer than there is nothing to hear. */
bool hearing_is_sure(unsigned facts);

#endif
