/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* socket, getsockopt, setsockopt, ioctlsocket.  Sources: their Win32 pages, the option pages; tests
 * are Wine's, which were run on Windows. */
#include "remote.h"

/* socket: which family, type and protocol go together (tests). */
static const struct {
    int family, type, protocol, error, made_type, made_protocol;
} kinds[] = {
    {0xdead, SOCK_STREAM, IPPROTO_TCP, WSAEAFNOSUPPORT, 0, 0},
    {-1, SOCK_STREAM, IPPROTO_TCP, WSAEAFNOSUPPORT, 0, 0},
    {AF_INET, 0xdead, IPPROTO_TCP, WSAESOCKTNOSUPPORT, 0, 0},
    {AF_INET, -1, IPPROTO_TCP, WSAESOCKTNOSUPPORT, 0, 0},
    {AF_INET, 0xdead, 0, WSAESOCKTNOSUPPORT, 0, 0},
    {AF_INET, SOCK_STREAM, 0xdead, WSAEPROTONOSUPPORT, 0, 0},
    {AF_INET, SOCK_STREAM, -1, WSAEPROTONOSUPPORT, 0, 0},
    {AF_INET, 0, 0xdead, WSAEPROTONOSUPPORT, 0, 0},
    {AF_INET, SOCK_STREAM, IPPROTO_UDP, WSAEPROTONOSUPPORT, 0, 0},
    {AF_INET, SOCK_DGRAM, IPPROTO_TCP, WSAEPROTONOSUPPORT, 0, 0},
    {AF_UNSPEC, 0, 0, WSAEINVAL, 0, 0},
    {AF_UNSPEC, SOCK_STREAM, 0, WSAEINVAL, 0, 0},
    {AF_INET, SOCK_STREAM, 0, 0, SOCK_STREAM, IPPROTO_TCP},
    {AF_INET, SOCK_DGRAM, 0, 0, SOCK_DGRAM, IPPROTO_UDP},
    {AF_INET, 0, IPPROTO_TCP, 0, SOCK_STREAM, IPPROTO_TCP},
    {AF_INET, 0, IPPROTO_UDP, 0, SOCK_DGRAM, IPPROTO_UDP},
    {AF_INET, 0, 0, 0, SOCK_STREAM, IPPROTO_TCP},
    {AF_INET6, 0, 0, 0, SOCK_STREAM, IPPROTO_TCP},
    {AF_INET6, SOCK_STREAM, IPPROTO_TCP, 0, SOCK_STREAM, IPPROTO_TCP},
    {AF_INET6, SOCK_DGRAM, IPPROTO_UDP, 0, SOCK_DGRAM, IPPROTO_UDP},
    {AF_UNSPEC, SOCK_STREAM, IPPROTO_TCP, 0, SOCK_STREAM, IPPROTO_TCP},
    {AF_UNSPEC, 0, IPPROTO_UDP, 0, SOCK_DGRAM, IPPROTO_UDP},
};

CASE(sockopt, socket_kinds)
{
    winsock();
    for (size_t i = 0; i < ARRAYSIZE(kinds); i++) {
        SOCKET s = socket(kinds[i].family, kinds[i].type, kinds[i].protocol);
        int error = WSAGetLastError();
        WSAPROTOCOL_INFOW info;
        int size = sizeof(info);

        doing("family %d, type %d, protocol %d", kinds[i].family, kinds[i].type, kinds[i].protocol);
        if (kinds[i].error) {
            ck_assert(s == INVALID_SOCKET);
            assert_code(error, kinds[i].error);
            continue;
        }
        ck_assert(s != INVALID_SOCKET);
        ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_TYPE), kinds[i].made_type);
        assert_works(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&info, &size));
        ck_assert_int_eq(info.iSocketType, kinds[i].made_type);
        ck_assert_int_eq(info.iProtocol, kinds[i].made_protocol);
        ck_assert_int_eq(info.iAddressFamily, kinds[i].family ? kinds[i].family : AF_INET);
    }
}

/* A SOCKET is a real handle: not inheritable only if asked, and WSASocket's flags are checked. */
CASE(sockopt, handle)
{
    DWORD flags = 0;
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    ck_assert(GetHandleInformation((HANDLE)s, &flags));
    ck_assert_uint_eq(s % 4, 0);
    s = WSASocketW(AF_INET, SOCK_STREAM, 0, NULL, 0,
                   WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT);
    ck_assert(s != INVALID_SOCKET);
    ck_assert(GetHandleInformation((HANDLE)s, &flags));
    ck_assert_uint_eq(flags & HANDLE_FLAG_INHERIT, 0);
    assert_works(closesocket(s));
    assert_fails(closesocket(s), WSAENOTSOCK);
}

