/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSAStartup and WSACleanup.  Sources: their pages (Win32); the field values are those that Wine's
 * tests assert, which were run on Windows. */
#include "case.h"

/* The current version of the Windows Sockets specification is 2.2; wVersion is the version the
 * Ws2_32.dll expects the caller to use; iMaxSockets and iMaxUdpDg are for 1.1 only. */
static const struct {
    BYTE major, minor;
    int result;
    WORD version;
    unsigned short sockets, datagram;
} negotiation[] = {
    {0, 0, WSAVERNOTSUPPORTED, MAKEWORD(2, 2), 0, 0},
    {0, 1, WSAVERNOTSUPPORTED, MAKEWORD(2, 2), 0, 0},
    {0, 255, WSAVERNOTSUPPORTED, MAKEWORD(2, 2), 0, 0},
    {1, 0, 0, MAKEWORD(1, 0), 32767, 65467},
    {1, 1, 0, MAKEWORD(1, 1), 32767, 65467},
    {1, 2, 0, MAKEWORD(1, 1), 32767, 65467},
    {1, 3, 0, MAKEWORD(1, 1), 32767, 65467},
    {1, 255, 0, MAKEWORD(1, 1), 32767, 65467},
    {2, 0, 0, MAKEWORD(2, 0), 0, 0},
    {2, 1, 0, MAKEWORD(2, 1), 0, 0},
    {2, 2, 0, MAKEWORD(2, 2), 0, 0},
    {2, 3, 0, MAKEWORD(2, 2), 0, 0},
    {2, 255, 0, MAKEWORD(2, 2), 0, 0},
    {3, 0, 0, MAKEWORD(2, 2), 0, 0},
    {3, 3, 0, MAKEWORD(2, 2), 0, 0},
    {255, 255, 0, MAKEWORD(2, 2), 0, 0},
};

CASE(startup, negotiation)
{
    for (size_t i = 0; i < ARRAYSIZE(negotiation); i++) {
        int major = negotiation[i].major, minor = negotiation[i].minor;
        char *vendor = (char *)(uintptr_t)0x1234;
        WSADATA data;
        int result;

        memset(&data, 0x5a, sizeof(data));
        data.lpVendorInfo = vendor;
        result = WSAStartup(MAKEWORD(major, minor), &data);
        ck_assert_msg(result == negotiation[i].result, "%d.%d: %s", major, minor, wsa_name(result));
        ck_assert_msg(data.wVersion == negotiation[i].version, "%d.%d: wVersion 0x%04x", major,
                      minor, data.wVersion);
        ck_assert_msg(data.wHighVersion == MAKEWORD(2, 2), "%d.%d: wHighVersion 0x%04x", major,
                      minor, data.wHighVersion);
        ck_assert_str_eq(data.szDescription, "WinSock 2.0");
        ck_assert_str_eq(data.szSystemStatus, "Running");
        ck_assert_msg(data.iMaxSockets == negotiation[i].sockets, "%d.%d: iMaxSockets %u", major,
                      minor, data.iMaxSockets);
        ck_assert_msg(data.iMaxUdpDg == negotiation[i].datagram, "%d.%d: iMaxUdpDg %u", major,
                      minor, data.iMaxUdpDg);
        ck_assert_ptr_eq(data.lpVendorInfo, vendor);
        if (result == 0)
            assert_works(WSACleanup());
    }
}

CASE(startup, null_data)
{
    /* The version is looked at first. */
    assert_code(WSAStartup(MAKEWORD(0, 0), NULL), WSAVERNOTSUPPORTED);
    assert_code(WSAStartup(MAKEWORD(2, 2), NULL), WSAEFAULT);
    assert_code(WSAStartup(MAKEWORD(1, 1), NULL), WSAEFAULT);
    /* Neither counts as a start. */
    assert_fails(WSACleanup(), WSANOTINITIALISED);
}

CASE(startup, failure_does_not_count)
{
    WSADATA data;

    assert_code(WSAStartup(MAKEWORD(0, 5), &data), WSAVERNOTSUPPORTED);
    assert_fails(socket(AF_INET, SOCK_STREAM, 0), WSANOTINITIALISED);
    assert_fails(WSACleanup(), WSANOTINITIALISED);
}

