/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What may follow on a connect that was over at once, as one to this machine is: the calls that ask
 * for more than the data know of it too.
 *
 * Sources: the pages "connect", "WSAEventSelect" and "select"; Wine's test of events, which ran on
 * Windows ("Connect and then select"). */
#include "overlap.h"
#include "remote.h"

/* The calls of a case before its first: Winsock and the connect. */
static SOCKET connected(int *k)
{
    winsock();
    return connect_to_peer(k);
}

/* The events that come within the time, one enumeration after the other; *error: that of the last
 * FD_CLOSE. */
static long collect(SOCKET s, WSAEVENT event, long want, int *error)
{
    long found = 0;

    while ((found & want) != want && WaitForSingleObject(event, PATIENCE) == WAIT_OBJECT_0) {
        WSANETWORKEVENTS now;

        assert_works(WSAEnumNetworkEvents(s, event, &now));
        ck_assert_int_eq(found & now.lNetworkEvents, 0); /* each once */
        found |= now.lNetworkEvents;
        if (now.lNetworkEvents & FD_CONNECT)
            ck_assert_int_eq(now.iErrorCode[FD_CONNECT_BIT], 0);
        if (now.lNetworkEvents & FD_CLOSE)
            *error = now.iErrorCode[FD_CLOSE_BIT];
    }
    return found;
}

/* The peer sends one byte, and FD_READ alone is told. */
static void assert_told_of_data(SOCKET s, WSAEVENT event, int k)
{
    int unused;

    peer_ok("send %d 61 1000", k);
    ck_assert_int_eq(collect(s, event, FD_READ, &unused), FD_READ);
}

/* FD_CONNECT is told to who selects it afterwards, once. */
CASE(connect_then, event)
{
    int k, error;
    SOCKET s = connected(&k);
    WSAEVENT event = WSACreateEvent();
    char byte;

    assert_works(WSAEventSelect(s, event, FD_CONNECT | FD_WRITE | FD_READ | FD_CLOSE));
    ck_assert_int_eq(collect(s, event, FD_CONNECT | FD_WRITE, &error), FD_CONNECT | FD_WRITE);
    ck_assert_uint_eq(WaitForSingleObject(event, 100), WAIT_TIMEOUT);
    assert_told_of_data(s, event, k);
    assert_returns(recv(s, &byte, 1, 0), 1);
    peer_ok("close %d", k);
    ck_assert_int_eq(collect(s, event, FD_CLOSE, &error) & FD_CLOSE, FD_CLOSE);
    WSACloseEvent(event);
}

/* Not to who does not ask for it. */
CASE(connect_then, event_of_data)
{
    int k;
    SOCKET s = connected(&k);
    WSAEVENT event = WSACreateEvent();

    assert_works(WSAEventSelect(s, event, FD_READ));
    ck_assert_uint_eq(WaitForSingleObject(event, 100), WAIT_TIMEOUT);
    assert_told_of_data(s, event, k);
    WSACloseEvent(event);
}

/* A connection that was reset before anybody selected its events: whether a receive has heard of it
 * or not, it was no orderly end. */
CASE(connect_then, reset_then_event)
{
    winsock();
    for (int received = 0; received < 2; received++) {
        WSAEVENT event = WSACreateEvent();
        int k, error = 0;
        char byte;
        SOCKET s = connect_to_peer(&k);

        peer_ok("abort %d", k);
        Sleep(50);
        if (received)
            assert_fails(recv(s, &byte, 1, 0), WSAECONNRESET);
        assert_works(WSAEventSelect(s, event, FD_CLOSE));
        doing("%s a receive", received ? "after" : "without");
        ck_assert_int_eq(collect(s, event, FD_CLOSE, &error), FD_CLOSE);
        if (error != WSAECONNRESET)
            assert_code(error, WSAECONNABORTED);
        WSACloseEvent(event);
    }
}

static DWORD WINAPI wait_for_writing(void *s)
{
    return (DWORD)selects((SOCKET)s, 'w', 5000);
}

