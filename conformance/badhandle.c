/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every function that takes a SOCKET, with handles that are none: WSAENOTSOCK: the descriptor is
 * not a socket.  The handle is looked at before the other arguments, which are good where they
 * matter. */
#include "case.h"

static struct address address;
static char bytes[1024];
static int length;
static DWORD count, flags;
static WSABUF buffer = {1, bytes};
static WSAEVENT event;

#define CALL(name, expression)                                                                     \
    static intptr_t name(SOCKET s)                                                                 \
    {                                                                                              \
        return (intptr_t)(expression);                                                             \
    }
#define LENGTH (length = sizeof(address.any), &length)
#define ROOM   ((struct sockaddr *)bytes)

CALL(call_accept, accept(s, NULL, NULL))
CALL(call_accept_address, accept(s, ROOM, LENGTH))
CALL(call_bind, bind(s, &address.sa, address.len))
CALL(call_bind_null, bind(s, NULL, 0))
CALL(call_closesocket, closesocket(s))
CALL(call_connect, connect(s, &address.sa, address.len))
CALL(call_connect_null, connect(s, NULL, 0))
CALL(call_getpeername, getpeername(s, ROOM, LENGTH))
CALL(call_getpeername_null, getpeername(s, NULL, NULL))
CALL(call_getsockname, getsockname(s, ROOM, LENGTH))
CALL(call_getsockname_null, getsockname(s, NULL, NULL))
CALL(call_getsockopt, getsockopt(s, SOL_SOCKET, SO_TYPE, bytes, LENGTH))
CALL(call_getsockopt_tcp, getsockopt(s, IPPROTO_TCP, TCP_NODELAY, bytes, LENGTH))
CALL(call_ioctlsocket, ioctlsocket(s, FIONREAD, (u_long *)(void *)bytes))
CALL(call_ioctlsocket_fionbio, ioctlsocket(s, FIONBIO, (u_long *)(void *)bytes))
CALL(call_listen, listen(s, 1))
CALL(call_recv, recv(s, bytes, 1, 0))
CALL(call_recv_peek, recv(s, bytes, 1, MSG_PEEK))
CALL(call_recv_nothing, recv(s, bytes, 0, 0))
CALL(call_recvfrom, recvfrom(s, bytes, 1, 0, ROOM, LENGTH))
CALL(call_send, send(s, bytes, 1, 0))
CALL(call_send_nothing, send(s, bytes, 0, 0))
CALL(call_sendto, sendto(s, bytes, 1, 0, &address.sa, address.len))
CALL(call_setsockopt, setsockopt(s, SOL_SOCKET, SO_KEEPALIVE, bytes, 4))
CALL(call_setsockopt_tcp, setsockopt(s, IPPROTO_TCP, TCP_NODELAY, bytes, 4))
CALL(call_shutdown, shutdown(s, SD_BOTH))
CALL(call_shutdown_how, shutdown(s, 99))
CALL(call_wsaaccept, WSAAccept(s, NULL, NULL, NULL, 0))
CALL(call_wsaconnect, WSAConnect(s, &address.sa, address.len, NULL, NULL, NULL, NULL))
CALL(call_wsaduplicate,
     WSADuplicateSocketW(s, GetCurrentProcessId(), (WSAPROTOCOL_INFOW *)(void *)bytes))
CALL(call_wsaenumevents, WSAEnumNetworkEvents(s, NULL, (WSANETWORKEVENTS *)(void *)bytes))
CALL(call_wsaeventselect, WSAEventSelect(s, event, FD_READ))
CALL(call_wsahtons, WSAHtons(s, 1, (u_short *)(void *)bytes))
CALL(call_wsaioctl, WSAIoctl(s, FIONREAD, NULL, 0, bytes, 4, &count, NULL, NULL))
CALL(call_wsajoinleaf, WSAJoinLeaf(s, &address.sa, address.len, NULL, NULL, NULL, NULL, 4))
CALL(call_wsarecv, WSARecv(s, &buffer, 1, &count, &flags, NULL, NULL))
CALL(call_wsarecvfrom, WSARecvFrom(s, &buffer, 1, &count, &flags, ROOM, LENGTH, NULL, NULL))
CALL(call_wsasend, WSASend(s, &buffer, 1, &count, 0, NULL, NULL))
CALL(call_wsasendto, WSASendTo(s, &buffer, 1, &count, 0, &address.sa, address.len, NULL, NULL))

static const struct {
    const char *name;
    intptr_t (*call)(SOCKET s);
} calls[] = {
#define ROW(name)                                                                                  \
    {                                                                                              \
#name, call_##name                                                                         \
    }
    ROW(accept),
    ROW(accept_address),
    ROW(bind),
    ROW(bind_null),
    ROW(closesocket),
    ROW(connect),
    ROW(connect_null),
    ROW(getpeername),
    ROW(getpeername_null),
    ROW(getsockname),
    ROW(getsockname_null),
    ROW(getsockopt),
    ROW(getsockopt_tcp),
    ROW(ioctlsocket),
    ROW(ioctlsocket_fionbio),
    ROW(listen),
    ROW(recv),
    ROW(recv_peek),
    ROW(recv_nothing),
    ROW(recvfrom),
    ROW(send),
    ROW(send_nothing),
    ROW(sendto),
    ROW(setsockopt),
    ROW(setsockopt_tcp),
    ROW(shutdown),
    ROW(shutdown_how),
    ROW(wsaaccept),
    ROW(wsaconnect),
    ROW(wsaduplicate),
    ROW(wsaenumevents),
    ROW(wsaeventselect),
    ROW(wsahtons),
    ROW(wsaioctl),
    ROW(wsajoinleaf),
    ROW(wsarecv),
    ROW(wsarecvfrom),
    ROW(wsasend),
    ROW(wsasendto),
#undef ROW
};

