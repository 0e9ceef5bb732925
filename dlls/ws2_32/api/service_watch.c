/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Telling programs that the networks changed, in the way WSACOMPLETION names.  The host reports a
 * change of its addresses on any socket that asks for it. */
#include "api/service.h"

#include "api/window.h"

#define STATUS_DONE      0
#define STATUS_UNDER_WAY 0x103      /* STATUS_PENDING */
#define STATUS_ENDED     0xc0000120 /* STATUS_CANCELLED */

struct service_watch {
    struct service_watch *next;
    WSACOMPLETION how;
    HANDLE thread; /* the one an APC is for */
    SOCKET s;
    WSAOVERLAPPED change; /* of the host's request */
    PTP_WAIT wait;
    bool told;
};

/* What an APC is given; freed by it. */
struct call {
    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine;
    WSAOVERLAPPED *overlapped;
    DWORD error;
};

static void WINAPI run_call(ULONG_PTR context)
{
    struct call call = *(struct call *)context;

    names_free((void *)context);
    call.routine(call.error, 0, call.overlapped, 0);
}

/* The program's structure, which windows have none of. */
static WSAOVERLAPPED *overlapped_of(const WSACOMPLETION *how)
{
    switch (how->Type) {
    case NSP_NOTIFY_EVENT:
        return how->Parameters.Event.lpOverlapped;
    case NSP_NOTIFY_PORT:
        return how->Parameters.Port.lpOverlapped;
    case NSP_NOTIFY_APC:
        return how->Parameters.Apc.lpOverlapped;
    default:
        return NULL;
    }
}

static void queue_call(const struct service_watch *watch, DWORD error)
{
    struct call *call = names_alloc(sizeof(*call));

    if (!call)
        return;
    *call = (struct call){watch->how.Parameters.Apc.lpfnCompletionProc,
                          watch->how.Parameters.Apc.lpOverlapped, error};
    if (!QueueUserAPC(run_call, watch->thread, (ULONG_PTR)call))
        names_free(call);
}

/* A window is not told of the end, for it asked for changes only. */
static void tell(struct service_watch *watch, DWORD error)
{
    const WSACOMPLETION *how = &watch->how;
    WSAOVERLAPPED *overlapped = overlapped_of(how);
    ULONG_PTR status = error ? STATUS_ENDED : STATUS_DONE, none = 0;
    HANDLE event;

    watch->told = true;
    if (overlapped && guard_put(&overlapped->InternalHigh, none))
        guard_put(&overlapped->Internal, status);
    if (how->Type == NSP_NOTIFY_HWND && !error)
        window_post(how->Parameters.WindowMessage.hWnd, how->Parameters.WindowMessage.uMsg,
                    how->Parameters.WindowMessage.context, 0);
    else if (how->Type == NSP_NOTIFY_PORT)
        PostQueuedCompletionStatus(how->Parameters.Port.hPort, 0, how->Parameters.Port.Key,
                                   overlapped);
    else if (how->Type == NSP_NOTIFY_APC)
        queue_call(watch, error);
    else if (how->Type == NSP_NOTIFY_EVENT && guard_get(event, &overlapped->hEvent) && event)
        SetEvent(event);
}

static void WINAPI changed(PTP_CALLBACK_INSTANCE instance, void *context, PTP_WAIT wait,
                           TP_WAIT_RESULT result)
{
    (void)instance, (void)wait, (void)result;
    tell(context, 0);
}

static int check(const WSACOMPLETION *how)
{
    WSAOVERLAPPED *overlapped = overlapped_of(how);
    ULONG_PTR status = STATUS_UNDER_WAY;

    if ((unsigned)how->Type > NSP_NOTIFY_APC)
        return WSAEINVAL;
    if (how->Type == NSP_NOTIFY_HWND)
        return how->Parameters.WindowMessage.hWnd ? 0 : WSAEINVAL;
    if (how->Type == NSP_NOTIFY_APC && !how->Parameters.Apc.lpfnCompletionProc)
        return WSAEINVAL;
    return guard_put(&overlapped->Internal, status) ? 0 : WSAEFAULT;
}

/* Frees a watch that nobody waits for.  The host writes into it until its request has ended. */
static void dispose(struct service_watch *watch)
{
    if (watch->s != INVALID_SOCKET) {
        CancelIoEx((HANDLE)watch->s, (OVERLAPPED *)&watch->change);
        if (watch->wait)
            WaitForSingleObject(watch->change.hEvent, INFINITE);
        closesocket(watch->s);
    }
    if (watch->wait)
        CloseThreadpoolWait(watch->wait);
    if (watch->change.hEvent)
        CloseHandle(watch->change.hEvent);
    if (watch->thread)
        CloseHandle(watch->thread);
    names_free(watch);
}

/* Asks the host. Returns 0 or the code. */
static int ask(struct service_watch *watch)
{
    DWORD bytes;

    if (watch->s == INVALID_SOCKET)
        return WSAGetLastError();
    if (!WSAIoctl(watch->s, SIO_ADDRESS_LIST_CHANGE, NULL, 0, NULL, 0, &bytes,
                  (WSAOVERLAPPED *)&watch->change, NULL))
        return 0;
    return WSAGetLastError() == WSA_IO_PENDING ? 0 : WSAGetLastError();
}

int service_watch_add(struct service_watch **list, const WSACOMPLETION *how)
{
    struct service_watch *watch;
    int error = check(how);

    if (error)
        return error;
    watch = names_alloc(sizeof(*watch));
    if (!watch)
        return WSA_NOT_ENOUGH_MEMORY;
    watch->how = *how;
    watch->s = socket(AF_INET, SOCK_DGRAM, 0);
    watch->change.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (!watch->change.hEvent ||
        !DuplicateHandle(GetCurrentProcess(), GetCurrentThread(), GetCurrentProcess(),
                         &watch->thread, 0, FALSE, DUPLICATE_SAME_ACCESS))
        error = WSA_NOT_ENOUGH_MEMORY;
    if (!error)
        error = ask(watch);
    if (!error) {
        watch->wait = CreateThreadpoolWait(changed, watch, NULL);
        if (!watch->wait)
            error = WSA_NOT_ENOUGH_MEMORY;
    }
    if (error) {
        dispose(watch);
        return error;
    }
    SetThreadpoolWait(watch->wait, watch->change.hEvent, NULL);
    watch->next = *list;
    *list = watch;
    return 0;
}

void service_watches_end(struct service_watch *list)
{
    while (list) {
        struct service_watch *watch = list;

        list = watch->next;
        SetThreadpoolWait(watch->wait, NULL, NULL);
        WaitForThreadpoolWaitCallbacks(watch->wait, TRUE);
        if (!watch->told)
            tell(watch, WSA_OPERATION_ABORTED);
        dispose(watch);
    }
}
