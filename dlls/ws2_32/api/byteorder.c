/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Byte order.  The plain functions need no WSAStartup; the WSA ones convert to a socket's own
 * order, which is the network's for every provider of ours, and check the socket. */
#include "api/api.h"

u_long WSAAPI htonl(u_long value)
{
    return __builtin_bswap32(value);
}

u_short WSAAPI htons(u_short value)
{
    return __builtin_bswap16(value);
}

u_long WSAAPI ntohl(u_long value)
{
    return __builtin_bswap32(value);
}

u_short WSAAPI ntohs(u_short value)
{
    return __builtin_bswap16(value);
}

/* WSANOTINITIALISED, WSAENOTSOCK or 0. */
static int check_socket(SOCKET s)
{
    const WSPPROC_TABLE *provider = api_enter();
    int type, length = sizeof(type), error = 0;

    if (!provider)
        return WSAGetLastError();
    if (provider->lpWSPGetSockOpt(s, SOL_SOCKET, SO_TYPE, (char *)&type, &length, &error) &&
        error == WSAENOTSOCK)
        return WSAENOTSOCK;
    return 0;
}

static int convert_long(SOCKET s, u_long value, u_long *result)
{
    int error = check_socket(s);

    value = __builtin_bswap32(value);
    if (!error && !(result && guard_put(result, value)))
        error = WSAEFAULT;
    return error ? api_fail(error) : 0;
}

static int convert_short(SOCKET s, u_short value, u_short *result)
{
    int error = check_socket(s);

    value = __builtin_bswap16(value);
    if (!error && !(result && guard_put(result, value)))
        error = WSAEFAULT;
    return error ? api_fail(error) : 0;
}

int WSAAPI WSAHtonl(SOCKET s, u_long value, u_long *result)
{
    return convert_long(s, value, result);
}

int WSAAPI WSANtohl(SOCKET s, u_long value, u_long *result)
{
    return convert_long(s, value, result);
}

int WSAAPI WSAHtons(SOCKET s, u_short value, u_short *result)
{
    return convert_short(s, value, result);
}

int WSAAPI WSANtohs(SOCKET s, u_short value, u_short *result)
{
    return convert_short(s, value, result);
}
