/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * selectecho: one operation is an echo of 64 bytes by a server of one thread, which waits in select
 * for all of its SIZE connections.
 */
#include "load.h"

static socket_t *clients;

static void prepare(socket_t s)
{
    socket_t server;
    int port, i;

    if (size_parameter > 63) /* Windows' FD_SETSIZE, less one for the peer */
        give_up_wrong("more sockets than fit into a set");
    clients = allocate((size_t)size_parameter, sizeof(*clients));
    server = listening_socket(&port);
    send_number(s, port);
    for (i = 0; i < size_parameter; i++)
        clients[i] = accept_one(server);
    net_close(server);
}

static void echo(socket_t s)
{
    char message[MESSAGE];

    if (!receive_all(s, message, MESSAGE))
        give_up_wrong("a client has gone");
    send_all(s, message, MESSAGE);
}

static void drive(socket_t s, long count)
{
    fd_set all, set;
    socket_t highest = s;
    int i;

    FD_ZERO(&all);
    FD_SET(s, &all);
    for (i = 0; i < size_parameter; i++) {
        FD_SET(clients[i], &all);
        highest = clients[i] > highest ? clients[i] : highest;
    }
    send_number(s, count);
    do {
        set = all;
        if (select((int)highest + 1, &set, NULL, NULL, NULL) < 1)
            give_up("select");
        for (i = 0; i < size_parameter; i++)
            if (FD_ISSET(clients[i], &set))
                echo(clients[i]);
    } while (!FD_ISSET(s, &set));
    wait_number(s);
}

static const struct workload workload = {.prepare = prepare, .drive = drive, .serve = serve_load};
