/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * partner: the Linux end of the suite `models`.
 *
 *     partner echo
 *
 * serves on a free port of 127.0.0.1 ("PORT n"): every connection gets back what it sends.
 *
 *     partner exchange PORT COUNT TIMES [TARGET]
 *
 * TIMES exchanges at once with a program on PORT that echoes, or with the one on TARGET through the
 * SOCKS 5 proxy on PORT.
 *
 *     partner pipe COUNT COMMAND...
 *
 * an exchange over the standard input and output of a command.
 *
 *     partner terminal COUNT
 *
 * "PORT n"; asks the terminal that connects COUNT times, and then as often at one go, where its
 * cursor is; "answered"; closes at the end of its own standard input.
 *
 * An exchange: COUNT messages of growing size, each of which must come back before the next is
 * sent; 4 MiB in both directions at the same time; the end of the data.  Every byte is compared.
 * Exit status: 0 as it should be, 1 not, with a line that says what.  No call waits longer than 30
 * seconds.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "pattern.h"

enum { SECONDS = 30, BULK = 4 << 20, LARGEST = 40000, ROWS = 24, COLUMNS = 80 };

static bool complain(const char *what, long value)
{
    printf("partner: %s: %ld\n", what, value);
    return false;
}

static bool is_ready(int fd, short events)
{
    struct pollfd p = {.fd = fd, .events = events};

    return poll(&p, 1, SECONDS * 1000) == 1;
}

/* What may not wait by itself waits in is_ready. */
static int nonblocking(int fd)
{
    fcntl(fd, F_SETFL, fcntl(fd, F_GETFL) | O_NONBLOCK);
    return fd;
}

static bool write_all(int fd, const void *bytes, size_t size)
{
    const char *at = bytes;

    while (size) {
        ssize_t n = is_ready(fd, POLLOUT) ? write(fd, at, size) : 0;

        if (n <= 0)
            return complain("bytes that could not be sent", (long)size);
        at += n;
        size -= (size_t)n;
    }
    return true;
}

static bool read_all(int fd, void *bytes, size_t size)
{
    char *at = bytes;

    while (size) {
        ssize_t n = is_ready(fd, POLLIN) ? read(fd, at, size) : 0;

        if (n <= 0)
            return complain("bytes that did not come", (long)size);
        at += n;
        size -= (size_t)n;
    }
    return true;
}

/* ---- exchange
 * -------------------------------------------------------------------------------------------- */

/* The two ends of a way to a program that echoes; both are the same for a socket. */
struct way {
    int out, in;
    bool is_socket;
    uint32_t seed;
};

static bool exchange_messages(const struct way *way, int count)
{
    static unsigned char sent[LARGEST], got[LARGEST];

    for (int i = 0; i < count; i++) {
        size_t size = 1 + (size_t)i * (LARGEST - 1) / (size_t)count;

        pattern_fill(sent, size, way->seed + (uint32_t)i);
        if (!write_all(way->out, sent, size) || !read_all(way->in, got, size))
            return complain("message", i);
        if (memcmp(sent, got, size) != 0)
            return complain("another message came back for number", i);
    }
    return true;
}

struct bulk {
    const struct way *way;
    const unsigned char *bytes;
    bool done;
};

static void end_sending(const struct way *way)
{
    if (way->is_socket)
        shutdown(way->out, SHUT_WR);
    else
        close(way->out);
}

static void *send_bulk(void *context)
{
    struct bulk *bulk = context;

    bulk->done = write_all(bulk->way->out, bulk->bytes, BULK);
    end_sending(bulk->way);
    return NULL;
}

static bool exchange_bulk(const struct way *way)
{
    static unsigned char sent[BULK], got[BULK];
    struct bulk bulk = {.way = way, .bytes = sent};
    pthread_t thread;
    bool arrived;

    pattern_fill(sent, BULK, way->seed);
    if (pthread_create(&thread, NULL, send_bulk, &bulk))
        return complain("no thread", 0);
    arrived = read_all(way->in, got, BULK);
    pthread_join(thread, NULL);
    if (!arrived || !bulk.done)
        return false;
    if (pattern_mismatch(got, BULK, way->seed) != BULK)
        return complain("first wrong byte", (long)pattern_mismatch(got, BULK, way->seed));
    if (!is_ready(way->in, POLLIN) || read(way->in, got, 1))
        return complain("no end of the data", 0);
    return true;
}

static bool exchange(const struct way *way, int count)
{
    return exchange_messages(way, count) && exchange_bulk(way);
}

static struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((uint16_t)port)};

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return address;
}

/* RFC 1928: no authentication; CONNECT to an IPv4 address. */
static bool ask_proxy(int s, int target)
{
    struct sockaddr_in address = loopback(target);
    unsigned char hello[] = {5, 1, 0}, request[10] = {5, 1, 0, 1}, answer[10];

    memcpy(request + 4, &address.sin_addr, 4);
    memcpy(request + 8, &address.sin_port, 2);
    if (!write_all(s, hello, sizeof(hello)) || !read_all(s, answer, 2))
        return false;
    if (answer[0] != 5 || answer[1] != 0)
        return complain("the proxy wants authentication", answer[1]);
    if (!write_all(s, request, sizeof(request)) || !read_all(s, answer, sizeof(answer)))
        return false;
    return answer[1] == 0 || complain("the proxy refuses", answer[1]);
}

