/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waiting for changed addresses and routes, as far as the host does not announce them. */
#ifndef SLUICE_CHANGE_H
#define SLUICE_CHANGE_H

#include "spi/ioctl.h"
#include "spi/overlapped.h"

/* The overlapped form of SIO_ADDRESS_LIST_CHANGE on an IPv6 socket, and of
 * SIO_ROUTING_INTERFACE_CHANGE: pends until a change, a cancellation or the close.  Returns
 * WSA_IO_PENDING, or what the host refuses it with; WSAENOBUFS where the kernel cannot be asked. */
int change_request(struct ioctl *call, enum change_kind kind);

#endif
