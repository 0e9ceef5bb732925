/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What every case of the conformance suite uses: the list, checks with names, common sockets. */
#ifndef SLUICE_CONFORMANCE_CASE_H
#define SLUICE_CONFORMANCE_CASE_H

#ifndef _WIN32_WINNT
#define _WIN32_WINNT 0x0a00
#endif
#define _WINSOCK_DEPRECATED_NO_WARNINGS

#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <check.h>

/* Missing from some headers: a backlog within 200..65535, passed as a negative number. */
#ifndef SOMAXCONN_HINT
#define SOMAXCONN_HINT(n) (-(n))
#endif

/* How long a case waits for what has to come, in ms.  It costs nothing where that comes soon; a busy
 * machine may need seconds. */
enum { PATIENCE = 5000 };

/* How often a case tries to meet a thread inside a call: whether it is there yet nobody can see. */
enum { TRIES = 5 };

/* Exit codes of a case. */
enum { CASE_PASS = 0, CASE_FAIL = 1, CASE_SKIP = 77 };

/* A case is a function without arguments; tests.def lists them all, once. */
#define CASE(subject, name) void case_##subject##_##name(void)
#define TEST(subject, name) CASE(subject, name);
#include "tests.def"
#undef TEST

/* Any address of the suite; `len` is the length to pass. */
struct address {
    union {
        struct sockaddr sa;
        struct sockaddr_in v4;
        struct sockaddr_in6 v6;
        struct sockaddr_storage any;
    };
    int len;
};

/* Checks.  `call` is evaluated once, with the thread's last error set to a value no call uses.  (A
 * ck_assert* that passes writes the mark point and may change the last error: read it before.) */
enum { ERROR_UNTOUCHED = 54321 };

/* The call returns -1 (SOCKET_ERROR, INVALID_SOCKET) with this WSA code. */
#define assert_fails(call, code)                                                                   \
    check_fails(__FILE__, __LINE__, #call, (WSASetLastError(ERROR_UNTOUCHED), (intptr_t)(call)),   \
                (code))
/* The call returns 0. */
#define assert_works(call)                                                                         \
    check_value(__FILE__, __LINE__, #call, (WSASetLastError(ERROR_UNTOUCHED), (intptr_t)(call)), 0)
/* The call returns this number. */
#define assert_returns(call, value)                                                                \
    check_value(__FILE__, __LINE__, #call, (WSASetLastError(ERROR_UNTOUCHED), (intptr_t)(call)),   \
                (value))
/* The call returns NULL with this WSA code. */
#define assert_null(call, code)                                                                    \
    check_fails(__FILE__, __LINE__, #call,                                                         \
                (WSASetLastError(ERROR_UNTOUCHED), (call) == NULL ? -1 : 0), (code))
/* A WSA code is this one; failures print both by name. */
#define assert_code(got, want) check_code(__FILE__, __LINE__, #got, (got), (want))

void check_fails(const char *file, int line, const char *call, intptr_t got, int code);
void check_value(const char *file, int line, const char *call, intptr_t got, intptr_t want);
void check_code(const char *file, int line, const char *what, int got, int want);

/* The name of a WSA code, "WSAEINVAL"; a number in a static buffer when it has none. */
const char *wsa_name(int code);

/* What the case is at, printed if it fails or crashes there: for cases that walk a table. */
void doing(const char *format, ...) __attribute__((format(gnu_printf, 1, 2)));
const char *done_so_far(void);

/* End the case as skipped (exit 77) and say why. */
void skip_case(const char *why) __attribute__((noreturn));

/* WSAStartup 2.2, which must succeed. */
void winsock(void);

/* Addresses: loopback of AF_INET or AF_INET6, the wildcard, port in host order. */
struct address loopback(int family, unsigned port);
struct address wildcard(int family, unsigned port);
struct address address_of(SOCKET s); /* getsockname, which must succeed */
unsigned port_of(SOCKET s);          /* its port, host order */
unsigned address_port(const struct address *address);

/* Sockets; each asserts success. */
SOCKET new_socket(int family, int type);
SOCKET bound(int family, int type);        /* to loopback, a port chosen by the system */
SOCKET listener(int family, int backlog);  /* TCP, bound as above */
void tcp_pair(int family, SOCKET pair[2]); /* connected to each other, both blocking */
void set_blocking(SOCKET s, int blocking);
int get_int(SOCKET s, int level, int option); /* getsockopt of an int */
void set_int(SOCKET s, int level, int option, int value);
unsigned refused_port(int family); /* a loopback TCP port nobody listens on */
/* Whether select reports s in the set chosen by 'r', 'w' or 'x' within ms. */
int selects(SOCKET s, char which, int ms);

/* `size` bytes, zero, right before a page that cannot be touched.  At most a page; never freed. */
void *guarded(size_t size);

/* Milliseconds since some moment. */
ULONGLONG now_ms(void);

/* Run fn(arg) in a thread; the case must wait for it.  ck_assert* works only on the first thread.
 */
HANDLE run_thread(DWORD(WINAPI *fn)(void *), void *arg);
void join_thread(HANDLE thread, int ms);    /* ms passed: the case fails */
DWORD thread_result(HANDLE thread, int ms); /* the same; what fn returned */

/* A function that mingw's import library may lack; NULL when ws2_32.dll does not export it. */
void *winsock_function(const char *name);

/* Entry of a child process that a case starts as `conformance.exe --helper NAME ARGUMENT`. */
int helper_main(const char *name, const char *argument);
int helper_cleanup(const char *argument); /* startup.c */
int helper_share(const char *argument);   /* share.c */
int helper_sleep(const char *argument);   /* handle.c */
int hold_addresses(const char *argument);  /* helper "hold", bind_reuse.c */
int leave_lingering(const char *argument); /* helper "linger", close.c */
int leave_unsent(const char *argument);    /* helper "unsent", close.c */
/* Start one; the handle of the process.  Inherits nothing. */
HANDLE start_self(const char *arguments);

#endif
