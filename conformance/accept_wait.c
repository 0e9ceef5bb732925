/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens while accept waits: shorter, and longer, than a provider might spend on it before it
 * settles down.
 *
 * Sources: the pages "accept" ("Winsock performs an alertable wait in this situation, which can be
 * interrupted by an asynchronous procedure call"), "closesocket" and "AcceptEx". */
#include "blocked.h"
#include "overlap.h"
#include "remote.h"

/* An accept in a thread of its own. */
struct acceptor {
    SOCKET listener, result;
    HANDLE thread;
    volatile LONG calls;
    struct address from;
    int error;
};

static DWORD WINAPI accept_one(void *context)
{
    struct acceptor *a = context;

    a->from.len = sizeof(a->from.any);
    InterlockedExchange(&a->calls, 1);
    a->result = accept(a->listener, &a->from.sa, &a->from.len);
    a->error = WSAGetLastError();
    return 0;
}

static void start(struct acceptor *a, SOCKET l, int wait)
{
    memset(a, 0, sizeof(*a));
    a->listener = l;
    a->thread = run_into_call(accept_one, a, &a->calls, wait);
}

static int still_waits(const struct acceptor *a)
{
    return WaitForSingleObject(a->thread, 100) == WAIT_TIMEOUT;
}

/* It has ended with the connection that the peer calls k. */
static void assert_accepted(struct acceptor *a, int k)
{
    join_thread(a->thread, PATIENCE);
    ck_assert(a->result != INVALID_SOCKET);
    ck_assert_uint_eq(address_port(&a->from), peer_port(k));
    exchange_bytes(a->result, k);
    assert_works(closesocket(a->result));
}

/* A connection that comes meanwhile is taken at once, and the listener waits for the next. */
CASE(accept_wait, connection)
{
    struct acceptor a;
    SOCKET l;

    winsock();
    l = listener(AF_INET, 5);
    for (int i = 0; i < 4; i++) {
        start(&a, l, waits[i % 2]);
        assert_accepted(&a, peer_connect(AF_INET, port_of(l)));
    }
}

/* Of two that wait on one listener each connection ends one. */
CASE(accept_wait, two_threads)
{
    struct acceptor a[2];
    SOCKET l;

    winsock();
    l = listener(AF_INET, 5);
    for (int i = 0; i < 2; i++) {
        HANDLE both[2];
        DWORD first;
        int k;

        start(&a[0], l, 0);
        start(&a[1], l, waits[i]);
        both[0] = a[0].thread;
        both[1] = a[1].thread;
        k = peer_connect(AF_INET, port_of(l));
        first = WaitForMultipleObjects(2, both, FALSE, PATIENCE);
        ck_assert_uint_le(first, 1);
        ck_assert(still_waits(&a[!first]));
        assert_accepted(&a[first], k);
        assert_accepted(&a[!first], peer_connect(AF_INET, port_of(l)));
    }
}

/* open: with WSAEINTR or WSAECONNABORTED; the pages name both for such a call.  Nobody listens at
 * the port any more. */
static void closed(int by_handle)
{
    int late = 0;

    winsock();
    for (int i = 0; i < 2; i++) {
        struct acceptor a;
        SOCKET l = listener(AF_INET, 5), s = new_socket(AF_INET, SOCK_STREAM);
        struct address where = address_of(l);

        start(&a, l, waits[i]);
        if (by_handle)
            ck_assert(CloseHandle((HANDLE)l));
        else
            assert_works(closesocket(l));
        join_thread(a.thread, PATIENCE);
        ck_assert(a.result == INVALID_SOCKET);
        if (a.error == WSAENOTSOCK && ++late < TRIES)
            i--; /* the thread had not come as far as its accept: once more */
        else if (a.error != WSAECONNABORTED && !by_handle)
            assert_code(a.error, WSAEINTR);
        assert_fails(connect(s, &where.sa, where.len), WSAECONNREFUSED);
    }
}

CASE(accept_wait, closed)
{
    closed(0);
}

CASE(accept_wait, handle_closed)
{
    closed(1);
}

/* The wait is alertable, and goes on behind the call. */
CASE(accept_wait, apc)
{
    struct acceptor a;
    SOCKET l;

    winsock();
    l = listener(AF_INET, 5);
    for (int i = 0; i < 2; i++) {
        start(&a, l, waits[i]);
        assert_apc_runs(a.thread);
        ck_assert(still_waits(&a));
        assert_accepted(&a, peer_connect(AF_INET, port_of(l)));
    }
}

/* Threads that are ended in it leave a listener that works and that its close ends. */
CASE(accept_wait, terminated)
{
    struct address where;
    struct acceptor a;
    SOCKET l, s;

    winsock();
    l = listener(AF_INET, 5);
    where = address_of(l);
    for (int i = 0; i < 10; i++) {
        start(&a, l, waits[i == 9]);
        end_thread(a.thread);
    }
    start(&a, l, 0);
    assert_accepted(&a, peer_connect(AF_INET, port_of(l)));
    assert_works(closesocket(l));
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_fails(connect(s, &where.sa, where.len), WSAECONNREFUSED);
}

/* An AcceptEx that was there first has the first connection. */
CASE(accept_wait, behind_accept_ex)
{
    enum { ROOM = sizeof(struct sockaddr_storage) + 16 };
    char addresses[2 * ROOM];
    LPFN_ACCEPTEX accept_ex;
    WSAOVERLAPPED o;
    struct acceptor a;
    SOCKET l, s;
    DWORD n = 0;
    int first;

    winsock();
    l = listener(AF_INET, 5);
    s = new_socket(AF_INET, SOCK_STREAM);
    accept_ex = (LPFN_ACCEPTEX)extension(l, (GUID)WSAID_ACCEPTEX);
    o = with_event();
    assert_refused(accept_ex(l, s, addresses, 0, ROOM, ROOM, &n, &o), WSA_IO_PENDING);
    start(&a, l, SHORT_WAIT);
    first = peer_connect(AF_INET, port_of(l));
    assert_works(finish(l, &o, &n));
    ck_assert(still_waits(&a));
    assert_accepted(&a, peer_connect(AF_INET, port_of(l)));
    assert_works(setsockopt(s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&l, sizeof(l)));
    exchange_bytes(s, first);
}
