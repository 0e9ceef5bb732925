/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * rpc_client: calls rpc_server over TCP.
 *
 *     rpc_client PORT calls   integers, strings, long arrays both ways, from several threads; then
 * says "called", and after a line of standard input makes one more call rpc_client PORT fail    a
 * call that raises RPC_S_CANNOT_SUPPORT in the server rpc_client PORT refused a call to a port
 * where nobody listens: RPC_S_SERVER_UNAVAILABLE rpc_client PORT stop    ends the server
 *
 * Exit status: 0 all as it should be, 1 not, 2 wrong usage.
 */
#include <windows.h>
#include <rpc.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "pattern.h"

enum { LONG_ARRAY = 300000, THREADS = 4 };

static const char *port;
static volatile DWORD expected_exception;

void *__RPC_USER midl_user_allocate(SIZE_T size)
{
    return malloc(size);
}

void __RPC_USER midl_user_free(void *memory)
{
    free(memory);
}

/* gcc has no structured exceptions: the one that is waited for ends the process here, with success.
 */
static LONG CALLBACK on_exception(EXCEPTION_POINTERS *info)
{
    DWORD code = info->ExceptionRecord->ExceptionCode;

    if (expected_exception && code == expected_exception)
        ExitProcess(0);
    printf("exception %lu\n", (unsigned long)code);
    return EXCEPTION_CONTINUE_SEARCH;
}

static bool bind_to_port(handle_t *binding)
{
    RPC_CSTR text;
    RPC_STATUS status = RpcStringBindingComposeA(
        NULL, (RPC_CSTR) "ncacn_ip_tcp", (RPC_CSTR) "127.0.0.1", (RPC_CSTR)port, NULL, &text);

    if (!status) {
        status = RpcBindingFromStringBindingA(text, binding);
        RpcStringFreeA(&text);
    }
    if (status)
        printf("binding: %ld\n", (long)status);
    return !status;
}

static bool call_small(handle_t binding)
{
    static const wchar_t text[] = L"S\u00e4tze von links nach rechts \u4e2d\u6587";
    const unsigned int size = sizeof(text) / sizeof(text[0]);
    wchar_t result[64];

    if (Add(binding, 40, 2) != 42 || Add(binding, -2147483647, -1) != (-2147483647 - 1))
        return false;
    Reverse(binding, text, size, result);
    for (unsigned int i = 0; i + 1 < size; i++)
        if (result[i] != text[size - 2 - i])
            return false;
    return result[size - 1] == 0;
}

/* Arrays of many fragments, both ways. */
static bool call_long(handle_t binding, unsigned int seed)
{
    unsigned char *bytes = malloc(LONG_ARRAY);
    bool right;

    pattern_fill(bytes, LONG_ARRAY, seed);
    right = Sum(binding, LONG_ARRAY, bytes) == checksum(bytes, LONG_ARRAY);
    memset(bytes, 0, LONG_ARRAY);
    Fill(binding, seed + 1, LONG_ARRAY, bytes);
    right &= pattern_mismatch(bytes, LONG_ARRAY, seed + 1) == LONG_ARRAY;
    free(bytes);
    return right;
}

static DWORD WINAPI caller(void *number)
{
    handle_t binding;
    bool right = bind_to_port(&binding);

    for (int i = 0; right && i < 10; i++)
        right =
            call_small(binding) && call_long(binding, (unsigned int)(ULONG_PTR)number * 100 + i);
    RpcBindingFree(&binding);
    return right;
}

static int calls(void)
{
    HANDLE threads[THREADS];
    handle_t binding;
    char line[16];
    DWORD right;
    int failed = 0;

    for (int i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, caller, (void *)(ULONG_PTR)i, 0, NULL);
    for (int i = 0; i < THREADS; i++) {
        WaitForSingleObject(threads[i], INFINITE);
        failed += !GetExitCodeThread(threads[i], &right) || right != 1;
    }
    if (failed || !bind_to_port(&binding) || !call_small(binding)) {
        printf("%d of %d threads failed\n", failed, THREADS);
        return 1;
    }
    puts("called");
    fflush(stdout);
    return !fgets(line, sizeof(line), stdin) || Add(binding, 1, 2) != 3;
}

static int fails_with(DWORD code)
{
    handle_t binding;
    int result;

    if (!bind_to_port(&binding))
        return 1;
    expected_exception = code;
    result = Fail(binding);
    printf("no exception; the call returned %d\n", result);
    return 1;
}

static int stop(void)
{
    handle_t binding;

    if (!bind_to_port(&binding))
        return 1;
    Stop(binding);
    return 0;
}

int main(int argc, char **argv)
{
    const char *what = argc == 3 ? argv[2] : "";

    port = argv[1];
    AddVectoredExceptionHandler(1, on_exception);
    if (!strcmp(what, "calls"))
        return calls();
    if (!strcmp(what, "fail"))
        return fails_with(RPC_S_CANNOT_SUPPORT);
    if (!strcmp(what, "refused"))
        return fails_with(RPC_S_SERVER_UNAVAILABLE);
    return strcmp(what, "stop") ? 2 : stop();
}
