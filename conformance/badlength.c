/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lengths that are too short, negative or too long, with pointers that are good.  WSAEFAULT: ... or
 * the length is too small; a negative length is an enormous unsigned one. */
#include "case.h"

CASE(badlength, addresses)
{
    static const int lengths[] = {0, 1, 2, 8, 15, -1, INT_MIN};
    struct address a;
    SOCKET s, d;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    d = bound(AF_INET, SOCK_DGRAM);
    a = address_of(d);
    for (size_t i = 0; i < ARRAYSIZE(lengths); i++) {
        assert_fails(bind(s, &a.sa, lengths[i]), WSAEFAULT);
        assert_fails(connect(s, &a.sa, lengths[i]), WSAEFAULT);
        assert_fails(sendto(d, "x", 1, 0, &a.sa, lengths[i]), WSAEFAULT);
    }
    a = loopback(AF_INET, 0); /* the datagram socket's port may be taken for streams */
    assert_works(bind(s, &a.sa, a.len));
}

CASE(badlength, addresses_v6)
{
    static const int lengths[] = {0, 2, 16, 24, 27, -1};
    struct address a;
    SOCKET s, d;

    winsock();
    s = new_socket(AF_INET6, SOCK_STREAM);
    d = bound(AF_INET6, SOCK_DGRAM);
    a = address_of(d);
    for (size_t i = 0; i < ARRAYSIZE(lengths); i++) {
        assert_fails(bind(s, &a.sa, lengths[i]), WSAEFAULT);
        assert_fails(connect(s, &a.sa, lengths[i]), WSAEFAULT);
        assert_fails(sendto(d, "x", 1, 0, &a.sa, lengths[i]), WSAEFAULT);
    }
    a = loopback(AF_INET6, 0);
    assert_works(bind(s, &a.sa, a.len));
}

/* Out: WSAEFAULT, and neither the buffer nor the length is touched. */
CASE(badlength, names)
{
    static const int lengths[] = {0, 1, 15, -1, INT_MIN};
    SOCKET pair[2];

    winsock();
    tcp_pair(AF_INET, pair);
    for (size_t i = 0; i < ARRAYSIZE(lengths); i++) {
        char bytes[32], before[32];
        int n = lengths[i];

        memset(bytes, 0x5a, sizeof(bytes));
        memcpy(before, bytes, sizeof(bytes));
        assert_fails(getsockname(pair[0], (struct sockaddr *)bytes, &n), WSAEFAULT);
        ck_assert_int_eq(n, lengths[i]);
        assert_fails(getpeername(pair[0], (struct sockaddr *)bytes, &n), WSAEFAULT);
        ck_assert_int_eq(n, lengths[i]);
        ck_assert_mem_eq(bytes, before, sizeof(bytes));
    }
}

/* A buffer may not be overrun: what lies behind the given length stays. */
CASE(badlength, nothing_behind)
{
    char bytes[64];
    SOCKET pair[2];
    int n;

    winsock();
    tcp_pair(AF_INET, pair);
    memset(bytes, 0x5a, sizeof(bytes));
    n = 16;
    assert_works(getsockname(pair[0], (struct sockaddr *)bytes, &n));
    ck_assert_int_eq(bytes[16], 0x5a);
    memset(bytes, 0x5a, sizeof(bytes));
    n = 4;
    assert_works(getsockopt(pair[0], SOL_SOCKET, SO_RCVBUF, bytes, &n));
    ck_assert_int_eq(bytes[4], 0x5a);
    assert_returns(send(pair[1], "abcdef", 6, 0), 6);
    memset(bytes, 0x5a, sizeof(bytes));
    assert_returns(recv(pair[0], bytes, 3, 0), 3);
    ck_assert_int_eq(bytes[3], 0x5a);
}

CASE(badlength, negative_data)
{
    struct address a;
    SOCKET pair[2], d;
    char bytes[16] = "";

    winsock();
    tcp_pair(AF_INET, pair);
    d = bound(AF_INET, SOCK_DGRAM);
    a = address_of(d);
    assert_fails(send(pair[0], bytes, -1, 0), WSAEFAULT);
    assert_fails(send(pair[0], bytes, INT_MIN, 0), WSAEFAULT);
    assert_returns(send(pair[1], "x", 1, 0), 1);
    ck_assert_int_eq(selects(pair[0], 'r', PATIENCE), 1);
    assert_fails(recv(pair[0], bytes, -1, 0), WSAEFAULT);
    assert_returns(recv(pair[0], bytes, sizeof(bytes), 0), 1);
    ck_assert_int_eq(sendto(d, bytes, -1, 0, &a.sa, a.len), SOCKET_ERROR);
    /* Nothing went out. */
    ck_assert_int_eq(selects(pair[1], 'r', 50), 0);
}

