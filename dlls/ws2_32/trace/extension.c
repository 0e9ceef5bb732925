/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Extension functions under a trace: what WSAIoctl hands out is a thunk of ours. */
#include <string.h>

#include "trace/trace.h"

#include "pe/guard.h"

static const struct {
    GUID guid;
    enum trace_index index;
} extensions[] = {
    {WSAID_ACCEPTEX, TRACE_AcceptEx},
    {WSAID_CONNECTEX, TRACE_ConnectEx},
    {WSAID_DISCONNECTEX, TRACE_DisconnectEx},
    {WSAID_GETACCEPTEXSOCKADDRS, TRACE_GetAcceptExSockaddrs},
    {WSAID_TRANSMITFILE, TRACE_TransmitFile},
    {WSAID_TRANSMITPACKETS, TRACE_TransmitPackets},
    {WSAID_WSAPOLL, TRACE_WSAPoll},
    {WSAID_WSARECVMSG, TRACE_WSARecvMsg},
    {WSAID_WSASENDMSG, TRACE_WSASendMsg},
};

/* A second provider's function of the same name has no thunk: it is handed out as it is. */
static bool is_first(enum trace_index index, void *function)
{
    void *known;

    if (index == TRACE_WSAPoll || index == TRACE_WSASendMsg)
        return true; /* exported: they have one */
    known = InterlockedCompareExchangePointer(&trace_functions[index], function, NULL);
    return !known || known == function;
}

/* The arguments are those of WSAIoctl: socket, code, in, length, out, room. */
void trace_extension(const ULONG_PTR *arguments)
{
    void *function, *thunk;
    GUID guid;

    if ((DWORD)arguments[1] != SIO_GET_EXTENSION_FUNCTION_POINTER ||
        !guard_get(guid, (const GUID *)arguments[2]) ||
        !guard_get(function, (void *const *)arguments[4]))
        return;
    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++) {
        const enum trace_index index = extensions[i].index;

        if (memcmp(&extensions[i].guid, &guid, sizeof(guid)) != 0)
            continue;
        thunk = trace_thunks[index];
        if (is_first(index, function))
            guard_put((void **)arguments[4], thunk);
    }
}
