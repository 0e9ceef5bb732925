/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the cases of overlapped operations share. */
#ifndef SLUICE_CONFORMANCE_OVERLAP_H
#define SLUICE_CONFORMANCE_OVERLAP_H

#include "remote.h"
#include <mswsock.h>

/* An OVERLAPPED with a manual-reset event of its own. */
WSAOVERLAPPED with_event(void);

/* The operation was started and pends, or has completed at once: 0 or SOCKET_ERROR with
 * WSA_IO_PENDING.  `call` of the BOOL functions: TRUE or FALSE with it. */
#define assert_started(call)                                                                       \
    check_started(__FILE__, __LINE__, #call, (WSASetLastError(ERROR_UNTOUCHED), (call)) == 0)
#define assert_started_bool(call)                                                                  \
    check_started(__FILE__, __LINE__, #call, (WSASetLastError(ERROR_UNTOUCHED), (call)) != 0)
void check_started(const char *file, int line, const char *call, int done);

/* FALSE with this code. */
#define assert_refused(call, code)                                                                 \
    check_fails(__FILE__, __LINE__, #call, (WSASetLastError(ERROR_UNTOUCHED), (call)) ? 0 : -1,    \
                (code))

/* Waits for the event, PATIENCE at most; 0 with the byte count, or the operation's WSA code. */
int finish(SOCKET s, WSAOVERLAPPED *overlapped, DWORD *count);

/* One receive or send of a buffer; what WSARecv and WSASend return. */
int start_recv(SOCKET s, void *data, DWORD length, DWORD flags, WSAOVERLAPPED *overlapped);
int start_send(SOCKET s, const void *data, DWORD length, WSAOVERLAPPED *overlapped);

/* The next packet of a port, within PATIENCE: 0, or the code with which the operation failed.  The
 * others are what it must carry. */
DWORD packet(HANDLE port, ULONG_PTR key, WSAOVERLAPPED *overlapped, DWORD count);
void no_packet(HANDLE port);

/* A function found by its GUID, which must exist. */
void *extension(SOCKET s, GUID id);

/* LINGER{1, 0}, then closesocket: the peer is reset. */
void close_with_reset(SOCKET s);

#endif
