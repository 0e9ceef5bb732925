/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* accept and WSAAccept.  Sources: their Win32 pages; tests are Wine's, which were run on Windows.
 */
#include "remote.h"

static const int families[] = {AF_INET, AF_INET6};

CASE(accept, address)
{
    winsock();
    for (int i = 0; i < 2; i++) {
        SOCKET l = listener(families[i], 5), s;
        int k = peer_connect(families[i], port_of(l));
        struct address want = loopback(families[i], peer_port(k)), a, local;

        memset(&a, 0x5a, sizeof(a));
        a.len = sizeof(a.any);
        s = accept(l, &a.sa, &a.len);
        ck_assert(s != INVALID_SOCKET);
        ck_assert_int_eq(a.len, want.len);
        ck_assert_mem_eq(&a.any, &want.any, (size_t)want.len);
        a.len = sizeof(a.any);
        assert_works(getpeername(s, &a.sa, &a.len));
        ck_assert_mem_eq(&a.any, &want.any, (size_t)want.len);
        local = address_of(s);
        want = loopback(families[i], port_of(l));
        ck_assert_mem_eq(&local.any, &want.any, (size_t)want.len);
        exchange_bytes(s, k);
        ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_ACCEPTCONN), 0);
    }
}

/* WSAEFAULT: the addrlen parameter is too small; without addrlen the address is not touched
 * (tests). */
CASE(accept, address_lengths)
{
    struct address a;
    char untouched[sizeof(a.any)];
    SOCKET l, s;

    winsock();
    l = listener(AF_INET, 5);
    for (int i = 0; i < 2; i++)
        peer_connect(AF_INET, port_of(l));
    a.len = 0;
    assert_fails(accept(l, &a.sa, &a.len), WSAEFAULT);
    ck_assert_int_eq(a.len, 0);
    peer_connect(AF_INET, port_of(l));
    a.len = sizeof(a.v4) - 1;
    assert_fails(accept(l, &a.sa, &a.len), WSAEFAULT);
    peer_connect(AF_INET, port_of(l));
    memset(&a, 0x5a, sizeof(a));
    memset(untouched, 0x5a, sizeof(untouched));
    s = accept(l, &a.sa, NULL);
    ck_assert(s != INVALID_SOCKET);
    ck_assert_mem_eq(&a.any, untouched, sizeof(untouched));
}

CASE(accept, states)
{
    SOCKET pair[2];

    winsock();
    assert_fails(accept(new_socket(AF_INET, SOCK_STREAM), NULL, NULL), WSAEINVAL);
    assert_fails(accept(bound(AF_INET, SOCK_STREAM), NULL, NULL), WSAEINVAL);
    assert_fails(accept(new_socket(AF_INET, SOCK_DGRAM), NULL, NULL), WSAEOPNOTSUPP);
    assert_fails(accept(bound(AF_INET, SOCK_DGRAM), NULL, NULL), WSAEOPNOTSUPP);
    tcp_pair(AF_INET, pair);
    assert_fails(accept(pair[0], NULL, NULL), WSAEINVAL);
    assert_fails(accept(pair[1], NULL, NULL), WSAEINVAL);
}

CASE(accept, nonblocking)
{
    SOCKET l, s;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    set_blocking(l, 0);
    assert_fails(accept(l, NULL, NULL), WSAEWOULDBLOCK);
    k = peer_connect(AF_INET, port_of(l));
    ck_assert_int_eq(selects(l, 'r', PATIENCE), 1);
    s = accept(l, NULL, NULL);
    ck_assert(s != INVALID_SOCKET);
    assert_fails(accept(l, NULL, NULL), WSAEWOULDBLOCK);
    set_blocking(s, 1);
    exchange_bytes(s, k);
}

static DWORD WINAPI connect_later(void *arg)
{
    struct address *a = arg;
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);

    Sleep(200);
    return connect(s, &a->sa, a->len) == 0 ? 0 : (DWORD)WSAGetLastError();
}

CASE(accept, blocking)
{
    struct address a;
    HANDLE thread;
    ULONGLONG start;
    SOCKET l, s;

    winsock();
    l = listener(AF_INET, 5);
    a = address_of(l);
    start = now_ms();
    thread = run_thread(connect_later, &a);
    s = accept(l, NULL, NULL);
    ck_assert(s != INVALID_SOCKET);
    ck_assert_uint_ge(now_ms() - start, 150);
    join_thread(thread, 5000);
}

/* Oldest first. */
CASE(accept, order)
{
    SOCKET l, s;
    int k[4];

    winsock();
    l = listener(AF_INET, 10);
    for (int i = 0; i < 4; i++)
        k[i] = peer_connect(AF_INET, port_of(l));
    for (int i = 0; i < 4; i++) {
        struct address a = {.len = sizeof(a.any)};

        s = accept(l, &a.sa, &a.len);
        ck_assert(s != INVALID_SOCKET);
        ck_assert_uint_eq(address_port(&a), peer_port(k[i]));
    }
}

static DWORD WINAPI accept_until_closed(void *l)
{
    return accept((SOCKET)l, NULL, NULL) == INVALID_SOCKET ? (DWORD)WSAGetLastError() : 0;
}

