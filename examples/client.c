/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * client: talks to echo_server from the Linux side, with plain POSIX calls.
 *
 *     client PORT
 *
 * Sends some lines to 127.0.0.1:PORT, checks that each comes back in capitals, asks the server to
 * quit and waits for its orderly close.  Prints the exchange and, last, the bytes exchanged.
 * Exit status: 0 all as expected, 1 not, 2 wrong usage.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

enum { LINE_MAX_SIZE = 4096, LONG_LINE = 3000, SHOWN = 40, ANSWER_SECONDS = 10 };

static unsigned long long sent, received;

static int connect_to(unsigned short port)
{
    const struct timeval limit = {ANSWER_SECONDS, 0};
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int s = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (s < 0 || setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit)) ||
        setsockopt(s, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit)) ||
        connect(s, (struct sockaddr *)&address, sizeof(address))) {
        perror("client: connecting");
        exit(1);
    }
    return s;
}

static void send_line(int s, const char *line, size_t size)
{
    size_t done = 0;

    while (done < size) {
        ssize_t n = send(s, line + done, size - done, MSG_NOSIGNAL);
        if (n < 0) {
            perror("client: send");
            exit(1);
        }
        done += (size_t)n;
    }
    sent += size;
}

/* Reads up to and with the next end of line: the server sends one line at a time. */
static size_t receive_line(int s, char *line)
{
    size_t size = 0;

    do {
        ssize_t n = recv(s, line + size, LINE_MAX_SIZE - size, 0);
        if (n <= 0) {
            fprintf(stderr, "client: recv: %s\n", n ? "no answer" : "closed too early");
            exit(1);
        }
        size += (size_t)n;
    } while (line[size - 1] != '\n' && size < LINE_MAX_SIZE);
    received += size;
    return size;
}

static void show(const char *who, const char *line, size_t size)
{
    int length = (int)size - 1;

    printf("  %s %.*s", who, length > SHOWN ? SHOWN : length, line);
    printf(length > SHOWN ? "... (%d bytes)\n" : "\n", length);
}

/* Sends one line and compares the answer.  Returns 0 when it is as expected. */
static int exchange(int s, const char *line, const char *expected)
{
    char answer[LINE_MAX_SIZE];
    size_t size = strlen(line), got;

    show("client:", line, size);
    send_line(s, line, size);
    got = receive_line(s, answer);
    show("server:", answer, got);
    if (got == strlen(expected) && !memcmp(answer, expected, got))
        return 0;
    fprintf(stderr, "client: not the answer that was expected\n");
    return 1;
}

static int exchange_capitals(int s, const char *line)
{
    char capitals[LINE_MAX_SIZE];
    size_t i;

    for (i = 0; line[i]; i++)
        capitals[i] = (char)toupper((unsigned char)line[i]);
    capitals[i] = 0;
    return exchange(s, line, capitals);
}

int main(int argc, char **argv)
{
    static const char *const lines[] = {"hello, server\n", "\n",
                                        "from Linux to Windows and back\n"};
    char long_line[LONG_LINE + 2], more;
    size_t i;
    int s, port = argc == 2 ? atoi(argv[1]) : 0, bad = 0;

    if (port <= 0 || port > 65535) {
        fprintf(stderr, "usage: client PORT\n");
        return 2;
    }
    s = connect_to((unsigned short)port);
    for (i = 0; i < sizeof(lines) / sizeof(*lines); i++)
        bad |= exchange_capitals(s, lines[i]);
    for (i = 0; i < LONG_LINE; i++)
        long_line[i] = (char)('a' + i % 26);
    memcpy(long_line + LONG_LINE, "\n", 2);
    bad |= exchange_capitals(s, long_line);
    bad |= exchange(s, "quit\n", "bye\n");
    if (recv(s, &more, 1, 0) != 0) {
        fprintf(stderr, "client: the server did not close the connection in order\n");
        bad = 1;
    }
    close(s);
    printf("client: bytes sent %llu, bytes received %llu\n", sent, received);
    return bad;
}
