/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * connections: one operation is a connection of a client to a server in a process of its own:
 * connect, 64 bytes there and back, and a graceful end: the client closes, the server reads the end
 * of the data and closes too.  The server takes one connection after the other, in the thread that
 * accepts: a thread for each would measure how the system starts threads.
 */
#include "frame.h"

enum { MESSAGE = 64 };

static struct sockaddr_in server_address;

/* ---- the server ---------------------------------------------------------------------- */
/* Returns how much the client wanted. */
static long serve_one(socket_t s)
{
    char message[MESSAGE];
    long count = 0;

    while (receive_all(s, message, MESSAGE)) {
        send_all(s, message, MESSAGE);
        count++;
    }
    net_close(s);
    return count;
}

/* Until a client wants nothing. */
static void serve(socket_t control)
{
    (void)control;
    while (serve_one(accept_one(listener)))
        continue;
}

/* ---- the client, which is measured --------------------------------------------------- */
static void prepare(socket_t s)
{
    server_address = loopback(peer_port(s));
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

static void finish(socket_t control)
{
    (void)control;
    net_close(connect_once());
}

/* Each connection keeps its port for a minute: no more than there are ports. */
static const struct workload workload = {
    .prepare = prepare, .drive = drive, .finish = finish, .serve = serve, .most = 8000};
