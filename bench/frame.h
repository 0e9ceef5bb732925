/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * frame.h: main() of a workload over one TCP connection between two processes.
 *
 *     WORKLOAD server             prints "port N", serves one connection, exits
 *     WORKLOAD client PORT COUNT  does COUNT operations, prints "ops COUNT ns_per_op N"
 *
 * The including file gives the two ends.  A tenth of COUNT is done first and not timed, on the same
 * connection: the first calls pay for loading and for cold caches.
 */
#ifndef BENCH_FRAME_H
#define BENCH_FRAME_H

#include "port.h"

/* Answers the client until it closes the connection. */
static void serve(socket_t s);

/* Does `count` operations (1 or more). */
static void drive(socket_t s, long count);

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address;

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((unsigned short)port);
    return address;
}

static void set_nodelay(socket_t s)
{
    int on = 1;

    if (setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (const char *)&on, sizeof(on)))
        give_up("setsockopt");
}

static int run_server(void)
{
    struct sockaddr_in address = loopback(0);
    socket_size_t size = sizeof(address);
    socket_t listener = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP), s;

    if (listener == NO_SOCKET || bind(listener, (struct sockaddr *)&address, size) ||
        listen(listener, 1) || getsockname(listener, (struct sockaddr *)&address, &size))
        give_up("listening");
    printf("port %d\n", ntohs(address.sin_port));
    fflush(stdout);
    if ((s = accept(listener, NULL, NULL)) == NO_SOCKET)
        give_up("accept");
    set_nodelay(s);
    serve(s);
    net_close(s);
    net_close(listener);
    return 0;
}

static int run_client(int port, long count)
{
    struct sockaddr_in address = loopback(port);
    socket_t s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    uint64_t start, spent;

    if (s == NO_SOCKET || connect(s, (struct sockaddr *)&address, sizeof(address)))
        give_up("connect");
    set_nodelay(s);
    drive(s, count / 10 + 1);
    start = now_ns();
    drive(s, count);
    spent = now_ns() - start;
    net_close(s);
    printf("ops %ld ns_per_op %.0f\n", count, (double)spent / (double)count);
    return 0;
}

int main(int argc, char **argv)
{
    int server = argc == 2 && !strcmp(argv[1], "server");
    int client = argc == 4 && !strcmp(argv[1], "client");
    int port = client ? atoi(argv[2]) : 0, status;
    long count = client ? atol(argv[3]) : 0;

    if (!server && (port <= 0 || port > 65535 || count <= 0)) {
        fprintf(stderr, "usage: %s server | client PORT COUNT\n", argv[0]);
        return 2;
    }
    if (net_start()) {
        fprintf(stderr, "the network cannot be started\n");
        return 1;
    }
    status = server ? run_server() : run_client(port, count);
    net_stop();
    return status;
}

#endif
