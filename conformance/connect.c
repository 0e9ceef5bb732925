/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* connect.  Sources: its Win32 page; tests are Wine's, which were run on Windows. */
#include "remote.h"

static const int families[] = {AF_INET, AF_INET6};

CASE(connect, blocking)
{
    winsock();
    for (int i = 0; i < 2; i++) {
        SOCKET s = new_socket(families[i], SOCK_STREAM);
        struct address a, got = {.len = sizeof(got.any)};
        unsigned port;
        int l = peer_listen(families[i], 5, &port);

        a = loopback(families[i], port);
        assert_works(connect(s, &a.sa, a.len));
        exchange_bytes(s, peer_accept(l));
        assert_works(getpeername(s, &got.sa, &got.len));
        ck_assert_int_eq(got.len, a.len);
        ck_assert_mem_eq(&got.any, &a.any, (size_t)a.len);
        ck_assert_uint_ne(port_of(s), 0);
        assert_fails(connect(s, &a.sa, a.len), WSAEISCONN);
    }
}

/* From the address it was bound to. */
CASE(connect, bound)
{
    struct address a;
    unsigned port, from;
    char text[64];
    SOCKET s;
    int l;

    winsock();
    l = peer_listen(AF_INET, 5, &port);
    s = bound(AF_INET, SOCK_STREAM);
    a = loopback(AF_INET, port);
    assert_works(connect(s, &a.sa, a.len));
    ck_assert_int_eq(sscanf(peer_ok("accept %d 5000", l), "%*d %63s %u", text, &from), 2);
    ck_assert_str_eq(text, "127.0.0.1");
    ck_assert_uint_eq(from, port_of(s));
}

CASE(connect, nonblocking)
{
    struct address a;
    unsigned port;
    SOCKET s;
    int l;

    winsock();
    for (int i = 0; i < 2; i++) {
        l = peer_listen(families[i], 5, &port);
        s = new_socket(families[i], SOCK_STREAM);
        set_blocking(s, 0);
        a = loopback(families[i], port);
        assert_fails(connect(s, &a.sa, a.len), WSAEWOULDBLOCK);
        ck_assert_int_eq(selects(s, 'w', 5000), 1);
        ck_assert_int_eq(selects(s, 'x', 0), 0);
        ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_ERROR), 0);
        assert_fails(connect(s, &a.sa, a.len), WSAEISCONN);
        set_blocking(s, 1);
        exchange_bytes(s, peer_accept(l));
    }
}

/* WSAEALREADY while it is going on; no data (tests: WSAENOTCONN); not ready for anything. */
CASE(connect, in_progress)
{
    struct address a;
    char byte;
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    set_blocking(s, 0);
    connect_hanging(s, AF_INET);
    a = loopback(AF_INET, refused_port(AF_INET));
    assert_fails(connect(s, &a.sa, a.len), WSAEALREADY);
    assert_fails(send(s, "x", 1, 0), WSAENOTCONN);
    assert_fails(recv(s, &byte, 1, 0), WSAENOTCONN);
    ck_assert_int_eq(selects(s, 'w', 0), 0);
    ck_assert_int_eq(selects(s, 'r', 0), 0);
    ck_assert_int_eq(selects(s, 'x', 0), 0);
    assert_works(closesocket(s));
}

/* WSAECONNREFUSED; the socket can try again; SO_ERROR is 0 after a failure that was returned
 * (tests). */
CASE(connect, refused_blocking)
{
    winsock();
    for (int i = 0; i < 2; i++) {
        struct address a = loopback(families[i], refused_port(families[i]));
        SOCKET s = new_socket(families[i], SOCK_STREAM);
        unsigned port;
        int l;

        assert_fails(connect(s, &a.sa, a.len), WSAECONNREFUSED);
        ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_ERROR), 0);
        assert_fails(connect(s, &a.sa, a.len), WSAECONNREFUSED);
        assert_fails(send(s, "x", 1, 0), WSAENOTCONN);
        l = peer_listen(families[i], 5, &port);
        a = loopback(families[i], port);
        assert_works(connect(s, &a.sa, a.len));
        exchange_bytes(s, peer_accept(l));
    }
}

