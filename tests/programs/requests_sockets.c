/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* requests_sockets.c: the sockets on which requests.c does its operations, and what they need. */
#include "requests_sockets.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

SOCKET client, server;
SOCKET sender, receiver;
SOCKET pinger;
SOCKET listener, connecting;
SOCKET idle;
SOCKET many[MANY];
struct sockaddr_in receiver_address, full_address, idle_address;
char buffer[LARGE];
LPFN_WSARECVMSG receive_message;
LPFN_WSASENDMSG send_message;

void must(int holds, const char *what)
{
    if (holds)
        return;
    fprintf(stderr, "requests: %s: error %d\n", what, WSAGetLastError());
    exit(1);
}

static SOCKET bound(int type, struct sockaddr_in *address)
{
    int size = sizeof(*address);
    SOCKET s = socket(AF_INET, type, 0);

    memset(address, 0, sizeof(*address));
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    must(s != INVALID_SOCKET, "socket");
    must(!bind(s, (struct sockaddr *)address, size), "bind");
    must(!getsockname(s, (struct sockaddr *)address, &size), "getsockname");
    return s;
}

static SOCKET connected(const struct sockaddr_in *address)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);
    int on = 1;

    must(s != INVALID_SOCKET, "socket");
    must(!connect(s, (const struct sockaddr *)address, sizeof(*address)), "connect");
    must(!setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof(on)), "TCP_NODELAY");
    return s;
}

void make_non_blocking(SOCKET s)
{
    u_long on = 1;

    must(!ioctlsocket(s, FIONBIO, &on), "FIONBIO");
}

static void make_connection(void)
{
    struct sockaddr_in address;
    SOCKET s = bound(SOCK_STREAM, &address);
    int on = 1;

    must(!listen(s, 1), "listen");
    client = connected(&address);
    must((server = accept(s, NULL, NULL)) != INVALID_SOCKET, "accept");
    must(!setsockopt(server, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof(on)), "TCP_NODELAY");
    closesocket(s);
}

/* A listener nobody connects to, and a connection to one whose queue is full. */
void make_pending(void)
{
    struct sockaddr_in address;
    SOCKET full;
    int i;

    if (listener)
        return;
    full = bound(SOCK_STREAM, &full_address);
    listener = bound(SOCK_STREAM, &address);
    must(!listen(listener, 1), "listen");
    make_non_blocking(listener);
    must(!listen(full, 1), "listen");
    for (i = 0; i < 4; i++) { /* the last finds no place */
        connecting = socket(AF_INET, SOCK_STREAM, 0);
        must(connecting != INVALID_SOCKET, "socket");
        make_non_blocking(connecting);
        must(connect(connecting, (struct sockaddr *)&full_address, sizeof(full_address)) &&
                 WSAGetLastError() == WSAEWOULDBLOCK,
             "a connect that does not wait");
    }
}

static void make_many(void)
{
    struct sockaddr_in address;
    int i;

    for (i = 0; i < MANY; i++) {
        many[i] = bound(SOCK_DGRAM, &address);
        if (i == READY)
            must(sendto(sender, buffer, MESSAGE, 0, (struct sockaddr *)&address, sizeof(address)) ==
                     MESSAGE,
                 "sendto");
    }
}

static void find_message_functions(void)
{
    GUID receive = WSAID_WSARECVMSG, send = WSAID_WSASENDMSG;
    DWORD size;

    must(!WSAIoctl(sender, SIO_GET_EXTENSION_FUNCTION_POINTER, &receive, sizeof(receive),
                   &receive_message, sizeof(receive_message), &size, NULL, NULL),
         "WSARecvMsg");
    must(!WSAIoctl(sender, SIO_GET_EXTENSION_FUNCTION_POINTER, &send, sizeof(send), &send_message,
                   sizeof(send_message), &size, NULL, NULL),
         "WSASendMsg");
}

void make_all(int port)
{
    struct sockaddr_in address;

    make_connection();
    sender = bound(SOCK_DGRAM, &address);
    receiver = bound(SOCK_DGRAM, &receiver_address);
    address.sin_port = htons((u_short)port);
    pinger = connected(&address);
    idle = bound(SOCK_STREAM, &idle_address);
    must(!listen(idle, BATCH), "listen");
    find_message_functions();
    make_many();
}

void fill_client(void)
{
    must(send(server, buffer, BATCH * MESSAGE, 0) == BATCH * MESSAGE, "filling");
}

void fill_server(void)
{
    must(send(client, buffer, BATCH * MESSAGE, 0) == BATCH * MESSAGE, "filling");
}

void empty_until(SOCKET s, int left)
{
    while (left > 0) {
        int n = recv(s, buffer, left < LARGE ? left : LARGE, 0);
        must(n > 0, "emptying");
        left -= n;
    }
}

void empty_client(void)
{
    empty_until(client, BATCH * MESSAGE);
}

void empty_server(void)
{
    empty_until(server, BATCH * MESSAGE);
}

void fill_datagrams(void)
{
    int i;

    for (i = 0; i < BATCH; i++)
        must(sendto(sender, buffer, MESSAGE, 0, (struct sockaddr *)&receiver_address,
                    sizeof(receiver_address)) == MESSAGE,
             "filling");
}

void empty_datagrams(void)
{
    int i;

    for (i = 0; i < BATCH; i++)
        must(recv(receiver, buffer, MESSAGE, 0) == MESSAGE, "emptying");
}
