/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Blocking hooks.  Programs of 1.x have one per thread, the default one where they set none;
 * programs that asked for 2.0 or later have none, and the functions here fail with WSAEOPNOTSUPP
 * for them. */
#include "api/blocking.h"

#include "api/thread.h"

/* A hook says TRUE while it has more to do, and is called again at once; yet one that always does
 * must not keep the call from seeing that it is complete. */
#define HOOK_BURST 16

static volatile LONG
    hooks_running; /* of all threads: the usual 0 spares api_enter a look at the thread */

static struct {
    HMODULE user32;
    BOOL(WINAPI *peek)(MSG *, HWND, UINT, UINT, UINT);
    BOOL(WINAPI *translate)(const MSG *);
    LRESULT(WINAPI *dispatch)(const MSG *);
} pump;

/* A program without user32 has no messages. */
static bool find_pump(void)
{
    HMODULE user32 = GetModuleHandleW(L"user32.dll");

    if (!user32)
        return false;
    pump.peek = (void *)GetProcAddress(user32, "PeekMessageW");
    pump.translate = (void *)GetProcAddress(user32, "TranslateMessage");
    pump.dispatch = (void *)GetProcAddress(user32, "DispatchMessageW");
    return pump.peek && pump.translate && pump.dispatch;
}

/* The default hook: handles one window message, TRUE if there was one. */
static INT_PTR WINAPI default_hook(void)
{
    MSG message;

    if (!find_pump() || !pump.peek(&message, NULL, 0, 0, PM_REMOVE))
        return FALSE;
    pump.translate(&message);
    pump.dispatch(&message);
    return TRUE;
}

bool api_in_blocking_hook(void)
{
    struct api_thread *thread;

    if (!hooks_running)
        return false;
    thread = api_thread_peek();
    return thread && thread->in_hook;
}

static BOOL CALLBACK run_hook(DWORD_PTR context)
{
    struct api_thread *thread = (struct api_thread *)context;
    FARPROC hook = thread->hook ? thread->hook : (FARPROC)default_hook;

    if (thread->in_hook)
        return TRUE; /* a wait of the provider's own inside the hook */
    thread->in_hook = true;
    thread->cancelled = false;
    InterlockedIncrement(&hooks_running);
    for (int i = 0; i < HOOK_BURST && !thread->cancelled; i++) {
        if (!(BOOL)hook())
            break;
    }
    InterlockedDecrement(&hooks_running);
    thread->in_hook = false;
    return !thread->cancelled;
}

int WSPAPI api_query_blocking_callback(DWORD entry, LPBLOCKINGCALLBACK *callback,
                                       PDWORD_PTR context, LPINT lpErrno)
{
    LPBLOCKINGCALLBACK answer = NULL;
    struct api_thread *thread = NULL;
    int error = 0;

    (void)entry; /* the hook is the thread's, whichever provider blocks */
    if (api_is_version_1()) {
        thread = api_thread_get();
        answer = run_hook;
        if (!thread)
            error = WSAENOBUFS;
    }
    if (!error && (!guard_put(callback, answer) || (answer && !guard_put(context, thread))))
        error = WSAEFAULT;
    if (error && lpErrno)
        guard_put(lpErrno, error);
    return error ? SOCKET_ERROR : 0;
}

/* The last error says why there are no hooks; 0 where there are. */
static int enter_hooks(void)
{
    if (!api_in_blocking_hook() && !api_enter())
        return GetLastError();
    return api_is_version_1() ? 0 : WSAEOPNOTSUPP;
}

BOOL WSAAPI WSAIsBlocking(void)
{
    return api_in_blocking_hook();
}

FARPROC WSAAPI WSASetBlockingHook(FARPROC hook)
{
    struct api_thread *thread = NULL;
    int error = enter_hooks();
    FARPROC previous;

    if (!error && !guard_readable((const void *)hook, 1))
        error = WSAEFAULT;
    if (!error && !(thread = api_thread_get()))
        error = WSAENOBUFS;
    if (error) {
        SetLastError(error);
        return NULL;
    }
    previous = thread->hook ? thread->hook : (FARPROC)default_hook;
    thread->hook = hook == (FARPROC)default_hook ? NULL : hook;
    return previous;
}

int WSAAPI WSAUnhookBlockingHook(void)
{
    struct api_thread *thread = api_thread_peek();
    int error = enter_hooks();

    if (error)
        return api_fail(error);
    if (thread)
        thread->hook = NULL;
    return 0;
}

/* Takes effect when the hook returns: the blocked call then fails with WSAEINTR. */
int WSAAPI WSACancelBlockingCall(void)
{
    int error = enter_hooks();

    if (!error && !api_in_blocking_hook())
        error = WSAEINVAL;
    if (error)
        return api_fail(error);
    api_thread_peek()->cancelled = true;
    return 0;
}