/* Whoever waited for the socket before it was connected hears of it. */
CASE(connect_then, waited_for_before)
{
    winsock();
    for (int wait = 10; wait <= 300; wait += 290) {
        unsigned port;
        int l = peer_listen(AF_INET, 5, &port);
        struct address a = loopback(AF_INET, port);
        SOCKET s = new_socket(AF_INET, SOCK_STREAM);
        HANDLE thread = run_thread(wait_for_writing, (void *)s);

        Sleep(wait);
        ck_assert_uint_eq(WaitForSingleObject(thread, 0), WAIT_TIMEOUT);
        assert_works(connect(s, &a.sa, a.len));
        ck_assert_uint_eq(thread_result(thread, PATIENCE), 1);
        exchange_bytes(s, peer_accept(l));
    }
}

/* What wepoll, libuv and mio hand to the device. */
struct device_poll {
    LARGE_INTEGER timeout;
    ULONG count, exclusive;
    HANDLE socket;
    ULONG events;
    LONG status;
};

enum {
    DEVICE_POLL = 0x12024,
    DEVICE_EVENT_SELECT = 0x12087,
    DEVICE_GET_EVENTS = 0x1208b,
    DEVICE_POLL_CONNECT = 0x40
};

typedef LONG(NTAPI *device_control)(HANDLE file, HANDLE event, void *routine, void *context,
                                    void *io, ULONG code, void *in, ULONG in_len, void *out,
                                    ULONG out_len);

/* The connect completes the poll. */
static void connect_polled(int own)
{
    device_control control =
        (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "NtDeviceIoControlFile");
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    struct device_poll poll = {
        .timeout.QuadPart = INT64_MAX, .count = 1, .events = DEVICE_POLL_CONNECT};
    ULONG_PTR io[2] = {0, 0};
    struct address a;
    SOCKET s, other;
    unsigned port;
    int l;

    winsock();
    ck_assert(control != NULL && event != NULL);
    l = peer_listen(AF_INET, 5, &port);
    a = loopback(AF_INET, port);
    s = new_socket(AF_INET, SOCK_STREAM);
    other = new_socket(AF_INET, SOCK_STREAM);
    poll.socket = (HANDLE)s;
    ck_assert_uint_eq((ULONG)control((HANDLE)(own ? s : other), event, NULL, NULL, io, DEVICE_POLL,
                                     &poll, sizeof(poll), &poll, sizeof(poll)),
                      0x103); /* STATUS_PENDING */
    assert_works(connect(s, &a.sa, a.len));
    ck_assert_uint_eq(WaitForSingleObject(event, PATIENCE), WAIT_OBJECT_0);
    ck_assert_uint_eq(poll.count, 1);
    ck_assert_uint_eq(poll.events, DEVICE_POLL_CONNECT);
    exchange_bytes(s, peer_accept(l));
    assert_works(closesocket(s));
    assert_works(closesocket(other));
    CloseHandle(event);
}

/* Who asks the device itself for events is told of the connect before too, once (Wine's test of the
 * device, which ran on Windows). */
CASE(connect_then, device_events)
{
    device_control control =
        (void *)GetProcAddress(GetModuleHandleA("ntdll.dll"), "NtDeviceIoControlFile");
    HANDLE event = CreateEventA(NULL, TRUE, FALSE, NULL);
    struct {
        HANDLE event;
        int mask;
    } select = {event, DEVICE_POLL_CONNECT};
    struct {
        int flags, status[13];
    } found;
    ULONG_PTR io[2];
    int k, error;
    SOCKET s = connected(&k);

    ck_assert_uint_eq((ULONG)control((HANDLE)s, NULL, NULL, NULL, io, DEVICE_EVENT_SELECT, &select,
                                     sizeof(select), NULL, 0),
                      0);
    ck_assert_int_eq(collect(s, event, FD_CONNECT, &error), FD_CONNECT);
    assert_works(closesocket(s));
    s = connect_to_peer(&k);
    assert_works(WSAEventSelect(s, event, FD_CONNECT));
    for (int i = 0; i < 2; i++) {
        memset(&found, 0x5a, sizeof(found));
        ck_assert_uint_eq((ULONG)control((HANDLE)s, NULL, NULL, NULL, io, DEVICE_GET_EVENTS, NULL,
                                         0, &found, sizeof(found)),
                          0);
        ck_assert_int_eq(found.flags, i ? 0 : DEVICE_POLL_CONNECT);
        ck_assert_int_eq(found.status[8], 0);
    }
    assert_works(closesocket(s));
    CloseHandle(event);
}

