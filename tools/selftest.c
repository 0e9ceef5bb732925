/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * sluice-selftest: what `sluice verify` runs in a prefix.  Says which ws2_32.dll is loaded there
 * and whether data passes through both lanes of a connection to itself.
 *
 *     sluice-selftest
 *
 * Prints lines "key: value" (see main).  Exit status: 0 when ws2_32.dll is Sluice's and all data
 * arrived, 1 otherwise. The host lane's requests are counted where sluice.dll takes
 * NtDeviceIoControlFile from ntdll.
 */
#include <winsock2.h>

#include <windows.h>

#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <string.h>

enum { STUB_HEAD = 16, PORTION = 4096 };

static struct {
    int(WINAPI *startup)(WORD, WSADATA *);
    SOCKET(WINAPI *socket)(int, int, int);
    int(WINAPI *bind)(SOCKET, const struct sockaddr *, int);
    int(WINAPI *listen)(SOCKET, int);
    int(WINAPI *getsockname)(SOCKET, struct sockaddr *, int *);
    int(WINAPI *connect)(SOCKET, const struct sockaddr *, int);
    SOCKET(WINAPI *accept)(SOCKET, struct sockaddr *, int *);
    int(WINAPI *send)(SOCKET, const char *, int, int);
    int(WINAPI *recv)(SOCKET, char *, int, int);
    int(WINAPI *send_overlapped)(SOCKET, WSABUF *, DWORD, DWORD *, DWORD, WSAOVERLAPPED *,
                                 LPWSAOVERLAPPED_COMPLETION_ROUTINE);
    int(WINAPI *recv_overlapped)(SOCKET, WSABUF *, DWORD, DWORD *, DWORD *, WSAOVERLAPPED *,
                                 LPWSAOVERLAPPED_COMPLETION_ROUTINE);
    BOOL(WINAPI *result)(SOCKET, WSAOVERLAPPED *, DWORD *, BOOL, DWORD *);
    int(WINAPI *closesocket)(SOCKET);
    int(WINAPI *error)(void);
} ws;

static bool find_functions(HMODULE module)
{
    static const struct {
        const char *name;
        void *place;
    } wanted[] = {
        {"WSAStartup", &ws.startup},
        {"socket", &ws.socket},
        {"bind", &ws.bind},
        {"listen", &ws.listen},
        {"getsockname", &ws.getsockname},
        {"connect", &ws.connect},
        {"accept", &ws.accept},
        {"send", &ws.send},
        {"recv", &ws.recv},
        {"WSASend", &ws.send_overlapped},
        {"WSARecv", &ws.recv_overlapped},
        {"WSAGetOverlappedResult", &ws.result},
        {"closesocket", &ws.closesocket},
        {"WSAGetLastError", &ws.error},
    };

    for (size_t i = 0; i < ARRAYSIZE(wanted); i++) {
        FARPROC found = GetProcAddress(module, wanted[i].name);

        if (!found)
            return false;
        memcpy(wanted[i].place, &found, sizeof(found));
    }
    return true;
}

/* ---- which module
 * --------------------------------------------------------------------------------- */

/* Wine's own modules have a mark behind the DOS header. */
static bool is_wines_own(HMODULE module)
{
    static const char mark[] = "Wine builtin DLL";

    return memcmp((const char *)module + sizeof(IMAGE_DOS_HEADER), mark, sizeof(mark) - 1) == 0;
}

/* The version resource: its text holds our name in UTF-16, its fixed part the version. */
static bool our_version(HMODULE module, WORD version[3])
{
    static const WCHAR name[] = L"Sluice";
    HRSRC found = FindResourceW(module, MAKEINTRESOURCEW(1), (LPCWSTR)RT_VERSION);
    HGLOBAL loaded = found ? LoadResource(module, found) : NULL;
    const char *bytes = loaded ? LockResource(loaded) : NULL;
    DWORD size = bytes ? SizeofResource(module, found) : 0;
    bool named = false, numbered = false;

    for (DWORD at = 0; at + sizeof(VS_FIXEDFILEINFO) <= size; at += 4) {
        VS_FIXEDFILEINFO fixed;

        memcpy(&fixed, bytes + at, sizeof(fixed));
        if (fixed.dwSignature != VS_FFI_SIGNATURE)
            continue;
        version[0] = HIWORD(fixed.dwFileVersionMS);
        version[1] = LOWORD(fixed.dwFileVersionMS);
        version[2] = HIWORD(fixed.dwFileVersionLS);
        numbered = true;
        break;
    }
    for (DWORD at = 0; at + sizeof(name) <= size && !named; at += 2)
        named = memcmp(bytes + at, name, sizeof(name)) == 0;
    return named && numbered;
}

