/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What tests/trace traces and counts:  trace.exe MODE [NUMBER].  Says "fail: ..." where a call
 * behaves otherwise than without a trace, and ends with status 1 then. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int failures;

#define CHECK(condition) check((condition) != 0, #condition, __LINE__)

static void check(int holds, const char *what, int line)
{
    if (holds)
        return;
    printf("fail: line %d: %s (error %d)\n", line, what, WSAGetLastError());
    failures++;
}

static struct sockaddr_in loopback(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};

    address.sin_addr.s_addr = 0x0100007f;
    return address;
}

/* A listener on a free port, and its address. */
static SOCKET listener(struct sockaddr_in *address)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    int length = sizeof(*address);

    *address = loopback();
    CHECK(!bind(s, (struct sockaddr *)address, sizeof(*address)));
    CHECK(!listen(s, 5));
    CHECK(!getsockname(s, (struct sockaddr *)address, &length));
    return s;
}

static void pair(SOCKET ends[2])
{
    struct sockaddr_in address, peer;
    int length = sizeof(peer);
    SOCKET s = listener(&address);

    ends[0] = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    CHECK(!connect(ends[0], (struct sockaddr *)&address, sizeof(address)));
    ends[1] = accept(s, (struct sockaddr *)&peer, &length);
    CHECK(ends[1] != INVALID_SOCKET);
    printf("port %d\npeer %d\nends %#x %#x\n", __builtin_bswap16(address.sin_port),
           __builtin_bswap16(peer.sin_port), (unsigned)ends[0], (unsigned)ends[1]);
    CHECK(!closesocket(s));
}

static void data(SOCKET ends[2])
{
    WSABUF out[2] = {{3, (char *)"abc"}, {2, (char *)"de"}};
    char buffer[64];
    WSABUF in = {sizeof(buffer), buffer};
    DWORD moved, flags = 0;

    CHECK(send(ends[0], "GET / HTTP/1.0\r\n", 17, 0) == 17);
    CHECK(recv(ends[1], buffer, sizeof(buffer), 0) == 17);
    CHECK(!WSASend(ends[0], out, 2, &moved, 0, NULL, NULL) && moved == 5);
    CHECK(!WSARecv(ends[1], &in, 1, &moved, &flags, NULL, NULL) && moved == 5);
    memset(buffer, 'x', sizeof(buffer));
    CHECK(send(ends[0], buffer, 40, 0) == 40);
    CHECK(recv(ends[1], buffer, sizeof(buffer), MSG_PEEK) == 40);
    CHECK(recv(ends[1], buffer, sizeof(buffer), 0) == 40);
}

static void failing(SOCKET ends[2])
{
    struct sockaddr_in address;
    SOCKET s = listener(&address), second;
    char buffer[16];
    u_long on = 1;

    CHECK(!ioctlsocket(ends[1], FIONBIO, &on));
    CHECK(recv(ends[1], buffer, sizeof(buffer), 0) == -1 && WSAGetLastError() == WSAEWOULDBLOCK);
    CHECK(!closesocket(s));
    second = socket(AF_INET, SOCK_STREAM, 0);
    CHECK(connect(second, (struct sockaddr *)&address, sizeof(address)) == -1 &&
          WSAGetLastError() == WSAECONNREFUSED);
    printf("refused %d\n", __builtin_bswap16(address.sin_port));
    CHECK(recv((SOCKET)0x7ffc, buffer, 1, 0) == -1 && WSAGetLastError() == WSAENOTSOCK);
    CHECK(!closesocket(second));
}

static void options(SOCKET s)
{
    struct addrinfo hints = {.ai_family = AF_INET, .ai_socktype = SOCK_STREAM}, *list;
    int value = 1, length = sizeof(value);

    hints.ai_flags = AI_NUMERICHOST | AI_NUMERICSERV;
    CHECK(!setsockopt(s, IPPROTO_TCP, TCP_NODELAY, (char *)&value, sizeof(value)));
    CHECK(!getsockopt(s, SOL_SOCKET, SO_TYPE, (char *)&value, &length) && value == SOCK_STREAM);
    CHECK(!getaddrinfo("127.0.0.1", "80", &hints, &list));
    freeaddrinfo(list);
    CHECK(getaddrinfo("256.1.1.1", "80", &hints, &list) == WSAHOST_NOT_FOUND);
    CHECK(socket(AF_INET, 77, 0) == INVALID_SOCKET);
    CHECK(!shutdown(s, SD_SEND));
}