/* So does who polls the device itself, whatever the handle by which it is asked. */
CASE(connect_then, device_polled_before)
{
    connect_polled(1);
}

CASE(connect_then, device_polled_by_another)
{
    connect_polled(0);
}

static const int families[] = {AF_INET, AF_INET6};

/* The port is the program's from its bind on, whatever comes of the connect. */
CASE(connect_then, bound_and_refused)
{
    struct address a, before;
    SOCKET s;

    winsock();
    for (int i = 0; i < 2; i++) {
        s = bound(families[i], SOCK_STREAM);
        before = address_of(s);
        a = loopback(families[i], refused_port(families[i]));
        assert_fails(connect(s, &a.sa, a.len), WSAECONNREFUSED);
        ck_assert_uint_eq(port_of(s), address_port(&before));
        assert_works(closesocket(s));
    }
}

/* Whichever handle selects it is told of the connect. */
CASE(connect_then, duplicated_event)
{
    WSANETWORKEVENTS events;
    WSAEVENT event;
    HANDLE copy;
    int k;
    SOCKET s = connected(&k);

    event = WSACreateEvent();
    ck_assert(DuplicateHandle(GetCurrentProcess(), (HANDLE)s, GetCurrentProcess(), &copy, 0, FALSE,
                              DUPLICATE_SAME_ACCESS));
    assert_works(WSAEventSelect((SOCKET)copy, event, FD_CONNECT | FD_WRITE));
    ck_assert_uint_eq(WSAWaitForMultipleEvents(1, &event, FALSE, PATIENCE, FALSE),
                      WSA_WAIT_EVENT_0);
    assert_works(WSAEnumNetworkEvents((SOCKET)copy, event, &events));
    ck_assert_int_eq(events.lNetworkEvents & FD_CONNECT, FD_CONNECT);
    ck_assert_int_eq(events.iErrorCode[FD_CONNECT_BIT], 0);
    assert_works(closesocket((SOCKET)copy));
    assert_works(closesocket(s));
}

/* Through another handle the connection is one too: its name, data, shutdown. */
CASE(connect_then, duplicated)
{
    struct address mine, others;
    HANDLE copy;
    SOCKET other;
    int k;
    SOCKET s = connected(&k);

    ck_assert(DuplicateHandle(GetCurrentProcess(), (HANDLE)s, GetCurrentProcess(), &copy, 0, FALSE,
                              DUPLICATE_SAME_ACCESS));
    other = (SOCKET)copy;
    mine.len = others.len = sizeof(mine.any);
    assert_works(getpeername(s, &mine.sa, &mine.len));
    assert_works(getpeername(other, &others.sa, &others.len));
    ck_assert_uint_eq(address_port(&others), address_port(&mine));
    ck_assert_uint_eq(address_port(&others), peer_port(k));
    exchange_bytes(other, k);
    assert_works(closesocket(s));
    exchange_bytes(other, k);
    assert_works(shutdown(other, SD_SEND));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
}

/* Overlapped receives on it wait for what comes. */
CASE(connect_then, overlapped)
{
    WSAOVERLAPPED o = with_event();
    DWORD n = 0;
    char byte = 0;
    int k;
    SOCKET s = connected(&k);

    assert_fails(start_recv(s, &byte, 1, 0, &o), WSA_IO_PENDING);
    peer_ok("send %d 61 1000", k);
    assert_works(finish(s, &o, &n));
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(byte, 'a');
}

/* ReadFile and WriteFile take the handle without asking Winsock. */
CASE(connect_then, file_calls)
{
    OVERLAPPED o = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    DWORD n = 0;
    char byte = 0;
    int k;
    SOCKET s = connected(&k);

    peer_ok("send %d 61 1000", k);
    if (!ReadFile((HANDLE)s, &byte, 1, NULL, &o))
        assert_code((int)GetLastError(), ERROR_IO_PENDING);
    ck_assert(GetOverlappedResult((HANDLE)s, &o, &n, TRUE));
    ck_assert_uint_eq(n, 1);
    ck_assert_int_eq(byte, 'a');
    CloseHandle(o.hEvent);
    exchange_bytes(s, k);
}
