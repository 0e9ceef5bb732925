/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSAEventSelect and WSAEnumNetworkEvents.  Sources: their pages; tests are Wine's, which were run
 * on Windows. */
#include "overlap.h"

static WSANETWORKEVENTS found;

/* The events recorded within ms, which are taken; the event object tells of them. */
static long events(SOCKET s, WSAEVENT event, int ms)
{
    memset(&found, 0, sizeof(found));
    if (WaitForSingleObject(event, (DWORD)ms))
        return 0;
    assert_works(WSAEnumNetworkEvents(s, event, &found));
    ck_assert_int_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
    return found.lNetworkEvents;
}

static WSAEVENT selected(SOCKET s, long mask)
{
    WSAEVENT event = WSACreateEvent();

    assert_works(WSAEventSelect(s, event, mask));
    return event;
}

/* Makes the socket non-blocking, and it stays so until nothing is selected. */
CASE(event, nonblocking)
{
    SOCKET s;
    u_long off = 0;
    char byte;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    selected(s, FD_READ);
    assert_fails(recv(s, &byte, 1, 0), WSAEWOULDBLOCK);
    assert_fails(ioctlsocket(s, FIONBIO, &off), WSAEINVAL);
    assert_works(WSAEventSelect(s, NULL, 0));
    assert_fails(recv(s, &byte, 1, 0), WSAEWOULDBLOCK);
    assert_works(ioctlsocket(s, FIONBIO, &off));
}

/* FD_ACCEPT: once until accept was called; recorded too for a connection that waits already. */
CASE(event, accept)
{
    WSAEVENT event;
    SOCKET l, s;

    winsock();
    l = listener(AF_INET, 5);
    event = selected(l, FD_ACCEPT);
    ck_assert_int_eq(events(l, event, 0), 0);
    peer_connect(AF_INET, port_of(l));
    ck_assert_int_eq(events(l, event, PATIENCE), FD_ACCEPT);
    ck_assert_int_eq(found.iErrorCode[FD_ACCEPT_BIT], 0);
    ck_assert_int_eq(events(l, event, 50), 0);
    peer_connect(AF_INET, port_of(l));
    s = accept(l, NULL, NULL);
    ck_assert(s != INVALID_SOCKET);
    ck_assert_int_eq(events(l, event, PATIENCE), FD_ACCEPT);
    closesocket(accept(l, NULL, NULL));
    ck_assert_int_eq(events(l, event, 50), 0);
    l = listener(AF_INET, 5);
    peer_connect(AF_INET, port_of(l));
    event = selected(l, FD_ACCEPT);
    ck_assert_int_eq(events(l, event, PATIENCE), FD_ACCEPT);
}

/* The accepted socket has the listener's event and mask. */
CASE(event, inherited)
{
    WSAEVENT event;
    SOCKET l, s;

    winsock();
    l = listener(AF_INET, 5);
    event = selected(l, FD_ACCEPT | FD_READ | FD_WRITE);
    peer_connect(AF_INET, port_of(l));
    ck_assert_int_eq(events(l, event, PATIENCE), FD_ACCEPT);
    s = accept(l, NULL, NULL);
    ck_assert_int_eq(events(s, event, PATIENCE), FD_WRITE);
}

/* FD_CONNECT comes with FD_WRITE on success, alone with the code on failure. */
CASE(event, connect)
{
    struct address to;
    WSAEVENT event;
    unsigned port;
    SOCKET s;

    winsock();
    peer_listen(AF_INET, 2, &port);
    to = loopback(AF_INET, port);
    s = new_socket(AF_INET, SOCK_STREAM);
    event = selected(s, FD_CONNECT | FD_WRITE | FD_READ | FD_CLOSE);
    ck_assert_int_eq(events(s, event, 50), 0);
    assert_fails(connect(s, &to.sa, to.len), WSAEWOULDBLOCK);
    ck_assert_int_eq(events(s, event, PATIENCE), FD_CONNECT | FD_WRITE);
    ck_assert_int_eq(found.iErrorCode[FD_CONNECT_BIT], 0);
    ck_assert_int_eq(events(s, event, 50), 0);
    to = loopback(AF_INET, refused_port(AF_INET));
    s = new_socket(AF_INET, SOCK_STREAM);
    event = selected(s, FD_CONNECT | FD_WRITE | FD_READ | FD_CLOSE);
    assert_fails(connect(s, &to.sa, to.len), WSAEWOULDBLOCK);
    ck_assert_int_eq(events(s, event, 5000), FD_CONNECT);
    assert_code(found.iErrorCode[FD_CONNECT_BIT], WSAECONNREFUSED);
}