/* Values before anything is set. */
static const struct {
    int family, type, level, option, value;
} defaults[] = {
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_ACCEPTCONN, 0},
    {AF_INET, SOCK_DGRAM, SOL_SOCKET, SO_BROADCAST, 0},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_DONTLINGER, 1},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_ERROR, 0},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 0},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_KEEPALIVE, 0},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_OOBINLINE, 0},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_RCVTIMEO, 0},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_REUSEADDR, 0},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_SNDTIMEO, 0},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_TYPE, SOCK_STREAM},
    {AF_INET, SOCK_DGRAM, SOL_SOCKET, SO_TYPE, SOCK_DGRAM},
    {AF_INET, SOCK_STREAM, IPPROTO_TCP, TCP_NODELAY, 0},
    {AF_INET, SOCK_DGRAM, IPPROTO_IP, IP_MULTICAST_TTL, 1},
    {AF_INET, SOCK_DGRAM, IPPROTO_IP, IP_MULTICAST_LOOP, 1},
    {AF_INET6, SOCK_STREAM, IPPROTO_IPV6, IPV6_V6ONLY, 1},
    {AF_INET6, SOCK_DGRAM, IPPROTO_IPV6, IPV6_V6ONLY, 1},
    {AF_INET, SOCK_STREAM, IPPROTO_IPV6, IPV6_V6ONLY, 1},
};

/* An option of one or four bytes. */
static int option_value(SOCKET s, int level, int option)
{
    int value = 0, size = sizeof(value);

    assert_works(getsockopt(s, level, option, (char *)&value, &size));
    ck_assert(size == 1 || size == sizeof(value));
    return value;
}

CASE(sockopt, defaults)
{
    winsock();
    for (size_t i = 0; i < ARRAYSIZE(defaults); i++) {
        SOCKET s = new_socket(defaults[i].family, defaults[i].type);
        int value;

        doing("level 0x%x, option 0x%x", defaults[i].level, defaults[i].option);
        value = option_value(s, defaults[i].level, defaults[i].option);
        ck_assert_int_eq(value, defaults[i].value);
    }
}

/* What is set reads back. */
static const struct {
    int family, type, level, option, value;
} settable[] = {
    {AF_INET, SOCK_DGRAM, SOL_SOCKET, SO_BROADCAST, 1},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_KEEPALIVE, 1},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_OOBINLINE, 1},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_RCVBUF, 4096},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_RCVBUF, 1000000},
    {AF_INET, SOCK_DGRAM, SOL_SOCKET, SO_RCVBUF, 123},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_SNDBUF, 4096},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_SNDBUF, 1000000},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_RCVTIMEO, 255000},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_RCVTIMEO, 1},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_SNDTIMEO, 997000},
    {AF_INET, SOCK_STREAM, SOL_SOCKET, SO_REUSEADDR, 1},
    {AF_INET, SOCK_STREAM, IPPROTO_TCP, TCP_NODELAY, 1},
    {AF_INET6, SOCK_STREAM, IPPROTO_TCP, TCP_NODELAY, 1},
    {AF_INET, SOCK_DGRAM, IPPROTO_IP, IP_TTL, 7},
    {AF_INET, SOCK_STREAM, IPPROTO_IP, IP_TTL, 64},
    {AF_INET, SOCK_DGRAM, IPPROTO_IP, IP_MULTICAST_TTL, 9},
    {AF_INET, SOCK_DGRAM, IPPROTO_IP, IP_MULTICAST_LOOP, 0},
    {AF_INET6, SOCK_DGRAM, IPPROTO_IPV6, IPV6_UNICAST_HOPS, 7},
    {AF_INET6, SOCK_DGRAM, IPPROTO_IPV6, IPV6_MULTICAST_HOPS, 9},
    {AF_INET6, SOCK_DGRAM, IPPROTO_IPV6, IPV6_MULTICAST_LOOP, 0},
    {AF_INET6, SOCK_STREAM, IPPROTO_IPV6, IPV6_V6ONLY, 0},
    {AF_INET, SOCK_STREAM, IPPROTO_IPV6, IPV6_V6ONLY, 0},
};

