/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sockets through the functions for handles: CloseHandle and DuplicateHandle.  Sources: the pages
 * "Socket Handles" (a socket is a file system handle where the provider says XP1_IFS_HANDLES, as
 * TCP's and UDP's do), "CloseHandle" (invalidates the handle; the object goes with the last),
 * "DuplicateHandle" (both handles name one object; DUPLICATE_CLOSE_SOURCE closes the source
 * whatever else happens), "SetHandleInformation" (HANDLE_FLAG_PROTECT_FROM_CLOSE). */
#include "remote.h"

static void connect_pair(int *k, SOCKET *s)
{
    winsock();
    *s = pair_up(AF_INET, k);
    exchange_bytes(*s, *k);
}

/* Calls that move data or ask for it, and others. */
static void assert_no_socket(SOCKET s)
{
    int value, length = sizeof(value);
    fd_set set;
    char byte;

    FD_ZERO(&set);
    FD_SET(s, &set);
    assert_fails(send(s, "x", 1, 0), WSAENOTSOCK);
    assert_fails(recv(s, &byte, 1, 0), WSAENOTSOCK);
    assert_fails(select(0, &set, NULL, NULL, NULL), WSAENOTSOCK);
    assert_fails(shutdown(s, SD_SEND), WSAENOTSOCK);
    assert_fails(getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&value, &length), WSAENOTSOCK);
    assert_fails(closesocket(s), WSAENOTSOCK);
}

static SOCKET duplicate(SOCKET s, HANDLE process, DWORD options)
{
    HANDLE copy = NULL;

    ck_assert_msg(DuplicateHandle(GetCurrentProcess(), (HANDLE)s, process, &copy, 0, FALSE,
                                  DUPLICATE_SAME_ACCESS | options),
                  "DuplicateHandle: error %lu", GetLastError());
    return (SOCKET)copy;
}

/* A child that does nothing until it is ended. */
int helper_sleep(const char *argument)
{
    Sleep((DWORD)atoi(argument));
    return 0;
}

static HANDLE start_sleeper(void)
{
    return start_self("--helper sleep 60000");
}

static void end_sleeper(HANDLE child)
{
    ck_assert(TerminateProcess(child, 0));
    ck_assert_uint_eq(WaitForSingleObject(child, 10000), WAIT_OBJECT_0);
    CloseHandle(child);
}

CASE(handle, close)
{
    SOCKET s;
    int k;

    connect_pair(&k, &s);
    ck_assert(CloseHandle((HANDLE)s));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
    assert_no_socket(s);
}

/* Data that lies unread at the close, or not yet sent, changes nothing. */
CASE(handle, close_nonblocking)
{
    SOCKET s;
    int k;

    connect_pair(&k, &s);
    set_blocking(s, 0);
    peer_ok("send %d 616263 1000", k);
    ck_assert(selects(s, 'r', PATIENCE));
    assert_returns(send(s, "data", 4, 0), 4);
    ck_assert_str_eq(peer_ok("read %d 4 5000", k), "64617461");
    ck_assert(CloseHandle((HANDLE)s));
    ck_assert_str_eq(peer("read %d 1 5000", k), "RESET"); /* for "abc" was never read */
    assert_no_socket(s);
}

CASE(handle, close_listener)
{
    SOCKET l, s;
    unsigned port;

    winsock();
    l = listener(AF_INET, 5);
    port = port_of(l);
    peer_connect(AF_INET, port);
    s = accept(l, NULL, NULL);
    ck_assert(s != INVALID_SOCKET);
    ck_assert(CloseHandle((HANDLE)l));
    ck_assert_int_eq(peer_open(AF_INET, port, 1, PATIENCE).refused, 1);
    assert_fails(accept(l, NULL, NULL), WSAENOTSOCK);
    assert_works(closesocket(s));
}

CASE(handle, close_datagram)
{
    struct address to = loopback(AF_INET, 9), own;
    SOCKET s, again;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    own = address_of(s);
    assert_returns(sendto(s, "x", 1, 0, &own.sa, own.len), 1);
    ck_assert(CloseHandle((HANDLE)s));
    assert_fails(sendto(s, "x", 1, 0, &to.sa, to.len), WSAENOTSOCK);
    again = new_socket(AF_INET, SOCK_DGRAM);
    assert_works(bind(again, &own.sa, own.len)); /* the port is free */
}

static DWORD WINAPI receive(void *context)
{
    char byte;

    return recv((SOCKET)context, &byte, 1, 0) == SOCKET_ERROR ? (DWORD)WSAGetLastError() : 0;
}

static DWORD WINAPI send_until_error(void *context)
{
    static char bytes[1 << 20];

    while (send((SOCKET)context, bytes, sizeof(bytes), 0) != SOCKET_ERROR)
        ;
    return (DWORD)WSAGetLastError();
}

static void close_under(DWORD(WINAPI *call)(void *))
{
    HANDLE thread;
    SOCKET s;
    int k;

    connect_pair(&k, &s);
    thread = run_thread(call, (void *)s);
    ck_assert_uint_eq(WaitForSingleObject(thread, 300), WAIT_TIMEOUT);
    ck_assert(CloseHandle((HANDLE)s));
    ck_assert_uint_ge(thread_result(thread, PATIENCE), WSABASEERR); /* which one is not documented */
    if (call == receive)
        ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
}

CASE(handle, close_while_receiving)
{
    close_under(receive);
}

CASE(handle, close_while_sending)
{
    close_under(send_until_error);
}

