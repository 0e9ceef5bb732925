/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ordinals: a program as old linkers made them, which imports ws2_32.dll by Windows' ordinals only
 * (ordinals.def).  One connection to itself tells whether each number leads to its function.
 * Exit status: 0 so it is; else the line of the first check that failed. */
#include <winsock2.h>

#include <string.h>

#define CHECK(condition)                                                                           \
    do {                                                                                           \
        if (!(condition))                                                                          \
            return __LINE__;                                                                       \
    } while (0)

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET}, peer;
    int size = sizeof(address), peer_size = sizeof(peer), value = 0, value_size = sizeof(value);
    char text[16] = "";
    SOCKET listener, client, server;
    WSADATA data;

    CHECK(!WSAStartup(MAKEWORD(2, 2), &data));
    address.sin_addr.s_addr = inet_addr("127.0.0.1");
    CHECK(address.sin_addr.s_addr == htonl(0x7f000001));
    listener = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(listener != INVALID_SOCKET);
    CHECK(!bind(listener, (struct sockaddr *)&address, sizeof(address)));
    CHECK(!getsockname(listener, (struct sockaddr *)&address, &size) && address.sin_port);
    CHECK(!listen(listener, 1));
    CHECK(!getsockopt(listener, SOL_SOCKET, SO_ACCEPTCONN, (char *)&value, &value_size) && value);
    client = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(!connect(client, (struct sockaddr *)&address, sizeof(address)));
    server = accept(listener, (struct sockaddr *)&peer, &peer_size);
    CHECK(server != INVALID_SOCKET && ntohs(peer.sin_port));
    CHECK(send(client, "ordinal", 7, 0) == 7 && recv(server, text, sizeof(text), 0) == 7);
    CHECK(!memcmp(text, "ordinal", 7));
    CHECK(!shutdown(client, SD_SEND) && recv(server, text, sizeof(text), 0) == 0);
    CHECK(listen(server, 1) == SOCKET_ERROR && WSAGetLastError() == WSAEISCONN);
    CHECK(!closesocket(server) && !closesocket(client) && !closesocket(listener));
    CHECK(!WSACleanup());
    return 0;
}
