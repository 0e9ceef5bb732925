/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Datagrams: sendto, recvfrom and their WSA forms without overlapped.  Sources: their Win32 pages;
 * tests are Wine's, which were run on Windows. */
#include "overlap.h"
#include "remote.h"

static const int families[] = {AF_INET, AF_INET6};

CASE(datagram, both_ways)
{
    winsock();
    for (int i = 0; i < 2; i++) {
        SOCKET s = bound(families[i], SOCK_DGRAM);
        struct address a, from = {.len = sizeof(from.any)};
        char text[16] = "", source[64];
        unsigned port, source_port;
        int k = peer_udp(families[i], &port);

        a = loopback(families[i], port);
        assert_returns(sendto(s, "abc", 3, 0, &a.sa, a.len), 3);
        ck_assert_int_eq(
            sscanf(peer_ok("recvfrom %d 100 5000", k), "%63s %u %15s", source, &source_port, text),
            3);
        ck_assert_str_eq(source, loopback_text(families[i]));
        ck_assert_uint_eq(source_port, port_of(s));
        ck_assert_str_eq(text, "616263");
        peer_ok("sendto %d %s %u 313233", k, source, source_port);
        memset(text, 0, sizeof(text));
        assert_returns(recvfrom(s, text, sizeof(text), 0, &from.sa, &from.len), 3);
        ck_assert_str_eq(text, "123");
        ck_assert_int_eq(from.len, a.len);
        ck_assert_mem_eq(&from.any, &a.any, (size_t)a.len);
    }
}

/* If the socket is unbound, a unique value is assigned: sendto binds to the wildcard. */
CASE(datagram, sendto_binds)
{
    struct address a;
    unsigned port;
    SOCKET s;
    int k;

    winsock();
    k = peer_udp(AF_INET, &port);
    s = new_socket(AF_INET, SOCK_DGRAM);
    a = loopback(AF_INET, port);
    assert_returns(sendto(s, "x", 1, 0, &a.sa, a.len), 1);
    peer_ok("recvfrom %d 10 5000", k);
    a = address_of(s);
    ck_assert_uint_ne(address_port(&a), 0);
    ck_assert_uint_eq(a.v4.sin_addr.s_addr, INADDR_ANY);
    peer_ok("sendto %d 127.0.0.1 %u 61", k, address_port(&a));
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
}

/* Tests: recv on an unbound datagram socket is WSAEINVAL. */
CASE(datagram, recv_unbound)
{
    char byte;

    for (int blocking = 0; blocking < 2; blocking++) {
        SOCKET s;

        winsock();
        s = new_socket(AF_INET, SOCK_DGRAM);
        set_blocking(s, blocking);
        assert_fails(recv(s, &byte, 1, 0), WSAEINVAL);
        assert_fails(recvfrom(s, &byte, 1, 0, NULL, NULL), WSAEINVAL);
    }
}

CASE(datagram, send_without_destination)
{
    winsock();
    assert_fails(send(new_socket(AF_INET, SOCK_DGRAM), "x", 1, 0), WSAENOTCONN);
    assert_fails(send(bound(AF_INET, SOCK_DGRAM), "x", 1, 0), WSAENOTCONN);
}

/* WSAEMSGSIZE: the message was too large to fit into the buffer and was truncated: the buffer is
 * filled, the rest is lost. */
CASE(datagram, truncated)
{
    char text[8];
    unsigned port;
    SOCKET s;
    int k;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    k = peer_udp(AF_INET, &port);
    peer_ok("sendto %d 127.0.0.1 %u 6162636465", k, port_of(s));
    peer_ok("sendto %d 127.0.0.1 %u 787980", k, port_of(s));
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    memset(text, 0, sizeof(text));
    assert_fails(recv(s, text, 3, 0), WSAEMSGSIZE);
    ck_assert_str_eq(text, "abc");
    memset(text, 0, sizeof(text));
    assert_returns(recv(s, text, 3, 0), 3);
    ck_assert_int_eq(text[0], 'x');
}

CASE(datagram, truncated_wsarecvfrom)
{
    struct address from = {.len = sizeof(from.any)};
    DWORD n = 4711, flags = 0;
    char text[8] = "";
    WSABUF buffer = {2, text};
    unsigned port;
    SOCKET s;
    int k;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    k = peer_udp(AF_INET, &port);
    peer_ok("sendto %d 127.0.0.1 %u 616263", k, port_of(s));
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    assert_fails(WSARecvFrom(s, &buffer, 1, &n, &flags, &from.sa, &from.len, NULL, NULL),
                 WSAEMSGSIZE);
    ck_assert_str_eq(text, "ab");
    ck_assert_uint_eq(address_port(&from), port);
    ck_assert_int_eq(selects(s, 'r', 0), 0);
}

CASE(datagram, peek)
{
    struct address from = {.len = sizeof(from.any)};
    char text[8] = "";
    unsigned port;
    SOCKET s;
    int k;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    k = peer_udp(AF_INET, &port);
    peer_ok("sendto %d 127.0.0.1 %u 616263", k, port_of(s));
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    assert_returns(recvfrom(s, text, 8, MSG_PEEK, &from.sa, &from.len), 3);
    ck_assert_uint_eq(address_port(&from), port);
    /* Too small a buffer: told, and still there. */
    assert_fails(recv(s, text, 1, MSG_PEEK), WSAEMSGSIZE);
    assert_returns(recv(s, text, 8, 0), 3);
    ck_assert_int_eq(selects(s, 'r', 0), 0);
}

