/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a program's own requests to \Device\Afd about network events have to do with what is known
 * here.  Both come after a request that succeeded. */
#ifndef SLUICE_EVENT_H
#define SLUICE_EVENT_H

#include "spi/afd.h"

/* AFD_EVENT_SELECT with these parameters. */
void event_selected(SOCKET s, const void *in, ULONG in_len);

/* AFD_GET_EVENTS; what only we know of is added to the answer. */
void event_taken(SOCKET s, void *out, ULONG out_len);

#endif
