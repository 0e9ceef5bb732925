/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocking hooks of Winsock 1.1, and what becomes of a call that its hook cancels.
 *
 * Sources: the pages of WSACancelBlockingCall ("The original blocking call will terminate as soon
 * as possible with the error WSAEINTR"; "Canceling an accept or a select call does not adversely
 * impact the sockets passed to these calls"; after others closesocket alone can be relied on),
 * WSASetBlockingHook and WSAIsBlocking. */
#include "blocked.h"

static struct {
    int(WINAPI *cancel)(void);
    BOOL(WINAPI *is_blocking)(void);
    int armed, calls, result; /* of the first WSACancelBlockingCall */
    BOOL blocking;
    ULONGLONG at; /* when to cancel */
} hook;

static INT_PTR WINAPI cancel_at(void)
{
    if (!hook.armed || now_ms() < hook.at)
        return FALSE;
    if (hook.calls++ == 0) {
        hook.blocking = hook.is_blocking();
        hook.result = hook.cancel();
    }
    return FALSE;
}

static FARPROC in_wsock32(const char *name)
{
    HMODULE module = LoadLibraryA("wsock32.dll");

    return module ? GetProcAddress(module, name) : NULL;
}

static void start_with_hook(void)
{
    FARPROC(WINAPI * set_hook)(FARPROC);
    WSADATA data;

    set_hook = (FARPROC(WINAPI *)(FARPROC))(void *)in_wsock32("WSASetBlockingHook");
    hook.cancel = (int(WINAPI *)(void))(void *)in_wsock32("WSACancelBlockingCall");
    hook.is_blocking = (BOOL(WINAPI *)(void))(void *)in_wsock32("WSAIsBlocking");
    assert_code(WSAStartup(MAKEWORD(1, 1), &data), 0);
    if (!set_hook || !hook.cancel || !hook.is_blocking || !set_hook((FARPROC)cancel_at))
        skip_case("this Winsock has no blocking hooks");
}

/* Ends the call should the hook fail to. */
static struct {
    HANDLE thread, returned;
    SOCKET sender;        /* sends a byte, or, where it is none, */
    struct address place; /* connects to this */
} rescue;

static DWORD WINAPI come_to_rescue(void *unused)
{
    SOCKET s;

    (void)unused;
    if (WaitForSingleObject(rescue.returned, PATIENCE) == WAIT_OBJECT_0)
        return 0;
    if (rescue.sender != INVALID_SOCKET) {
        send(rescue.sender, "r", 1, 0);
        return 1;
    }
    s = socket(AF_INET, SOCK_STREAM, 0);
    connect(s, &rescue.place.sa, rescue.place.len);
    return 1;
}

/* From here on the hook cancels, once `ms` have passed. */
static void arm(int ms)
{
    rescue.returned = CreateEventA(NULL, TRUE, FALSE, NULL);
    ck_assert_ptr_nonnull(rescue.returned);
    rescue.thread = run_thread(come_to_rescue, NULL);
    hook.calls = 0;
    hook.result = SOCKET_ERROR;
    hook.blocking = FALSE;
    hook.at = now_ms() + (ULONGLONG)ms;
    hook.armed = 1;
}

/* The call has failed with WSAEINTR: because of the hook, and not before it said so. */
static void assert_cancelled(int failed, int error)
{
    hook.armed = 0;
    SetEvent(rescue.returned);
    ck_assert_msg(!thread_result(rescue.thread, 2 * PATIENCE),
                  "the call went on for %d ms after it was cancelled", PATIENCE);
    CloseHandle(rescue.returned);
    ck_assert_msg(failed, "the call did not fail");
    assert_code(error, WSAEINTR);
    ck_assert_int_gt(hook.calls, 0);
    ck_assert_int_eq(hook.result, 0);
    ck_assert_int_eq(hook.blocking, TRUE);
    ck_assert_int_eq(hook.is_blocking(), FALSE);
}

/* One byte there, one back. */
static void assert_connected(SOCKET a, SOCKET b)
{
    char byte = 0;

    assert_returns(send(a, "1", 1, 0), 1);
    assert_returns(recv(b, &byte, 1, 0), 1);
    ck_assert_int_eq(byte, '1');
    assert_returns(send(b, "2", 1, 0), 1);
    assert_returns(recv(a, &byte, 1, 0), 1);
    ck_assert_int_eq(byte, '2');
}

/* A stream that suffered is reset, and all but closesocket fails with WSAECONNABORTED; where it did
 * not, nothing is lost.  Another connection is untouched. */
CASE(hook, cancels_recv)
{
    SOCKET other[2];

    start_with_hook();
    tcp_pair(AF_INET, other);
    for (size_t i = 0; i < ARRAYSIZE(waits); i++) {
        char byte = 0;
        int n, error;
        SOCKET pair[2];

        tcp_pair(AF_INET, pair);
        rescue.sender = pair[1];
        arm(waits[i]);
        n = recv(pair[0], &byte, 1, 0);
        error = WSAGetLastError();
        assert_cancelled(n == SOCKET_ERROR, error);
        send(pair[1], "a", 1, 0);
        n = recv(pair[0], &byte, 1, 0);
        error = WSAGetLastError();
        assert_works(closesocket(pair[0]));
        if (n == SOCKET_ERROR) {
            assert_code(error, WSAECONNABORTED);
        } else {
            ck_assert_int_eq(n, 1);
            ck_assert_int_eq(byte, 'a');
            assert_returns(recv(pair[1], &byte, 1, 0), 0);
        }
        assert_connected(other[0], other[1]);
        assert_works(closesocket(pair[1]));
    }
}

/* Any operation that was legal before the cancel is legal after it. */
CASE(hook, cancels_accept)
{
    struct address a;
    SOCKET l;

    start_with_hook();
    l = listener(AF_INET, 5);
    a = address_of(l);
    rescue.sender = INVALID_SOCKET;
    rescue.place = a;
    for (size_t i = 0; i < ARRAYSIZE(waits); i++) {
        SOCKET client, s;
        int error;

        arm(waits[i]);
        s = accept(l, NULL, NULL);
        error = WSAGetLastError();
        assert_cancelled(s == INVALID_SOCKET, error);
        client = new_socket(AF_INET, SOCK_STREAM);
        assert_works(connect(client, &a.sa, a.len));
        s = accept(l, NULL, NULL);
        ck_assert(s != INVALID_SOCKET);
        assert_connected(client, s);
    }
}

/* The same. */
CASE(hook, cancels_select)
{
    SOCKET pair[2];

    start_with_hook();
    tcp_pair(AF_INET, pair);
    rescue.sender = pair[1];
    for (size_t i = 0; i < ARRAYSIZE(waits); i++) {
        fd_set set = {1, {pair[0]}};
        int n, error;

        arm(waits[i]);
        n = select(0, &set, NULL, NULL, NULL);
        error = WSAGetLastError();
        assert_cancelled(n == SOCKET_ERROR, error);
        assert_connected(pair[0], pair[1]);
        assert_returns(send(pair[1], "a", 1, 0), 1);
        ck_assert_int_eq(selects(pair[0], 'r', PATIENCE), 1);
        assert_returns(recv(pair[0], (char[1]){0}, 1, 0), 1);
        ck_assert_int_eq(selects(pair[0], 'r', 0), 0);
    }
}

/* WSAEINVAL: there is no outstanding blocking call. */
CASE(hook, nothing_to_cancel)
{
    start_with_hook();
    ck_assert_int_eq(hook.is_blocking(), FALSE);
    assert_fails(hook.cancel(), WSAEINVAL);
}
