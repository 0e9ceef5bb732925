/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readiness of many sockets at once: one request of the host lane, for select and WSAPoll. */
#ifndef SLUICE_POLL_H
#define SLUICE_POLL_H

#include "spi/spi.h"

#define POLL_FOREVER INT64_MAX

/* The sockets of one request, each once however often it was added. */
struct poll_request {
    struct afd_poll_params *asked;
    struct afd_poll_params *answered;
    unsigned int *results; /* AFD_POLL_* flags found, by index */
    unsigned int *slots;   /* hash table of index + 1; 0 is free */
    unsigned int slot_mask, room;
};

/* Makes room for `room` sockets. Returns 0 or WSAENOBUFS. */
int poll_open(struct poll_request *request, unsigned int room);
void poll_close(struct poll_request *request);

/* Asks for `flags` (AFD_POLL_*) of a socket, beside what was asked for it before. */
void poll_add(struct poll_request *request, SOCKET s, int flags);

/* Waits, alertably, until one socket has one of its flags or the time is over: `timeout` in units
 * of 100 ns (0 does not wait), or POLL_FOREVER.  Returns 0, WSAENOTSOCK where one handle is none of
 * a socket, WSAEINTR where the wait was cancelled, or another WSA code. */
int poll_wait(struct poll_request *request, LONGLONG timeout);

/* After poll_wait: the index of an added socket, and the flags found by index (AFD_POLL_CLOSE alone
 * for a socket closed meanwhile). */
unsigned int poll_index(const struct poll_request *request, SOCKET s);
unsigned int poll_flags(const struct poll_request *request, unsigned int index);

/* True if the handle is a socket's. */
bool poll_is_socket(SOCKET s);

/* WSAPoll, found by WSAID_WSAPOLL.  fds: count entries; timeout in milliseconds, negative for ever.
 * Returns the number of entries with an event, 0 when the time is over, or SOCKET_ERROR with the
 * thread's last error set: WSAEINVAL (count 0, flags that cannot be asked for), WSAEFAULT,
 * WSAENOTSOCK (no entry is a socket), WSAENOBUFS. */
int WSAAPI sluice_poll(WSAPOLLFD *fds, ULONG count, INT timeout);

#endif
