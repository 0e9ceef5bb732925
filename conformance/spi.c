/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The base service provider, driven through its own table.  Sources: WSPStartup, WSPListen
 * (ws2spi.h and Embedded Compact 2013), WSPSocket and so on.  No WSP function sets the thread's
 * last error: the code goes to *lpErrno (for WSPListen its page says so; it is the SPI's convention
 * throughout). */
#include "remote.h"
#include "spi_client.h"

static struct provider p;
#define SPI (p.table)

/* Evaluates an SPI call that uses the variable `error`: it fails with the code in *lpErrno only. */
#define spi_fails(call, code)                                                                      \
    do {                                                                                           \
        int error = 0, last, result;                                                               \
        WSASetLastError(ERROR_UNTOUCHED);                                                          \
        result = (int)(call);                                                                      \
        last = WSAGetLastError();                                                                  \
        ck_assert_msg(result == -1, "%s: returned %d", #call, result);                             \
        check_code(__FILE__, __LINE__, #call, error, (code));                                      \
        check_code(__FILE__, __LINE__, "the thread's last error", last, ERROR_UNTOUCHED);          \
    } while (0)
#define spi_works(call)                                                                            \
    do {                                                                                           \
        int error = ERROR_UNTOUCHED, result = (int)(call);                                         \
        ck_assert_msg(result == 0, "%s: returned %d, %s", #call, result, wsa_name(error));         \
    } while (0)

static void open_tcp(void)
{
    winsock();
    provider_open(&p, AF_INET, SOCK_STREAM, IPPROTO_TCP);
}

static SOCKET spi_socket(int type)
{
    int error = ERROR_UNTOUCHED;
    SOCKET s = SPI.lpWSPSocket(AF_INET, type, 0, type == SOCK_STREAM ? &p.info : NULL, 0,
                               WSA_FLAG_OVERLAPPED, &error);

    ck_assert_msg(s != INVALID_SOCKET, "WSPSocket: %s", wsa_name(error));
    return s;
}

static SOCKET spi_bound(void)
{
    SOCKET s = spi_socket(SOCK_STREAM);
    struct address a = loopback(AF_INET, 0);

    spi_works(SPI.lpWSPBind(s, &a.sa, a.len, &error));
    return s;
}

static unsigned spi_port(SOCKET s)
{
    struct address a = {.len = sizeof(a.any)};

    spi_works(SPI.lpWSPGetSockName(s, &a.sa, &a.len, &error));
    return address_port(&a);
}

static SOCKET spi_listener(int backlog)
{
    SOCKET s = spi_bound();

    spi_works(SPI.lpWSPListen(s, backlog, &error));
    return s;
}

static SOCKET spi_accept(SOCKET l)
{
    int error = ERROR_UNTOUCHED;
    SOCKET s = SPI.lpWSPAccept(l, NULL, NULL, NULL, 0, &error);

    ck_assert_msg(s != INVALID_SOCKET, "WSPAccept: %s", wsa_name(error));
    return s;
}

/* Sends and receives n bytes through the SPI; the peer does the other half. */
static void spi_exchange(SOCKET s, int k)
{
    char bytes[64];
    WSABUF buffer = {sizeof(bytes), bytes};
    DWORD n = 0, flags = MSG_WAITALL;

    peer_ok("fill %d 1 64 5000", k);
    spi_works(SPI.lpWSPRecv(s, &buffer, 1, &n, &flags, NULL, NULL, NULL, &error));
    ck_assert_uint_eq(n, sizeof(bytes));
    spi_works(SPI.lpWSPSend(s, &buffer, 1, &n, 0, NULL, NULL, NULL, &error));
    ck_assert_uint_eq(n, sizeof(bytes));
    peer_ok("drain %d 1 64 5000", k);
}

/* Every entry is there: a client calls them without looking. */
CASE(spi, table_is_full)
{
    void **entries = (void **)&p.table;

    open_tcp();
    for (size_t i = 0; i < sizeof(p.table) / sizeof(void *); i++)
        ck_assert_msg(entries[i] != NULL, "entry %d of the table is NULL", (int)i);
    ck_assert_uint_eq(p.data.wVersion, MAKEWORD(2, 2));
    ck_assert_uint_ge(p.data.wHighVersion, MAKEWORD(2, 2));
    ck_assert_uint_lt(wcsnlen(p.data.szDescription, WSPDESCRIPTION_LEN + 1),
                      WSPDESCRIPTION_LEN + 1);
    spi_works(SPI.lpWSPCleanup(&error));
}

/* wVersion is the minimum of its high version and wVersionRequested. */
CASE(spi, version)
{
    WSPPROC_TABLE table;
    WSPDATA data;

    winsock();
    provider_load(&p, AF_INET, SOCK_STREAM, IPPROTO_TCP);
    assert_code(p.startup(MAKEWORD(3, 0), &data, &p.info, *provider_upcalls(), &table), 0);
    ck_assert_uint_eq(data.wVersion, data.wHighVersion);
    ck_assert_uint_eq(data.wVersion, MAKEWORD(2, 2));
    assert_code(p.startup(MAKEWORD(0, 0), &data, &p.info, *provider_upcalls(), &table),
                WSAVERNOTSUPPORTED);
}

/* WSAEFAULT: the lpWSPData or lpProcTable parameter is invalid. */
CASE(spi, startup_bad_pointers)
{
    WSPPROC_TABLE table;
    WSPDATA data;

    winsock();
    provider_load(&p, AF_INET, SOCK_STREAM, IPPROTO_TCP);
    assert_code(p.startup(MAKEWORD(2, 2), NULL, &p.info, *provider_upcalls(), &table), WSAEFAULT);
    assert_code(p.startup(MAKEWORD(2, 2), &data, &p.info, *provider_upcalls(), NULL), WSAEFAULT);
}

CASE(spi, server)
{
    SOCKET l, s;
    int k;

    open_tcp();
    l = spi_listener(5);
    k = peer_connect(AF_INET, spi_port(l));
    s = spi_accept(l);
    spi_exchange(s, k);
    spi_works(SPI.lpWSPShutdown(s, SD_SEND, &error));
    ck_assert_str_eq(peer("read %d 10 5000", k), "EOF");
    spi_works(SPI.lpWSPCloseSocket(s, &error));
    spi_works(SPI.lpWSPCloseSocket(l, &error));
    spi_fails(SPI.lpWSPCloseSocket(l, &error), WSAENOTSOCK);
    spi_works(SPI.lpWSPCleanup(&error));
}

CASE(spi, client)
{
    struct address a;
    unsigned port;
    SOCKET s;
    int k;

    open_tcp();
    k = peer_listen(AF_INET, 5, &port);
    s = spi_socket(SOCK_STREAM);
    a = loopback(AF_INET, port);
    spi_works(SPI.lpWSPConnect(s, &a.sa, a.len, NULL, NULL, NULL, NULL, &error));
    spi_exchange(s, peer_accept(k));
    spi_works(SPI.lpWSPCloseSocket(s, &error));
}

/* The rows of listen's errors, in *lpErrno. */
CASE(spi, listen_errors)
{
    SOCKET closed, s, pair[2];
    HANDLE event;

    open_tcp();
    spi_fails(SPI.lpWSPListen(0, 1, &error), WSAENOTSOCK);
    spi_fails(SPI.lpWSPListen(INVALID_SOCKET, 1, &error), WSAENOTSOCK);
    closed = spi_bound();
    spi_works(SPI.lpWSPCloseSocket(closed, &error));
    spi_fails(SPI.lpWSPListen(closed, 1, &error), WSAENOTSOCK);
    event = CreateEventA(NULL, TRUE, FALSE, NULL);
    spi_fails(SPI.lpWSPListen((SOCKET)event, 1, &error), WSAENOTSOCK);
    s = spi_socket(SOCK_DGRAM);
    spi_fails(SPI.lpWSPListen(s, 1, &error), WSAEOPNOTSUPP);
    s = bound(AF_INET, SOCK_DGRAM);
    spi_fails(SPI.lpWSPListen(s, 1, &error), WSAEOPNOTSUPP);
    s = spi_socket(SOCK_STREAM);
    spi_fails(SPI.lpWSPListen(s, 1, &error), WSAEINVAL);
    spi_fails(SPI.lpWSPListen(s, SOMAXCONN, &error), WSAEINVAL);
    spi_fails(SPI.lpWSPListen(s, -2, &error), WSAEINVAL);
    tcp_pair(AF_INET, pair);
    spi_fails(SPI.lpWSPListen(pair[0], 1, &error), WSAEISCONN);
    spi_fails(SPI.lpWSPListen(pair[1], 1, &error), WSAEISCONN);
}

/* Success leaves the thread's last error alone, too. */
CASE(spi, listen_leaves_last_error)
{
    int error = ERROR_UNTOUCHED, result, last;
    SOCKET s;

    open_tcp();
    s = spi_bound();
    WSASetLastError(ERROR_UNTOUCHED);
    result = SPI.lpWSPListen(s, 5, &error);
    last = WSAGetLastError();
    ck_assert_int_eq(result, 0);
    assert_code(last, ERROR_UNTOUCHED);
}

/* open: the pages do not say what a NULL lpErrno does.  Chosen: the call fails or succeeds as ever,
 * and the process lives. */
CASE(spi, listen_null_errno)
{
    SOCKET s;

    open_tcp();
    ck_assert_int_eq(SPI.lpWSPListen(INVALID_SOCKET, 1, NULL), SOCKET_ERROR);
    ck_assert_int_eq(SPI.lpWSPListen(spi_socket(SOCK_STREAM), 1, NULL), SOCKET_ERROR);
    s = spi_bound();
    SPI.lpWSPListen(s, 1, NULL);
    spi_works(SPI.lpWSPListen(s, 1, &error));
    assert_depth(s, AF_INET, 1);
}

CASE(spi, listen_depth)
{
    static const int depths[] = {1, 2, 3, 4, 5, 200};

    open_tcp();
    for (size_t i = 0; i < ARRAYSIZE(depths); i++) {
        SOCKET l = spi_listener(depths[i]);

        assert_depth(l, AF_INET, depths[i]);
        spi_works(SPI.lpWSPCloseSocket(l, &error));
    }
}

/* SOMAXCONN and the hints are the provider's own: 0 is the nearest legal value, a negative backlog lies
 * within 200 to 65535, and the host's limit is above all of them. */
CASE(spi, listen_special_backlogs)
{
    static const struct {
        int backlog, depth;
    } rows[] = {
        {0, 1}, {-1, 200}, {SOMAXCONN_HINT(201), 201}, {INT_MIN, 65535}, {SOMAXCONN, INT_MAX},
    };
    int host, waiting, limit;

    open_tcp();
    if (sscanf(peer("somaxconn"), "OK %d", &host) != 1)
        skip_case("the peer does not know the host's largest backlog");
    for (size_t i = 0; i < ARRAYSIZE(rows); i++) {
        SOCKET l = spi_listener(rows[i].backlog);
        int depth = rows[i].depth < host ? rows[i].depth : host;

        ck_assert(peer_queue_of(spi_port(l), &waiting, &limit));
        ck_assert_msg(limit + 1 == depth, "backlog %d: %d can wait, not %d", rows[i].backlog,
                      limit + 1, depth);
        spi_works(SPI.lpWSPCloseSocket(l, &error));
    }
}

/* WSPListen can be called more than once on the same socket; this has the effect of updating the
 * current backlog. */
CASE(spi, second_listen_raises)
{
    SOCKET l;

    open_tcp();
    l = spi_listener(1);
    spi_works(SPI.lpWSPListen(l, 4, &error));
    assert_depth(l, AF_INET, 4);
}

CASE(spi, second_listen_lowers)
{
    SOCKET l;

    open_tcp();
    l = spi_listener(5);
    spi_works(SPI.lpWSPListen(l, 2, &error));
    assert_depth(l, AF_INET, 2);
}

/* More room is there at once, and those who wait go on waiting. */
CASE(spi, second_listen_grows_a_full_queue)
{
    struct crowd c, more;
    SOCKET l;

    open_tcp();
    l = spi_listener(2);
    c = peer_open(AF_INET, spi_port(l), 2, 5000);
    ck_assert_int_eq(c.established, 2);
    spi_works(SPI.lpWSPListen(l, 4, &error));
    more = peer_open(AF_INET, spi_port(l), 2, 5000);
    ck_assert_int_eq(more.established, 2);
    ck_assert_int_eq(peer_open(AF_INET, spi_port(l), 1, 400).established, 0);
    ck_assert_int_eq(peer_state(c.first, 4, 200).established, 4);
    for (int i = 0; i < 4; i++)
        spi_exchange(spi_accept(l), c.first + i);
}

/* Should there be more pending connections than the new backlog value, the excess pending
 * connections will be reset and dropped.  open: which of them; nothing is assumed. */
static void shrink(int before, int waiting, int after)
{
    SOCKET l = spi_listener(before), s;
    struct crowd c = peer_open(AF_INET, spi_port(l), waiting, 5000);
    int kept = waiting < after ? waiting : after;

    ck_assert_int_eq(c.established, waiting);
    spi_works(SPI.lpWSPListen(l, after, &error));
    c = peer_state(c.first, waiting, 500);
    ck_assert_int_eq(c.established, kept);
    ck_assert_int_eq(c.reset, waiting - kept);
    /* Those that were kept are whole; there are no others. */
    for (int i = 0; i < kept; i++) {
        s = spi_accept(l);
        send_pattern(s, 64);
        spi_works(SPI.lpWSPCloseSocket(s, &error));
    }
    set_blocking(l, 0);
    spi_fails(SPI.lpWSPAccept(l, NULL, NULL, NULL, 0, &error), WSAEWOULDBLOCK);
    set_blocking(l, 1);
    /* The new depth holds. */
    assert_depth(l, AF_INET, after);
    spi_works(SPI.lpWSPCloseSocket(l, &error));
}

CASE(spi, second_listen_resets_excess)
{
    open_tcp();
    shrink(5, 5, 2);
    shrink(5, 5, 1);
    shrink(200, 150, 3);
}

CASE(spi, second_listen_keeps_what_fits)
{
    open_tcp();
    shrink(5, 2, 2);
    shrink(5, 2, 3);
}

/* Zero is replaced by the nearest legal value, on the second call as well. */
CASE(spi, second_listen_zero)
{
    struct crowd c;
    SOCKET l;

    open_tcp();
    l = spi_listener(4);
    c = peer_open(AF_INET, spi_port(l), 3, 5000);
    spi_works(SPI.lpWSPListen(l, 0, &error));
    c = peer_state(c.first, 3, 500);
    ck_assert_int_eq(c.established, 1);
    ck_assert_int_eq(c.reset, 2);
}

/* Each entry keeps its own promise on the same socket: listen changes nothing, WSPListen does. */
CASE(spi, both_listens)
{
    SOCKET l;

    open_tcp();
    l = spi_listener(2);
    assert_works(listen(l, 5));
    assert_depth(l, AF_INET, 2);
    spi_works(SPI.lpWSPListen(l, 3, &error));
    assert_works(listen(l, 1));
    assert_depth(l, AF_INET, 3);
}

/* The same for a socket of socket(): base sockets are the provider's own. */
CASE(spi, listen_on_api_socket)
{
    SOCKET l;

    open_tcp();
    l = bound(AF_INET, SOCK_STREAM);
    spi_works(SPI.lpWSPListen(l, 1, &error));
    ck_assert_int_eq(get_int(l, SOL_SOCKET, SO_ACCEPTCONN), 1);
    assert_depth(l, AF_INET, 1);
}

/* Other functions: codes in *lpErrno only. */
CASE(spi, other_errors)
{
    struct address a = loopback(AF_INET, 0);
    WSABUF buffer = {1, (char *)&a};
    DWORD n, flags = 0;
    SOCKET s;

    open_tcp();
    s = spi_socket(SOCK_STREAM);
    spi_fails(SPI.lpWSPBind(INVALID_SOCKET, &a.sa, a.len, &error), WSAENOTSOCK);
    spi_fails(SPI.lpWSPBind(s, NULL, a.len, &error), WSAEFAULT);
    spi_fails(SPI.lpWSPBind(s, &a.sa, 2, &error), WSAEFAULT);
    spi_fails(SPI.lpWSPAccept(s, NULL, NULL, NULL, 0, &error), WSAEINVAL);
    spi_fails(SPI.lpWSPGetSockName(s, &a.sa, &a.len, &error), WSAEINVAL);
    spi_fails(SPI.lpWSPGetPeerName(s, &a.sa, &a.len, &error), WSAENOTCONN);
    spi_fails(SPI.lpWSPShutdown(s, SD_BOTH, &error), WSAENOTCONN);
    spi_fails(SPI.lpWSPSend(s, &buffer, 1, &n, 0, NULL, NULL, NULL, &error), WSAENOTCONN);
    spi_fails(SPI.lpWSPRecv(s, &buffer, 1, &n, &flags, NULL, NULL, NULL, &error), WSAENOTCONN);
    spi_fails(SPI.lpWSPSelect(0, NULL, NULL, NULL, NULL, &error), WSAEINVAL);
}
