/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions a program finds by GUID (WSAIoctl with SIO_GET_EXTENSION_FUNCTION_POINTER).  They
 * are called without ws2_32.dll in between, so they set the thread's last error themselves: their
 * code on failure, 0 on success. */
#ifndef SLUICE_EXTENSION_H
#define SLUICE_EXTENSION_H

#include "spi/spi.h"

/* The function that belongs to the GUID, NULL where this provider has none. The GUID is readable
 * memory of our own: the caller has copied it out of the program's. */
void *extension_find(const GUID *guid);

/* Ends an extension function: sets the last error, returns whether error is 0. */
BOOL extension_return(int error);

/* Accepts into an existing socket.  FALSE with ERROR_IO_PENDING is the usual success;
 * ERROR_INVALID_PARAMETER (no overlapped), WSAENOTSOCK (either socket), WSAEFAULT (no buffer, no
 * room for the remote address), WSAEINVAL (not listening; accept socket bound, connected, of
 * another type, or pending).  Room for an address that is shorter than the address and 16 bytes
 * fails when a connection comes. */
BOOL PASCAL ext_accept_ex(SOCKET listener, SOCKET acceptor, PVOID buffer, DWORD receive_len,
                          DWORD local_len, DWORD remote_len, LPDWORD received,
                          LPOVERLAPPED overlapped);

/* Finds the addresses in the buffer AcceptEx has filled. What has no room there is left alone. */
VOID PASCAL ext_get_accept_ex_sockaddrs(PVOID buffer, DWORD receive_len, DWORD local_len,
                                        DWORD remote_len, struct sockaddr **local, LPINT local_size,
                                        struct sockaddr **remote, LPINT remote_size);

/* Connects a bound stream socket and sends the first bytes. ERROR_IO_PENDING is the usual success;
 * ERROR_INVALID_PARAMETER (no overlapped), WSAENOTSOCK, WSAEFAULT, WSAEINVAL (unbound, listening,
 * connecting), WSAEISCONN, WSAEADDRNOTAVAIL (no address to connect to), WSAEAFNOSUPPORT. */
BOOL PASCAL ext_connect_ex(SOCKET s, const struct sockaddr *name, int namelen, PVOID data,
                           DWORD data_len, LPDWORD sent, LPOVERLAPPED overlapped);

/* Ends our side of a connection after what is queued was sent.  WSAENOTCONN, WSAEINVAL (flags other
 * than TF_REUSE_SOCKET, reserved not 0).  A socket disconnected for reuse is not connected any
 * more, and AcceptEx takes it; ConnectEx does not. */
BOOL PASCAL ext_disconnect_ex(SOCKET s, LPOVERLAPPED overlapped, DWORD flags, DWORD reserved);

/* Its core, for TransmitFile too: TF_REUSE_SOCKET in flags is looked at. Returns 0 or a WSA code.
 */
int disconnect(SOCKET s, DWORD flags);

/* Sends a file between two blocks of memory: mswsock.h, TransmitFile. */
BOOL PASCAL ext_transmit_file(SOCKET s, HANDLE file, DWORD length, DWORD per_send,
                              LPOVERLAPPED overlapped, LPTRANSMIT_FILE_BUFFERS buffers,
                              DWORD flags);

/* Sends memory and files in the order given, on a stream: mswsock.h, TransmitPackets. */
BOOL PASCAL ext_transmit_packets(SOCKET s, LPTRANSMIT_PACKETS_ELEMENT elements, DWORD count,
                                 DWORD per_send, LPOVERLAPPED overlapped, DWORD flags);

/* Datagrams with control messages. WSAEINVAL on a stream, else as WSARecvFrom and WSASendTo. */
INT PASCAL ext_recv_msg(SOCKET s, LPWSAMSG msg, LPDWORD received, LPWSAOVERLAPPED overlapped,
                        LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);
INT PASCAL ext_send_msg(SOCKET s, LPWSAMSG msg, DWORD flags, LPDWORD sent,
                        LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine);

#endif
