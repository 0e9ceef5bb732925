/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Overlapped receives and events of connected datagram sockets around answers that a port is
 * nobody's: none of them ends the socket.  Sources: the pages of WSARecv (WSAECONNRESET: "For a UDP
 * datagram socket, this error would indicate that a previous send operation resulted in an ICMP
 * Port Unreachable message"; WSAGetOverlappedResult likewise) and WSAIoctl (SIO_UDP_CONNRESET). */
#include "overlap.h"

enum { IOCTL_UDP_CONNRESET = (int)0x9800000c, LENGTH = 5, SEVERAL = 3, ROUNDS = 4 };

/* Connected to a port that nobody has most of the time. */
struct link {
    SOCKET s;
    struct address self, peer;
};

static struct link connect_to_nobody(void)
{
    struct link link;
    SOCKET other;

    winsock();
    other = bound(AF_INET, SOCK_DGRAM);
    link.peer = address_of(other);
    assert_works(closesocket(other));
    link.s = bound(AF_INET, SOCK_DGRAM);
    link.self = address_of(link.s);
    assert_works(connect(link.s, &link.peer.sa, link.peer.len));
    return link;
}

/* The answer is there when this returns. */
static void meet_nobody(const struct link *link)
{
    assert_returns(send(link->s, "x", 1, 0), 1);
    Sleep(30);
}

/* Somebody has the port for a moment, and sends from it. */
static void deliver(const struct link *link, int count)
{
    SOCKET other = new_socket(AF_INET, SOCK_DGRAM);

    assert_works(bind(other, &link->peer.sa, link->peer.len));
    for (int i = 0; i < count; i++)
        assert_returns(sendto(other, "later", LENGTH, 0, &link->self.sa, link->self.len), LENGTH);
    assert_works(closesocket(other));
}

static void switch_off(SOCKET s)
{
    BOOL off = FALSE;
    DWORD n;

    assert_works(
        WSAIoctl(s, (DWORD)IOCTL_UDP_CONNRESET, &off, sizeof(off), NULL, 0, &n, NULL, NULL));
}

/* A receive that pends until something is delivered. */
static void assert_receives(const struct link *link, WSAOVERLAPPED *overlapped)
{
    char data[8];
    DWORD count = 0;

    assert_fails(start_recv(link->s, data, sizeof(data), 0, overlapped), WSA_IO_PENDING);
    deliver(link, 1);
    assert_code(finish(link->s, overlapped, &count), 0);
    ck_assert_uint_eq(count, LENGTH);
    ck_assert(!memcmp(data, "later", LENGTH));
}

/* The first receive after it may be told of it. */
CASE(datagram, unreachable_before_receives)
{
    WSAOVERLAPPED overlapped = with_event();
    struct link link = connect_to_nobody();
    char data[8];
    DWORD count;
    int error;

    meet_nobody(&link);
    meet_nobody(&link);
    for (int told = 0;; told++) {
        ck_assert_int_lt(told, 2);
        error = start_recv(link.s, data, sizeof(data), 0, &overlapped) ? WSAGetLastError() : 0;
        if (error == WSA_IO_PENDING) {
            deliver(&link, 1);
            error = finish(link.s, &overlapped, &count);
        }
        if (!error)
            break;
        assert_code(error, WSAECONNRESET);
    }
    for (int i = 0; i < ROUNDS; i++)
        assert_receives(&link, &overlapped);
}

CASE(datagram, unreachable_ends_a_receive)
{
    WSAOVERLAPPED overlapped = with_event();
    struct link link = connect_to_nobody();
    char data[8];
    DWORD count;

    for (int i = 0; i < ROUNDS; i++) {
        assert_fails(start_recv(link.s, data, sizeof(data), 0, &overlapped), WSA_IO_PENDING);
        meet_nobody(&link);
        assert_code(finish(link.s, &overlapped, &count), WSAECONNRESET);
        assert_receives(&link, &overlapped);
        assert_receives(&link, &overlapped);
    }
}

static HANDLE port_of_link(const struct link *link)
{
    HANDLE port = CreateIoCompletionPort((HANDLE)link->s, NULL, 4711, 0);

    ck_assert_ptr_nonnull(port);
    return port;
}

static int result_of(SOCKET s, WSAOVERLAPPED *overlapped)
{
    DWORD count, flags;

    return WSAGetOverlappedResult(s, overlapped, &count, FALSE, &flags) ? 0 : WSAGetLastError();
}

CASE(datagram, unreachable_ends_a_ported_receive)
{
    struct link link = connect_to_nobody();
    HANDLE port = port_of_link(&link);
    WSAOVERLAPPED overlapped = {0};
    char data[8];

    for (int i = 0; i < ROUNDS; i++) {
        assert_fails(start_recv(link.s, data, sizeof(data), 0, &overlapped), WSA_IO_PENDING);
        meet_nobody(&link);
        ck_assert_uint_ne(packet(port, 4711, &overlapped, 0), 0);
        assert_code(result_of(link.s, &overlapped), WSAECONNRESET);
        assert_fails(start_recv(link.s, data, sizeof(data), 0, &overlapped), WSA_IO_PENDING);
        deliver(&link, 1);
        ck_assert_uint_eq(packet(port, 4711, &overlapped, LENGTH), 0);
    }
}