CASE(sockopt, set_and_get)
{
    winsock();
    for (size_t i = 0; i < ARRAYSIZE(settable); i++) {
        SOCKET s = new_socket(settable[i].family, settable[i].type);
        int value;

        doing("level 0x%x, option 0x%x", settable[i].level, settable[i].option);
        set_int(s, settable[i].level, settable[i].option, settable[i].value);
        value = option_value(s, settable[i].level, settable[i].option);
        ck_assert_int_eq(value, settable[i].value);
    }
}

CASE(sockopt, linger)
{
    static const struct linger values[] = {{1, 0}, {1, 5}, {0, 0}, {0xffff, 7}};
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    for (size_t i = 0; i < ARRAYSIZE(values); i++) {
        struct linger got = {0x5a5a, 0x5a5a};
        int size = sizeof(got);

        assert_works(setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&values[i], sizeof(values[i])));
        assert_works(getsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&got, &size));
        ck_assert_int_eq(size, sizeof(got));
        ck_assert_int_eq(!got.l_onoff, !values[i].l_onoff);
        if (got.l_onoff)
            ck_assert_int_eq(got.l_linger, values[i].l_linger);
        ck_assert_int_eq(option_value(s, SOL_SOCKET, SO_DONTLINGER), !values[i].l_onoff);
    }
}

/* WSAENOPROTOOPT: the option is unknown; an unknown level is WSAEINVAL (tests). */
CASE(sockopt, unknown)
{
    int value = 1, size = sizeof(value);
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_fails(getsockopt(s, SOL_SOCKET, 0x7777, (char *)&value, &size), WSAENOPROTOOPT);
    assert_fails(setsockopt(s, SOL_SOCKET, 0x7777, (char *)&value, sizeof(value)), WSAENOPROTOOPT);
    assert_fails(getsockopt(s, IPPROTO_TCP, 0x7777, (char *)&value, &size), WSAENOPROTOOPT);
    assert_fails(setsockopt(s, IPPROTO_TCP, 0x7777, (char *)&value, sizeof(value)), WSAENOPROTOOPT);
    assert_fails(getsockopt(s, IPPROTO_IP, -1, (char *)&value, &size), WSAENOPROTOOPT);
    assert_fails(setsockopt(s, -1, SO_RCVTIMEO, (char *)&value, sizeof(value)), WSAEINVAL);
    assert_fails(setsockopt(s, 0x8000, SO_RCVTIMEO, (char *)&value, sizeof(value)), WSAEINVAL);
}

/* SO_TYPE and SO_ACCEPTCONN are read only. */
CASE(sockopt, read_only)
{
    int value = SOCK_DGRAM;
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_fails(setsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&value, sizeof(value)), WSAENOPROTOOPT);
    assert_fails(setsockopt(s, SOL_SOCKET, SO_ACCEPTCONN, (char *)&value, sizeof(value)),
                 WSAENOPROTOOPT);
    ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_TYPE), SOCK_STREAM);
}

/* WSAEFAULT: ... or the optlen parameter is too small; longer is fine (tests). */
CASE(sockopt, sizes)
{
    static const int options[] = {SO_RCVBUF, SO_SNDBUF, SO_RCVTIMEO, SO_SNDTIMEO, SO_LINGER};
    ULONG64 wide;
    SOCKET s;
    int size;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    for (size_t i = 0; i < ARRAYSIZE(options); i++) {
        doing("option 0x%x", options[i]);
        wide = 0xffffffff00000001;
        assert_works(setsockopt(s, SOL_SOCKET, options[i], (char *)&wide, sizeof(wide)));
        size = sizeof(wide);
        assert_works(getsockopt(s, SOL_SOCKET, options[i], (char *)&wide, &size));
        ck_assert_int_eq(size, 4);
        assert_fails(setsockopt(s, SOL_SOCKET, options[i], (char *)&wide, 3), WSAEFAULT);
        assert_fails(setsockopt(s, SOL_SOCKET, options[i], (char *)&wide, 0), WSAEFAULT);
    }
    size = 1;
    assert_fails(getsockopt(s, SOL_SOCKET, SO_ERROR, (char *)&wide, &size), WSAEFAULT);
}

/* Tests: any length from 1 on sets TCP_NODELAY, by its first byte. */
CASE(sockopt, nodelay_sizes)
{
    static const int sizes[] = {1, 4, 42};
    char value[42];
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    for (size_t i = 0; i < ARRAYSIZE(sizes); i++) {
        memset(value, 0, sizeof(value));
        assert_works(setsockopt(s, IPPROTO_TCP, TCP_NODELAY, value, sizes[i]));
        ck_assert_int_eq(option_value(s, IPPROTO_TCP, TCP_NODELAY), 0);
        value[0] = 1;
        assert_works(setsockopt(s, IPPROTO_TCP, TCP_NODELAY, value, sizes[i]));
        ck_assert_int_eq(option_value(s, IPPROTO_TCP, TCP_NODELAY), 1);
    }
    assert_fails(setsockopt(s, IPPROTO_TCP, TCP_NODELAY, value, 0), WSAEFAULT);
    ck_assert_int_eq(option_value(s, IPPROTO_TCP, TCP_NODELAY), 1);
}

