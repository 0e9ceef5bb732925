/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSAPoll.  Sources: its Win32 page; tests are Wine's, which were run on Windows (10, version 2004
 * and later, where versions differ). */
#include "remote.h"

enum { ALL = POLLRDNORM | POLLRDBAND | POLLWRNORM };

static WSAPOLLFD entry(SOCKET s, short events)
{
    WSAPOLLFD fd = {.fd = s, .events = events, .revents = 0x5ead};

    return fd;
}

/* What WSAPoll reports for one socket within ms. */
static int polls(SOCKET s, short events, int ms)
{
    WSAPOLLFD fd = entry(s, events);
    int n = WSAPoll(&fd, 1, ms);

    ck_assert_msg(n != SOCKET_ERROR, "WSAPoll: %s", wsa_name(WSAGetLastError()));
    ck_assert_int_eq(n, fd.revents != 0);
    return fd.revents;
}

CASE(poll, arguments)
{
    WSAPOLLFD fd;

    winsock();
    fd = entry(bound(AF_INET, SOCK_DGRAM), POLLIN);
    assert_fails(WSAPoll(NULL, 0, 0), WSAEINVAL);
    assert_fails(WSAPoll(NULL, 0, 1), WSAEINVAL);
    assert_fails(WSAPoll(&fd, 0, 0), WSAEINVAL);
    assert_fails(WSAPoll(NULL, 1, 0), WSAEFAULT);
    assert_fails(WSAPoll(NULL, 1, 1), WSAEFAULT);
}

/* Only POLLRDNORM, POLLRDBAND and POLLWRNORM may be asked for (tests). */
CASE(poll, events_that_cannot_be_asked)
{
    static const short events[] = {POLLERR, POLLHUP, POLLNVAL,     0x8,   POLLWRBAND,
                                   0x40,    0x80,    POLLPRI,      0x800, 0x1000,
                                   0x2000,  0x4000,  (short)0x8000};
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    for (size_t i = 0; i < ARRAYSIZE(events); i++) {
        WSAPOLLFD fd = entry(s, events[i]);

        assert_fails(WSAPoll(&fd, 1, 0), WSAEINVAL);
        fd = entry(s, (short)(events[i] | POLLRDNORM));
        assert_fails(WSAPoll(&fd, 1, 0), WSAEINVAL);
    }
}

/* An invalid socket among valid ones: POLLNVAL, not counted; none but invalid ones: WSAENOTSOCK
 * (tests). */
CASE(poll, invalid_sockets)
{
    WSAPOLLFD fds[2];
    SOCKET good, closed;

    winsock();
    good = listener(AF_INET, 1);
    closed = bound(AF_INET, SOCK_DGRAM);
    assert_works(closesocket(closed));
    fds[0] = entry(INVALID_SOCKET, POLLIN);
    fds[1] = entry(good, POLLIN);
    assert_returns(WSAPoll(fds, 2, 0), 0);
    ck_assert_int_eq(fds[0].revents, POLLNVAL);
    ck_assert_int_eq(fds[1].revents, 0);
    fds[0] = entry(good, POLLIN);
    fds[1] = entry(closed, POLLIN);
    assert_returns(WSAPoll(fds, 2, 0), 0);
    ck_assert_int_eq(fds[0].revents, 0);
    ck_assert_int_eq(fds[1].revents, POLLNVAL);
    fds[0] = entry(INVALID_SOCKET, POLLIN);
    fds[1] = entry(closed, POLLIN);
    assert_fails(WSAPoll(fds, 2, 0), WSAENOTSOCK);
    ck_assert_int_eq(fds[0].revents, POLLNVAL);
    ck_assert_int_eq(fds[1].revents, POLLNVAL);
}

CASE(poll, listener)
{
    SOCKET l;

    winsock();
    l = listener(AF_INET, 5);
    ck_assert_int_eq(polls(l, ALL, 0), 0);
    peer_connect(AF_INET, port_of(l));
    ck_assert_int_eq(polls(l, POLLIN, PATIENCE), POLLRDNORM);
    ck_assert_int_eq(polls(l, ALL, 0), POLLRDNORM);
    ck_assert_int_eq(polls(l, POLLRDBAND | POLLWRNORM, 0), 0);
    closesocket(accept(l, NULL, NULL));
    ck_assert_int_eq(polls(l, ALL, 0), 0);
}

