/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * requests.c: operations of the data path, for tests/requests, which counts what wineserver is
 * asked meanwhile.
 *
 *     requests PORT       does each row below; PORT is where a peer of bench/pingpong.c listens
 *
 * Around each batch of operations an event object is looked for that does not exist: the request
 * stands in the server's trace, its name says what begins ("sluice-requests begin ROW COUNT") or
 * ends ("sluice-requests end").  No operation has to wait; what it needs is brought about before.
 * Where one took long all the same, on a busy machine, the batch ends with "sluice-requests long".
 */
#include "requests_datagrams.h"
#include "requests_sockets.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { LONG_WAIT = 40 }; /* ms; a call that waits longer than 50 may ask the server */

static void mark(const char *name)
{
    HANDLE event = OpenEventA(SYNCHRONIZE, FALSE, name);

    must(!event, "an event object of that name exists");
}

/* ---- before and after a batch -------------------------------------------------------- */
static void fill_once(void)
{
    must(send(server, buffer, MESSAGE, 0) == MESSAGE, "filling");
}

static void empty_once(void)
{
    empty_until(client, MESSAGE);
}

static void empty_stream(void)
{
    empty_until(server, BATCH * 1024);
}

static void set_timeouts(DWORD ms)
{
    must(!setsockopt(client, SOL_SOCKET, SO_RCVTIMEO, (char *)&ms, sizeof(ms)), "SO_RCVTIMEO");
    must(!setsockopt(client, SOL_SOCKET, SO_SNDTIMEO, (char *)&ms, sizeof(ms)), "SO_SNDTIMEO");
}

static void fill_with_timeout(void)
{
    set_timeouts(10000);
    fill_client();
}

static void empty_with_timeout(void)
{
    set_timeouts(0);
    empty_server();
}

/* ---- operations ---------------------------------------------------------------------- */
static void one_request(void)
{
    must(!OpenEventA(SYNCHRONIZE, FALSE, "sluice-nothing"), "OpenEvent");
}

static void do_recv(void)
{
    must(recv(client, buffer, MESSAGE, 0) == MESSAGE, "recv");
}

static void do_recv_accepted(void)
{
    must(recv(server, buffer, MESSAGE, 0) == MESSAGE, "recv");
}

static void do_send(void)
{
    must(send(client, buffer, MESSAGE, 0) == MESSAGE, "send");
}

static void do_send_accepted(void)
{
    must(send(server, buffer, MESSAGE, 0) == MESSAGE, "send");
}

static void do_with_timeout(void)
{
    do_recv();
    do_send();
}

static void do_wsarecv(void)
{
    WSABUF parts[2] = {{16, buffer}, {MESSAGE - 16, buffer + 1024}};
    DWORD n, flags = 0;

    must(!WSARecv(client, parts, 2, &n, &flags, NULL, NULL) && n == MESSAGE, "WSARecv");
}

static void do_wsasend(void)
{
    WSABUF parts[2] = {{16, buffer}, {MESSAGE - 16, buffer + 1024}};
    DWORD n;

    must(!WSASend(client, parts, 2, &n, 0, NULL, NULL) && n == MESSAGE, "WSASend");
}

static void do_peek(void)
{
    must(recv(client, buffer, MESSAGE, MSG_PEEK) == MESSAGE, "recv, MSG_PEEK");
}

static void do_waitall(void)
{
    must(recv(client, buffer, MESSAGE, MSG_WAITALL) == MESSAGE, "recv, MSG_WAITALL");
}

/* A send and a receive: of several urgent bytes in a row only the last stays one.  It may not be
 * there at once. */
static void do_oob(void)
{
    int tries = 0;

    must(send(client, buffer, 1, MSG_OOB) == 1, "send, MSG_OOB");
    while (recv(server, buffer, 1, MSG_OOB) != 1)
        must(WSAGetLastError() == WSAEINVAL && ++tries < 10000, "recv, MSG_OOB");
}

static void do_pingpong(void)
{
    must(send(pinger, buffer, MESSAGE, 0) == MESSAGE, "send");
    empty_until(pinger, MESSAGE);
}

static void do_stream_1k(void)
{
    must(send(client, buffer, 1024, 0) == 1024, "send");
}

static void do_stream_64k(void)
{
    must(send(client, buffer, LARGE, 0) == LARGE, "send");
    empty_until(server, LARGE);
}

