/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * startup: calls WSAStartup once.
 *
 *     startup
 *
 * Exit status: 0 it succeeded and a socket could be made; what WSAStartup returned less 10000 where
 * it failed as it should (91: WSASYSNOTREADY), with Winsock not started afterwards; 1 anything
 * else.
 */
#include <winsock2.h>

#include <stdio.h>

static int after_failure(int error)
{
    if (socket(AF_INET, SOCK_STREAM, 0) != INVALID_SOCKET || WSAGetLastError() != WSANOTINITIALISED)
        return 1;
    if (!WSACleanup() || WSAGetLastError() != WSANOTINITIALISED)
        return 1;
    return error > 10000 && error < 10256 ? error - 10000 : 1;
}

int main(void)
{
    WSADATA data;
    SOCKET s;
    int error = WSAStartup(MAKEWORD(2, 2), &data);

    if (error)
        return after_failure(error);
    s = socket(AF_INET, SOCK_STREAM, 0);
    if (s == INVALID_SOCKET || closesocket(s))
        return 1;
    return WSACleanup() ? 1 : 0;
}
