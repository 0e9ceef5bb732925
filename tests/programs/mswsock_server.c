/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * mswsock_server: AcceptEx, GetAcceptExSockaddrs and TransmitFile as mswsock.dll exports them, with
 * the native `peer transmit` at the other end.  (Wine 8's WSARecvEx always fails, without a call to
 * ws2_32.)
 *
 *     mswsock_server
 *
 * Says "PORT n", serves one client.  Exit status: 0 all as it should be, 1 not (standard output
 * says what).
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"

enum { SEED = 9, LIMIT = 20000, ROOM = sizeof(struct sockaddr_in) + 16, GREETING = 16 };

#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            printf("line %d: %s (%d)\n", __LINE__, #condition, WSAGetLastError());                 \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

static SOCKET listener, server;
static struct sockaddr_in own;

static bool start_listening(void)
{
    int size = sizeof(own);

    own.sin_family = AF_INET;
    own.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    server = socket(AF_INET, SOCK_STREAM, 0);
    REQUIRE(listener != INVALID_SOCKET && server != INVALID_SOCKET);
    REQUIRE(!bind(listener, (struct sockaddr *)&own, size) && !listen(listener, 5));
    REQUIRE(!getsockname(listener, (struct sockaddr *)&own, &size));
    return true;
}

/* The overlapped operation that was just started gives `expected` bytes in time. */
static bool finishes(BOOL done, HANDLE handle, OVERLAPPED *overlapped, DWORD expected)
{
    DWORD bytes = 0;

    REQUIRE(done || WSAGetLastError() == ERROR_IO_PENDING);
    REQUIRE(WaitForSingleObject(overlapped->hEvent, LIMIT) == WAIT_OBJECT_0);
    REQUIRE(GetOverlappedResult(handle, overlapped, &bytes, FALSE));
    REQUIRE(bytes == expected);
    return true;
}

/* The connection comes with its first bytes and both addresses. */
static bool accept_client(void)
{
    static char buffer[GREETING + 2 * ROOM];
    OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    struct sockaddr_in *local, *remote, peer;
    int local_size, remote_size, size = sizeof(peer);
    BOOL done = AcceptEx(listener, server, buffer, GREETING, ROOM, ROOM, NULL, &overlapped);

    printf("PORT %d\n",
           ntohs(own.sin_port)); /* only now: the operation is pending when the client comes */
    fflush(stdout);
    REQUIRE(finishes(done, (HANDLE)listener, &overlapped, GREETING));
    REQUIRE(!memcmp(buffer, "hello from linux", GREETING));
    GetAcceptExSockaddrs(buffer, GREETING, ROOM, ROOM, (struct sockaddr **)&local, &local_size,
                         (struct sockaddr **)&remote, &remote_size);
    REQUIRE(local_size == size && local->sin_port == own.sin_port);
    REQUIRE(local->sin_addr.s_addr == own.sin_addr.s_addr);
    REQUIRE(!setsockopt(server, SOL_SOCKET, SO_UPDATE_ACCEPT_CONTEXT, (char *)&listener,
                        sizeof(listener)));
    REQUIRE(!getpeername(server, (struct sockaddr *)&peer, &size));
    REQUIRE(remote_size == size && peer.sin_port == remote->sin_port);
    CloseHandle(overlapped.hEvent);
    return true;
}

static HANDLE make_file(void)
{
    static unsigned char bytes[BLOB_SIZE];
    char directory[MAX_PATH], path[MAX_PATH];
    DWORD written;
    HANDLE file;

    if (!GetTempPathA(sizeof(directory), directory) || !GetTempFileNameA(directory, "slc", 0, path))
        return INVALID_HANDLE_VALUE;
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                       FILE_FLAG_DELETE_ON_CLOSE, NULL);
    pattern_fill(bytes, BLOB_SIZE, SEED);
    if (file != INVALID_HANDLE_VALUE)
        WriteFile(file, bytes, BLOB_SIZE, &written, NULL);
    return file;
}

static bool transmit(void)
{
    OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    TRANSMIT_FILE_BUFFERS around = {"head", 4, "tail", 4};
    HANDLE file = make_file();

    REQUIRE(file != INVALID_HANDLE_VALUE);
    REQUIRE(finishes(TransmitFile(server, file, 0, 0, &overlapped, &around, 0), (HANDLE)server,
                     &overlapped, 4 + BLOB_SIZE + 4));
    CloseHandle(file);
    CloseHandle(overlapped.hEvent);
    return true;
}

/* The client's line: the checksum of what it got. */
static bool check_answer(void)
{
    static unsigned char sent[4 + BLOB_SIZE + 4];
    char expected[32], got[32] = "";
    int size = 0, n;

    memcpy(sent, "head", 4);
    pattern_fill(sent + 4, BLOB_SIZE, SEED);
    memcpy(sent + 4 + BLOB_SIZE, "tail", 4);
    snprintf(expected, sizeof(expected), "sum %08x\n", (unsigned int)checksum(sent, sizeof(sent)));
    while (size < (int)strlen(expected)) {
        n = recv(server, got + size, (int)sizeof(got) - 1 - size, 0);
        REQUIRE(n > 0);
        size += n;
    }
    REQUIRE(!strcmp(got, expected));
    return true;
}

int main(void)
{
    WSADATA data;

    if (WSAStartup(MAKEWORD(2, 2), &data))
        return 1;
    if (!start_listening() || !accept_client() || !transmit() || !check_answer())
        return 1;
    return closesocket(server) || closesocket(listener) || WSACleanup();
}
