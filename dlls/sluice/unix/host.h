/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sluice.so asks of Wine itself.  host.c is the one file of the Unix side that knows Wine's versions. */
#ifndef SLUICE_HOST_H
#define SLUICE_HOST_H

#include <stdint.h>

/* Checks that Wine version major.minor is one whose ABI is known and readies the calls below.
 * Returns NULL, or one line that says what does not fit, and what mends it. */
const char *host_attach(unsigned int major, unsigned int minor);

/* A descriptor of the socket behind an NT handle, the caller's own (close it; close-on-exec is set).
 * Returns 0, WSAENOTSOCK where the handle is none of a socket, WSAEMFILE where no descriptor is free. */
int host_socket_fd(uint64_t handle, int *fd);

#endif
