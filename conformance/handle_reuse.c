/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A socket's handle value that becomes another object's: nothing of the socket clings to it.
 * Source: the page "CloseHandle"; values are free for any new handle of the process from then on.
 */
#include <stdbool.h>

#include "remote.h"

enum { MOST_HANDLES = 4096 }; /* before a value counts as one that does not come back */

static HANDLE make_event(void *unused)
{
    (void)unused;
    return CreateEventA(NULL, TRUE, FALSE, NULL);
}

static HANDLE make_datagram(void *unused)
{
    (void)unused;
    return (HANDLE)socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
}

static HANDLE make_stream(void *unused)
{
    (void)unused;
    return (HANDLE)socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
}

static HANDLE make_copy(void *socket)
{
    HANDLE copy = NULL;

    DuplicateHandle(GetCurrentProcess(), socket, GetCurrentProcess(), &copy, 0, FALSE,
                    DUPLICATE_SAME_ACCESS);
    return copy;
}

/* Makes objects until one has the value, and closes the others. */
static void take_value(SOCKET value, HANDLE (*make)(void *), void *context)
{
    static HANDLE others[MOST_HANDLES];
    int count = 0;
    HANDLE got;

    while ((got = make(context)) != (HANDLE)value && count < MOST_HANDLES) {
        ck_assert(got != NULL && got != INVALID_HANDLE_VALUE);
        others[count++] = got;
    }
    for (int i = 0; i < count; i++)
        CloseHandle(others[i]);
    if (got != (HANDLE)value)
        skip_case("the system does not use the value again");
}

/* A connection that has been used and shut down for sending, so that there is something to forget;
 * then closed as any handle. */
static SOCKET used_value(void)
{
    SOCKET s;
    int k;

    s = pair_up(AF_INET, &k);
    exchange_bytes(s, k);
    assert_works(shutdown(s, SD_SEND));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
    ck_assert(CloseHandle((HANDLE)s));
    return s;
}

CASE(handle_reuse, event)
{
    DWORD flags;
    SOCKET s;
    char byte;

    winsock();
    s = used_value();
    take_value(s, make_event, NULL);
    assert_fails(send(s, "x", 1, 0), WSAENOTSOCK);
    assert_fails(recv(s, &byte, 1, 0), WSAENOTSOCK);
    assert_fails(closesocket(s), WSAENOTSOCK);
    ck_assert(GetHandleInformation((HANDLE)s, &flags));
    assert_works(WSACleanup()); /* closes sockets, which this is not any more */
    ck_assert_uint_eq(WaitForSingleObject((HANDLE)s, 0), WAIT_TIMEOUT);
    ck_assert(SetEvent((HANDLE)s));
    ck_assert(CloseHandle((HANDLE)s));
}

/* A datagram socket: its type, and that it is not bound, are its own. */
CASE(handle_reuse, datagram)
{
    struct address to;
    SOCKET s, other;
    char byte;

    winsock();
    other = bound(AF_INET, SOCK_DGRAM);
    to = address_of(other);
    s = used_value();
    take_value(s, make_datagram, NULL);
    assert_fails(recv(s, &byte, 1, 0), WSAEINVAL);
    assert_returns(sendto(s, "x", 1, 0, &to.sa, to.len), 1);
    assert_returns(recv(other, &byte, 1, 0), 1);
}

/* A stream that has not connected, nor been shut down. */
CASE(handle_reuse, stream)
{
    struct address to;
    unsigned port;
    SOCKET s;
    int l, k;

    winsock();
    l = peer_listen(AF_INET, 5, &port);
    to = loopback(AF_INET, port);
    s = used_value();
    take_value(s, make_stream, NULL);
    assert_fails(send(s, "x", 1, 0), WSAENOTCONN);
    assert_works(connect(s, &to.sa, to.len));
    k = peer_accept(l);
    exchange_bytes(s, k);
    assert_works(closesocket(s));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
}