static void prepare(void)
{
    winsock();
    address = loopback(AF_INET, refused_port(AF_INET));
    event = WSACreateEvent();
}

/* Every call with one handle; a NULL `make` gives the same value each time. */
static void walk(SOCKET s, SOCKET (*make)(void))
{
    int wrong = 0;

    for (size_t i = 0; i < ARRAYSIZE(calls); i++) {
        intptr_t result;
        int error;

        doing("%s", calls[i].name);
        if (make)
            s = make();
        memset(bytes, 0, sizeof(bytes));
        flags = 0;
        WSASetLastError(ERROR_UNTOUCHED);
        result = calls[i].call(s);
        error = WSAGetLastError();
        if ((int)result != -1 || error != WSAENOTSOCK) {
            printf("%s: returned %d, %s, expected WSAENOTSOCK\n", calls[i].name, (int)result,
                   wsa_name(error));
            wrong++;
        }
    }
    doing("all");
    ck_assert_msg(wrong == 0, "%d calls differ", wrong);
}

CASE(badhandle, zero)
{
    prepare();
    walk(0, NULL);
}

CASE(badhandle, invalid_socket)
{
    prepare();
    walk(INVALID_SOCKET, NULL);
}

CASE(badhandle, nonsense)
{
    prepare();
    walk(0xdeadbeef, NULL);
    walk(3, NULL);
    walk((SOCKET)0x123456789abcdef0, NULL);
}

static SOCKET closed_stream(void)
{
    SOCKET s = bound(AF_INET, SOCK_STREAM);

    assert_works(closesocket(s));
    return s;
}

static SOCKET closed_connection(void)
{
    SOCKET pair[2];

    tcp_pair(AF_INET, pair);
    assert_returns(send(pair[1], "data", 4, 0), 4);
    assert_works(closesocket(pair[1]));
    assert_works(closesocket(pair[0]));
    return pair[0];
}

/* Closed by the other way to close a handle. */
static SOCKET closed_by_closehandle(void)
{
    SOCKET pair[2];

    tcp_pair(AF_INET, pair);
    send(pair[1], "data", 4, 0);
    closesocket(pair[1]);
    ck_assert(CloseHandle((HANDLE)pair[0]));
    return pair[0];
}

CASE(badhandle, closed)
{
    prepare();
    walk(0, closed_stream);
}

CASE(badhandle, closed_connected)
{
    prepare();
    walk(0, closed_connection);
}

CASE(badhandle, closed_with_closehandle)
{
    prepare();
    walk(0, closed_by_closehandle);
}

/* Handles of other kinds; none of them is closed or used up by the attempt. */
CASE(badhandle, event)
{
    HANDLE other;

    prepare();
    other = CreateEventA(NULL, TRUE, TRUE, NULL);
    walk((SOCKET)other, NULL);
    ck_assert_uint_eq(WaitForSingleObject(other, 0), WAIT_OBJECT_0);
    ck_assert(CloseHandle(other));
}

CASE(badhandle, file)
{
    char path[MAX_PATH], magic[2] = "";
    HANDLE file;
    DWORD n;

    prepare();
    GetModuleFileNameA(NULL, path, sizeof(path));
    file = CreateFileA(path, GENERIC_READ, FILE_SHARE_READ, NULL, OPEN_EXISTING, 0, NULL);
    ck_assert(file != INVALID_HANDLE_VALUE);
    walk((SOCKET)file, NULL);
    ck_assert(ReadFile(file, magic, 2, &n, NULL));
    ck_assert_mem_eq(magic, "MZ", 2);
    ck_assert(CloseHandle(file));
}

CASE(badhandle, pipe)
{
    HANDLE read, write;
    DWORD n;

    prepare();
    ck_assert(CreatePipe(&read, &write, NULL, 0));
    ck_assert(WriteFile(write, "data", 4, &n, NULL));
    walk((SOCKET)read, NULL);
    walk((SOCKET)write, NULL);
    ck_assert(PeekNamedPipe(read, NULL, 0, NULL, &n, NULL));
    ck_assert_uint_eq(n, 4);
    ck_assert(CloseHandle(read) && CloseHandle(write));
}

CASE(badhandle, thread_and_process)
{
    HANDLE process;

    prepare();
    ck_assert(DuplicateHandle(GetCurrentProcess(), GetCurrentProcess(), GetCurrentProcess(),
                              &process, 0, FALSE, DUPLICATE_SAME_ACCESS));
    walk((SOCKET)process, NULL);
    ck_assert_uint_eq(WaitForSingleObject(process, 0), WAIT_TIMEOUT);
    walk((SOCKET)GetCurrentThread(), NULL);
}
