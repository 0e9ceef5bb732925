/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSAAsyncSelect with a real window.  Sources: its page; tests are Wine's, which were run on
 * Windows.  user32.dll is loaded here: the other cases have none. */
#include "overlap.h"

enum { MESSAGE = WM_USER + 7 };

static struct {
    HWND(WINAPI *create)
    (DWORD, LPCSTR, LPCSTR, DWORD, int, int, int, int, HWND, HMENU, HINSTANCE, LPVOID);
    BOOL(WINAPI *peek)(MSG *, HWND, UINT, UINT, UINT);
    BOOL(WINAPI *destroy)(HWND);
} user;

static HWND new_window(void)
{
    HMODULE user32 = LoadLibraryA("user32.dll");
    HWND window;

    user.create = (void *)GetProcAddress(user32, "CreateWindowExA");
    user.peek = (void *)GetProcAddress(user32, "PeekMessageA");
    user.destroy = (void *)GetProcAddress(user32, "DestroyWindow");
    window = user.create(0, "Message", NULL, 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL);
    if (!window)
        skip_case("no window can be made here");
    return window;
}

/* The next message within ms: its lParam; 0 for none.  It must be about s. */
static LPARAM told(HWND window, SOCKET s, int ms)
{
    ULONGLONG end = now_ms() + (ULONGLONG)ms;
    MSG message;

    do {
        if (user.peek(&message, window, MESSAGE, MESSAGE, PM_REMOVE)) {
            ck_assert_uint_eq(message.wParam, s);
            return message.lParam;
        }
        Sleep(5);
    } while (now_ms() < end);
    return 0;
}

CASE(async_select, life_of_a_connection)
{
    SOCKET l, s;
    HWND window;
    char data[8];
    int k;

    winsock();
    window = new_window();
    l = listener(AF_INET, 5);
    assert_works(WSAAsyncSelect(l, window, MESSAGE, FD_ACCEPT | FD_READ | FD_WRITE | FD_CLOSE));
    k = peer_connect(AF_INET, port_of(l));
    ck_assert_int_eq(told(window, l, PATIENCE), FD_ACCEPT);
    s = accept(l, NULL, NULL); /* inherits window, message and mask */
    ck_assert_int_eq(told(window, s, PATIENCE), FD_WRITE);
    peer_ok("send %d 61626364 1000", k);
    ck_assert_int_eq(told(window, s, PATIENCE), FD_READ);
    ck_assert_int_eq(told(window, s, 50), 0);
    assert_returns(recv(s, data, 2, 0), 2);
    ck_assert_int_eq(told(window, s, PATIENCE), FD_READ);
    assert_returns(recv(s, data, 8, 0), 2);
    ck_assert_int_eq(told(window, s, 50), 0);
    peer_ok("close %d", k);
    ck_assert_int_eq(told(window, s, PATIENCE), FD_CLOSE);
    ck_assert_int_eq(told(window, s, 50), 0);
    assert_works(closesocket(s));
}

/* FD_CONNECT comes before FD_WRITE; a refused connect has its code in the high half. */
CASE(async_select, connect)
{
    struct address to;
    unsigned port;
    HWND window;
    SOCKET s;

    winsock();
    window = new_window();
    peer_listen(AF_INET, 2, &port);
    to = loopback(AF_INET, port);
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_works(WSAAsyncSelect(s, window, MESSAGE, FD_CONNECT | FD_WRITE));
    assert_fails(connect(s, &to.sa, to.len), WSAEWOULDBLOCK);
    ck_assert_int_eq(told(window, s, PATIENCE), FD_CONNECT);
    ck_assert_int_eq(told(window, s, PATIENCE), FD_WRITE);
    to = loopback(AF_INET, refused_port(AF_INET));
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_works(WSAAsyncSelect(s, window, MESSAGE, FD_CONNECT | FD_WRITE));
    assert_fails(connect(s, &to.sa, to.len), WSAEWOULDBLOCK);
    ck_assert_int_eq(told(window, s, 5000), MAKELONG(FD_CONNECT, WSAECONNREFUSED));
}

