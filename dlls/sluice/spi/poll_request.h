/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Readiness of many sockets at once, in both lanes, for select and WSAPoll. */
#ifndef SLUICE_POLL_REQUEST_H
#define SLUICE_POLL_REQUEST_H

#include "spi/spi.h"

#define POLL_FOREVER INT64_MAX

/* The sockets of one request, each once however often it was added.  Those of the direct lane are
 * asked by one system call, the others through the host. */
struct poll_request {
    struct poll_entry *entries;
    struct afd_poll_params *asked, *answered; /* of the host */
    unsigned int *slots;                      /* hash table of index + 1; 0 is free */
    unsigned int count, room, slot_mask;
    unsigned int hosts; /* sockets that the host is asked about from the start */
    bool invalid;       /* a value among them is no handle's */
    bool deaf;          /* the host does not wait for one of them (FACT_DEAF) */
    bool urgent;        /* urgent bytes of one of them are remembered (FACT_URGENT) */
    bool slept;         /* the last look at the descriptors waited its whole slice for nothing */
    void *memory;
};

/* Makes room for `room` sockets. Returns 0 or WSAENOBUFS. */
int poll_open(struct poll_request *request, unsigned int room);
void poll_close(struct poll_request *request);

/* Asks for `flags` (AFD_POLL_*) of a socket, beside what was asked for it before.  `guess`: the
 * index it may have been added with; any. Returns its index. */
unsigned int poll_add(struct poll_request *request, SOCKET s, unsigned int flags,
                      unsigned int guess);

/* Waits until one socket has one of its flags or the time is over: `timeout` in units of 100 ns (0
 * does not wait), or POLL_FOREVER.  A wait of some length is alertable.  Returns 0, WSAENOTSOCK
 * where one handle is none of a socket, WSAEINTR where the wait was cancelled, or another WSA code.
 */
int poll_wait(struct poll_request *request, LONGLONG timeout);

/* After poll_wait: the flags found by index (AFD_POLL_CLOSE alone for a socket closed meanwhile).
 */
unsigned int poll_flags(const struct poll_request *request, unsigned int index);

/* Whether the host is to answer, or has answered, for a socket: it does not see the end of the
 * peer's data before all of it is read. */
bool poll_is_hosts(const struct poll_request *request, unsigned int index);

/* True if the handle is a socket's. */
bool poll_is_socket(SOCKET s);

#endif
