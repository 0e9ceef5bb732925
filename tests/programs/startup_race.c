/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * startup_race: 64 threads of a process that has not used Winsock yet race through WSAStartup and
 * WSACleanup.
 *
 * Within its own pair every thread must find Winsock started, whatever the others do.  At the end
 * no start-up is left.  Exit status: 0 so it was, 1 not (standard output says what).
 */
#include <winsock2.h>

#include <stdio.h>

enum { THREADS = 64, ROUNDS = 40 };

static HANDLE gate;
static volatile LONG failures;

static void fail(const char *what, int code)
{
    if (InterlockedIncrement(&failures) <= 10)
        printf("%s: %d\n", what, code);
}

/* One start-up, a socket in between, one clean-up. Another thread's clean-up must not take it away:
 * the socket stays open, because this thread's start-up is still counted. */
static void once(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    WSADATA data;
    SOCKET s;
    int error = WSAStartup(MAKEWORD(2, 2), &data);

    if (error) {
        fail("WSAStartup", error);
        return;
    }
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    s = socket(AF_INET, SOCK_DGRAM, 0);
    if (s == INVALID_SOCKET)
        fail("socket", WSAGetLastError());
    else if (bind(s, (struct sockaddr *)&address, sizeof(address)))
        fail("bind", WSAGetLastError());
    if (s != INVALID_SOCKET && closesocket(s))
        fail("closesocket", WSAGetLastError());
    if (WSACleanup())
        fail("WSACleanup", WSAGetLastError());
}

static DWORD WINAPI racer(void *unused)
{
    (void)unused;
    WaitForSingleObject(gate, INFINITE);
    for (int i = 0; i < ROUNDS; i++)
        once();
    return 0;
}

int main(void)
{
    HANDLE threads[THREADS];

    gate = CreateEventW(NULL, TRUE, FALSE, NULL);
    for (int i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, racer, NULL, 0, NULL);
    SetEvent(gate);
    for (int i = 0; i < THREADS; i++)
        WaitForSingleObject(threads[i], INFINITE);
    if (!WSACleanup() || WSAGetLastError() != WSANOTINITIALISED)
        fail("one WSACleanup too many", WSAGetLastError());
    printf("%ld failures in %d pairs\n", (long)failures, THREADS * ROUNDS);
    return failures != 0;
}
