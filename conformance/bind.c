/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bind.  Sources: its Win32 page; Wine's tests, which were run on Windows, where tests is said.
 * Address reuse: bind_reuse.c. */
#include "remote.h"

static const int families[] = {AF_INET, AF_INET6};
static const int types[] = {SOCK_STREAM, SOCK_DGRAM};

/* Port 0: the system chooses; the address reads back, the rest of sockaddr_in is zero (tests). */
CASE(bind, port_by_system)
{
    winsock();
    for (int i = 0; i < 4; i++) {
        int family = families[i % 2];
        SOCKET s = bound(family, types[i / 2]);
        struct address a = address_of(s), want = loopback(family, address_port(&a));

        ck_assert_uint_ne(address_port(&a), 0);
        ck_assert_int_eq(a.len, want.len);
        ck_assert_mem_eq(&a.any, &want.any, (size_t)want.len);
    }
}

CASE(bind, wildcard)
{
    winsock();
    for (int i = 0; i < 4; i++) {
        int family = families[i % 2];
        SOCKET s = new_socket(family, types[i / 2]);
        struct address a = wildcard(family, 0), got;

        assert_works(bind(s, &a.sa, a.len));
        got = address_of(s);
        a = wildcard(family, address_port(&got));
        ck_assert_uint_ne(address_port(&got), 0);
        ck_assert_mem_eq(&got.any, &a.any, (size_t)a.len);
    }
}

CASE(bind, given_port)
{
    winsock();
    for (int i = 0; i < 4; i++) {
        int family = families[i % 2];
        SOCKET s = bound(family, types[i / 2]);
        unsigned port = port_of(s);
        struct address a = loopback(family, port);

        assert_works(closesocket(s));
        s = new_socket(family, types[i / 2]);
        assert_works(bind(s, &a.sa, a.len));
        ck_assert_uint_eq(port_of(s), port);
    }
}

/* WSAEINVAL: the socket is already bound to an address. */
CASE(bind, twice)
{
    winsock();
    for (int i = 0; i < 4; i++) {
        int family = families[i % 2];
        SOCKET s = bound(family, types[i / 2]);
        struct address other = loopback(family, 0), before = address_of(s), after;

        assert_fails(bind(s, &other.sa, other.len), WSAEINVAL);
        assert_fails(bind(s, &before.sa, before.len), WSAEINVAL);
        after = address_of(s);
        ck_assert_mem_eq(&before.any, &after.any, (size_t)before.len);
    }
}

CASE(bind, address_in_use)
{
    winsock();
    for (int i = 0; i < 4; i++) {
        SOCKET s = bound(families[i % 2], types[i / 2]);
        struct address a = address_of(s);

        assert_fails(bind(new_socket(families[i % 2], types[i / 2]), &a.sa, a.len), WSAEADDRINUSE);
    }
}

/* TCP and UDP ports are apart. */
CASE(bind, same_port_other_protocol)
{
    struct address a;

    winsock();
    a = address_of(bound(AF_INET, SOCK_STREAM));
    assert_works(bind(new_socket(AF_INET, SOCK_DGRAM), &a.sa, a.len));
}

/* WSAEADDRNOTAVAIL: the specified address is not a valid address for the computer. */
CASE(bind, foreign_address)
{
    struct address a;

    winsock();
    for (int i = 0; i < 2; i++) {
        a = loopback(AF_INET, 0);
        a.v4.sin_addr.s_addr = inet_addr("198.51.100.7");
        assert_fails(bind(new_socket(AF_INET, types[i]), &a.sa, a.len), WSAEADDRNOTAVAIL);
        a = loopback(AF_INET6, 0);
        ck_assert_int_eq(inet_pton(AF_INET6, "2001:db8::7", &a.v6.sin6_addr), 1);
        assert_fails(bind(new_socket(AF_INET6, types[i]), &a.sa, a.len), WSAEADDRNOTAVAIL);
    }
}

/* Tests: an unknown family is WSAEAFNOSUPPORT, a length below the family's WSAEFAULT. */
CASE(bind, bad_address)
{
    struct address a;
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    a = loopback(AF_INET, 0);
    assert_fails(bind(s, NULL, 0), WSAEFAULT);
    assert_fails(bind(s, NULL, a.len), WSAEFAULT);
    assert_fails(bind(s, &a.sa, 0), WSAEFAULT);
    assert_fails(bind(s, &a.sa, -1), WSAEFAULT);
    assert_fails(bind(s, &a.sa, a.len - 1), WSAEFAULT);
    a.sa.sa_family = 0xdead;
    assert_fails(bind(s, &a.sa, a.len), WSAEAFNOSUPPORT);
    a = loopback(AF_INET6, 0);
    assert_fails(bind(new_socket(AF_INET6, SOCK_STREAM), &a.sa, 24), WSAEFAULT);
    /* The socket is as good as before. */
    a = loopback(AF_INET, 0);
    assert_works(bind(s, &a.sa, a.len));
}

/* Longer than needed is fine: programs pass sizeof(sockaddr_storage). */
CASE(bind, longer_length)
{
    winsock();
    for (int i = 0; i < 2; i++) {
        struct address a = loopback(families[i], 0);

        assert_works(bind(new_socket(families[i], SOCK_STREAM), &a.sa, sizeof(a.any)));
    }
}

CASE(bind, getsockname_unbound)
{
    struct address a = {.len = sizeof(a.any)};
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_fails(getsockname(s, &a.sa, &a.len), WSAEINVAL);
    s = bound(AF_INET, SOCK_STREAM);
    a.len = sizeof(a.v4) - 1;
    assert_fails(getsockname(s, &a.sa, &a.len), WSAEFAULT);
    ck_assert_int_eq(a.len, sizeof(a.v4) - 1);
}

/* A connection in TIME_WAIT does not block its port: Windows looks at sockets in use only. */
CASE(bind, after_time_wait)
{
    struct address a;
    SOCKET l, s;
    int k;

    winsock();
    l = listener(AF_INET, 1);
    a = address_of(l);
    k = peer_connect(AF_INET, address_port(&a));
    s = accept(l, NULL, NULL);
    exchange_bytes(s, k);
    /* This side closes first, so that the state is ours. */
    assert_works(closesocket(s));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
    peer_ok("close %d", k);
    assert_works(closesocket(l));
    Sleep(50);
    assert_works(bind(s = new_socket(AF_INET, SOCK_STREAM), &a.sa, a.len));
    assert_works(listen(s, 1));
}