/* FD_READ: once per receive, successful or not, while there is data. */
CASE(event, read)
{
    SOCKET pair[2];
    WSAEVENT event;
    char data[8];

    winsock();
    tcp_pair(AF_INET, pair);
    event = selected(pair[0], FD_READ);
    assert_returns(send(pair[1], "abcd", 4, 0), 4);
    ck_assert_int_eq(events(pair[0], event, PATIENCE), FD_READ);
    ck_assert_int_eq(events(pair[0], event, 50), 0);
    assert_returns(recv(pair[0], data, 1, MSG_PEEK), 1);
    ck_assert_int_eq(events(pair[0], event, PATIENCE), FD_READ);
    assert_returns(recv(pair[0], data, 2, 0), 2);
    ck_assert_int_eq(events(pair[0], event, PATIENCE), FD_READ);
    assert_returns(recv(pair[0], data, 8, 0), 2);
    ck_assert_int_eq(events(pair[0], event, 50), 0);
    assert_fails(recv(pair[0], data, 8, 0), WSAEWOULDBLOCK);
    assert_returns(send(pair[1], "abcd", 4, 0), 4);
    ck_assert_int_eq(events(pair[0], event, PATIENCE), FD_READ);
}

/* FD_WRITE: at once on a connection; again only after a send would have blocked, and room came.
 * Also where select said in between that there is none. */
CASE(event, write)
{
    static char data[1 << 20];
    SOCKET l, s;
    WSAEVENT event;
    int k, sent = 0;

    winsock();
    l = listener(AF_INET, 1);
    k = peer_connect(AF_INET, port_of(l));
    s = accept(l, NULL, NULL);
    event = selected(s, FD_WRITE | FD_CLOSE);
    ck_assert_int_eq(events(s, event, PATIENCE), FD_WRITE);
    assert_returns(send(s, data, 10, 0), 10);
    ck_assert_int_eq(events(s, event, 50), 0);
    for (sent = 10; send(s, data, sizeof(data), 0) == sizeof(data);)
        sent += sizeof(data);
    assert_code(WSAGetLastError(), WSAEWOULDBLOCK);
    ck_assert_int_eq(events(s, event, 50), 0);
    ck_assert_int_eq(selects(s, 'w', 0), 0);
    for (int left = sent; left > 0; left -= 1 << 20) {
        const char *got = peer_ok("read %d 1048576 5000", k);

        left += (1 << 20) - (int)strlen(got) / 2;
    }
    ck_assert_int_eq(events(s, event, PATIENCE), FD_WRITE);
    ck_assert_int_eq(events(s, event, 50), 0);
}

/* FD_CLOSE: once; 0 for an orderly end, after all data was read; WSAECONNABORTED after a reset. */
CASE(event, close)
{
    SOCKET pair[2];
    WSAEVENT event;
    char data[8];

    winsock();
    tcp_pair(AF_INET, pair);
    event = selected(pair[0], FD_READ | FD_CLOSE);
    assert_works(shutdown(pair[1], SD_SEND));
    ck_assert_int_eq(events(pair[0], event, PATIENCE), FD_CLOSE);
    ck_assert_int_eq(found.iErrorCode[FD_CLOSE_BIT], 0);
    assert_returns(recv(pair[0], data, 8, 0), 0);
    ck_assert_int_eq(events(pair[0], event, 50), 0);
    tcp_pair(AF_INET, pair);
    event = selected(pair[0], FD_READ | FD_CLOSE);
    close_with_reset(pair[1]);
    ck_assert_int_eq(events(pair[0], event, PATIENCE), FD_CLOSE);
    assert_code(found.iErrorCode[FD_CLOSE_BIT], WSAECONNABORTED);
    ck_assert_int_eq(events(pair[0], event, 50), 0);
}

