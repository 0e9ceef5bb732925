/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands in the peer's lines: error names, addresses, bytes. */
#ifndef SLUICE_CONFORMANCE_PEER_TEXT_H
#define SLUICE_CONFORMANCE_PEER_TEXT_H

#include <stddef.h>

/* The reply is the error's name (peer.h). */
void peer_put_error(char *reply, size_t room, int error);

/* The socket address of "address" and "port"; its length, 0 where it is none. */
net_length peer_make_address(const char *text, const char *port, struct sockaddr_storage *out);

/* Adds " address port" to the reply. */
void peer_put_address(char *reply, size_t room, const struct sockaddr_storage *address);

/* Adds bytes in hexadecimal to the reply. */
void peer_put_hex(char *reply, size_t room, const unsigned char *bytes, int count);

/* Reads them back, up to `max`; their number. */
int peer_from_hex(const char *hex, unsigned char *bytes, size_t max);

#endif
