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
    FACT_READY = 0x0020,        /* stream: has been connected; datagram: is bound */
    FACT_RESET = 0x0040,        /* the connection's reset was reported: it is reported again */
    FACT_UNREACHABLE = 0x0080,  /* a send met a port that refuses: the next receive reports it */
    FACT_NO_CONNRESET = 0x0100, /* SIO_UDP_CONNRESET is off: no receive reports it */
    FACT_CONNECT_REPORTED = 0x0200, /* connect itself returned the failure: SO_ERROR is clear */
    FACT_SHUT_DOWN = 0x0400,     /* stream: shutdown was called; the kernel may forget the peer */
    FACT_OVERLAPPED = 0x0800,    /* an overlapped request has been issued here */
    FACT_CONNECT_EX = 0x1000,    /* ConnectEx was used, and its context not brought up to date */
    FACT_REUSABLE = 0x2000,      /* disconnected with TF_REUSE_SOCKET; AcceptEx may have it again */
    FACT_MESSAGES = 0x4000,      /* WSAAsyncSelect is in force, asked for here */
    FACT_SEND_ENDED = 0x8000,    /* shut down for sending, though the host does not know */
    FACT_REUSED = 0x10000,       /* accepted into a second time */
    FACT_LOW_WATER = 0x20000,    /* the kernel holds data back for a receive with MSG_WAITALL */
    FACT_CONNECTS = 0x40000,     /* stream: connect or ConnectEx was used */
    FACT_UNBOUND_COPY = 0x80000, /* duplicated unbound: only its own bind or send counts */
    FACT_REFUSED = 0x100000,     /* the connect was ended by us: its reset means "refused" */
    FACT_OWN = 0x200000,         /* opened here, and closed by the last WSPCleanup */
    FACT_SHARED = 0x400000,      /* another handle, here or elsewhere, may change its state */
    FACT_NONBLOCKING = 0x800000, /* own and not shared: calls do not wait */
    FACT_EVENTS = 0x1000000,     /* own: WSAEventSelect or WSAAsyncSelect is in force */
    FACT_KEPT = 0x2000000,       /* the Unix side keeps a descriptor (unix/record.h) */
    FACT_RECEIVES = 0x4000000,   /* an overlapped receive was issued: one may pend */
    FACT_SENDS = 0x8000000,      /* an overlapped send was issued: one may pend */
    FACT_RECEIVE_ENDED = 0x10000000, /* shut down for receiving */
    FACT_LISTENING = 0x20000000,
    FACT_REST = 0x40000000,             /* the rest of a send pends in the host (spi/rest.h) */
    FACT_ACCEPTS = 0x80000000,          /* AcceptEx gives it another descriptor */
    FACT_DEFERRED = FACT_UNREACHABLE,   /* listener: a connection was given back to the host */
    FACT_UNHEARD = FACT_CONNECTS,       /* datagram: its errors are not asked for (spi/hearing.h) */
    FACT_NO_NETRESET = FACT_CONNECT_EX, /* datagram: SIO_UDP_NETRESET is off */
    FACT_URGENT = FACT_NO_CONNRESET,    /* stream: urgent bytes are remembered (spi/urgent.h) */
    FACT_DEAF =
        FACT_RESET, /* datagram: the host has met an error of it, and no longer waits for it */
};

/* The address family the facts of a typed socket say. */
static inline int facts_family(unsigned facts)
{
    return facts & FACT_IPV6 ? AF_INET6 : AF_INET;
}

/* The facts of a handle value, 0 where there are none.  No lock is taken. */
unsigned facts_find(SOCKET s);

/* Adds and takes away facts. Out of memory, or while it is being closed, nothing is remembered.
 * Returns what is known now. */
unsigned facts_set(SOCKET s, unsigned added, unsigned removed);

/* Takes facts away from a socket that has all of them; false where it has not. */
bool facts_take(SOCKET s, unsigned facts);

/* Calls `each` for every socket that has all of these facts. */
void facts_for_each(unsigned facts, void (*each)(SOCKET s));

/* The peer's address where the kernel does not tell it: while a connect is under way, and after
 * both sides have shut down.  `length` 0 forgets it. */
void facts_keep_peer(SOCKET s, const void *address, int length);
bool facts_peer(SOCKET s, void *address, int *length);

/* SO_RCVTIMEO and SO_SNDTIMEO of a socket of our own, in milliseconds, 0: none. */
enum facts_timeout { TIMEOUT_RECEIVE, TIMEOUT_SEND };
void facts_keep_timeout(SOCKET s, enum facts_timeout which, DWORD milliseconds);
DWORD facts_timeout(SOCKET s, enum facts_timeout which);

/* The FD_CONNECT of a connect that the host was told of when it was over: it knows of no such event
 * (spi/connect.c). */
enum connect_event {
    CONNECT_EVENT_NONE,
    CONNECT_EVENT_UNTOLD,   /* for whoever selects it */
    CONNECT_EVENT_SELECTED, /* for the next WSAEnumNetworkEvents */
};
void facts_keep_connect_event(SOCKET s, enum connect_event event);
enum connect_event facts_connect_event(SOCKET s);

/* Somebody may wait in the host for a stream that is not connected yet. */
void facts_note_poller(SOCKET s);
bool facts_has_poller(SOCKET s);

/* Type, family and protocol of a socket opened here, and the facts that follow from them. */
void facts_keep_info(SOCKET s, const struct afd_info *info);
/* false where they are not known here, or not for certain. */
bool facts_info(SOCKET s, struct afd_info *info);

/* What accept hands on: type and family, mode, selection, timeouts. */
void facts_inherit(SOCKET listener, SOCKET s);

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
