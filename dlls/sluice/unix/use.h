/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A descriptor of a socket for the length of one call: the kept one, or one from the host. */
#ifndef SLUICE_USE_H
#define SLUICE_USE_H

#include "record.h"

struct socket_use {
    struct record_ref ref;
    int fd; /* valid until the function that began the use is left */
};

/* A local use, given back however the function is left; it begins as SOCKET_UNUSED. */
#define SOCKET_USE __attribute__((cleanup(socket_done))) struct socket_use
#define SOCKET_UNUSED                                                                              \
    {                                                                                              \
        .fd = -1                                                                                   \
    }

/* Returns 0, WSAENOTSOCK, WSAEMFILE. */
int socket_use(uint64_t handle, struct socket_use *use);
void socket_done(struct socket_use *use);

#endif
