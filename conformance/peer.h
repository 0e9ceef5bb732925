/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* clang-format off: a table in a comment */
/* The other end of a case's connections: a process that obeys line commands.
 *
 * peer.c is built twice, as part of conformance.exe (`--peer`) and as a native program, so that
 * what a case asserts about the wire is what the host's own sockets see.  It prints `PORT n` and
 * takes on that TCP port of 127.0.0.1 one command per line, each answered by one line.  k is the
 * number of a socket of the peer, given by the command that made it; ms a time limit; hex may be
 * `-` for nothing:
 *
 *   open ADDRESS PORT N MS     start N connections       OK first established refused reset waiting
 *   state FIRST N MS           what became of them       OK established refused reset eof waiting
 *   send K HEX MS              send these bytes          OK count | an error name
 *   fill FIRST N LENGTH MS     send a pattern on each    OK connections | an error name
 *   drain FIRST N LENGTH MS    receive it on each        OK connections | BAD offset | an error name
 *   read K MAX MS              receive once              OK hex | EOF | an error name
 *   oob K HEX                  send out-of-band          OK count
 *   shut K r|w|b               shutdown                  OK
 *   close K, abort K           orderly, with a reset     OK
 *   local K                    the socket's own address  OK address port
 *   listen ADDRESS BACKLOG     a listening socket        OK k port
 *   listenat ADDRESS PORT BACKLOG  with SO_REUSEADDR     OK k | an error name
 *   accept K MS                accept one                OK k address port | an error name
 *   udp ADDRESS                a bound datagram socket   OK k port
 *   sendto K ADDRESS PORT HEX  one datagram              OK count
 *   recvfrom K MAX MS          one datagram              OK address port hex | an error name
 *   queue PORT                 a listening TCP port as the kernel sees it: connections that wait,
 *                              its limit (as passed to listen)  OK waiting limit | UNSUPPORTED
 *   somaxconn                  the host's largest backlog  OK n | UNSUPPORTED
 *
 * Error names: REFUSED RESET TIMEOUT EOF UNREACHABLE INUSE NOTCONN PIPE ERROR:n. */
/* clang-format on */
#ifndef SLUICE_CONFORMANCE_PEER_H
#define SLUICE_CONFORMANCE_PEER_H

#include <stddef.h>

/* The byte at an offset of the pattern of fill and drain. */
static inline unsigned char peer_pattern(size_t offset)
{
    return (unsigned char)(offset * 31 + offset / 251 + 7);
}

/* Serve; `output` is where `PORT n` goes, NULL for standard output.  Windows: one controller, then
 * the end.  Native: any number, each in a child process.  Returns an exit code. */
int peer_main(const char *output);

/* Obey one line (which is changed); the answer, without a line end, valid until the next. */
const char *peer_obey(char *line);

/* Native only: waiting connections and limit of a listening port.  0, or -1 if there is none. */
int peer_queue(unsigned port, unsigned *waiting, unsigned *limit);

/* Native only: the host's largest backlog, or -1. */
int peer_somaxconn(void);

#endif
