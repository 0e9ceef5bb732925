/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A stream send that does not wait takes all or nothing on Windows.  The host takes what the kernel
 * has room for; the rest of the bytes is sent on by a thread of ours. */
#ifndef SLUICE_REST_H
#define SLUICE_REST_H

#include "spi/transfer.h"

/* Takes over what a send left (t->moved of t->total are gone) and counts it as sent: t->moved
 * becomes t->total.  The bytes are copied; they outlive closesocket and the calling thread.  Until
 * they are gone the next send answers WSAEWOULDBLOCK, shutdown and the socket's end wait behind
 * them.  Where there is no memory or no thread to be had, t->moved stays. */
void rest_send(struct transfer *t);

/* Whether a rest is on its way there; if so, `how` (SD_SEND, SD_BOTH) is done behind it.  (The host
 * would let a shutdown wait by itself, unless the program has just cancelled what it takes for its
 * own operations.) */
bool rest_defer_shutdown(SOCKET s, int how);

/* Takes what is on its way out of the host's queue for a moment, so that the program can cancel and
 * count its own operations alone; rest_go_on puts it back.  NULL: nothing is on its way. */
struct rest *rest_hold(SOCKET s);
void rest_go_on(struct rest *rest);

/* Around a send that goes through the host while a rest is on its way: waits until that is in the
 * host's queue, and keeps it there until the send is behind it.  Returns NULL where there is none
 * any more. */
struct rest *rest_pass(SOCKET s);
void rest_passed(struct rest *rest);

/* The handle value is no longer that socket's; its rest goes on. */
void rest_orphan(SOCKET s);

/* The process ends: waits a few seconds for what is still on its way. */
void rest_finish(void);

#endif
