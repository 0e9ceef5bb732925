/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Socket addresses between Windows' layout and the host's.  Unix side only. */
#ifndef XLAT_SOCKADDR_H
#define XLAT_SOCKADDR_H

#include <stdint.h>
#include <sys/socket.h>

/* A Windows sockaddr of ws_len bytes as the host has it; reads no byte beyond ws_len.  Bytes past
 * the family's length are ignored, as Windows does.  AF_UNSPEC becomes the form that dissolves an
 * association. Returns 0, WSAEFAULT (NULL, or too short for its family), WSAEAFNOSUPPORT. */
int xlat_sockaddr_to_host(const void *ws, int ws_len, struct sockaddr_storage *out,
                          socklen_t *out_len);

/* A host sockaddr as Windows has it.  *ws_len: room, then the length; it and ws stay untouched on
 * failure. An address without a family (length 0: an unbound peer) gives length 0. Returns 0,
 * WSAEFAULT (room too small), WSAEAFNOSUPPORT, WSAEINVAL (host address cut short). */
int xlat_sockaddr_from_host(const struct sockaddr_storage *host, socklen_t host_len, void *ws,
                            int32_t *ws_len);

/* Length of a Windows sockaddr of this Windows family, 0 for a family without one here. */
int xlat_sockaddr_length(int ws_family);

#endif
