/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* listen after a connect that failed: it succeeds, at the address the socket already had (Wine's
 * tests, run on Windows, for a bound socket). */
#include "remote.h"

enum binding { UNBOUND, PORT_BY_SYSTEM, PORT_GIVEN };

/* A port nobody uses, for an explicit bind. */
static unsigned free_port(int family)
{
    SOCKET s = bound(family, SOCK_STREAM);
    unsigned port = port_of(s);

    assert_works(closesocket(s));
    return port;
}

static void fail_to_connect(SOCKET s, int family, int blocking)
{
    struct address a = loopback(family, refused_port(family));

    if (blocking) {
        assert_fails(connect(s, &a.sa, a.len), WSAECONNREFUSED);
        return;
    }
    set_blocking(s, 0);
    assert_fails(connect(s, &a.sa, a.len), WSAEWOULDBLOCK);
    ck_assert_msg(selects(s, 'x', 10000) == 1, "the connect does not fail");
    set_blocking(s, 1);
}

/* Whether the listener is where the socket was. */
static int retried(int family, int blocking, enum binding binding)
{
    SOCKET l = new_socket(family, SOCK_STREAM), s;
    struct address a = loopback(family, binding == PORT_GIVEN ? free_port(family) : 0), now;
    int k, kept;

    if (binding != UNBOUND)
        assert_works(bind(l, &a.sa, a.len));
    fail_to_connect(l, family, blocking);
    a = address_of(l);
    ck_assert_uint_ne(address_port(&a), 0);
    assert_works(listen(l, 5));
    now = address_of(l);
    ck_assert_int_eq(now.len, a.len);
    kept = !memcmp(&now.any, &a.any, (size_t)a.len);
    ck_assert_int_eq(get_int(l, SOL_SOCKET, SO_ACCEPTCONN), 1);
    /* And that is where it listens. */
    k = peer_connect(family, address_port(&now));
    s = accept(l, NULL, NULL);
    ck_assert(s != INVALID_SOCKET);
    exchange_bytes(s, k);
    assert_works(closesocket(s));
    assert_works(closesocket(l));
    return kept;
}

/* A port that a connect chose may be another connection's too, and is then lost to a listener; hardly
 * so every time. */
static void retry(int family, int blocking, enum binding binding)
{
    int kept = retried(family, blocking, binding);

    for (int i = 0; !kept && binding == UNBOUND && i < 4; i++)
        kept = retried(family, blocking, binding);
    ck_assert_msg(kept, "it listens at another address");
}

CASE(listen_retry, blocking_port_by_system)
{
    winsock();
    retry(AF_INET, 1, PORT_BY_SYSTEM);
    retry(AF_INET6, 1, PORT_BY_SYSTEM);
}

CASE(listen_retry, blocking_port_given)
{
    winsock();
    retry(AF_INET, 1, PORT_GIVEN);
    retry(AF_INET6, 1, PORT_GIVEN);
}

CASE(listen_retry, nonblocking_port_by_system)
{
    winsock();
    retry(AF_INET, 0, PORT_BY_SYSTEM);
    retry(AF_INET6, 0, PORT_BY_SYSTEM);
}

CASE(listen_retry, nonblocking_port_given)
{
    winsock();
    retry(AF_INET, 0, PORT_GIVEN);
    retry(AF_INET6, 0, PORT_GIVEN);
}

/* open: a connect binds an unbound socket, and it keeps that address after failing; the pages do
 * not say so for a failed one.  Chosen: as for the other bound sockets, where nobody else has it. */
CASE(listen_retry, blocking_unbound)
{
    winsock();
    retry(AF_INET, 1, UNBOUND);
}

CASE(listen_retry, nonblocking_unbound)
{
    winsock();
    retry(AF_INET, 0, UNBOUND);
}

/* The depth is that of any other listener. */
CASE(listen_retry, depth)
{
    SOCKET l;

    winsock();
    l = bound(AF_INET, SOCK_STREAM);
    fail_to_connect(l, AF_INET, 0);
    assert_works(listen(l, 2));
    assert_depth(l, AF_INET, 2);
}