CASE(datagram, empty)
{
    struct address a;
    unsigned port;
    char byte;
    SOCKET s;
    int k;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    k = peer_udp(AF_INET, &port);
    peer_ok("sendto %d 127.0.0.1 %u -", k, port_of(s));
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    assert_returns(recv(s, &byte, 1, 0), 0);
    ck_assert_int_eq(selects(s, 'r', 0), 0);
    a = loopback(AF_INET, port);
    assert_returns(sendto(s, NULL, 0, 0, &a.sa, a.len), 0);
    ck_assert_str_eq(strrchr(peer_ok("recvfrom %d 10 5000", k), ' '), " ");
}

/* Tests: too short a fromlen is WSAEFAULT, and the datagram stays. */
CASE(datagram, short_fromlen)
{
    struct address from;
    unsigned port;
    char byte;
    SOCKET s;
    int k;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    k = peer_udp(AF_INET, &port);
    peer_ok("sendto %d 127.0.0.1 %u 61", k, port_of(s));
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    from.len = sizeof(from.v4) - 1;
    assert_fails(recvfrom(s, &byte, 1, 0, &from.sa, &from.len), WSAEFAULT);
    from.len = 0;
    assert_fails(recvfrom(s, &byte, 1, 0, &from.sa, &from.len), WSAEFAULT);
    from.len = sizeof(from.any);
    assert_returns(recvfrom(s, &byte, 1, 0, &from.sa, &from.len), 1);
    ck_assert_int_eq(from.len, sizeof(from.v4));
}

/* WSAEMSGSIZE: the message is larger than the maximum supported by the underlying transport. */
CASE(datagram, too_large)
{
    static char bytes[70000];
    struct address a;
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    a = address_of(s);
    assert_fails(sendto(s, bytes, sizeof(bytes), 0, &a.sa, a.len), WSAEMSGSIZE);
    assert_fails(sendto(s, bytes, 65508, 0, &a.sa, a.len), WSAEMSGSIZE);
    assert_returns(sendto(s, bytes, 65507, 0, &a.sa, a.len), 65507);
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    assert_returns(recv(s, bytes, sizeof(bytes), 0), 65507);
}

/* WSAEACCES: the requested address is a broadcast address, but the flag was not set. */
CASE(datagram, broadcast)
{
    struct address a;
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    a = loopback(AF_INET, 4711);
    a.v4.sin_addr.s_addr = INADDR_BROADCAST;
    assert_fails(sendto(s, "x", 1, 0, &a.sa, a.len), WSAEACCES);
}

CASE(datagram, bad_destination)
{
    struct address a;
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    a = address_of(s);
    assert_fails(sendto(s, "x", 1, 0, &a.sa, a.len - 1), WSAEFAULT);
    a = loopback(AF_INET6, address_port(&a));
    assert_fails(sendto(s, "x", 1, 0, &a.sa, a.len), WSAEAFNOSUPPORT);
}

/* A stream socket ignores the destination (On a connection-oriented socket, to and tolen are
 * ignored). */
CASE(datagram, sendto_on_stream)
{
    struct address a, from = {.len = sizeof(from.any)};
    SOCKET pair[2];
    char byte;

    winsock();
    tcp_pair(AF_INET, pair);
    a = loopback(AF_INET, refused_port(AF_INET));
    assert_returns(sendto(pair[0], "x", 1, 0, &a.sa, a.len), 1);
    assert_returns(recvfrom(pair[1], &byte, 1, 0, &from.sa, &from.len), 1);
}

CASE(datagram, gather)
{
    WSABUF buffers[3] = {{2, "ab"}, {0, NULL}, {1, "c"}};
    struct address a;
    unsigned port;
    DWORD n = 0;
    SOCKET s;
    int k;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    k = peer_udp(AF_INET, &port);
    a = loopback(AF_INET, port);
    assert_works(WSASendTo(s, buffers, 3, &n, 0, &a.sa, a.len, NULL, NULL));
    ck_assert_uint_eq(n, 3);
    ck_assert_ptr_nonnull(strstr(peer_ok("recvfrom %d 100 5000", k), " 616263"));
}

/* FILE_SKIP_COMPLETION_PORT_ON_SUCCESS, and an operation that is over at once but not well: either
 * the call itself fails and there is no packet, or it is pending and there is one (the page of the
 * mode).  Datagrams that do not fit: the one that came, and one to be sent, for which libuv's test
 * udp_dgram_too_big waits. */
CASE(overlapped, skip_on_success_failed)
{
    static char huge[65536];
    char data[4];
    WSABUF small = {sizeof(data), data}, large = {sizeof(huge), huge};
    DWORD flags = 0, count;
    WSAOVERLAPPED ov = {0};
    struct address at;
    HANDLE port;
    SOCKET s;
    int error;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    at = address_of(s);
    port = CreateIoCompletionPort((HANDLE)s, NULL, 7, 0);
    ck_assert(SetFileCompletionNotificationModes((HANDLE)s, FILE_SKIP_COMPLETION_PORT_ON_SUCCESS));
    assert_returns(sendto(s, "abcdef", 6, 0, &at.sa, at.len), 6);
    ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
    error = WSARecv(s, &small, 1, &count, &flags, &ov, NULL) ? WSAGetLastError() : 0;
    if (error == WSA_IO_PENDING)
        ck_assert_uint_eq(packet(port, 7, &ov, sizeof(data)), ERROR_MORE_DATA);
    else
        ck_assert_int_eq(error, WSAEMSGSIZE);
    ck_assert_mem_eq(data, "abcd", sizeof(data));
    no_packet(port);
    error = WSASendTo(s, &large, 1, &count, 0, &at.sa, at.len, &ov, NULL) ? WSAGetLastError() : 0;
    if (error == WSA_IO_PENDING)
        ck_assert_uint_ne(packet(port, 7, &ov, 0), 0);
    else
        ck_assert_int_eq(error, WSAEMSGSIZE);
    no_packet(port);
}
