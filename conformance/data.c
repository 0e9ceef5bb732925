/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stream data: send, recv, WSASend, WSARecv without overlapped, shutdown, close.  Sources: their
 * Win32 pages; tests are Wine's, which were run on Windows. */
#include "remote.h"

CASE(data, both_ways)
{
    winsock();
    for (int i = 0; i < 2; i++) {
        int k;
        SOCKET s = pair_up(i ? AF_INET6 : AF_INET, &k);

        exchange_bytes(s, k);
        peer_ok("fill %d 1 200000 5000", k);
        recv_pattern(s, 200000);
        assert_works(closesocket(s));
        ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
    }
}

/* A blocking send takes everything, however much. */
CASE(data, blocking_send_takes_all)
{
    enum { SIZE = 20 * 1024 * 1024 };
    char *bytes = make_pattern(SIZE);
    HANDLE thread;
    SOCKET pair[2];

    winsock();
    tcp_pair(AF_INET, pair);
    thread = run_thread(read_pattern, (void *)pair[1]);
    assert_returns(send(pair[0], bytes, SIZE, 0), SIZE);
    assert_works(shutdown(pair[0], SD_SEND));
    ck_assert_uint_eq(thread_result(thread, 20000), SIZE);
    free(bytes);
}

CASE(data, zero_bytes)
{
    char byte;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    assert_returns(send(s, "", 0, 0), 0);
    peer_ok("send %d 61 1000", k);
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    assert_returns(recv(s, &byte, 0, 0), 0);
    assert_returns(recv(s, NULL, 0, 0), 0);
    /* Nothing was taken, nothing sent. */
    assert_returns(recv(s, &byte, 1, 0), 1);
    ck_assert_str_eq(peer("read %d 1 50", k), "TIMEOUT");
}

CASE(data, nonblocking_recv)
{
    char bytes[8];
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    set_blocking(s, 0);
    assert_fails(recv(s, bytes, sizeof(bytes), 0), WSAEWOULDBLOCK);
    peer_ok("send %d 6162 1000", k);
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    assert_returns(recv(s, bytes, sizeof(bytes), 0), 2);
    assert_fails(recv(s, bytes, sizeof(bytes), 0), WSAEWOULDBLOCK);
}

CASE(data, peek)
{
    char bytes[8] = "";
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    peer_ok("send %d 616263 1000", k);
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    for (int i = 0; i < 3; i++) {
        assert_returns(recv(s, bytes, sizeof(bytes), MSG_PEEK), 3);
        ck_assert_str_eq(bytes, "abc");
    }
    assert_returns(recv(s, bytes, 1, 0), 1);
    assert_returns(recv(s, bytes, sizeof(bytes), MSG_PEEK), 2);
    ck_assert_int_eq(bytes[0], 'b');
}

/* MSG_WAITALL: the receive request completes only when the buffer is full or the connection ends.
 */
static DWORD WINAPI send_in_parts(void *s)
{
    for (int i = 0; i < 4; i++) {
        Sleep(60);
        send((SOCKET)s, "ab", 2, 0);
    }
    return 0;
}

CASE(data, waitall)
{
    char bytes[16] = "";
    HANDLE thread;
    SOCKET pair[2];

    winsock();
    tcp_pair(AF_INET, pair);
    thread = run_thread(send_in_parts, (void *)pair[0]);
    assert_returns(recv(pair[1], bytes, 8, MSG_WAITALL), 8);
    ck_assert_str_eq(bytes, "abababab");
    join_thread(thread, 5000);
    assert_returns(send(pair[0], "xyz", 3, 0), 3);
    assert_works(shutdown(pair[0], SD_SEND));
    assert_returns(recv(pair[1], bytes, 8, MSG_WAITALL), 3);
}

CASE(data, out_of_band)
{
    char byte = 0;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    set_blocking(s, 0);
    peer_ok("send %d 61 1000", k);
    peer_ok("oob %d 62", k);
    peer_ok("send %d 63 1000", k);
    ck_assert_int_eq(selects(s, 'x', PATIENCE), 1);
    assert_returns(recv(s, &byte, 1, MSG_OOB), 1);
    ck_assert_int_eq(byte, 'b');
    /* The rest of the stream is without it. */
    assert_returns(recv(s, &byte, 1, 0), 1);
    ck_assert_int_eq(byte, 'a');
    assert_returns(recv(s, &byte, 1, 0), 1);
    ck_assert_int_eq(byte, 'c');
    assert_returns(send(s, "z", 1, MSG_OOB), 1);
}

