/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Stream data in lists of buffers.  Sources: the pages of WSASend and WSARecv. */
#include "remote.h"

/* Gather and scatter: any number of buffers, empty ones among them. */
static void gather(DWORD count, ULONG each)
{
    WSABUF *buffers = calloc(count, sizeof(*buffers));
    size_t size = (size_t)count * each;
    char *out = malloc(size), *in = calloc(1, size);
    DWORD n = 0, flags = MSG_WAITALL;
    SOCKET pair[2];

    for (size_t i = 0; i < size; i++)
        out[i] = (char)(i * 7 + i / 256);
    tcp_pair(AF_INET, pair);
    for (DWORD i = 0; i < count; i++)
        buffers[i] = (WSABUF){each, out + (size_t)i * each};
    assert_works(WSASend(pair[0], buffers, count, &n, 0, NULL, NULL));
    ck_assert_uint_eq(n, size);
    for (DWORD i = 0; i < count; i++)
        buffers[i].buf = in + (size_t)i * each;
    assert_works(WSARecv(pair[1], buffers, count, &n, &flags, NULL, NULL));
    ck_assert_uint_eq(n, size);
    ck_assert_mem_eq(in, out, size);
    free(buffers);
    free(out);
    free(in);
}

CASE(data, gather_few)
{
    winsock();
    gather(3, 5);
}

CASE(data, gather_1024)
{
    winsock();
    gather(1024, 16);
}

CASE(data, gather_many)
{
    winsock();
    gather(1025, 16);
    gather(5000, 4);
}

CASE(data, gather_with_empty_buffers)
{
    WSABUF buffers[5] = {{0, NULL}, {2, "ab"}, {0, "q"}, {1, "c"}, {0, NULL}};
    DWORD n = 0;
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    assert_works(WSASend(s, buffers, 5, &n, 0, NULL, NULL));
    ck_assert_uint_eq(n, 3);
    ck_assert_str_eq(peer_ok("read %d 10 5000", k), "616263");
}
