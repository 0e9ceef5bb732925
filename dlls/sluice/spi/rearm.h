/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* FD_ACCEPT after an accept that failed.  On Windows every call of the accept family re-enables the
 * event; the host re-enables it only when a connection was taken.  So what a program registered for
 * it is remembered, and registered anew when an accept fails with connections left in the queue. */
#ifndef SLUICE_REARM_H
#define SLUICE_REARM_H

#include "spi/afd.h"

/* Remembers a registration that the host took, replacing an earlier one of the socket; forgets it
 * where the mask lacks AFD_POLL_ACCEPT.  Out of memory, nothing is remembered: the event then stays
 * as the host leaves it. */
void rearm_keep_event(SOCKET s, const struct afd_event_select_params *params);
void rearm_keep_message(SOCKET s, const struct afd_message_select_params *params);

/* Re-enables FD_ACCEPT: it is recorded again if a connection waits. Nothing where it was not
 * registered. */
void rearm_accept(SOCKET s);

/* The handle value is no longer that socket's, or is a new one's. */
void rearm_forget(SOCKET s);

#endif
