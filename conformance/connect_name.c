/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSAConnectByName and WSAConnectByList.  Sources: their Win32 pages; tests are Wine's, which were
 * run on Windows. */
#include "remote.h"

#include <mswsock.h>

/* The call fails with this code. */
#define assert_refuses(call, code)                                                                 \
    check_fails(__FILE__, __LINE__, #call, (WSASetLastError(ERROR_UNTOUCHED), (call) ? 0 : -1),    \
                (code))
#define assert_connects(call)                                                                      \
    check_value(__FILE__, __LINE__, #call, (WSASetLastError(ERROR_UNTOUCHED), (intptr_t)(call)),   \
                TRUE)

/* A list of up to four addresses. */
struct list {
    SOCKET_ADDRESS_LIST head;
    SOCKET_ADDRESS more[3];
    struct address room[4];
};

static void add(struct list *list, struct address address)
{
    int i = list->head.iAddressCount++;

    list->room[i] = address;
    (i ? list->more - 1 : list->head.Address)[i].lpSockaddr = &list->room[i].sa;
    (i ? list->more - 1 : list->head.Address)[i].iSockaddrLength = address.len;
}

static char *text_of(unsigned port)
{
    static char text[8];

    snprintf(text, sizeof(text), "%u", port);
    return text;
}

/* Both addresses come back; the local one without its port (tests). */
CASE(connect_name, by_name)
{
    struct sockaddr_in local, remote, own, peer;
    DWORD local_len = 50, remote_len = 50;
    int own_len = sizeof(own), peer_len = sizeof(peer);
    unsigned port;
    SOCKET s;
    int l;

    winsock();
    l = peer_listen(AF_INET, 5, &port);
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_connects(WSAConnectByNameA(s, "localhost", text_of(port), &local_len,
                                      (struct sockaddr *)&local, &remote_len,
                                      (struct sockaddr *)&remote, NULL, NULL));
    assert_works(setsockopt(s, SOL_SOCKET, SO_UPDATE_CONNECT_CONTEXT, NULL, 0));
    assert_works(getsockname(s, (struct sockaddr *)&own, &own_len));
    assert_works(getpeername(s, (struct sockaddr *)&peer, &peer_len));
    ck_assert_uint_eq(local_len, sizeof(local));
    ck_assert_uint_eq(remote_len, sizeof(remote));
    ck_assert_mem_eq(&remote, &peer, sizeof(remote));
    ck_assert_uint_eq(remote.sin_port, htons((u_short)port));
    ck_assert_mem_eq(&local.sin_addr, &own.sin_addr, sizeof(own.sin_addr));
    ck_assert_uint_eq(local.sin_port, 0);
    exchange_bytes(s, peer_accept(l));
}

/* Blocks although the socket does not; the wide form; IPv6. */
CASE(connect_name, nonblocking)
{
    WCHAR service[8];
    unsigned port;
    SOCKET s;
    int l;

    winsock();
    l = peer_listen(AF_INET6, 5, &port);
    s = new_socket(AF_INET6, SOCK_STREAM);
    set_blocking(s, 0);
    swprintf(service, 8, L"%u", port);
    assert_connects(
        WSAConnectByNameW(s, (WCHAR *)L"::1", service, NULL, NULL, NULL, NULL, NULL, NULL));
    set_blocking(s, 1);
    exchange_bytes(s, peer_accept(l));
}

/* An address without a length, and a length without an address, are not wanted (tests). */
CASE(connect_name, places)
{
    struct sockaddr_in local = {0}, remote = {0};
    DWORD local_len = 3, remote_len = 3;
    struct sockaddr *l = (struct sockaddr *)&local, *r = (struct sockaddr *)&remote;
    unsigned port;
    SOCKET s;

    winsock();
    peer_listen(AF_INET, 5, &port);
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_connects(WSAConnectByNameA(s, "127.0.0.1", text_of(port), NULL, l, NULL, r, NULL, NULL));
    ck_assert_int_eq(local.sin_family, 0);
    ck_assert_int_eq(remote.sin_family, 0);
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_connects(WSAConnectByNameA(s, "127.0.0.1", text_of(port), &local_len, NULL, &remote_len,
                                      NULL, NULL, NULL));
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_refuses(
        WSAConnectByNameA(s, "127.0.0.1", text_of(port), &local_len, l, &remote_len, r, NULL, NULL),
        WSAEFAULT);
    ck_assert_uint_eq(local_len, 3);
    ck_assert_uint_eq(remote_len, 3);
}

