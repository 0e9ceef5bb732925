/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What could go wrong where data moves past whoever keeps the socket's state: waits that are long or
 * short, threads that are ended or held in one, modes and event selections that change, operations of
 * different kinds on one socket.
 *
 * Sources: the pages of the functions named; alertable waits: "recv" ("... places the thread in an
 * alertable wait state"), "WSAEventSelect" for what re-enables events. */
#include "blocked.h"
#include "remote.h"

/* A blocking receive in a thread of its own. */
struct receiver {
    SOCKET s;
    HANDLE thread;
    volatile LONG calls;
    int result, error;
    char byte;
};

static DWORD WINAPI receive(void *context)
{
    struct receiver *r = context;

    InterlockedExchange(&r->calls, 1);
    r->result = recv(r->s, &r->byte, 1, 0);
    r->error = WSAGetLastError();
    return 0;
}

static void start(struct receiver *r, SOCKET s, int wait)
{
    memset(r, 0, sizeof(*r));
    r->s = s;
    r->thread = run_into_call(receive, r, &r->calls, wait);
}

static void assert_received(struct receiver *r, char byte)
{
    join_thread(r->thread, PATIENCE);
    ck_assert_int_eq(r->result, 1);
    ck_assert_int_eq(r->byte, byte);
}

/* Whether the thread stood in its receive; on a busy machine it may come too late for that. */
static int closes_under_receive(int wait)
{
    struct receiver r;
    SOCKET s;
    int k;

    s = pair_up(AF_INET, &k);
    start(&r, s, wait);
    assert_works(closesocket(s));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF"); /* at once, whoever still waits */
    join_thread(r.thread, PATIENCE);
    ck_assert_int_eq(r.result, SOCKET_ERROR);
    if (r.error == WSAENOTSOCK)
        return 0;
    if (r.error != WSAEINTR)
        assert_code(r.error, WSAECONNABORTED);
    return 1;
}

static void closed_while_blocked(int wait)
{
    int stood = 0;

    winsock();
    for (int i = 0; i < TRIES && !stood; i++)
        stood = closes_under_receive(wait);
    ck_assert_msg(stood, "each receive says WSAENOTSOCK");
}

CASE(hazard, close_after_short_wait)
{
    closed_while_blocked(SHORT_WAIT);
}

CASE(hazard, close_after_long_wait)
{
    closed_while_blocked(LONG_WAIT);
}

/* Two threads wait on one socket: each byte goes to one of them, and both get theirs. */
CASE(hazard, two_receivers)
{
    struct receiver r[2];
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    start(&r[0], s, LONG_WAIT);
    start(&r[1], s, SHORT_WAIT);
    peer_ok("send %d 61 1000", k);
    Sleep(50);
    peer_ok("send %d 62 1000", k);
    join_thread(r[0].thread, PATIENCE);
    join_thread(r[1].thread, PATIENCE);
    ck_assert_int_eq(r[0].result, 1);
    ck_assert_int_eq(r[1].result, 1);
    ck_assert_int_eq(r[0].byte + r[1].byte, 'a' + 'b');
}

/* A blocked receive runs user APCs, and goes on waiting. */
CASE(hazard, apc_while_blocked)
{
    struct receiver r;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    for (size_t i = 0; i < ARRAYSIZE(waits); i++) {
        start(&r, s, waits[i]);
        assert_apc_runs(r.thread);
        peer_ok("send %d 61 1000", k);
        assert_received(&r, 'a');
    }
}

static SOCKET apc_pair[2];
static volatile LONG apc_result;

static void CALLBACK exchange_in_apc(ULONG_PTR unused)
{
    char byte = 0;

    (void)unused;
    if (send(apc_pair[0], "z", 1, 0) == 1 && recv(apc_pair[1], &byte, 1, 0) == 1)
        InterlockedExchange(&apc_result, byte);
}

/* Winsock calls from an APC that runs inside a blocked one (undefined by the pages) end, and disturb
 * nothing. */
CASE(hazard, calls_in_apc)
{
    struct receiver r;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    tcp_pair(AF_INET, apc_pair);
    start(&r, s, LONG_WAIT);
    ck_assert(QueueUserAPC(exchange_in_apc, r.thread, 0));
    for (int i = 0; i < PATIENCE / 10 && !apc_result; i++)
        Sleep(10);
    ck_assert_int_eq(apc_result, 'z');
    peer_ok("send %d 61 1000", k);
    assert_received(&r, 'a');
}

/* A thread ended inside a receive leaves the socket usable, and its end visible to the peer. */
static void terminated(int wait)
{
    struct receiver r;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    for (int i = 0; i < 10; i++) {
        start(&r, s, wait);
        end_thread(r.thread);
    }
    exchange_bytes(s, k);
    assert_works(closesocket(s));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
}

CASE(hazard, terminated_after_short_wait)
{
    terminated(SHORT_WAIT);
}

CASE(hazard, terminated_after_long_wait)
{
    terminated(LONG_WAIT);
}

/* Held and let go, a receive goes on. */
CASE(hazard, suspended_while_blocked)
{
    struct receiver r;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    for (size_t i = 0; i < ARRAYSIZE(waits); i++) {
        start(&r, s, waits[i]);
        for (int turn = 0; turn < 20; turn++) {
            ck_assert_int_eq((int)SuspendThread(r.thread), 0);
            Sleep(2);
            ck_assert_int_eq((int)ResumeThread(r.thread), 1);
            Sleep(2);
        }
        ck_assert_uint_eq(WaitForSingleObject(r.thread, 0), WAIT_TIMEOUT);
        peer_ok("send %d 61 1000", k);
        assert_received(&r, 'a');
    }
}

/* A held thread that waits on a socket does not keep the peer from seeing its end. */
CASE(hazard, closed_while_suspended)
{
    struct receiver r;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    start(&r, s, LONG_WAIT);
    ck_assert_int_eq((int)SuspendThread(r.thread), 0);
    assert_works(closesocket(s));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
    ResumeThread(r.thread);
    join_thread(r.thread, PATIENCE);
    ck_assert_int_eq(r.result, SOCKET_ERROR);
}

static void assert_signals(WSAEVENT event, SOCKET s, long want)
{
    WSANETWORKEVENTS found;

    ck_assert_uint_eq(WaitForSingleObject(event, PATIENCE), WAIT_OBJECT_0);
    assert_works(WSAEnumNetworkEvents(s, event, &found));
    ck_assert_int_eq(found.lNetworkEvents, want);
}

/* Events work on a socket that received and sent before without them; each receive re-enables them;
 * without them again it blocks. */
CASE(hazard, events_and_plain_calls_by_turns)
{
    WSAEVENT event;
    char byte;
    SOCKET s;
    int k;

    winsock();
    event = WSACreateEvent();
    s = pair_up(AF_INET, &k);
    for (int round = 0; round < 3; round++) {
        exchange_bytes(s, k);
        assert_works(WSAEventSelect(s, event, FD_READ | FD_CLOSE));
        for (int i = 0; i < 3; i++) {
            peer_ok("send %d 61 1000", k);
            assert_signals(event, s, FD_READ);
            assert_returns(recv(s, &byte, 1, 0), 1);
        }
        /* what is left by a receive is told again */
        peer_ok("send %d 6162 1000", k);
        assert_signals(event, s, FD_READ);
        assert_returns(recv(s, &byte, 1, 0), 1);
        assert_signals(event, s, FD_READ);
        assert_returns(recv(s, &byte, 1, 0), 1);
        assert_works(WSAEventSelect(s, NULL, 0));
        set_blocking(s, 1);
    }
    assert_works(WSAEventSelect(s, event, FD_READ | FD_CLOSE));
    peer_ok("close %d", k);
    assert_signals(event, s, FD_CLOSE);
    WSACloseEvent(event);
}

/* FD_WRITE comes when there is room again after a send that met none, plain sends before or not. */
CASE(hazard, write_event_after_plain_sends)
{
    enum { BLOCK = 4 * 1024 * 1024 };
    static char bytes[BLOCK];
    WSAEVENT event;
    long long total = 64;
    SOCKET pair[2];
    int n;

    winsock();
    event = WSACreateEvent();
    tcp_pair(AF_INET, pair);
    send_pattern(pair[0], 64);
    assert_works(WSAEventSelect(pair[0], event, FD_WRITE));
    assert_signals(event, pair[0], FD_WRITE);
    while ((n = send(pair[0], bytes, BLOCK, 0)) > 0)
        total += n;
    assert_code(WSAGetLastError(), WSAEWOULDBLOCK);
    ck_assert_uint_eq(WaitForSingleObject(event, 100), WAIT_TIMEOUT);
    while (total > 0) {
        n = recv(pair[1], bytes, BLOCK, 0);
        ck_assert_int_gt(n, 0);
        total -= n;
    }
    assert_signals(event, pair[0], FD_WRITE);
    assert_returns(send(pair[0], "a", 1, 0), 1);
    WSACloseEvent(event);
}

/* What an overlapped receive waits for is its own; the plain receive gets what comes after. */
CASE(hazard, plain_receive_behind_overlapped)
{
    WSAOVERLAPPED overlapped = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    char first[4], second[4];
    WSABUF buffer = {sizeof(first), first};
    DWORD flags = 0, moved = 0;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    exchange_bytes(s, k);
    assert_fails(WSARecv(s, &buffer, 1, NULL, &flags, &overlapped, NULL), WSA_IO_PENDING);
    peer_ok("send %d 61626364 1000", k);
    ck_assert(WSAGetOverlappedResult(s, &overlapped, &moved, TRUE, &flags));
    ck_assert_uint_eq(moved, 4);
    peer_ok("send %d 65666768 1000", k);
    assert_returns(recv(s, second, sizeof(second), 0), 4);
    ck_assert(!memcmp(first, "abcd", 4) && !memcmp(second, "efgh", 4));
    CloseHandle(overlapped.hEvent);
}

/* The rest of a non-blocking send goes before what is sent later, by whatever call. */
CASE(hazard, order_behind_a_large_send)
{
    enum { SIZE = 8 * 1024 * 1024, TAIL = 1000 };
    char *bytes = malloc(SIZE + TAIL), *got = malloc(SIZE + TAIL);
    SOCKET pair[2];
    int at = 0, n, waited = 0;

    winsock();
    tcp_pair(AF_INET, pair);
    for (int i = 0; i < SIZE + TAIL; i++)
        bytes[i] = (char)(i * 7 + i / 251);
    set_blocking(pair[0], 0);
    assert_returns(send(pair[0], bytes, SIZE, 0), SIZE);
    while (at < SIZE + TAIL) {
        if (!waited && at > SIZE / 2 && selects(pair[0], 'w', 0)) {
            waited = 1;
            set_blocking(pair[0], 1);
            assert_returns(send(pair[0], bytes + SIZE, TAIL, 0), TAIL);
        }
        if (at == SIZE && !waited) {
            waited = 1;
            ck_assert_int_eq(selects(pair[0], 'w', PATIENCE), 1);
            assert_returns(send(pair[0], bytes + SIZE, TAIL, 0), TAIL);
        }
        n = recv(pair[1], got + at, SIZE + TAIL - at > 65536 ? 65536 : SIZE + TAIL - at, 0);
        ck_assert_int_gt(n, 0);
        at += n;
    }
    ck_assert(!memcmp(bytes, got, SIZE + TAIL));
    free(bytes);
    free(got);
}

/* Pages whose writes are watched: data arrives, and the page is told of. */
CASE(hazard, watched_pages)
{
    char *page = VirtualAlloc(NULL, 8192, MEM_RESERVE | MEM_COMMIT | MEM_WRITE_WATCH, PAGE_READWRITE);
    void *written[2] = {NULL, NULL};
    ULONG_PTR count = 2;
    DWORD granularity;
    SOCKET s;
    int k;

    winsock();
    if (!page)
        skip_case("no write watches here");
    s = pair_up(AF_INET, &k);
    page[4096] = 0;
    ResetWriteWatch(page, 8192);
    peer_ok("send %d 6162 1000", k);
    assert_returns(recv(s, page + 4096, 2, 0), 2);
    ck_assert(!memcmp(page + 4096, "ab", 2));
    ck_assert_uint_eq(GetWriteWatch(0, page, 8192, written, &count, &granularity), 0);
    ck_assert_uint_eq(count, 1);
    ck_assert_ptr_eq(written[0], page + 4096);
}

/* An accepted socket has its listener's mode and timeouts, and keeps them apart from then on. */
CASE(hazard, inherited_mode)
{
    SOCKET l, s;
    ULONGLONG before;
    char byte;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    set_int(l, SOL_SOCKET, SO_RCVTIMEO, 150);
    k = peer_connect(AF_INET, port_of(l));
    s = accept(l, NULL, NULL);
    ck_assert(s != INVALID_SOCKET);
    before = now_ms();
    assert_fails(recv(s, &byte, 1, 0), WSAETIMEDOUT);
    ck_assert_uint_lt(now_ms() - before, PATIENCE);
    peer_ok("close %d", k);
    set_blocking(l, 0);
    k = peer_connect(AF_INET, port_of(l));
    ck_assert_int_eq(selects(l, 'r', PATIENCE), 1);
    s = accept(l, NULL, NULL);
    ck_assert(s != INVALID_SOCKET);
    assert_fails(recv(s, &byte, 1, 0), WSAEWOULDBLOCK);
    set_blocking(s, 1);
    peer_ok("send %d 61 1000", k);
    assert_returns(recv(s, &byte, 1, 0), 1);
    assert_fails(accept(l, NULL, NULL), WSAEWOULDBLOCK);
}