static void do_select(void)
{
    fd_set set;
    int i;

    FD_ZERO(&set);
    set.fd_count = MANY;
    for (i = 0; i < MANY; i++)
        set.fd_array[i] = many[i];
    must(select(0, &set, NULL, NULL, NULL) == 1 && set.fd_array[0] == many[READY], "select");
}

static void do_select_nothing(void)
{
    struct timeval now = {0, 0};
    fd_set set;

    FD_ZERO(&set);
    FD_SET(client, &set);
    FD_SET(server, &set);
    must(select(0, &set, NULL, NULL, &now) == 0, "select");
}

static void do_select_write(void)
{
    fd_set readers, writers;

    FD_ZERO(&readers);
    FD_ZERO(&writers);
    FD_SET(client, &readers);
    FD_SET(client, &writers);
    must(select(0, &readers, &writers, NULL, NULL) == 1 && FD_ISSET(client, &writers), "select");
}

static void do_poll(void)
{
    static WSAPOLLFD fds[MANY];
    int i;

    for (i = 0; i < MANY; i++) {
        fds[i].fd = many[i];
        fds[i].events = POLLRDNORM;
    }
    must(WSAPoll(fds, MANY, -1) == 1 && fds[READY].revents == POLLRDNORM, "WSAPoll");
}

static void do_recv_nothing(void)
{
    must(recv(many[0], buffer, MESSAGE, 0) < 0 && WSAGetLastError() == WSAEWOULDBLOCK,
         "a recv with nothing there");
}

static void make_first_non_blocking(void)
{
    make_non_blocking(many[0]);
}

static void do_accept_nothing(void)
{
    must(accept(listener, NULL, NULL) == INVALID_SOCKET && WSAGetLastError() == WSAEWOULDBLOCK,
         "an accept with nothing there");
}

static void do_connect_pending(void)
{
    must(connect(connecting, (struct sockaddr *)&full_address, sizeof(full_address)) &&
             WSAGetLastError() == WSAEALREADY,
         "a connect while one is under way");
}

static void do_fionread(void)
{
    u_long n;

    must(!ioctlsocket(client, FIONREAD, &n) && n == MESSAGE, "FIONREAD");
}

static void do_atmark(void)
{
    u_long at;

    must(!ioctlsocket(client, SIOCATMARK, &at), "SIOCATMARK");
}

static void do_getsockopt(void)
{
    BOOL on = FALSE;
    int size = sizeof(on);

    must(!getsockopt(client, IPPROTO_TCP, TCP_NODELAY, (char *)&on, &size) && on, "getsockopt");
}

static void do_setsockopt(void)
{
    BOOL on = TRUE;

    must(!setsockopt(client, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof(on)), "setsockopt");
}

static void do_getsockname(void)
{
    struct sockaddr_in address;
    int size = sizeof(address);

    must(!getsockname(client, (struct sockaddr *)&address, &size) && address.sin_port,
         "getsockname");
}

static void do_getpeername(void)
{
    struct sockaddr_in address;
    int size = sizeof(address);

    must(!getpeername(server, (struct sockaddr *)&address, &size) && address.sin_port,
         "getpeername");
}

static SOCKET arriving[BATCH];

static void arrive(void)
{
    int i;

    for (i = 0; i < BATCH; i++) {
        arriving[i] = socket(AF_INET, SOCK_STREAM, 0);
        must(arriving[i] != INVALID_SOCKET &&
                 !connect(arriving[i], (struct sockaddr *)&idle_address, sizeof(idle_address)) &&
                 send(arriving[i], buffer, 1, 0) == 1,
             "a connection that waits");
    }
}

static void leave(void)
{
    int i;

    for (i = 0; i < BATCH; i++)
        closesocket(arriving[i]);
}

/* A connection as a server has it. */
static void do_accept(void)
{
    struct sockaddr_in from, address;
    int on = 1, size = sizeof(from);
    SOCKET s = accept(idle, (struct sockaddr *)&from, &size);

    must(s != INVALID_SOCKET, "accept");
    size = sizeof(address);
    must(!getsockname(s, (struct sockaddr *)&address, &size), "getsockname");
    must(!setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&on, sizeof(on)), "TCP_NODELAY");
    empty_until(s, 1);
    must(send(s, buffer, 1, 0) == 1, "send");
    closesocket(s);
}

static void do_churn(void)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0), accepted;

    must(s != INVALID_SOCKET, "socket");
    must(!connect(s, (struct sockaddr *)&idle_address, sizeof(idle_address)), "connect");
    must((accepted = accept(idle, NULL, NULL)) != INVALID_SOCKET, "accept");
    must(send(s, buffer, 1, 0) == 1, "send");
    empty_until(accepted, 1);
    closesocket(s);
    closesocket(accepted);
}