CASE(connect_name, arguments)
{
    WSAOVERLAPPED reserved = {0};
    struct timeval negative = {-1, 0};
    SOCKET s, udp, closed;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    udp = new_socket(AF_INET, SOCK_DGRAM);
    closed = new_socket(AF_INET, SOCK_STREAM);
    assert_works(closesocket(closed));
    assert_refuses(WSAConnectByNameA(s, NULL, "80", NULL, NULL, NULL, NULL, NULL, NULL), WSAEINVAL);
    assert_refuses(WSAConnectByNameA(closed, "localhost", NULL, NULL, NULL, NULL, NULL, NULL, NULL),
                   WSAEINVAL);
    assert_refuses(WSAConnectByNameA(s, "localhost", "80", NULL, NULL, NULL, NULL, NULL, &reserved),
                   WSAEINVAL);
    assert_refuses(WSAConnectByNameA(closed, "localhost", "80", NULL, NULL, NULL, NULL, NULL, NULL),
                   WSAENOTSOCK);
    assert_refuses(
        WSAConnectByNameA(INVALID_SOCKET, "localhost", "80", NULL, NULL, NULL, NULL, NULL, NULL),
        WSAENOTSOCK);
    assert_refuses(WSAConnectByNameA(udp, "localhost", "80", NULL, NULL, NULL, NULL, NULL, NULL),
                   WSAEINVAL);
    assert_refuses(
        WSAConnectByNameA(s, "localhost", "nonexistentservice", NULL, NULL, NULL, NULL, NULL, NULL),
        WSATYPE_NOT_FOUND);
    assert_refuses(WSAConnectByNameA(s, "localhost", "80", NULL, NULL, NULL, NULL, &negative, NULL),
                   WSAEINVAL);
    assert_refuses(WSAConnectByList(s, NULL, NULL, NULL, NULL, NULL, NULL, NULL), WSAEINVAL);
}

/* The code of the last attempt; the socket can try again. */
CASE(connect_name, refused)
{
    unsigned port;
    SOCKET s;
    int l;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_refuses(WSAConnectByNameA(s, "127.0.0.1", text_of(refused_port(AF_INET)), NULL, NULL,
                                     NULL, NULL, NULL, NULL),
                   WSAECONNREFUSED);
    l = peer_listen(AF_INET, 5, &port);
    assert_connects(
        WSAConnectByNameA(s, "127.0.0.1", text_of(port), NULL, NULL, NULL, NULL, NULL, NULL));
    exchange_bytes(s, peer_accept(l));
}

/* Every address of the list has its turn. */
CASE(connect_name, list)
{
    struct sockaddr_in remote;
    DWORD remote_len = sizeof(remote);
    struct list list = {0};
    unsigned port;
    SOCKET s;
    int l;

    winsock();
    l = peer_listen(AF_INET, 5, &port);
    s = new_socket(AF_INET, SOCK_STREAM);
    for (int i = 0; i < 3; i++)
        add(&list, loopback(AF_INET, refused_port(AF_INET)));
    add(&list, loopback(AF_INET, port));
    assert_connects(WSAConnectByList(s, &list.head, NULL, NULL, &remote_len,
                                     (struct sockaddr *)&remote, NULL, NULL));
    ck_assert_uint_eq(remote.sin_port, htons((u_short)port));
    exchange_bytes(s, peer_accept(l));
    list.head.iAddressCount = 3;
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_refuses(WSAConnectByList(s, &list.head, NULL, NULL, NULL, NULL, NULL, NULL),
                   WSAECONNREFUSED);
}

/* Every address of the name: a socket for both families comes to a listener that has IPv4 only. */
CASE(connect_name, both_families)
{
    struct sockaddr_in6 remote;
    DWORD remote_len = sizeof(remote);
    unsigned port;
    SOCKET s;
    int l;

    winsock();
    l = peer_listen(AF_INET, 5, &port);
    s = new_socket(AF_INET6, SOCK_STREAM);
    set_int(s, IPPROTO_IPV6, IPV6_V6ONLY, 0);
    assert_connects(WSAConnectByNameA(s, "localhost", text_of(port), NULL, NULL, &remote_len,
                                      (struct sockaddr *)&remote, NULL, NULL));
    ck_assert(IN6_IS_ADDR_V4MAPPED(&remote.sin6_addr));
    exchange_bytes(s, peer_accept(l));
}

/* The time limit ends a call to a host that does not answer. */
CASE(connect_name, timeout)
{
    struct timeval limit = {0, 200000};
    struct list list = {0};
    ULONGLONG start;
    unsigned port;

    winsock();
    peer_listen(AF_INET, 0, &port);
    ck_assert_int_gt(peer_open(AF_INET, port, 6, 300).waiting, 0);
    start = now_ms();
    assert_refuses(WSAConnectByNameA(new_socket(AF_INET, SOCK_STREAM), "127.0.0.1", text_of(port),
                                     NULL, NULL, NULL, NULL, &limit, NULL),
                   WSAETIMEDOUT);
    ck_assert_uint_ge(now_ms() - start, 150);
    ck_assert_uint_lt(now_ms() - start, PATIENCE);
    add(&list, loopback(AF_INET, port));
    add(&list, loopback(AF_INET, refused_port(AF_INET)));
    assert_refuses(WSAConnectByList(new_socket(AF_INET, SOCK_STREAM), &list.head, NULL, NULL, NULL,
                                    NULL, &limit, NULL),
                   WSAETIMEDOUT);
}
