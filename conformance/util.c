/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Checks and common sockets of the conformance cases. */
#include "case.h"
#include <stdarg.h>

#define FAIL_AT(file, line, ...) _ck_assert_failed(file, line, "check failed", __VA_ARGS__)

static const struct {
    int code;
    const char *name;
} codes[] = {
#define CODE(name)                                                                                 \
    {                                                                                              \
        name, #name                                                                                \
    }
    CODE(ERROR_INVALID_PARAMETER),
    CODE(WSA_IO_PENDING),
    CODE(WSAEINTR),
    CODE(WSAEBADF),
    CODE(WSAEACCES),
    CODE(WSAEFAULT),
    CODE(WSAEINVAL),
    CODE(WSAEMFILE),
    CODE(WSAEWOULDBLOCK),
    CODE(WSAEINPROGRESS),
    CODE(WSAEALREADY),
    CODE(WSAENOTSOCK),
    CODE(WSAEDESTADDRREQ),
    CODE(WSAEMSGSIZE),
    CODE(WSAEPROTOTYPE),
    CODE(WSAENOPROTOOPT),
    CODE(WSAEPROTONOSUPPORT),
    CODE(WSAESOCKTNOSUPPORT),
    CODE(WSAEOPNOTSUPP),
    CODE(WSAEPFNOSUPPORT),
    CODE(WSAEAFNOSUPPORT),
    CODE(WSAEADDRINUSE),
    CODE(WSAEADDRNOTAVAIL),
    CODE(WSAENETDOWN),
    CODE(WSAENETUNREACH),
    CODE(WSAENETRESET),
    CODE(WSAECONNABORTED),
    CODE(WSAECONNRESET),
    CODE(WSAENOBUFS),
    CODE(WSAEISCONN),
    CODE(WSAENOTCONN),
    CODE(WSAESHUTDOWN),
    CODE(WSAETIMEDOUT),
    CODE(WSAECONNREFUSED),
    CODE(WSAEHOSTUNREACH),
    CODE(WSASYSNOTREADY),
    CODE(WSAVERNOTSUPPORTED),
    CODE(WSANOTINITIALISED),
    CODE(WSAEPROVIDERFAILEDINIT),
    CODE(WSAEINVALIDPROVIDER),
    CODE(WSATYPE_NOT_FOUND),
    CODE(WSAHOST_NOT_FOUND),
    CODE(WSATRY_AGAIN),
    CODE(WSANO_RECOVERY),
    CODE(WSANO_DATA),
    CODE(WSASERVICE_NOT_FOUND),
#undef CODE
};

const char *wsa_name(int code)
{
    static char number[2][16];
    static int turn;

    for (size_t i = 0; i < ARRAYSIZE(codes); i++)
        if (codes[i].code == code)
            return codes[i].name;
    if (code == ERROR_UNTOUCHED)
        return "the last error it had before the call";
    turn = !turn;
    snprintf(number[turn], sizeof(number[turn]), "%d", code);
    return number[turn];
}

void check_fails(const char *file, int line, const char *call, intptr_t got, int code)
{
    int error = WSAGetLastError();

    _mark_point(file, line);
    if ((int)got != -1)
        FAIL_AT(file, line, "%s: returned %d, expected failure with %s", call, (int)got,
                wsa_name(code));
    if (error != code)
        FAIL_AT(file, line, "%s: failed with %s, expected %s", call, wsa_name(error),
                wsa_name(code));
}

void check_value(const char *file, int line, const char *call, intptr_t got, intptr_t want)
{
    int error = WSAGetLastError();

    _mark_point(file, line);
    if (got == want)
        return;
    if ((int)got == -1)
        FAIL_AT(file, line, "%s: failed with %s, expected %d", call, wsa_name(error), (int)want);
    FAIL_AT(file, line, "%s: returned %d, expected %d", call, (int)got, (int)want);
}

void check_code(const char *file, int line, const char *what, int got, int want)
{
    _mark_point(file, line);
    if (got != want)
        FAIL_AT(file, line, "%s is %s, expected %s", what, wsa_name(got), wsa_name(want));
}

static char at[256];

void doing(const char *format, ...)
{
    va_list arguments;

    va_start(arguments, format);
    vsnprintf(at, sizeof(at), format, arguments);
    va_end(arguments);
}

const char *done_so_far(void)
{
    return at;
}

void skip_case(const char *why)
{
    printf("SKIP %s\n", why);
    fflush(stdout);
    exit(CASE_SKIP);
}

void winsock(void)
{
    WSADATA data;

    ck_assert_int_eq(WSAStartup(MAKEWORD(2, 2), &data), 0);
}

struct address wildcard(int family, unsigned port)
{
    struct address a;

    memset(&a, 0, sizeof(a));
    a.sa.sa_family = (u_short)family;
    a.len = family == AF_INET6 ? (int)sizeof(a.v6) : (int)sizeof(a.v4);
    /* Both families have their port at the same place. */
    a.v4.sin_port = htons((u_short)port);
    return a;
}

struct address loopback(int family, unsigned port)
{
    struct address a = wildcard(family, port);

    if (family == AF_INET6)
        a.v6.sin6_addr.s6_addr[15] = 1;
    else
        a.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    return a;
}

struct address address_of(SOCKET s)
{
    struct address a;