/* ---- the rows ------------------------------------------------------------------------ */
static const struct row {
    const char *name;
    void (*before)(void);
    void (*operation)(void);
    void (*after)(void);
} rows[] = {
    {"one-request", NULL, one_request, NULL},
    {"recv", fill_client, do_recv, NULL},
    {"recv-accepted", fill_server, do_recv_accepted, NULL},
    {"send", NULL, do_send, empty_server},
    {"send-accepted", NULL, do_send_accepted, empty_client},
    {"timeouts", fill_with_timeout, do_with_timeout, empty_with_timeout},
    {"WSARecv", fill_client, do_wsarecv, NULL},
    {"WSASend", NULL, do_wsasend, empty_server},
    {"recv-peek", fill_once, do_peek, empty_once},
    {"recv-waitall", fill_client, do_waitall, NULL},
    {"sendto", NULL, do_sendto, empty_datagrams},
    {"recvfrom", fill_datagrams, do_recvfrom, NULL},
    {"WSASendMsg", NULL, do_sendmsg, empty_datagrams},
    {"WSARecvMsg", fill_datagrams, do_recvmsg, NULL},
    {"WSASendTo", NULL, do_wsasendto, empty_datagrams},
    {"WSARecvFrom", fill_datagrams, do_wsarecvfrom, NULL},
    {"sendmsg-control", NULL, do_sendmsg_control, empty_datagrams},
    {"recvmsg-control", fill_controls, do_recvmsg_control, no_controls},
    {"pingpong", NULL, do_pingpong, NULL},
    {"stream-1k", NULL, do_stream_1k, empty_stream},
    {"stream-64k", NULL, do_stream_64k, NULL},
    {"select", NULL, do_select, NULL},
    {"select-nothing", NULL, do_select_nothing, NULL},
    {"select-write", NULL, do_select_write, NULL},
    {"WSAPoll", NULL, do_poll, NULL},
    {"recv-nothing", make_first_non_blocking, do_recv_nothing, NULL},
    {"accept-nothing", make_pending, do_accept_nothing, NULL},
    {"connect-pending", make_pending, do_connect_pending, NULL},
    {"FIONREAD", fill_once, do_fionread, empty_once},
    {"SIOCATMARK", NULL, do_atmark, NULL},
    {"getsockopt", NULL, do_getsockopt, NULL},
    {"setsockopt", NULL, do_setsockopt, NULL},
    {"getsockname", NULL, do_getsockname, NULL},
    {"getpeername", NULL, do_getpeername, NULL},
    {"accept", arrive, do_accept, leave},
    {"churn", NULL, do_churn, NULL},
    {"MSG_OOB", NULL, do_oob, NULL},
};

/* The counter is read without the server.  Returns the longest that an operation took, in ms. */
static long long do_operations(const struct row *row)
{
    LARGE_INTEGER per_second, start, end;
    long long longest = 0;
    int i;

    QueryPerformanceFrequency(&per_second);
    for (i = 0; i < BATCH; i++) {
        QueryPerformanceCounter(&start);
        row->operation();
        QueryPerformanceCounter(&end);
        if (end.QuadPart - start.QuadPart > longest)
            longest = end.QuadPart - start.QuadPart;
    }
    return longest * 1000 / per_second.QuadPart;
}

static void do_batch(const struct row *row, int counted)
{
    char name[64];
    long long longest;

    if (row->before)
        row->before();
    snprintf(name, sizeof(name), "sluice-requests begin %s %d", row->name, BATCH);
    if (counted)
        mark(name);
    longest = do_operations(row);
    if (counted)
        mark(longest < LONG_WAIT ? "sluice-requests end" : "sluice-requests long");
    if (row->after)
        row->after();
}

int main(int argc, char **argv)
{
    int port = argc == 2 ? atoi(argv[1]) : 0, batch;
    const struct row *row;
    WSADATA data;

    if (port <= 0 || port > 65535) {
        fprintf(stderr, "usage: requests PORT\n");
        return 2;
    }
    must(!WSAStartup(MAKEWORD(2, 2), &data), "WSAStartup");
    make_all(port);
    for (row = rows; row < rows + sizeof(rows) / sizeof(rows[0]); row++)
        for (batch = 0; batch <= BATCHES; batch++) /* the first warms up */
            do_batch(row, batch > 0);
    WSACleanup();
    return 0;
}