/* An application must call WSACleanup for every successful WSAStartup; only the last one ends. */
CASE(startup, counted)
{
    SOCKET s;

    for (int i = 0; i < 3; i++)
        winsock();
    s = bound(AF_INET, SOCK_STREAM);
    assert_works(WSACleanup());
    assert_works(WSACleanup());
    assert_works(listen(s, 1));
    assert_works(WSACleanup());
    assert_fails(socket(AF_INET, SOCK_STREAM, 0), WSANOTINITIALISED);
    assert_fails(WSACleanup(), WSANOTINITIALISED);
    /* And it can be started anew. */
    winsock();
    new_socket(AF_INET, SOCK_STREAM);
    assert_works(WSACleanup());
}

/* Seen on Windows by Wine's tests: a successful clean-up leaves last error 0. */
CASE(startup, cleanup_clears_error)
{
    winsock();
    winsock();
    for (int i = 0; i < 2; i++) {
        int result, error;

        WSASetLastError(WSAEINVAL);
        result = WSACleanup();
        error = WSAGetLastError();
        ck_assert_int_eq(result, 0);
        assert_code(error, 0);
    }
}

/* WSANOTINITIALISED: a successful WSAStartup call must occur before using this function, before
 * any other check: the other arguments are bad, too. */
CASE(startup, calls_before)
{
    struct addrinfo *list;
    char byte;

    assert_fails(socket(AF_INET, SOCK_STREAM, 0), WSANOTINITIALISED);
    assert_fails(socket(-1, -1, -1), WSANOTINITIALISED);
    assert_fails(WSASocketA(0, 0, 0, NULL, 0, 0), WSANOTINITIALISED);
    assert_fails(WSASocketW(0, 0, 0, NULL, 0, 0), WSANOTINITIALISED);
    assert_fails(bind(INVALID_SOCKET, NULL, 0), WSANOTINITIALISED);
    assert_fails(listen(INVALID_SOCKET, 1), WSANOTINITIALISED);
    assert_fails(listen(0, 1), WSANOTINITIALISED);
    assert_fails(accept(INVALID_SOCKET, NULL, NULL), WSANOTINITIALISED);
    assert_fails(connect(INVALID_SOCKET, NULL, 0), WSANOTINITIALISED);
    assert_fails(shutdown(INVALID_SOCKET, 9), WSANOTINITIALISED);
    assert_fails(closesocket(INVALID_SOCKET), WSANOTINITIALISED);
    assert_fails(getsockname(INVALID_SOCKET, NULL, NULL), WSANOTINITIALISED);
    assert_fails(getpeername(INVALID_SOCKET, NULL, NULL), WSANOTINITIALISED);
    assert_fails(getsockopt(INVALID_SOCKET, 0, 0, NULL, NULL), WSANOTINITIALISED);
    assert_fails(setsockopt(INVALID_SOCKET, 0, 0, NULL, 0), WSANOTINITIALISED);
    assert_fails(ioctlsocket(INVALID_SOCKET, 0, NULL), WSANOTINITIALISED);
    assert_fails(send(INVALID_SOCKET, NULL, 1, 0), WSANOTINITIALISED);
    assert_fails(recv(INVALID_SOCKET, &byte, 1, 0), WSANOTINITIALISED);
    assert_fails(sendto(INVALID_SOCKET, NULL, 1, 0, NULL, 0), WSANOTINITIALISED);
    assert_fails(recvfrom(INVALID_SOCKET, &byte, 1, 0, NULL, NULL), WSANOTINITIALISED);
    assert_fails(select(0, NULL, NULL, NULL, NULL), WSANOTINITIALISED);
    assert_code(getaddrinfo("127.0.0.1", NULL, NULL, &list), WSANOTINITIALISED);
    assert_null(gethostbyname("localhost"), WSANOTINITIALISED);
}

/* The conversions and the last error need no start-up. */
CASE(startup, calls_that_need_none)
{
    struct in_addr a = {.s_addr = 0x0100007f};

    ck_assert_uint_eq(inet_addr("127.0.0.1"), 0x0100007f);
    ck_assert_uint_eq(htons(0x1234), 0x3412);
    ck_assert_uint_eq(ntohs(0x1234), 0x3412);
    ck_assert_uint_eq(htonl(0x12345678), 0x78563412);
    ck_assert_uint_eq(ntohl(0x12345678), 0x78563412);
    ck_assert_str_eq(inet_ntoa(a), "127.0.0.1");
    WSASetLastError(WSAEACCES);
    assert_code(WSAGetLastError(), WSAEACCES);
}