/* MSG_OOB with SO_OOBINLINE, or with none there: WSAEINVAL. */
CASE(data, out_of_band_inline)
{
    char byte = 0;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    set_int(s, SOL_SOCKET, SO_OOBINLINE, 1);
    peer_ok("oob %d 62", k);
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    assert_fails(recv(s, &byte, 1, MSG_OOB), WSAEINVAL);
    assert_returns(recv(s, &byte, 1, 0), 1);
    ck_assert_int_eq(byte, 'b');
}

CASE(data, not_connected)
{
    char byte;

    winsock();
    for (int i = 0; i < 3; i++) {
        SOCKET s = i == 0   ? new_socket(AF_INET, SOCK_STREAM)
                   : i == 1 ? bound(AF_INET, SOCK_STREAM)
                            : listener(AF_INET, 1);

        assert_fails(send(s, "x", 1, 0), WSAENOTCONN);
        assert_fails(recv(s, &byte, 1, 0), WSAENOTCONN);
        for (int how = SD_RECEIVE; how <= SD_BOTH; how++)
            assert_fails(shutdown(s, how), WSAENOTCONN);
    }
}

/* shutdown: WSAESHUTDOWN afterwards in that direction, again and again; the other one works
 * (tests). */
CASE(data, shutdown_send)
{
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    assert_returns(send(s, "abc", 3, 0), 3);
    assert_works(shutdown(s, SD_SEND));
    assert_works(shutdown(s, SD_SEND));
    assert_fails(send(s, "x", 1, 0), WSAESHUTDOWN);
    ck_assert_str_eq(peer_ok("read %d 10 5000", k), "616263");
    ck_assert_str_eq(peer("read %d 10 5000", k), "EOF");
    peer_ok("fill %d 1 1000 5000", k);
    recv_pattern(s, 1000);
}

CASE(data, shutdown_receive)
{
    char byte;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    assert_works(shutdown(s, SD_RECEIVE));
    assert_fails(recv(s, &byte, 1, 0), WSAESHUTDOWN);
    assert_fails(recv(s, &byte, 1, 0), WSAESHUTDOWN);
    send_pattern(s, 1000);
    peer_ok("drain %d 1 1000 5000", k);
    assert_works(shutdown(s, SD_RECEIVE));
}

CASE(data, shutdown_both)
{
    struct address a = {.len = sizeof(a.any)};
    char byte;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    assert_works(shutdown(s, SD_BOTH));
    assert_fails(recv(s, &byte, 1, 0), WSAESHUTDOWN);
    assert_fails(send(s, "x", 1, 0), WSAESHUTDOWN);
    ck_assert_str_eq(peer("read %d 10 5000", k), "EOF");
    /* Tests: the peer's name is still known. */
    assert_works(getpeername(s, &a.sa, &a.len));
}

/* WSAEINVAL: the how parameter is not valid. */
CASE(data, shutdown_how)
{
    SOCKET pair[2];

    winsock();
    tcp_pair(AF_INET, pair);
    assert_fails(shutdown(pair[0], 3), WSAEINVAL);
    assert_fails(shutdown(pair[0], -1), WSAEINVAL);
    assert_returns(send(pair[0], "x", 1, 0), 1);
}

CASE(data, end_of_stream)
{
    char byte;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    peer_ok("send %d 61 1000", k);
    peer_ok("close %d", k);
    assert_returns(recv(s, &byte, 1, 0), 1);
    for (int i = 0; i < 3; i++)
        assert_returns(recv(s, &byte, 1, 0), 0);
}

/* An abortive close of the peer is WSAECONNRESET, never an orderly end. */
CASE(data, reset)
{
    char byte;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    peer_ok("abort %d", k);
    Sleep(50);
    assert_fails(recv(s, &byte, 1, 0), WSAECONNRESET);
    assert_fails(recv(s, &byte, 1, 0), WSAECONNRESET);
    assert_fails(send(s, "x", 1, 0), WSAECONNRESET);
}

CASE(data, reset_seen_by_send)
{
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    peer_ok("abort %d", k);
    Sleep(50);
    assert_fails(send(s, "x", 1, 0), WSAECONNRESET);
}

CASE(data, reset_seen_after_select)
{
    char byte;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    peer_ok("abort %d", k);
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    ck_assert_int_eq(selects(s, 'w', 0), 1);
    assert_fails(recv(s, &byte, 1, 0), WSAECONNRESET);
}

static DWORD WINAPI recv_one(void *s)
{
    char byte;
    int n = recv((SOCKET)s, &byte, 1, 0);

    return n == SOCKET_ERROR ? (DWORD)WSAGetLastError() : (DWORD)n;
}

CASE(data, reset_while_blocked)
{
    HANDLE thread;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    thread = run_thread(recv_one, (void *)s);
    Sleep(150);
    peer_ok("abort %d", k);
    assert_code((int)thread_result(thread, PATIENCE), WSAECONNRESET);
}

