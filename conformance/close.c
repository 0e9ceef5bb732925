/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* closesocket and SO_LINGER.  Sources: the pages closesocket, SOL_SOCKET Socket Options, and
 * "Graceful Shutdown, Linger Options, and Socket Closure". */
#include "peer.h"
#include "remote.h"

static void set_linger(SOCKET s, u_short on, u_short seconds)
{
    struct linger linger = {on, seconds};

    assert_works(setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&linger, sizeof(linger)));
}

/* Sends the pattern until no more is taken; the peer does not read. Returns the bytes. */
static int fill(SOCKET s)
{
    enum { PIECE = 65536 };
    static char bytes[PIECE];
    int total = 0;

    set_blocking(s, 0);
    for (;;) {
        for (int i = 0; i < PIECE; i++)
            bytes[i] = (char)peer_pattern((size_t)(total + i));
        int n = send(s, bytes, PIECE, 0);

        if (n < 0)
            break;
        total += n;
    }
    assert_code(WSAGetLastError(), WSAEWOULDBLOCK);
    return total;
}

struct closing {
    SOCKET s;
    int result;
    ULONGLONG took;
};

static DWORD WINAPI close_in_thread(void *arg)
{
    struct closing *closing = arg;
    ULONGLONG start = now_ms();

    closing->result = closesocket(closing->s);
    closing->took = now_ms() - start;
    return 0;
}

static struct linger linger_of(SOCKET s)
{
    struct linger linger;
    int length = sizeof(linger);

    assert_works(getsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&linger, &length));
    ck_assert_int_eq(length, sizeof(linger));
    return linger;
}

CASE(close, linger_reads_back)
{
    static const struct linger rows[] = {{1, 7}, {0, 7}, {1, 0}, {1, 65535}, {0, 0}, {1, 1}};
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        set_linger(s, rows[i].l_onoff, rows[i].l_linger);
        ck_assert_int_eq(!linger_of(s).l_onoff, !rows[i].l_onoff);
        if (rows[i].l_onoff)
            ck_assert_uint_eq(linger_of(s).l_linger, rows[i].l_linger);
    }
}

/* Blocks while data is not sent, no longer than the time; nobody else waits. */
CASE(close, linger_waits)
{
    struct closing closing = {.result = -1};
    int k, other_k, total;
    SOCKET other;
    HANDLE thread;
    ULONGLONG start;

    winsock();
    closing.s = connect_to_peer(&k);
    other = connect_to_peer(&other_k);
    total = fill(closing.s);
    set_blocking(closing.s, 1);
    set_linger(closing.s, 1, 20);
    thread = run_thread(close_in_thread, &closing);
    ck_assert_int_eq(WaitForSingleObject(thread, 700), WAIT_TIMEOUT);
    start = now_ms();
    exchange_bytes(other, other_k);
    assert_works(closesocket(other));
    ck_assert_uint_lt(now_ms() - start, 5000);
    ck_assert_int_eq(WaitForSingleObject(thread, 0), WAIT_TIMEOUT);
    peer_ok("drain %d 1 %d 10000", k, total);
    join_thread(thread, 5000);
    ck_assert_int_eq(closing.result, 0);
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
}

/* The time is over: the connection is ended hard. */
CASE(close, linger_gives_up)
{
    const char *answer = "OK";
    ULONGLONG start;
    SOCKET s;
    int k;

    winsock();
    s = connect_to_peer(&k);
    fill(s);
    set_blocking(s, 1);
    set_linger(s, 1, 1);
    start = now_ms();
    assert_works(closesocket(s));
    start = now_ms() - start;
    ck_assert_msg(start >= 900 && start < 6000, "closed after %d ms", (int)start);
    for (int i = 0; i < 2000 && !strncmp(answer, "OK", 2); i++)
        answer = peer("read %d 20000 5000", k);
    ck_assert_str_eq(answer, "RESET");
}

/* WSAEWOULDBLOCK: the socket stays, no end is sent; it is closed once it need not wait. */
CASE(close, linger_nonblocking)
{
    ULONGLONG start;
    int k, total;
    SOCKET s;

    winsock();
    s = connect_to_peer(&k);
    total = fill(s);
    set_linger(s, 1, 20);
    start = now_ms();
    assert_fails(closesocket(s), WSAEWOULDBLOCK);
    ck_assert_uint_lt(now_ms() - start, 5000);
    ck_assert_uint_ne(port_of(s), 0);
    peer_ok("drain %d 1 %d 10000", k, total);
    peer_ok("send %d 78 1000", k);
    ck_assert_int_eq(selects(s, 'r', 5000), 1);
    assert_works(closesocket(s));
    ck_assert_uint_lt(now_ms() - start, 15000);
    assert_fails(closesocket(s), WSAENOTSOCK);
}

