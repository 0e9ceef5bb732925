/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions a provider may call back (ws2spi.h, WSPUPCALLTABLE), and the four that Windows
 * exports. */
#include "api/api.h"

#include "api/blocking.h"
#include "api/window.h"
#include "catalog/catalog.h"

static int fail(LPINT lpErrno, int error)
{
    if (lpErrno)
        guard_put(lpErrno, error);
    return SOCKET_ERROR;
}

static BOOL WSPAPI close_event(WSAEVENT event, LPINT lpErrno)
{
    return CloseHandle(event) || (fail(lpErrno, WSA_INVALID_HANDLE), FALSE);
}

static WSAEVENT WSPAPI create_event(LPINT lpErrno)
{
    HANDLE event = CreateEventW(NULL, TRUE, FALSE, NULL);

    if (!event)
        fail(lpErrno, WSA_NOT_ENOUGH_MEMORY);
    return event;
}

static BOOL WSPAPI reset_event(WSAEVENT event, LPINT lpErrno)
{
    return ResetEvent(event) || (fail(lpErrno, WSA_INVALID_HANDLE), FALSE);
}

static BOOL WSPAPI set_event(WSAEVENT event, LPINT lpErrno)
{
    return SetEvent(event) || (fail(lpErrno, WSA_INVALID_HANDLE), FALSE);
}

static int WSPAPI is_set(SOCKET s, fd_set *set)
{
    return __WSAFDIsSet(s, set);
}

/* A provider with installable handles (XP1_IFS_HANDLES) may have the handle changed; ours never
 * are. */
static SOCKET WSPAPI modify_ifs_handle(DWORD entry, SOCKET proposed, LPINT lpErrno)
{
    (void)entry, (void)lpErrno;
    return proposed;
}

/* Handles of ws2_32's own making serve providers without installable handles; there are none yet.
 */
static SOCKET WSPAPI create_socket_handle(DWORD entry, DWORD_PTR context, LPINT lpErrno)
{
    (void)entry, (void)context;
    fail(lpErrno, WSAEOPNOTSUPP);
    return INVALID_SOCKET;
}

static int WSPAPI close_socket_handle(SOCKET s, LPINT lpErrno)
{
    (void)s;
    return fail(lpErrno, WSAENOTSOCK);
}

static int WSPAPI query_socket_handle(SOCKET s, PDWORD_PTR context, LPINT lpErrno)
{
    (void)s, (void)context;
    return fail(lpErrno, WSAENOTSOCK);
}

static int WSPAPI queue_apc(LPWSATHREADID thread, LPWSAUSERAPC routine, DWORD_PTR context,
                            LPINT lpErrno)
{
    if (!thread || !routine)
        return fail(lpErrno, WSAEFAULT);
    if (!QueueUserAPC((PAPCFUNC)(void *)routine, thread->ThreadHandle, context))
        return fail(lpErrno, WSAEINVAL);
    return 0;
}

int WSPAPI WPUOpenCurrentThread(LPWSATHREADID thread, LPINT lpErrno)
{
    WSATHREADID opened = {0};

    if (!guard_writable(thread, sizeof(*thread)))
        return fail(lpErrno, WSAEFAULT);
    if (!DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(),
                         &opened.ThreadHandle, 0, FALSE, DUPLICATE_SAME_ACCESS))
        return fail(lpErrno, WSAENOBUFS);
    guard_put(thread, opened);
    return 0;
}

int WSPAPI WPUCloseThread(LPWSATHREADID thread, LPINT lpErrno)
{
    WSATHREADID opened;

    if (!guard_get(opened, thread))
        return fail(lpErrno, WSAEFAULT);
    return CloseHandle(opened.ThreadHandle) ? 0 : fail(lpErrno, WSAEINVAL);
}

int WSPAPI WPUGetProviderPath(LPGUID id, WCHAR *path, LPINT length, LPINT lpErrno)
{
    return WSCGetProviderPath(id, path, length, lpErrno);
}

/* For the sockets of WPUCreateSocketHandle, of which there are none: see create_socket_handle(). */
int WSPAPI WPUCompleteOverlappedRequest(SOCKET s, LPWSAOVERLAPPED overlapped, DWORD error,
                                        DWORD transferred, LPINT lpErrno)
{
    (void)s, (void)overlapped, (void)error, (void)transferred;
    return fail(lpErrno, WSAEINVAL);
}

void upcall_table_fill(WSPUPCALLTABLE *table)
{
    *table = (WSPUPCALLTABLE){
        .lpWPUCloseEvent = close_event,
        .lpWPUCloseSocketHandle = close_socket_handle,
        .lpWPUCreateEvent = create_event,
        .lpWPUCreateSocketHandle = create_socket_handle,
        .lpWPUFDIsSet = is_set,
        .lpWPUGetProviderPath = WPUGetProviderPath,
        .lpWPUModifyIFSHandle = modify_ifs_handle,
        .lpWPUPostMessage = window_post,
        .lpWPUQueryBlockingCallback = api_query_blocking_callback,
        .lpWPUQuerySocketHandleContext = query_socket_handle,
        .lpWPUQueueApc = queue_apc,
        .lpWPUResetEvent = reset_event,
        .lpWPUSetEvent = set_event,
        .lpWPUOpenCurrentThread = WPUOpenCurrentThread,
        .lpWPUCloseThread = WPUCloseThread,
    };
}
