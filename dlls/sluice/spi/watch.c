/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See watch.h: what is done when a handle is closed or duplicated. */
#include "spi/watch.h"

#include "spi/afd.h"
#include "spi/watch_place.h"
#include "pe/guard.h"
#include "pe/options.h"
#include "pe/stay.h"

typedef NTSTATUS(NTAPI *close_function)(HANDLE handle);
typedef NTSTATUS(NTAPI *cancel_function)(HANDLE handle, IO_STATUS_BLOCK *io,
                                         IO_STATUS_BLOCK *result);
typedef NTSTATUS(NTAPI *control_function)(HANDLE file, HANDLE event, PIO_APC_ROUTINE routine,
                                          void *context, IO_STATUS_BLOCK *io, ULONG code, void *in,
                                          ULONG in_len, void *out, ULONG out_len);
typedef NTSTATUS(NTAPI *terminate_function)(HANDLE process, NTSTATUS status);
typedef NTSTATUS(NTAPI *duplicate_function)(HANDLE source_process, HANDLE source,
                                            HANDLE target_process, HANDLE *copy, ACCESS_MASK access,
                                            ULONG attributes, ULONG options);

enum state { WATCH_OFF, WATCH_POSSIBLE, WATCH_STARTING, WATCH_ACTIVE };

static struct {
    volatile LONG state;
    volatile bool sees_polls, polled;
    ULONG_PTR image, image_size; /* of this library */
    const struct watch_calls *calls;
    void *close_stub, *duplicate_stub, *cancel_stub, *control_stub, *terminate_stub;
    close_function close; /* the original ones */
    duplicate_function duplicate;
    cancel_function cancel;
    control_function control;
    terminate_function terminate;
} watch = {.close = NtClose, .duplicate = NtDuplicateObject, .cancel = NtCancelIoFileEx};

/* A handle's value without the bits that carry no meaning. */
static HANDLE plain(HANDLE handle)
{
    return (HANDLE)((ULONG_PTR)handle & ~(ULONG_PTR)3);
}

/* As the process ends, other threads may have been stopped inside our locks, and nothing is used
 * any more. */
static bool is_watched(HANDLE handle)
{
    return watch.calls->is_socket(plain(handle)) && !RtlDllShutdownInProgress();
}

static NTSTATUS NTAPI hook_close(HANDLE handle)
{
    NTSTATUS status;
    uint32_t token;

    if (!is_watched(handle))
        return watch.close(handle);
    token = watch.calls->closing(plain(handle));
    status = watch.close(handle);
    if (status == STATUS_HANDLE_NOT_CLOSABLE)
        watch.calls->close_failed(plain(handle), token);
    else
        watch.calls->closed(plain(handle), token);
    return status;
}

/* A process is named by the pseudo handle, or by a real one. */
static bool is_this_process(HANDLE process)
{
    return process == GetCurrentProcess() || !NtCompareObjects(process, GetCurrentProcess());
}

static void tell_duplicated(HANDLE source, HANDLE target_process, HANDLE *result)
{
    HANDLE copy = NULL;

    if (!is_this_process(target_process) || !guard_get(copy, result))
        copy = NULL;
    if (plain(copy) != source)
        watch.calls->duplicated(source, copy);
}

/* With DUPLICATE_CLOSE_SOURCE.  The host closes the source even where it makes no copy, but not
 * when it is protected, when it has not come as far, or when the copy gets the same value.  So what
 * became of the source is asked afterwards, with a handle of ours to compare; without one it counts
 * as closed, which is always safe. */
static NTSTATUS move(HANDLE source_process, HANDLE source, HANDLE target_process, HANDLE *copy,
                     ACCESS_MASK access, ULONG attributes, ULONG options)
{
    HANDLE self = GetCurrentProcess(), witness = NULL;
    uint32_t token;
    NTSTATUS status;

    watch.duplicate(self, source, self, &witness, 0, 0, DUPLICATE_SAME_ACCESS);
    token = watch.calls->closing(plain(source));
    status =
        watch.duplicate(source_process, source, target_process, copy, access, attributes, options);
    if (!witness || NtCompareObjects(source, witness)) {
        watch.calls->closed(plain(source), token);
    } else {
        watch.calls->close_failed(plain(source), token);
        if (NT_SUCCESS(status))
            tell_duplicated(plain(source), target_process, copy);
    }
    if (witness)
        watch.close(witness);
    return status;
}

static NTSTATUS NTAPI hook_duplicate(HANDLE source_process, HANDLE source, HANDLE target_process,
                                     HANDLE *copy, ACCESS_MASK access, ULONG attributes,
                                     ULONG options)
{
    NTSTATUS status;

    if (!is_watched(source) || !is_this_process(source_process))
        return watch.duplicate(source_process, source, target_process, copy, access, attributes,
                               options);
    if (options & DUPLICATE_CLOSE_SOURCE)
        return move(source_process, source, target_process, copy, access, attributes, options);
    status =
        watch.duplicate(source_process, source, target_process, copy, access, attributes, options);
    if (NT_SUCCESS(status))
        tell_duplicated(plain(source), target_process, copy);
    return status;
}

/* One operation is named by its status block, and ours have their own. */
static NTSTATUS NTAPI hook_cancel(HANDLE handle, IO_STATUS_BLOCK *io, IO_STATUS_BLOCK *result)
{
    if (io || !is_watched(handle))
        return watch.cancel(handle, io, result);
    return watch.calls->cancel_all(plain(handle), result);
}

/* Whether the address is in this library. */
static bool is_ours(const void *address)
{
    return (ULONG_PTR)address - watch.image < watch.image_size;
}

