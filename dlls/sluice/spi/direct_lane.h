/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The direct lane: data moves on a descriptor the Unix side keeps, and the host is asked nothing.  When
 * a socket may use it, and how a call waits there. */
#ifndef SLUICE_DIRECT_LANE_H
#define SLUICE_DIRECT_LANE_H

#include "spi/transfer.h"

/* Milliseconds that a call waits on the descriptor before it waits in the host, where user APCs run
 * and an idle thread costs nothing. */
#define DIRECT_SLICE_MS 50

/* Whether sends (receives) of the socket may take this lane; a descriptor is kept then.  *facts: what
 * is known of the socket, FACT_READY in it; brought up to date. */
bool direct_may_send(SOCKET s, unsigned *facts);
bool direct_may_receive(SOCKET s, unsigned *facts);

/* Leaves to the host lane what the options DIRECT and HOST_LANE say. For WSPStartup. */
void direct_options(void);

/* The same for asking whether the socket is ready: a listener may too. */
bool direct_may_poll(SOCKET s, unsigned *facts);

/* How long the calling thread may wait on the descriptor at once: `left` milliseconds (INFINITE: no
 * limit) at most, 0 where a blocking hook has to run meanwhile. */
DWORD direct_slice(DWORD left);

/* Waits in the host, alertably, for AFD_POLL_* flags.  *left: milliseconds, INFINITE for no limit; what is
 * left of them afterwards.  Returns 0 when there may be something, WSAETIMEDOUT, WSAEINTR (closed by
 * another thread, or cancelled). */
int direct_wait(SOCKET s, int flags, DWORD *left);

/* A transfer's buffers as they travel, without their first `skip` bytes. Returns how many. */
uint32_t direct_buffers(const struct transfer *t, ULONG_PTR skip,
                        struct unix_buffer list[UNIX_BUFFERS_MAX]);

#endif
