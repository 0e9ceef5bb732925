/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* connect to a listener whose queue is full.  Source: the page listen: a client that finds the queue full
 * gets WSAECONNREFUSED.  When it gets it no page says: Windows answers a refused SYN with two more, half a
 * second apart and later, so that anything between one and a few seconds is right. */
#include "remote.h"
#include <mswsock.h>

static const int families[] = {AF_INET, AF_INET6};

enum { EARLIEST_MS = 900, LATEST_MS = 6000 };

static void check_time(ULONGLONG start)
{
    int took = (int)(now_ms() - start);

    ck_assert_msg(took >= EARLIEST_MS && took <= LATEST_MS, "decided after %d ms", took);
}

/* A listener of this process, and a client that fills its queue. */
static SOCKET full_listener(int family, struct address *a)
{
    SOCKET l = listener(family, 1), client = new_socket(family, SOCK_STREAM);

    *a = address_of(l);
    assert_works(connect(client, &a->sa, a->len));
    return l;
}

/* Starts a connect that meets the full queue. */
static SOCKET start_connect(int family, const struct address *a)
{
    SOCKET s = new_socket(family, SOCK_STREAM);

    set_blocking(s, 0);
    assert_fails(connect(s, &a->sa, a->len), WSAEWOULDBLOCK);
    return s;
}

static void make_room(SOCKET l)
{
    SOCKET s = accept(l, NULL, NULL);

    ck_assert_uint_ne(s, INVALID_SOCKET);
    assert_works(closesocket(s));
}

CASE(connect, queue_full_blocking)
{
    winsock();
    for (int i = 0; i < 2; i++) {
        struct address a;
        SOCKET l = full_listener(families[i], &a), s = new_socket(families[i], SOCK_STREAM);
        ULONGLONG start = now_ms();

        assert_fails(connect(s, &a.sa, a.len), WSAECONNREFUSED);
        check_time(start);
        ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_ERROR), 0);
        assert_fails(send(s, "x", 1, 0), WSAENOTCONN);
        make_room(l);
        assert_works(connect(s, &a.sa, a.len));
        make_room(l);
    }
}

/* Failure shows in exceptfds; SO_ERROR keeps the code; the socket can try again. */
CASE(connect, queue_full_select)
{
    struct address a;
    ULONGLONG start;
    SOCKET l, s;

    winsock();
    l = full_listener(AF_INET, &a);
    start = now_ms();
    s = start_connect(AF_INET, &a);
    ck_assert_int_eq(selects(s, 'x', LATEST_MS), 1);
    check_time(start);
    ck_assert_int_eq(selects(s, 'w', 0), 0);
    ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_ERROR), WSAECONNREFUSED);
    ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_ERROR), WSAECONNREFUSED);
    make_room(l);
    assert_fails(connect(s, &a.sa, a.len), WSAEWOULDBLOCK);
    ck_assert_int_eq(selects(s, 'w', 5000), 1);
}

CASE(connect, queue_full_poll)
{
    WSAPOLLFD fd = {.events = POLLWRNORM};
    struct address a;
    ULONGLONG start;

    winsock();
    full_listener(AF_INET, &a);
    start = now_ms();
    fd.fd = start_connect(AF_INET, &a);
    assert_returns(WSAPoll(&fd, 1, LATEST_MS), 1);
    check_time(start);
    ck_assert_int_eq(fd.revents, POLLHUP | POLLERR | POLLWRNORM);
}

CASE(connect, queue_full_event)
{
    WSANETWORKEVENTS found;
    struct address a;
    ULONGLONG start;
    HANDLE event;
    SOCKET s;

    winsock();
    full_listener(AF_INET6, &a);
    event = WSACreateEvent();
    s = new_socket(AF_INET6, SOCK_STREAM);
    assert_works(WSAEventSelect(s, event, FD_CONNECT));
    start = now_ms();
    assert_fails(connect(s, &a.sa, a.len), WSAEWOULDBLOCK);
    ck_assert_uint_eq(WaitForSingleObject(event, LATEST_MS), WAIT_OBJECT_0);
    check_time(start);
    assert_works(WSAEnumNetworkEvents(s, event, &found));
    ck_assert_int_eq(found.lNetworkEvents, FD_CONNECT);
    assert_code(found.iErrorCode[FD_CONNECT_BIT], WSAECONNREFUSED);
}

