/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every send and receive shares: the program's buffer list brought in safely, the state of the
 * socket checked in Windows' order, and the one place where a lane is chosen.
 *
 *     transfer_open    handle, buffer list (WSAENOTSOCK, WSAEFAULT, WSAEINVAL, WSAENOBUFS)
 *     ... the entry checks its own pointers and fills in address, control, flags ...
 *     transfer_send / transfer_receive
 *     transfer_close   always
 *
 * A short receive takes the kernel 0.4 microseconds.  What Sluice adds is returns rather than work:
 * the kernel leaves the processor's memory of return addresses empty or unusable, so that every
 * function still open around a system call returns by a misprediction, some 8 ns each.  Functions
 * on the way to `receive` and `send` are few, end in tail calls or are inlined. */
#ifndef SLUICE_TRANSFER_H
#define SLUICE_TRANSFER_H

#include "spi/overlapped.h"
#include "spi/spi.h"

/* Buffers that cost no allocation. */
#define TRANSFER_SMALL 16

struct transfer {
    SOCKET s;
    unsigned facts;
    struct notice notice; /* overlapped NULL: the call waits (or the socket does not block) */

    WSABUF *buffers; /* our copy; while a receive fills up, what is left of it */
    DWORD count;
    ULONGLONG total; /* bytes in all of them */
    WSABUF small[TRANSFER_SMALL];
    WSABUF *list; /* what buffers was at first; freed where it is not `small` */
    char *bounce; /* one block in place of more buffers than the host takes */

    DWORD flags; /* MSG_*; a receive with control leaves the host's answer here, where it waited */
    DWORD *flags_live; /* where an overlapped receive leaves it; NULL: flags */

    /* send: where to, in our memory.  receive: where the sender is to be stored, and its room; the
     * program's memory where the transfer is overlapped. */
    void *address;
    INT address_len;
    INT *address_len_live;

    WSABUF *control; /* receive: where control messages go; send: those to send, in memory of ours;
                        NULL for none */

    ULONG_PTR moved; /* out: bytes */
};

/* Starts a transfer. Returns 0 or an error; transfer_close is called in either case. */
int transfer_open(struct transfer *t, SOCKET s, const WSABUF *buffers, DWORD count,
                  LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);
void transfer_close(struct transfer *t);

/* Checks where the byte count goes: it may be NULL in an overlapped call only. Returns 0 or
 * WSAEFAULT. */
int transfer_check_count(const struct transfer *t, LPDWORD moved);

/* Sends, after checking flags and state.  Returns 0, WSA_IO_PENDING or an error. */
int transfer_send(struct transfer *t);

/* Receives.  WSAEMSGSIZE comes with the byte count too: the datagram was cut. */
int transfer_receive(struct transfer *t);

/* A way to move bytes.  Each function returns 0 or a WSA code, and the count in t->moved. */
struct lane {
    int (*send)(struct transfer *t);
    int (*receive)(struct transfer *t);
    DWORD most_buffers;
};

extern const struct lane host_lane;
extern const struct lane direct_lane;
extern const struct lane message_lane; /* sends with control messages, which the host has not */

/* Whether calls on the socket do not wait. The host is asked where another may have changed that. */
bool transfer_is_nonblocking(SOCKET s);

#endif
