/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Per-thread waiting. No lock is held across a wait, so that a Winsock call made from an APC or a
 * blocking hook inside one can neither deadlock nor disturb it. */
#include <stdbool.h>
#include <stdlib.h>

#include "spi/thread.h"

#include "spi/host.h"
#include "spi/upcall.h"

/* How often a blocking hook of 1.1 runs once it has nothing more to do. */
#define HOOK_INTERVAL_MS 10

/* Waits inside each other (an APC that sends) that closing the socket can end. */
#define DEEPEST_WAITS 4

/* A call needs two: its copies of what the program gave it, and its request. */
#define KEPT_ROOMS 2

struct thread_data {
    volatile LONG ended; /* set by the Unix side: the thread is over, without thread_detach */
    HANDLE event;
    bool event_taken;
    struct {
        void *volatile memory; /* at any time to be freed by another, should the thread be ended */
        size_t size;
        bool taken;
    } rooms[KEPT_ROOMS];
    struct {
        HANDLE handle; /* NULL: not to be ended by us */
        IO_STATUS_BLOCK *io;
    } waiting[DEEPEST_WAITS]; /* by depth, under list_lock */
    unsigned int waits;       /* depth of waits on this thread */
    volatile LONG cancel;     /* set by thread_cancel_blocking_call, taken by the innermost wait */
    DWORD id;
    struct thread_data *next, **link;
};

static DWORD tls = TLS_OUT_OF_INDEXES;
static SRWLOCK list_lock =
    SRWLOCK_INIT; /* guards the list only; a leaf lock, never held in a wait */
static struct thread_data *threads;

bool thread_init(void)
{
    tls = TlsAlloc();
    return tls != TLS_OUT_OF_INDEXES;
}

/* TlsGetValue resets the last error, which belongs to the program. */
static struct thread_data *thread_peek(void)
{
    DWORD error = GetLastError();
    struct thread_data *data = TlsGetValue(tls);

    SetLastError(error);
    return data;
}

/* One that is over without thread_detach runs no more, and waits for nothing. */
static bool is_there(const struct thread_data *data)
{
    return !data->ended;
}

/* Under list_lock. */
static void enlist(struct thread_data *data, struct thread_data **list)
{
    data->next = *list;
    data->link = list;
    if (*list)
        (*list)->link = &data->next;
    *list = data;
}

static void delist(struct thread_data *data)
{
    *data->link = data->next;
    if (data->next)
        data->next->link = data->link;
}

static void discard(struct thread_data *data)
{
    if (data->event)
        NtClose(data->event);
    for (int i = 0; i < KEPT_ROOMS; i++)
        free(data->rooms[i].memory);
    free(data);
}

/* Discards what threads left that were terminated.  With such a thread the host has cancelled its
 * requests: of what they named it writes the status block alone, on the thread's stack. */
static void discard_ended(void)
{
    struct thread_data *ended = NULL;

    AcquireSRWLockExclusive(&list_lock);
    for (struct thread_data *data = threads, *next; data; data = next) {
        next = data->next;
        if (is_there(data))
            continue;
        delist(data);
        enlist(data, &ended);
    }
    ReleaseSRWLockExclusive(&list_lock);
    for (struct thread_data *next; ended; ended = next) {
        next = ended->next;
        discard(ended);
    }
}

static void tell_end(volatile LONG *word)
{
    struct tell_end_params params = {.word = unix_pointer(word)};

    UNIX_CALL(tell_end, &params); /* where it fails, what a terminated thread leaves stays there */
}

static struct thread_data *thread_make(void)
{
    struct thread_data *data;

    discard_ended();
    data = calloc(1, sizeof(*data));
    if (!data)
        return NULL;
    data->id = GetCurrentThreadId();
    TlsSetValue(tls, data);
    tell_end(&data->ended);
    AcquireSRWLockExclusive(&list_lock);
    enlist(data, &threads);
    ReleaseSRWLockExclusive(&list_lock);
    return data;
}

static struct thread_data *thread_get(void)
{
    struct thread_data *data = thread_peek();

    return data ? data : thread_make();
}

void thread_detach(void)
{
    struct thread_data *data = thread_peek();

    if (!data)
        return;
    TlsSetValue(tls, NULL);
    tell_end(NULL);
    AcquireSRWLockExclusive(&list_lock);
    delist(data);
    ReleaseSRWLockExclusive(&list_lock);
    discard(data);
}

#define MANUAL_RESET 0 /* NotificationEvent of the native headers */

/* Not CreateEvent, which sets the thread's last error: the SPI never touches it. */
static HANDLE create_event(void)
{
    HANDLE event;

    return NtCreateEvent(&event, EVENT_ALL_ACCESS, NULL, MANUAL_RESET, FALSE) ? NULL : event;
}

bool wait_slot_acquire(struct wait_slot *slot)
{
    struct thread_data *data = thread_get();

    memset(slot, 0, sizeof(*slot));
    if (!data)
        return false;
    if (!data->event_taken) {
        if (!data->event)
            data->event = create_event();
        slot->event = data->event;
        slot->owner = data;
        data->event_taken = slot->event != NULL;
    } else {
        slot->event = create_event();
    }
    return slot->event != NULL;
}

void wait_slot_release(struct wait_slot *slot)
{
    if (slot->owner)
        slot->owner->event_taken = false;
    else
        NtClose(slot->event);
}

