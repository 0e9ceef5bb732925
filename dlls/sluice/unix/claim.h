/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Address reuse: the mark each of our bound sockets carries. */
#ifndef SLUICE_CLAIM_H
#define SLUICE_CLAIM_H

#include "xlat/reuse.h"

/* The mode a descriptor was marked with; XLAT_REUSE_UNKNOWN for none. */
enum xlat_reuse_mode claim_mode_of(int fd);

/* For a socket that several may share an address with (XLAT_REUSE_SHARED), once it listens or is
 * bound as a datagram socket: the first of them gets what arrives, the next once it is closed. */
void claim_first_comes_first(int fd);

#endif
