/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Overlapped receives and sends in all their forms.  Sources: the pages of WSARecv, WSASend,
 * WSAGetOverlappedResult, CancelIoEx, SetFileCompletionNotificationModes; tests are Wine's, which
 * were run on Windows. */
#include "overlap.h"
#include "peer.h"

WSAOVERLAPPED with_event(void)
{
    WSAOVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};

    ck_assert_ptr_nonnull(overlapped.hEvent);
    return overlapped;
}

void check_started(const char *file, int line, const char *call, int done)
{
    int error = WSAGetLastError();

    _mark_point(file, line);
    if (!done && error != WSA_IO_PENDING)
        check_code(file, line, call, error, WSA_IO_PENDING);
}

int finish(SOCKET s, WSAOVERLAPPED *overlapped, DWORD *count)
{
    DWORD flags = 0;

    ck_assert_int_eq(WaitForSingleObject(overlapped->hEvent, PATIENCE), WAIT_OBJECT_0);
    *count = ~0u;
    WSASetLastError(0);
    return WSAGetOverlappedResult(s, overlapped, count, FALSE, &flags) ? 0 : WSAGetLastError();
}

int start_recv(SOCKET s, void *data, DWORD length, DWORD flags, WSAOVERLAPPED *overlapped)
{
    WSABUF buffer = {length, data};

    return WSARecv(s, &buffer, 1, NULL, &flags, overlapped, NULL);
}

int start_send(SOCKET s, const void *data, DWORD length, WSAOVERLAPPED *overlapped)
{
    WSABUF buffer = {length, (char *)data};

    return WSASend(s, &buffer, 1, NULL, 0, overlapped, NULL);
}

DWORD packet(HANDLE port, ULONG_PTR key, WSAOVERLAPPED *overlapped, DWORD count)
{
    WSAOVERLAPPED *got = NULL;
    ULONG_PTR got_key = 0;
    DWORD bytes = ~0u, error = 0;

    if (!GetQueuedCompletionStatus(port, &bytes, &got_key, &got, PATIENCE))
        error = GetLastError();
    ck_assert_ptr_eq(got, overlapped);
    ck_assert_uint_eq(got_key, key);
    ck_assert_uint_eq(bytes, count);
    return error;
}

void no_packet(HANDLE port)
{
    WSAOVERLAPPED *got = NULL;
    ULONG_PTR key;
    DWORD bytes, error = 0;

    if (!GetQueuedCompletionStatus(port, &bytes, &key, &got, 50))
        error = GetLastError();
    ck_assert_ptr_null(got);
    ck_assert_uint_eq(error, WAIT_TIMEOUT);
}

void *extension(SOCKET s, GUID id)
{
    void *found = NULL;
    DWORD size;

    assert_works(WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof(id), &found,
                          sizeof(found), &size, NULL, NULL));
    ck_assert_ptr_nonnull(found);
    return found;
}

void close_with_reset(SOCKET s)
{
    struct linger reset = {1, 0};

    assert_works(setsockopt(s, SOL_SOCKET, SO_LINGER, (char *)&reset, sizeof(reset)));
    assert_works(closesocket(s));
}

/* WSA_IO_PENDING, WSA_IO_INCOMPLETE while it pends, then bytes, event and flags. */
CASE(overlapped, recv_event)
{
    WSAOVERLAPPED ov = with_event();
    DWORD count, flags = 0;
    SOCKET pair[2];
    char data[8];

    winsock();
    tcp_pair(AF_INET, pair);
    assert_fails(start_recv(pair[0], data, sizeof(data), 0, &ov), WSA_IO_PENDING);
    ck_assert_int_eq(WaitForSingleObject(ov.hEvent, 0), WAIT_TIMEOUT);
    assert_refused(WSAGetOverlappedResult(pair[0], &ov, &count, FALSE, &flags), WSA_IO_INCOMPLETE);
    assert_returns(send(pair[1], "abc", 3, 0), 3);
    ck_assert_int_eq(finish(pair[0], &ov, &count), 0);
    ck_assert_uint_eq(count, 3);
    ck_assert_mem_eq(data, "abc", 3);
}

static DWORD routine_error, routine_count, routine_calls;
static WSAOVERLAPPED *routine_overlapped;

