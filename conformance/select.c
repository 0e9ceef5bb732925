/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* select.  Sources: its Win32 page; tests are Wine's, which were run on Windows. */
#include "remote.h"

static struct timeval now = {0, 0};

CASE(select, nothing_to_watch)
{
    fd_set empty = {0};
    struct timeval t = {0, 1000};

    winsock();
    assert_fails(select(0, NULL, NULL, NULL, NULL), WSAEINVAL);
    assert_fails(select(0, NULL, NULL, NULL, &t), WSAEINVAL);
    assert_fails(select(0, &empty, &empty, &empty, &t), WSAEINVAL);
}

CASE(select, not_a_socket)
{
    HANDLE event = CreateEventA(NULL, TRUE, TRUE, NULL);
    SOCKET closed, good;

    winsock();
    good = bound(AF_INET, SOCK_DGRAM);
    closed = bound(AF_INET, SOCK_DGRAM);
    assert_works(closesocket(closed));
    for (int i = 0; i < 3; i++) {
        SOCKET bad = i == 0 ? closed : i == 1 ? INVALID_SOCKET : (SOCKET)event;
        fd_set set = {2, {good, bad}}, copy = set;

        assert_fails(select(0, &copy, NULL, NULL, &now), WSAENOTSOCK);
        copy = set;
        assert_fails(select(0, NULL, &copy, NULL, &now), WSAENOTSOCK);
        copy = set;
        assert_fails(select(0, NULL, NULL, &copy, &now), WSAENOTSOCK);
    }
}

/* nfds: ignored; the time limit is not modified. */
CASE(select, nfds_and_time)
{
    struct timeval t = {0, 120000};
    ULONGLONG start;
    fd_set set;
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    for (int nfds = -1; nfds < 2; nfds++) {
        FD_ZERO(&set);
        FD_SET(s, &set);
        start = now_ms();
        assert_returns(select(nfds, &set, NULL, NULL, &t), 0);
        ck_assert_uint_ge(now_ms() - start, 100);
        ck_assert_uint_lt(now_ms() - start, PATIENCE);
        ck_assert_int_eq(t.tv_sec, 0);
        ck_assert_int_eq(t.tv_usec, 120000);
        ck_assert_uint_eq(set.fd_count, 0);
    }
}

/* WSAEINVAL: the time-out value is not valid. */
CASE(select, negative_time)
{
    struct timeval t = {-1, 0};
    fd_set set;
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    FD_ZERO(&set);
    FD_SET(s, &set);
    assert_fails(select(0, &set, NULL, NULL, &t), WSAEINVAL);
}

/* Tests: not ready for anything. */
CASE(select, unconnected_stream)
{
    winsock();
    for (int i = 0; i < 2; i++) {
        SOCKET s = i ? bound(AF_INET, SOCK_STREAM) : new_socket(AF_INET, SOCK_STREAM);

        ck_assert_int_eq(selects(s, 'r', 30), 0);
        ck_assert_int_eq(selects(s, 'w', 30), 0);
        ck_assert_int_eq(selects(s, 'x', 30), 0);
    }
}

CASE(select, listener)
{
    SOCKET l;

    winsock();
    l = listener(AF_INET, 5);
    ck_assert_int_eq(selects(l, 'r', 0), 0);
    ck_assert_int_eq(selects(l, 'w', 0), 0);
    peer_connect(AF_INET, port_of(l));
    ck_assert_int_eq(selects(l, 'r', PATIENCE), 1);
    ck_assert_int_eq(selects(l, 'w', 0), 0);
    ck_assert_int_eq(selects(l, 'x', 0), 0);
    closesocket(accept(l, NULL, NULL));
    ck_assert_int_eq(selects(l, 'r', 0), 0);
}

/* A connection: writable; readable with data, at its end; out-of-band data is exceptional. */
CASE(select, connection)
{
    SOCKET l, s;
    char byte;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    k = peer_connect(AF_INET, port_of(l));
    s = accept(l, NULL, NULL);
    ck_assert_int_eq(selects(s, 'w', 0), 1);
    ck_assert_int_eq(selects(s, 'r', 0), 0);
    ck_assert_int_eq(selects(s, 'x', 0), 0);
    peer_ok("send %d 61 1000", k);
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    ck_assert_int_eq(selects(s, 'r', 0), 1);
    assert_returns(recv(s, &byte, 1, 0), 1);
    ck_assert_int_eq(selects(s, 'r', 0), 0);
    peer_ok("oob %d 62", k);
    ck_assert_int_eq(selects(s, 'x', PATIENCE), 1);
    assert_returns(recv(s, &byte, 1, MSG_OOB), 1);
    ck_assert_int_eq(selects(s, 'x', 0), 0);
    peer_ok("shut %d w", k);
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    assert_returns(recv(s, &byte, 1, 0), 0);
    ck_assert_int_eq(selects(s, 'r', 0), 1);
    ck_assert_int_eq(selects(s, 'w', 0), 1);
}

/* Tests: after a reset readable and writable, not exceptional. */
CASE(select, reset)
{
    SOCKET l, s;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    k = peer_connect(AF_INET, port_of(l));
    s = accept(l, NULL, NULL);
    peer_ok("abort %d", k);
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    ck_assert_int_eq(selects(s, 'w', 0), 1);
    ck_assert_int_eq(selects(s, 'x', 0), 0);
}

