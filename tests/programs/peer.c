/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * peer: the Linux end of the module tests.
 *
 *     peer echo            serves on a free port of 127.0.0.1 ("PORT n"): sends back what it
 * receives, one connection after the other peer ldap            the same port line; answers every
 * LDAP request as a successful bind peer closed          "PORT n" of a port where nobody listens:
 * bound, and held until it is killed peer transmit PORT   talks to mswsock_server on PORT: sends
 * "hello from linux", expects "head", 1 MiB of the pattern with seed 9 and "tail", answers with a
 * line of their checksum and expects the end of the connection
 *
 * The serving ones run until they are killed, at most five minutes.  Exit status: 0 as it should
 * be, 1 not.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include "pattern.h"

enum { SEED = 9, TRANSMITTED = 4 + BLOB_SIZE + 4, SECONDS = 30 };

static int bound_socket(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    int s = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(s, (struct sockaddr *)&address, size) ||
        getsockname(s, (struct sockaddr *)&address, &size)) {
        perror("peer: bind");
        exit(1);
    }
    printf("PORT %d\n", ntohs(address.sin_port));
    return s;
}

static void echo(int s)
{
    char bytes[4096];
    ssize_t n;

    while ((n = recv(s, bytes, sizeof(bytes), 0)) > 0)
        if (send(s, bytes, (size_t)n, MSG_NOSIGNAL) != n)
            break;
}

/* BindResponse: success, no name, no message; the message's number is the request's. */
static void answer_bind(int s)
{
    unsigned char request[512], response[] = {0x30, 0x0c, 0x02, 0x01, 0x01, 0x61, 0x07,
                                              0x0a, 0x01, 0x00, 0x04, 0x00, 0x04, 0x00};

    while (recv(s, request, sizeof(request), 0) >= 7 && request[0] == 0x30 && request[2] == 0x02) {
        response[4] = request[4];
        if (request[5] != 0x60 || send(s, response, sizeof(response), MSG_NOSIGNAL) < 0)
            break;
    }
}

static int serve(void (*connection)(int s))
{
    int listener = bound_socket(), s;

    if (listen(listener, 5))
        return 1;
    fflush(stdout);
    while ((s = accept(listener, NULL, NULL)) >= 0) {
        connection(s);
        close(s);
    }
    return 1;
}

static int hold_closed(void)
{
    bound_socket();
    fflush(stdout);
    pause();
    return 0;
}

static int complain(const char *what, long value)
{
    fprintf(stderr, "peer: %s: %ld\n", what, value);
    return 1;
}

static int transmit(unsigned short port)
{
    static unsigned char got[TRANSMITTED];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval limit = {SECONDS, 0};
    int s = socket(AF_INET, SOCK_STREAM, 0);
    char line[32];
    ssize_t n;

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    if (connect(s, (struct sockaddr *)&address, sizeof(address)))
        return complain("connect", port);
    send(s, "hello from linux", 16, MSG_NOSIGNAL);
    n = recv(s, got, TRANSMITTED, MSG_WAITALL);
    if (n != TRANSMITTED || memcmp(got, "head", 4) || memcmp(got + 4 + BLOB_SIZE, "tail", 4))
        return complain("head, file and tail", n);
    if (pattern_mismatch(got + 4, BLOB_SIZE, SEED) != BLOB_SIZE)
        return complain("first wrong byte", (long)pattern_mismatch(got + 4, BLOB_SIZE, SEED));
    snprintf(line, sizeof(line), "sum %08x\n", checksum(got, TRANSMITTED));
    send(s, line, strlen(line), MSG_NOSIGNAL);
    n = recv(s, got, 1, 0);
    return n ? complain("after the end", n) : 0;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    alarm(300);
    if (!strcmp(what, "echo"))
        return serve(echo);
    if (!strcmp(what, "ldap"))
        return serve(answer_bind);
    if (!strcmp(what, "closed"))
        return hold_closed();
    return argc == 3 && !strcmp(what, "transmit") ? transmit((unsigned short)atoi(argv[2])) : 1;
}
