/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Address reuse by the table of Microsoft's page "Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE".
 * Unix side only. */
#ifndef XLAT_REUSE_H
#define XLAT_REUSE_H

#include <stdbool.h>
#include <stdint.h>

enum xlat_reuse_mode {
    XLAT_REUSE_UNKNOWN,   /* a socket of another program: not judged here */
    XLAT_REUSE_DEFAULT,   /* neither option */
    XLAT_REUSE_SHARED,    /* SO_REUSEADDR */
    XLAT_REUSE_EXCLUSIVE, /* SO_EXCLUSIVEADDRUSE */
};

/* A socket's hold on an address of one port and protocol. */
struct xlat_claim {
    enum xlat_reuse_mode mode;
    bool is_v6;   /* AF_INET6 socket: 16 bytes of address, else 4 */
    bool v6_only; /* IPV6_V6ONLY; AF_INET6 only */
    uint32_t user;
    uint8_t address[16]; /* network order */
};

/* Whether `second` may be bound where `first` is.  Returns 0, WSAEADDRINUSE or WSAEACCES; 0 where
 * one of the modes is unknown.
 *
 * Both families follow the one table.  What the page leaves open of sockets for both is as Wine's
 * tests, which were run on Windows, saw it: a v4-mapped address is the IPv4 address; :: covers the
 * IPv4 wildcard only when it is exclusive, and then refuses it with WSAEACCES. */
int xlat_reuse_check(const struct xlat_claim *first, const struct xlat_claim *second);

#endif
