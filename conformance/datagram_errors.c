/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What datagram sockets hear of ports that nobody has.  Sources: the pages of recvfrom, select and
 * WSAIoctl (SIO_UDP_CONNRESET). */
#include "overlap.h"

/* The address of a UDP port that nobody has. */
static struct address nobody(void)
{
    SOCKET s = bound(AF_INET, SOCK_DGRAM);
    struct address a = address_of(s);

    assert_works(closesocket(s));
    return a;
}

/* recvfrom's page: WSAECONNRESET: on a UDP-datagram socket this error indicates a previous send
 * operation resulted in an ICMP Port Unreachable message; sending itself succeeds. */
CASE(datagram, unreachable_connected)
{
    struct address a;
    char byte;
    SOCKET s;

    winsock();
    a = nobody();
    s = bound(AF_INET, SOCK_DGRAM);
    assert_works(connect(s, &a.sa, a.len));
    set_blocking(s, 0);
    for (int i = 0; i < 3; i++) {
        assert_returns(send(s, "x", 1, 0), 1);
        Sleep(20);
    }
    assert_fails(recv(s, &byte, 1, 0), WSAECONNRESET);
}

static void wait_at_most(SOCKET s, DWORD ms)
{
    assert_works(setsockopt(s, SOL_SOCKET, SO_RCVTIMEO, (char *)&ms, sizeof(ms)));
}

struct later {
    SOCKET s;
    struct address from, to;
    int ms;
};

static void end(HANDLE thread)
{
    WaitForSingleObject(thread, INFINITE);
    CloseHandle(thread);
}

static DWORD WINAPI send_later(void *context)
{
    const struct later *later = context;
    SOCKET s = socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);

    bind(s, &later->from.sa, later->from.len);
    Sleep((DWORD)later->ms);
    sendto(s, "later", 5, 0, &later->to.sa, later->to.len);
    closesocket(s);
    return 0;
}

/* An error is told once, to a receive that waits too; what comes after it arrives. */
CASE(datagram, unreachable_then_data)
{
    struct later later = {.ms = 400};
    char data[8];
    HANDLE thread;
    SOCKET s;

    winsock();
    later.from = nobody();
    s = bound(AF_INET, SOCK_DGRAM);
    later.to = address_of(s);
    wait_at_most(s, 5000);
    assert_works(connect(s, &later.from.sa, later.from.len));
    for (int i = 0; i < 3; i++) {
        assert_returns(send(s, "x", 1, 0), 1);
        Sleep(i == 2 ? 50 : 0);
        assert_fails(recv(s, data, sizeof(data), 0), WSAECONNRESET);
        thread = CreateThread(NULL, 0, send_later, &later, 0, NULL);
        assert_returns(recv(s, data, sizeof(data), 0), 5);
        end(thread);
    }
}

CASE(datagram, unreachable_unconnected)
{
    struct address a;
    char byte;
    SOCKET s;

    winsock();
    a = nobody();
    s = bound(AF_INET, SOCK_DGRAM);
    set_blocking(s, 0);
    for (int i = 0; i < 3; i++) {
        assert_returns(sendto(s, "x", 1, 0, &a.sa, a.len), 1);
        Sleep(20);
    }
    assert_fails(recv(s, &byte, 1, 0), WSAECONNRESET);
}

/* select's page: readable is what a receive does not wait for, an error among it.  It is told once.
 */
CASE(datagram, unreachable_selected)
{
    struct address a;
    char byte;
    SOCKET s;

    winsock();
    a = nobody();
    s = bound(AF_INET, SOCK_DGRAM);
    for (int i = 0; i < 3; i++) {
        ck_assert_int_eq(selects(s, 'r', 0), 0);
        assert_returns(sendto(s, "x", 1, 0, &a.sa, a.len), 1);
        ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
        assert_fails(recv(s, &byte, 1, 0), WSAECONNRESET);
        ck_assert_int_eq(selects(s, 'r', i ? 200 : 0), 0);
    }
}

static DWORD WINAPI send_to_nobody_later(void *context)
{
    const struct later *later = context;

    Sleep((DWORD)later->ms);
    sendto(later->s, "x", 1, 0, &later->to.sa, later->to.len);
    return 0;
}

/* The receive that waits is the one that hears of it. */
CASE(datagram, unreachable_while_waiting)
{
    struct later later = {.ms = 300};
    HANDLE thread;
    char byte;

    winsock();
    later.to = nobody();
    later.s = bound(AF_INET, SOCK_DGRAM);
    wait_at_most(later.s, 5000);
    for (int i = 0; i < 2; i++) {
        thread = CreateThread(NULL, 0, send_to_nobody_later, &later, 0, NULL);
        assert_fails(recv(later.s, &byte, 1, 0), WSAECONNRESET);
        end(thread);
    }
}

