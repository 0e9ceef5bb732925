/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name services sluice.dll offers to ws2_32.dll beside WSPStartup: getaddrinfo and its kin
 * answered by the host's resolver.  One exported function, SluiceNames, gives the table.
 *
 * Every function returns 0 or a WSA code and leaves the thread's last error alone.  Arguments are
 * the caller's own copies, never program memory.  A result it returns through a pointer to a
 * pointer is one block of the process heap, freed by HeapFree; on failure the pointer is not
 * touched. */
#ifndef SLUICE_NAMES_H
#define SLUICE_NAMES_H

#include <winsock2.h>
#include <ws2tcpip.h>

#include "name_entry.h"

/* Room for this machine's name with its zero; Winsock promises that 256 suffice. */
#define NAME_HOST_ROOM 256

/* What mingw-w64's ws2tcpip.h lacks of ws2def.h. */
#ifndef AI_DNS_ONLY
#define AI_DNS_ONLY 0x00000010
#endif

/* An address query, checked by the caller. */
struct name_query {
    const WCHAR *node;    /* NULL: none; "": this machine */
    const WCHAR *service; /* NULL: none; a name or a decimal number */
    int family;           /* AF_UNSPEC, AF_INET, AF_INET6 */
    int socktype;         /* 0 or SOCK_*: which protocol's services count */
    int flags;            /* AI_* */
};

/* Its answer. */
struct name_addresses {
    int flags;   /* for ai_flags: AI_NUMERICHOST where the node was an address already */
    USHORT port; /* network byte order */
    unsigned int count;
    WCHAR *canonical; /* in the same block; NULL: not asked for, or not known */
    struct name_address item[];
};

struct name_services {
    /* WSAHOST_NOT_FOUND, WSATRY_AGAIN, WSANO_DATA, WSANO_RECOVERY, WSATYPE_NOT_FOUND (the service),
     * WSA_NOT_ENOUGH_MEMORY. */
    int(WINAPI *get_addresses)(const struct name_query *query, struct name_addresses **answer);

    /* Names of an address and a port (network byte order); flags NI_*.  host or service NULL: not
     * wanted. WSAHOST_NOT_FOUND and the other resolver errors with NI_NAMEREQD only: numbers stand
     * in otherwise. */
    int(WINAPI *get_nameinfo)(const struct name_address *address, USHORT port, int flags,
                              WCHAR host[NI_MAXHOST], WCHAR service[NI_MAXSERV]);

    /* This machine's name. WSAENETDOWN. */
    int(WINAPI *get_hostname)(WCHAR name[NAME_HOST_ROOM]);

    /* A packed host entry (name_entry.h) by name ("": this machine; IPv4 only), or by address where
     * node is NULL.  WSAHOST_NOT_FOUND, WSATRY_AGAIN, WSANO_DATA, WSANO_RECOVERY,
     * WSA_NOT_ENOUGH_MEMORY. */
    int(WINAPI *get_host)(const WCHAR *node, const struct name_address *address,
                          struct name_entry **entry);

    /* A packed service entry by name, or by port (host byte order) where name is NULL; protocol
     * NULL: any. WSANO_DATA, WSA_NOT_ENOUGH_MEMORY. */
    int(WINAPI *get_service)(const char *name, int port, const char *protocol,
                             struct name_entry **entry);

    /* A packed protocol entry by name, or by number where name is NULL. Errors as get_service. */
    int(WINAPI *get_protocol)(const char *name, int number, struct name_entry **entry);
};

const struct name_services *WINAPI SluiceNames(void);

#endif