CASE(poll, connection)
{
    SOCKET l, s;
    char byte;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    k = peer_connect(AF_INET, port_of(l));
    s = accept(l, NULL, NULL);
    ck_assert_int_eq(polls(s, ALL, 0), POLLWRNORM);
    peer_ok("send %d 61 1000", k);
    ck_assert_int_eq(polls(s, POLLIN, PATIENCE), POLLRDNORM);
    ck_assert_int_eq(polls(s, ALL, 0), POLLWRNORM | POLLRDNORM);
    ck_assert_int_eq(polls(s, POLLRDBAND, 0), 0);
    assert_returns(recv(s, &byte, 1, 0), 1);
    ck_assert_int_eq(polls(s, ALL, 0), POLLWRNORM);
}

/* Out-of-band data is POLLRDBAND, and POLLRDNORM with SO_OOBINLINE (tests). */
CASE(poll, out_of_band)
{
    SOCKET l, s;
    char byte;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    k = peer_connect(AF_INET, port_of(l));
    s = accept(l, NULL, NULL);
    peer_ok("oob %d 41", k);
    ck_assert_int_eq(polls(s, POLLIN, PATIENCE), POLLRDBAND);
    ck_assert_int_eq(polls(s, ALL, 0), POLLWRNORM | POLLRDBAND);
    assert_returns(recv(s, &byte, 1, MSG_OOB), 1);
    ck_assert_int_eq(byte, 'A');
    ck_assert_int_eq(polls(s, ALL, 0), POLLWRNORM);
}

CASE(poll, out_of_band_inline)
{
    SOCKET l, s;
    char byte;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    k = peer_connect(AF_INET, port_of(l));
    s = accept(l, NULL, NULL);
    set_int(s, SOL_SOCKET, SO_OOBINLINE, 1);
    peer_ok("oob %d 42", k);
    ck_assert_int_eq(polls(s, POLLIN, PATIENCE), POLLRDNORM);
    assert_returns(recv(s, &byte, 1, 0), 1);
    ck_assert_int_eq(byte, 'B');
    ck_assert_int_eq(polls(s, ALL, 0), POLLWRNORM);
}

/* After an orderly end POLLHUP, also when nothing was asked for; data that waits shows, too
 * (tests). */
CASE(poll, peer_closed)
{
    SOCKET l, s;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    k = peer_connect(AF_INET, port_of(l));
    s = accept(l, NULL, NULL);
    peer_ok("shut %d w", k);
    ck_assert_int_eq(polls(s, 0, PATIENCE), POLLHUP);
    ck_assert_int_eq(polls(s, ALL, 0), POLLWRNORM | POLLHUP);
    k = peer_connect(AF_INET, port_of(l));
    s = accept(l, NULL, NULL);
    peer_ok("send %d 6162 1000", k);
    peer_ok("shut %d w", k);
    ck_assert_int_eq(polls(s, 0, PATIENCE), POLLHUP);
    ck_assert_int_eq(polls(s, ALL, 0), POLLWRNORM | POLLRDNORM | POLLHUP);
}

/* Tests: this side's shutdown changes nothing here. */
CASE(poll, own_shutdown)
{
    SOCKET pair[2];

    winsock();
    tcp_pair(AF_INET, pair);
    assert_works(shutdown(pair[0], SD_RECEIVE));
    ck_assert_int_eq(polls(pair[0], ALL, 0), POLLWRNORM);
    ck_assert_int_eq(polls(pair[1], ALL, 0), POLLWRNORM);
    assert_works(shutdown(pair[0], SD_SEND));
    ck_assert_int_eq(polls(pair[0], ALL, 0), POLLWRNORM);
}

CASE(poll, reset)
{
    SOCKET l, s;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    k = peer_connect(AF_INET, port_of(l));
    s = accept(l, NULL, NULL);
    peer_ok("abort %d", k);
    ck_assert_int_ne(polls(s, POLLRDNORM, PATIENCE), 0);
    ck_assert_int_eq(polls(s, ALL, 0), POLLERR | POLLHUP | POLLWRNORM);
}

CASE(poll, connect)
{
    struct address a;
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    set_blocking(s, 0);
    a = address_of(listener(AF_INET, 5));
    assert_fails(connect(s, &a.sa, a.len), WSAEWOULDBLOCK);
    ck_assert_int_eq(polls(s, POLLWRNORM, 5000), POLLWRNORM);
    s = new_socket(AF_INET, SOCK_STREAM);
    set_blocking(s, 0);
    connect_hanging(s, AF_INET);
    ck_assert_int_eq(polls(s, ALL, 0), 0);
}

