/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* hostent, servent and protoent packed into one block whose pointers lead into a buffer of the program's. */
#ifndef SLUICE_API_PACKER_H
#define SLUICE_API_PACKER_H

#include "api/api.h"

/* The block, to be released with free(), and its length; NULL without memory.  `target` is where the program
 * will have it. */
void *pack_hostent(const struct hostent *entry, const char *target, int *length);
void *pack_servent(const struct servent *entry, const char *target, int *length);
void *pack_protoent(const struct protoent *entry, const char *target, int *length);

#endif
