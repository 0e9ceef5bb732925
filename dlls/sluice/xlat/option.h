/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The socket options: one row per option in options.def, seen here with Windows' numbers.  Both
 * sides. What Linux calls them is option_host.h, Unix side only. */
#ifndef XLAT_OPTION_H
#define XLAT_OPTION_H

#include <stdint.h>

/* Who answers.
 * DIRECT    getsockopt/setsockopt on the descriptor (Unix calls get_option, set_option)
 * HOST      an AFD request, get_code or set_code, on a 4-byte value; a code of 0: that operation
 *           has no effect in the host and succeeds
 * LOCAL     the provider itself, by `local`
 * ACCEPTED  nobody: no effect is owed on this host.  Any value is taken and read back; `value` is
 *           the answer before the first set
 * CONTROL   asks for control messages of received datagrams: the kernel delivers what they are made
 *           of, the provider keeps which were asked for (spi/control.c)
 * FIXED     the host always behaves as `value` says: that reads back, only that can be set
 * REFUSED   known on Windows, impossible here: fails with `refusal` */
enum xlat_route {
    XLAT_DIRECT = 1,
    XLAT_CONTROL,
    XLAT_HOST,
    XLAT_LOCAL,
    XLAT_ACCEPTED,
    XLAT_FIXED,
    XLAT_REFUSED
};

enum xlat_local {
    XLAT_LOCAL_NONE,
    XLAT_LOCAL_BSP_STATE,
    XLAT_LOCAL_DONTLINGER,
    XLAT_LOCAL_EMPTY,
    XLAT_LOCAL_ERROR,
    XLAT_LOCAL_IFLIST,
    XLAT_LOCAL_IFLIST_ADD,
    XLAT_LOCAL_IFLIST_DEL,
    XLAT_LOCAL_IFLIST_GET,
    XLAT_LOCAL_MAX_MSG_SIZE,
    XLAT_LOCAL_OPENTYPE,
    XLAT_LOCAL_PROTOCOL_INFOA,
    XLAT_LOCAL_PROTOCOL_INFOW,
    XLAT_LOCAL_TYPE,
    XLAT_LOCAL_UPDATE_ACCEPT_CONTEXT,
    XLAT_LOCAL_UPDATE_CONNECT_CONTEXT,
    XLAT_LOCAL_COUNT
};

/* What the value is.  Up to XLAT_LAST_SCALAR: one 32-bit number. */
enum xlat_kind {
    XLAT_BOOL,      /* read as 0 or 1, any other value counts as 1 */
    XLAT_INT,       /* 32 bits as they are: sizes, times in ms or s as the row's name says, codes */
    XLAT_OCTET,     /* 0..255, else WSAEINVAL */
    XLAT_HOPS,      /* -1 (the system's default), 0..255, else WSAEINVAL */
    XLAT_INTERFACE, /* IPv4 address, or 0.x.x.x an interface index, network byte order */
    XLAT_LAST_SCALAR = XLAT_INTERFACE,
    XLAT_LINGER,           /* struct ws_linger */
    XLAT_MREQ,             /* struct ws_ip_mreq */
    XLAT_MREQ_SOURCE,      /* struct ws_ip_mreq_source */
    XLAT_MREQ6,            /* struct ws_ipv6_mreq */
    XLAT_GROUP_REQ,        /* struct ws_group_req */
    XLAT_GROUP_SOURCE_REQ, /* struct ws_group_source_req */
    XLAT_BYTES,            /* as they are, `size` at most */
    XLAT_OWN,              /* the provider's business */
    XLAT_KIND_COUNT
};

/* How Windows treats the buffer's length; `size` is the full length of the value, "short" means
 * shorter.  Seen on Windows by Wine's test_set_getsockopt.
 * FLAG    get: a short buffer is filled as far as it goes, the length becomes 1; set: any length
 * SCALAR  get: of a short buffer one byte is filled, the length becomes 1; set: any but 0
 * BYTE    get: always one byte; set: any but 0, one byte counts
 * FULL    short is WSAEFAULT
 * ZERO    the same, and a short get fills the buffer with zeros
 * CLEAR   the same, and a short get sets the length to 0
 * NEEDED  the same, and a short get sets the length to `size`
 * THREAD  SO_OPENTYPE: as FULL, but a negative length counts as long enough
 * ANY     any length, 0 too */