CASE(select, datagram)
{
    unsigned port;
    char byte;
    SOCKET s;
    int k;

    winsock();
    ck_assert_int_eq(selects(new_socket(AF_INET, SOCK_DGRAM), 'w', 0), 1);
    s = bound(AF_INET, SOCK_DGRAM);
    k = peer_udp(AF_INET, &port);
    ck_assert_int_eq(selects(s, 'w', 0), 1);
    ck_assert_int_eq(selects(s, 'r', 0), 0);
    peer_ok("sendto %d 127.0.0.1 %u 61", k, port_of(s));
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    assert_returns(recv(s, &byte, 1, 0), 1);
    ck_assert_int_eq(selects(s, 'r', 0), 0);
}

/* The count is over the sets: one socket in two of them counts twice; the others are removed. */
CASE(select, sets_together)
{
    fd_set read, write, except;
    SOCKET pair[2];

    winsock();
    tcp_pair(AF_INET, pair);
    assert_returns(send(pair[0], "x", 1, 0), 1);
    ck_assert_int_eq(selects(pair[1], 'r', PATIENCE), 1);
    FD_ZERO(&read);
    FD_SET(pair[0], &read);
    FD_SET(pair[1], &read);
    write = except = read;
    assert_returns(select(0, &read, &write, &except, NULL), 3);
    ck_assert_uint_eq(read.fd_count, 1);
    ck_assert_uint_eq(read.fd_array[0], pair[1]);
    ck_assert_uint_eq(write.fd_count, 2);
    ck_assert_uint_eq(except.fd_count, 0);
    ck_assert(FD_ISSET(pair[1], &read) && !FD_ISSET(pair[0], &read));
    ck_assert(FD_ISSET(pair[0], &write) && FD_ISSET(pair[1], &write));
    ck_assert(__WSAFDIsSet(pair[1], &read) && !__WSAFDIsSet(pair[0], &read));
}

/* An fd_set is a counted array; programs that define FD_SETSIZE pass long ones. */
enum { MANY = 600 };

CASE(select, many)
{
    static struct {
        u_int count;
        SOCKET array[MANY];
    } set;
    static SOCKET s[MANY];

    winsock();
    for (int i = 0; i < MANY; i++)
        s[i] = bound(AF_INET, SOCK_DGRAM);
    for (int i = 0; i < MANY; i += 100) {
        struct address a = address_of(s[i]);

        assert_returns(sendto(s[1], "x", 1, 0, &a.sa, a.len), 1);
        ck_assert_int_eq(selects(s[i], 'r', PATIENCE), 1);
    }
    set.count = MANY;
    memcpy(set.array, s, sizeof(s));
    assert_returns(select(0, (fd_set *)&set, NULL, NULL, &now), MANY / 100);
    ck_assert_uint_eq(set.count, MANY / 100);
    for (int i = 0; i < MANY / 100; i++)
        ck_assert(__WSAFDIsSet(s[i * 100], (fd_set *)&set));
}

/* Without a time limit it waits until something happens. */
static DWORD WINAPI send_to(void *arg)
{
    struct address *a = arg;
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);

    Sleep(200);
    return sendto(s, "x", 1, 0, &a->sa, a->len) == 1 ? 0 : 1;
}

CASE(select, without_limit)
{
    struct address a;
    ULONGLONG start;
    HANDLE thread;
    fd_set set;
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    a = address_of(s);
    FD_ZERO(&set);
    FD_SET(s, &set);
    start = now_ms();
    thread = run_thread(send_to, &a);
    assert_returns(select(0, &set, NULL, NULL, NULL), 1);
    ck_assert_uint_ge(now_ms() - start, 150);
    join_thread(thread, 5000);
}

static DWORD WINAPI close_later(void *s)
{
    Sleep(200);
    return closesocket((SOCKET)s) == 0 ? 0 : 1;
}

/* Tests: closed by another thread meanwhile: readable, or WSAENOTSOCK where only exceptions are
 * watched. */
CASE(select, closed_while_reading)
{
    struct timeval t = {10, 0};
    HANDLE thread;
    fd_set set;
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    FD_ZERO(&set);
    FD_SET(s, &set);
    thread = run_thread(close_later, (void *)s);
    assert_returns(select(0, &set, NULL, NULL, &t), 1);
    ck_assert(FD_ISSET(s, &set));
    join_thread(thread, 5000);
}

CASE(select, closed_while_watching_exceptions)
{
    struct timeval t = {10, 0};
    HANDLE thread;
    fd_set set;
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    FD_ZERO(&set);
    FD_SET(s, &set);
    thread = run_thread(close_later, (void *)s);
    assert_fails(select(0, NULL, NULL, &set, &t), WSAENOTSOCK);
    join_thread(thread, 5000);
}

/* A full connection is not writable; once it is said to be, send takes data. */
CASE(select, writable_means_send)
{
    static char bytes[65536];
    SOCKET pair[2];
    int n;

    winsock();
    tcp_pair(AF_INET, pair);
    set_blocking(pair[0], 0);
    for (n = 0; n < 1000 && selects(pair[0], 'w', 0); n++)
        ck_assert_msg(send(pair[0], bytes, sizeof(bytes), 0) > 0, "send said %s",
                      wsa_name(WSAGetLastError()));
    ck_assert_int_lt(n, 1000);
    set_blocking(pair[1], 0);
    while (!selects(pair[0], 'w', 10))
        recv(pair[1], bytes, sizeof(bytes), 0);
    ck_assert_int_gt(send(pair[0], bytes, 1, 0), 0);
}
