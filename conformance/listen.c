/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* listen: which sockets it takes and what becomes of them.  Source: the Win32 page of listen, if no
 * other is named; tests are Wine's, which were run on Windows.  Queue lengths: backlog.c. */
#include "remote.h"

static const int families[] = {AF_INET, AF_INET6};

CASE(listen, not_started)
{
    SOCKET s;

    assert_fails(listen(INVALID_SOCKET, 5), WSANOTINITIALISED);
    winsock();
    s = bound(AF_INET, SOCK_STREAM);
    assert_works(WSACleanup());
    assert_fails(listen(s, 5), WSANOTINITIALISED);
}

/* WSAEINPROGRESS: a blocking Windows Sockets 1.1 call is in progress. */
static SOCKET hook_listener;
static int hook_calls, hook_result, hook_error, hook_cancelled = SOCKET_ERROR;

static INT_PTR WINAPI hook(void)
{
    int(WINAPI * cancel)(void) = (int(WINAPI *)(void))winsock_function("WSACancelBlockingCall");

    if (hook_calls++ == 0) {
        hook_result = listen(hook_listener, 5);
        hook_error = WSAGetLastError();
        if (cancel)
            hook_cancelled = cancel();
    }
    return FALSE;
}

/* Ends the blocking call should the hook fail to. */
static DWORD WINAPI send_later(void *arg)
{
    struct address *a = arg;
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);

    Sleep(3000);
    sendto(s, "x", 1, 0, &a->sa, a->len);
    return 0;
}

CASE(listen, inside_blocking_hook)
{
    HMODULE wsock32 = LoadLibraryA("wsock32.dll");
    FARPROC(WINAPI * set_hook)(FARPROC);
    struct address a;
    HANDLE thread;
    WSADATA data;
    int result, error;
    char byte;
    SOCKET s;

    set_hook = (FARPROC(WINAPI *)(FARPROC))(void *)GetProcAddress(wsock32, "WSASetBlockingHook");
    assert_code(WSAStartup(MAKEWORD(1, 1), &data), 0);
    if (!set_hook || !set_hook((FARPROC)hook))
        skip_case("this Winsock has no blocking hooks");
    hook_listener = bound(AF_INET, SOCK_STREAM);
    s = bound(AF_INET, SOCK_DGRAM);
    a = address_of(s);
    thread = run_thread(send_later, &a);
    result = recv(s, &byte, 1, 0);
    error = WSAGetLastError();
    join_thread(thread, 10000);
    ck_assert_int_gt(hook_calls, 0);
    ck_assert_int_eq(hook_cancelled, 0);
    ck_assert_int_eq(result, SOCKET_ERROR);
    assert_code(error, WSAEINTR);
    ck_assert_int_eq(hook_result, SOCKET_ERROR);
    assert_code(hook_error, WSAEINPROGRESS);
    /* Outside the hook it works. */
    assert_works(listen(hook_listener, 5));
}

CASE(listen, not_a_socket)
{
    HANDLE event, read, write, file;
    char path[MAX_PATH];
    SOCKET closed;

    winsock();
    closed = bound(AF_INET, SOCK_STREAM);
    assert_works(closesocket(closed));
    assert_fails(listen(closed, 1), WSAENOTSOCK);
    event = CreateEventA(NULL, TRUE, FALSE, NULL);
    GetModuleFileNameA(NULL, path, sizeof(path));
    file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    ck_assert(file != INVALID_HANDLE_VALUE && CreatePipe(&read, &write, NULL, 0));
    assert_fails(listen(0, 1), WSAENOTSOCK);
    assert_fails(listen(INVALID_SOCKET, 1), WSAENOTSOCK);
    assert_fails(listen(0xdeadbeef, 1), WSAENOTSOCK);
    assert_fails(listen((SOCKET)event, 1), WSAENOTSOCK);
    assert_fails(listen((SOCKET)file, 1), WSAENOTSOCK);
    assert_fails(listen((SOCKET)read, 1), WSAENOTSOCK);
    assert_fails(listen((SOCKET)GetCurrentProcess(), 1), WSAENOTSOCK);
    assert_fails(listen((SOCKET)GetCurrentThread(), 1), WSAENOTSOCK);
    ck_assert(CloseHandle(event) && CloseHandle(file) && CloseHandle(read) && CloseHandle(write));
}