/* Tests: closesocket in another thread ends a blocking accept.  open: with WSAEINTR or
 * WSAECONNABORTED; the pages name both for such a call. */
CASE(accept, closed_meanwhile)
{
    HANDLE thread;
    DWORD error;
    SOCKET l;

    winsock();
    l = listener(AF_INET, 5);
    thread = run_thread(accept_until_closed, (void *)l);
    Sleep(200);
    assert_works(closesocket(l));
    error = thread_result(thread, PATIENCE);
    if (error != WSAECONNABORTED)
        assert_code((int)error, WSAEINTR);
}

/* The newly created socket is the actual connection; it has the same properties as socket s. */
CASE(accept, inherits_options)
{
    static const struct {
        int level, option, value;
    } options[] = {
        {SOL_SOCKET, SO_REUSEADDR, 1},    {SOL_SOCKET, SO_KEEPALIVE, 1},
        {SOL_SOCKET, SO_OOBINLINE, 1},    {SOL_SOCKET, SO_SNDBUF, 0x123},
        {SOL_SOCKET, SO_RCVBUF, 0x123},   {SOL_SOCKET, SO_SNDTIMEO, 0x123},
        {SOL_SOCKET, SO_RCVTIMEO, 0x123}, {IPPROTO_TCP, TCP_NODELAY, 1},
    };
    struct linger linger = {1, 555};
    int size = sizeof(linger);
    struct address a;
    SOCKET l, s;

    winsock();
    l = new_socket(AF_INET, SOCK_STREAM);
    for (size_t i = 0; i < ARRAYSIZE(options); i++)
        set_int(l, options[i].level, options[i].option, options[i].value);
    assert_works(setsockopt(l, SOL_SOCKET, SO_LINGER, (char *)&linger, sizeof(linger)));
    a = loopback(AF_INET, 0);
    assert_works(bind(l, &a.sa, a.len));
    assert_works(listen(l, 1));
    peer_connect(AF_INET, port_of(l));
    s = accept(l, NULL, NULL);
    ck_assert(s != INVALID_SOCKET);
    for (size_t i = 0; i < ARRAYSIZE(options); i++) {
        int value = 0, length = options[i].level == IPPROTO_TCP ? 1 : (int)sizeof(value);

        assert_works(getsockopt(s, options[i].level, options[i].option, (char *)&value, &length));
        ck_assert_msg(value == options[i].value, "option 0x%x is %d, not %d", options[i].option,
                      value, options[i].value);
    }
    memset(&linger, 0, sizeof(linger));
    assert_works(getsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&linger, &size));
    ck_assert_int_eq(linger.l_onoff, 1);
    ck_assert_int_eq(linger.l_linger, 555);
}

CASE(accept, inherits_nonblocking)
{
    SOCKET l, s;
    char byte;

    winsock();
    l = listener(AF_INET, 5);
    set_blocking(l, 0);
    peer_connect(AF_INET, port_of(l));
    ck_assert_int_eq(selects(l, 'r', PATIENCE), 1);
    s = accept(l, NULL, NULL);
    ck_assert(s != INVALID_SOCKET);
    assert_fails(recv(s, &byte, 1, 0), WSAEWOULDBLOCK);
}

/* including asynchronous events registered with WSAAsyncSelect or WSAEventSelect. */
CASE(accept, inherits_events)
{
    WSAEVENT event = CreateEventA(NULL, TRUE, FALSE, NULL);
    WSANETWORKEVENTS events;
    u_long off = 0;
    SOCKET l, s;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    assert_works(WSAEventSelect(l, event, FD_ACCEPT | FD_READ | FD_CLOSE));
    k = peer_connect(AF_INET, port_of(l));
    ck_assert_uint_eq(WaitForSingleObject(event, PATIENCE), WAIT_OBJECT_0);
    s = accept(l, NULL, NULL);
    ck_assert(s != INVALID_SOCKET);
    ResetEvent(event);
    assert_fails(ioctlsocket(s, FIONBIO, &off), WSAEINVAL);
    peer_ok("send %d 61 1000", k);
    ck_assert_uint_eq(WaitForSingleObject(event, PATIENCE), WAIT_OBJECT_0);
    assert_works(WSAEnumNetworkEvents(s, event, &events));
    ck_assert_int_eq(events.lNetworkEvents & FD_READ, FD_READ);
}

/* A client that has gone.  open: accept may tell (WSAECONNRESET, by its page) or give a socket that
 * does. */
CASE(accept, reset_while_waiting)
{
    SOCKET l, s;
    char byte;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    k = peer_connect(AF_INET, port_of(l));
    peer_ok("abort %d", k);
    Sleep(50);
    set_blocking(l, 0);
    s = accept(l, NULL, NULL);
    if (s == INVALID_SOCKET) {
        int error = WSAGetLastError();

        if (error != WSAEWOULDBLOCK)
            assert_code(error, WSAECONNRESET);
    } else {
        assert_fails(recv(s, &byte, 1, 0), WSAECONNRESET);
    }
    /* The listener goes on. */
    peer_connect(AF_INET, port_of(l));
    ck_assert_int_eq(selects(l, 'r', PATIENCE), 1);
    ck_assert(accept(l, NULL, NULL) != INVALID_SOCKET);
}