/* Dual-stack: with IPV6_V6ONLY off an IPv4 client reaches it; with it on, it is refused. */
CASE(sockopt, v6only)
{
    winsock();
    for (int only = 0; only < 2; only++) {
        SOCKET l = new_socket(AF_INET6, SOCK_STREAM);
        struct address a = wildcard(AF_INET6, 0);
        struct crowd c;

        if (!only)
            set_int(l, IPPROTO_IPV6, IPV6_V6ONLY, 0);
        assert_works(bind(l, &a.sa, a.len));
        assert_works(listen(l, 5));
        peer_connect(AF_INET6, port_of(l));
        c = peer_open(AF_INET, port_of(l), 1, PATIENCE);
        ck_assert_int_eq(c.established, !only);
        closesocket(l);
    }
}

/* FIONREAD: bytes that wait; of datagrams, the next one's. */
CASE(sockopt, fionread)
{
    u_long n = 4711;
    unsigned port;
    SOCKET l, s;
    int k;

    winsock();
    l = listener(AF_INET, 5);
    k = peer_connect(AF_INET, port_of(l));
    s = accept(l, NULL, NULL);
    assert_works(ioctlsocket(s, FIONREAD, &n));
    ck_assert_uint_eq(n, 0);
    peer_ok("send %d 616263 1000", k);
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    assert_works(ioctlsocket(s, FIONREAD, &n));
    ck_assert_uint_eq(n, 3);
    s = bound(AF_INET, SOCK_DGRAM);
    k = peer_udp(AF_INET, &port);
    peer_ok("sendto %d 127.0.0.1 %u 6162", k, port_of(s));
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    assert_works(ioctlsocket(s, FIONREAD, &n));
    ck_assert_uint_ge(n, 2);
}

/* SIOCATMARK: TRUE when no out-of-band data waits to be read. */
CASE(sockopt, siocatmark)
{
    u_long mark = 4711;
    SOCKET pair[2];
    char byte;

    winsock();
    tcp_pair(AF_INET, pair);
    assert_works(ioctlsocket(pair[1], SIOCATMARK, &mark));
    ck_assert_uint_eq(mark, TRUE);
    assert_returns(send(pair[0], "a", 1, 0), 1);
    assert_returns(send(pair[0], "b", 1, MSG_OOB), 1);
    ck_assert_int_eq(selects(pair[1], 'x', PATIENCE), 1);
    assert_works(ioctlsocket(pair[1], SIOCATMARK, &mark));
    ck_assert_uint_eq(mark, FALSE);
    assert_returns(recv(pair[1], &byte, 1, MSG_OOB), 1);
}

/* Unknown commands: WSAEOPNOTSUPP. */
CASE(sockopt, unknown_ioctl)
{
    u_long value = 0;
    DWORD n;
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_fails(ioctlsocket(s, (long)0xdeadbeef, &value), WSAEOPNOTSUPP);
    assert_fails(ioctlsocket(s, 0x667e, &value), WSAEOPNOTSUPP);
    assert_fails(WSAIoctl(s, 0xdeadbeef, NULL, 0, NULL, 0, &n, NULL, NULL), WSAEOPNOTSUPP);
}

CASE(sockopt, fionbio)
{
    u_long on = 1;
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_works(ioctlsocket(s, FIONBIO, &on));
    ck_assert_uint_eq(on, 1);
    on = 0;
    assert_works(ioctlsocket(s, FIONBIO, &on));
    on = 0x80000000;
    assert_works(ioctlsocket(s, FIONBIO, &on));
    /* Any value but 0 is on. */
    s = listener(AF_INET, 1);
    assert_works(ioctlsocket(s, FIONBIO, &on));
    assert_fails(accept(s, NULL, NULL), WSAEWOULDBLOCK);
}

/* A send that cannot take all of it ends after this time, and not before.  Single bytes may still
 * find room for a while. */