static bool say_module(HMODULE module)
{
    char path[MAX_PATH] = "";
    WORD version[3] = {0, 0, 0};

    GetModuleFileNameA(module, path, MAX_PATH);
    if (is_wines_own(module)) {
        printf("ws2_32: wine %s\n", path);
        return false;
    }
    if (!our_version(module, version)) {
        printf("ws2_32: other %s\n", path);
        return false;
    }
    printf("ws2_32: sluice %u.%u.%u %s\n", version[0], version[1], version[2], path);
    return true;
}

static void say_wine(void)
{
    const char *(CDECL * version)(void) = NULL;
    FARPROC found = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "wine_get_version");
    char directory[2 * MAX_PATH] = "";

    memcpy(&version, &found, sizeof(found));
    printf("wine: %s\n", version ? version() : "none");
    GetEnvironmentVariableA("WINEDLLDIR0", directory, sizeof(directory));
    printf("dlldir: %s\n", directory);
}

/* ---- counting the host lane's requests
 * --------------------------------------------------------------- */

typedef LONG(NTAPI *device_control)(HANDLE, HANDLE, void *, void *, void *, ULONG, void *, ULONG,
                                    void *, ULONG);
static device_control real_control;
static volatile LONG requests;

static LONG NTAPI counting_control(HANDLE file, HANDLE event, void *apc, void *context, void *io,
                                   ULONG code, void *in, ULONG in_size, void *out, ULONG out_size)
{
    InterlockedIncrement(&requests);
    return real_control(file, event, apc, context, io, code, in, in_size, out, out_size);
}

/* False where the module takes no such function: nothing is counted then. */
static bool count_requests(HMODULE module)
{
    char *base = (char *)module;
    IMAGE_NT_HEADERS *headers = (void *)(base + ((IMAGE_DOS_HEADER *)module)->e_lfanew);
    DWORD at = headers->OptionalHeader.DataDirectory[IMAGE_DIRECTORY_ENTRY_IMPORT].VirtualAddress;
    FARPROC wanted = GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtDeviceIoControlFile");
    IMAGE_IMPORT_DESCRIPTOR *row = at ? (void *)(base + at) : NULL;

    for (; row && row->Name; row++) {
        for (FARPROC *entry = (void *)(base + row->FirstThunk); *entry; entry++) {
            device_control ours = counting_control;
            DWORD protection;

            if (*entry != wanted)
                continue;
            memcpy(&real_control, entry, sizeof(real_control));
            if (!VirtualProtect(entry, sizeof(*entry), PAGE_READWRITE, &protection))
                return false;
            memcpy(entry, &ours, sizeof(ours));
            VirtualProtect(entry, sizeof(*entry), protection, &protection);
            return true;
        }
    }
    return false;
}

/* ---- data
 * ------------------------------------------------------------------------------------------- */

static const char *step = "";

static bool connected_pair(SOCKET pair[2])
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = 0x0100007f};
    int length = sizeof(address);
    SOCKET listener = ws.socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);

    step = "socket";
    pair[0] = ws.socket(AF_INET, SOCK_STREAM, IPPROTO_TCP);
    if (listener == INVALID_SOCKET || pair[0] == INVALID_SOCKET)
        return false;
    step = "listen";
    if (ws.bind(listener, (struct sockaddr *)&address, length) || ws.listen(listener, 1) ||
        ws.getsockname(listener, (struct sockaddr *)&address, &length))
        return false;
    step = "connect";
    if (ws.connect(pair[0], (struct sockaddr *)&address, length))
        return false;
    step = "accept";
    pair[1] = ws.accept(listener, NULL, NULL);
    return pair[1] != INVALID_SOCKET && !ws.closesocket(listener);
}

