/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSAPoll. */
#ifndef SLUICE_POLL_H
#define SLUICE_POLL_H

#include "spi/spi.h"

/* WSAPoll, found by WSAID_WSAPOLL.  fds: count entries; timeout in milliseconds, negative for ever.
 * Returns the number of entries with an event, 0 when the time is over, or SOCKET_ERROR with the
 * thread's last error set: WSAEINVAL (count 0, flags that cannot be asked for), WSAEFAULT,
 * WSAENOTSOCK (no entry is a socket), WSAENOBUFS. */
int WSAAPI sluice_poll(WSAPOLLFD *fds, ULONG count, INT timeout);

#endif
