/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * echo_server: a small Windows TCP server, to read and to try Sluice with.
 *
 *     echo_server.exe [PORT [BACKLOG]]
 *
 * Listens on 127.0.0.1:PORT (0, the default, lets the system choose) with room for BACKLOG waiting
 * connections (default 5) and answers every line with the same line in capitals.  Each connection
 * has a thread of its own.  The line "quit", or Ctrl-C, stops the server: it closes everything,
 * prints its totals and exits with 0.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <process.h>
#include <ctype.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

struct connection {
    SOCKET socket;
    struct connection *next;
};

/* Everything that several threads touch, under one lock. */
static struct {
    SRWLOCK lock;
    CONDITION_VARIABLE changed; /* a connection has ended */
    struct connection *open;
    SOCKET listener; /* INVALID_SOCKET once the server is to stop */
    unsigned served;
    unsigned long long received, sent;
} server = {SRWLOCK_INIT, CONDITION_VARIABLE_INIT, NULL, INVALID_SOCKET, 0, 0, 0};

static int complain(const char *what)
{
    fprintf(stderr, "echo_server: %s failed: error %d\n", what, WSAGetLastError());
    return 1;
}

/* Closing the listening socket ends the accept() that waits on it. */
static void stop_server(void)
{
    SOCKET listener;

    AcquireSRWLockExclusive(&server.lock);
    listener = server.listener;
    server.listener = INVALID_SOCKET;
    ReleaseSRWLockExclusive(&server.lock);
    if (listener != INVALID_SOCKET)
        closesocket(listener);
}

static int stopping(void)
{
    int result;

    AcquireSRWLockShared(&server.lock);
    result = server.listener == INVALID_SOCKET;
    ReleaseSRWLockShared(&server.lock);
    return result;
}

static BOOL WINAPI on_console_event(DWORD event)
{
    if (event != CTRL_C_EVENT && event != CTRL_BREAK_EVENT)
        return FALSE;
    stop_server();
    return TRUE;
}

/* A stream has no message boundaries, and send() may take less than it is given. */
static int send_all(SOCKET s, const char *data, int size)
{
    int done = 0;

    while (done < size) {
        int n = send(s, data + done, size - done, 0);
        if (n == SOCKET_ERROR)
            return SOCKET_ERROR;
        done += n;
    }
    AcquireSRWLockExclusive(&server.lock);
    server.sent += done;
    ReleaseSRWLockExclusive(&server.lock);
    return done;
}

/* Answers one line, given without its end.  Returns 0 when the connection is to end. */
static int answer(SOCKET s, char *line, int size)
{
    int i;

    if (size == 4 && !memcmp(line, "quit", 4)) {
        send_all(s, "bye\n", 4);
        stop_server();
        return 0;
    }
    for (i = 0; i < size; i++)
        line[i] = (char)toupper((unsigned char)line[i]);
    line[size] = '\n';
    return send_all(s, line, size + 1) != SOCKET_ERROR;
}

/* Cuts what arrives into lines; a line longer than the buffer ends the connection. */
static void talk(SOCKET s)
{
    char buffer[4096];
    int held = 0;

    for (;;) {
        char *line = buffer, *end;
        int n = recv(s, buffer + held, (int)sizeof(buffer) - held, 0);
        if (n <= 0)
            return; /* 0: the client has finished; else the connection is lost */
        AcquireSRWLockExclusive(&server.lock);
        server.received += n;
        ReleaseSRWLockExclusive(&server.lock);

        held += n;
        while ((end = memchr(line, '\n', buffer + held - line))) {
            if (!answer(s, line, (int)(end - line)))
                return;
            line = end + 1;
        }
        held -= (int)(line - buffer);
        memmove(buffer, line, held);
        if (held == sizeof(buffer))
            return;
    }
}

static void __cdecl serve(void *argument)
{
    struct connection *connection = argument, **link;

    talk(connection->socket);
    shutdown(connection->socket, SD_SEND);

    /* Off the list before it is closed: nobody may shut down a socket that is no longer ours. */
    AcquireSRWLockExclusive(&server.lock);
    for (link = &server.open; *link != connection; link = &(*link)->next)
        ;
    *link = connection->next;
    closesocket(connection->socket);
    WakeConditionVariable(&server.changed);
    ReleaseSRWLockExclusive(&server.lock);
    free(connection);
}

static void start_connection(SOCKET s)
{
    struct connection *connection = malloc(sizeof(*connection));

    if (!connection) {
        closesocket(s);
        return;
    }
    connection->socket = s;
    AcquireSRWLockExclusive(&server.lock);
    connection->next = server.open;
    server.open = connection;
    server.served++;
    ReleaseSRWLockExclusive(&server.lock);
    if (_beginthread(serve, 0, connection) == (uintptr_t)-1L)
        serve(connection); /* no thread to be had: serve this one here */
}

/* Lets every recv() that waits return, and waits for the threads. */
static void end_connections(void)
{
    struct connection *connection;

    AcquireSRWLockExclusive(&server.lock);
    for (connection = server.open; connection; connection = connection->next)
        shutdown(connection->socket, SD_BOTH);
    while (server.open)
        SleepConditionVariableSRW(&server.changed, &server.lock, INFINITE, 0);
    ReleaseSRWLockExclusive(&server.lock);
}

static SOCKET open_listener(unsigned short port, int backlog, struct sockaddr_in *address)
{
    int size = sizeof(*address);
    SOCKET s = socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    if (s == INVALID_SOCKET)
        return s;
    memset(address, 0, sizeof(*address));
    address->sin_family = AF_INET;
    address->sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address->sin_port = htons(port);
    if (!bind(s, (struct sockaddr *)address, size) && !listen(s, backlog) &&
        !getsockname(s, (struct sockaddr *)address, &size))
        return s;
    size = WSAGetLastError();
    closesocket(s);
    WSASetLastError(size);
    return INVALID_SOCKET;
}

static int run(unsigned short port, int backlog)
{
    struct sockaddr_in address;
    SOCKET listener = open_listener(port, backlog, &address), s;

    if (listener == INVALID_SOCKET)
        return complain("listening");
    server.listener = listener;
    SetConsoleCtrlHandler(on_console_event, TRUE);
    printf("listening on 127.0.0.1:%d\n", ntohs(address.sin_port));
    fflush(stdout);

    while ((s = accept(listener, NULL, NULL)) != INVALID_SOCKET)
        start_connection(s);
    if (!stopping()) {
        complain("accept");
        stop_server();
        end_connections();
        return 1;
    }
    end_connections();
    printf("stopped: connections %u, bytes received %llu, bytes sent %llu\n", server.served,
           server.received, server.sent);
    return 0;
}

int main(int argc, char **argv)
{
    int port = argc > 1 ? atoi(argv[1]) : 0;
    int backlog = argc > 2 ? atoi(argv[2]) : 5;
    WSADATA data;
    int error, status;

    if (argc > 3 || port < 0 || port > 65535) {
        fprintf(stderr, "usage: echo_server [PORT [BACKLOG]]\n");
        return 2;
    }
    error = WSAStartup(MAKEWORD(2, 2), &data);
    if (error) { /* without a started Winsock there is no last error to ask */
        fprintf(stderr, "echo_server: WSAStartup failed: error %d\n", error);
        return 1;
    }
    status = run((unsigned short)port, backlog);
    if (WSACleanup())
        status = complain("WSACleanup");
    return status;
}
