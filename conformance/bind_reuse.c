/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* bind: address reuse.  Sources: the page Using SO_REUSEADDR and SO_EXCLUSIVEADDRUSE; Wine's tests,
 * which were run on Windows, where tests is said. */
#include "remote.h"

static const int families[] = {AF_INET, AF_INET6};
static const int types[] = {SOCK_STREAM, SOCK_DGRAM};

/* The table of the page, same user.  Rows: first bind, columns: second bind. */
enum mode { DEFAULT, REUSE, EXCLUSIVE };
enum place { WILDCARD, SPECIFIC };
#define U WSAEADDRINUSE
#define A WSAEACCES
static const int table[6][6] = {
    /*           default     reuse       exclusive
     *           W   S       W   S       W   S */
    /* def W */ {U, 0, /**/ A, 0, /**/ U, 0},
    /* def S */ {0, U, /**/ 0, A, /**/ U, U},
    /* reu W */ {U, 0, /**/ 0, 0, /**/ U, 0},
    /* reu S */ {0, U, /**/ 0, 0, /**/ U, U},
    /* exc W */ {U, A, /**/ A, A, /**/ U, A},
    /* exc S */ {0, U, /**/ 0, A, /**/ U, U},
};
static const char *const modes[] = {"default", "reuse", "exclusive"};

static SOCKET make(int family, int type, enum mode mode)
{
    SOCKET s = new_socket(family, type);

    if (mode == REUSE)
        set_int(s, SOL_SOCKET, SO_REUSEADDR, 1);
    if (mode == EXCLUSIVE)
        set_int(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);
    return s;
}

static struct address place(int family, enum place place, unsigned port)
{
    return place == WILDCARD ? wildcard(family, port) : loopback(family, port);
}

/* Binds a second socket by a column, beside a first one of this row; returns whether it went wrong. */
static int check_cell(int family, int type, int row, int column, unsigned port)
{
    SOCKET second = make(family, type, (enum mode)(column / 2));
    struct address a = place(family, (enum place)(column % 2), port);
    int want = table[row][column];
    int got = bind(second, &a.sa, a.len) == 0 ? 0 : WSAGetLastError();

    if (got != want)
        printf("%s %s: %s %c, then %s %c: %s, expected %s\n", type == SOCK_STREAM ? "TCP" : "UDP",
               family == AF_INET ? "IPv4" : "IPv6", modes[row / 2], "WS"[row % 2],
               modes[column / 2], "WS"[column % 2], wsa_name(got), wsa_name(want));
    assert_works(closesocket(second));
    return got != want;
}

/* One row, both families and both protocols; listening or not makes no difference to bind. */
static void check_row(enum mode mode, enum place where)
{
    int wrong = 0;

    winsock();
    for (int i = 0; i < 6; i++) {
        int family = families[i % 2], type = types[i / 2 % 2];
        SOCKET first = make(family, type, mode);
        struct address a = place(family, where, 0);

        assert_works(bind(first, &a.sa, a.len));
        if (i >= 4)
            assert_works(listen(first, 5));
        for (int column = 0; column < 6; column++)
            wrong += check_cell(family, type, (int)mode * 2 + (int)where, column, port_of(first));
        assert_works(closesocket(first));
    }
    ck_assert_int_eq(wrong, 0);
}

CASE(bind, default_wildcard_first)
{
    check_row(DEFAULT, WILDCARD);
}

CASE(bind, default_specific_first)
{
    check_row(DEFAULT, SPECIFIC);
}

CASE(bind, reuse_wildcard_first)
{
    check_row(REUSE, WILDCARD);
}

CASE(bind, reuse_specific_first)
{
    check_row(REUSE, SPECIFIC);
}

CASE(bind, exclusive_wildcard_first)
{
    check_row(EXCLUSIVE, WILDCARD);
}

CASE(bind, exclusive_specific_first)
{
    check_row(EXCLUSIVE, SPECIFIC);
}

