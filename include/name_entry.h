/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a name service answers, in one form for every compiler: addresses, and packed host, service
 * and protocol entries. */
#ifndef SLUICE_NAME_ENTRY_H
#define SLUICE_NAME_ENTRY_H

#include <stdint.h>

/* Windows' numbers of the two families a name can have addresses of. */
#define NAME_FAMILY_ANY 0
#define NAME_FAMILY_4   2
#define NAME_FAMILY_6   23

/* One address of a host. */
struct name_address {
    uint16_t family; /* NAME_FAMILY_4 or NAME_FAMILY_6 */
    uint16_t reserved;
    uint32_t scope;    /* IPv6: interface index of a link-local address, else 0 */
    uint8_t bytes[16]; /* network byte order; IPv4 uses the first four */
};

/* Head of a packed entry.  After it, without padding: address_count addresses of address_len bytes
 * each, then string_count strings, each with its zero.  Strings: the name; for a service its
 * protocol; the aliases. */
struct name_entry {
    uint32_t size;  /* of the whole entry, head included */
    int32_t number; /* host: family; service: port, host byte order; protocol: its number */
    uint32_t address_len;
    uint32_t address_count;
    uint32_t string_count;
};

_Static_assert(sizeof(struct name_address) == 24, "one layout for every compiler");
_Static_assert(sizeof(struct name_entry) == 20, "one layout for every compiler");

#endif
