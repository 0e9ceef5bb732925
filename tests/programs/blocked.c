/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * blocked.c: threads that wait in a receive and have nothing to do, for tests/requests.
 *
 *     blocked COUNT     receives on COUNT connections, in a thread each; prints "blocked COUNT"
 * when all of them have waited for a while, and waits for a line; then sends each its byte, and
 * prints "woken COUNT" when each has got it and ended
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>

enum { MOST = 1024, SETTLED_MS = 1000, STACK = 65536, PATIENCE_MS = 60000 };

static struct connection {
    SOCKET client, server;
    HANDLE thread;
    char byte;
} connections[MOST];
static volatile LONG waiting;

static void must(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "blocked: %s: error %d\n", what, WSAGetLastError());
    exit(1);
}

static DWORD WINAPI receive(void *context)
{
    struct connection *c = context;
    char byte = 0;

    InterlockedIncrement(&waiting);
    return recv(c->server, &byte, 1, 0) == 1 && byte == c->byte;
}

static void start(int count)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int size = sizeof(address), i;
    SOCKET listener = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    must(!bind(listener, (struct sockaddr *)&address, size) && !listen(listener, 1) &&
             !getsockname(listener, (struct sockaddr *)&address, &size),
         "a listener");
    for (i = 0; i < count; i++) {
        struct connection *c = &connections[i];

        c->byte = (char)(i + 1);
        c->client = socket(AF_INET, SOCK_STREAM, 0);
        must(!connect(c->client, (struct sockaddr *)&address, size), "connect");
        must((c->server = accept(listener, NULL, NULL)) != INVALID_SOCKET, "accept");
        c->thread = CreateThread(NULL, STACK, receive, c, STACK_SIZE_PARAM_IS_A_RESERVATION, NULL);
        must(c->thread != NULL, "a thread");
    }
    while (waiting < count)
        Sleep(10);
    Sleep(SETTLED_MS);
}

static void wake(int count)
{
    DWORD good = 0;
    int i;

    for (i = 0; i < count; i++)
        must(WaitForSingleObject(connections[i].thread, 0) == WAIT_TIMEOUT, "a thread waits");
    for (i = 0; i < count; i++)
        must(send(connections[i].client, &connections[i].byte, 1, 0) == 1, "send");
    for (i = 0; i < count; i++) {
        must(!WaitForSingleObject(connections[i].thread, PATIENCE_MS), "a thread ends");
        must(GetExitCodeThread(connections[i].thread, &good) && good, "a thread's byte");
    }
}

int main(int argc, char **argv)
{
    int count = argc == 2 ? atoi(argv[1]) : 0;
    char line[8];
    WSADATA data;

    if (count <= 0 || count > MOST) {
        fprintf(stderr, "usage: blocked COUNT\n");
        return 2;
    }
    must(!WSAStartup(MAKEWORD(2, 2), &data), "WSAStartup");
    start(count);
    printf("blocked %d\n", count);
    fflush(stdout);
    must(fgets(line, sizeof(line), stdin) != NULL, "a line");
    wake(count);
    printf("woken %d\n", count);
    WSACleanup();
    return 0;
}