/* An overlapped receive after it may be told the same; the one after that has the data. */
CASE(datagram, unreachable_then_overlapped)
{
    struct later later = {.ms = 200};
    WSAOVERLAPPED overlapped = with_event();
    char data[8];
    WSABUF buffer = {sizeof(data), data};
    DWORD moved, flags;
    HANDLE thread;
    SOCKET s;
    int error = 0;

    winsock();
    later.from = nobody();
    s = bound(AF_INET, SOCK_DGRAM);
    later.to = address_of(s);
    assert_returns(sendto(s, "x", 1, 0, &later.from.sa, later.from.len), 1);
    Sleep(20);
    thread = CreateThread(NULL, 0, send_later, &later, 0, NULL);
    for (int i = 0; i < 2; i++) {
        flags = 0;
        error = WSARecvFrom(s, &buffer, 1, NULL, &flags, NULL, NULL, &overlapped, NULL)
                    ? WSAGetLastError()
                    : 0;
        if (error == WSA_IO_PENDING)
            error = finish(s, &overlapped, &moved);
        if (error != WSAECONNRESET)
            break;
    }
    ck_assert_int_eq(error, 0);
    ck_assert_uint_eq(overlapped.InternalHigh, 5);
    CloseHandle(overlapped.hEvent);
    end(thread);
}

static void tell_of_resets(SOCKET s, BOOL on)
{
    enum { IOCTL_UDP_CONNRESET = (int)0x9800000c };
    DWORD n;

    assert_works(WSAIoctl(s, (DWORD)IOCTL_UDP_CONNRESET, &on, sizeof(on), NULL, 0, &n, NULL, NULL));
}

/* SIO_UDP_CONNRESET off: no such error. */
CASE(datagram, unreachable_switched_off)
{
    struct address a;
    char byte;
    SOCKET s;

    winsock();
    a = nobody();
    s = bound(AF_INET, SOCK_DGRAM);
    assert_works(connect(s, &a.sa, a.len));
    tell_of_resets(s, FALSE);
    set_blocking(s, 0);
    assert_returns(send(s, "x", 1, 0), 1);
    Sleep(20);
    assert_fails(recv(s, &byte, 1, 0), WSAEWOULDBLOCK);
    assert_returns(send(s, "x", 1, 0), 1);
}

/* A datagram comes 300 ms from now; a receive gets it, whatever else was to be heard. */
static void assert_data_comes(SOCKET s)
{
    struct later data = {.from = loopback(AF_INET, 0), .to = address_of(s), .ms = 300};
    HANDLE thread = run_thread(send_later, &data);
    char text[8];

    assert_returns(recv(s, text, sizeof(text), 0), 5);
    ck_assert_mem_eq(text, "later", 5);
    end(thread);
}

/* The same of a socket that is not connected: to a receive that follows, and to one that waits. */
CASE(datagram, unreachable_off_unconnected)
{
    struct later to_nobody = {.ms = 0};
    HANDLE thread;

    winsock();
    to_nobody.to = nobody();
    to_nobody.s = bound(AF_INET, SOCK_DGRAM);
    wait_at_most(to_nobody.s, PATIENCE);
    tell_of_resets(to_nobody.s, FALSE);
    for (int i = 0; i < 3; i++) {
        to_nobody.ms = 0;
        ck_assert_uint_eq(send_to_nobody_later(&to_nobody), 0);
        Sleep(30);
        assert_data_comes(to_nobody.s);
        to_nobody.ms = 100;
        thread = run_thread(send_to_nobody_later, &to_nobody);
        assert_data_comes(to_nobody.s);
        end(thread);
    }
}

/* SIO_UDP_CONNRESET on again: the error is told as before. */
CASE(datagram, unreachable_on_again)
{
    struct address a;
    char byte;
    SOCKET s;

    winsock();
    a = nobody();
    s = bound(AF_INET, SOCK_DGRAM);
    wait_at_most(s, PATIENCE);
    for (int i = 0; i < 2; i++) {
        tell_of_resets(s, FALSE);
        assert_returns(sendto(s, "x", 1, 0, &a.sa, a.len), 1);
        Sleep(30);
        assert_data_comes(s);
        tell_of_resets(s, TRUE);
        assert_returns(sendto(s, "x", 1, 0, &a.sa, a.len), 1);
        assert_fails(recv(s, &byte, 1, 0), WSAECONNRESET);
    }
}
