/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connections: one operation is a connection of a client to a server in a process of its own:
 * connect, 64 bytes there and back, and a graceful end: the client closes, the server reads the end
 * of the data and closes too.  SIZE says how the server works:
 *
 *     1   one connection after the other, in the thread that accepts
 *     2   a thread for each connection
 */
#include "frame.h"

enum { MESSAGE = 64 };

static struct sockaddr_in server_address;

/* ---- the server ---------------------------------------------------------------------- */
static volatile int is_over;

/* A client that wants nothing ends the server. */
static void serve_one(socket_t s)
{
    char message[MESSAGE];
    int count = 0;

    while (receive_all(s, message, MESSAGE)) {
        send_all(s, message, MESSAGE);
        count++;
    }
    if (!count)
        is_over = 1;
    net_close(s);
}

THREAD_MAIN(serve_in_thread, argument)
{
    serve_one((socket_t)(intptr_t)argument);
    return 0;
}

static void serve(socket_t control)
{
    thread_t thread;

    (void)control;
    while (!is_over) {
        socket_t s = accept_one(listener);

        if (size_parameter == 1)
            serve_one(s);
        else if (thread_start(&thread, serve_in_thread, (void *)(intptr_t)s))
            give_up_wrong("a thread cannot be started");
        else
            thread_detach(thread);
    }
}

/* ---- the client, which is measured --------------------------------------------------- */
static void prepare(socket_t s)
{
    socket_size_t size = sizeof(server_address);

    if (getpeername(s, (struct sockaddr *)&server_address, &size))
        give_up("getpeername");
}

static socket_t connect_once(void)
{
    socket_t s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    if (s == NO_SOCKET || connect(s, (struct sockaddr *)&server_address, sizeof(server_address)))
        give_up("connect");
    return s;
}

static void drive(socket_t control, long count)
{
    char message[MESSAGE];

    (void)control;
    while (count-- > 0) {
        socket_t s = connect_once();

        memset(message, (int)(count % 100), MESSAGE);
        send_all(s, message, MESSAGE);
        memset(message, 0, MESSAGE);
        if (!receive_all(s, message, MESSAGE) || message[MESSAGE - 1] != (char)(count % 100))
            give_up_wrong("a wrong answer");
        net_close(s);
    }
}

/* The second connection is for a server that accepts again already; one that has gone refuses it.
 */
static void finish(socket_t control)
{
    socket_t s = connect_once();
    char byte;

    (void)control;
    if (shutdown(s, 1))
        give_up("shutdown");
    receive_all(s, &byte, 1);
    net_close(s);
    s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    connect(s, (struct sockaddr *)&server_address, sizeof(server_address));
    net_close(s);
}

/* Each connection keeps its port for a minute: no more than there are ports. */
static const struct workload workload = {
    .prepare = prepare, .drive = drive, .finish = finish, .serve = serve, .most = 8000};