/* The requests of a handle end with it, and are told of. */
CASE(handle, close_overlapped)
{
    WSAOVERLAPPED overlapped = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    char byte;
    WSABUF buffer = {1, &byte};
    DWORD flags = 0;
    SOCKET s;
    int k;

    connect_pair(&k, &s);
    assert_fails(WSARecv(s, &buffer, 1, NULL, &flags, &overlapped, NULL), WSA_IO_PENDING);
    ck_assert_uint_eq(WaitForSingleObject(overlapped.hEvent, 50), WAIT_TIMEOUT);
    ck_assert(CloseHandle((HANDLE)s));
    ck_assert_uint_eq(WaitForSingleObject(overlapped.hEvent, PATIENCE), WAIT_OBJECT_0);
    ck_assert_uint_ne(overlapped.Internal, 0); /* which status it is is not documented */
    ck_assert_uint_ne(overlapped.Internal, STATUS_PENDING);
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
    assert_no_socket(s);
}

/* In the same process the copy may get the source's value (tests of DuplicateHandle in kernel32,
 * run on Windows). */
CASE(handle, move)
{
    SOCKET s, copy;
    int k;

    connect_pair(&k, &s);
    copy = duplicate(s, GetCurrentProcess(), DUPLICATE_CLOSE_SOURCE);
    if (copy != s)
        assert_no_socket(s);
    exchange_bytes(copy, k);
    assert_works(closesocket(copy));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
    assert_no_socket(copy);
}

static void move_to_child(HANDLE self)
{
    HANDLE child = start_sleeper(), copy;
    SOCKET s;
    int k;

    connect_pair(&k, &s);
    ck_assert(DuplicateHandle(self, (HANDLE)s, child, &copy, 0, FALSE,
                              DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
    assert_no_socket(s);
    ck_assert_str_eq(peer("read %d 1 300", k), "TIMEOUT");
    end_sleeper(child);
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
}

CASE(handle, move_to_process)
{
    move_to_child(GetCurrentProcess());
}

/* The process named by a real handle. */
CASE(handle, move_to_process_from_handle)
{
    HANDLE self = OpenProcess(PROCESS_DUP_HANDLE, FALSE, GetCurrentProcessId());

    ck_assert_ptr_nonnull(self);
    move_to_child(self);
    CloseHandle(self);
}

/* The source is closed "regardless of any error status returned". */
CASE(handle, move_fails)
{
    HANDLE copy;
    SOCKET s;
    int k;

    connect_pair(&k, &s);
    ck_assert(!DuplicateHandle(GetCurrentProcess(), (HANDLE)s, (HANDLE)(ULONG_PTR)0xdeadbee0, &copy,
                               0, FALSE, DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
    assert_no_socket(s);
}

CASE(handle, duplicate)
{
    SOCKET s, copy;
    int k;

    connect_pair(&k, &s);
    copy = duplicate(s, GetCurrentProcess(), 0);
    ck_assert(copy != s);
    exchange_bytes(copy, k);
    exchange_bytes(s, k);
    ck_assert(CloseHandle((HANDLE)s));
    assert_no_socket(s);
    ck_assert_str_eq(peer("read %d 1 300", k), "TIMEOUT");
    exchange_bytes(copy, k);
    ck_assert(CloseHandle((HANDLE)copy));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
    assert_no_socket(copy);
}

/* The copy goes first; what it did holds for the socket. */
CASE(handle, duplicate_closed_first)
{
    SOCKET s, copy;
    int k;

    connect_pair(&k, &s);
    copy = duplicate(s, GetCurrentProcess(), 0);
    exchange_bytes(copy, k);
    assert_works(shutdown(copy, SD_SEND));
    ck_assert(CloseHandle((HANDLE)copy));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
    peer_ok("send %d 78 1000", k);
    recv_pattern(s, 0);
    ck_assert(selects(s, 'r', PATIENCE));
    assert_fails(send(s, "x", 1, 0), WSAESHUTDOWN);
    assert_works(closesocket(s));
}

static void assert_protected(SOCKET s, BOOL protect)
{
    ck_assert(SetHandleInformation((HANDLE)s, HANDLE_FLAG_PROTECT_FROM_CLOSE,
                                   protect ? HANDLE_FLAG_PROTECT_FROM_CLOSE : 0));
}

CASE(handle, protected)
{
    SOCKET s, copy;
    int k;

    connect_pair(&k, &s);
    assert_protected(s, TRUE);
    for (int i = 0; i < 3; i++) {
        ck_assert(!CloseHandle((HANDLE)s));
        exchange_bytes(s, k);
    }
    copy = duplicate(s, GetCurrentProcess(), DUPLICATE_CLOSE_SOURCE);
    exchange_bytes(s, k);
    exchange_bytes(copy, k);
    assert_works(closesocket(copy));
    exchange_bytes(s, k);
    /* What the socket knows of itself has not been forgotten. */
    assert_works(shutdown(s, SD_SEND));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
    ck_assert(!CloseHandle((HANDLE)s));
    assert_fails(send(s, "x", 1, 0), WSAESHUTDOWN);
    assert_protected(s, FALSE);
    ck_assert(CloseHandle((HANDLE)s));
    assert_no_socket(s);
}

/* A call that waits is not disturbed by a close that fails. */
CASE(handle, protected_while_receiving)
{
    HANDLE thread;
    SOCKET s;
    int k;

    connect_pair(&k, &s);
    assert_protected(s, TRUE);
    thread = run_thread(receive, (void *)s);
    ck_assert_uint_eq(WaitForSingleObject(thread, 200), WAIT_TIMEOUT);
    ck_assert(!CloseHandle((HANDLE)s));
    ck_assert_uint_eq(WaitForSingleObject(thread, 200), WAIT_TIMEOUT);
    peer_ok("send %d 78 1000", k);
    ck_assert_uint_eq(thread_result(thread, PATIENCE), 0);
    assert_protected(s, FALSE);
    assert_works(closesocket(s));
}