    memset(&a, 0, sizeof(a));
    a.len = sizeof(a.any);
    assert_works(getsockname(s, &a.sa, &a.len));
    return a;
}

unsigned address_port(const struct address *address)
{
    return ntohs(address->v4.sin_port);
}

unsigned port_of(SOCKET s)
{
    struct address a = address_of(s);

    return address_port(&a);
}

SOCKET new_socket(int family, int type)
{
    SOCKET s = socket(family, type, 0);

    ck_assert_msg(s != INVALID_SOCKET, "socket(%d, %d, 0): %s", family, type,
                  wsa_name(WSAGetLastError()));
    return s;
}

SOCKET bound(int family, int type)
{
    SOCKET s = new_socket(family, type);
    struct address a = loopback(family, 0);

    assert_works(bind(s, &a.sa, a.len));
    return s;
}

SOCKET listener(int family, int backlog)
{
    SOCKET s = bound(family, SOCK_STREAM);

    assert_works(listen(s, backlog));
    return s;
}

void tcp_pair(int family, SOCKET pair[2])
{
    SOCKET l = listener(family, 1);
    struct address a = address_of(l);

    pair[0] = new_socket(family, SOCK_STREAM);
    assert_works(connect(pair[0], &a.sa, a.len));
    pair[1] = accept(l, NULL, NULL);
    ck_assert(pair[1] != INVALID_SOCKET);
    assert_works(closesocket(l));
}

void set_blocking(SOCKET s, int blocking)
{
    u_long on = !blocking;

    assert_works(ioctlsocket(s, FIONBIO, &on));
}

int get_int(SOCKET s, int level, int option)
{
    int value = -1, size = sizeof(value);

    assert_works(getsockopt(s, level, option, (char *)&value, &size));
    return value;
}

void set_int(SOCKET s, int level, int option, int value)
{
    assert_works(setsockopt(s, level, option, (const char *)&value, sizeof(value)));
}

unsigned refused_port(int family)
{
    SOCKET s = bound(family, SOCK_STREAM);
    unsigned port = port_of(s);

    assert_works(closesocket(s));
    return port;
}

int selects(SOCKET s, char which, int ms)
{
    struct timeval limit = {ms / 1000, ms % 1000 * 1000};
    fd_set set = {1, {s}};
    int n = select(0, which == 'r' ? &set : NULL, which == 'w' ? &set : NULL,
                   which == 'x' ? &set : NULL, &limit);

    ck_assert_msg(n != SOCKET_ERROR, "select: %s", wsa_name(WSAGetLastError()));
    ck_assert_uint_eq(set.fd_count, (unsigned)n);
    return n;
}

void *guarded(size_t size)
{
    SYSTEM_INFO info;
    DWORD old;
    char *page;

    GetSystemInfo(&info);
    ck_assert_uint_le(size, info.dwPageSize);
    page =
        VirtualAlloc(NULL, 2 * (SIZE_T)info.dwPageSize, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    ck_assert_ptr_nonnull(page);
    ck_assert(VirtualProtect(page + info.dwPageSize, info.dwPageSize, PAGE_NOACCESS, &old));
    return page + info.dwPageSize - size;
}

ULONGLONG now_ms(void)
{
    return GetTickCount64();
}

HANDLE run_thread(DWORD(WINAPI *fn)(void *), void *arg)
{
    HANDLE thread = CreateThread(NULL, 0, fn, arg, 0, NULL);

    ck_assert_ptr_nonnull(thread);
    return thread;
}

DWORD thread_result(HANDLE thread, int ms)
{
    DWORD result;

    ck_assert_msg(WaitForSingleObject(thread, (DWORD)ms) == WAIT_OBJECT_0,
                  "the thread still runs after %d ms", ms);
    ck_assert(GetExitCodeThread(thread, &result));
    CloseHandle(thread);
    return result;
}

void join_thread(HANDLE thread, int ms)
{
    thread_result(thread, ms);
}

void *winsock_function(const char *name)
{
    HMODULE module = GetModuleHandleA("ws2_32.dll");

    ck_assert_ptr_nonnull(module);
    return (void *)(uintptr_t)GetProcAddress(module, name);
}

int helper_main(const char *name, const char *argument)
{
    static const struct {
        const char *name;
        int (*run)(const char *argument);
    } helpers[] = {
        {"cleanup", helper_cleanup},
        {"hold", hold_addresses},
        {"linger", leave_lingering},
        {"share", helper_share},
        {"sleep", helper_sleep},
        {"unsent", leave_unsent},
    };

    for (size_t i = 0; i < ARRAYSIZE(helpers); i++)
        if (!strcmp(helpers[i].name, name))
            return helpers[i].run(argument);
    return 2;
}

HANDLE start_self(const char *arguments)
{
    STARTUPINFOA info = {.cb = sizeof(info)};
    PROCESS_INFORMATION process;
    char path[MAX_PATH], line[2 * MAX_PATH];

    GetModuleFileNameA(NULL, path, sizeof(path));
    snprintf(line, sizeof(line), "\"%s\" %s", path, arguments);
    ck_assert_msg(CreateProcessA(path, line, NULL, NULL, FALSE, 0, NULL, NULL, &info, &process),
                  "CreateProcess: error %lu", GetLastError());
    CloseHandle(process.hThread);
    return process.hProcess;
}
