/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* burst: one operation is SIZE datagrams of 512 bytes at once to the peer, which answers the last.
 */
#include "frame.h"

enum { MESSAGE = 512, GOODBYE = 1 };

static socket_t datagrams;
static char message[MESSAGE];

static void serve(socket_t s)
{
    struct sockaddr_in from;
    int port, n, got = 0;

    datagrams = bound_socket(SOCK_DGRAM, &port);
    send_number(s, port);
    for (;;) {
        socket_size_t size = sizeof(from);

        n = (int)recvfrom(datagrams, message, MESSAGE, 0, (struct sockaddr *)&from, &size);
        if (n < 0)
            give_up("recvfrom");
        if (n == GOODBYE)
            break;
        if (++got % size_parameter == 0 &&
            sendto(datagrams, message, MESSAGE, 0, (struct sockaddr *)&from, size) != MESSAGE)
            give_up("sendto");
    }
    net_close(datagrams);
}

static void prepare(socket_t s)
{
    struct sockaddr_in peer = loopback((int)wait_number(s));
    int port;

    datagrams = bound_socket(SOCK_DGRAM, &port);
    if (connect(datagrams, (struct sockaddr *)&peer, sizeof(peer)))
        give_up("connect");
    if (net_receive_timeout(datagrams, 5000)) /* a lost datagram ends the program, not hangs it */
        give_up("setsockopt");
}

static void drive(socket_t s, long count)
{
    static int64_t number;
    int i;

    (void)s;
    while (count-- > 0) {
        number++;
        memcpy(message, &number, sizeof(number));
        for (i = 0; i < size_parameter; i++)
            if (send(datagrams, message, MESSAGE, 0) != MESSAGE)
                give_up("send");
        memset(message, 0, sizeof(number));
        if (recv(datagrams, message, MESSAGE, 0) != MESSAGE)
            give_up("recv");
        if (memcmp(message, &number, sizeof(number)) != 0)
            give_up_wrong("an answer to another burst");
    }
}

static void finish(socket_t s)
{
    (void)s;
    if (send(datagrams, message, GOODBYE, 0) != GOODBYE)
        give_up("send");
    net_close(datagrams);
}

static const struct workload workload = {
    .prepare = prepare, .drive = drive, .finish = finish, .serve = serve};
