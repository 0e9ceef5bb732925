/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* CancelIo and CancelIoEx beside a non-blocking send that took more than there was room for.
 *
 * Sources: "CancelIoEx" ("Marks any outstanding I/O operations for the specified file handle ... if
 * lpOverlapped is NULL, all I/O requests for the hFile parameter are canceled"; ERROR_NOT_FOUND: no
 * request to cancel was found), "CancelIo" (those of the calling thread; it succeeds where there is
 * none); Wine's test_send_buffering, run on Windows: what a send took is none of these. */
#include "overlap.h"

enum { SENT = 20 * 1024 * 1024 };

/* A connection on which a non-blocking send took what its peer has not read. */
static void pair_with_rest(SOCKET pair[2])
{
    char *bytes = make_pattern(SENT);

    winsock();
    tcp_pair(AF_INET, pair);
    set_blocking(pair[0], 0);
    assert_returns(send(pair[0], bytes, SENT, 0), SENT);
    free(bytes);
}

static void assert_all_arrives(SOCKET pair[2])
{
    HANDLE thread = run_thread(read_pattern, (void *)pair[1]);

    assert_works(closesocket(pair[0]));
    ck_assert_uint_eq(thread_result(thread, 30000), SENT);
}

static DWORD cancel_error(SOCKET s, WSAOVERLAPPED *overlapped)
{
    SetLastError(ERROR_UNTOUCHED);
    return CancelIoEx((HANDLE)s, overlapped) ? 0 : GetLastError();
}

CASE(cancel, nothing_pends)
{
    SOCKET pair[2];

    winsock();
    tcp_pair(AF_INET, pair);
    ck_assert_uint_eq(cancel_error(pair[0], NULL), ERROR_NOT_FOUND);
    ck_assert_int_ne(CancelIo((HANDLE)pair[0]), 0);
}

/* However often: nothing is found, nothing is lost, and the order stays. */
CASE(cancel, send_is_not_found)
{
    SOCKET pair[2];

    pair_with_rest(pair);
    for (int i = 0; i < 20; i++) {
        ck_assert_uint_eq(cancel_error(pair[0], NULL), ERROR_NOT_FOUND);
        ck_assert_int_ne(CancelIo((HANDLE)pair[0]), 0);
    }
    assert_fails(send(pair[0], "x", 1, 0), WSAEWOULDBLOCK);
    ck_assert(!selects(pair[0], 'w', 0));
    assert_all_arrives(pair);
}

CASE(cancel, receives_beside_a_send)
{
    WSAOVERLAPPED first = with_event(), second = with_event();
    char bytes[2];
    SOCKET pair[2];
    DWORD count;

    pair_with_rest(pair);
    assert_fails(start_recv(pair[0], &bytes[0], 1, 0, &first), WSA_IO_PENDING);
    assert_fails(start_recv(pair[0], &bytes[1], 1, 0, &second), WSA_IO_PENDING);
    ck_assert_uint_eq(cancel_error(pair[0], NULL), 0);
    assert_code(finish(pair[0], &first, &count), WSA_OPERATION_ABORTED);
    assert_code(finish(pair[0], &second, &count), WSA_OPERATION_ABORTED);
    assert_all_arrives(pair);
}

/* One is named; the other, and the send, go on. */
CASE(cancel, one_receive_beside_a_send)
{
    WSAOVERLAPPED first = with_event(), second = with_event();
    char bytes[2] = {0};
    SOCKET pair[2];
    DWORD count;

    pair_with_rest(pair);
    assert_fails(start_recv(pair[0], &bytes[0], 1, 0, &first), WSA_IO_PENDING);
    assert_fails(start_recv(pair[0], &bytes[1], 1, 0, &second), WSA_IO_PENDING);
    ck_assert_uint_eq(cancel_error(pair[0], &first), 0);
    assert_code(finish(pair[0], &first, &count), WSA_OPERATION_ABORTED);
    ck_assert_uint_eq(cancel_error(pair[0], &first), ERROR_NOT_FOUND);
    assert_returns(send(pair[1], "b", 1, 0), 1);
    ck_assert_int_eq(finish(pair[0], &second, &count), 0);
    ck_assert_uint_eq(count, 1);
    ck_assert_int_eq(bytes[1], 'b');
    assert_all_arrives(pair);
}

