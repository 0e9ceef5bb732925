/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name services' part of unixlib.h. Included by it only.
 *
 * Every call that fills a buffer of the caller's takes its room in a member and leaves there what
 * the answer needs: WSAENOBUFS says that the room was too small and that the call is worth
 * repeating with more. */
#ifndef SLUICE_UNIXLIB_NAMES_H
#define SLUICE_UNIXLIB_NAMES_H

#include "name_entry.h"

/* A host's addresses, as its resolver orders them, duplicates left out.
 * 0, WSAHOST_NOT_FOUND, WSATRY_AGAIN, WSANO_DATA, WSANO_RECOVERY, WSA_NOT_ENOUGH_MEMORY,
 * WSAENOBUFS. */
struct get_addrinfo_params {
    u64_a8 node;      /* in: zero-ended ASCII name; "" is this machine, 0 stands for no name */
    u64_a8 addresses; /* in: struct name_address[count] */
    u64_a8 canonical; /* in: char[canonical_len], or 0 where no canonical name is wanted */
    uint32_t count;   /* in: room; out: number */
    uint32_t canonical_len; /* in: room in bytes; out: length with its zero, 0: none is known */
    int32_t family;         /* in: NAME_FAMILY_* */
    uint32_t flags;         /* in: NAME_QUERY_* */
};
/* No name: the wildcard addresses (for bind) instead of the loopback ones. */
#define NAME_QUERY_PASSIVE 1
/* Only families this machine has an address of, besides the loopback ones (AI_ADDRCONFIG). */
#define NAME_QUERY_CONFIGURED 2

/* The name of an address.  0, WSAHOST_NOT_FOUND, WSATRY_AGAIN, WSANO_RECOVERY,
 * WSA_NOT_ENOUGH_MEMORY, WSAENOBUFS. */
struct get_nameinfo_params {
    u64_a8 name;       /* in: char[name_len] */
    uint32_t name_len; /* in: room in bytes; out: length with its zero */
    uint32_t
        local_only; /* in: nonzero: a host of this machine's domain loses the domain (NI_NOFQDN) */
    struct name_address address; /* in */
};

/* This machine's name. 0, WSAENETDOWN, WSAENOBUFS. */
struct get_hostname_params {
    u64_a8 name;       /* in: char[name_len] */
    uint32_t name_len; /* in: room in bytes; out: length with its zero */
    uint32_t reserved;
};

/* A host by name (IPv4 only), or by address where node is 0.  Errors as get_addrinfo, and
 * WSAEAFNOSUPPORT. */
struct get_hostent_params {
    u64_a8 node;   /* in: zero-ended ASCII name; "" is this machine; or 0 */
    u64_a8 buffer; /* in: room for a packed struct name_entry */
    uint32_t size; /* in: room in bytes; out: size */
    uint32_t reserved;
    struct name_address address; /* in: where node is 0 */
};

/* A service by name, or by port where name is 0.  0, WSANO_DATA, WSA_NOT_ENOUGH_MEMORY, WSAENOBUFS.
 */
struct get_servent_params {
    u64_a8 name;     /* in: zero-ended, or 0 */
    u64_a8 protocol; /* in: zero-ended, or 0 for any */
    u64_a8 buffer;   /* in: room for a packed struct name_entry */
    uint32_t size;   /* in: room in bytes; out: size */
    uint32_t port;   /* in: host byte order, where name is 0 */
};

/* A protocol by name, or by number where name is 0.  Errors as get_servent. */
struct get_protoent_params {
    u64_a8 name;    /* in: zero-ended, or 0 */
    u64_a8 buffer;  /* in: room for a packed struct name_entry */
    uint32_t size;  /* in: room in bytes; out: size */
    int32_t number; /* in: where name is 0 */
};

_Static_assert(sizeof(struct get_addrinfo_params) == 40, "one layout for every compiler");
_Static_assert(sizeof(struct get_nameinfo_params) == 40, "one layout for every compiler");
_Static_assert(sizeof(struct get_hostname_params) == 16, "one layout for every compiler");
_Static_assert(sizeof(struct get_hostent_params) == 48, "one layout for every compiler");
_Static_assert(sizeof(struct get_servent_params) == 32, "one layout for every compiler");
_Static_assert(sizeof(struct get_protoent_params) == 24, "one layout for every compiler");

#endif
