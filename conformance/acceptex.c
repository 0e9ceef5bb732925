/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AcceptEx and GetAcceptExSockaddrs.  Sources: their pages; tests are Wine's, which were run on
 * Windows. */
#include "overlap.h"

/* Room for one address: the sockaddr and 16 bytes. */
enum { ROOM = sizeof(struct sockaddr_in) + 16 };

static LPFN_ACCEPTEX accept_ex;
static char buffer[64 + 2 * ROOM];

static SOCKET start_listener(void)
{
    SOCKET l;

    winsock();
    l = listener(AF_INET, 5);
    accept_ex = (LPFN_ACCEPTEX)extension(l, (GUID)WSAID_ACCEPTEX);
    return l;
}

/* With the first bytes and both addresses; SO_UPDATE_ACCEPT_CONTEXT makes it a full socket. */
CASE(acceptex, data_and_addresses)
{
    struct sockaddr *local, *remote;
    WSAOVERLAPPED ov = with_event();
    LPFN_GETACCEPTEXSOCKADDRS addresses;
    int local_len, remote_len, k;
    SOCKET l = start_listener(), s;
    struct address own;
    DWORD count;

    s = new_socket(AF_INET, SOCK_STREAM);
    assert_refused(accept_ex(l, s, buffer, 10, ROOM, ROOM, &count, &ov), WSA_IO_PENDING);
    k = peer_connect(AF_INET, port_of(l));
    ck_assert_int_eq(WaitForSingleObject(ov.hEvent, 50), WAIT_TIMEOUT);
    peer_ok("send %d 616263 1000", k);
    ck_assert_int_eq(finish(l, &ov, &count), 0);
    ck_assert_uint_eq(count, 3);
    ck_assert_mem_eq(buffer, "abc", 3);
    addresses = (LPFN_GETACCEPTEXSOCKADDRS)extension(l, (GUID)WSAID_GETACCEPTEXSOCKADDRS);
    addresses(buffer, 10, ROOM, ROOM, &local, &local_len, &remote, &remote_len);
    ck_assert_int_eq(local_len, sizeof(struct sockaddr_in));
    ck_assert_int_eq(remote_len, sizeof(struct sockaddr_in));
    own = address_of(l);
    ck_assert_mem_eq(local, &own.v4, 8);
    ck_assert_int_eq(remote->sa_family, AF_INET);
    assert_works(setsockopt(s, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&l, sizeof(l)));
    exchange_bytes(s, k);
}

/* A connection that waits is taken; a port gets the packet. */
CASE(acceptex, queued_connection)
{
    WSAOVERLAPPED ov = {0};
    SOCKET l = start_listener(), s;
    HANDLE port = CreateIoCompletionPort((HANDLE)l, NULL, 3, 0);
    int k = peer_connect(AF_INET, port_of(l));

    s = new_socket(AF_INET, SOCK_STREAM);
    assert_started_bool(accept_ex(l, s, buffer, 0, ROOM, ROOM, NULL, &ov));
    ck_assert_uint_eq(packet(port, 3, &ov, 0), 0);
    exchange_bytes(s, k);
}

/* Tests: too little room fails when a connection comes, and the connection stays in the queue. */
CASE(acceptex, short_room)
{
    static const DWORD rooms[][2] = {
        {3, ROOM}, {ROOM - 12, ROOM}, {ROOM - 1, ROOM}, {ROOM, ROOM - 1}};
    SOCKET l = start_listener(), s, taken;

    for (size_t i = 0; i < sizeof(rooms) / sizeof(rooms[0]); i++) {
        WSAOVERLAPPED ov = with_event();
        DWORD count;
        int k;

        doing("room %lu, %lu", rooms[i][0], rooms[i][1]);
        s = new_socket(AF_INET, SOCK_STREAM);
        assert_refused(accept_ex(l, s, buffer, 0, rooms[i][0], rooms[i][1], &count, &ov),
                       WSA_IO_PENDING);
        k = peer_connect(AF_INET, port_of(l));
        ck_assert_int_eq(WaitForSingleObject(ov.hEvent, PATIENCE), WAIT_OBJECT_0);
        assert_refused(GetOverlappedResult((HANDLE)l, &ov, &count, FALSE),
                       ERROR_INSUFFICIENT_BUFFER);
        assert_works(closesocket(s));
        taken = accept(l, NULL, NULL);
        ck_assert(taken != INVALID_SOCKET);
        exchange_bytes(taken, k);
        assert_works(closesocket(taken));
        peer_ok("close %d", k);
    }
}

CASE(acceptex, refused)
{
    WSAOVERLAPPED ov = with_event();
    SOCKET l = start_listener(), s = new_socket(AF_INET, SOCK_STREAM), pair[2];
    SOCKET quiet = bound(AF_INET, SOCK_STREAM), u = new_socket(AF_INET, SOCK_DGRAM);
    DWORD count;

    tcp_pair(AF_INET, pair);
    assert_refused(accept_ex(l, s, buffer, 0, ROOM, ROOM, &count, NULL), ERROR_INVALID_PARAMETER);
    assert_refused(accept_ex(INVALID_SOCKET, s, buffer, 0, ROOM, ROOM, &count, &ov), WSAENOTSOCK);
    assert_refused(accept_ex(l, INVALID_SOCKET, buffer, 0, ROOM, ROOM, &count, &ov), WSAENOTSOCK);
    assert_refused(accept_ex(l, s, NULL, 0, ROOM, ROOM, &count, &ov), WSAEFAULT);
    assert_refused(accept_ex(l, s, buffer, 0, ROOM, 0, &count, &ov), WSAEFAULT);
    assert_refused(accept_ex(quiet, s, buffer, 0, ROOM, ROOM, &count, &ov), WSAEINVAL);
    assert_refused(accept_ex(l, pair[0], buffer, 0, ROOM, ROOM, &count, &ov), WSAEINVAL);
    assert_refused(accept_ex(l, quiet, buffer, 0, ROOM, ROOM, &count, &ov), WSAEINVAL);
    assert_refused(accept_ex(l, u, buffer, 0, ROOM, ROOM, &count, &ov), WSAEINVAL);
    assert_refused(accept_ex(l, s, buffer, 0, ROOM, ROOM, &count, &ov), WSA_IO_PENDING);
    assert_refused(accept_ex(l, s, buffer, 0, ROOM, ROOM, &count, &ov), WSAEINVAL);
}

/* Cancelled, or the listener closed: aborted, and the accept socket is free again. */
CASE(acceptex, ended)
{
    WSAOVERLAPPED ov = with_event();
    SOCKET l = start_listener(), s = new_socket(AF_INET, SOCK_STREAM);
    DWORD count;
    int k;

    assert_refused(accept_ex(l, s, buffer, 0, ROOM, ROOM, &count, &ov), WSA_IO_PENDING);
    ck_assert(CancelIoEx((HANDLE)l, &ov));
    assert_code(finish(l, &ov, &count), WSA_OPERATION_ABORTED);
    assert_refused(accept_ex(l, s, buffer, 0, ROOM, ROOM, &count, &ov), WSA_IO_PENDING);
    k = peer_connect(AF_INET, port_of(l));
    ck_assert_int_eq(finish(l, &ov, &count), 0);
    exchange_bytes(s, k);
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_refused(accept_ex(l, s, buffer, 0, ROOM, ROOM, &count, &ov), WSA_IO_PENDING);
    assert_works(closesocket(l));
    ck_assert_int_eq(WaitForSingleObject(ov.hEvent, PATIENCE), WAIT_OBJECT_0);
    ck_assert_uint_ne(ov.Internal, 0);
}