/* Tests: each excludes the other. */
CASE(bind, reuse_and_exclusive)
{
    int on = 1;
    SOCKET s;

    winsock();
    s = make(AF_INET, SOCK_STREAM, REUSE);
    assert_fails(setsockopt(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, (char *)&on, sizeof(on)),
                 WSAEINVAL);
    set_int(s, SOL_SOCKET, SO_REUSEADDR, 0);
    set_int(s, SOL_SOCKET, SO_EXCLUSIVEADDRUSE, 1);
    assert_fails(setsockopt(s, SOL_SOCKET, SO_REUSEADDR, (char *)&on, sizeof(on)), WSAEINVAL);
}

/* The child of two_processes: "NAME,PORT,PORT...": one socket for each row and type on a port of its
 * own, then the event NAME.  Lives until it is ended. */
int hold_addresses(const char *argument)
{
    char name[64];
    HANDLE held;
    WSADATA data;
    int i = 0;

    if (sscanf(argument, "%63[^,]", name) != 1 || WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 2;
    held = OpenEventA(EVENT_MODIFY_STATE, FALSE, name);
    for (const char *at = strchr(argument, ','); at; at = strchr(at + 1, ','), i++) {
        SOCKET s = socket(AF_INET, types[i / 6], 0);
        struct address a = place(AF_INET, (enum place)(i % 2), (unsigned)atoi(at + 1));
        enum mode mode = (enum mode)(i % 6 / 2);
        int option = mode == REUSE ? SO_REUSEADDR : SO_EXCLUSIVEADDRUSE, on = 1;

        if (mode != DEFAULT && setsockopt(s, SOL_SOCKET, option, (char *)&on, sizeof(on)) != 0)
            return 2;
        if (bind(s, &a.sa, a.len) != 0)
            return 3;
        if (i < 6 && listen(s, 5) != 0)
            return 4;
    }
    SetEvent(held);
    Sleep(60000);
    return 5;
}

/* The whole table between two processes, TCP (listening) and UDP. */
CASE(bind, two_processes)
{
    char arguments[256];
    unsigned ports[12];
    HANDLE both[2];
    int length, wrong = 0;

    winsock();
    length = snprintf(arguments, sizeof(arguments), "--helper hold conformance-hold-%lu",
                      GetCurrentProcessId());
    both[1] = CreateEventA(NULL, TRUE, FALSE, arguments + strlen("--helper hold "));
    for (int i = 0; i < 12; i++) {
        ports[i] = port_of(bound(AF_INET, types[i / 6])); /* kept: all twelve are different */
        length += snprintf(arguments + length, sizeof(arguments) - (size_t)length, ",%u", ports[i]);
    }
    assert_works(WSACleanup());
    winsock();
    both[0] = start_self(arguments);
    ck_assert_msg(WaitForMultipleObjects(2, both, FALSE, 20000) == WAIT_OBJECT_0 + 1,
                  "the other process could not bind");
    for (int i = 0; i < 12; i++)
        for (int column = 0; column < 6; column++)
            wrong += check_cell(AF_INET, types[i / 6], i % 6, column, ports[i]);
    TerminateProcess(both[0], 0);
    WaitForSingleObject(both[0], 10000);
    ck_assert_int_eq(wrong, 0);
    /* What the other process held is free, once the system has cleaned up after it. */
    for (int i = 0; i < 12; i++) {
        struct address a = loopback(AF_INET, ports[i]);
        SOCKET s = new_socket(AF_INET, types[i / 6]);

        for (int tries = 0; tries < 200 && bind(s, &a.sa, a.len) != 0; tries++)
            Sleep(20);
        doing("%d: port %u, %s", i, ports[i], wsa_name(WSAGetLastError()));
        ck_assert_uint_eq(port_of(s), ports[i]);
    }
}

/* Addresses of both families, an IPv6 socket being for both (IPV6_V6ONLY off): every pair of tests,
 * and some that follow from it. */
static const struct pair {
    const char *first, *second;
    enum mode first_mode, second_mode;
    int error;
} pairs[] = {
    {"::", "127.0.0.1", EXCLUSIVE, DEFAULT, A},
    {"127.0.0.1", "::", DEFAULT, EXCLUSIVE, U},
    {"::1", "0.0.0.0", DEFAULT, EXCLUSIVE, 0},
    {"::1", "127.0.0.1", EXCLUSIVE, EXCLUSIVE, 0},
    {"::ffff:127.0.0.1", "0.0.0.0", DEFAULT, EXCLUSIVE, U},
    {"::", "0.0.0.0", EXCLUSIVE, DEFAULT, A},
    {"::", "0.0.0.0", DEFAULT, EXCLUSIVE, 0},
    {"::", "0.0.0.0", DEFAULT, DEFAULT, 0},
    {"0.0.0.0", "::", DEFAULT, DEFAULT, 0},
    {"::ffff:0.0.0.0", "0.0.0.0", DEFAULT, DEFAULT, U},
    {"::ffff:127.0.0.1", "127.0.0.1", DEFAULT, DEFAULT, U},
    {"127.0.0.1", "::ffff:127.0.0.1", DEFAULT, DEFAULT, U},
    {"127.0.0.1", "::ffff:127.0.0.1", DEFAULT, REUSE, A},
    {"::ffff:127.0.0.1", "127.0.0.1", REUSE, REUSE, 0},
    {"127.0.0.1", "::", DEFAULT, DEFAULT, 0},
};

static SOCKET bind_text(const char *text, int type, enum mode mode, unsigned port, int *error)
{
    int family = strchr(text, ':') ? AF_INET6 : AF_INET;
    struct address a = wildcard(family, port);
    SOCKET s = make(family, type, mode);

    ck_assert_int_eq(inet_pton(family, text,
                               family == AF_INET ? (void *)&a.v4.sin_addr : (void *)&a.v6.sin6_addr),
                     1);
    if (family == AF_INET6)
        set_int(s, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    *error = bind(s, &a.sa, a.len) == 0 ? 0 : WSAGetLastError();
    return s;
}

static int check_pair(const struct pair *pair, int type, int listening)
{
    int error;
    SOCKET first = bind_text(pair->first, type, pair->first_mode, 0, &error), second;

    ck_assert_int_eq(error, 0);
    if (listening)
        assert_works(listen(first, 1));
    second = bind_text(pair->second, type, pair->second_mode, port_of(first), &error);
    if (error != pair->error)
        printf("%s%s: %s %s, then %s %s: %s, expected %s\n", type == SOCK_STREAM ? "TCP" : "UDP",
               listening ? " listening" : "", modes[pair->first_mode], pair->first,
               modes[pair->second_mode], pair->second, wsa_name(error), wsa_name(pair->error));
    if (!error && listening)
        assert_works(listen(second, 1));
    assert_works(closesocket(first));
    assert_works(closesocket(second));
    return error != pair->error;
}

CASE(bind, both_families)
{
    int wrong = 0;

    winsock();
    for (size_t i = 0; i < sizeof(pairs) / sizeof(pairs[0]); i++) {
        wrong += check_pair(&pairs[i], SOCK_STREAM, 0);
        wrong += check_pair(&pairs[i], SOCK_STREAM, 1);
        wrong += check_pair(&pairs[i], SOCK_DGRAM, 0);
    }
    ck_assert_int_eq(wrong, 0);
}

/* Connects from the peer, and expects the connection at `to` and nowhere else. */
static void arrives_at(int family, unsigned port, SOCKET to, SOCKET not_to)
{
    int k = peer_connect(family, port);
    SOCKET s;

    ck_assert_msg(selects(to, 'r', 5000) == 1, "the connection did not come where it should");
    if (not_to != INVALID_SOCKET)
        ck_assert_int_eq(selects(not_to, 'r', 0), 0);
    s = accept(to, NULL, NULL);
    ck_assert_uint_ne(s, INVALID_SOCKET);
    exchange_bytes(s, k);
    assert_works(closesocket(s));
}

static SOCKET listen_at(int family, enum mode mode, enum place where, unsigned port)
{
    SOCKET s = make(family, SOCK_STREAM, mode);
    struct address a = place(family, where, port);

    assert_works(bind(s, &a.sa, a.len));
    assert_works(listen(s, 8));
    return s;
}

/* Tests: two sockets with SO_REUSEADDR listen at one address; the first gets the connections, and the
 * second when the first is closed. */
CASE(bind, two_listeners)
{
    winsock();
    for (int i = 0; i < 4; i++) {
        int family = families[i % 2];
        enum place where = (enum place)(i / 2);
        SOCKET first = listen_at(family, REUSE, where, 0), second;
        unsigned port = port_of(first);

        second = listen_at(family, REUSE, where, port);
        for (int n = 0; n < 6; n++)
            arrives_at(family, port, first, second);
        assert_works(closesocket(first));
        for (int n = 0; n < 3; n++)
            arrives_at(family, port, second, INVALID_SOCKET);
        first = listen_at(family, REUSE, where, port);
        for (int n = 0; n < 6; n++)
            arrives_at(family, port, second, first);
        assert_works(closesocket(first));
        assert_works(closesocket(second));
    }
}

/* Tests: the wildcard and a specific address listen on one port, bound in either order, without any
 * option; the specific one gets what is for it. */
CASE(bind, listener_beside_wildcard)
{
    winsock();
    for (int i = 0; i < 4; i++) {
        int family = families[i % 2];
        enum place where = (enum place)(i / 2);
        SOCKET first = listen_at(family, DEFAULT, where, 0), second, specific, other;
        unsigned port = port_of(first);

        second = listen_at(family, DEFAULT, where == WILDCARD ? SPECIFIC : WILDCARD, port);
        specific = where == SPECIFIC ? first : second;
        other = where == SPECIFIC ? second : first;
        for (int n = 0; n < 6; n++)
            arrives_at(family, port, specific, other);
        assert_works(closesocket(specific));
        arrives_at(family, port, other, INVALID_SOCKET);
        assert_works(closesocket(other));
    }
}

/* The same for datagrams. */
CASE(bind, datagrams_beside_wildcard)
{
    char byte[4];

    winsock();
    for (int i = 0; i < 4; i++) {
        int family = families[i % 2];
        enum place where = (enum place)(i / 2);
        SOCKET first = make(family, SOCK_DGRAM, DEFAULT), second, specific, from;
        struct address a = place(family, where, 0);

        second = make(family, SOCK_DGRAM, DEFAULT);
        from = bound(family, SOCK_DGRAM);
        assert_works(bind(first, &a.sa, a.len));
        a = place(family, where == WILDCARD ? SPECIFIC : WILDCARD, port_of(first));
        assert_works(bind(second, &a.sa, a.len));
        specific = where == SPECIFIC ? first : second;
        a = loopback(family, port_of(first));
        for (int n = 0; n < 4; n++) {
            assert_returns(sendto(from, "x", 1, 0, &a.sa, a.len), 1);
            ck_assert_int_eq(selects(specific, 'r', 5000), 1);
            assert_returns(recv(specific, byte, sizeof(byte), 0), 1);
        }
        ck_assert_int_eq(selects(specific == first ? second : first, 'r', 0), 0);
        assert_works(closesocket(first));
        assert_works(closesocket(second));
    }
}

/* A port the system chooses is one that nobody has, SO_REUSEADDR or not. */
CASE(bind, chosen_port_is_free)
{
    enum { SOCKETS = 200 };
    static unsigned char taken[2][65536];

    winsock();
    for (int i = 0; i < 2 * SOCKETS; i++) {
        SOCKET s = make(AF_INET, types[i % 2], REUSE);
        struct address a = loopback(AF_INET, 0);
        unsigned port;

        assert_works(bind(s, &a.sa, a.len));
        port = port_of(s);
        ck_assert_msg(!taken[i % 2][port], "port %u twice", port);
        taken[i % 2][port] = 1;
        ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_REUSEADDR), 1);
    }
}
