/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the watch does for sockets: whatever is kept under a handle's value goes when the handle
 * goes. */
#ifndef SLUICE_SPI_WATCH_SOCKETS_H
#define SLUICE_SPI_WATCH_SOCKETS_H

#include "spi/watch.h"

extern const struct watch_calls watch_sockets;

/* Around the making of a socket's records and their end: a value does not become a new socket's in
 * the middle of the old one's end.  May be entered again by its holder; the locks of the records
 * are taken inside it, never around it. */
void watch_sockets_lock(void);
void watch_sockets_unlock(void);

#endif
