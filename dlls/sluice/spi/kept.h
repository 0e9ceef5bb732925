/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Option values that have no effect on this host and are only read back: few, on few sockets. */
#ifndef SLUICE_KEPT_H
#define SLUICE_KEPT_H

#include <stdbool.h>
#include <stdint.h>

#include "spi/nt.h"

/* Keeps a value, replacing an earlier one. Returns 0 or WSAENOBUFS. */
int kept_store(SOCKET s, int level, int name, uint32_t value);

/* Finds a kept value; false where none was stored. */
bool kept_find(SOCKET s, int level, int name, uint32_t *value);

/* Drops what was kept for a socket: when it is closed, and when a new socket gets its handle (the
 * old one may have gone through CloseHandle). */
void kept_forget(SOCKET s);

#endif
