/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Urgent data, where more than one byte of it is about: recv, ioctlsocket, select and WSAPoll have
 * to agree at every step.  Windows keeps urgent bytes apart from the stream and hands each out once
 * with MSG_OOB (documentation of "protocol-independent out-of-band data"; what FIONREAD, SIOCATMARK
 * and WSAPoll say is as Wine's tests saw it on Windows).  A program is told of each byte before the
 * next comes.
 *
 * The cases run on a plain socket, and on one on which an overlapped receive was issued before. */
#include "overlap.h"

/* What pair[0] sends, pair[1] receives; it does not block. */
static void urgent_pair(SOCKET pair[2], int overlapped)
{
    WSAOVERLAPPED ov = with_event();
    char byte = 0;
    DWORD count;

    winsock();
    doing("overlapped %d", overlapped);
    tcp_pair(AF_INET, pair);
    set_int(pair[0], IPPROTO_TCP, TCP_NODELAY, 1);
    if (overlapped) {
        assert_returns(send(pair[0], "o", 1, 0), 1);
        start_recv(pair[1], &byte, 1, 0, &ov);
        ck_assert_int_eq(finish(pair[1], &ov, &count), 0);
    }
    set_blocking(pair[1], 0);
}

static void send_normal(SOCKET s, const char *text)
{
    assert_returns(send(s, text, (int)strlen(text), 0), (int)strlen(text));
    Sleep(20); /* until it is there; no call is made that could be told of anything */
}

static void send_urgent(SOCKET s, char byte)
{
    assert_returns(send(s, &byte, 1, MSG_OOB), 1);
    Sleep(20);
}

/* One of which the receiver is told before anything else comes. */
static void tell_urgent(SOCKET pair[2], char byte)
{
    send_urgent(pair[0], byte);
    ck_assert_int_eq(selects(pair[1], 'x', PATIENCE), 1);
}

static u_long number(SOCKET s, long code)
{
    u_long value = 4711;

    assert_works(ioctlsocket(s, code, &value));
    return value;
}

static int polls(SOCKET s, short events)
{
    WSAPOLLFD fd = {s, events, 0};

    return WSAPoll(&fd, 1, 0) == 1 && (fd.revents & events);
}

/* Every way to ask gives this answer: normal data to read, and urgent data that waits. */
#define assert_state(s, normal, urgent) check_state(__LINE__, s, normal, urgent)
static void check_state(int line, SOCKET s, int normal, int urgent)
{
    doing("line %d", line);
    ck_assert_int_eq(selects(s, 'x', urgent ? PATIENCE : 0), urgent);
    ck_assert_int_eq(selects(s, 'r', normal ? PATIENCE : 0), normal != 0);
    ck_assert_int_eq(polls(s, POLLRDBAND), urgent);
    ck_assert_int_eq(polls(s, POLLRDNORM), normal != 0);
    ck_assert_int_eq((int)number(s, SIOCATMARK), !urgent);
    ck_assert_int_eq((int)number(s, FIONREAD), normal);
}

static void get_urgent(SOCKET s, char want)
{
    char byte = 0;

    assert_returns(recv(s, &byte, 1, MSG_OOB), 1);
    ck_assert_int_eq(byte, want);
}

/* What normal data there is, by receives of `most` bytes. */
static void get_normal(SOCKET s, const char *want, int most)
{
    char bytes[32] = "";
    int got = 0;

    while (got < (int)strlen(want)) {
        int part = recv(s, bytes + got, most, 0);

        ck_assert_int_gt(part, 0);
        got += part;
    }
    ck_assert_str_eq(bytes, want);
}

static void nothing_left(SOCKET s)
{
    char byte;

    assert_state(s, 0, 0);
    assert_fails(recv(s, &byte, 1, 0), WSAEWOULDBLOCK);
    ck_assert_int_eq(recv(s, &byte, 1, MSG_OOB), SOCKET_ERROR);
}

static void one(SOCKET pair[2])
{
    assert_state(pair[1], 0, 0);
    send_normal(pair[0], "abc");
    assert_state(pair[1], 3, 0);
    send_urgent(pair[0], 'u');
    assert_state(pair[1], 3, 1);
    get_normal(pair[1], "ab", 2);
    assert_state(pair[1], 1, 1);
    get_urgent(pair[1], 'u');
    assert_state(pair[1], 1, 0);
    get_normal(pair[1], "c", 8);
    nothing_left(pair[1]);
    send_normal(pair[0], "d");
    assert_state(pair[1], 1, 0);
    get_normal(pair[1], "d", 8);
    nothing_left(pair[1]);
}

/* Data behind the byte: FIONREAD tells of it, and a receive gets that many. */
static void then_normal(SOCKET pair[2])
{
    char bytes[8];

    send_urgent(pair[0], 'u');
    assert_state(pair[1], 0, 1);
    send_normal(pair[0], "ab");
    assert_state(pair[1], 2, 1);
    assert_returns(recv(pair[1], bytes, sizeof(bytes), MSG_PEEK), 2);
    get_urgent(pair[1], 'u');
    assert_state(pair[1], 2, 0);
    get_normal(pair[1], "ab", 8);
    nothing_left(pair[1]);
}

/* All that stands behind it is read, and the urgent byte is still to be had. */
static void passed(SOCKET pair[2])
{
    send_normal(pair[0], "ab");
    tell_urgent(pair, 'u');
    send_normal(pair[0], "cd");
    get_normal(pair[1], "abcd", 8);
    assert_state(pair[1], 0, 1);
    get_urgent(pair[1], 'u');
    nothing_left(pair[1]);
}

static void two(SOCKET pair[2])
{
    send_normal(pair[0], "abc");
    send_urgent(pair[0], 'u');
    ck_assert_int_eq(polls(pair[1], POLLRDBAND), 1);
    send_urgent(pair[0], 'v');
    assert_state(pair[1], 3, 1);
    get_normal(pair[1], "a", 1);
    assert_state(pair[1], 2, 1);
    get_urgent(pair[1], 'u');
    assert_state(pair[1], 2, 1);
    get_normal(pair[1], "bc", 8);
    assert_state(pair[1], 0, 1);
    get_urgent(pair[1], 'v');
    nothing_left(pair[1]);
}

/* The first is received before the second comes, with data before it unread: it is not seen again.
 */
static void two_one_received(SOCKET pair[2])
{
    send_normal(pair[0], "ab");
    send_urgent(pair[0], 'u');
    get_urgent(pair[1], 'u');
    send_normal(pair[0], "cd");
    send_urgent(pair[0], 'v');
    send_normal(pair[0], "e");
    ck_assert_int_eq(selects(pair[1], 'x', PATIENCE), 1);
    get_normal(pair[1], "abcde", 8);
    assert_state(pair[1], 0, 1);
    get_urgent(pair[1], 'v');
    nothing_left(pair[1]);
}

/* Three, read between and not, and received last, in their order. */
static void three(SOCKET pair[2])
{
    tell_urgent(pair, 'u');
    send_normal(pair[0], "ab");
    tell_urgent(pair, 'v');
    get_normal(pair[1], "a", 1);
    send_normal(pair[0], "cd");
    send_urgent(pair[0], 'w');
    assert_state(pair[1], 1, 1);
    get_normal(pair[1], "bcd", 1);
    assert_state(pair[1], 0, 1);
    get_urgent(pair[1], 'u');
    assert_state(pair[1], 0, 1);
    get_urgent(pair[1], 'v');
    assert_state(pair[1], 0, 1);
    get_urgent(pair[1], 'w');
    nothing_left(pair[1]);
}

/* MSG_PEEK leaves an urgent byte where it is, the kernel's or not. */
static void peek(SOCKET pair[2])
{
    char byte;

    send_normal(pair[0], "a");
    send_urgent(pair[0], 'u');
    for (int i = 0; i < 2; i++) {
        assert_returns(recv(pair[1], &byte, 1, MSG_OOB | MSG_PEEK), 1);
        ck_assert_int_eq(byte, 'u');
        assert_state(pair[1], 1, 1);
        if (!i)
            send_urgent(pair[0], 'v');
    }
    get_urgent(pair[1], 'u');
    assert_returns(recv(pair[1], &byte, 1, MSG_OOB | MSG_PEEK), 1);
    ck_assert_int_eq(byte, 'v');
    get_urgent(pair[1], 'v');
    get_normal(pair[1], "a", 8);
    nothing_left(pair[1]);
}

/* MSG_WAITALL and a list of buffers go on behind an urgent byte. */
static void filled(SOCKET pair[2])
{
    char first[3] = "", second[3] = "";
    WSABUF list[] = {{2, first}, {2, second}};
    DWORD got = 0, flags = MSG_WAITALL;

    set_blocking(pair[1], 1);
    send_normal(pair[0], "a");
    tell_urgent(pair, 'u');
    send_normal(pair[0], "bc");
    send_urgent(pair[0], 'v');
    send_normal(pair[0], "d");
    assert_works(WSARecv(pair[1], list, 2, &got, &flags, NULL, NULL));
    ck_assert_uint_eq(got, 4);
    ck_assert_str_eq(first, "ab");
    ck_assert_str_eq(second, "cd");
    set_blocking(pair[1], 0);
    get_urgent(pair[1], 'u');
}

/* SO_OOBINLINE from the start: the bytes come in their places, and none waits apart. */
static void in_line(SOCKET pair[2])
{
    char byte;

    set_int(pair[1], SOL_SOCKET, SO_OOBINLINE, 1);
    send_normal(pair[0], "ab");
    send_urgent(pair[0], 'u');
    assert_state(pair[1], 3, 0);
    send_urgent(pair[0], 'v');
    send_normal(pair[0], "c");
    assert_state(pair[1], 5, 0);
    assert_fails(recv(pair[1], &byte, 1, MSG_OOB), WSAEINVAL);
    get_normal(pair[1], "abuvc", 8);
    assert_state(pair[1], 0, 0);
}

/* Switched on while urgent bytes wait: each not yet received comes in line, and SIOCATMARK says so
 * until then. */
static void switched_on(SOCKET pair[2])
{
    send_urgent(pair[0], 'u');
    get_urgent(pair[1], 'u');
    send_normal(pair[0], "a");
    send_urgent(pair[0], 'v');
    get_urgent(pair[1], 'v');
    send_normal(pair[0], "b");
    tell_urgent(pair, 'w');
    set_int(pair[1], SOL_SOCKET, SO_OOBINLINE, 1);
    ck_assert_int_eq(selects(pair[1], 'r', 0), 1);
    ck_assert_int_eq((int)number(pair[1], SIOCATMARK), FALSE);
    get_normal(pair[1], "abw", 8);
    assert_state(pair[1], 0, 0);
    send_urgent(pair[0], 'x');
    assert_state(pair[1], 1, 0);
    get_normal(pair[1], "x", 8);
    set_int(pair[1], SOL_SOCKET, SO_OOBINLINE, 0);
    send_urgent(pair[0], 'y');
    assert_state(pair[1], 0, 1);
    get_urgent(pair[1], 'y');
    nothing_left(pair[1]);
}

/* The same for one that was passed over: no byte gets lost. */
static void switched_on_late(SOCKET pair[2])
{
    tell_urgent(pair, 'u');
    send_normal(pair[0], "a");
    get_normal(pair[1], "a", 8);
    set_int(pair[1], SOL_SOCKET, SO_OOBINLINE, 1);
    ck_assert_int_eq(selects(pair[1], 'r', 0), 1);
    ck_assert_int_eq(polls(pair[1], POLLRDBAND), 0);
    ck_assert_int_eq((int)number(pair[1], FIONREAD), 1);
    get_normal(pair[1], "u", 8);
    assert_state(pair[1], 0, 0);
}

/* With all received the connection ends in order. */
static void closed(SOCKET pair[2])
{
    char byte;

    send_normal(pair[0], "a");
    tell_urgent(pair, 'u');
    send_urgent(pair[0], 'v');
    get_normal(pair[1], "a", 8);
    get_urgent(pair[1], 'u');
    get_urgent(pair[1], 'v');
    nothing_left(pair[1]);
    assert_works(closesocket(pair[1]));
    ck_assert_int_eq(selects(pair[0], 'r', PATIENCE), 1);
    assert_returns(recv(pair[0], &byte, 1, 0), 0);
}

/* The end of the peer's data behind urgent bytes. */
static void ended(SOCKET pair[2])
{
    char byte;

    tell_urgent(pair, 'u');
    send_normal(pair[0], "a");
    send_urgent(pair[0], 'v');
    assert_works(shutdown(pair[0], SD_SEND));
    Sleep(20);
    ck_assert_int_eq((int)number(pair[1], FIONREAD), 1);
    get_urgent(pair[1], 'u');
    get_normal(pair[1], "a", 8);
    ck_assert_int_eq((int)number(pair[1], FIONREAD), 0);
    ck_assert_int_eq((int)number(pair[1], SIOCATMARK), FALSE);
    get_urgent(pair[1], 'v');
    ck_assert_int_eq((int)number(pair[1], SIOCATMARK), TRUE);
    assert_returns(recv(pair[1], &byte, 1, 0), 0);
}

static void on_both(void (*act)(SOCKET pair[2]))
{
    for (int overlapped = 0; overlapped < 2; overlapped++) {
        SOCKET pair[2];

        urgent_pair(pair, overlapped);
        act(pair);
    }
}

#define BOTH(name)                                                                                 \
    CASE(urgent, name)                                                                             \
    {                                                                                              \
        on_both(name);                                                                             \
    }
BOTH(one)
BOTH(then_normal)
BOTH(passed)
BOTH(two)
BOTH(two_one_received)
BOTH(three)
BOTH(peek)
BOTH(filled)
BOTH(in_line)
BOTH(switched_on)
BOTH(switched_on_late)
BOTH(closed)
BOTH(ended)

/* An overlapped receive ends before an urgent byte, and the next goes on behind it. */
CASE(urgent, overlapped_receives)
{
    WSAOVERLAPPED ov = with_event();
    SOCKET pair[2];
    char bytes[9] = "";
    DWORD count, got = 0;

    urgent_pair(pair, 1);
    send_normal(pair[0], "ab");
    tell_urgent(pair, 'u');
    send_normal(pair[0], "cd");
    send_urgent(pair[0], 'v');
    send_normal(pair[0], "ef");
    while (got < 6) {
        start_recv(pair[1], bytes + got, 8 - got, 0, &ov);
        ck_assert_int_eq(finish(pair[1], &ov, &count), 0);
        got += count;
    }
    ck_assert_str_eq(bytes, "abcdef");
    get_urgent(pair[1], 'u');
}

/* FD_OOB: receiving the first tells of the second. */
CASE(urgent, events)
{
    WSANETWORKEVENTS out = {0};
    WSAEVENT event;
    SOCKET pair[2];

    urgent_pair(pair, 0);
    event = WSACreateEvent();
    assert_works(WSAEventSelect(pair[1], event, FD_OOB));
    send_normal(pair[0], "a");
    for (int i = 0; i < 3; i++) {
        if (i < 2)
            send_urgent(pair[0], (char)('u' + i));
        ck_assert_int_eq(WaitForSingleObject(event, i == 1 ? 0 : PATIENCE),
                         i == 1 ? WAIT_TIMEOUT : WAIT_OBJECT_0);
        assert_works(WSAEnumNetworkEvents(pair[1], event, &out));
        ck_assert_int_eq(out.lNetworkEvents, i == 1 ? 0 : FD_OOB);
        if (i)
            get_urgent(pair[1], (char)('u' + i - 1));
    }
    get_normal(pair[1], "a", 8);
    ck_assert_int_eq((int)number(pair[1], SIOCATMARK), TRUE);
}
