/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TF_REUSE_SOCKET: a socket's connection goes, the socket stays for another AcceptEx. */
#ifndef SLUICE_REUSE_H
#define SLUICE_REUSE_H

#include "spi/spi.h"

/* Closes the connection of an accepted socket, orderly unless data of the peer was left unread, and
 * cancels what pends on it.  The socket then answers WSAENOTCONN (FACT_REUSABLE) until it is
 * accepted into again.  Returns false, and does nothing, where that cannot be: sends of ours still
 * pend, the socket was shut down before, it was reset, or it is one that connected (the host keeps
 * a descriptor of those which AcceptEx does not replace). */
bool reuse_detach(SOCKET s);

/* Whether it still waits to be accepted into, an AcceptEx having ended without a connection. */
bool reuse_is_idle(SOCKET s);

/* The socket is being closed. */
void reuse_forget(SOCKET s);

#endif
