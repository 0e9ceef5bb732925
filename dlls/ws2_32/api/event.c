/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Event objects, which are Windows' own, and a socket's network events. */
#include "api/clear.h"

/* Manual reset, not signalled. */
WSAEVENT WSAAPI WSACreateEvent(void)
{
    WSAEVENT event;

    if (!api_enter())
        return WSA_INVALID_EVENT;
    event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (!event)
        SetLastError(WSA_NOT_ENOUGH_MEMORY);
    return event;
}

static BOOL finish(BOOL done)
{
    if (!done)
        SetLastError(WSA_INVALID_HANDLE);
    return done;
}

BOOL WSAAPI WSACloseEvent(WSAEVENT event)
{
    return api_enter() && finish(CloseHandle(event));
}

BOOL WSAAPI WSASetEvent(WSAEVENT event)
{
    return api_enter() && finish(SetEvent(event));
}

BOOL WSAAPI WSAResetEvent(WSAEVENT event)
{
    return api_enter() && finish(ResetEvent(event));
}

DWORD WSAAPI WSAWaitForMultipleEvents(DWORD count, const WSAEVENT *events, BOOL all, DWORD timeout,
                                      BOOL alertable)
{
    WSAEVENT copy[WSA_MAXIMUM_WAIT_EVENTS];
    int error = 0;

    if (!api_enter())
        return WSA_WAIT_FAILED;
    if (!count || count > WSA_MAXIMUM_WAIT_EVENTS)
        error = WSA_INVALID_PARAMETER;
    else if (!guard_copy(copy, events, count * sizeof(*events)))
        error = WSAEFAULT;
    if (!error)
        return WaitForMultipleObjectsEx(count, copy, all, timeout, alertable);
    SetLastError(error);
    return WSA_WAIT_FAILED;
}

int WSAAPI WSAEventSelect(SOCKET s, WSAEVENT event, __LONG32 events)
{
    const WSPPROC_TABLE *provider = api_enter();
    int error = 0, result;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPEventSelect(s, event, events, &error);
    return api_leave_clear(result, error);
}

int WSAAPI WSAEnumNetworkEvents(SOCKET s, WSAEVENT event, LPWSANETWORKEVENTS events)
{
    const WSPPROC_TABLE *provider = api_enter();
    int error = 0, result;

    if (!provider)
        return SOCKET_ERROR;
    result = provider->lpWSPEnumNetworkEvents(s, event, events, &error);
    return api_leave_clear(result, error);
}
