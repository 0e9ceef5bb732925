/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * threads: one operation is an echo of 64 bytes by a server that has a thread for each of its SIZE
 * connections.
 */
#include "load.h"

static thread_t *threads;
static socket_t *clients;

THREAD_MAIN(echo, argument)
{
    socket_t s = *(socket_t *)argument;
    char message[MESSAGE];

    while (receive_all(s, message, MESSAGE))
        send_all(s, message, MESSAGE);
    net_close(s);
    return 0;
}

static void prepare(socket_t s)
{
    socket_t server;
    int port, i;

    threads = allocate((size_t)size_parameter, sizeof(*threads));
    clients = allocate((size_t)size_parameter, sizeof(*clients));
    server = listening_socket(&port);
    send_number(s, port);
    for (i = 0; i < size_parameter; i++) {
        clients[i] = accept_one(server);
        if (thread_start(&threads[i], echo, &clients[i]))
            give_up_wrong("a thread cannot be started");
    }
    net_close(server);
}

static void drive(socket_t s, long count)
{
    send_number(s, count);
    wait_number(s);
}

/* Half of the connection is closed, so the peer closes all of its own, and each thread sees an end.
 */
static void finish(socket_t s)
{
    int i;

    if (shutdown(s, 1))
        give_up("shutdown");
    for (i = 0; i < size_parameter; i++)
        thread_join(threads[i]);
}

static const struct workload workload = {
    .prepare = prepare, .drive = drive, .finish = finish, .serve = serve_load};