/* Success shows in writefds, failure in exceptfds; SO_ERROR keeps the code (tests). */
CASE(connect, refused_nonblocking)
{
    winsock();
    for (int i = 0; i < 2; i++) {
        struct address a = loopback(families[i], refused_port(families[i]));
        SOCKET s = new_socket(families[i], SOCK_STREAM);
        unsigned port;
        int l;

        set_blocking(s, 0);
        assert_fails(connect(s, &a.sa, a.len), WSAEWOULDBLOCK);
        ck_assert_int_eq(selects(s, 'x', 10000), 1);
        ck_assert_int_eq(selects(s, 'w', 0), 0);
        assert_code(get_int(s, SOL_SOCKET, SO_ERROR), WSAECONNREFUSED);
        assert_code(get_int(s, SOL_SOCKET, SO_ERROR), WSAECONNREFUSED);
        l = peer_listen(families[i], 5, &port);
        a = loopback(families[i], port);
        assert_fails(connect(s, &a.sa, a.len), WSAEWOULDBLOCK);
        ck_assert_int_eq(selects(s, 'w', 5000), 1);
        set_blocking(s, 1);
        exchange_bytes(s, peer_accept(l));
    }
}

/* WSAEINVAL: the parameter s is a listening socket. */
CASE(connect, listening)
{
    struct address a;
    SOCKET l;

    winsock();
    l = listener(AF_INET, 5);
    a = loopback(AF_INET, refused_port(AF_INET));
    assert_fails(connect(l, &a.sa, a.len), WSAEINVAL);
    a = address_of(l);
    assert_fails(connect(l, &a.sa, a.len), WSAEINVAL);
    peer_connect(AF_INET, port_of(l));
    ck_assert(accept(l, NULL, NULL) != INVALID_SOCKET);
}

/* WSAEADDRNOTAVAIL: the remote address is not a valid address (such as INADDR_ANY): even though
 * something listens there. */
CASE(connect, wildcard)
{
    winsock();
    for (int i = 0; i < 2; i++) {
        SOCKET l = listener(families[i], 5);
        struct address a = wildcard(families[i], port_of(l));
        SOCKET s = new_socket(families[i], SOCK_STREAM);

        assert_fails(connect(s, &a.sa, a.len), WSAEADDRNOTAVAIL);
        a = loopback(families[i], port_of(l));
        assert_works(connect(s, &a.sa, a.len));
    }
}

CASE(connect, bad_address)
{
    struct address a;
    SOCKET s, l;

    winsock();
    l = listener(AF_INET, 5);
    s = new_socket(AF_INET, SOCK_STREAM);
    a = address_of(l);
    assert_fails(connect(s, NULL, 0), WSAEFAULT);
    assert_fails(connect(s, NULL, a.len), WSAEFAULT);
    assert_fails(connect(s, &a.sa, a.len - 1), WSAEFAULT);
    assert_fails(connect(s, &a.sa, 0), WSAEFAULT);
    a = loopback(AF_INET6, port_of(l));
    assert_fails(connect(s, &a.sa, a.len), WSAEAFNOSUPPORT);
    a = address_of(l);
    assert_works(connect(s, &a.sa, a.len));
}

CASE(connect, getpeername_states)
{
    struct address a = {.len = sizeof(a.any)};
    SOCKET pair[2];

    winsock();
    assert_fails(getpeername(new_socket(AF_INET, SOCK_STREAM), &a.sa, &a.len), WSAENOTCONN);
    assert_fails(getpeername(bound(AF_INET, SOCK_STREAM), &a.sa, &a.len), WSAENOTCONN);
    assert_fails(getpeername(listener(AF_INET, 1), &a.sa, &a.len), WSAENOTCONN);
    assert_fails(getpeername(bound(AF_INET, SOCK_DGRAM), &a.sa, &a.len), WSAENOTCONN);
    tcp_pair(AF_INET, pair);
    a.len = 1;
    assert_fails(getpeername(pair[0], &a.sa, &a.len), WSAEFAULT);
}

/* A datagram socket's default destination: changed, and dissolved with AF_UNSPEC. */
CASE(connect, datagram)
{
    struct address a, got = {.len = sizeof(got.any)};
    unsigned port[2];
    int k[2];
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_DGRAM);
    for (int i = 0; i < 2; i++) {
        k[i] = peer_udp(AF_INET, &port[i]);
        a = loopback(AF_INET, port[i]);
        assert_works(connect(s, &a.sa, a.len));
        assert_returns(send(s, "abc", 3, 0), 3);
        ck_assert_ptr_nonnull(strstr(peer_ok("recvfrom %d 100 5000", k[i]), " 616263"));
        got.len = sizeof(got.any);
        assert_works(getpeername(s, &got.sa, &got.len));
        ck_assert_mem_eq(&got.any, &a.any, (size_t)a.len);
    }
    memset(&a.any, 0, sizeof(a.any));
    assert_works(connect(s, &a.sa, sizeof(a.v4)));
    assert_fails(getpeername(s, &got.sa, &got.len), WSAENOTCONN);
    assert_fails(send(s, "abc", 3, 0), WSAENOTCONN);
    /* It goes on for sendto. */
    a = loopback(AF_INET, port[0]);
    assert_returns(sendto(s, "abc", 3, 0, &a.sa, a.len), 3);
}

