/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ConnectEx.  Sources: its page; tests are Wine's, which were run on Windows. */
#include "overlap.h"

static LPFN_CONNECTEX start(SOCKET *s)
{
    winsock();
    *s = bound(AF_INET, SOCK_STREAM);
    return (LPFN_CONNECTEX)extension(*s, (GUID)WSAID_CONNECTEX);
}

/* The first bytes reach the native peer, the completion counts them. */
CASE(connectex, with_data)
{
    WSAOVERLAPPED ov = with_event();
    LPFN_CONNECTEX connect_ex;
    struct address to;
    unsigned port;
    DWORD count;
    SOCKET s;
    int l, k;

    connect_ex = start(&s);
    l = peer_listen(AF_INET, 2, &port);
    to = loopback(AF_INET, port);
    assert_refused(connect_ex(s, &to.sa, to.len, "hello", 5, &count, &ov), WSA_IO_PENDING);
    ck_assert_int_eq(finish(s, &ov, &count), 0);
    ck_assert_uint_eq(count, 5);
    k = peer_accept(l);
    ck_assert_str_eq(peer_ok("read %d 10 5000", k), "68656c6c6f");
    /* tests: WSAEINVAL before SO_UPDATE_CONNECT_CONTEXT */
    assert_fails(connect(s, &to.sa, to.len), WSAEINVAL);
    assert_works(setsockopt(s, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0));
    assert_fails(connect(s, &to.sa, to.len), WSAEISCONN);
    exchange_bytes(s, k);
}

CASE(connectex, port)
{
    WSAOVERLAPPED ov = {0};
    LPFN_CONNECTEX connect_ex;
    struct address to;
    unsigned port;
    HANDLE queue;
    SOCKET s;

    connect_ex = start(&s);
    queue = CreateIoCompletionPort((HANDLE)s, NULL, 11, 0);
    peer_listen(AF_INET, 2, &port);
    to = loopback(AF_INET, port);
    assert_started_bool(connect_ex(s, &to.sa, to.len, NULL, 0, NULL, &ov));
    ck_assert_uint_eq(packet(queue, 11, &ov, 0), 0);
}

CASE(connectex, refused)
{
    WSAOVERLAPPED ov = with_event();
    struct address to, none;
    LPFN_CONNECTEX connect_ex;
    SOCKET s, unbound, l;
    DWORD count;

    connect_ex = start(&s);
    to = loopback(AF_INET, refused_port(AF_INET));
    none = wildcard(AF_INET, 80);
    unbound = new_socket(AF_INET, SOCK_STREAM);
    l = listener(AF_INET, 1);
    assert_refused(connect_ex(s, &to.sa, to.len, NULL, 0, &count, NULL), ERROR_INVALID_PARAMETER);
    assert_refused(connect_ex(INVALID_SOCKET, &to.sa, to.len, NULL, 0, &count, &ov), WSAENOTSOCK);
    assert_refused(connect_ex(s, NULL, 0, NULL, 0, &count, &ov), WSAEFAULT);
    assert_refused(connect_ex(s, &to.sa, 3, NULL, 0, &count, &ov), WSAEFAULT);
    assert_refused(connect_ex(unbound, &to.sa, to.len, NULL, 0, &count, &ov), WSAEINVAL);
    assert_refused(connect_ex(l, &to.sa, to.len, NULL, 0, &count, &ov), WSAEINVAL);
    assert_refused(connect_ex(s, &none.sa, none.len, NULL, 0, &count, &ov), WSAEADDRNOTAVAIL);
    assert_started_bool(connect_ex(s, &to.sa, to.len, NULL, 0, &count, &ov));
    ck_assert_int_eq(WaitForSingleObject(ov.hEvent, 5000), WAIT_OBJECT_0);
    assert_refused(GetOverlappedResult((HANDLE)s, &ov, &count, FALSE), ERROR_CONNECTION_REFUSED);
}

/* The address is known while a connect is under way (tests), and never again after it failed. */
CASE(connectex, peer_while_connecting)
{
    struct address name = {.len = sizeof(name.any)}, to;
    SOCKET s, refused;
    u_long on = 1;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_works(ioctlsocket(s, FIONBIO, &on));
    connect_hanging(s, AF_INET);
    assert_works(getpeername(s, &name.sa, &name.len));
    ck_assert_int_eq(name.len, sizeof(name.v4));
    refused = new_socket(AF_INET, SOCK_STREAM);
    assert_works(ioctlsocket(refused, FIONBIO, &on));
    to = loopback(AF_INET, refused_port(AF_INET));
    assert_fails(connect(refused, &to.sa, to.len), WSAEWOULDBLOCK);
    ck_assert_int_eq(selects(refused, 'x', 5000), 1);
    name.len = sizeof(name.any);
    assert_fails(getpeername(refused, &name.sa, &name.len), WSAENOTCONN);
}
