/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the handlers of socket ioctls share (ioctl.c has the table). */
#ifndef SLUICE_IOCTL_H
#define SLUICE_IOCTL_H

#include "spi/spi.h"

/* One WSPIoctl call. */
struct ioctl {
    SOCKET s;
    DWORD code;
    void *in, *out; /* the program's; checked for the row's minimum lengths */
    DWORD in_len, out_len;
    LPWSAOVERLAPPED overlapped;
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    struct afd_info info; /* of the socket, where the row asks for it */
    DWORD size;           /* result: bytes returned */
    bool report_failed;   /* result: *lpcbBytesReturned is set though the call failed */
    bool keep_size;       /* result: *lpcbBytesReturned stays as it was though the call succeeded */
};

/* SIO_ADDRESS_LIST_QUERY: this machine's addresses in the socket's family, loopback left out. */
int ioctl_address_list(struct ioctl *call);

/* SIO_ADDRESS_LIST_SORT: the given addresses, those to try first in front. */
int ioctl_sort_addresses(struct ioctl *call);

/* SIO_GET_INTERFACE_LIST_EX: INTERFACE_INFO_EX of each address in the socket's family, that of the
 * loopback too; their sockaddrs follow the array in the buffer. WSAEFAULT, with the size, where it
 * is too small. */
int ioctl_interface_list_ex(struct ioctl *call);

/* SIO_TCP_INFO, versions 0 and 1. */
int ioctl_tcp_info(struct ioctl *call);

/* SIO_ROUTING_INTERFACE_QUERY: the local address packets to the given one would leave from. */
int ioctl_routing_interface(struct ioctl *call);

/* SIO_GET_BROADCAST_ADDRESS: the address sendto takes for a limited broadcast. */
int ioctl_broadcast_address(struct ioctl *call);

#endif