static void ready(SOCKET ends[2])
{
    struct timeval time = {0, 1000};
    WSAPOLLFD entry = {.fd = ends[0], .events = POLLRDNORM | POLLWRNORM};
    WSAEVENT event = WSACreateEvent();
    fd_set set;

    FD_ZERO(&set);
    FD_SET(ends[0], &set);
    CHECK(select(0, NULL, &set, NULL, &time) == 1);
    CHECK(WSAPoll(&entry, 1, 0) == 1);
    CHECK(!WSAEventSelect(ends[0], event, FD_READ | FD_CLOSE));
    CHECK(WSAWaitForMultipleEvents(1, &event, FALSE, 0, FALSE) == WSA_WAIT_TIMEOUT);
    CHECK(!WSAEventSelect(ends[0], NULL, 0));
    CHECK(WSACloseEvent(event));
}

static void extension(void)
{
    struct sockaddr_in address;
    SOCKET s = listener(&address), taker = socket(AF_INET, SOCK_STREAM, 0);
    OVERLAPPED overlapped = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    GUID guid = WSAID_ACCEPTEX;
    LPFN_ACCEPTEX accept_ex = NULL;
    char buffer[64];
    DWORD got, flags = 0;

    CHECK(!WSAIoctl(s, SIO_GET_EXTENSION_FUNCTION_POINTER, &guid, sizeof(guid), &accept_ex,
                    sizeof(accept_ex), &got, NULL, NULL));
    got = 0;
    CHECK(!accept_ex(s, taker, buffer, 0, 32, 32, &got, &overlapped) &&
          GetLastError() == ERROR_IO_PENDING);
    CHECK(!closesocket(s));
    CHECK(!WSAGetOverlappedResult(s, &overlapped, &got, FALSE, &flags));
    CHECK(!closesocket(taker));
}

static void bad_pointers(SOCKET s)
{
    char *volatile unknown = (char *)16; /* the compiler would warn of it */
    char *bad = unknown;
    int length = 16;

    CHECK(send(s, bad, 10, 0) == -1 && WSAGetLastError() == WSAEFAULT);
    CHECK(bind(s, (struct sockaddr *)bad, 16) == -1);
    CHECK(connect(s, (struct sockaddr *)bad, 16) == -1);
    CHECK(getsockname(s, (struct sockaddr *)bad, &length) == -1);
    CHECK(getsockname(s, (struct sockaddr *)bad, (int *)bad) == -1);
    CHECK(setsockopt(s, SOL_SOCKET, SO_LINGER, bad, 4) == -1);
    CHECK(WSASend(s, (WSABUF *)bad, 2, NULL, 0, NULL, NULL) == -1);
    CHECK(WSARecv(s, (WSABUF *)bad, 2, (DWORD *)bad, (DWORD *)bad, NULL, NULL) == -1);
    CHECK(select(0, (fd_set *)bad, NULL, NULL, (struct timeval *)bad) == -1);
    CHECK(WSAPoll((WSAPOLLFD *)bad, 3, 0) == -1);
    CHECK(getaddrinfo(bad, bad, (struct addrinfo *)bad, (struct addrinfo **)bad));
    CHECK(inet_addr(bad) == INADDR_NONE);
    CHECK(WSAWaitForMultipleEvents(2, (HANDLE *)bad, FALSE, 0, FALSE) == WSA_WAIT_FAILED);
}

static void last_error(void)
{
    WSASetLastError(4711);
    CHECK(htons(0x1234) == 0x3412);
    CHECK(WSAGetLastError() == 4711);
    CHECK(GetLastError() == 4711);
}

static void calls(void)
{
    SOCKET ends[2];

    pair(ends);
    data(ends);
    ready(ends);
    failing(ends);
    options(ends[0]);
    extension();
    bad_pointers(ends[0]);
    last_error();
    CHECK(!closesocket(ends[0]));
    CHECK(!closesocket(ends[1]));
}

static int per_thread;

static DWORD WINAPI send_thread(void *argument)
{
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0);
    struct sockaddr_in address = loopback();
    char text[32];

    (void)argument;
    address.sin_port = htons(9);
    for (int i = 0; i < per_thread; i++) {
        sprintf(text, "line %d", i);
        sendto(s, text, 25, 0, (struct sockaddr *)&address, sizeof(address));
    }
    closesocket(s);
    return 0;
}

static void threads(int count)
{
    HANDLE thread[64];

    per_thread = 200;
    for (int i = 0; i < count; i++)
        thread[i] = CreateThread(NULL, 0, send_thread, NULL, 0, NULL);
    for (int i = 0; i < count; i++)
        WaitForSingleObject(thread[i], INFINITE);
}