/* Windows 10 version 2004 and later: a failed connect is reported. */
CASE(poll, failed_connect)
{
    struct address a;
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    set_blocking(s, 0);
    a = loopback(AF_INET, refused_port(AF_INET));
    assert_fails(connect(s, &a.sa, a.len), WSAEWOULDBLOCK);
    ck_assert_int_eq(polls(s, ALL, 10000), POLLWRNORM | POLLHUP | POLLERR);
    assert_code(get_int(s, SOL_SOCKET, SO_ERROR), WSAECONNREFUSED);
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_fails(connect(s, &a.sa, a.len), WSAECONNREFUSED);
    ck_assert_int_eq(polls(s, ALL, 0), POLLWRNORM | POLLHUP | POLLERR);
}

CASE(poll, datagram)
{
    unsigned port;
    SOCKET s;
    int k;

    winsock();
    ck_assert_int_eq(polls(new_socket(AF_INET, SOCK_DGRAM), ALL, 0), POLLWRNORM);
    s = bound(AF_INET, SOCK_DGRAM);
    ck_assert_int_eq(polls(s, ALL, 0), POLLWRNORM);
    k = peer_udp(AF_INET, &port);
    peer_ok("sendto %d 127.0.0.1 %u 61", k, port_of(s));
    ck_assert_int_eq(polls(s, POLLIN, PATIENCE), POLLRDNORM);
    ck_assert_int_eq(polls(s, ALL, 0), POLLWRNORM | POLLRDNORM);
}

CASE(poll, time_limit)
{
    ULONGLONG start;
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    start = now_ms();
    ck_assert_int_eq(polls(s, POLLIN, 120), 0);
    ck_assert_uint_ge(now_ms() - start, 100);
    ck_assert_uint_lt(now_ms() - start, PATIENCE);
}

static DWORD WINAPI send_to(void *arg)
{
    struct address *a = arg;
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);

    Sleep(200);
    return sendto(s, "x", 1, 0, &a->sa, a->len) == 1 ? 0 : 1;
}

/* A negative value: wait indefinitely. */
CASE(poll, without_limit)
{
    struct address a;
    ULONGLONG start;
    HANDLE thread;
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    a = address_of(s);
    start = now_ms();
    thread = run_thread(send_to, &a);
    ck_assert_int_eq(polls(s, POLLIN, -1), POLLRDNORM);
    ck_assert_uint_ge(now_ms() - start, 150);
    join_thread(thread, 5000);
}

static DWORD WINAPI close_later(void *s)
{
    Sleep(200);
    return closesocket((SOCKET)s) == 0 ? 0 : 1;
}

/* Tests: closed meanwhile by another thread. */
CASE(poll, closed_meanwhile)
{
    WSAPOLLFD fd;
    HANDLE thread;
    SOCKET pair[2];

    winsock();
    tcp_pair(AF_INET, pair);
    fd = entry(pair[0], POLLIN);
    thread = run_thread(close_later, (void *)pair[0]);
    assert_returns(WSAPoll(&fd, 1, 10000), 1);
    ck_assert_int_eq(fd.revents, POLLNVAL);
    join_thread(thread, 5000);
}

static int apcs;

static void CALLBACK count_apc(ULONG_PTR arg)
{
    apcs += (int)arg;
}

static DWORD WINAPI queue_apc(void *thread)
{
    Sleep(200);
    return QueueUserAPC(count_apc, thread, 1) ? 0 : 1;
}

/* The thread is placed in an alertable wait state: user APCs run. */
CASE(poll, alertable)
{
    HANDLE self, thread;
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    ck_assert(DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(), &self,
                              0, FALSE, DUPLICATE_SAME_ACCESS));
    thread = run_thread(queue_apc, self);
    for (int i = 0; i < TRIES && !apcs; i++) /* the other thread may be late */
        ck_assert_int_eq(polls(s, POLLIN, 1000), 0);
    ck_assert_int_eq(apcs, 1);
    join_thread(thread, 5000);
}

enum { MANY = 500 };

CASE(poll, many)
{
    static WSAPOLLFD fds[MANY];

    winsock();
    for (int i = 0; i < MANY; i++)
        fds[i] = entry(bound(AF_INET, SOCK_DGRAM), POLLIN);
    for (int i = 0; i < MANY; i += 50) {
        struct address a = address_of(fds[i].fd);

        assert_returns(sendto(fds[1].fd, "x", 1, 0, &a.sa, a.len), 1);
        ck_assert_int_eq(selects(fds[i].fd, 'r', PATIENCE), 1);
    }
    assert_returns(WSAPoll(fds, MANY, 0), MANY / 50);
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(fds[i].revents, i % 50 ? 0 : POLLRDNORM);
}
