/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the data path remembers of a socket between calls, so that a send or receive need not ask
 * the host first.  A fact is only ever a shortcut or an event that the host forgets: without it the
 * answer is slower, or that of the host. */
#ifndef SLUICE_FACTS_H
#define SLUICE_FACTS_H

#include "spi/spi.h"

enum fact {
    FACT_KNOWN = 0x0001,    /* opened here, or used for data in this process */
    FACT_TYPED = 0x0002,    /* the three below are valid */
    FACT_STREAM = 0x0004,   /* connection-oriented */
    FACT_DATAGRAM = 0x0008, /* SOCK_DGRAM; neither of both: raw */
    FACT_IPV6 = 0x0010,
    FACT_READY = 0x0020,       /* stream: has been connected; datagram: is bound */
    FACT_RESET = 0x0040,       /* the connection's reset was reported: it is reported again */
    FACT_UNREACHABLE = 0x0080, /* a send met a port that refuses: the next receive reports it */
    FACT_CONNECT_REPORTED = 0x0200, /* connect itself returned the failure: SO_ERROR is clear */
    FACT_NO_CONNRESET = 0x0100,     /* SIO_UDP_CONNRESET is off: no receive reports it */
    FACT_SHUT_DOWN = 0x0400,  /* stream: shutdown was called; the kernel may forget the peer */
    FACT_OVERLAPPED = 0x0800, /* an overlapped request has been issued here */
    FACT_CONNECT_EX = 0x1000, /* ConnectEx was used, and its context not brought up to date */
    FACT_REUSABLE = 0x2000,   /* disconnected with TF_REUSE_SOCKET; AcceptEx may have it again */
    FACT_MESSAGES = 0x4000,   /* WSAAsyncSelect is in force, asked for here */
    FACT_SEND_ENDED = 0x8000, /* shut down for sending, though the host does not know */
    FACT_REUSED = 0x10000,    /* accepted into a second time */
    FACT_CONNECTS = 0x40000,  /* stream: connect or ConnectEx was used */
    FACT_LOW_WATER = 0x20000, /* the kernel holds data back for a receive with MSG_WAITALL */
    FACT_UNBOUND_COPY = 0x80000, /* duplicated before it was bound: only its own bind or send counts */
    FACT_REFUSED = 0x100000,     /* the connect was ended by us: its reset means "refused" */
};

/* The address family the facts of a typed socket say. */
static inline int facts_family(unsigned facts)
{
    return facts & FACT_IPV6 ? AF_INET6 : AF_INET;
}

/* The facts of a handle value, 0 where there are none. */
unsigned facts_find(SOCKET s);

/* Adds and takes away facts. Out of memory, nothing is remembered. Returns what is known now. */
unsigned facts_set(SOCKET s, unsigned added, unsigned removed);

/* The peer's address where the kernel does not tell it: while a connect is under way, and after
 * both sides have shut down.  `length` 0 forgets it. */
void facts_keep_peer(SOCKET s, const void *address, int length);
bool facts_peer(SOCKET s, void *address, int *length);

/* The handle value is no longer that socket's (closed), or is a new one's. */
void facts_forget(SOCKET s);

/* Type and family too, from the host where not known yet. Returns 0 or WSAENOTSOCK (WSAEMFILE). */
int facts_of_socket(SOCKET s, unsigned *facts);

/* Whether data can be moved: 0; WSAENOTCONN for a stream that never was connected or still
 * connects; WSAEINVAL for a receive on a datagram socket that is not bound. */
int facts_check_receive(SOCKET s, unsigned *facts);
int facts_check_send(SOCKET s, unsigned *facts);

/* The kernel tells again of every byte that comes, whatever a receive with MSG_WAITALL asked for.
 */
void facts_end_low_water(SOCKET s);

/* After a receive of a stream answered 0 bytes: whether the peer reset the connection rather than
 * ended its data.  The host may have read the kernel's error before us; it is asked then. */
bool facts_was_reset(SOCKET s, unsigned facts);

#endif
