/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * watch: Winsock is loaded and started while three threads open and close handles, that is, while
 * they run through the functions the watch replaces; then used, given back, and unloaded.
 *
 *     watch on|off|NAME   a watch has to stand afterwards, or must not; NAME: the memory that is needed
 * for this function of ntdll is taken, and those have to be watched that do without
 *
 * The threads go on through FreeLibrary and to the end of the process.  Prints "done" last.
 * Exit status: 0; 1 with a line that says what went wrong.
 */
#include <winsock2.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

/* CHANGED: the bytes of a stub that the watch changes, as a jump has five. */
#ifdef _WIN64
enum { CHANGED = 3 }; /* the other two are what they were */
#else
enum { CHANGED = 5 };
#endif
enum { THREADS = 3, ROUNDS = 20, HEAD = 16 };

static volatile LONG mishaps, handles_made, is_over;

/* The first two are watched both or not at all. */
static struct {
    const char *name;
    bool alone;
    unsigned char before[HEAD];
} functions[] = {{.name = "NtClose"},
                 {.name = "NtDuplicateObject"},
                 {.name = "NtDeviceIoControlFile", .alone = true}};

static struct {
    int(WINAPI *startup)(WORD, WSADATA *);
    int(WINAPI *cleanup)(void);
    SOCKET(WINAPI *socket)(int, int, int);
    int(WINAPI *bind)(SOCKET, const struct sockaddr *, int);
    int(WINAPI *getsockname)(SOCKET, struct sockaddr *, int *);
    int(WINAPI *sendto)(SOCKET, const char *, int, int, const struct sockaddr *, int);
    int(WINAPI *recv)(SOCKET, char *, int, int);
    int(WINAPI *closesocket)(SOCKET);
    int(WINAPI *error)(void);
} ws;

static void give_up(const char *format, ...) __attribute__((noreturn, format(gnu_printf, 1, 2)));
static void give_up(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vprintf(format, args);
    va_end(args);
    puts("");
    fflush(stdout);
    ExitProcess(1);
}

/* Every handle works until it is closed. */
static DWORD WINAPI hammer(void *unused)
{
    (void)unused;
    while (!is_over) {
        HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL), copy, moved;

        if (!event || !DuplicateHandle(GetCurrentProcess(), event, GetCurrentProcess(), &copy, 0,
                                       FALSE, DUPLICATE_SAME_ACCESS))
            return (DWORD)InterlockedIncrement(&mishaps);
        if (!DuplicateHandle(GetCurrentProcess(), copy, GetCurrentProcess(), &moved, 0, FALSE,
                             DUPLICATE_SAME_ACCESS | DUPLICATE_CLOSE_SOURCE))
            return (DWORD)InterlockedIncrement(&mishaps);
        if (!SetEvent(event) || WaitForSingleObject(moved, 0) != WAIT_OBJECT_0 ||
            !CloseHandle(event) || !CloseHandle(moved))
            InterlockedIncrement(&mishaps);
        InterlockedIncrement(&handles_made);
    }
    return 0;
}

/* Closing a pseudo handle needs no request: the threads are inside the function nearly all the time. */
static DWORD WINAPI hammer_fast(void *unused)
{
    DWORD unused_size;

    (void)unused;
    while (!is_over)
        if (!CloseHandle(GetCurrentProcess()) ||
            DeviceIoControl(GetCurrentProcess(), 0, NULL, 0, NULL, 0, &unused_size, NULL))
            InterlockedIncrement(&mishaps);
    return 0;
}

static void find(HMODULE module)
{
    static const struct {
        const char *name;
        void *place;
    } wanted[] = {
        {"WSAStartup", &ws.startup},
        {"WSACleanup", &ws.cleanup},
        {"socket", &ws.socket},
        {"bind", &ws.bind},
        {"getsockname", &ws.getsockname},
        {"sendto", &ws.sendto},
        {"recv", &ws.recv},
        {"closesocket", &ws.closesocket},
        {"WSAGetLastError", &ws.error},
    };

    for (size_t i = 0; i < ARRAYSIZE(wanted); i++) {
        FARPROC found = GetProcAddress(module, wanted[i].name);

        if (!found)
            give_up("ws2_32.dll has no %s", wanted[i].name);
        memcpy(wanted[i].place, &found, sizeof(found));
    }
}

