/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSADuplicateSocket within a process and between two.  Sources: its page, "Shared Sockets"; tests
 * are Wine's test_WSADuplicateSocket, which was run on Windows. */
#include "remote.h"

#define MAPPING_NAME_MAX 64

/* What the parent and the child of between_processes share. */
struct shared {
    WSAPROTOCOL_INFOW info;
    volatile LONG ready;  /* parent: info is filled */
    volatile LONG opened; /* child: 1 socket opened, 2 failed */
    volatile LONG mode;   /* child: last error of a receive that finds nothing */
    volatile LONG closed; /* parent: has closed its own handle */
};

static SOCKET copy_of(SOCKET s, DWORD flags)
{
    WSAPROTOCOL_INFOW info;
    SOCKET copy;

    assert_works(WSADuplicateSocketW(s, GetCurrentProcessId(), &info));
    copy = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0, flags);
    ck_assert_msg(copy != INVALID_SOCKET, "WSASocket: error %d", WSAGetLastError());
    return copy;
}

/* The order in which the arguments are looked at (tests). */
CASE(share, arguments)
{
    WSAPROTOCOL_INFOW info;
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_fails(WSADuplicateSocketW(0, 0, NULL), WSAENOTSOCK);
    assert_fails(WSADuplicateSocketW(0, GetCurrentProcessId(), &info), WSAENOTSOCK);
    assert_fails(WSADuplicateSocketW(s, 0, NULL), WSAEINVAL);
    assert_fails(WSADuplicateSocketW(s, ~0u, &info), WSAEINVAL);
    assert_fails(WSADuplicateSocketW(s, GetCurrentProcessId(), NULL), WSAEFAULT);
    assert_works(WSADuplicateSocketW(s, GetCurrentProcessId(), &info));
    ck_assert_int_eq(info.iAddressFamily, AF_INET);
    ck_assert_int_eq(info.iSocketType, SOCK_STREAM);
    ck_assert_int_eq(info.iProtocol, IPPROTO_TCP);
}

/* The socket lives until its last descriptor is closed. */
CASE(share, outlives_original)
{
    SOCKET pair[2], copy;
    char byte = 0;

    winsock();
    tcp_pair(AF_INET, pair);
    copy = copy_of(pair[0], 0);
    ck_assert(copy != pair[0]);
    assert_works(closesocket(pair[0]));
    assert_returns(send(copy, "x", 1, 0), 1);
    assert_returns(recv(pair[1], &byte, 1, 0), 1);
    ck_assert_int_eq(byte, 'x');
    ck_assert_int_eq(selects(pair[1], 'r', 50), 0);
    assert_works(closesocket(copy));
    ck_assert_int_eq(selects(pair[1], 'r', 5000), 1);
    assert_returns(recv(pair[1], &byte, 1, 0), 0);
}

/* Options and the blocking mode are the socket's, not the descriptor's. */
CASE(share, one_state)
{
    SOCKET pair[2], copy;
    char byte;

    winsock();
    tcp_pair(AF_INET, pair);
    copy = copy_of(pair[0], 0);
    set_int(copy, SOL_SOCKET, SO_RCVBUF, 12345);
    ck_assert_int_eq(get_int(pair[0], SOL_SOCKET, SO_RCVBUF), 12345);
    set_blocking(copy, 0);
    assert_fails(recv(pair[0], &byte, 1, 0), WSAEWOULDBLOCK);
    assert_fails(recv(copy, &byte, 1, 0), WSAEWOULDBLOCK);
}

/* "The special WSAPROTOCOL_INFO structure can only be used once by the target process." */
CASE(share, description_used_once)
{
    WSAPROTOCOL_INFOW info;
    SOCKET s, copy;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    assert_works(WSADuplicateSocketW(s, GetCurrentProcessId(), &info));
    copy = WSASocketW(0, 0, 0, &info, 0, 0);
    ck_assert(copy != INVALID_SOCKET);
    ck_assert(WSASocketW(0, 0, 0, &info, 0, 0) == INVALID_SOCKET);
    ck_assert_uint_eq(port_of(copy), port_of(s));
    assert_works(closesocket(copy));
    ck_assert(WSASocketW(0, 0, 0, &info, 0, 0) == INVALID_SOCKET);
}

