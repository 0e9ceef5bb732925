/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* listen's backlog: exactly so many connections can wait.  Source: the Win32 page of listen. */
#include "remote.h"

static void depth_of(int family, int backlog, int n)
{
    SOCKET l = listener(family, backlog);

    assert_depth(l, family, n);
    assert_works(closesocket(l));
}

/* The host's largest backlog, by the native peer. */
static int host_limit(void)
{
    int n;

    if (sscanf(peer("somaxconn"), "OK %d", &n) != 1)
        skip_case("the peer does not know the host's largest backlog");
    return n;
}

static int at_most(int n, int limit)
{
    return n < limit ? n : limit;
}

CASE(backlog, depth_1)
{
    winsock();
    depth_of(AF_INET, 1, 1);
    depth_of(AF_INET6, 1, 1);
}

CASE(backlog, depth_2)
{
    winsock();
    depth_of(AF_INET, 2, 2);
    depth_of(AF_INET6, 2, 2);
}

CASE(backlog, depth_3_4_5)
{
    winsock();
    for (int n = 3; n <= 5; n++)
        depth_of(AF_INET, n, n);
}

CASE(backlog, depth_200)
{
    winsock();
    depth_of(AF_INET, 200, 200);
}

/* Adjusted to the nearest legal value: at least one connection can wait. */
CASE(backlog, zero)
{
    winsock();
    depth_of(AF_INET, 0, 1);
}

/* SOMAXCONN_HINT(n) is -n: adjusted to be within the range (200, 65535). */
CASE(backlog, hint_below_range)
{
    winsock();
    depth_of(AF_INET, -1, 200);
    depth_of(AF_INET, SOMAXCONN_HINT(199), 200);
}

CASE(backlog, hint_in_range)
{
    winsock();
    depth_of(AF_INET, SOMAXCONN_HINT(201), 201);
}

/* SOMAXCONN: the underlying service provider will set the backlog to a maximum reasonable value. */
CASE(backlog, somaxconn)
{
    winsock();
    depth_of(AF_INET, SOMAXCONN, host_limit());
}

CASE(backlog, host_limit)
{
    winsock();
    depth_of(AF_INET, host_limit(), host_limit());
}

CASE(backlog, above_host_limit)
{
    SOCKET l;
    int waiting, limit, n;

    winsock();
    n = host_limit();
    l = listener(AF_INET, n + 1);
    ck_assert(peer_queue_of(port_of(l), &waiting, &limit));
    /* Linux lets one more wait than its limit. */
    ck_assert_int_eq(limit + 1, n);
    ck_assert_int_eq(waiting, 0);
}

/* The same limits where the kernel can be asked instead of filled up. */
CASE(backlog, clamp)
{
    static const struct {
        int backlog, depth;
    } rows[] = {
        {1, 1},
        {7, 7},
        {0, 1},
        {-1, 200},
        {-200, 200},
        {-1000, 1000},
        {-65535, 65535},
        {-65536, 65535},
        {INT_MIN, 65535},
        {INT_MIN + 1, 65535},
        {INT_MAX - 1, INT_MAX},
        {INT_MAX, INT_MAX},
        {65535, 65535},
        {65536, 65536},
    };
    int host, waiting, limit;

    winsock();
    host = host_limit();
    for (size_t i = 0; i < ARRAYSIZE(rows); i++) {
        SOCKET l = listener(AF_INET, rows[i].backlog);

        ck_assert(peer_queue_of(port_of(l), &waiting, &limit));
        ck_assert_msg(limit + 1 == at_most(rows[i].depth, host), "backlog %d: %d can wait, not %d",
                      rows[i].backlog, limit + 1, at_most(rows[i].depth, host));
        assert_works(closesocket(l));
    }
}

/* A second call returns success without changing the value for the backlog. */
CASE(backlog, second_call_does_not_raise)
{
    SOCKET l;

    winsock();
    l = listener(AF_INET, 1);
    assert_works(listen(l, 5));
    assert_depth(l, AF_INET, 1);
}

CASE(backlog, second_call_does_not_lower)
{
    struct crowd c;
    SOCKET l;

    winsock();
    l = listener(AF_INET, 4);
    c = peer_open(AF_INET, port_of(l), 3, 5000);
    ck_assert_int_eq(c.established, 3);
    assert_works(listen(l, 1));
    /* Nobody is thrown out. */
    ck_assert_int_eq(peer_state(c.first, 3, 300).established, 3);
    for (int i = 0; i < 3; i++)
        ck_assert(accept(l, NULL, NULL) != INVALID_SOCKET);
    assert_depth(l, AF_INET, 4);
}

/* The room of an accepted connection is free again at once. */
CASE(backlog, accept_makes_room)
{
    SOCKET l, s;
    int k;

    winsock();
    l = listener(AF_INET, 1);
    for (int i = 0; i < 10; i++) {
        k = peer_connect(AF_INET, port_of(l));
        s = accept(l, NULL, NULL);
        ck_assert(s != INVALID_SOCKET);
        exchange_bytes(s, k);
        assert_works(closesocket(s));
    }
}
