/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * port.h: the little that differs between Winsock and POSIX sockets, so that one source makes the
 * Windows and the native program of a workload.  All functions are static: a workload is one file.
 */
#ifndef BENCH_PORT_H
#define BENCH_PORT_H

#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#ifdef _WIN32

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>

typedef SOCKET socket_t;
typedef int socket_size_t;
#define NO_SOCKET INVALID_SOCKET

static inline int net_start(void)
{
    WSADATA data;
    return WSAStartup(MAKEWORD(2, 2), &data);
}

static inline void net_stop(void)
{
    WSACleanup();
}

static inline int net_error(void)
{
    return WSAGetLastError();
}

static inline int net_close(socket_t s)
{
    return closesocket(s);
}

static inline uint64_t now_ns(void)
{
    LARGE_INTEGER count, per_second;

    QueryPerformanceFrequency(&per_second);
    QueryPerformanceCounter(&count);
    return (uint64_t)(count.QuadPart / per_second.QuadPart) * 1000000000u +
           (uint64_t)(count.QuadPart % per_second.QuadPart) * 1000000000u /
               (uint64_t)per_second.QuadPart;
}

#else

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef int socket_t;
typedef socklen_t socket_size_t;
#define NO_SOCKET (-1)

static inline int net_start(void)
{
    return 0;
}

static inline void net_stop(void)
{
}

static inline int net_error(void)
{
    return errno;
}

static inline int net_close(socket_t s)
{
    return close(s);
}

static inline uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

#endif

/* Ends the program: a workload that failed has no number to report. */
static inline void give_up(const char *what)
{
    fprintf(stderr, "%s failed: error %d\n", what, net_error());
    exit(1);
}

/* Sends all of it, or gives up. */
static inline void send_all(socket_t s, const char *data, int size)
{
    while (size > 0) {
        int n = (int)send(s, data, size, 0);
        if (n < 0)
            give_up("send");
        data += n;
        size -= n;
    }
}

/* Receives all of it.  Returns `size`, or 0 when the peer closed before the first byte. */
static inline int receive_all(socket_t s, char *data, int size)
{
    int done = 0;

    while (done < size) {
        int n = (int)recv(s, data + done, size - done, 0);
        if (n < 0)
            give_up("recv");
        if (n == 0 && done == 0)
            return 0;
        if (n == 0) {
            fprintf(stderr, "the peer closed inside a message\n");
            exit(1);
        }
        done += n;
    }
    return done;
}

#endif