/* What the condition function saw and what it answers. */
static struct {
    int answer, calls;
    unsigned caller, callee;
    DWORD_PTR data;
} condition;

static int CALLBACK decide(LPWSABUF caller, LPWSABUF caller_data, LPQOS sqos, LPQOS gqos,
                           LPWSABUF callee, LPWSABUF callee_data, GROUP *group, DWORD_PTR data)
{
    (void)caller_data;
    (void)sqos;
    (void)gqos;
    (void)callee_data;
    (void)group;
    condition.calls++;
    condition.data = data;
    condition.caller = ntohs(((struct sockaddr_in *)caller->buf)->sin_port);
    condition.callee = ntohs(((struct sockaddr_in *)callee->buf)->sin_port);
    return condition.answer;
}

CASE(accept, condition_accept)
{
    winsock();
    for (int i = 0; i < 2; i++) {
        SOCKET l = listener(families[i], 5), s;
        int k = peer_connect(families[i], port_of(l));

        memset(&condition, 0, sizeof(condition));
        condition.answer = CF_ACCEPT;
        s = WSAAccept(l, NULL, NULL, decide, 0x1234);
        ck_assert(s != INVALID_SOCKET);
        ck_assert_int_eq(condition.calls, 1);
        ck_assert_uint_eq(condition.data, 0x1234);
        ck_assert_uint_eq(condition.caller, peer_port(k));
        ck_assert_uint_eq(condition.callee, port_of(l));
        exchange_bytes(s, k);
    }
}

/* If CF_REJECT, WSAAccept rejects the connection request and fails with WSAECONNREFUSED. */
CASE(accept, condition_reject)
{
    struct crowd c;
    SOCKET l;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    k = peer_connect(AF_INET, port_of(l));
    condition.answer = CF_REJECT;
    assert_fails(WSAAccept(l, NULL, NULL, decide, 0), WSAECONNREFUSED);
    c = peer_state(k, 1, PATIENCE);
    ck_assert_int_eq(c.reset, 1);
    /* Only this one. */
    k = peer_connect(AF_INET, port_of(l));
    condition.answer = CF_ACCEPT;
    exchange_bytes(WSAAccept(l, NULL, NULL, decide, 0), k);
}

/* CF_DEFER: WSATRY_AGAIN; the connection waits for the next accept. */
CASE(accept, condition_defer)
{
    SOCKET l, s;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    k = peer_connect(AF_INET, port_of(l));
    condition.answer = CF_DEFER;
    assert_fails(WSAAccept(l, NULL, NULL, decide, 0), WSATRY_AGAIN);
    assert_fails(WSAAccept(l, NULL, NULL, decide, 0), WSATRY_AGAIN);
    ck_assert_int_eq(peer_state(k, 1, 100).established, 1);
    s = accept(l, NULL, NULL);
    ck_assert(s != INVALID_SOCKET);
    exchange_bytes(s, k);
}

/* The same where a call that finds nothing does not wait. */
CASE(accept, condition_defer_nonblocking)
{
    SOCKET l, s;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    set_blocking(l, 0);
    assert_fails(accept(l, NULL, NULL), WSAEWOULDBLOCK);
    k = peer_connect(AF_INET, port_of(l));
    ck_assert_int_eq(selects(l, 'r', PATIENCE), 1);
    condition.answer = CF_DEFER;
    assert_fails(WSAAccept(l, NULL, NULL, decide, 0), WSATRY_AGAIN);
    s = accept(l, NULL, NULL);
    ck_assert(s != INVALID_SOCKET);
    set_blocking(s, 1);
    exchange_bytes(s, k);
    assert_fails(accept(l, NULL, NULL), WSAEWOULDBLOCK);
}

/* WSAEINVAL: ... the return value of the condition function is not a valid one. */
CASE(accept, condition_nonsense)
{
    SOCKET l;

    winsock();
    l = listener(AF_INET, 5);
    peer_connect(AF_INET, port_of(l));
    condition.answer = 4711;
    assert_fails(WSAAccept(l, NULL, NULL, decide, 0), WSAEINVAL);
}

CASE(accept, wsaaccept_without_condition)
{
    struct address a = {.len = sizeof(a.any)};
    SOCKET l, s;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    k = peer_connect(AF_INET, port_of(l));
    s = WSAAccept(l, &a.sa, &a.len, NULL, 0);
    ck_assert(s != INVALID_SOCKET);
    ck_assert_uint_eq(address_port(&a), peer_port(k));
    exchange_bytes(s, k);
    set_blocking(l, 0);
    assert_fails(WSAAccept(l, NULL, NULL, decide, 0), WSAEWOULDBLOCK);
    assert_fails(WSAAccept(bound(AF_INET, SOCK_STREAM), NULL, NULL, decide, 0), WSAEINVAL);
    assert_fails(WSAAccept(bound(AF_INET, SOCK_DGRAM), NULL, NULL, decide, 0), WSAEOPNOTSUPP);
}
