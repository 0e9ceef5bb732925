/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the entries that send share. */
#ifndef SLUICE_SEND_H
#define SLUICE_SEND_H

#include "spi/transfer.h"

/* A destination in memory of ours. */
struct destination {
    unsigned char address[SPI_ADDRESS_MAX];
    int length;
};

/* Brings the address in and checks it; a connected stream ignores it.  Returns 0, WSAEFAULT,
 * WSAEAFNOSUPPORT, WSAEADDRNOTAVAIL (the wildcard). */
int send_take_destination(struct transfer *t, const struct sockaddr *to, int tolen,
                          struct destination *destination);

#endif
