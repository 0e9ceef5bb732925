/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The few differences between Winsock and POSIX that peer.c needs, so that it is one source. */
#ifndef SLUICE_CONFORMANCE_PEER_OS_H
#define SLUICE_CONFORMANCE_PEER_OS_H

#ifdef _WIN32
#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0a00
#endif
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#define NET_ERROR(name) WSAE##name
#define NO_SOCKET       INVALID_SOCKET
#define NO_SIGNAL       0
#define SHUT_RD         SD_RECEIVE
#define SHUT_WR         SD_SEND
#define SHUT_RDWR       SD_BOTH
typedef SOCKET net_socket;
typedef int net_length;
typedef WSAPOLLFD net_poll;

static inline int net_error(void)
{
    return WSAGetLastError();
}
static inline void net_nonblocking(net_socket s)
{
    u_long on = 1;
    ioctlsocket(s, FIONBIO, &on);
}
static inline int net_wait(net_poll *fds, unsigned count, int ms)
{
    return WSAPoll(fds, count, ms);
}
static inline long long net_now(void)
{
    return (long long)GetTickCount64();
}
static inline int net_sleep(int ms)
{
    Sleep((DWORD)ms);
    return 0;
}
#else
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <signal.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>
#define NET_ERROR(name) E##name
#define NO_SOCKET       (-1)
#define NO_SIGNAL       MSG_NOSIGNAL
#define closesocket     close
typedef int net_socket;
typedef socklen_t net_length;
typedef struct pollfd net_poll;

static inline int net_error(void)
{
    return errno;
}
static inline void net_nonblocking(net_socket s)
{
    fcntl(s, F_SETFL, fcntl(s, F_GETFL) | O_NONBLOCK);
}
static inline int net_wait(net_poll *fds, unsigned count, int ms)
{
    return poll(fds, count, ms);
}
static inline long long net_now(void)
{
    struct timespec t;
    clock_gettime(CLOCK_MONOTONIC, &t);
    return t.tv_sec * 1000LL + t.tv_nsec / 1000000;
}
static inline int net_sleep(int ms)
{
    return poll(NULL, 0, ms);
}
#endif

/* Milliseconds until a time limit. */
static inline int net_left(long long limit)
{
    long long left = limit - net_now();

    return left > 0 ? (int)left : 0;
}

/* Wait for one event on one socket; 0 at the time limit. */
static inline int net_await(net_socket fd, short events, long long limit)
{
    net_poll p = {.fd = fd, .events = events};
    int n;

    do
        n = net_wait(&p, 1, net_left(limit));
    while (n < 0 && net_left(limit) > 0);
    return n > 0;
}

#endif