CASE(share, inheritance)
{
    DWORD flags = 0;
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    ck_assert(GetHandleInformation((HANDLE)copy_of(s, 0), &flags));
    ck_assert_uint_eq(flags & HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    ck_assert(GetHandleInformation((HANDLE)copy_of(s, WSA_FLAG_NO_HANDLE_INHERIT), &flags));
    ck_assert_uint_eq(flags & HANDLE_FLAG_INHERIT, 0);
}

/* A copy of an unbound datagram socket never learns of a bind through another descriptor (tests);
 * its own send binds it. */
CASE(share, copy_before_bind)
{
    SOCKET s, copy;
    struct address to = loopback(AF_INET, 0);
    char byte;

    winsock();
    s = new_socket(AF_INET, SOCK_DGRAM);
    copy = copy_of(s, 0);
    assert_works(bind(s, &to.sa, to.len));
    to = address_of(s);
    assert_returns(sendto(s, "x", 1, 0, &to.sa, to.len), 1);
    assert_fails(recv(copy, &byte, 1, 0), WSAEINVAL);
    assert_returns(recv(s, &byte, 1, 0), 1);
    assert_returns(sendto(copy, "y", 1, 0, &to.sa, to.len), 1);
    assert_returns(recv(copy, &byte, 1, 0), 1);
    ck_assert_int_eq(byte, 'y');
}

static struct shared *map(const char *name, HANDLE *mapping)
{
    *mapping = CreateFileMappingA(INVALID_HANDLE_VALUE, NULL, PAGE_READWRITE, 0,
                                  sizeof(struct shared), name);
    return *mapping ? MapViewOfFile(*mapping, FILE_MAP_ALL_ACCESS, 0, 0, 0) : NULL;
}

/* Returns the value once it is not 0, or 0 after 20 s. */
static LONG await(volatile LONG *value)
{
    for (int i = 0; i < 2000 && !*value; i++)
        Sleep(10);
    return *value;
}

/* The child: opens the socket, looks at its mode, and sends when its parent has closed its own. */
int helper_share(const char *argument)
{
    struct shared *shared;
    HANDLE mapping;
    WSADATA data;
    SOCKET s;
    char byte;

    shared = map(argument, &mapping);
    if (!shared || WSAStartup(MAKEWORD(2, 2), &data) != 0 || !await(&shared->ready))
        return 2;
    s = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &shared->info, 0, 0);
    if (s != INVALID_SOCKET && recv(s, &byte, 1, 0) == SOCKET_ERROR)
        shared->mode = WSAGetLastError();
    shared->opened = s != INVALID_SOCKET ? 1 : 2;
    if (s == INVALID_SOCKET || !await(&shared->closed))
        return 3;
    if (send(s, "from the child", 14, 0) != 14)
        return 4;
    return closesocket(s) ? 5 : 0;
}

CASE(share, between_processes)
{
    char name[MAPPING_NAME_MAX], arguments[2 * MAPPING_NAME_MAX], text[15] = "";
    struct shared *shared;
    HANDLE mapping, child;
    SOCKET pair[2];
    DWORD code;

    winsock();
    snprintf(name, sizeof(name), "sluice-share-%lu", GetCurrentProcessId());
    shared = map(name, &mapping);
    ck_assert(shared != NULL);
    tcp_pair(AF_INET, pair);
    set_blocking(pair[0], 0);
    snprintf(arguments, sizeof(arguments), "--helper share %s", name);
    child = start_self(arguments);
    assert_works(WSADuplicateSocketW(pair[0], GetProcessId(child), &shared->info));
    shared->ready = 1;
    ck_assert_int_eq(await(&shared->opened), 1);
    assert_code(shared->mode, WSAEWOULDBLOCK);
    assert_works(closesocket(pair[0]));
    shared->closed = 1;
    assert_returns(recv(pair[1], text, sizeof(text) - 1, MSG_WAITALL), 14);
    ck_assert_str_eq(text, "from the child");
    assert_returns(recv(pair[1], text, sizeof(text), 0), 0);
    ck_assert_uint_eq(WaitForSingleObject(child, 10000), WAIT_OBJECT_0);
    ck_assert(GetExitCodeProcess(child, &code));
    ck_assert_uint_eq(code, 0);
}