static HANDLE about_to_wait;

static DWORD WINAPI blocked_thread(void *argument)
{
    char byte;

    SetEvent(about_to_wait);
    recv(*(SOCKET *)argument, &byte, 1, 0);
    return 0;
}

/* Threads that end inside a traced call, in its first wait or a later one, take nothing with them that others need.  One
 * that has just begun may hold the loader's lock, and nobody goes on then, traced or not. */
static void terminated(int count)
{
    SOCKET ends[2];
    HANDLE thread;

    pair(ends);
    about_to_wait = CreateEventW(NULL, FALSE, FALSE, NULL);
    for (int i = 0; i < count; i++) {
        thread = CreateThread(NULL, 0, blocked_thread, &ends[1], 0, NULL);
        WaitForSingleObject(about_to_wait, INFINITE);
        Sleep(20 + i % 4 * 25);
        TerminateThread(thread, 1);
        WaitForSingleObject(thread, INFINITE);
        CloseHandle(thread);
    }
    CHECK(send(ends[0], "still here", 10, 0) == 10);
}

static volatile LONG in_routine;

static void CALLBACK routine(DWORD error, DWORD moved, WSAOVERLAPPED *overlapped, DWORD flags)
{
    (void)flags, (void)error, (void)moved;
    in_routine = htons(0x0100); /* a call inside the wait of another */
    send((SOCKET)(ULONG_PTR)overlapped->hEvent, "from inside", 11, 0);
    WSASetLastError(99);
}

static void nested(void)
{
    SOCKET ends[2];
    char buffer[32];
    WSABUF in = {sizeof(buffer), buffer};
    OVERLAPPED overlapped = {0};
    WSAEVENT event = WSACreateEvent();
    DWORD flags = 0;

    pair(ends);
    overlapped.hEvent = (HANDLE)(ULONG_PTR)ends[1];
    CHECK(WSARecv(ends[1], &in, 1, NULL, &flags, &overlapped, routine) == -1 &&
          WSAGetLastError() == WSA_IO_PENDING);
    CHECK(send(ends[0], "to the routine", 14, 0) == 14);
    CHECK(WSAWaitForMultipleEvents(1, &event, FALSE, 5000, TRUE) == WSA_WAIT_IO_COMPLETION);
    CHECK(in_routine == 1);
    CHECK(recv(ends[0], buffer, sizeof(buffer), 0) == 11);
}

static void processes(char *self, int count)
{
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION child[16];
    char command[MAX_PATH + 16];

    sprintf(command, "\"%s\" count 10", self);
    for (int i = 0; i < count; i++)
        CHECK(CreateProcessA(NULL, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &child[i]));
    for (int i = 0; i < count; i++) {
        WaitForSingleObject(child[i].hProcess, INFINITE);
        printf("pid %lu\n", child[i].dwProcessId);
    }
}

/* As many calls as said: htons, and as many failures of closesocket. */
static void count_calls(int count)
{
    for (int i = 0; i < count; i++) {
        htons(1);
        closesocket(INVALID_SOCKET);
    }
}

static int run(const char *mode, char *self, int number)
{
    WSADATA data;

    CHECK(!WSAStartup(0x0202, &data));
    if (!strcmp(mode, "calls"))
        calls();
    else if (!strcmp(mode, "threads"))
        threads(number);
    else if (!strcmp(mode, "terminated"))
        terminated(number);
    else if (!strcmp(mode, "nested"))
        nested();
    else if (!strcmp(mode, "processes"))
        processes(self, number);
    else if (!strcmp(mode, "count") || !strcmp(mode, "exit"))
        count_calls(number);
    else if (!strcmp(mode, "ipv6"))
        CHECK(socket(AF_INET6, SOCK_STREAM, 0) != INVALID_SOCKET || number == WSAGetLastError());
    else if (!strcmp(mode, "pending"))
        CHECK(!WSAGetQOSByName(INVALID_SOCKET, NULL, NULL));
    else if (!strcmp(mode, "listen")) {
        struct sockaddr_in address;

        listener(&address);
        printf("listening %d\n", __builtin_bswap16(address.sin_port));
        fflush(stdout);
        Sleep(number);
    } else
        CHECK(!"a known mode");
    printf("done %d\n", failures);
    fflush(stdout);
    if (!strcmp(mode, "exit"))
        ExitProcess(failures != 0);
    return failures != 0;
}

int main(int argc, char **argv)
{
    return run(argc > 1 ? argv[1] : "", argv[0], argc > 2 ? atoi(argv[2]) : 0);
}
