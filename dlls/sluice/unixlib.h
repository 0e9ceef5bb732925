/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The boundary between sluice.dll (PE) and sluice.so (Unix): the one header both sides include.
 *
 * A call is one row of UNIX_CALLS and one struct.  Members have fixed widths, 64-bit members are
 * aligned to 8 explicitly and pointers travel as 64-bit numbers, so that one layout serves x86-64,
 * i386 and WoW64. A Unix call returns a WSA code, 0 for success; results are members of the struct.
 */
#ifndef SLUICE_UNIXLIB_H
#define SLUICE_UNIXLIB_H

#include <stddef.h>
#include <stdint.h>

/* Raised whenever a struct below changes, so that halves of different builds refuse each other. */
#define UNIXLIB_VERSION 10

typedef uint64_t __attribute__((aligned(8))) u64_a8;

/* The most interfaces IP_ADD_IFLIST takes. */
#define INTERFACE_FILTER_MAX 128

/* X(name): struct NAME_params, and in sluice.so `int unix_NAME(struct NAME_params *)`. */
#define UNIX_CALLS(X)                                                                              \
    X(attach)                                                                                      \
    X(tell_end)                                                                                    \
    X(open_record)                                                                                 \
    X(keep)                                                                                        \
    X(forget_errors)                                                                               \
    X(drop)                                                                                        \
    X(receive)                                                                                     \
    X(send)                                                                                        \
    X(poll)                                                                                        \
    X(unread)                                                                                      \
    X(spare)                                                                                       \
    X(socket_info)                                                                                 \
    X(socket_name)                                                                                 \
    X(listen)                                                                                      \
    X(dissolve)                                                                                    \
    X(is_local_address)                                                                            \
    X(is_writable)                                                                                 \
    X(shutdown_send)                                                                               \
    X(low_water)                                                                                   \
    X(claim_address)                                                                               \
    X(claim_end)                                                                                   \
    X(change_open)                                                                                 \
    X(change_wait)                                                                                 \
    X(syn_count)                                                                                   \
    X(interface_filter)                                                                            \
    X(connect_check)                                                                               \
    X(connect_local)                                                                               \
    X(connect_undo)                                                                                \
    X(linger_state)                                                                                \
    X(urgent_look)                                                                                 \
    X(drop_urgent)                                                                                 \
    X(route_source)                                                                                \
    X(get_option)                                                                                  \
    X(set_option)                                                                                  \
    X(receive_room)                                                                                \
    X(tcp_info)                                                                                    \
    X(filter_icmp)                                                                                 \
    X(send_message)                                                                                \
    X(tend)                                                                                        \
    X(tend_wait)                                                                                   \
    X(tend_look)                                                                                   \
    X(errno_name)                                                                                  \
    X(get_addrinfo)                                                                                \
    X(get_nameinfo)                                                                                \
    X(get_hostname)                                                                                \
    X(get_hostent)                                                                                 \
    X(get_servent)                                                                                 \
    X(get_protoent)

/* First call of a process.  WSASYSNOTREADY where the halves or the host do not fit together. */
struct attach_params {
    uint32_t unixlib_version; /* in: UNIXLIB_VERSION */
    uint32_t host_major;      /* in: Wine's version, 8 of "8.0" */
    uint32_t host_minor;
    uint32_t told_major; /* in: the same; in tests another one, as if this were it */
    uint32_t told_minor;
    uint32_t tested;  /* out: 1 where that version was tried, 0 where nobody knows */
    char reason[128]; /* out: what does not fit; what mends it. Where the call fails */
};

/* Has a word of memory set to 1 when the calling thread is over, terminated or not: after anything
 * it does in sluice.dll.  In place of the word it named before.  WSAENOBUFS: it stays as it was. */
struct tell_end_params {
    u64_a8 word; /* in: int32_t; 0: none */
};

/* The errno behind the thread's last failure; forgets it. */
struct errno_name_params {
    int32_t error;   /* in: the WSA code it must have become; 0: only forget */
    uint32_t status; /* in: what the host answered, for an error that is not ours; 0: nothing */
    char name[24];   /* out: "ECONNREFUSED"; "": none is known */
};

/* The handle names a socket of this process from now on (unix/record.h): what is kept under that
 * value is dropped, and a descriptor may be kept. */
struct open_record_params {
    u64_a8 handle;
};

