/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Flags of the send and receive calls.  Unix side only. */
#ifndef XLAT_MSGFLAGS_H
#define XLAT_MSGFLAGS_H

#include <stdint.h>

enum xlat_direction { XLAT_SEND, XLAT_RECEIVE };

/* Host flags of a Windows flag word.  Flags that need nothing from the host (MSG_PARTIAL,
 * MSG_PUSH_IMMEDIATE, MSG_INTERRUPT) become 0.  Returns 0, or WSAEOPNOTSUPP with *host untouched
 * for a flag that this direction does not have. */
int xlat_msgflags_to_host(enum xlat_direction direction, uint32_t ws, int *host);

/* Windows flags of what recvmsg() left in msg_flags.  *unknown, if given, receives the host's flags
 * that Windows has no word for. */
uint32_t xlat_msgflags_from_host(int host, int *unknown);

#endif
