/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What sluice.so asks of Wine itself.  host.c is the one file of the Unix side that knows Wine's
 * versions. */
#ifndef SLUICE_HOST_H
#define SLUICE_HOST_H

#include <stdbool.h>
#include <stdint.h>

struct host_version {
    unsigned int major, minor; /* that runs: how its functions are called */
    unsigned int told_major,
        told_minor; /* the same, or what a test pretends: whether it is served */
};

/* Readies the calls below for a version of Wine.  Returns NULL, *tested then tells whether that
 * version was tried, or one line that says what does not fit, and what mends it. */
const char *host_attach(const struct host_version *version, bool *tested);

/* A descriptor of the socket behind an NT handle, the caller's own (close it; close-on-exec is
 * set). Returns 0, WSAENOTSOCK where the handle is none of a socket, WSAEMFILE where no descriptor
 * is free. */
int host_socket_fd(uint64_t handle, int *fd);

#endif