static void assert_times_out(SOCKET s, const char *bytes, int size, int ms)
{
    const ULONGLONG begin = now_ms();
    ULONGLONG took;
    int n, error;

    do {
        const ULONGLONG start = now_ms();

        n = send(s, bytes, size, 0);
        error = WSAGetLastError();
        took = now_ms() - start;
    } while (n == 1 && size == 1 && now_ms() - begin < 20000);
    ck_assert_int_eq(n, SOCKET_ERROR);
    assert_code(error, WSAETIMEDOUT);
    ck_assert_uint_ge(took + 20, (unsigned)ms); /* the clock's step */
    ck_assert_uint_lt(took, (unsigned)ms + PATIENCE);
}

/* Nothing more can be taken: the peer does not read, so its window and our buffer fill up. */
static void fill_at_once(SOCKET s, const char *bytes, int size)
{
    set_blocking(s, 0);
    while (send(s, bytes, size, 0) > 0)
        continue;
    assert_code(WSAGetLastError(), WSAEWOULDBLOCK);
    set_blocking(s, 1);
}

/* By sends that are taken whole, as long as there is much room. */
static void fill_in_steps(SOCKET s, const char *bytes, int size)
{
    const int step = size < 1024 ? size : 1024;

    set_int(s, SOL_SOCKET, SO_SNDBUF, 16384);
    while (selects(s, 'w', 50))
        assert_returns(send(s, bytes, step, 0), step);
}

static const struct {
    const char *name;
    void (*fill)(SOCKET s, const char *bytes, int size);
    int last; /* how much the send wants to send that fails */
} fillings[] = {
    {"by non-blocking sends", fill_at_once, 1},
    {"in steps", fill_in_steps, 1},
    {"by itself, in part", NULL, INT_MAX},
};

/* SO_SNDTIMEO, in ms: if a send times out, it fails with WSAETIMEDOUT. */
CASE(sockopt, send_timeout)
{
    enum { SIZE = 30 * 1024 * 1024, LIMIT = 400 };
    char *bytes = calloc(1, SIZE);

    winsock();
    for (size_t i = 0; i < ARRAYSIZE(fillings); i++) {
        SOCKET pair[2];

        doing("filled %s", fillings[i].name);
        tcp_pair(AF_INET, pair);
        set_int(pair[0], SOL_SOCKET, SO_SNDTIMEO, LIMIT);
        if (fillings[i].fill)
            fillings[i].fill(pair[0], bytes, SIZE);
        assert_times_out(pair[0], bytes, fillings[i].last < SIZE ? fillings[i].last : SIZE, LIMIT);
        closesocket(pair[1]);
        closesocket(pair[0]);
    }
    free(bytes);
}

/* SO_CONNECT_TIME: seconds, 0xffffffff while not connected. */
CASE(sockopt, connect_time)
{
    enum { OPTION_CONNECT_TIME = 0x700c };
    SOCKET pair[2];

    winsock();
    ck_assert_int_eq(get_int(new_socket(AF_INET, SOCK_STREAM), SOL_SOCKET, OPTION_CONNECT_TIME),
                     -1);
    tcp_pair(AF_INET, pair);
    ck_assert_int_lt(get_int(pair[0], SOL_SOCKET, OPTION_CONNECT_TIME), 3);
    ck_assert_int_ge(get_int(pair[0], SOL_SOCKET, OPTION_CONNECT_TIME), 0);
}

/* A receive buffer smaller than what is sent stops no sender that does not block, and all arrives:
 * Wine's test_set_getsockopt, seen on Windows.  The option reads back as it was set. */
CASE(sockopt, small_receive_buffer)
{
    enum { SIZE = 4096, COUNT = 3 };
    char sent[SIZE], got[SIZE];
    SOCKET pair[2];

    winsock();
    tcp_pair(AF_INET, pair);
    set_blocking(pair[0], 0);
    set_int(pair[0], SOL_SOCKET, SO_SNDBUF, 0);
    set_int(pair[1], SOL_SOCKET, SO_RCVBUF, 1024);
    ck_assert_int_eq(get_int(pair[1], SOL_SOCKET, SO_RCVBUF), 1024);
    for (int i = 0; i < COUNT; i++) {
        memset(sent, 'a' + i, sizeof(sent));
        assert_returns(send(pair[0], sent, sizeof(sent), 0), sizeof(sent));
    }
    for (int i = 0; i < COUNT; i++) {
        memset(sent, 'a' + i, sizeof(sent));
        ck_assert_int_eq(selects(pair[1], 'r', PATIENCE), 1);
        assert_returns(recv(pair[1], got, sizeof(got), MSG_WAITALL), sizeof(got));
        ck_assert_int_eq(memcmp(got, sent, sizeof(got)), 0);
    }
}