static void CALLBACK routine(DWORD error, DWORD count, LPWSAOVERLAPPED overlapped, DWORD flags)
{
    (void)flags;
    routine_calls++;
    routine_error = error;
    routine_count = count;
    routine_overlapped = overlapped;
}

/* The routine runs once, in an alertable wait only; the member hEvent is the program's. */
CASE(overlapped, recv_routine)
{
    WSAOVERLAPPED ov = {.hEvent = (HANDLE)0x1234};
    SOCKET pair[2];
    char data[8];
    WSABUF buffer = {sizeof(data), data};
    DWORD flags = 0;

    winsock();
    tcp_pair(AF_INET, pair);
    assert_fails(WSARecv(pair[0], &buffer, 1, NULL, &flags, &ov, routine), WSA_IO_PENDING);
    assert_returns(send(pair[1], "abcd", 4, 0), 4);
    Sleep(50);
    ck_assert_uint_eq(routine_calls, 0);
    ck_assert_int_eq(SleepEx(PATIENCE, TRUE), WAIT_IO_COMPLETION);
    ck_assert_uint_eq(routine_calls, 1);
    ck_assert_uint_eq(routine_error, 0);
    ck_assert_uint_eq(routine_count, 4);
    ck_assert_ptr_eq(routine_overlapped, &ov);
    ck_assert_ptr_eq(ov.hEvent, (HANDLE)0x1234);
    /* a cancelled one tells so */
    assert_fails(WSARecv(pair[0], &buffer, 1, NULL, &flags, &ov, routine), WSA_IO_PENDING);
    ck_assert(CancelIoEx((HANDLE)pair[0], &ov));
    ck_assert_int_eq(SleepEx(PATIENCE, TRUE), WAIT_IO_COMPLETION);
    ck_assert_uint_eq(routine_calls, 2);
    assert_code((int)routine_error, WSA_OPERATION_ABORTED);
    ck_assert_uint_eq(routine_count, 0);
}

/* A packet per operation, that at once as well; none where the event's lowest bit is set; a routine
 * and a port exclude each other. */
CASE(overlapped, port)
{
    WSAOVERLAPPED ov = {0}, quiet = with_event();
    HANDLE port, event = quiet.hEvent;
    SOCKET pair[2];
    char data[8];
    WSABUF buffer = {sizeof(data), data};
    DWORD flags = 0;

    winsock();
    tcp_pair(AF_INET, pair);
    port = CreateIoCompletionPort((HANDLE)pair[0], NULL, 7, 0);
    assert_fails(start_recv(pair[0], data, sizeof(data), 0, &ov), WSA_IO_PENDING);
    no_packet(port);
    assert_returns(send(pair[1], "abc", 3, 0), 3);
    ck_assert_uint_eq(packet(port, 7, &ov, 3), 0);
    assert_works(start_send(pair[0], "xy", 2, &ov));
    ck_assert_uint_eq(packet(port, 7, &ov, 2), 0);
    quiet.hEvent = (HANDLE)((ULONG_PTR)event | 1);
    assert_fails(start_recv(pair[0], data, sizeof(data), 0, &quiet), WSA_IO_PENDING);
    assert_returns(send(pair[1], "abc", 3, 0), 3);
    ck_assert_int_eq(WaitForSingleObject(event, PATIENCE), WAIT_OBJECT_0);
    no_packet(port);
    assert_fails(WSARecv(pair[0], &buffer, 1, NULL, &flags, &ov, routine), WSAEINVAL);
}