static DWORD WINAPI set_error(void *arg)
{
    int before = WSAGetLastError();

    (void)arg;
    WSASetLastError(WSAEMFILE);
    return (DWORD)before;
}

CASE(startup, last_error_per_thread)
{
    HANDLE thread;

    winsock();
    assert_fails(listen(INVALID_SOCKET, 1), WSAENOTSOCK);
    thread = run_thread(set_error, NULL);
    ck_assert_uint_eq(thread_result(thread, 5000), 0);
    WSASetLastError(WSAENOTSOCK);
    assert_code(WSAGetLastError(), WSAENOTSOCK);
    /* One value with the thread's Win32 error. */
    SetLastError(WSAEFAULT);
    assert_code(WSAGetLastError(), WSAEFAULT);
}

enum { RACERS = 16, LAPS = 200 };

/* Starts, uses and cleans up again and again; the number of calls that failed. */
static DWORD WINAPI race(void *go)
{
    DWORD failures = 0;

    WaitForSingleObject(go, INFINITE);
    for (int i = 0; i < LAPS; i++) {
        WSADATA data;
        SOCKET s;

        if (WSAStartup(MAKEWORD(2, 2), &data) != 0) {
            failures++;
            continue;
        }
        s = socket(AF_INET, SOCK_DGRAM, 0);
        failures += s == INVALID_SOCKET;
        failures += WSACleanup() != 0;
    }
    return failures;
}

/* Between its own start and clean-up a thread finds Winsock started, whatever the others do. */
CASE(startup, racing_threads)
{
    HANDLE go = CreateEventA(NULL, TRUE, FALSE, NULL), threads[RACERS];

    for (int i = 0; i < RACERS; i++)
        threads[i] = run_thread(race, go);
    SetEvent(go);
    for (int i = 0; i < RACERS; i++)
        ck_assert_uint_eq(thread_result(threads[i], 50000), 0);
    assert_fails(WSACleanup(), WSANOTINITIALISED);
}

/* A DLL whose DllMain uses Winsock: this program itself, copied, marked as a DLL and entered here.
 */
static int dll_started = -1;

BOOL WINAPI startup_dll_main(HINSTANCE module, DWORD reason, void *reserved);
BOOL WINAPI startup_dll_main(HINSTANCE module, DWORD reason, void *reserved)
{
    static WSADATA data;

    (void)module;
    (void)reserved;
    if (reason == DLL_PROCESS_ATTACH)
        dll_started = WSAStartup(MAKEWORD(2, 2), &data);
    else if (reason == DLL_PROCESS_DETACH && dll_started == 0)
        WSACleanup();
    return TRUE;
}

static void write_self_as_dll(char *path)
{
    char self[MAX_PATH], directory[MAX_PATH];
    IMAGE_DOS_HEADER dos;
    IMAGE_NT_HEADERS nt;
    HANDLE file;
    DWORD n;

    GetModuleFileNameA(NULL, self, sizeof(self));
    GetTempPathA(sizeof(directory), directory);
    snprintf(path, MAX_PATH, "%ssluice-conformance-%lu.dll", directory, GetCurrentProcessId());
    ck_assert(CopyFileA(self, path, FALSE));
    file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, OPEN_EXISTING, 0, NULL);
    ck_assert(file != INVALID_HANDLE_VALUE);
    ck_assert(ReadFile(file, &dos, sizeof(dos), &n, NULL));
    SetFilePointer(file, dos.e_lfanew, NULL, FILE_BEGIN);
    ck_assert(ReadFile(file, &nt, sizeof(nt), &n, NULL));
    ck_assert_uint_eq(nt.Signature, IMAGE_NT_SIGNATURE);
    nt.FileHeader.Characteristics |= IMAGE_FILE_DLL;
    nt.OptionalHeader.AddressOfEntryPoint =
        (DWORD)((char *)(uintptr_t)startup_dll_main - (char *)GetModuleHandleA(NULL));
    SetFilePointer(file, dos.e_lfanew, NULL, FILE_BEGIN);
    ck_assert(WriteFile(file, &nt, sizeof(nt), &n, NULL));
    CloseHandle(file);
}

