/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The provider's entries and what they share.
 *
 * Every WSP function follows one convention, that of the Winsock SPI: it returns SOCKET_ERROR (INVALID_SOCKET,
 * FALSE) and stores a WSA code in *lpErrno, or returns success and leaves *lpErrno alone. It never touches the
 * thread's last error.  lpErrno NULL is tolerated: the call fails without a code. */
#ifndef SLUICE_SPI_H
#define SLUICE_SPI_H

#include <stdbool.h>

#include "spi/afd.h"
#include "spi/host.h"
#include <ws2spi.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include "pe/guard.h"
#include "pe/timeout.h"
#include "xlat/status.h"

/* Ends an entry: error 0 gives 0, anything else SOCKET_ERROR with *lpErrno set. */
int spi_return(int error, LPINT lpErrno);

/* Room for every address family a socket of ours can have. */
#define SPI_ADDRESS_MAX 28

/* The bytes of a family's sockaddr; 0 for a family no socket of ours has. */
int spi_address_length(int family);

/* Whether an IPv4 or IPv6 address is 0.0.0.0 or "::". */
bool spi_is_wildcard(const void *address);

/* Whether nothing can be connected to it: the wildcard, which Linux takes for the machine itself
 * and Windows refuses, or port 0. */
bool spi_is_no_destination(const void *address);

/* Copies a sockaddr out of program memory and checks it: WSAEFAULT for an unreadable or too short one,
 * WSAEAFNOSUPPORT for a family other than the socket's. `family` AF_UNSPEC accepts any known one. */
int spi_get_address(const struct sockaddr *name, int namelen, int family, void *address, int *length);

/* Stores an address in program memory, whose room is *namelen: WSAEFAULT where it does not fit. */
int spi_put_address(struct sockaddr *name, LPINT namelen, const void *address, int length);

/* The address the host has the socket bound to. Returns 0, WSAEINVAL (not bound), WSAENOTSOCK. */
int spi_local_address(SOCKET s, void *address, int *length);

/* The connected peer's address. Returns 0, WSAENOTCONN, WSAENOTSOCK. */
int spi_peer_address(SOCKET s, void *address, int *length);

/* Whether no other handle, of any process, names the socket. */
bool spi_is_last_handle(SOCKET s);

/* Sockets this process opened through us, so that the last WSPCleanup can close them. */
bool registry_add(SOCKET s);
bool registry_has(SOCKET s);
bool registry_remove(SOCKET s); /* whether it was there */
void registry_close_all(void);

/* Fills proc table rows; one function per file of entries would be noise: startup.c names them all. */
SOCKET WSPAPI WSPAccept(SOCKET s, struct sockaddr *addr, LPINT addrlen, LPCONDITIONPROC condition,
                        DWORD_PTR data, LPINT lpErrno);
INT WSPAPI WSPAddressToString(LPSOCKADDR address, DWORD length, LPWSAPROTOCOL_INFOW info,
                              LPWSTR string, LPDWORD string_length, LPINT lpErrno);
int WSPAPI WSPAsyncSelect(SOCKET s, HWND window, unsigned int message, __LONG32 events, LPINT lpErrno);
int WSPAPI WSPBind(SOCKET s, const struct sockaddr *name, int namelen, LPINT lpErrno);
int WSPAPI WSPCancelBlockingCall(LPINT lpErrno);
int WSPAPI WSPCleanup(LPINT lpErrno);
int WSPAPI WSPCloseSocket(SOCKET s, LPINT lpErrno);
int WSPAPI WSPConnect(SOCKET s, const struct sockaddr *name, int namelen, LPWSABUF caller_data,
                      LPWSABUF callee_data, LPQOS sqos, LPQOS gqos, LPINT lpErrno);
int WSPAPI WSPDuplicateSocket(SOCKET s, DWORD process, LPWSAPROTOCOL_INFOW info, LPINT lpErrno);
int WSPAPI WSPEnumNetworkEvents(SOCKET s, WSAEVENT event, LPWSANETWORKEVENTS events, LPINT lpErrno);
int WSPAPI WSPEventSelect(SOCKET s, WSAEVENT event, __LONG32 events, LPINT lpErrno);
BOOL WSPAPI WSPGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD transferred,
                                   BOOL wait, LPDWORD flags, LPINT lpErrno);
int WSPAPI WSPGetPeerName(SOCKET s, struct sockaddr *name, LPINT namelen, LPINT lpErrno);
int WSPAPI WSPGetSockName(SOCKET s, struct sockaddr *name, LPINT namelen, LPINT lpErrno);
int WSPAPI WSPGetSockOpt(SOCKET s, int level, int name, char *value, LPINT length, LPINT lpErrno);
BOOL WSPAPI WSPGetQOSByName(SOCKET s, LPWSABUF name, LPQOS qos, LPINT lpErrno);
int WSPAPI WSPIoctl(SOCKET s, DWORD code, LPVOID in, DWORD in_len, LPVOID out, DWORD out_len,
                    LPDWORD returned, LPWSAOVERLAPPED overlapped,
                    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT lpErrno);
SOCKET WSPAPI WSPJoinLeaf(SOCKET s, const struct sockaddr *name, int namelen, LPWSABUF caller_data,
                          LPWSABUF callee_data, LPQOS sqos, LPQOS gqos, DWORD flags, LPINT lpErrno);
int WSPAPI WSPListen(SOCKET s, int backlog, LPINT lpErrno);
int WSPAPI WSPRecv(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags,
                   LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
                   LPWSATHREADID thread, LPINT lpErrno);
int WSPAPI WSPRecvDisconnect(SOCKET s, LPWSABUF data, LPINT lpErrno);
int WSPAPI WSPRecvFrom(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags,
                       struct sockaddr *from, LPINT fromlen, LPWSAOVERLAPPED overlapped,
                       LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread,
                       LPINT lpErrno);
int WSPAPI WSPSelect(int nfds, fd_set *readfds, fd_set *writefds, fd_set *exceptfds,
                     TIMEOUT timeout, LPINT lpErrno);
int WSPAPI WSPSend(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags,
                   LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
                   LPWSATHREADID thread, LPINT lpErrno);
int WSPAPI WSPSendDisconnect(SOCKET s, LPWSABUF data, LPINT lpErrno);
int WSPAPI WSPSendTo(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags,
                     const struct sockaddr *to, int tolen, LPWSAOVERLAPPED overlapped,
                     LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread,
                     LPINT lpErrno);
int WSPAPI WSPSetSockOpt(SOCKET s, int level, int name, const char *value, int length, LPINT lpErrno);
int WSPAPI WSPShutdown(SOCKET s, int how, LPINT lpErrno);
SOCKET WSPAPI WSPSocket(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group,
                        DWORD flags, LPINT lpErrno);
INT WSPAPI WSPStringToAddress(LPWSTR string, INT family, LPWSAPROTOCOL_INFOW info,
                              LPSOCKADDR address, LPINT length, LPINT lpErrno);

#endif