static void fill(char *bytes, unsigned seed)
{
    for (unsigned i = 0; i < PORTION; i++)
        bytes[i] = (char)(seed + i * 7 + i / 251);
}

static bool passes_plainly(SOCKET from, SOCKET to, unsigned seed)
{
    char sent[PORTION], got[PORTION];

    fill(sent, seed);
    step = "send";
    if (ws.send(from, sent, PORTION, 0) != PORTION)
        return false;
    step = "recv";
    for (int have = 0; have < PORTION;) {
        int more = ws.recv(to, got + have, PORTION - have, 0);

        if (more <= 0)
            return false;
        have += more;
    }
    return memcmp(sent, got, PORTION) == 0;
}

static bool passes_overlapped(SOCKET from, SOCKET to, unsigned seed)
{
    char sent[PORTION], got[PORTION] = "";
    WSABUF out = {PORTION, sent}, in = {PORTION, got};
    WSAOVERLAPPED sending = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    WSAOVERLAPPED receiving = {.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL)};
    DWORD flags = MSG_WAITALL, count = 0;

    fill(sent, seed);
    step = "WSARecv";
    if (ws.recv_overlapped(to, &in, 1, NULL, &flags, &receiving, NULL) &&
        ws.error() != WSA_IO_PENDING)
        return false;
    step = "WSASend";
    if (ws.send_overlapped(from, &out, 1, NULL, 0, &sending, NULL) && ws.error() != WSA_IO_PENDING)
        return false;
    if (!ws.result(from, &sending, &count, TRUE, &flags) || count != PORTION)
        return false;
    step = "WSAGetOverlappedResult";
    return ws.result(to, &receiving, &count, TRUE, &flags) && count == PORTION &&
           memcmp(sent, got, PORTION) == 0;
}

/* "plain: ok 0", the number being what the host was asked, or "plain: failed at recv: error 10054".
 */
static bool say_data(const char *name, bool (*passes)(SOCKET, SOCKET, unsigned), SOCKET pair[2])
{
    bool fine;

    InterlockedExchange(&requests, 0);
    fine = passes(pair[0], pair[1], 1) && passes(pair[1], pair[0], 2);
    if (!fine)
        printf("%s: failed at %s: error %d\n", name, step, ws.error());
    else if (real_control)
        printf("%s: ok %ld\n", name, requests);
    else
        printf("%s: ok uncounted\n", name);
    return fine;
}

static bool say_startup(HMODULE module)
{
    unsigned char before[STUB_HEAD], after[STUB_HEAD];
    const void *close = (const void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtClose");
    char path[MAX_PATH];
    HMODULE provider;
    WSADATA data;
    SOCKET first;
    int error;

    if (!find_functions(module)) {
        puts("startup: functions are missing");
        return false;
    }
    memcpy(before, close, sizeof(before));
    error = ws.startup(MAKEWORD(2, 2), &data);
    printf("startup: %d\n", error);
    if (error)
        return false;
    provider = GetModuleHandleW(L"sluice.dll");
    if (!provider || !GetModuleFileNameA(provider, path, sizeof(path)))
        return true;
    printf("provider: %s\n", path);
    count_requests(provider);
    /* the watch is placed with the first descriptor that is kept */
    first = ws.socket(AF_INET, SOCK_DGRAM, IPPROTO_UDP);
    ws.closesocket(first);
    memcpy(after, close, sizeof(after));
    printf("watch: %s\n", memcmp(before, after, sizeof(before)) != 0 ? "on" : "off");
    return true;
}

int main(void)
{
    HMODULE module = LoadLibraryW(L"ws2_32.dll");
    SOCKET pair[2];
    bool ours, fine;

    say_wine();
    if (!module) {
        printf("ws2_32: none, error %lu\n", GetLastError());
        return 1;
    }
    ours = say_module(module);
    if (!say_startup(module))
        return 1;
    if (!connected_pair(pair)) {
        printf("pair: failed at %s: error %d\n", step, ws.error());
        return 1;
    }
    fine = say_data("plain", passes_plainly, pair);
    fine = say_data("overlapped", passes_overlapped, pair) && fine;
    return ours && fine ? 0 : 1;
}
