/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sendto: one operation is a sendto of 64 bytes to a peer that sleeps, as send.c explains. */
#include "frame.h"

/* A batch fits into a socket's buffer, in which Linux counts some 800 bytes for each. */
enum { MESSAGE = 64, MESSAGES = 128 };

static socket_t datagrams;
static struct sockaddr_in peer;
static int in_batch; /* messages sent since the peer took all */

static void serve(socket_t s)
{
    char message[MESSAGE];
    int64_t number, left;
    int port;

    datagrams = bound_socket(SOCK_DGRAM, &port);
    if (net_receive_timeout(datagrams, 5000)) /* a lost datagram ends the program, not hangs it */
        give_up("setsockopt");
    send_number(s, port);
    while (receive_number(s, &number)) {
        for (left = number; left > 0; left--)
            if (recv(datagrams, message, MESSAGE, 0) != MESSAGE)
                give_up("recv");
        send_number(s, number);
    }
    net_close(datagrams);
}

static void prepare(socket_t s)
{
    int port;

    peer = loopback((int)wait_number(s));
    datagrams = bound_socket(SOCK_DGRAM, &port);
}

static void drive(socket_t s, long count)
{
    char message[MESSAGE];

    memset(message, 'x', MESSAGE);
    while (count-- > 0) {
        if (sendto(datagrams, message, MESSAGE, 0, (struct sockaddr *)&peer, sizeof(peer)) !=
            MESSAGE)
            give_up("sendto");
        if (++in_batch == MESSAGES) {
            clock_pause();
            send_number(s, in_batch);
            wait_number(s);
            in_batch = 0;
            clock_resume();
        }
    }
}

static const struct workload workload = {.prepare = prepare, .drive = drive, .serve = serve};