/* open: with WSAEINTR or WSAECONNABORTED, and soon. */
CASE(data, closed_while_blocked)
{
    HANDLE thread;
    DWORD error;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    thread = run_thread(recv_one, (void *)s);
    Sleep(150);
    assert_works(closesocket(s));
    error = thread_result(thread, PATIENCE);
    if (error != WSAEINTR)
        assert_code((int)error, WSAECONNABORTED);
}

/* SO_LINGER {1, 0}: hard: the peer is reset.  The default delivers what was sent. */
CASE(data, hard_close)
{
    struct linger hard = {1, 0};
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    assert_works(setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&hard, sizeof(hard)));
    assert_works(closesocket(s));
    ck_assert_str_eq(peer("read %d 1 5000", k), "RESET");
}

CASE(data, default_close_delivers)
{
    enum { SIZE = 100000 };
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    send_pattern(s, SIZE);
    assert_works(closesocket(s));
    peer_ok("drain %d 1 %d 5000", k, SIZE);
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
}

/* CloseHandle on a SOCKET: the peer sees the end at once. */
CASE(data, close_handle)
{
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    exchange_bytes(s, k);
    ck_assert(CloseHandle((HANDLE)s));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
}

/* SO_RCVTIMEO: milliseconds; WSAETIMEDOUT, and the out arguments of WSARecv untouched (tests). */
CASE(data, receive_timeout)
{
    DWORD n = 4711, flags = 0;
    WSABUF buffer;
    ULONGLONG start;
    SOCKET pair[2];
    char byte;

    winsock();
    tcp_pair(AF_INET, pair);
    set_int(pair[0], SOL_SOCKET, SO_RCVTIMEO, 150);
    start = now_ms();
    assert_fails(recv(pair[0], &byte, 1, 0), WSAETIMEDOUT);
    ck_assert_uint_ge(now_ms() - start, 130);
    ck_assert_uint_lt(now_ms() - start, PATIENCE);
    buffer = (WSABUF){1, &byte};
    assert_fails(WSARecv(pair[0], &buffer, 1, &n, &flags, NULL, NULL), WSAETIMEDOUT);
    ck_assert_uint_eq(n, 4711);
    assert_returns(send(pair[1], "x", 1, 0), 1);
    assert_returns(recv(pair[0], &byte, 1, 0), 1);
}

/* Tests (test_send_buffering): a non-blocking send is all or nothing, however large. */
CASE(data, nonblocking_send_takes_all)
{
    enum { SIZE = 50 * 1024 * 1024 };
    char *bytes = make_pattern(SIZE);
    HANDLE thread;
    SOCKET pair[2];

    winsock();
    tcp_pair(AF_INET, pair);
    set_blocking(pair[0], 0);
    assert_returns(send(pair[0], bytes, SIZE, 0), SIZE);
    assert_fails(send(pair[0], bytes, 1, 0), WSAEWOULDBLOCK);
    free(bytes);
    assert_works(closesocket(pair[0]));
    thread = run_thread(read_pattern, (void *)pair[1]);
    ck_assert_uint_eq(thread_result(thread, 30000), SIZE);
}

/* What a send took is no operation of the program's any more: what the program cancels leaves it
 * alone (Wine's test_send_buffering, seen on Windows). */
CASE(data, cancel_spares_what_was_sent)
{
    enum { SIZE = 20 * 1024 * 1024 };
    char *bytes = make_pattern(SIZE);
    HANDLE thread;
    SOCKET pair[2];

    winsock();
    tcp_pair(AF_INET, pair);
    set_blocking(pair[0], 0);
    assert_returns(send(pair[0], bytes, SIZE, 0), SIZE);
    free(bytes);
    thread = run_thread(read_pattern, (void *)pair[1]);
    for (int i = 0; i < 50; i++) {
        CancelIoEx((HANDLE)pair[0], NULL);
        ck_assert_int_ne(CancelIo((HANDLE)pair[0]), 0);
    }
    assert_works(shutdown(pair[0], SD_SEND));
    CancelIoEx((HANDLE)pair[0], NULL);
    ck_assert_uint_eq(thread_result(thread, 30000), SIZE);
}

/* The same, and Windows says that there was nothing to cancel. */
CASE(data, cancel_finds_nothing)
{
    enum { SIZE = 20 * 1024 * 1024 };
    char *bytes = calloc(1, SIZE);
    SOCKET pair[2];
    DWORD error;

    winsock();
    tcp_pair(AF_INET, pair);
    set_blocking(pair[0], 0);
    assert_returns(send(pair[0], bytes, SIZE, 0), SIZE);
    SetLastError(ERROR_UNTOUCHED);
    error = CancelIoEx((HANDLE)pair[0], NULL) ? 0 : GetLastError();
    ck_assert_uint_eq(error, ERROR_NOT_FOUND);
    free(bytes);
}