void *room_take(size_t size)
{
    struct thread_data *data = thread_get();

    for (int i = 0; data && i < KEPT_ROOMS; i++) {
        if (data->rooms[i].taken)
            continue;
        if (data->rooms[i].size < size) {
            void *small = data->rooms[i].memory;

            data->rooms[i].memory = NULL;
            free(small);
            data->rooms[i].memory = malloc(size);
            data->rooms[i].size = data->rooms[i].memory ? size : 0;
        }
        data->rooms[i].taken = data->rooms[i].memory != NULL;
        return data->rooms[i].memory;
    }
    return malloc(size);
}

void room_give(void *room)
{
    struct thread_data *data = thread_peek();

    for (int i = 0; room && data && i < KEPT_ROOMS; i++) {
        if (data->rooms[i].memory == room) {
            data->rooms[i].taken = false;
            return;
        }
    }
    free(room);
}

/* Runs the blocking hook, if this thread has one. Returns false when the call is to be given up. */
static bool run_hook(LPBLOCKINGCALLBACK hook, DWORD_PTR context, struct thread_data *data)
{
    if (hook && !hook(context))
        return false;
    return !InterlockedExchange(&data->cancel, 0);
}

/* One level deeper in waits. */
static void enter_wait(struct thread_data *data, struct wait_slot *slot, HANDLE handle)
{
    unsigned int depth = data->waits++;

    if (!slot->ends_with_handle || depth >= DEEPEST_WAITS)
        return;
    AcquireSRWLockExclusive(&list_lock);
    data->waiting[depth].handle = handle;
    data->waiting[depth].io = &slot->io;
    ReleaseSRWLockExclusive(&list_lock);
}

static void leave_wait(struct thread_data *data, const struct wait_slot *slot)
{
    unsigned int depth = --data->waits;

    if (!slot->ends_with_handle || depth >= DEEPEST_WAITS)
        return;
    AcquireSRWLockExclusive(&list_lock);
    data->waiting[depth].handle = NULL;
    ReleaseSRWLockExclusive(&list_lock);
}

void thread_interrupt_waits(HANDLE handle)
{
    IO_STATUS_BLOCK io;

    AcquireSRWLockShared(&list_lock);
    for (struct thread_data *data = threads; data; data = data->next)
        for (unsigned int i = 0; i < DEEPEST_WAITS && is_there(data); i++)
            if (data->waiting[i].handle == handle)
                NtCancelIoFileEx(handle, data->waiting[i].io, &io);
    ReleaseSRWLockShared(&list_lock);
}

bool thread_is_waited_for(HANDLE handle)
{
    bool found = false;

    AcquireSRWLockShared(&list_lock);
    for (struct thread_data *data = threads; data; data = data->next)
        for (unsigned int i = 0; i < DEEPEST_WAITS && is_there(data); i++)
            found |= data->waiting[i].handle == handle;
    ReleaseSRWLockShared(&list_lock);
    return found;
}

NTSTATUS wait_slot_finish(struct wait_slot *slot, HANDLE handle)
{
    struct thread_data *data = thread_get();
    DWORD_PTR context = 0;
    LPBLOCKINGCALLBACK hook = upcall_blocking_hook(&context);
    LARGE_INTEGER interval = {.QuadPart = -10000LL * HOOK_INTERVAL_MS};
    bool cancelled = false;
    NTSTATUS status;

    enter_wait(data, slot, handle);
    for (;;) {
        status = NtWaitForSingleObject(slot->event, TRUE, hook && !cancelled ? &interval : NULL);
        if (status == STATUS_WAIT_0)
            break;
        if (!cancelled && !run_hook(hook, context, data)) {
            IO_STATUS_BLOCK io;

            cancelled = true;
            NtCancelIoFileEx(handle, &slot->io, &io);
        }
    }
    leave_wait(data, slot);
    /* A blocking call that is cancelled, by its hook or by a closesocket elsewhere, is
     * "interrupted": the other word for it, WSA_OPERATION_ABORTED, is that of overlapped
     * operations. */
    return slot->io.Status == STATUS_CANCELLED ? STATUS_REQUEST_ABORTED : slot->io.Status;
}

static void NTAPI wake(ULONG_PTR unused)
{
    (void)unused; /* its arrival ends the alertable wait, which then looks at `cancel` */
}

bool thread_cancel_blocking_call(DWORD id)
{
    bool found = false;
    HANDLE thread;

    AcquireSRWLockExclusive(&list_lock);
    for (struct thread_data *data = threads; data; data = data->next) {
        if (data->id != id || !data->waits || !is_there(data))
            continue;
        InterlockedExchange(&data->cancel, 1);
        found = true;
    }
    ReleaseSRWLockExclusive(&list_lock);
    if (found && id != GetCurrentThreadId() &&
        (thread = OpenThread(THREAD_SET_CONTEXT, FALSE, id))) {
        QueueUserAPC(wake, thread, 0);
        NtClose(thread);
    }
    return found;
}

void thread_pause(int milliseconds)
{
    LARGE_INTEGER time = {.QuadPart = milliseconds * -10000LL};

    NtDelayExecution(FALSE, &time);
}

bool thread_is_blocking(void)
{
    struct thread_data *data = thread_peek();

    return data && data->waits;
}