/* Keeps a descriptor for the handle: an unconnected stream must have none, for AcceptEx replaces
 * the socket behind it.  WSAENOTSOCK where the handle is not open; WSAEMFILE. */
struct keep_params {
    u64_a8 handle;
    int32_t hears; /* in: a datagram socket whose ICMP errors the kernel is to queue */
    int32_t reserved;
};

/* Errors of the kept descriptor are queued no longer, and those that are there are gone. */
struct forget_errors_params {
    u64_a8 handle;
};

/* The handle is about to be closed, or its socket replaced. Waits on it end with DIRECT_DROPPED. */
struct drop_params {
    u64_a8 handle;
};

/* What the calls below answer beside 0 and WSA codes (none of which is that small). */
enum direct_result {
    DIRECT_GONE = 1, /* nothing is kept for the handle */
    DIRECT_HOST,     /* the host has the answer: call it */
    DIRECT_DROPPED,  /* the handle was closed during the call */
};

/* Whether a descriptor is left: 0 or WSAEMFILE. */
struct spare_params {
    u64_a8 reserved;
};

/* What the kernel knows of a socket.  WSAENOTSOCK where the handle is none. */
struct socket_info_params {
    u64_a8 handle;      /* in: the SOCKET */
    int32_t family;     /* out: Windows' number */
    int32_t type;       /* out: Windows' number */
    int32_t protocol;   /* out: Windows' number */
    int32_t listening;  /* out: SO_ACCEPTCONN */
    int32_t connected;  /* out: stream: has a peer (established or closing); datagram: 0 */
    int32_t connecting; /* out: a handshake of our own is under way */
    int32_t ended;      /* out: stream: the peer has sent its FIN, whatever is unread before it */
    int32_t has_peer;   /* out: the kernel names a peer; a datagram socket's is where it sends */
    u64_a8 cookie; /* out: SO_COOKIE, a number no other socket of the kernel's has had; 0: none */
};

/* The kernel's word for one of the addresses of a socket whose descriptor is kept.  DIRECT_GONE,
 * WSAENOTCONN (no longer) where there is none, WSAENOBUFS. */
struct socket_name_params {
    u64_a8 handle;
    int32_t peer;        /* in: 1 for the peer's, 0 for the socket's own */
    int32_t address_len; /* out: length of address */
    uint8_t address[28]; /* out: Windows sockaddr */
};

/* BSD listen() with exactly `depth` connections able to wait; on a socket that listens already the
 * surplus of its queue is reset.  The socket is bound and not connected; checked by the caller. */
struct listen_params {
    u64_a8 handle;
    int32_t backlog;      /* in: as the program gave it, any int */
    int32_t listen_depth; /* out: the argument listen() got, for the host's own listen */
    int32_t dropped;      /* out: connections reset because they stood above the new depth */
    int32_t address_len;  /* in: length of address */
    uint8_t address[28];  /* in: Windows sockaddr the host has the socket bound to */
    int32_t reserved;
};

/* connect(AF_UNSPEC): a datagram socket forgets its peer. */
struct dissolve_params {
    u64_a8 handle;
};

/* The local address from which packets to `address` would leave. The code of
 * xlat_sockaddr_to_host for a bad address; WSAENETUNREACH or WSAEHOSTUNREACH where there is no
 * route. */
struct route_source_params {
    int32_t address_len; /* in: length of address, 16 or 28; out unchanged */
    uint8_t address[28]; /* in: Windows sockaddr of the destination; out: of the source, port 0 */
};

/* Whether an address is this machine's (a wildcard is, and a broadcast address of its networks): 0,
 * or WSAEADDRNOTAVAIL. */
struct is_local_address_params {
    int32_t address_len;  /* in: length of address */
    uint8_t address[28];  /* in: Windows sockaddr; its port does not matter */
    int32_t is_broadcast; /* out: an IPv4 broadcast address */
};

/* Before a bind: whether Windows' rules of address reuse allow it beside the sockets of this
 * machine's Sluice programs, and what the kernel needs to be told to let it through.  0,
 * WSAEADDRINUSE or WSAEACCES; claim_end follows after 0 only.  The socket has its reuse options. */