/* WSAEOPNOTSUPP: the referenced socket is not of a type that supports the listen operation: looked
 * at before the binding (section 10 of the rules, tests). */
CASE(listen, datagram)
{
    winsock();
    for (int i = 0; i < 2; i++) {
        assert_fails(listen(new_socket(families[i], SOCK_DGRAM), 1), WSAEOPNOTSUPP);
        assert_fails(listen(new_socket(families[i], SOCK_DGRAM), 0), WSAEOPNOTSUPP);
        assert_fails(listen(bound(families[i], SOCK_DGRAM), 1), WSAEOPNOTSUPP);
    }
}

CASE(listen, connected_datagram)
{
    struct address a;
    SOCKET s;

    winsock();
    a = address_of(bound(AF_INET, SOCK_DGRAM));
    s = new_socket(AF_INET, SOCK_DGRAM);
    assert_works(connect(s, &a.sa, a.len));
    assert_fails(listen(s, 1), WSAEOPNOTSUPP);
    /* It goes on working. */
    assert_returns(send(s, "x", 1, 0), 1);
}

CASE(listen, raw)
{
    struct address a = loopback(AF_INET, 0);
    SOCKET s;

    winsock();
    s = socket(AF_INET, SOCK_RAW, IPPROTO_ICMP);
    if (s == INVALID_SOCKET && WSAGetLastError() == WSAEACCES)
        skip_case("raw sockets need privileges");
    ck_assert_msg(s != INVALID_SOCKET, "%s", wsa_name(WSAGetLastError()));
    assert_fails(listen(s, 1), WSAEOPNOTSUPP);
    assert_works(bind(s, &a.sa, a.len));
    assert_fails(listen(s, 1), WSAEOPNOTSUPP);
}

/* WSAEISCONN: the socket is already connected. */
CASE(listen, connected)
{
    winsock();
    for (int i = 0; i < 2; i++) {
        SOCKET pair[2];
        char byte;

        tcp_pair(families[i], pair);
        assert_fails(listen(pair[0], 1), WSAEISCONN);
        assert_fails(listen(pair[1], 1), WSAEISCONN);
        assert_returns(send(pair[0], "x", 1, 0), 1);
        assert_returns(recv(pair[1], &byte, 1, 0), 1);
        ck_assert_int_eq(get_int(pair[0], SOL_SOCKET, SO_ACCEPTCONN), 0);
    }
}

/* open: the page names no code for a connect in progress; WSAEISCONN and WSAEINVAL both fit. */
CASE(listen, connecting)
{
    int result, error;
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_STREAM);
    set_blocking(s, 0);
    connect_hanging(s, AF_INET);
    result = listen(s, 1);
    error = WSAGetLastError();
    ck_assert_int_eq(result, SOCKET_ERROR);
    if (error != WSAEISCONN)
        assert_code(error, WSAEINVAL);
    ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_ACCEPTCONN), 0);
}

/* WSAEINVAL: the socket has not been bound, whatever the backlog (tests: -2, 1, SOMAXCONN); and it
 * is not bound on the way. */
CASE(listen, unbound)
{
    static const int backlogs[] = {-2, 1, SOMAXCONN, 0, -1, INT_MIN, 200};

    winsock();
    for (size_t i = 0; i < ARRAYSIZE(backlogs); i++) {
        SOCKET s = new_socket(families[i % 2], SOCK_STREAM);
        struct address a = {.len = sizeof(a.any)};

        assert_fails(listen(s, backlogs[i]), WSAEINVAL);
        assert_fails(getsockname(s, &a.sa, &a.len), WSAEINVAL);
        ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_ACCEPTCONN), 0);
        /* Bound, it listens. */
        a = loopback(families[i % 2], 0);
        assert_works(bind(s, &a.sa, a.len));
        assert_works(listen(s, backlogs[i]));
    }
}

CASE(listen, after_failed_bind)
{
    SOCKET first, s;
    struct address a;

    winsock();
    first = bound(AF_INET, SOCK_STREAM);
    a = address_of(first);
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_fails(bind(s, &a.sa, a.len), WSAEADDRINUSE);
    assert_fails(listen(s, SOMAXCONN), WSAEINVAL);
}

/* WSAEADDRINUSE ... could be delayed until this function: where the system lets another program
 * take the address between bind and listen (POSIX does, with SO_REUSEADDR). */
