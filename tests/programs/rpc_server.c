/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* rpc_server: serves calls.idl over TCP on a port of Windows' choice, says "PORT n", ends on
 * Stop(). Exit status: 0 stopped in order, 1 not. */
#include <windows.h>
#include <rpc.h>

#include <stdio.h>
#include <stdlib.h>

#include "calls.h"
#include "pattern.h"

void *__RPC_USER midl_user_allocate(SIZE_T size)
{
    return malloc(size);
}

void __RPC_USER midl_user_free(void *memory)
{
    free(memory);
}

int Add(handle_t binding, int a, int b)
{
    (void)binding;
    return a + b;
}

void Reverse(handle_t binding, const wchar_t *text, unsigned int size, wchar_t *result)
{
    size_t length = wcslen(text);

    (void)binding;
    memset(result, 0, size * sizeof(*result));
    for (size_t i = 0; i < length && i < size; i++)
        result[i] = text[length - 1 - i];
}

unsigned int Sum(handle_t binding, unsigned int size, const unsigned char *bytes)
{
    (void)binding;
    return checksum(bytes, size);
}

void Fill(handle_t binding, unsigned int seed, unsigned int size, unsigned char *bytes)
{
    (void)binding;
    pattern_fill(bytes, size, seed);
}

/* An exception in the server is one in the client. */
int Fail(handle_t binding)
{
    (void)binding;
    RpcRaiseException(RPC_S_CANNOT_SUPPORT);
    return 0;
}

void Stop(handle_t binding)
{
    (void)binding;
    RpcMgmtStopServerListening(NULL);
}

/* The port of the endpoint rpcrt4 made. */
static int endpoint_port(void)
{
    RPC_BINDING_VECTOR *bindings;
    RPC_CSTR text, endpoint;
    int port = 0;

    if (RpcServerInqBindings(&bindings))
        return 0;
    for (unsigned int i = 0; i < bindings->Count && !port; i++) {
        if (RpcBindingToStringBindingA(bindings->BindingH[i], &text))
            continue;
        if (!RpcStringBindingParseA(text, NULL, NULL, NULL, &endpoint, NULL)) {
            port = atoi((char *)endpoint);
            RpcStringFreeA(&endpoint);
        }
        RpcStringFreeA(&text);
    }
    RpcBindingVectorFree(&bindings);
    return port;
}

int main(void)
{
    RPC_STATUS status = RpcServerUseProtseqA((RPC_CSTR) "ncacn_ip_tcp", 10, NULL);

    if (!status)
        status = RpcServerRegisterIf(Calls_v1_0_s_ifspec, NULL, NULL);
    if (!status)
        status = RpcServerListen(1, 10, TRUE);
    if (status) {
        printf("serving failed: %ld\n", (long)status);
        return 1;
    }
    printf("PORT %d\n", endpoint_port());
    fflush(stdout);
    status = RpcMgmtWaitServerListen();
    if (status)
        printf("RpcMgmtWaitServerListen: %ld\n", (long)status);
    return status != 0;
}
