/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a case asks its peer (peer.h) to do.  Every function fails the case when the peer's answer
 * is not of the expected form.  The peer is found or started at the first use; the case must have
 * started Winsock. */
#ifndef SLUICE_CONFORMANCE_REMOTE_H
#define SLUICE_CONFORMANCE_REMOTE_H

#include "case.h"

/* Counts of `open` and `state`. */
struct crowd {
    int first, established, refused, reset, ended, waiting;
};

/* One command, printf-like; the answer, valid until the next. */
const char *peer(const char *format, ...) __attribute__((format(gnu_printf, 1, 2)));

/* The same for a command whose answer must begin with OK; what follows OK and a space. */
const char *peer_ok(const char *format, ...) __attribute__((format(gnu_printf, 1, 2)));

/* "127.0.0.1" or "::1". */
const char *loopback_text(int family);

/* Start n connections to the loopback port; wait at most ms for them to be decided. */
struct crowd peer_open(int family, unsigned port, int n, int ms);
/* Look again.  Waits the whole time while a connection is established and undisturbed. */
struct crowd peer_state(int first, int n, int ms);
/* One connection, which must be established; its number. */
int peer_connect(int family, unsigned port);

/* A listening TCP or a bound UDP socket of the peer on loopback: its number, and its port. */
int peer_listen(int family, int backlog, unsigned *port);
int peer_udp(int family, unsigned *port);
int peer_accept(int k);    /* the new connection's number */
unsigned peer_port(int k); /* the port at the peer's own end of its socket k */

/* Start a connect of this non-blocking socket that stays undecided for a second at least: to a port
 * of the peer whose queue is full. */
void connect_hanging(SOCKET s, int family);

/* Send and receive `length` bytes of the pattern on a blocking socket; the peer's fill and drain.
 */
void send_pattern(SOCKET s, int length);
void recv_pattern(SOCKET s, int length);

/* `length` bytes of the pattern, to be freed. */
char *make_pattern(int length);

/* For run_thread, on a blocking socket: receives until the end of the data. Returns how many bytes
 * came before one that is not the pattern's. */
DWORD WINAPI read_pattern(void *s);

/* Both directions between one accepted socket and the peer's connection k, 64 bytes each. */
void exchange_bytes(SOCKET s, int k);

/* The listener lets exactly n connections of the peer wait; the next is not established.  Then all
 * n are accepted and exchange bytes with the peer.  Nothing may be waiting before. */
void assert_depth(SOCKET listener, int family, int n);

/* Whether the kernel's view of a listening port can be had; if so, its queue and limit. */
int peer_queue_of(unsigned port, int *waiting, int *limit);

/* A connection with the peer: the socket, and in *k the peer's number for it.  pair_up accepts it,
 * connect_to_peer (AF_INET) makes it with a blocking connect. */
SOCKET pair_up(int family, int *k);
SOCKET connect_to_peer(int *k);

#endif