/* A datagram to itself, the close by way of CloseHandle, and that the value is no socket then. */
static void use_socket(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = 0x0100007f};
    int length = sizeof(address);
    SOCKET s = ws.socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    char byte = 0;

    if (s == INVALID_SOCKET || ws.bind(s, (struct sockaddr *)&address, length) ||
        ws.getsockname(s, (struct sockaddr *)&address, &length) ||
        ws.sendto(s, "x", 1, 0, (struct sockaddr *)&address, length) != 1 ||
        ws.recv(s, &byte, 1, 0) != 1 || byte != 'x')
        give_up("the socket does not work: error %d", ws.error());
    if (!CloseHandle((HANDLE)s))
        give_up("CloseHandle: error %lu", GetLastError());
}

static const void *address_of(const char *name)
{
    return (void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), name);
}

/* The start of a system-call stub, as it is in the memory of this process. */
static void look(const char *name, unsigned char *bytes)
{
    memcpy(bytes, address_of(name), HEAD);
}

/* Which are watched: all ("on"), none ("off"), or those for which there is memory left. */
static bool is_watched(size_t function, const char *mode)
{
    if (!strcmp(mode, "on") || !strcmp(mode, "off"))
        return !strcmp(mode, "on");
    for (size_t i = 0; i < ARRAYSIZE(functions); i++)
        if (!strcmp(functions[i].name, mode))
            return functions[i].alone && i != function;
    give_up("there is no %s", mode);
}

/* A watched function begins with a jump, and only the first bytes have changed. */
static void check(const char *name, const unsigned char *before, bool watched)
{
    unsigned char after[HEAD];

    look(name, after);
    if (watched != (after[0] == 0xe9))
        give_up("%s begins with %02x", name, after[0]);
    if (watched ? memcmp(before + CHANGED, after + CHANGED, HEAD - CHANGED) != 0 : memcmp(before, after, HEAD) != 0)
        give_up("%s: bytes have changed that must not", name);
}

/* Takes the 64 KB that the jump in front of this stub could reach, and those before, as far as they
 * are free: the jump's distance is a number whose upper half is bytes 3 and 4 of the stub. */
static void take_surroundings(const unsigned char *stub)
{
    const ULONG_PTR granularity = 0x10000;
    const LONG high = (LONG)((ULONG)(stub[3] | stub[4] << 8) << 16);
    const ULONG_PTR low = ((ULONG_PTR)stub + 5 + high) & ~(granularity - 1);

    VirtualAlloc((void *)low, granularity, MEM_RESERVE, PAGE_NOACCESS);
    VirtualAlloc((void *)(low + granularity), granularity, MEM_RESERVE, PAGE_NOACCESS);
}

static void wait_for_handles(LONG more)
{
    const LONG from = handles_made;
    const ULONGLONG end = GetTickCount64() + 20000;

    while (handles_made - from < more)
        if (GetTickCount64() > end)
            give_up("the threads stand still after %ld handles", handles_made);
        else
            Sleep(1);
}

int main(int argc, char **argv)
{
    const char *mode = argc == 2 ? argv[1] : "off";
    HMODULE module;
    WSADATA data;

    for (size_t i = 0; i < ARRAYSIZE(functions); i++) {
        look(functions[i].name, functions[i].before);
        if (!strcmp(functions[i].name, mode))
            take_surroundings(address_of(mode));
    }
    for (int i = 0; i < THREADS; i++)
        CloseHandle(CreateThread(NULL, 0, i ? hammer : hammer_fast, NULL, 0, NULL));
    wait_for_handles(50);
    module = LoadLibraryW(L"ws2_32.dll");
    if (!module)
        give_up("LoadLibrary: error %lu", GetLastError());
    find(module);
    for (int i = 0; i < ROUNDS; i++) {
        int error = ws.startup(MAKEWORD(2, 2), &data);

        if (error)
            give_up("WSAStartup: error %d", error);
        use_socket();
        if (i % 2 && ws.cleanup())
            give_up("WSACleanup: error %d", ws.error());
    }
    for (size_t i = 0; i < ARRAYSIZE(functions); i++)
        check(functions[i].name, functions[i].before, is_watched(i, mode));
    wait_for_handles(50);
    if (!FreeLibrary(module))
        give_up("FreeLibrary: error %lu", GetLastError());
    wait_for_handles(200);
    if (mishaps)
        give_up("%ld handles did not work", mishaps);
    puts("done");
    fflush(stdout);
    return 0; /* with the threads at work */
}