/* The completion comes at a port, and WSAGetOverlappedResult names the refusal. */
CASE(connect, queue_full_connect_ex)
{
    GUID guid = WSAID_CONNECTEX;
    OVERLAPPED overlapped = {0}, *done = NULL;
    LPFN_CONNECTEX connect_ex;
    struct address a;
    ULONGLONG start;
    ULONG_PTR key;
    DWORD n, flags;
    HANDLE port;
    SOCKET s;

    winsock();
    full_listener(AF_INET, &a);
    s = bound(AF_INET, SOCK_STREAM);
    assert_works(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &guid, sizeof(guid), &connect_ex,
                          sizeof(connect_ex), &n, NULL, NULL));
    port = CreateIoCompletionPort((HANDLE)s, NULL, 1, 0);
    ck_assert_ptr_nonnull(port);
    start = now_ms();
    n = connect_ex(s, &a.sa, a.len, NULL, 0, NULL, &overlapped) ? 0 : (DWORD)WSAGetLastError();
    assert_code((int)n, WSA_IO_PENDING);
    ck_assert(!GetQueuedCompletionStatus(port, &n, &key, &done, LATEST_MS));
    check_time(start);
    ck_assert_ptr_eq(done, &overlapped);
    n = WSAGetOverlappedResult(s, &overlapped, &n, FALSE, &flags) ? 0 : (DWORD)WSAGetLastError();
    assert_code((int)n, WSAECONNREFUSED);
}

/* A listener of another program, at the wildcard of its family and at the address itself. */
CASE(connect, queue_full_elsewhere)
{
    static const char *const names[] = {"127.0.0.1", "0.0.0.0", "::1", "::"};
    ULONGLONG start;
    SOCKET s[4];

    winsock();
    for (int i = 0; i < 4; i++) {
        unsigned port;
        int k, family = families[i / 2];
        struct address a;

        ck_assert_int_eq(sscanf(peer_ok("listen %s 0", names[i]), "%d %u", &k, &port), 2);
        ck_assert_int_gt(peer_open(family, port, 4, 200).waiting, 0);
        a = loopback(family, port);
        s[i] = start_connect(family, &a);
    }
    start = now_ms();
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(selects(s[i], 'x', LATEST_MS), 1);
        ck_assert_int_eq(get_int(s[i], SOL_SOCKET, SO_ERROR), WSAECONNREFUSED);
    }
    ck_assert_uint_lt(now_ms() - start, LATEST_MS);
}

/* A place that comes free in time is taken. */
CASE(connect, queue_full_until_room)
{
    struct address a;
    SOCKET l, s;

    winsock();
    l = full_listener(AF_INET, &a);
    s = start_connect(AF_INET, &a);
    ck_assert_int_eq(selects(s, 'x', 300), 0);
    make_room(l);
    ck_assert_int_eq(selects(s, 'w', 6000), 1);
    ck_assert_int_eq(selects(s, 'x', 0), 0);
    ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_ERROR), 0);
    make_room(l);
}

/* Closing the socket ends the attempt; the handle's next socket is not touched. */
CASE(connect, queue_full_closed)
{
    struct address a, b;
    SOCKET l, other;
    SOCKET s[8];

    winsock();
    l = full_listener(AF_INET, &a);
    other = listener(AF_INET, 20);
    b = address_of(other);
    for (int i = 0; i < 8; i++)
        s[i] = start_connect(AF_INET, &a);
    for (int i = 0; i < 8; i++)
        assert_works(closesocket(s[i]));
    for (int i = 0; i < 8; i++) {
        s[i] = new_socket(AF_INET, SOCK_STREAM);
        assert_works(connect(s[i], &b.sa, b.len));
    }
    Sleep(3000);
    for (int i = 0; i < 8; i++)
        assert_returns(send(s[i], "x", 1, 0), 1);
    make_room(l);
    ck_assert_int_eq(selects(l, 'r', 3000), 0);
}
