/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Connects that meet a full queue on this machine: refused after two seconds, as Windows does. */
#ifndef SLUICE_CONNECT_WATCH_H
#define SLUICE_CONNECT_WATCH_H

#include "spi/spi.h"

/* A connect of this stream socket to this address is under way (pending or would block).  Costs one
 * Unix call where it is decided by now, which it is on this machine unless the listener's queue is
 * full. */
void connect_watch(SOCKET s, const void *address, int length);

#endif
