/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which of a host's addresses an address query gets. Pure. */
#ifndef SLUICE_XLAT_ADDRLIST_H
#define SLUICE_XLAT_ADDRLIST_H

#include <stdbool.h>

#include "name_entry.h"

/* The family to ask a resolver for: both where IPv4 addresses may have to stand in for IPv6 ones.
 */
int addrlist_family_to_ask(int family, bool mapped);

/* Keeps, in place and in order, the addresses of a family (NAME_FAMILY_ANY: all).  For
 * NAME_FAMILY_6 with `mapped` (AI_V4MAPPED) IPv4 addresses are kept as IPv4-mapped ones where there
 * is no IPv6 address, or always with `all` (AI_ALL). Returns how many are left. */
unsigned int addrlist_select(struct name_address *list, unsigned int count, int family, bool mapped,
                             bool all);

#endif