/* Nothing to wait for. */
CASE(close, linger_with_all_sent)
{
    winsock();
    for (int blocking = 0; blocking < 2; blocking++) {
        ULONGLONG start;
        SOCKET s;
        int k;

        s = connect_to_peer(&k);
        exchange_bytes(s, k);
        set_linger(s, 1, 20);
        set_blocking(s, blocking);
        start = now_ms();
        assert_works(closesocket(s));
        ck_assert_uint_lt(now_ms() - start, 5000);
        ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
        /* Nor without a connection. */
        s = new_socket(AF_INET, SOCK_STREAM);
        set_linger(s, 1, 20);
        assert_works(closesocket(s));
        s = listener(AF_INET, 1);
        set_linger(s, 1, 20);
        assert_works(closesocket(s));
    }
}

/* The default: returns at once, and the data arrives all the same. */
CASE(close, default_returns_at_once)
{
    winsock();
    for (int blocking = 0; blocking < 2; blocking++) {
        ULONGLONG start;
        int k, total;
        SOCKET s;

        s = connect_to_peer(&k);
        total = fill(s);
        set_blocking(s, blocking);
        start = now_ms();
        assert_works(closesocket(s));
        ck_assert_uint_lt(now_ms() - start, PATIENCE);
        peer_ok("drain %d 1 %d 10000", k, total);
        ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
    }
}

enum { EXIT_SIZE = 20 * 1024 * 1024 };

/* The child of exit_while_lingering: leaves with data unsent and a long time to linger. */
int leave_lingering(const char *argument)
{
    struct linger linger = {1, 30};
    static char bytes[65536];
    struct address a;
    u_long on = 1;
    WSADATA data;
    SOCKET s;

    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 2;
    a = loopback(AF_INET, (unsigned)atoi(argument));
    s = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(s, &a.sa, a.len) != 0 || ioctlsocket(s, (long)FIONBIO, &on) != 0 ||
        setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&linger, sizeof(linger)) != 0)
        return 3;
    while (send(s, bytes, sizeof(bytes), 0) > 0)
        ;
    TerminateProcess(GetCurrentProcess(), 0);
    return 4;
}

/* The child of exit_with_unsent_data: sends more than fits, without waiting, and leaves. */
int leave_unsent(const char *argument)
{
    char *bytes = calloc(1, EXIT_SIZE);
    struct address a;
    u_long on = 1;
    WSADATA data;
    SOCKET s;

    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 2;
    a = loopback(AF_INET, (unsigned)atoi(argument));
    s = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(s, &a.sa, a.len) != 0 || ioctlsocket(s, (long)FIONBIO, &on) != 0)
        return 3;
    if (send(s, bytes, EXIT_SIZE, 0) != EXIT_SIZE)
        return 4;
    ExitProcess(0);
}

/* What a send took arrives, though its process ends at once (tests: test_send_buffering, whose data
 * outlives the socket; the page "ExitProcess" lets the system close it). */
CASE(close, exit_with_unsent_data)
{
    static char bytes[65536];
    char arguments[64];
    struct address a;
    int n, total = 0;
    SOCKET l, s;
    HANDLE child;

    winsock();
    l = listener(AF_INET, 1);
    a = address_of(l);
    snprintf(arguments, sizeof(arguments), "--helper unsent %u", address_port(&a));
    child = start_self(arguments);
    s = accept(l, NULL, NULL);
    ck_assert(s != INVALID_SOCKET);
    Sleep(300); /* the process is at its end by now */
    while ((n = recv(s, bytes, sizeof(bytes), 0)) > 0)
        total += n;
    ck_assert_int_eq(n, 0);
    ck_assert_int_eq(total, EXIT_SIZE);
    ck_assert_int_eq(WaitForSingleObject(child, 20000), WAIT_OBJECT_0);
    CloseHandle(child);
}

/* A process that goes without closing keeps no other one waiting. */
CASE(close, exit_while_lingering)
{
    char arguments[64];
    unsigned port;
    ULONGLONG start;
    HANDLE child;
    SOCKET s;
    int k, l;

    winsock();
    s = connect_to_peer(&k);
    l = peer_listen(AF_INET, 5, &port);
    snprintf(arguments, sizeof(arguments), "--helper linger %u", port);
    child = start_self(arguments);
    peer_accept(l); /* and does not read */
    ck_assert_int_eq(WaitForSingleObject(child, 20000), WAIT_OBJECT_0);
    start = now_ms();
    exchange_bytes(s, k);
    assert_works(closesocket(s));
    assert_works(closesocket(bound(AF_INET, SOCK_STREAM)));
    ck_assert_uint_lt(now_ms() - start, 5000);
    CloseHandle(child);
}
