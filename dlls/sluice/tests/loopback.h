/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sockets of the loopback for tests of the calls that move data: ours has a record, the other is a
 * plain one. */
#ifndef TESTS_LOOPBACK_H
#define TESTS_LOOPBACK_H

#include <stdint.h>
#include <sys/socket.h>

/* A connected TCP socket, kept. Returns its handle; *peer: the other end's descriptor. */
uint64_t loopback_stream(int *peer);

/* A UDP socket of the family, bound and kept; *peer: another, bound too.  Neither is connected. */
uint64_t loopback_datagram(int family, int *peer);

/* Opens a record for a descriptor (which is the caller's no more) and keeps one. Returns the
 * handle: a multiple of four, as handles are. */
uint64_t loopback_keep(int fd);

/* Where a descriptor is bound, as Linux has it. */
struct sockaddr_storage loopback_address(int fd, socklen_t *length);

/* The same as Windows has it. Returns its length. */
int32_t loopback_ws_address(int fd, uint8_t ws[28]);

/* A socket of the family and type bound to a free port of the loopback address. */
int loopback_bound(int family, int type);

/* Closes the handle: the record with it, and the thread's eventfd where it has waited. */
void loopback_close(uint64_t handle, int peer);

/* Milliseconds of a clock that only goes forward. */
long long loopback_ms(void);

#endif