struct claim_address_params {
    u64_a8 handle;
    int32_t mode;        /* in: enum claim_mode */
    int32_t address_len; /* in: length of address */
    uint8_t address[28]; /* in: Windows sockaddr to be bound to */
    int32_t lock;        /* out: for claim_end */
    int32_t prepared;    /* out: for claim_end */
    int32_t reserved;
};
enum claim_mode { CLAIM_DEFAULT = 1, CLAIM_SHARED, CLAIM_EXCLUSIVE };

/* After the bind: marks the socket for the claims that follow, or takes back what was prepared. */
struct claim_end_params {
    u64_a8 handle;
    int32_t mode;
    int32_t lock;
    int32_t prepared;
    int32_t bound; /* in: whether the bind succeeded */
};

/* A connect under way to a TCP address: whether its listener stands on this machine and has a full
 * queue.  With `refuse` such a connect is ended: the host sees a reset. */
struct connect_check_params {
    u64_a8 handle;
    u64_a8 cookie;       /* in: the socket looked at before, 0: any; out: this socket */
    int32_t refuse;      /* in */
    int32_t outcome;     /* out: enum connect_outcome */
    int32_t address_len; /* in: length of address */
    uint8_t address[28]; /* in: Windows sockaddr of the destination */
};
enum connect_outcome {
    CONNECT_DECIDED,   /* no longer under way, or another socket's handle by now */
    CONNECT_ELSEWHERE, /* under way to another machine */
    CONNECT_WAITS,     /* under way; no full queue is seen */
    CONNECT_FULL,      /* the listener's queue is full (refuse: and the attempt was ended) */
};

/* Connects a stream to a loopback address ahead of the host, where the whole handshake fits into
 * the call, and keeps the descriptor.  The host's own connect then succeeds at once.  Otherwise,
 * and where it is bound, the socket is left as it was. */
struct connect_local_params {
    u64_a8 handle;
    int32_t connected;   /* out */
    int32_t address_len; /* in: length of address */
    uint8_t address[28]; /* in: Windows sockaddr of the destination */
};

/* Takes such a connection back, of which the host would hear nothing. */
struct connect_undo_params {
    u64_a8 handle;
};

/* Opens what announces changes, and waits until there was one since it was opened or since the last
 * wait.  WSAENOBUFS, WSAEMFILE where the kernel cannot be asked. */
enum change_kind {
    CHANGE_ADDRESSES_V6,
    CHANGE_ROUTES_V4,
    CHANGE_ROUTES_V6,
    CHANGE_KINDS,
};
struct change_open_params {
    int32_t kind; /* in: enum change_kind */
    int32_t fd;   /* out: of the Unix side, never 0 */
};
struct change_wait_params {
    int32_t fd;
    int32_t reserved;
};

/* How many times a connection request is sent again before the attempt fails.  WSAENOTSOCK;
 * WSAEINVAL for a number the kernel does not take, or another kind of socket. */
struct syn_count_params {
    u64_a8 handle;
    int32_t count; /* in: 1..127; what is greater counts as 127 */
    int32_t reserved;
};

/* The interfaces whose datagrams a socket receives (IP_IFLIST); kept in the kernel, with the
 * socket.  WSAENOTSOCK; WSAENOBUFS: no room for one more; WSAEADDRNOTAVAIL: none of the list. */
struct interface_filter_params {
    u64_a8 handle;
    int32_t operation;                   /* in: enum interface_filter_operation */
    uint32_t index;                      /* in: of ADD and REMOVE: an interface */
    uint32_t enabled;                    /* out: whether the list is in force */
    uint32_t count;                      /* out: interfaces in it */
    uint32_t list[INTERFACE_FILTER_MAX]; /* out */
};
enum interface_filter_operation {
    INTERFACE_FILTER_QUERY,
    INTERFACE_FILTER_ENABLE,
    INTERFACE_FILTER_DISABLE,
    INTERFACE_FILTER_ADD,
    INTERFACE_FILTER_REMOVE,
};

/* What closing a socket has to do first. */
struct linger_state_params {
    u64_a8 handle;
    int32_t reset; /* in: 1 makes the close that follows a reset */
    int32_t
        seconds; /* out: of SO_LINGER if it is on with a time and the socket is connected; else 0 */
    int32_t unsent; /* out: 1 while data, or the end of it, is not acknowledged by the peer */
    int32_t open;   /* out: 1 while this side may still send */
};