/* The value comes back without a Winsock call. */
CASE(handle_reuse, copy_of_datagram)
{
    struct address to;
    SOCKET s, other;
    char byte;

    winsock();
    other = bound(AF_INET, SOCK_DGRAM);
    to = address_of(other);
    s = used_value();
    take_value(s, make_copy, (void *)other);
    assert_returns(sendto(s, "x", 1, 0, &to.sa, to.len), 1);
    assert_returns(recv(s, &byte, 1, 0), 1);
    ck_assert(CloseHandle((HANDLE)s));
    assert_returns(sendto(other, "x", 1, 0, &to.sa, to.len), 1);
    assert_returns(recv(other, &byte, 1, 0), 1);
}

CASE(handle_reuse, copy_of_stream)
{
    SOCKET s, other;
    int k;

    winsock();
    other = pair_up(AF_INET, &k);
    s = used_value();
    take_value(s, make_copy, (void *)other);
    exchange_bytes(s, k);
    ck_assert(CloseHandle((HANDLE)s));
    exchange_bytes(other, k);
}

/* ---- closing while other threads send and receive ---- */

enum { RECORD = 64, SENDERS = 2, RECEIVE_LIMIT_MS = 50 };

static struct {
    volatile LONG64 socket;    /* of this round; 0: over */
    volatile LONG round, busy; /* threads that use the round's socket */
    volatile LONG odd;         /* an error that does not say that the socket has gone */
} race;

static bool is_gone(int error)
{
    static const int gone[] = {WSAENOTSOCK,           WSAECONNABORTED, WSAECONNRESET, WSAEINTR,
                               WSA_OPERATION_ABORTED, WSAESHUTDOWN,    WSAEBADF};

    for (size_t i = 0; i < ARRAYSIZE(gone); i++)
        if (error == gone[i])
            return true;
    return false;
}

/* Uses the socket until an error says that it has gone. */
static void use(SOCKET s, int round, bool receives)
{
    char record[RECORD];
    int n, error;

    memset(record, 'a' + round % 26, sizeof(record));
    do {
        n = receives ? recv(s, record, sizeof(record), 0) : send(s, record, sizeof(record), 0);
        error = n < 0 ? WSAGetLastError() : 0;
    } while (n > 0 || error == WSAETIMEDOUT);
    if (n == 0 || !is_gone(error))
        InterlockedCompareExchange(&race.odd, n ? error : -1, 0);
}

static DWORD WINAPI user(void *receives)
{
    LONG round, last = 0;

    for (;;) {
        while ((round = race.round) == last)
            Sleep(0);
        if (!race.socket)
            return 0;
        use((SOCKET)race.socket, round, receives != NULL);
        last = round;
        InterlockedDecrement(&race.busy);
    }
}

/* Everything that reached the other end is the round's. */
static DWORD WINAPI drain(void *socket)
{
    char bytes[4096];
    int n;
    DWORD odd = 0;

    while ((n = recv((SOCKET)socket, bytes, sizeof(bytes), 0)) > 0)
        for (int i = 0; i < n; i++)
            odd += bytes[i] != 'a' + race.round % 26;
    return odd;
}

/* One connection closed under its users; an event takes the handle's value meanwhile. */
static void race_once(int round, SOCKET bystander)
{
    HANDLE drainer, events[8];
    SOCKET pair[2];
    char byte;

    tcp_pair(AF_INET, pair);
    set_int(pair[0], SOL_SOCKET, SO_RCVTIMEO, RECEIVE_LIMIT_MS);
    race.busy = SENDERS + 1;
    race.socket = (LONG64)pair[0];
    InterlockedExchange(&race.round, round);
    drainer = run_thread(drain, (void *)pair[1]);
    for (int i = rand() % 4; i > 0; i--) {
        assert_returns(send(pair[1], "x", 1, 0), 1);
        Sleep(rand() % 3);
    }
    ck_assert(CloseHandle((HANDLE)pair[0]));
    for (size_t i = 0; i < ARRAYSIZE(events); i++)
        events[i] = CreateEventA(NULL, TRUE, FALSE, NULL);
    for (ULONGLONG end = now_ms() + 5000; race.busy; Sleep(1))
        ck_assert_msg(now_ms() < end, "%ld calls still wait on the closed socket", race.busy);
    ck_assert_uint_eq(thread_result(drainer, 5000), 0);
    for (size_t i = 0; i < ARRAYSIZE(events); i++) {
        ck_assert_uint_eq(WaitForSingleObject(events[i], 0), WAIT_TIMEOUT);
        CloseHandle(events[i]);
    }
    assert_works(closesocket(pair[1]));
    assert_fails(recv(bystander, &byte, 1, 0), WSAEWOULDBLOCK);
}