/* A new selection takes the place of the old; nothing selected, nothing told. */
CASE(event, replaced)
{
    SOCKET pair[2];
    WSAEVENT first, second;

    winsock();
    tcp_pair(AF_INET, pair);
    first = selected(pair[0], FD_READ);
    second = selected(pair[0], FD_READ | FD_OOB);
    assert_returns(send(pair[1], "a", 1, 0), 1);
    ck_assert_int_eq(events(pair[0], second, PATIENCE), FD_READ);
    ck_assert_int_eq(WaitForSingleObject(first, 0), WAIT_TIMEOUT);
    assert_works(WSAEventSelect(pair[0], second, 0));
    assert_returns(send(pair[1], "a", 1, 0), 1);
    ck_assert_int_eq(events(pair[0], second, 100), 0);
}

/* The events can be had without the event object's being reset; entries of others stay (tests). */
CASE(event, without_event)
{
    WSANETWORKEVENTS out;
    SOCKET pair[2];
    WSAEVENT event;

    winsock();
    tcp_pair(AF_INET, pair);
    event = selected(pair[0], FD_READ);
    assert_returns(send(pair[1], "a", 1, 0), 1);
    ck_assert_int_eq(WaitForSingleObject(event, PATIENCE), WAIT_OBJECT_0);
    memset(&out, 0x55, sizeof(out));
    assert_works(WSAEnumNetworkEvents(pair[0], NULL, &out));
    ck_assert_int_eq(out.lNetworkEvents, FD_READ);
    ck_assert_int_eq(out.iErrorCode[FD_READ_BIT], 0);
    ck_assert_int_eq(out.iErrorCode[FD_CLOSE_BIT], 0x55555555);
    ck_assert_int_eq(WaitForSingleObject(event, 0), WAIT_OBJECT_0);
    assert_works(WSAEnumNetworkEvents(pair[0], event, &out));
    ck_assert_int_eq(out.lNetworkEvents, 0);
    ck_assert_int_eq(WaitForSingleObject(event, 0), WAIT_TIMEOUT);
}

CASE(event, refused)
{
    WSANETWORKEVENTS out;
    WSAEVENT event;
    SOCKET s;

    winsock();
    event = WSACreateEvent();
    s = bound(AF_INET, SOCK_STREAM);
    assert_fails(WSAEventSelect(INVALID_SOCKET, event, FD_READ), WSAENOTSOCK);
    assert_fails(WSAEventSelect(s, NULL, FD_READ), WSAEINVAL);
    assert_fails(WSAEventSelect(s, event, 1 << 20), WSAEINVAL);
    assert_fails(WSAEnumNetworkEvents(INVALID_SOCKET, event, &out), WSAENOTSOCK);
    assert_fails(WSAEnumNetworkEvents(s, event, NULL), WSAEFAULT);
}

/* An overlapped receive that takes the data leaves nothing to tell (tests). */
CASE(event, beside_overlapped)
{
    WSAOVERLAPPED ov = with_event();
    SOCKET pair[2];
    WSAEVENT event;
    char data[4];
    DWORD count;

    winsock();
    tcp_pair(AF_INET, pair);
    event = selected(pair[0], FD_READ);
    assert_fails(start_recv(pair[0], data, 1, 0, &ov), WSA_IO_PENDING);
    assert_returns(send(pair[1], "a", 1, 0), 1);
    ck_assert_int_eq(finish(pair[0], &ov, &count), 0);
    ck_assert_int_eq(events(pair[0], event, 50), 0);
    assert_returns(send(pair[1], "a", 1, 0), 1);
    ck_assert_int_eq(events(pair[0], event, PATIENCE), FD_READ);
}