/* Unlike an event, a new selection tells again of what holds (tests). */
CASE(async_select, again)
{
    SOCKET pair[2];
    HWND window;

    winsock();
    window = new_window();
    tcp_pair(AF_INET, pair);
    assert_returns(send(pair[1], "ab", 2, 0), 2);
    assert_works(WSAAsyncSelect(pair[0], window, MESSAGE, FD_READ));
    ck_assert_int_eq(told(window, pair[0], PATIENCE), FD_READ);
    ck_assert_int_eq(told(window, pair[0], 50), 0);
    assert_works(WSAAsyncSelect(pair[0], window, MESSAGE, FD_READ));
    ck_assert_int_eq(told(window, pair[0], PATIENCE), FD_READ);
    assert_works(WSAAsyncSelect(pair[0], window, 0, 0));
    assert_returns(send(pair[1], "ab", 2, 0), 2);
    ck_assert_int_eq(told(window, pair[0], 50), 0);
}

/* Tests: a receive that fails for its arguments re-enables FD_READ too. */
CASE(async_select, failed_receive)
{
    SOCKET pair[2];
    HWND window;
    char data[4];

    winsock();
    window = new_window();
    tcp_pair(AF_INET, pair);
    assert_works(WSAAsyncSelect(pair[0], window, MESSAGE, FD_READ));
    assert_returns(send(pair[1], "ab", 2, 0), 2);
    ck_assert_int_eq(told(window, pair[0], PATIENCE), FD_READ);
    assert_fails(recv(pair[0], data, -1, 0), WSAEFAULT);
    ck_assert_int_eq(told(window, pair[0], PATIENCE), FD_READ);
    ck_assert_int_eq(told(window, pair[0], 50), 0);
}

/* Tests: the code of a reset stands in the message. */
CASE(async_select, reset)
{
    SOCKET pair[2];
    HWND window;

    winsock();
    window = new_window();
    tcp_pair(AF_INET, pair);
    assert_works(WSAAsyncSelect(pair[0], window, MESSAGE, FD_READ | FD_CLOSE));
    close_with_reset(pair[1]);
    ck_assert_int_eq(told(window, pair[0], PATIENCE), MAKELONG(FD_CLOSE, WSAECONNABORTED));
    ck_assert_int_eq(told(window, pair[0], 50), 0);
}

CASE(async_select, refused)
{
    HWND window;
    SOCKET s;

    winsock();
    window = new_window();
    s = bound(AF_INET, SOCK_STREAM);
    assert_fails(WSAAsyncSelect(INVALID_SOCKET, window, MESSAGE, FD_READ), WSAENOTSOCK);
    assert_fails(WSAAsyncSelect(s, (HWND)(ULONG_PTR)0x7777, MESSAGE, FD_READ), WSAEINVAL);
    assert_fails(WSAAsyncSelect(s, window, MESSAGE, 1 << 20), WSAEINVAL);
    assert_works(user.destroy(window) ? 0 : -1);
}

/* The name functions answer by a message too; a window that is none is no error (tests). */
CASE(async_select, names)
{
    char answer[MAXGETHOSTSTRUCT];
    struct servent *service = (struct servent *)answer;
    HANDLE task;
    HWND window;
    LPARAM result;

    winsock();
    window = new_window();
    ck_assert_ptr_nonnull(WSAAsyncGetServByPort(NULL, 0, 0, NULL, NULL, 0));
    task = WSAAsyncGetServByName(window, MESSAGE, "http", "tcp", answer, sizeof(answer));
    ck_assert_ptr_nonnull(task);
    result = told(window, (SOCKET)task, 5000);
    ck_assert_int_ne(result, 0);
    ck_assert_int_eq(WSAGETASYNCERROR(result), 0);
    ck_assert_int_eq(service->s_port, htons(80));
}

/* No message of Windows has a number this high; Wine would take the first for an order to destroy
 * the window. */
CASE(async_select, number_too_high)
{
    static const unsigned numbers[] = {0x80000000u, 0x80000001u, 0xffffffffu};
    HWND window;
    SOCKET pair[2];
    char data[MAXGETHOSTSTRUCT];
    MSG message;

    winsock();
    window = new_window();
    tcp_pair(AF_INET, pair);
    assert_returns(send(pair[1], "ab", 2, 0), 2);
    for (unsigned i = 0; i < sizeof(numbers) / sizeof(numbers[0]); i++) {
        WSAAsyncSelect(pair[0], window, numbers[i], FD_READ);
        WSAAsyncGetProtoByNumber(window, numbers[i], IPPROTO_TCP, data, sizeof(data));
        for (int k = 0; k < 20; k++) {
            user.peek(&message, window, 0, 0, PM_REMOVE);
            Sleep(5);
        }
    }
    assert_works(WSAAsyncSelect(pair[0], window, MESSAGE, FD_READ));
    ck_assert_int_eq(told(window, pair[0], PATIENCE), FD_READ);
}