static int one_connection(int port, int count, int target, int number)
{
    struct sockaddr_in address = loopback(port);
    int s = socket(AF_INET, SOCK_STREAM, 0);
    struct way way = {.out = s, .in = s, .is_socket = true, .seed = (uint32_t)number * 1000};

    if (connect(s, (struct sockaddr *)&address, sizeof(address)))
        return !complain("connect", port);
    nonblocking(s);
    return !((!target || ask_proxy(s, target)) && exchange(&way, count));
}

static int connections(int port, int count, int times, int target)
{
    int status, failed = 0;

    for (int i = 0; i < times; i++) {
        pid_t child = fork();

        if (!child) {
            status = one_connection(port, count, target, i + 1);
            fflush(stdout);
            _exit(status);
        }
        failed += child < 0;
    }
    while (wait(&status) > 0)
        failed += status != 0;
    return failed != 0;
}

/* ---- pipe
 * ------------------------------------------------------------------------------------------------
 */
static int over_pipes(int count, char **command)
{
    struct way way = {.seed = 1};
    int to[2], from[2], status = 0;
    pid_t child;
    bool well;

    if (pipe(to) || pipe(from))
        return !complain("pipe", 0);
    child = fork();
    if (!child) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        for (int i = 0; i < 2; i++) {
            close(to[i]);
            close(from[i]);
        }
        execvp(command[0], command);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    way.out = nonblocking(to[1]);
    way.in = nonblocking(from[0]);
    well = exchange(&way, count);
    if (!well)
        kill(child, SIGTERM);
    waitpid(child, &status, 0);
    return !(well && (status == 0 || complain("status of the command", status)));
}

/* ---- serving
 * --------------------------------------------------------------------------------------------- */
static int listen_on_free_port(void)
{
    struct sockaddr_in address = loopback(0);
    socklen_t size = sizeof(address);
    int s = socket(AF_INET, SOCK_STREAM, 0);

    if (bind(s, (struct sockaddr *)&address, size) || listen(s, 64) ||
        getsockname(s, (struct sockaddr *)&address, &size)) {
        complain("no listener", 0);
        exit(1);
    }
    printf("PORT %d\n", ntohs(address.sin_port));
    fflush(stdout);
    return s;
}

static void *echo_one(void *context)
{
    int s = (int)(intptr_t)context;
    char bytes[16384];
    ssize_t n;

    nonblocking(s);
    while (is_ready(s, POLLIN) && (n = recv(s, bytes, sizeof(bytes), 0)) > 0)
        if (!write_all(s, bytes, (size_t)n))
            break;
    close(s);
    return NULL;
}

static int echo(void)
{
    int listener = listen_on_free_port(), s;
    pthread_t thread;

    while ((s = accept(listener, NULL, NULL)) >= 0)
        if (!pthread_create(&thread, NULL, echo_one, (void *)(intptr_t)s))
            pthread_detach(thread);
    return 1;
}

/* ---- terminal
 * -------------------------------------------------------------------------------------------- */

/* Cursor to a place (CUP), and where is it (DSR 6): ECMA-48.  The answer is the place (CPR). */
static size_t question(char *text, int i)
{
    return (size_t)sprintf(text, "line %d\r\n\033[%d;%dH\033[6n", i, 1 + i % ROWS,
                           1 + i * 7 % COLUMNS);
}

static size_t answer(char *text, int i)
{
    return (size_t)sprintf(text, "\033[%d;%dR", 1 + i % ROWS, 1 + i * 7 % COLUMNS);
}

static bool is_answered(int s, int i)
{
    char expected[64], got[64];
    size_t size = answer(expected, i);

    if (!read_all(s, got, size))
        return complain("question", i);
    return memcmp(expected, got, size) == 0 || complain("another answer to question", i);
}

static void *ask_all(void *context)
{
    const int *arguments = context; /* the socket, the number of questions */
    char *text = malloc((size_t)arguments[1] * 64);
    size_t size = 0;

    for (int i = 0; text && i < arguments[1]; i++)
        size += question(text + size, i);
    if (text)
        write_all(arguments[0], text, size);
    free(text);
    return NULL;
}

static int terminal(int count)
{
    int listener = listen_on_free_port();
    int s = is_ready(listener, POLLIN) ? accept(listener, NULL, NULL) : -1;
    int arguments[2] = {s, count};
    pthread_t thread;
    char text[64];
    bool well = s >= 0 || complain("nobody connects", 0);

    if (well)
        nonblocking(s);
    for (int i = 0; well && i < count; i++)
        well = write_all(s, text, question(text, i)) && is_answered(s, i);
    if (!well || pthread_create(&thread, NULL, ask_all, arguments))
        return 1;
    for (int i = 0; well && i < count; i++)
        well = is_answered(s, i);
    pthread_join(thread, NULL);
    puts(well ? "answered" : "not answered");
    fflush(stdout);
    while (read(0, text, sizeof(text)) > 0)
        ;
    close(s);
    return !well;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";

    signal(SIGPIPE, SIG_IGN);
    alarm(300);
    if (!strcmp(what, "echo"))
        return echo();
    if (!strcmp(what, "exchange") && argc >= 5)
        return connections(atoi(argv[2]), atoi(argv[3]), atoi(argv[4]),
                           argc > 5 ? atoi(argv[5]) : 0);
    if (!strcmp(what, "pipe") && argc >= 4)
        return over_pipes(atoi(argv[2]), argv + 3);
    if (!strcmp(what, "terminal") && argc == 3)
        return terminal(atoi(argv[2]));
    return !complain("usage", argc);
}