/* An overlong send: the part that can be read is not sent alone. */
CASE(badlength, overlong_send)
{
    WSABUF buffers[2];
    SOCKET pair[2];
    char *bytes;
    DWORD n;

    winsock();
    tcp_pair(AF_INET, pair);
    bytes = guarded(4096);
    assert_fails(send(pair[0], bytes, 4097, 0), WSAEFAULT);
    buffers[0] = (WSABUF){2, "ab"};
    buffers[1] = (WSABUF){8, bytes + 4092};
    assert_fails(WSASend(pair[0], buffers, 2, &n, 0, NULL, NULL), WSAEFAULT);
    ck_assert_int_eq(selects(pair[1], 'r', 100), 0);
    assert_returns(send(pair[0], bytes + 4092, 4, 0), 4);
}

CASE(badlength, options)
{
    static const int lengths[] = {0, 1, 3};
    int value = 1;
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    for (size_t i = 0; i < ARRAYSIZE(lengths); i++) {
        int n = lengths[i];

        assert_fails(getsockopt(s, SOL_SOCKET, SO_RCVBUF, (char *)&value, &n), WSAEFAULT);
        assert_fails(setsockopt(s, SOL_SOCKET, SO_RCVBUF, (char *)&value, lengths[i]), WSAEFAULT);
        n = lengths[i];
        assert_fails(getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&value, &n), WSAEFAULT);
    }
}

/* Counts: no buffers, and more than there is memory for. */
CASE(badlength, buffer_counts)
{
    WSABUF *buffer;
    DWORD n, flags = 0;
    SOCKET pair[2];
    char byte;

    winsock();
    tcp_pair(AF_INET, pair);
    buffer = guarded(sizeof(*buffer));
    *buffer = (WSABUF){1, &byte};
    /* Tests of Wine, run on Windows. */
    assert_fails(WSARecv(pair[0], buffer, 0, &n, &flags, NULL, NULL), WSAEINVAL);
    assert_fails(WSASend(pair[0], buffer, 2, &n, 0, NULL, NULL), WSAEFAULT);
    assert_returns(send(pair[1], "x", 1, 0), 1);
    ck_assert_int_eq(selects(pair[0], 'r', PATIENCE), 1);
    assert_fails(WSARecv(pair[0], buffer, 2, &n, &flags, NULL, NULL), WSAEFAULT);
    /* open: WSAEFAULT, or the memory for so many. */
    ck_assert_int_eq(WSASend(pair[0], buffer, 0xffffffff, &n, 0, NULL, NULL), SOCKET_ERROR);
    ck_assert_int_eq(WSARecv(pair[0], buffer, 0xffffffff, &n, &flags, NULL, NULL), SOCKET_ERROR);
    assert_returns(recv(pair[0], &byte, 1, 0), 1);
    ck_assert_int_eq(selects(pair[1], 'r', 50), 0);
}

CASE(badlength, poll_and_select_counts)
{
    struct timeval now = {0, 0};
    WSAPOLLFD *fd;
    fd_set *set;
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    fd = guarded(sizeof(*fd));
    *fd = (WSAPOLLFD){.fd = s, .events = POLLIN};
    assert_fails(WSAPoll(fd, 2, 0), WSAEFAULT);
    /* open: WSAEFAULT, or the memory for so many. */
    ck_assert_int_eq(WSAPoll(fd, 0x7fffffff, 0), SOCKET_ERROR);
    set = guarded(offsetof(fd_set, fd_array) + sizeof(SOCKET));
    set->fd_array[0] = s;
    set->fd_count = 2;
    assert_fails(select(0, set, NULL, NULL, &now), WSAEFAULT);
    set->fd_count = 0xffffffff;
    ck_assert_int_eq(select(0, set, NULL, NULL, &now), SOCKET_ERROR);
    set->fd_count = 1;
    set->fd_array[0] = s;
    assert_returns(select(0, set, NULL, NULL, &now), 0);
}