CASE(listen, conflict_shows_late)
{
    unsigned port;
    SOCKET s;
    int other;

    winsock();
    s = bound(AF_INET, SOCK_STREAM);
    port = port_of(s);
    if (sscanf(peer("listenat 127.0.0.1 %u 5", port), "OK %d", &other) != 1)
        skip_case("this system tells of the conflict at bind");
    assert_fails(listen(s, 5), WSAEADDRINUSE);
    ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_ACCEPTCONN), 0);
    /* Still bound; when the other has gone it can listen. */
    ck_assert_uint_eq(port_of(s), port);
    peer_ok("close %d", other);
    assert_works(listen(s, 5));
}

/* SO_ACCEPTCONN says whether it listens, and cannot be set (tests). */
CASE(listen, acceptconn)
{
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_STREAM);
    for (int listening = 0; listening < 2; listening++) {
        for (int value = 0; value < 2; value++) {
            assert_fails(setsockopt(s, SOL_SOCKET, SO_ACCEPTCONN, (char *)&value, sizeof(value)),
                         WSAENOPROTOOPT);
            ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_ACCEPTCONN), listening);
        }
        assert_works(listen(s, 1));
    }
}

/* The effect on the wire: refused before, queued after, data of a queued client kept. */
CASE(listen, effect)
{
    winsock();
    for (int i = 0; i < 2; i++) {
        SOCKET l = bound(families[i], SOCK_STREAM), s;
        unsigned port = port_of(l);
        char text[4] = "";
        int k;

        ck_assert_int_eq(peer_open(families[i], port, 1, 5000).refused, 1);
        assert_works(listen(l, 5));
        k = peer_connect(families[i], port);
        peer_ok("send %d 616263 1000", k);
        s = accept(l, NULL, NULL);
        ck_assert(s != INVALID_SOCKET);
        ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
        assert_returns(recv(s, text, 3, 0), 3);
        ck_assert_str_eq(text, "abc");
        exchange_bytes(s, k);
        assert_works(closesocket(l));
        ck_assert_int_eq(peer_open(families[i], port, 1, 5000).refused, 1);
        exchange_bytes(s, k);
    }
}

static DWORD WINAPI listen_in_thread(void *s)
{
    return listen((SOCKET)s, 5) == 0 ? 0 : (DWORD)WSAGetLastError();
}

/* The socket belongs to the process: the end of the thread that called listen changes nothing. */
CASE(listen, thread_exits)
{
    HANDLE thread;
    SOCKET l, s;
    int k;

    winsock();
    l = bound(AF_INET, SOCK_STREAM);
    thread = run_thread(listen_in_thread, (void *)l);
    assert_code((int)thread_result(thread, 5000), 0);
    Sleep(100);
    k = peer_connect(AF_INET, port_of(l));
    s = accept(l, NULL, NULL);
    ck_assert(s != INVALID_SOCKET);
    exchange_bytes(s, k);
}

/* If listen is called on an already listening socket, it returns success. */
CASE(listen, again)
{
    winsock();
    for (int i = 0; i < 2; i++) {
        SOCKET s = listener(families[i], 0);
        unsigned port = port_of(s);

        assert_works(listen(s, SOMAXCONN));
        assert_works(listen(s, -5));
        ck_assert_uint_eq(port_of(s), port);
        ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_ACCEPTCONN), 1);
    }
}

/* AF_BTH as far as the host has it. */
CASE(listen, bluetooth)
{
    enum { FAMILY_BLUETOOTH = 32, PROTOCOL_RFCOMM = 3 };
    SOCKET s;

    winsock();
    s = socket(FAMILY_BLUETOOTH, SOCK_STREAM, PROTOCOL_RFCOMM);
    if (s == INVALID_SOCKET)
        assert_fails(socket(FAMILY_BLUETOOTH, SOCK_STREAM, PROTOCOL_RFCOMM), WSAEAFNOSUPPORT);
    else
        assert_fails(listen(s, 2), WSAEINVAL);
}

/* AF_IRDA likewise. */
CASE(listen, irda)
{
    enum { FAMILY_IRDA = 26 };
    SOCKET s;

    winsock();
    s = socket(FAMILY_IRDA, SOCK_STREAM, 0);
    if (s == INVALID_SOCKET)
        assert_fails(socket(FAMILY_IRDA, SOCK_STREAM, 0), WSAEAFNOSUPPORT);
    else
        assert_fails(listen(s, 2), WSAEINVAL);
}