/* An overlapped send waits behind the rest.  Cancelled, it leaves none of its bytes. */
CASE(cancel, send_behind_a_send)
{
    static char tail[1000];
    WSAOVERLAPPED overlapped = with_event();
    SOCKET pair[2];
    DWORD count;

    pair_with_rest(pair);
    assert_fails(start_send(pair[0], tail, sizeof(tail), &overlapped), WSA_IO_PENDING);
    ck_assert_uint_eq(cancel_error(pair[0], NULL), 0);
    assert_code(finish(pair[0], &overlapped, &count), WSA_OPERATION_ABORTED);
    assert_all_arrives(pair);
}

struct foreign {
    SOCKET s;
    WSAOVERLAPPED overlapped;
    char byte;
    HANDLE started, end;
    int cancelled;
};

static DWORD WINAPI receive_here(void *context)
{
    struct foreign *foreign = context;

    start_recv(foreign->s, &foreign->byte, 1, 0, &foreign->overlapped);
    SetEvent(foreign->started);
    WaitForSingleObject(foreign->end, 10000);
    foreign->cancelled = CancelIo((HANDLE)foreign->s);
    return 0;
}

/* CancelIo is for what the calling thread has begun. */
CASE(cancel, of_the_thread_that_began_it)
{
    struct foreign foreign = {.overlapped = with_event()};
    HANDLE thread;
    SOCKET pair[2];
    DWORD count;

    pair_with_rest(pair);
    foreign.s = pair[0];
    foreign.started = CreateEventW(NULL, TRUE, FALSE, NULL);
    foreign.end = CreateEventW(NULL, TRUE, FALSE, NULL);
    thread = run_thread(receive_here, &foreign);
    ck_assert_uint_eq(WaitForSingleObject(foreign.started, 5000), WAIT_OBJECT_0);
    ck_assert_int_ne(CancelIo((HANDLE)pair[0]), 0);
    ck_assert_uint_eq(WaitForSingleObject(foreign.overlapped.hEvent, 50), WAIT_TIMEOUT);
    SetEvent(foreign.end);
    join_thread(thread, 5000);
    ck_assert_int_ne(foreign.cancelled, 0);
    assert_code(finish(pair[0], &foreign.overlapped, &count), WSA_OPERATION_ABORTED);
    assert_all_arrives(pair);
}

static volatile LONG sent_all;
static volatile LONG cancels;

static DWORD WINAPI cancel_on(void *s)
{
    while (!sent_all) {
        CancelIoEx((HANDLE)s, NULL);
        InterlockedIncrement(&cancels);
    }
    return 0;
}

/* Sends of one thread between the cancels of another, while the peer reads: each byte once, in
 * order. */
CASE(cancel, order_of_sends)
{
    enum { CHUNK = 1024 * 1024 };
    HANDLE reader, canceller;
    SOCKET pair[2];
    char *bytes = make_pattern(SENT);
    int at = 0;

    winsock();
    tcp_pair(AF_INET, pair);
    set_blocking(pair[0], 0);
    reader = run_thread(read_pattern, (void *)pair[1]);
    canceller = run_thread(cancel_on, (void *)pair[0]);
    while (!cancels)
        Sleep(1);
    while (at < SENT) {
        int length = SENT - at < CHUNK ? SENT - at : CHUNK;
        int n = send(pair[0], bytes + at, length, 0);

        if (n < 0) {
            assert_code(WSAGetLastError(), WSAEWOULDBLOCK);
            Sleep(1); /* a select would be cancelled too */
            continue;
        }
        ck_assert_int_eq(n, length);
        at += n;
    }
    InterlockedExchange(&sent_all, 1);
    join_thread(canceller, 5000);
    assert_works(closesocket(pair[0]));
    ck_assert_uint_eq(thread_result(reader, 30000), SENT);
    free(bytes);
}
