/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spi_client.h"

/* Upcalls.  A base provider's sockets are system handles, so it needs no handles made by the
 * client. */
static int refuse(LPINT error, int code)
{
    *error = code;
    return SOCKET_ERROR;
}

static BOOL WSPAPI close_event(WSAEVENT event, LPINT error)
{
    if (CloseHandle(event))
        return TRUE;
    *error = WSA_INVALID_HANDLE;
    return FALSE;
}

static WSAEVENT WSPAPI create_event(LPINT error)
{
    WSAEVENT event = CreateEventW(NULL, TRUE, FALSE, NULL);

    if (!event)
        *error = WSA_NOT_ENOUGH_MEMORY;
    return event;
}

static BOOL WSPAPI reset_event(WSAEVENT event, LPINT error)
{
    if (ResetEvent(event))
        return TRUE;
    *error = WSA_INVALID_HANDLE;
    return FALSE;
}

static BOOL WSPAPI set_event(WSAEVENT event, LPINT error)
{
    if (SetEvent(event))
        return TRUE;
    *error = WSA_INVALID_HANDLE;
    return FALSE;
}

static SOCKET WSPAPI create_handle(DWORD entry, DWORD_PTR context, LPINT error)
{
    (void)entry;
    (void)context;
    refuse(error, WSAEOPNOTSUPP);
    return INVALID_SOCKET;
}

static int WSPAPI close_handle(SOCKET s, LPINT error)
{
    (void)s;
    return refuse(error, WSAENOTSOCK);
}

static int WSPAPI query_context(SOCKET s, PDWORD_PTR context, LPINT error)
{
    (void)s;
    (void)context;
    return refuse(error, WSAENOTSOCK);
}

static SOCKET WSPAPI modify_handle(DWORD entry, SOCKET proposed, LPINT error)
{
    (void)entry;
    *error = 0;
    return proposed;
}

static int WSPAPI fd_is_set(SOCKET s, fd_set *set)
{
    return __WSAFDIsSet(s, set);
}

static int WSPAPI provider_path(LPGUID id, WCHAR *path, LPINT length, LPINT error)
{
    return WSCGetProviderPath(id, path, length, error);
}

static BOOL WSPAPI post_message(HWND window, UINT message, WPARAM w, LPARAM l)
{
    return PostMessageW(window, message, w, l);
}

static int WSPAPI blocking_callback(DWORD entry, LPBLOCKINGCALLBACK *callback, PDWORD_PTR context,
                                    LPINT error)
{
    (void)entry;
    *callback = NULL;
    *context = 0;
    *error = 0;
    return 0;
}

static int WSPAPI queue_apc(LPWSATHREADID thread, LPWSAUSERAPC apc, DWORD_PTR context, LPINT error)
{
    return QueueUserAPC((PAPCFUNC)apc, thread->ThreadHandle, context) ? 0
                                                                      : refuse(error, WSAEINVAL);
}

static int WSPAPI open_thread(LPWSATHREADID thread, LPINT error)
{
    HANDLE self = GetCurrentProcess();

    thread->Reserved = 0;
    return DuplicateHandle(self, GetCurrentThread(), self, &thread->ThreadHandle, 0, FALSE,
                           DUPLICATE_SAME_ACCESS)
               ? 0
               : refuse(error, WSAEINVAL);
}

static int WSPAPI close_thread(LPWSATHREADID thread, LPINT error)
{
    return CloseHandle(thread->ThreadHandle) ? 0 : refuse(error, WSAEINVAL);
}

const WSPUPCALLTABLE *provider_upcalls(void)
{
    static const WSPUPCALLTABLE table = {
        .lpWPUCloseEvent = close_event,
        .lpWPUCloseSocketHandle = close_handle,
        .lpWPUCreateEvent = create_event,
        .lpWPUCreateSocketHandle = create_handle,
        .lpWPUFDIsSet = fd_is_set,
        .lpWPUGetProviderPath = provider_path,
        .lpWPUModifyIFSHandle = modify_handle,
        .lpWPUPostMessage = post_message,
        .lpWPUQueryBlockingCallback = blocking_callback,
        .lpWPUQuerySocketHandleContext = query_context,
        .lpWPUQueueApc = queue_apc,
        .lpWPUResetEvent = reset_event,
        .lpWPUSetEvent = set_event,
        .lpWPUOpenCurrentThread = open_thread,
        .lpWPUCloseThread = close_thread,
    };

    return &table;
}

/* The first base protocol of the catalog that is of this family, type and protocol. */
static void find_entry(WSAPROTOCOL_INFOW *out, int family, int type, int protocol)
{
    static WSAPROTOCOL_INFOW list[128];
    DWORD size = sizeof(list);
    int n = WSAEnumProtocolsW(NULL, list, &size);

    ck_assert_msg(n > 0, "WSAEnumProtocols: %d, %s", n, wsa_name(WSAGetLastError()));
    for (int i = 0; i < n; i++) {
        if (list[i].iAddressFamily == family && list[i].iSocketType == type &&
            list[i].iProtocol == protocol && list[i].ProtocolChain.ChainLen == BASE_PROTOCOL) {
            *out = list[i];
            return;
        }
    }
    ck_abort_msg("no base protocol in the catalog for family %d, type %d", family, type);
}

void provider_load(struct provider *p, int family, int type, int protocol)
{
    WCHAR raw[MAX_PATH] = L"";
    int length = MAX_PATH, error = ERROR_UNTOUCHED, result;
    HMODULE dll;

    memset(p, 0, sizeof(*p));
    find_entry(&p->info, family, type, protocol);
    result = WSCGetProviderPath(&p->info.ProviderId, raw, &length, &error);
    ck_assert_msg(result == 0, "WSCGetProviderPath: %s", wsa_name(error));
    ck_assert_int_le(length, MAX_PATH);
    ck_assert_uint_gt(ExpandEnvironmentStringsW(raw, p->path, MAX_PATH), 0);
    dll = LoadLibraryW(p->path);
    ck_assert_msg(dll != NULL, "LoadLibrary of the provider %ls: error %lu", p->path,
                  GetLastError());
    p->startup = (LPWSPSTARTUP)(void *)GetProcAddress(dll, "WSPStartup");
    ck_assert_msg(p->startup != NULL, "the provider %ls has no WSPStartup", p->path);
}

void provider_open(struct provider *p, int family, int type, int protocol)
{
    provider_load(p, family, type, protocol);
    assert_code(p->startup(MAKEWORD(2, 2), &p->data, &p->info, *provider_upcalls(), &p->table), 0);
}