/* The wildcard is no destination for datagrams either (the page; libuv's tests udp_connect and
 * udp_connect6, which run on Windows), and does not dissolve the one there is. */
CASE(connect, datagram_wildcard)
{
    static const int families[] = {AF_INET, AF_INET6};
    struct address to, got;
    SOCKET s;

    winsock();
    for (int i = 0; i < 2; i++) {
        SOCKET receiver = bound(families[i], SOCK_DGRAM);

        s = new_socket(families[i], SOCK_DGRAM);
        to = wildcard(families[i], port_of(receiver));
        assert_fails(connect(s, &to.sa, to.len), WSAEADDRNOTAVAIL);
        got.len = sizeof(got.any);
        assert_fails(getpeername(s, &got.sa, &got.len), WSAENOTCONN);
        to = address_of(receiver);
        assert_works(connect(s, &to.sa, to.len));
        to = wildcard(families[i], port_of(receiver));
        assert_fails(connect(s, &to.sa, to.len), WSAEADDRNOTAVAIL);
        assert_returns(send(s, "abc", 3, 0), 3);
        ck_assert_int_eq(selects(receiver, 'r', PATIENCE), 1);
    }
}

/* Only datagrams of the one it is connected to arrive. */
CASE(connect, datagram_filters)
{
    unsigned port[2], own;
    struct address a;
    char text[8] = "";
    int k[2];
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    own = port_of(s);
    for (int i = 0; i < 2; i++)
        k[i] = peer_udp(AF_INET, &port[i]);
    a = loopback(AF_INET, port[1]);
    assert_works(connect(s, &a.sa, a.len));
    peer_ok("sendto %d 127.0.0.1 %u 6e6f", k[0], own);
    peer_ok("sendto %d 127.0.0.1 %u 796573", k[1], own);
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    assert_returns(recv(s, text, sizeof(text), 0), 3);
    ck_assert_str_eq(text, "yes");
    ck_assert_int_eq(selects(s, 'r', 50), 0);
}

/* The page has WSAEACCES for a connect without SO_BROADCAST; tests (run on Windows): it succeeds,
 * and so does a send there, while sendto is refused; the option stays off. */
CASE(connect, broadcast)
{
    struct address a;
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_DGRAM);
    a = loopback(AF_INET, 4711);
    a.v4.sin_addr.s_addr = INADDR_BROADCAST;
    assert_fails(sendto(s, "x", 1, 0, &a.sa, a.len), WSAEACCES);
    assert_works(connect(s, &a.sa, a.len));
    ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_BROADCAST), 0);
    assert_fails(sendto(s, "x", 1, 0, &a.sa, a.len), WSAEACCES);
    assert_returns(send(s, "x", 1, 0), 1);
    set_int(s, SOL_SOCKET, SO_BROADCAST, 1);
    assert_works(connect(s, &a.sa, a.len));
}

/* An option set before holds after. */
CASE(connect, options_survive)
{
    struct linger linger = {1, 7};
    int size = sizeof(linger);
    struct address a;
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    set_int(s, SOL_SOCKET, SO_RCVBUF, 30000);
    set_int(s, SOL_SOCKET, SO_SNDBUF, 20000);
    set_int(s, SOL_SOCKET, SO_KEEPALIVE, 1);
    set_int(s, SOL_SOCKET, SO_RCVTIMEO, 1234);
    assert_works(setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&linger, sizeof(linger)));
    a = address_of(listener(AF_INET, 5));
    assert_works(connect(s, &a.sa, a.len));
    ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_RCVBUF), 30000);
    ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_SNDBUF), 20000);
    ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_RCVTIMEO), 1234);
    ck_assert_int_ne(get_int(s, SOL_SOCKET, SO_KEEPALIVE) & 0xff, 0);
    memset(&linger, 0, sizeof(linger));
    assert_works(getsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&linger, &size));
    ck_assert_int_eq(linger.l_linger, 7);
}