static int result_in(HMODULE dll)
{
    size_t offset = (size_t)((char *)&dll_started - (char *)GetModuleHandleA(NULL));

    return *(int *)((char *)dll + offset);
}

CASE(startup, from_dllmain)
{
    char path[MAX_PATH];
    HMODULE dll;

    write_self_as_dll(path);
    dll = LoadLibraryA(path);
    ck_assert_msg(dll != NULL, "LoadLibrary: error %lu", GetLastError());
    ck_assert_ptr_ne(dll, GetModuleHandleA(NULL));
    assert_code(result_in(dll), 0);
    /* The start counts for the process. */
    closesocket(new_socket(AF_INET, SOCK_STREAM));
    winsock();
    FreeLibrary(dll);
    closesocket(new_socket(AF_INET, SOCK_STREAM));
    assert_works(WSACleanup());
    assert_fails(WSACleanup(), WSANOTINITIALISED);
    DeleteFileA(path);
}

/* The first start-up of the process, in DllMain under the loader's lock and in threads at once. */
CASE(startup, from_dllmain_and_threads)
{
    HANDLE go = CreateEventA(NULL, TRUE, FALSE, NULL), threads[4];
    char path[MAX_PATH];
    HMODULE dll;

    write_self_as_dll(path);
    for (int i = 0; i < 4; i++)
        threads[i] = run_thread(race, go);
    SetEvent(go);
    dll = LoadLibraryA(path);
    ck_assert_ptr_nonnull(dll);
    assert_code(result_in(dll), 0);
    for (int i = 0; i < 4; i++)
        join_thread(threads[i], 20000);
    closesocket(new_socket(AF_INET, SOCK_STREAM));
    FreeLibrary(dll);
    DeleteFileA(path);
}

/* Sockets open when WSACleanup is called are reset and automatically deallocated. */
CASE(startup, cleanup_invalidates_sockets)
{
    SOCKET s[6];

    winsock();
    tcp_pair(AF_INET, s);
    tcp_pair(AF_INET6, s + 2);
    s[4] = bound(AF_INET, SOCK_DGRAM);
    s[5] = listener(AF_INET, 5);
    assert_works(WSACleanup());
    winsock();
    for (int i = 0; i < 6; i++) {
        struct address a = {.len = sizeof(a.any)};

        assert_fails(send(s[i], "x", 1, 0), WSAENOTSOCK);
        assert_fails(getsockname(s[i], &a.sa, &a.len), WSAENOTSOCK);
        assert_fails(closesocket(s[i]), WSAENOTSOCK);
    }
}

/* The child of cleanup_ends_connections: connects, cleans up, and lives until it is ended. */
int helper_cleanup(const char *argument)
{
    struct address a;
    WSADATA data;
    SOCKET s;

    if (WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 2;
    a = loopback(AF_INET, (unsigned)atoi(argument));
    s = socket(AF_INET, SOCK_STREAM, 0);
    if (connect(s, &a.sa, a.len) != 0 || send(s, "x", 1, 0) != 1 || WSACleanup() != 0)
        return 3;
    Sleep(60000);
    return 4;
}

CASE(startup, cleanup_ends_connections)
{
    char arguments[64], byte;
    SOCKET l, s;
    HANDLE child;
    int n;

    winsock();
    l = listener(AF_INET, 1);
    snprintf(arguments, sizeof(arguments), "--helper cleanup %u", port_of(l));
    child = start_self(arguments);
    ck_assert_msg(selects(l, 'r', 20000) == 1, "the child did not connect");
    s = accept(l, NULL, NULL);
    ck_assert_int_eq(recv(s, &byte, 1, 0), 1);
    ck_assert_msg(selects(s, 'r', 10000) == 1, "the connection outlives WSACleanup");
    n = recv(s, &byte, 1, 0);
    if (n != 0)
        assert_fails(n, ERROR_UNTOUCHED);
    ck_assert_uint_eq(WaitForSingleObject(child, 0), WAIT_TIMEOUT);
    TerminateProcess(child, 0);
    CloseHandle(child);
}
