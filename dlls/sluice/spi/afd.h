/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The host lane: requests to \Device\Afd as Wine has them (WINE-HOST section 1). */
#ifndef SLUICE_AFD_H
#define SLUICE_AFD_H

#include "spi/nt.h"

#define WINE_AFD(n) (0x120000u + 4 * (n))

enum afd_code {
    AFD_BIND = 0x12003,
    AFD_LISTEN = 0x1200b,
    AFD_RECV = 0x12017,
    AFD_POLL = 0x12024,
    AFD_GETSOCKNAME = 0x1202f,
    AFD_EVENT_SELECT = 0x12087,
    AFD_GET_EVENTS = 0x1208b,
    AFD_CREATE = WINE_AFD(200),
    AFD_ACCEPT = WINE_AFD(201),
    AFD_ACCEPT_INTO = WINE_AFD(202),
    AFD_CONNECT = WINE_AFD(203),
    AFD_SHUTDOWN = WINE_AFD(204),
    AFD_RECVMSG = WINE_AFD(205),
    AFD_SENDMSG = WINE_AFD(206),
    AFD_TRANSMIT = WINE_AFD(207),
    AFD_ADDRESS_LIST_CHANGE = WINE_AFD(208),
    AFD_FIONBIO = WINE_AFD(209),
    AFD_COMPLETE_ASYNC = WINE_AFD(210),
    AFD_FIONREAD = WINE_AFD(211),
    AFD_SIOCATMARK = WINE_AFD(212),
    AFD_GET_INTERFACE_LIST = WINE_AFD(213),
    AFD_KEEPALIVE_VALS = WINE_AFD(214),
    AFD_MESSAGE_SELECT = WINE_AFD(215),
    AFD_GETPEERNAME = WINE_AFD(216),
    AFD_DEFER = WINE_AFD(217),
    AFD_GET_INFO = WINE_AFD(218),
    AFD_GET_SO_ERROR = WINE_AFD(222),
};

enum afd_poll_flag {
    AFD_POLL_READ = 0x0001,
    AFD_POLL_OOB = 0x0002,
    AFD_POLL_WRITE = 0x0004,
    AFD_POLL_HUP = 0x0008,
    AFD_POLL_RESET = 0x0010,
    AFD_POLL_CLOSE = 0x0020,
    AFD_POLL_CONNECT = 0x0040,
    AFD_POLL_ACCEPT = 0x0080,
    AFD_POLL_CONNECT_ERR = 0x0100,
};

struct afd_bind_params {
    int unknown;
    unsigned char address[28]; /* as long as the family's sockaddr */
};
struct afd_listen_params {
    int unknown1, backlog, unknown2;
};
struct afd_create_params {
    int family, type, protocol;
    unsigned int flags;
};
struct afd_connect_params {
    int addr_len, synchronous;
    unsigned char address[28]; /* addr_len bytes, then the data of ConnectEx */
};
struct afd_accept_into_params {
    ULONG accept_handle;
    unsigned int recv_len, local_len;
};
struct afd_info {
    int family, type, protocol;
};
struct afd_recvmsg_params {
    ULONGLONG control, addr, addr_len, ws_flags; /* the program's own pointers; live while pending */
    int force_async;
    unsigned int count;
    ULONGLONG buffers;
};
struct afd_sendmsg_params {
    ULONGLONG addr;
    unsigned int addr_len, ws_flags;
    int force_async;
    unsigned int count;
    ULONGLONG buffers;
};
struct afd_transmit_params {
    LARGE_INTEGER offset;     /* in the file; FILE_USE_FILE_POINTER_POSITION: where it stands */
    ULONGLONG head, tail;     /* the program's own memory; live while pending */
    DWORD head_len, tail_len;
    ULONG file;               /* handle, 0 for none */
    DWORD file_len;           /* 0: to its end */
    DWORD buffer_size, flags; /* flags are not looked at */
};
struct afd_event_select_params {
    HANDLE event;
    int mask;
};
struct afd_message_select_params {
    ULONG handle, window;
    unsigned int message;
    int mask;
};
struct afd_events {
    int flags, status[13];
};
#pragma pack(push, 4)
struct afd_poll_socket {
    SOCKET socket;
    int flags, status;
};
struct afd_poll_params {
    LONGLONG timeout; /* negative: relative, in 100 ns; 0: do not wait; INT64_MAX: for ever */
    unsigned int count;
    BOOLEAN exclusive, padding[3];
    struct afd_poll_socket sockets[1];
};
#pragma pack(pop)

/* One request, waited for (alertably; blocking hooks of 1.1 run meanwhile): sockets in blocking mode
 * wait in the host.  *information receives the byte count; may be NULL.  Returns the final NTSTATUS.
 * A wait ended by WSACancelBlockingCall gives STATUS_REQUEST_ABORTED (WSAEINTR). */
NTSTATUS afd_ioctl(SOCKET s, ULONG code, const void *in, ULONG in_len, void *out, ULONG out_len,
                   ULONG_PTR *information);

/* The same; pending(s, in) is called where the request does not end at once, before the wait. */
NTSTATUS afd_ioctl_pending(SOCKET s, ULONG code, const void *in, ULONG in_len, void *out,
                           ULONG out_len, ULONG_PTR *information,
                           void (*pending)(SOCKET s, const void *in));

/* afd_ioctl as a WSA code: 0 or the error. */
int afd_call(SOCKET s, ULONG code, const void *in, ULONG in_len, void *out, ULONG out_len);

/* Type, family and protocol the host created the socket with; it is asked where they are not known
 * here. Returns 0 or WSAENOTSOCK. */
int afd_info(SOCKET s, struct afd_info *info);

#endif
