/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * startup_load: loads startup_dll.dll, whose DllMain calls WSAStartup under the loader's lock,
 * while other threads call WSAStartup and with it the loader themselves.
 *
 *     startup_load THREADS DELAY
 *
 * The process has not used Winsock before.  The DLL is loaded DELAY tenths of a millisecond of
 * spinning after the threads were let go, so that several runs meet different moments.  Exit
 * status: 0 every call succeeded; 1 not.  A deadlock is for the caller's time limit to find.
 */
#include <winsock2.h>

#include <stdio.h>
#include <stdlib.h>

enum { MAX_THREADS = 64, ROUNDS = 4 };

static HANDLE gate;
static volatile LONG failures;

static DWORD WINAPI starter(void *unused)
{
    WSADATA data;

    (void)unused;
    WaitForSingleObject(gate, INFINITE);
    for (int i = 0; i < ROUNDS; i++)
        if (WSAStartup(MAKEWORD(2, 2), &data) || WSACleanup())
            InterlockedIncrement(&failures);
    return 0;
}

static void spin(int tenths)
{
    LARGE_INTEGER frequency, start, now;

    QueryPerformanceFrequency(&frequency);
    QueryPerformanceCounter(&start);
    do
        QueryPerformanceCounter(&now);
    while ((now.QuadPart - start.QuadPart) * 10000 < tenths * frequency.QuadPart);
}

static void load_and_free(void)
{
    HMODULE module = LoadLibraryW(L"startup_dll.dll");
    int (*result)(void) = module ? (void *)GetProcAddress(module, "startup_dll_result") : NULL;

    if (!result || result()) {
        printf("startup_dll.dll: %d\n", result ? result() : (int)GetLastError());
        InterlockedIncrement(&failures);
    }
    if (module && !FreeLibrary(module))
        InterlockedIncrement(&failures);
}

int main(int argc, char **argv)
{
    HANDLE threads[MAX_THREADS];
    int count = argc > 1 ? atoi(argv[1]) : 0;

    if (argc != 3 || count < 1 || count > MAX_THREADS)
        return 2;
    gate = CreateEventW(NULL, TRUE, FALSE, NULL);
    for (int i = 0; i < count; i++)
        threads[i] = CreateThread(NULL, 0, starter, NULL, 0, NULL);
    SetEvent(gate);
    spin(atoi(argv[2]));
    for (int i = 0; i < ROUNDS; i++)
        load_and_free();
    WaitForMultipleObjects(count, threads, TRUE, INFINITE);
    return failures != 0;
}
