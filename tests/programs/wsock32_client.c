/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * wsock32_client: a Winsock 1.1 program, linked with wsock32.dll only, against the native `peer
 * echo`.
 *
 *     wsock32_client PORT
 *
 * Exit status: 0 all as it should be, 1 not (standard output says what).
 */
#include <winsock.h>
#include <nspapi.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"

enum { LENGTH = 200000, SEED = 3, OLD_IP_TTL = 7, OLD_IP_MULTICAST_TTL = 3 };

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("line %d: %s (%d)\n", __LINE__, #condition, WSAGetLastError());                 \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

/* Waits with select alone: in the set afterwards is what is ready. */
static bool wait_for(SOCKET s, bool writing)
{
    struct timeval limit = {10, 0};
    fd_set set;

    FD_ZERO(&set);
    FD_SET(s, &set);
    return select(0, writing ? NULL : &set, writing ? &set : NULL, NULL, &limit) == 1 &&
           FD_ISSET(s, &set);
}

/* Sends and receives at once on a non-blocking socket, so that neither end's buffers stand in the
 * way. */
static bool exchange(SOCKET s)
{
    static unsigned char out[LENGTH], in[LENGTH];
    int sent = 0, got = 0, n;

    pattern_fill(out, LENGTH, SEED);
    while (got < LENGTH) {
        n = sent < LENGTH ? send(s, (char *)out + sent, min(LENGTH - sent, 20000), 0) : 0;
        REQUIRE(n >= 0 || WSAGetLastError() == WSAEWOULDBLOCK);
        sent += n > 0 ? n : 0;
        REQUIRE(sent < LENGTH || wait_for(s, false));
        n = recv(s, (char *)in + got, LENGTH - got, 0);
        REQUIRE(n > 0 || (n < 0 && WSAGetLastError() == WSAEWOULDBLOCK));
        got += n > 0 ? n : 0;
    }
    REQUIRE(pattern_mismatch(in, LENGTH, SEED) == LENGTH);
    return true;
}

static bool stream(unsigned short port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    int value = 1, size = sizeof(value);
    u_long nonblocking = 1;
    char byte;
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    address.sin_addr.s_addr = inet_addr("127.0.0.1");
    REQUIRE(s != INVALID_SOCKET);
    REQUIRE(!setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&value, sizeof(value)));
    value = 0;
    REQUIRE(!getsockopt(s, SOL_SOCKET, SO_KEEPALIVE, (char *)&value, &size) && value);
    size = sizeof(value);
    REQUIRE(!getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&value, &size) && value == SOCK_STREAM);
    REQUIRE(recv(s, &byte, 1, 0) == SOCKET_ERROR && WSAGetLastError() == WSAENOTCONN);
    REQUIRE(!connect(s, (struct sockaddr *)&address, sizeof(address)));
    REQUIRE(!ioctlsocket(s, FIONBIO, &nonblocking));
    REQUIRE(recv(s, &byte, 1, 0) == SOCKET_ERROR && WSAGetLastError() == WSAEWOULDBLOCK);
    REQUIRE(wait_for(s, true));
    REQUIRE(exchange(s));
    REQUIRE(!shutdown(s, 1) && wait_for(s, false) && recv(s, &byte, 1, 0) == 0);
    REQUIRE(!closesocket(s));
    REQUIRE(closesocket(s) == SOCKET_ERROR && WSAGetLastError() == WSAENOTSOCK);
    return true;
}

/* wsock32 gives the option numbers of Winsock 1.1 to ws2_32 as those of 2. */
static bool old_options(void)
{
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    int value = 42, size = sizeof(value);

    REQUIRE(!setsockopt(s, IPPROTO_IP, OLD_IP_TTL, (char *)&value, sizeof(value)));
    value = 9;
    REQUIRE(!setsockopt(s, IPPROTO_IP, OLD_IP_MULTICAST_TTL, (char *)&value, sizeof(value)));
    REQUIRE(!getsockopt(s, IPPROTO_IP, OLD_IP_TTL, (char *)&value, &size) && value == 42);
    size = sizeof(value);
    REQUIRE(!getsockopt(s, IPPROTO_IP, OLD_IP_MULTICAST_TTL, (char *)&value, &size) && value == 9);
    REQUIRE(!closesocket(s));
    return true;
}

static bool protocols(void)
{
    static char buffer[8192];
    PROTOCOL_INFOA *rows = (PROTOCOL_INFOA *)buffer;
    DWORD size = sizeof(buffer);
    INT wanted[] = {IPPROTO_TCP, 0};
    INT count = EnumProtocolsA(wanted, buffer, &size);

    REQUIRE(count > 0);
    for (INT i = 0; i < count; i++)
        REQUIRE(rows[i].iProtocol == IPPROTO_TCP && rows[i].iSocketType == SOCK_STREAM);
    return true;
}

static bool names(void)
{
    struct hostent *host = gethostbyname("localhost");
    struct servent *service = getservbyname("http", "tcp");
    struct protoent *protocol = getprotobyname("udp");

    REQUIRE(host && host->h_addrtype == AF_INET && host->h_length == 4);
    REQUIRE(*(u_long *)host->h_addr_list[0] == htonl(0x7f000001));
    REQUIRE(service && service->s_port == htons(80));
    REQUIRE(protocol && protocol->p_proto == IPPROTO_UDP);
    REQUIRE(!gethostbyname("no-such-name.invalid") && WSAGetLastError() == WSAHOST_NOT_FOUND);
    return true;
}

int main(int argc, char **argv)
{
    WSADATA data;
    bool right;

    if (argc != 2 || WSAStartup(MAKEWORD(1, 1), &data) || data.wVersion != MAKEWORD(1, 1))
        return 1;
    right = stream((unsigned short)atoi(argv[1])) && old_options() && protocols() && names();
    return WSACleanup() || !right;
}
