/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's own list of sockets, read without privileges (sock_diag(7)). */
#ifndef SLUICE_DIAG_H
#define SLUICE_DIAG_H

#include <stdbool.h>
#include <stdint.h>

/* States a socket can be asked for by; the kernel's numbers. */
enum diag_state {
    DIAG_ESTABLISHED = 1 << 1,
    DIAG_CLOSE = 1 << 7, /* a datagram socket without a peer */
    DIAG_LISTEN = 1 << 10,
    DIAG_BOUND = 1 << 13, /* a bound stream socket that does nothing yet; Linux 6.8 and later */
};

struct diag_socket {
    int family; /* AF_INET, AF_INET6 */
    bool v6_only;
    bool listening;
    uint8_t address[16]; /* local, network order; 4 bytes of AF_INET */
    uint32_t device;     /* index of the interface it is bound to, 0: none */
    uint32_t user;
    uint64_t cookie;            /* as SO_COOKIE */
    uint32_t waiting, backlog;  /* listening: connections in the queue, listen()'s argument */
    uint32_t flags;             /* struct inet_diag_sockopt: first byte lowest */
};

typedef void (*diag_visit)(void *context, const struct diag_socket *found);

/* Calls visit for each TCP or UDP socket (protocol) of this family with this local port (network
 * order) in one of the states.  Returns 0, or an errno value where the kernel cannot be asked. */
int diag_list(int family, int protocol, uint16_t port, uint32_t states, diag_visit visit,
              void *context);

/* The same for both families. */
int diag_list_all(int protocol, uint16_t port, uint32_t states, diag_visit visit, void *context);

#endif
