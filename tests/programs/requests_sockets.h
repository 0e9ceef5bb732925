/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* requests_sockets.h: the sockets on which requests.c does its operations, and what they need. */
#ifndef TESTS_REQUESTS_SOCKETS_H
#define TESTS_REQUESTS_SOCKETS_H

#define FD_SETSIZE 512
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <windows.h>

enum { MESSAGE = 64, LARGE = 65536, BATCH = 100, BATCHES = 10, MANY = 500, READY = 250 };

extern SOCKET client, server;       /* a connection: the end that connected, the one accepted */
extern SOCKET sender, receiver;     /* datagram sockets */
extern SOCKET pinger;               /* a connection to the echoing peer */
extern SOCKET listener, connecting; /* neither will ever have something to say; non-blocking */
extern SOCKET idle;                 /* a listener that waits */
extern SOCKET many[MANY];           /* datagram sockets, of which READY has something to read */
extern struct sockaddr_in receiver_address, full_address, idle_address;
extern char buffer[LARGE];
extern LPFN_WSARECVMSG receive_message;
extern LPFN_WSASENDMSG send_message;

/* Ends the program with the last error, unless `holds`. */
void must(int holds, const char *what);

/* Makes all of the above but listener and connecting.  port: where the echoing peer listens. */
void make_all(int port);

/* Makes listener, and connecting, whose connect is under way; not again when they are there.  Linux
 * gives up on such a connection after a while, so shortly before it is needed. */
void make_pending(void);

void make_non_blocking(SOCKET s);

/* Sends what a batch of receives takes, or receives what a batch of sends has sent. */
void fill_client(void);
void fill_server(void);
void fill_datagrams(void);
void empty_client(void);
void empty_server(void);
void empty_datagrams(void);

/* Receives so many bytes. */
void empty_until(SOCKET s, int left);

#endif