CASE(handle_reuse, close_while_in_use)
{
    HANDLE users[SENDERS + 1];
    ULONGLONG end;
    SOCKET bystanders[2];
    int round = 0;

    winsock();
    tcp_pair(AF_INET, bystanders);
    set_blocking(bystanders[1], 0);
    for (int i = 0; i <= SENDERS; i++)
        users[i] = run_thread(user, i ? NULL : &race);
    for (end = now_ms() + 1500; now_ms() < end || round < 5;)
        race_once(++round, bystanders[1]);
    race.socket = 0;
    InterlockedIncrement(&race.round);
    for (int i = 0; i <= SENDERS; i++)
        join_thread(users[i], 5000);
    ck_assert_msg(!race.odd, "error %s", wsa_name(race.odd));
    assert_returns(send(bystanders[0], "x", 1, 0), 1);
}

enum { LONG_SEND = 8 << 20 };

/* Events take the free values below a handle's, which then is the lowest to become free. Returns
 * how many. */
static int fill_below(SOCKET value, HANDLE fillers[MOST_HANDLES])
{
    int count = 0;

    do
        fillers[count] = make_event(NULL);
    while (fillers[count++] < (HANDLE)value && count < MOST_HANDLES);
    return count;
}

static DWORD WINAPI send_long(void *socket)
{
    static char bytes[LONG_SEND];
    int n = send((SOCKET)socket, bytes, sizeof(bytes), 0);

    return n < 0 ? (DWORD)WSAGetLastError() : (DWORD)n;
}

/* A send of which a part has gone ends with the handle; a connection that has the value at once
 * gets nothing of the rest.  Returns whether it got the value. */
static bool close_under_long_send(SOCKET l, const struct address *a, int wait)
{
    static HANDLE fillers[MOST_HANDLES];
    SOCKET pair[2], next, other;
    HANDLE sender;
    DWORD result;
    int filled;
    bool same;
    char byte;

    tcp_pair(AF_INET, pair);
    sender = run_thread(send_long, (void *)pair[0]);
    ck_assert_int_eq(selects(pair[1], 'r', 5000), 1);
    filled = fill_below(pair[0], fillers);
    Sleep((DWORD)wait);
    assert_works(closesocket(pair[0]));
    next = new_socket(AF_INET, SOCK_STREAM);
    same = next == pair[0];
    assert_works(connect(next, &a->sa, a->len));
    other = accept(l, NULL, NULL);
    ck_assert(other != INVALID_SOCKET);
    result = thread_result(sender, 5000);
    ck_assert_msg(is_gone((int)result), "the send ended with %lu", (unsigned long)result);
    set_int(other, SOL_SOCKET, SO_RCVTIMEO, 10);
    assert_fails(recv(other, &byte, 1, 0), WSAETIMEDOUT);
    assert_returns(send(next, "x", 1, 0), 1);
    ck_assert_int_eq(selects(other, 'r', 5000), 1);
    assert_returns(recv(other, &byte, 1, 0), 1);
    ck_assert_int_eq(byte, 'x');
    assert_works(closesocket(next));
    assert_works(closesocket(other));
    assert_works(closesocket(pair[1]));
    while (filled)
        CloseHandle(fillers[--filled]);
    return same;
}

CASE(handle_reuse, close_under_long_send)
{
    int same = 0;
    struct address a;
    ULONGLONG end;
    SOCKET l;

    winsock();
    l = listener(AF_INET, 5);
    a = address_of(l);
    for (end = now_ms() + 2000; now_ms() < end;)
        same += close_under_long_send(l, &a, rand() % 100);
    if (!same)
        skip_case("the system does not use the value again");
}