/* The packet itself says it with a code of its own. */
CASE(datagram, unreachable_port_status)
{
    struct link link = connect_to_nobody();
    HANDLE port = port_of_link(&link);
    WSAOVERLAPPED overlapped = {0};
    char data[8];

    assert_fails(start_recv(link.s, data, sizeof(data), 0, &overlapped), WSA_IO_PENDING);
    meet_nobody(&link);
    ck_assert_uint_eq(packet(port, 4711, &overlapped, 0), ERROR_PORT_UNREACHABLE);
}

/* Which of several is told of it is not documented: one at least.  The others receive, and so do
 * those that are issued again. */
CASE(datagram, unreachable_with_several_receives)
{
    struct link link = connect_to_nobody();
    WSAOVERLAPPED overlapped[SEVERAL];
    HANDLE events[SEVERAL];
    char data[SEVERAL][8];
    DWORD count;
    int told = 0, error;

    for (int i = 0; i < SEVERAL; i++) {
        overlapped[i] = with_event();
        assert_fails(start_recv(link.s, data[i], 8, 0, &overlapped[i]), WSA_IO_PENDING);
    }
    meet_nobody(&link);
    for (int i = 0; i < SEVERAL; i++)
        events[i] = overlapped[i].hEvent;
    ck_assert_uint_lt(WaitForMultipleObjects(SEVERAL, events, FALSE, PATIENCE), SEVERAL);
    Sleep(30); /* the others of the same answer */
    for (int i = 0; i < SEVERAL; i++)
        told += WaitForSingleObject(overlapped[i].hEvent, 0) == WAIT_OBJECT_0;
    deliver(&link, SEVERAL - told);
    for (int i = 0; i < SEVERAL; i++) {
        error = finish(link.s, &overlapped[i], &count);
        told -= error == WSAECONNRESET;
        if (error != WSAECONNRESET)
            assert_code(error, 0);
    }
    ck_assert_int_eq(told, 0);
    for (int i = 0; i < SEVERAL; i++)
        assert_fails(start_recv(link.s, data[i], 8, 0, &overlapped[i]), WSA_IO_PENDING);
    deliver(&link, SEVERAL);
    for (int i = 0; i < SEVERAL; i++) {
        assert_code(finish(link.s, &overlapped[i], &count), 0);
        ck_assert_uint_eq(count, LENGTH);
    }
}

/* FD_READ comes for what arrives after it, each time it was read. */
CASE(datagram, unreachable_then_events)
{
    struct link link = connect_to_nobody();
    WSAEVENT event = WSACreateEvent();
    WSANETWORKEVENTS events;
    char data[8];
    int n;

    assert_works(WSAEventSelect(link.s, event, FD_READ));
    for (int i = 0; i < ROUNDS; i++) {
        meet_nobody(&link);
        while (recv(link.s, data, sizeof(data), 0) == SOCKET_ERROR &&
               WSAGetLastError() == WSAECONNRESET)
            ;
        WSAEnumNetworkEvents(link.s, event, &events);
        deliver(&link, 1);
        ck_assert_uint_eq(WaitForSingleObject(event, PATIENCE), WAIT_OBJECT_0);
        assert_works(WSAEnumNetworkEvents(link.s, event, &events));
        ck_assert_int_eq(events.lNetworkEvents, FD_READ);
        n = recv(link.s, data, sizeof(data), 0);
        ck_assert_int_eq(n, LENGTH);
    }
}

CASE(datagram, unreachable_off_and_overlapped)
{
    WSAOVERLAPPED overlapped = with_event();
    struct link link = connect_to_nobody();
    char data[8];
    DWORD count;

    switch_off(link.s);
    for (int i = 0; i < ROUNDS; i++) {
        assert_fails(start_recv(link.s, data, sizeof(data), 0, &overlapped), WSA_IO_PENDING);
        meet_nobody(&link);
        meet_nobody(&link);
        ck_assert_uint_eq(WaitForSingleObject(overlapped.hEvent, 0), WAIT_TIMEOUT);
        deliver(&link, 1);
        assert_code(finish(link.s, &overlapped, &count), 0);
        ck_assert_uint_eq(count, LENGTH);
        meet_nobody(&link);
    }
}

/* Switched off before it is connected. */
CASE(datagram, unreachable_off_and_ported)
{
    struct link link = connect_to_nobody();
    WSAOVERLAPPED overlapped = {0};
    HANDLE port;
    char data[8];

    assert_works(closesocket(link.s));
    link.s = bound(AF_INET, SOCK_DGRAM);
    link.self = address_of(link.s);
    switch_off(link.s);
    port = port_of_link(&link);
    assert_works(connect(link.s, &link.peer.sa, link.peer.len));
    for (int i = 0; i < ROUNDS; i++) {
        assert_fails(start_recv(link.s, data, sizeof(data), 0, &overlapped), WSA_IO_PENDING);
        meet_nobody(&link);
        deliver(&link, 1);
        ck_assert_uint_eq(packet(port, 4711, &overlapped, LENGTH), 0);
    }
}