/* Whether the kernel has room for a send.  WSAENOTSOCK. */
struct is_writable_params {
    u64_a8 handle;
    int32_t writable; /* out: 0 or 1 */
    int32_t reserved;
};

/* shutdown(SHUT_WR) without the host, which cannot take one back for a socket used again. */
struct shutdown_send_params {
    u64_a8 handle;
};

/* How many bytes have to be there before the socket counts as readable, and an overlapped receive
 * of the host is woken. The kernel's receive buffer bounds it. */
struct low_water_params {
    u64_a8 handle;
    int32_t bytes; /* in: 1 for the usual state */
    int32_t reserved;
};

/* getsockopt() and setsockopt() for an option of route DIRECT or CONTROL, both by its row in
 * xlat/option.c. */
struct get_option_params {
    u64_a8 handle;
    u64_a8 value;  /* in: Windows-form buffer, written by the call */
    int32_t level; /* in: Windows' numbers */
    int32_t name;
    int32_t value_len; /* in: room; out: length */
    int32_t reserved;
};
struct set_option_params {
    u64_a8 handle;
    u64_a8 value;
    int32_t level;
    int32_t name;
    int32_t value_len;
    int32_t reserved;
};

/* The kernel's statistics of a TCP connection.  WSAEINVAL on another kind of socket. */
struct tcp_info_params {
    u64_a8 handle;
    u64_a8 info; /* out: struct ws_tcp_info, connection_time left alone */
};

/* A raw socket of ICMP no longer sees the echo requests that the system answers. */
struct filter_icmp_params {
    u64_a8 handle;
};

#include "unixlib_data.h"
#include "unixlib_names.h"

enum unix_call_number {
#define X(name) UNIX_CALL_##name,
    UNIX_CALLS(X)
#undef X
        UNIX_CALL_COUNT
};

_Static_assert(sizeof(struct attach_params) == 152, "one layout for every compiler");
_Static_assert(sizeof(struct tell_end_params) == 8, "one layout for every compiler");
_Static_assert(sizeof(struct open_record_params) == 8, "one layout for every compiler");
_Static_assert(sizeof(struct forget_errors_params) == 8, "one layout for every compiler");
_Static_assert(sizeof(struct keep_params) == 16, "one layout for every compiler");
_Static_assert(sizeof(struct drop_params) == 8, "one layout for every compiler");
_Static_assert(sizeof(struct spare_params) == 8, "one layout for every compiler");
_Static_assert(sizeof(struct socket_info_params) == 48, "one layout for every compiler");
_Static_assert(sizeof(struct socket_name_params) == 48, "one layout for every compiler");
_Static_assert(sizeof(struct listen_params) == 56, "one layout for every compiler");
_Static_assert(sizeof(struct dissolve_params) == 8, "one layout for every compiler");
_Static_assert(sizeof(struct route_source_params) == 32, "one layout for every compiler");
_Static_assert(sizeof(struct is_local_address_params) == 36, "one layout for every compiler");
_Static_assert(sizeof(struct is_writable_params) == 16, "one layout for every compiler");
_Static_assert(sizeof(struct shutdown_send_params) == 8, "one layout for every compiler");
_Static_assert(sizeof(struct low_water_params) == 16, "one layout for every compiler");
_Static_assert(sizeof(struct claim_address_params) == 56, "one layout for every compiler");
_Static_assert(sizeof(struct claim_end_params) == 24, "one layout for every compiler");
_Static_assert(sizeof(struct change_open_params) == 8, "one layout for every compiler");
_Static_assert(sizeof(struct change_wait_params) == 8, "one layout for every compiler");
_Static_assert(sizeof(struct syn_count_params) == 16, "one layout for every compiler");
_Static_assert(sizeof(struct interface_filter_params) == 536, "one layout for every compiler");
_Static_assert(sizeof(struct connect_check_params) == 56, "one layout for every compiler");
_Static_assert(sizeof(struct connect_local_params) == 48, "one layout for every compiler");
_Static_assert(sizeof(struct linger_state_params) == 24, "one layout for every compiler");
_Static_assert(sizeof(struct get_option_params) == 32, "one layout for every compiler");
_Static_assert(sizeof(struct set_option_params) == 32, "one layout for every compiler");
_Static_assert(sizeof(struct tcp_info_params) == 16, "one layout for every compiler");
_Static_assert(sizeof(struct filter_icmp_params) == 8, "one layout for every compiler");

#endif
