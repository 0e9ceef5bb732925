/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Choosing among the provider's protocol rows. */
#ifndef SLUICE_PROTOCOL_H
#define SLUICE_PROTOCOL_H

#include "spi/nt.h"

#include "pe/protocols.h"

/* Completes family, type and protocol (0 = any) from the first row that fits all that is given. Returns 0 or
 * the code Windows gives for the first part no row has: WSAEAFNOSUPPORT, WSAESOCKTNOSUPPORT,
 * WSAEPROTONOSUPPORT. */
int protocol_complete(int *family, int *type, int *protocol);

/* The row of a socket's family, type and protocol, with iProtocol set to the socket's own. False where the
 * catalog has none. */
bool protocol_of(int family, int type, int protocol, WSAPROTOCOL_INFOW *info);

#endif
