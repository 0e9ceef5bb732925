/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * frame.h: main() of a workload, which has two ends, in a process each.
 *
 *     WORKLOAD peer [SIZE]              prints "port N", serves one measured end, exits
 *     WORKLOAD measure PORT MS [SIZE]   does operations for about MS milliseconds, prints
 *                                       "ops N ns N server_ns N"
 *
 * The including file describes the workload.  Operations are first done in growing numbers until
 * they fill an eighth of MS: this warms everything up, and says how many to time.  Then the
 * measured end prints "ready" and waits for the end of its standard input, so that several can
 * start as one.
 *
 * server_ns is the processor time that wineserver, whose process id is in BENCH_WINESERVER, used
 * while the operations were timed; 0 without that variable.
 */
#ifndef BENCH_FRAME_H
#define BENCH_FRAME_H

#include "port.h"

struct workload {
    /* The measured end, before anything is timed.  `s` is a connection to the peer. */
    void (*prepare)(socket_t s);
    /* The measured end: does `count` operations, 1 or more. */
    void (*drive)(socket_t s, long count);
    /* The measured end, after all that is timed. */
    void (*finish)(socket_t s);
    /* The peer: answers until the measured end closes the connection. */
    void (*serve)(socket_t s);
    /* No more operations than this are timed; 0: any number. */
    long most;
};

static const struct workload workload;
static int size_parameter; /* SIZE: number of sockets, bytes in a write, ...; 1 unless given */
static socket_t listener;  /* the peer's, for connections besides the first */
static uint64_t paused_ns;
static uint64_t paused_at;

/* Around what is not part of an operation. */
static inline void clock_pause(void)
{
    paused_at = now_ns();
}

static inline void clock_resume(void)
{
    paused_ns += now_ns() - paused_at;
}

/* A peer with nothing to do but to be there. */
static inline void serve_nothing(socket_t s)
{
    char byte;

    while (receive_all(s, &byte, 1))
        continue;
}

/* The first number in /proc/PID/schedstat: the time on a processor, in nanoseconds. */
static uint64_t server_ns(void)
{
    const char *pid = getenv("BENCH_WINESERVER");
    char path[64], line[64] = "";
    FILE *file;

    if (!pid || !*pid)
        return 0;
    snprintf(path, sizeof(path), PROC_DIRECTORY "/%.20s/schedstat", pid);
    if (!(file = fopen(path, "r")) || !fgets(line, sizeof(line), file))
        give_up_wrong("wineserver's processor time cannot be read");
    fclose(file);
    return strtoull(line, NULL, 10);
}

static uint64_t timed_drive(socket_t s, long count)
{
    uint64_t start;

    paused_ns = 0;
    start = now_ns();
    workload.drive(s, count);
    return now_ns() - start - paused_ns;
}

/* Returns the number of operations that take `ns` nanoseconds. */
static long warm_up(socket_t s, uint64_t ns)
{
    long count = 1, most = workload.most ? workload.most : 1L << 30;
    uint64_t spent;
    double wanted;

    while ((spent = timed_drive(s, count)) < ns / 8 && count < most)
        count *= spent < ns / 64 ? 4 : 2;
    wanted = (double)count * (double)ns / (double)(spent ? spent : 1);
    if (wanted > (double)most)
        return most;
    return wanted < 1 ? 1 : (long)wanted;
}

static int run_peer(void)
{
    int port;
    socket_t s;

    listener = listening_socket(&port);
    printf("port %d\n", port);
    fflush(stdout);
    s = accept_one(listener);
    workload.serve(s);
    net_close(s);
    net_close(listener);
    return 0;
}

static int run_measure(int port, long ms)
{
    socket_t s = connect_to(port);
    uint64_t server, spent;
    long count;

    if (workload.prepare)
        workload.prepare(s);
    count = warm_up(s, (uint64_t)ms * 1000000u);
    printf("ready\n");
    fflush(stdout);
    while (fgetc(stdin) != EOF)
        continue;
    server = server_ns();
    spent = timed_drive(s, count);
    server = server_ns() - server;
    if (workload.finish)
        workload.finish(s);
    net_close(s);
    printf("ops %ld ns %.0f server_ns %.0f\n", count, (double)spent, (double)server);
    fflush(stdout);
    return 0;
}

int main(int argc, char **argv)
{
    int peer = argc >= 2 && argc <= 3 && !strcmp(argv[1], "peer");
    int measure = argc >= 4 && argc <= 5 && !strcmp(argv[1], "measure");
    int port = measure ? atoi(argv[2]) : 1, status;
    long ms = measure ? atol(argv[3]) : 1;

    size_parameter = argc == 3 || argc == 5 ? atoi(argv[argc - 1]) : 1;
    if ((!peer && !measure) || port <= 0 || port > 65535 || ms <= 0 || size_parameter <= 0) {
        fprintf(stderr, "usage: %s peer [SIZE] | measure PORT MS [SIZE]\n", argv[0]);
        return 2;
    }
    if (net_start())
        give_up_wrong("the network cannot be started");
    status = peer ? run_peer() : run_measure(port, ms);
    net_stop();
    return status;
}

#endif