enum xlat_size {
    XLAT_SIZE_FLAG,
    XLAT_SIZE_SCALAR,
    XLAT_SIZE_BYTE,
    XLAT_SIZE_FULL,
    XLAT_SIZE_ZERO,
    XLAT_SIZE_CLEAR,
    XLAT_SIZE_NEEDED,
    XLAT_SIZE_THREAD,
    XLAT_SIZE_ANY,
    XLAT_SIZE_COUNT
};

enum xlat_op { XLAT_GET = 1, XLAT_SET = 2 };
enum xlat_type_mask { XLAT_STREAM = 1, XLAT_DGRAM = 2, XLAT_RAW = 4 };
enum xlat_family_mask { XLAT_INET = 1, XLAT_INET6 = 2 };

struct xlat_option {
    int level, name;   /* Windows' numbers */
    const char *label; /* "SO_LINGER", for logs */
    enum xlat_route route;
    enum xlat_kind kind;
    enum xlat_size rule;
    int size;              /* bytes of the full value; of XLAT_SIZE_ANY the most anyone reads */
    unsigned int ops;      /* XLAT_GET, XLAT_SET */
    unsigned int types;    /* socket types that have it */
    unsigned int families; /* families it can be asked of */
    enum xlat_local local; /* XLAT_LOCAL */
    uint32_t get_code, set_code; /* XLAT_HOST */
    uint32_t value;              /* XLAT_ACCEPTED, XLAT_FIXED */
    int refusal;                 /* XLAT_REFUSED: WSA code */
};

/* The row of an option, NULL where there is none: then xlat_option_unknown(level) is the error. */
const struct xlat_option *xlat_option_find(int level, int name);

/* WSAEINVAL for a level Windows does not know, WSAENOPROTOOPT for an unknown name otherwise. */
int xlat_option_unknown(int level);

/* The table by index, 0..count-1. */
int xlat_option_count(void);
const struct xlat_option *xlat_option_at(int index);

/* Who answers on a socket of this Windows family: the row's route, but XLAT_ACCEPTED for an IPv6
 * option that Windows also grants an AF_INET socket and Linux does not (IPV6_V6ONLY). */
enum xlat_route xlat_option_route(const struct xlat_option *row, int ws_family);

/* Whether the call may go on: operation, length `len` as the program gave it (get: *optlen), then
 * type and family of the socket, Windows' numbers; type 0 leaves the last two out (no socket
 * needed).  The caller checks pointers, where the length says that one is needed.  Returns 0, or:
 * WSAENOPROTOOPT  not gettable or not settable; or not an option of this type or family
 * WSAEFAULT       too short
 * WSAENOBUFS      negative length in a set that does not tolerate it
 * WSAEINVAL       IP-level option on a socket type that has not got it
 * the row's `refusal` */
int xlat_option_check(const struct xlat_option *row, int ws_type, int ws_family, enum xlat_op op,
                      int len);

/* What Windows does to the buffer when a get fails for its length: *len is the room (> 0). */
void xlat_option_short(const struct xlat_option *row, void *ws, int32_t *len);

/* Scalar kinds: the number in the program's buffer, after xlat_option_check.
 * Returns 0, WSAEINVAL (out of the kind's range; of an XLAT_FIXED row anything but `value`:
 * WSAENOPROTOOPT). */
int xlat_option_read(const struct xlat_option *row, const void *ws, int len, uint32_t *value);

/* Scalar kinds: stores a number in the program's buffer of *len bytes, in the length the rule
 * gives, and sets *len.  Returns 0, WSAEFAULT (too short). */
int xlat_option_write(const struct xlat_option *row, uint32_t value, void *ws, int32_t *len);

#endif
