/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * churn: one operation is a connection from its beginning to its end: socket, connect, accept, one
 * byte, and both ends closed, in one process.
 */
#include "frame.h"

static socket_t own_listener;
static struct sockaddr_in own_address;

static void prepare(socket_t s)
{
    int port;

    (void)s;
    own_listener = listening_socket(&port);
    own_address = loopback(port);
}

static void drive(socket_t s, long count)
{
    char byte;

    (void)s;
    while (count-- > 0) {
        socket_t client = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP), server;

        if (client == NO_SOCKET ||
            connect(client, (struct sockaddr *)&own_address, sizeof(own_address)))
            give_up("connect");
        if ((server = accept(own_listener, NULL, NULL)) == NO_SOCKET)
            give_up("accept");
        byte = (char)count;
        send_all(client, &byte, 1);
        if (!receive_all(server, &byte, 1) || byte != (char)count)
            give_up_wrong("a wrong byte");
        net_close(client);
        net_close(server);
    }
}

/* Each connection keeps its port for a minute: no more than there are ports. */
static const struct workload workload = {
    .prepare = prepare, .drive = drive, .serve = serve_nothing, .most = 8000};