/* FILE_SKIP_COMPLETION_PORT_ON_SUCCESS: none for an operation that succeeds at once. */
CASE(overlapped, skip_on_success)
{
    WSAOVERLAPPED ov = {0};
    SOCKET pair[2];
    HANDLE port;
    char data[8];

    winsock();
    tcp_pair(AF_INET, pair);
    port = CreateIoCompletionPort((HANDLE)pair[0], NULL, 7, 0);
    ck_assert(
        SetFileCompletionNotificationModes((HANDLE)pair[0], FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
    assert_works(start_send(pair[0], "xy", 2, &ov));
    no_packet(port);
    assert_fails(start_recv(pair[0], data, sizeof(data), 0, &ov), WSA_IO_PENDING);
    assert_returns(send(pair[1], "abc", 3, 0), 3);
    ck_assert_uint_eq(packet(port, 7, &ov, 3), 0);
}

/* A send completes with all bytes asked for, however slowly the native peer reads. */
CASE(overlapped, send_whole)
{
    enum { LENGTH = 6 << 20 };
    WSAOVERLAPPED ov = with_event();
    SOCKET l, s;
    DWORD count;
    char *data;
    int k;

    winsock();
    l = listener(AF_INET, 1);
    k = peer_connect(AF_INET, port_of(l));
    s = accept(l, NULL, NULL);
    data = malloc(LENGTH);
    for (size_t i = 0; i < LENGTH; i++)
        data[i] = (char)peer_pattern(i);
    assert_started(start_send(s, data, LENGTH, &ov));
    ck_assert_int_eq(WaitForSingleObject(ov.hEvent, 50), WAIT_TIMEOUT);
    peer_ok("drain %d 1 %d 10000", k, LENGTH);
    ck_assert_int_eq(finish(s, &ov, &count), 0);
    ck_assert_uint_eq(count, LENGTH);
}

/* CancelIoEx: one operation, all operations, none (ERROR_NOT_FOUND). */
CASE(overlapped, cancel)
{
    WSAOVERLAPPED first = with_event(), second = with_event();
    SOCKET pair[2];
    char data[8];
    DWORD count;

    winsock();
    tcp_pair(AF_INET, pair);
    assert_fails(start_recv(pair[0], data, 4, 0, &first), WSA_IO_PENDING);
    assert_fails(start_recv(pair[0], data + 4, 4, 0, &second), WSA_IO_PENDING);
    ck_assert(CancelIoEx((HANDLE)pair[0], &first));
    assert_code(finish(pair[0], &first, &count), WSA_OPERATION_ABORTED);
    ck_assert_uint_eq(count, 0);
    ck_assert_int_eq(WaitForSingleObject(second.hEvent, 0), WAIT_TIMEOUT);
    ck_assert(CancelIo((HANDLE)pair[0]));
    assert_code(finish(pair[0], &second, &count), WSA_OPERATION_ABORTED);
    assert_refused(CancelIoEx((HANDLE)pair[0], &first), ERROR_NOT_FOUND);
    /* the connection is unharmed */
    assert_returns(send(pair[1], "abc", 3, 0), 3);
    assert_returns(recv(pair[0], data, 8, 0), 3);
}

/* closesocket ends what pends, by event, routine and port alike. */
CASE(overlapped, close_pending)
{
    WSAOVERLAPPED ov = with_event(), called = {0}, queued = {0};
    SOCKET pair[2], ported[2];
    char data[12];
    WSABUF buffer = {4, data + 4};
    DWORD flags = 0, error;
    HANDLE port;

    winsock();
    tcp_pair(AF_INET, pair);
    tcp_pair(AF_INET, ported);
    port = CreateIoCompletionPort((HANDLE)ported[0], NULL, 9, 0);
    assert_fails(start_recv(pair[0], data, 4, 0, &ov), WSA_IO_PENDING);
    assert_fails(WSARecv(pair[0], &buffer, 1, NULL, &flags, &called, routine), WSA_IO_PENDING);
    assert_fails(start_recv(ported[0], data + 8, 4, 0, &queued), WSA_IO_PENDING);
    assert_works(closesocket(pair[0]));
    ck_assert_int_eq(WaitForSingleObject(ov.hEvent, PATIENCE), WAIT_OBJECT_0);
    ck_assert_uint_ne(ov.Internal, STATUS_PENDING);
    SleepEx(PATIENCE, TRUE);
    ck_assert_uint_eq(routine_calls, 1);
    assert_code((int)routine_error, WSA_OPERATION_ABORTED);
    assert_works(closesocket(ported[0]));
    error = packet(port, 9, &queued, 0);
    ck_assert_msg(error == ERROR_OPERATION_ABORTED || error == ERROR_CONNECTION_ABORTED,
                  "error %lu", error);
    /* the peers see an orderly end */
    assert_returns(recv(pair[1], data, 4, 0), 0);
    assert_returns(recv(ported[1], data, 4, 0), 0);
}

/* A handle that lives on keeps the operations. */
CASE(overlapped, close_duplicate)
{
    WSAOVERLAPPED ov = with_event();
    SOCKET pair[2];
    HANDLE other;
    char data[8];

    winsock();
    tcp_pair(AF_INET, pair);
    ck_assert(DuplicateHandle(GetCurrentProcess(), (HANDLE)pair[0], GetCurrentProcess(), &other, 0,
                              FALSE, DUPLICATE_SAME_ACCESS));
    assert_fails(start_recv(pair[0], data, 4, 0, &ov), WSA_IO_PENDING);
    assert_works(closesocket(pair[0]));
    ck_assert_int_eq(WaitForSingleObject(ov.hEvent, 100), WAIT_TIMEOUT);
    assert_returns(send(pair[1], "abc", 3, 0), 3);
    ck_assert_int_eq(WaitForSingleObject(ov.hEvent, PATIENCE), WAIT_OBJECT_0);
    ck_assert_uint_eq(ov.Internal, 0);
    ck_assert_uint_eq(ov.InternalHigh, 3);
    CloseHandle(other);
}

/* Tests: a receive that pends fails with the reset; the next is refused at once, without a packet.
 */
CASE(overlapped, reset)
{
    WSAOVERLAPPED ov = {0};
    SOCKET pair[2];
    HANDLE port;
    char data[8];

    winsock();
    tcp_pair(AF_INET, pair);
    port = CreateIoCompletionPort((HANDLE)pair[0], NULL, 7, 0);
    assert_fails(start_recv(pair[0], data, 4, 0, &ov), WSA_IO_PENDING);
    close_with_reset(pair[1]);
    ck_assert_uint_eq(packet(port, 7, &ov, 0), ERROR_NETNAME_DELETED);
    assert_fails(start_recv(pair[0], data, 4, 0, &ov), WSAECONNRESET);
    no_packet(port);
    assert_fails(send(pair[0], "x", 1, 0), WSAECONNRESET);
    assert_fails(recv(pair[0], data, 4, 0), WSAECONNRESET);
}

/* Tests: reset before the first receive. */
CASE(overlapped, reset_before)
{
    WSAOVERLAPPED ov = with_event();
    SOCKET pair[2];
    char data[8];

    winsock();
    tcp_pair(AF_INET, pair);
    close_with_reset(pair[1]);
    Sleep(50);
    assert_fails(start_recv(pair[0], data, 4, 0, &ov), WSAECONNRESET);
}

/* An orderly end is a completion with no bytes, again and again. */
CASE(overlapped, end_of_data)
{
    WSAOVERLAPPED ov = with_event();
    SOCKET pair[2];
    char data[8];
    DWORD count;

    winsock();
    tcp_pair(AF_INET, pair);
    assert_works(shutdown(pair[1], SD_SEND));
    for (int i = 0; i < 2; i++) {
        assert_started(start_recv(pair[0], data, 4, 0, &ov));
        ck_assert_int_eq(finish(pair[0], &ov, &count), 0);
        ck_assert_uint_eq(count, 0);
    }
    /* both sides ended: still no reset */
    assert_works(shutdown(pair[0], SD_SEND));
    assert_returns(recv(pair[1], data, 4, 0), 0);
    assert_started(start_recv(pair[0], data, 4, 0, &ov));
    ck_assert_int_eq(finish(pair[0], &ov, &count), 0);
    ck_assert_uint_eq(count, 0);
}

/* MSG_WAITALL: the buffer is full, or the data at its end. */
CASE(overlapped, wait_all)
{
    WSAOVERLAPPED ov = with_event();
    SOCKET pair[2];
    char data[16];
    DWORD count;

    winsock();
    tcp_pair(AF_INET, pair);
    assert_fails(start_recv(pair[0], data, 10, MSG_WAITALL, &ov), WSA_IO_PENDING);
    for (int i = 0; i < 4; i++) {
        ck_assert_int_eq(WaitForSingleObject(ov.hEvent, 30), WAIT_TIMEOUT);
        assert_returns(send(pair[1], "abc", 3, 0), 3);
    }
    ck_assert_int_eq(finish(pair[0], &ov, &count), 0);
    ck_assert_uint_eq(count, 10);
    ck_assert_mem_eq(data, "abcabcabca", 10);
    ck_assert_int_eq(selects(pair[0], 'r', PATIENCE), 1);
    assert_started(start_recv(pair[0], data, 10, 0, &ov));
    ck_assert_int_eq(finish(pair[0], &ov, &count), 0);
    ck_assert_uint_eq(count, 2);
    assert_fails(start_recv(pair[0], data, 10, MSG_WAITALL, &ov), WSA_IO_PENDING);
    assert_returns(send(pair[1], "xyz", 3, 0), 3);
    assert_works(shutdown(pair[1], SD_SEND));
    ck_assert_int_eq(finish(pair[0], &ov, &count), 0);
    ck_assert_uint_eq(count, 3);
}

/* Receives complete in the order of their calls; what comes from a plain send stands between
 * overlapped ones where it was made. */
CASE(overlapped, order)
{
    WSAOVERLAPPED ov[3];
    SOCKET pair[2];
    char data[3][2], all[8];
    DWORD count;

    winsock();
    tcp_pair(AF_INET, pair);
    for (int i = 0; i < 3; i++) {
        ov[i] = with_event();
        assert_fails(start_recv(pair[0], data[i], 2, 0, &ov[i]), WSA_IO_PENDING);
    }
    assert_returns(send(pair[1], "aabbcc", 6, 0), 6);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(finish(pair[0], &ov[i], &count), 0);
        ck_assert_uint_eq(count, 2);
        ck_assert_int_eq(data[i][0], 'a' + i);
    }
    assert_started(start_send(pair[0], "12", 2, &ov[0]));
    assert_returns(send(pair[0], "34", 2, 0), 2);
    assert_started(start_send(pair[0], "56", 2, &ov[1]));
    assert_returns(recv(pair[1], all, 6, MSG_WAITALL), 6);
    ck_assert_mem_eq(all, "123456", 6);
}

/* WSAGetOverlappedResult: pointers, a wait, an event that others set (tests: the structure is then
 * taken as it is), a handle of another kind. */
CASE(overlapped, result)
{
    WSAOVERLAPPED ov = with_event();
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    DWORD count = 0, flags = 0;
    SOCKET pair[2];
    char data[8];

    winsock();
    tcp_pair(AF_INET, pair);
    assert_refused(WSAGetOverlappedResult(pair[0], NULL, &count, FALSE, &flags),
                   WSA_INVALID_PARAMETER);
    assert_refused(WSAGetOverlappedResult((SOCKET)event, &ov, &count, FALSE, &flags), WSAENOTSOCK);
    assert_fails(start_recv(pair[0], data, 4, 0, &ov), WSA_IO_PENDING);
    assert_returns(send(pair[1], "abc", 3, 0), 3);
    ck_assert(WSAGetOverlappedResult(pair[0], &ov, &count, TRUE, &flags));
    ck_assert_uint_eq(count, 3);
    ov.Internal = STATUS_PENDING;
    SetEvent(ov.hEvent);
    ck_assert(WSAGetOverlappedResult(pair[0], &ov, &count, TRUE, &flags));
    assert_refused(WSAGetOverlappedResult(pair[0], &ov, &count, FALSE, &flags), WSA_IO_INCOMPLETE);
}

/* A datagram longer than the buffer: WSAEMSGSIZE with the bytes that fit; the address is stored. */
CASE(overlapped, datagram)
{
    WSAOVERLAPPED ov = with_event();
    struct address from = {.len = sizeof(from.any)}, at;
    DWORD count, flags = 0;
    char data[8];
    WSABUF buffer = {4, data};
    SOCKET a, b;

    winsock();
    a = bound(AF_INET, SOCK_DGRAM);
    b = bound(AF_INET, SOCK_DGRAM);
    at = address_of(a);
    assert_fails(WSARecvFrom(a, &buffer, 1, NULL, &flags, &from.sa, &from.len, &ov, NULL),
                 WSA_IO_PENDING);
    assert_returns(sendto(b, "abcdef", 6, 0, &at.sa, at.len), 6);
    assert_code(finish(a, &ov, &count), WSAEMSGSIZE);
    ck_assert_uint_eq(count, 4);
    ck_assert_mem_eq(data, "abcd", 4);
    ck_assert_uint_eq(address_port(&from), port_of(b));
}

/* Operations without an event complete by the handle itself. */
CASE(overlapped, by_handle)
{
    WSAOVERLAPPED ov = {0};
    SOCKET pair[2];
    char data[8];
    DWORD count = 0;

    winsock();
    tcp_pair(AF_INET, pair);
    assert_fails(start_recv(pair[0], data, 4, 0, &ov), WSA_IO_PENDING);
    assert_returns(send(pair[1], "ab", 2, 0), 2);
    ck_assert(GetOverlappedResult((HANDLE)pair[0], &ov, &count, TRUE));
    ck_assert_uint_eq(count, 2);
}