/* The socket has done what the program asked of it. */
static void tell_events(HANDLE file, ULONG code, const void *in, ULONG in_len, void *out,
                        ULONG out_len)
{
    if (!is_watched(file))
        return;
    if (code == AFD_EVENT_SELECT)
        watch.calls->events_selected((SOCKET)plain(file), in, in_len);
    else
        watch.calls->events_taken((SOCKET)plain(file), out, out_len);
}

/* The hook is jumped to: it returns to who called the function.  A poll is noted before it begins,
 * so that a connect after this knows of it. */
static NTSTATUS NTAPI hook_control(HANDLE file, HANDLE event, PIO_APC_ROUTINE routine,
                                   void *context, IO_STATUS_BLOCK *io, ULONG code, void *in,
                                   ULONG in_len, void *out, ULONG out_len)
{
    const bool of_interest = code == AFD_POLL || code == AFD_EVENT_SELECT || code == AFD_GET_EVENTS;
    NTSTATUS status;

    if (!of_interest || is_ours(__builtin_return_address(0)))
        return watch.control(file, event, routine, context, io, code, in, in_len, out, out_len);
    if (code == AFD_POLL)
        __atomic_store_n(&watch.polled, true, __ATOMIC_SEQ_CST);
    status = watch.control(file, event, routine, context, io, code, in, in_len, out, out_len);
    if (code != AFD_POLL && !status)
        tell_events(file, code, in, in_len, out, out_len);
    return status;
}

/* ExitProcess names no process: all threads but its own end. */
static NTSTATUS NTAPI hook_terminate(HANDLE process, NTSTATUS status)
{
    if (!process)
        watch.calls->exiting();
    return watch.terminate(process, status);
}

void watch_init(HMODULE self)
{
    const char *image = (const char *)self;
    const IMAGE_NT_HEADERS *headers =
        (const void *)(image + ((const IMAGE_DOS_HEADER *)image)->e_lfanew);
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");

    watch.image = (ULONG_PTR)image;
    watch.image_size = headers->OptionalHeader.SizeOfImage;
    watch.close_stub = (void *)GetProcAddress(ntdll, "NtClose");
    watch.duplicate_stub = (void *)GetProcAddress(ntdll, "NtDuplicateObject");
    watch.cancel_stub = (void *)GetProcAddress(ntdll, "NtCancelIoFileEx");
    watch.control_stub = (void *)GetProcAddress(ntdll, "NtDeviceIoControlFile");
    watch.terminate_stub = (void *)GetProcAddress(ntdll, "NtTerminateProcess");
    if (place_is_known(watch.close_stub) && place_is_known(watch.duplicate_stub) && stay_loaded())
        watch.state = WATCH_POSSIBLE;
}

/* Both or none. What was made ready is never freed, for a thread may be in it. */
static bool place(void)
{
    struct placed close, duplicate;

    if (!place_prepare(&close, watch.close_stub, hook_close) ||
        !place_prepare(&duplicate, watch.duplicate_stub, hook_duplicate))
        return false;
    watch.close = (close_function)close.original;
    watch.duplicate = (duplicate_function)duplicate.original;
    if (!place_commit(&duplicate))
        return false;
    if (place_commit(&close))
        return true;
    place_take_back(&duplicate);
    return false;
}

/* Beside the two; without it operations of ours are cancelled with the program's, and issued again.
 */
static void place_cancel(void)
{
    struct placed cancel;

    if (!place_prepare(&cancel, watch.cancel_stub, hook_cancel))
        return;
    watch.cancel = (cancel_function)cancel.original;
    place_commit(&cancel);
}

/* Beside the two; without it every connect goes through the host. */
static void place_control(void)
{
    struct placed control;

    if (!place_prepare(&control, watch.control_stub, hook_control))
        return;
    watch.control = (control_function)control.original;
    watch.sees_polls = place_commit(&control);
}

/* Beside the two; without it an end of the process waits for nothing.  Who is in this function ends
 * the process, or another one. */
static void place_terminate(void)
{
    struct placed terminate;

    if (!place_is_known(watch.terminate_stub) ||
        !place_prepare_quiet(&terminate, watch.terminate_stub, hook_terminate))
        return;
    watch.terminate = (terminate_function)terminate.original;
    place_commit(&terminate);
}

bool watch_start(const struct watch_calls *calls)
{
    if (option_on(OPTION_WATCH) && InterlockedCompareExchange(&watch.state, WATCH_STARTING,
                                                              WATCH_POSSIBLE) == WATCH_POSSIBLE) {
        bool placed;

        watch.calls = calls;
        placed = place();
        if (placed) {
            place_cancel();
            place_control();
            place_terminate();
        }
        InterlockedExchange(&watch.state, placed ? WATCH_ACTIVE : WATCH_OFF);
    }
    return watch_active();
}

bool watch_active(void)
{
    return watch.state == WATCH_ACTIVE;
}

NTSTATUS watch_close(HANDLE handle)
{
    return watch.close(handle);
}

NTSTATUS watch_duplicate(HANDLE source_process, HANDLE source, HANDLE target_process, HANDLE *copy,
                         ACCESS_MASK access, ULONG attributes, ULONG options)
{
    return watch.duplicate(source_process, source, target_process, copy, access, attributes,
                           options);
}

NTSTATUS watch_cancel_all(HANDLE handle, IO_STATUS_BLOCK *result)
{
    return watch.cancel(handle, NULL, result);
}

bool watch_device_unpolled(void)
{
    return watch.sees_polls && !__atomic_load_n(&watch.polled, __ATOMIC_SEQ_CST);
}
