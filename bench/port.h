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
typedef WSAPOLLFD poll_t;
#define NO_SOCKET      INVALID_SOCKET
#define POLL_IN        POLLRDNORM
#define PROC_DIRECTORY "Z:/proc" /* a prefix has the root of Linux' files there */

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

static inline int net_would_block(void)
{
    return WSAGetLastError() == WSAEWOULDBLOCK;
}

static inline int net_close(socket_t s)
{
    return closesocket(s);
}

static inline int net_non_blocking(socket_t s)
{
    u_long on = 1;
    return ioctlsocket(s, FIONBIO, &on);
}

static inline int net_receive_timeout(socket_t s, int ms)
{
    DWORD timeout = (DWORD)ms;
    return setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (const char *)&timeout, sizeof(timeout));
}

static inline int net_poll(poll_t *fds, int count, int ms)
{
    return WSAPoll(fds, (ULONG)count, ms);
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

typedef HANDLE thread_t;
typedef DWORD(WINAPI *thread_main)(void *);
#define THREAD_MAIN(name, argument) static DWORD WINAPI name(void *argument)

static inline int thread_start(thread_t *thread, thread_main run, void *argument)
{
    *thread = CreateThread(NULL, 0, run, argument, 0, NULL);
    return *thread ? 0 : -1;
}

static inline void thread_join(thread_t thread)
{
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

#else

#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <pthread.h>
#include <sys/ioctl.h>
#include <sys/select.h>
#include <sys/socket.h>
#include <time.h>
#include <unistd.h>

typedef int socket_t;
typedef socklen_t socket_size_t;
typedef struct pollfd poll_t;
#define NO_SOCKET                   (-1)
#define POLL_IN                     POLLIN
#define PROC_DIRECTORY              "/proc"

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

static inline int net_would_block(void)
{
    return errno == EAGAIN || errno == EWOULDBLOCK;
}

static inline int net_close(socket_t s)
{
    return close(s);
}

static inline int net_non_blocking(socket_t s)
{
    int on = 1;
    return ioctl(s, FIONBIO, &on);
}

static inline int net_receive_timeout(socket_t s, int ms)
{
    struct timeval timeout = {ms / 1000, ms % 1000 * 1000};
    return setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, &timeout, sizeof(timeout));
}

static inline int net_poll(poll_t *fds, int count, int ms)
{
    return poll(fds, (nfds_t)count, ms);
}

static inline uint64_t now_ns(void)
{
    struct timespec t;

    clock_gettime(CLOCK_MONOTONIC, &t);
    return (uint64_t)t.tv_sec * 1000000000u + (uint64_t)t.tv_nsec;
}

typedef pthread_t thread_t;
typedef void *(*thread_main)(void *);
#define THREAD_MAIN(name, argument) static void *name(void *argument)

static inline int thread_start(thread_t *thread, thread_main run, void *argument)
{
    return pthread_create(thread, NULL, run, argument);
}

static inline void thread_join(thread_t thread)
{
    pthread_join(thread, NULL);
}

#endif

/* Ends the program: a workload that failed has no number to report. */
static inline void give_up(const char *what)
{
    fprintf(stderr, "%s failed: error %d\n", what, net_error());
    exit(1);
}

/* The same where no call has failed. */
static inline void give_up_wrong(const char *what)
{
    fprintf(stderr, "%s\n", what);
    exit(1);
}

static inline void *allocate(size_t count, size_t size)
{
    void *memory = calloc(count, size);

    if (!memory)
        give_up_wrong("out of memory");
    return memory;
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
        if (n == 0)
            give_up_wrong("the peer closed inside a message");
        done += n;
    }
    return done;
}

/* A number to the other end of a connection, and from there.  Returns 0 at the connection's end. */
static inline void send_number(socket_t s, int64_t number)
{
    send_all(s, (const char *)&number, sizeof(number));
}

static inline int receive_number(socket_t s, int64_t *number)
{
    return receive_all(s, (char *)number, sizeof(*number));
}

/* Gives up where the other end has gone. */
static inline int64_t wait_number(socket_t s)
{
    int64_t number;

    if (!receive_number(s, &number))
        give_up_wrong("the other end has gone");
    return number;
}

static inline struct sockaddr_in loopback(int port)
{
    struct sockaddr_in address;

    memset(&address, 0, sizeof(address));
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons((unsigned short)port);
    return address;
}

static inline void set_nodelay(socket_t s)
{
    int on = 1;

    if (setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (const char *)&on, sizeof(on)))
        give_up("setsockopt");
}

/* A connection to 127.0.0.1:port that sends at once. */
static inline socket_t connect_to(int port)
{
    struct sockaddr_in address = loopback(port);
    socket_t s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    if (s == NO_SOCKET || connect(s, (struct sockaddr *)&address, sizeof(address)))
        give_up("connect");
    set_nodelay(s);
    return s;
}

/* The port at the other end of a connection. */
static inline int peer_port(socket_t s)
{
    struct sockaddr_in address;
    socket_size_t size = sizeof(address);

    if (getpeername(s, (struct sockaddr *)&address, &size))
        give_up("getpeername");
    return ntohs(address.sin_port);
}

static inline socket_t accept_one(socket_t listener)
{
    socket_t s = accept(listener, NULL, NULL);

    if (s == NO_SOCKET)
        give_up("accept");
    set_nodelay(s);
    return s;
}

/* A bound socket on 127.0.0.1, of SOCK_STREAM or SOCK_DGRAM; its port in *port. */
static inline socket_t bound_socket(int type, int *port)
{
    struct sockaddr_in address = loopback(0);
    socket_size_t size = sizeof(address);
    socket_t s = socket(AF_INET, type, 0);

    if (s == NO_SOCKET || bind(s, (struct sockaddr *)&address, size) ||
        getsockname(s, (struct sockaddr *)&address, &size))
        give_up("bind");
    *port = ntohs(address.sin_port);
    return s;
}

static inline socket_t listening_socket(int *port)
{
    socket_t s = bound_socket(SOCK_STREAM, port);

    if (listen(s, 128))
        give_up("listen");
    return s;
}

#endif
