/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* recvfrom: one operation is a recvfrom of a datagram of 64 bytes that is there already. */
#include "frame.h"

/* A batch fits into a socket's buffer, in which Linux counts some 800 bytes for each. */
enum { MESSAGE = 64, MESSAGES = 128 };

static socket_t datagrams;
static int own_port, from_port;
static int there; /* messages of the batch that have not been received */

static void serve(socket_t s)
{
    char message[MESSAGE];
    struct sockaddr_in to;
    int64_t number;
    int i;

    datagrams = bound_socket(SOCK_DGRAM, &own_port);
    send_number(s, own_port);
    to = loopback((int)wait_number(s));
    while (receive_number(s, &number)) {
        for (i = 0; i < MESSAGES; i++) {
            memset(message, i, MESSAGE);
            if (sendto(datagrams, message, MESSAGE, 0, (struct sockaddr *)&to, sizeof(to)) !=
                MESSAGE)
                give_up("sendto");
        }
        send_number(s, number);
    }
    net_close(datagrams);
}

static void prepare(socket_t s)
{
    from_port = (int)wait_number(s);
    datagrams = bound_socket(SOCK_DGRAM, &own_port);
    if (net_receive_timeout(datagrams, 5000)) /* a lost datagram ends the program, not hangs it */
        give_up("setsockopt");
    send_number(s, own_port);
}

static void drive(socket_t s, long count)
{
    char message[MESSAGE + 1];
    struct sockaddr_in from;

    for (; count > 0; count--, there--) {
        socket_size_t size = sizeof(from);

        if (!there) {
            clock_pause();
            send_number(s, 1);
            wait_number(s);
            there = MESSAGES;
            clock_resume();
        }
        if (recvfrom(datagrams, message, sizeof(message), 0, (struct sockaddr *)&from, &size) !=
            MESSAGE)
            give_up("recvfrom");
        if (message[0] != MESSAGES - there || ntohs(from.sin_port) != from_port)
            give_up_wrong("a wrong datagram");
    }
}

static const struct workload workload = {.prepare = prepare, .drive = drive, .serve = serve};
