/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * idle.c: sockets that have been used and have nothing to do, for tests/memory.
 *
 *     idle COUNT...     for each COUNT: makes so many connected sockets more, uses each of them in
 *                       both directions, prints "idle COUNT" and waits for a line
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

static void must(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "idle: %s: error %d\n", what, WSAGetLastError());
    exit(1);
}

static void use(SOCKET from, SOCKET to)
{
    char byte = 'x';

    must(send(from, &byte, 1, 0) == 1, "send");
    must(recv(to, &byte, 1, 0) == 1, "recv");
}

static void make_pair(SOCKET listener, const struct sockaddr_in *address)
{
    SOCKET client = socket(AF_INET, SOCK_STREAM, 0), server;

    must(client != INVALID_SOCKET, "socket");
    must(!connect(client, (const struct sockaddr *)address, sizeof(*address)), "connect");
    must((server = accept(listener, NULL, NULL)) != INVALID_SOCKET, "accept");
    use(client, server);
    use(server, client);
}

int main(int argc, char **argv)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int size = sizeof(address), i, made;
    char line[8];
    WSADATA data;
    SOCKET listener;

    must(!WSAStartup(MAKEWORD(2, 2), &data), "WSAStartup");
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    must(!bind(listener, (struct sockaddr *)&address, size) && !listen(listener, 1) &&
             !getsockname(listener, (struct sockaddr *)&address, &size),
         "a listener");
    for (i = 1; i < argc; i++) {
        for (made = 0; made < atoi(argv[i]); made += 2)
            make_pair(listener, &address);
        printf("idle %s\n", argv[i]);
        fflush(stdout);
        if (!fgets(line, sizeof(line), stdin))
            break;
    }
    WSACleanup();
    return 0;
}
