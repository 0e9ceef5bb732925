/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where a received datagram came from, for WSPRecvFrom and WSARecvMsg. */
#ifndef SLUICE_RECV_H
#define SLUICE_RECV_H

#include "spi/transfer.h"

struct sender {
    unsigned char address[SPI_ADDRESS_MAX];
    struct sockaddr *program; /* where it goes; NULL: nowhere, or the host stores it */
    LPINT program_len;
};

/* Checks the room for the address before anything is taken from the socket: one that cannot be
 * reported leaves the datagram queued (WSAEFAULT).  from NULL: not wanted. Streams ignore it. */
int recv_prepare_sender(struct transfer *t, struct sockaddr *from, LPINT fromlen,
                        struct sender *sender);

/* Hands the address to the program, where a receive that waited learnt one. */
void recv_store_sender(const struct transfer *t, const struct sender *sender);

#endif
