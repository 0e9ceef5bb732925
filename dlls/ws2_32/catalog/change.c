/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSAProviderConfigChange.  Nothing changes the catalogs while programs run, so what waits for a
 * change waits for ever, as on a Windows where nobody installs a provider. */
#include "api/api.h"

#include "api/names.h"

#define STATUS_UNDER_WAY 0x103 /* STATUS_PENDING */

/* The handles given out; the program closes them, and their numbers may come again. */
struct notification {
    struct notification *next;
    HANDLE handle;
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct notification *notifications;

static bool is_open(HANDLE handle)
{
    DWORD flags;

    return GetHandleInformation(handle, &flags);
}

/* Forgets those that have been closed. With the lock held. */
static void forget_closed(void)
{
    struct notification **at = &notifications;

    while (*at) {
        struct notification *here = *at;

        if (is_open(here->handle)) {
            at = &here->next;
        } else {
            *at = here->next;
            names_free(here);
        }
    }
}

static bool is_ours(HANDLE handle)
{
    struct notification *at;

    AcquireSRWLockExclusive(&lock);
    forget_closed();
    for (at = notifications; at && at->handle != handle; at = at->next)
        ;
    ReleaseSRWLockExclusive(&lock);
    return at != NULL;
}

static int create(LPHANDLE where)
{
    struct notification *made = names_alloc(sizeof(*made));
    HANDLE handle = CreateEventW(NULL, TRUE, FALSE, NULL);

    if (!made || !handle) {
        names_free(made);
        if (handle)
            CloseHandle(handle);
        return WSA_NOT_ENOUGH_MEMORY;
    }
    made->handle = handle;
    AcquireSRWLockExclusive(&lock);
    forget_closed();
    made->next = notifications;
    notifications = made;
    ReleaseSRWLockExclusive(&lock);
    guard_put(where, handle);
    return 0;
}

/* Blocks, alertably, until the program closes the handle. */
static int wait_change(HANDLE handle)
{
    DWORD got;

    do {
        got = WaitForSingleObjectEx(handle, INFINITE, TRUE);
    } while (got == WAIT_IO_COMPLETION);
    return got == WAIT_OBJECT_0 ? 0 : WSA_INVALID_HANDLE;
}

int WSAAPI WSAProviderConfigChange(LPHANDLE where, LPWSAOVERLAPPED overlapped,
                                   LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    ULONG_PTR status = STATUS_UNDER_WAY;
    HANDLE handle;
    int error;

    (void)routine;
    if (!api_enter())
        return SOCKET_ERROR;
    if (!guard_get(handle, where) || !guard_writable(where, sizeof(*where)))
        return api_fail(WSAEFAULT);
    if (!handle)
        error = create(where);
    else if (!is_ours(handle))
        error = WSA_INVALID_HANDLE;
    else if (overlapped)
        error = guard_put(&overlapped->Internal, status) ? WSA_IO_PENDING : WSAEFAULT;
    else
        error = wait_change(handle);
    return error ? api_fail(error) : 0;
}
