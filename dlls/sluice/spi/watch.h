/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The watch: learns of every handle that this process closes or duplicates, by whatever function,
 * by standing in front of ntdll's NtClose and NtDuplicateObject; of NtCancelIoFileEx for all that
 * pends on one; and of NtDeviceIoControlFile, by which programs poll \Device\Afd themselves.  What
 * it does not see: closes that the host makes by itself (the end of the process), and
 * DUPLICATE_CLOSE_SOURCE by another process.
 *
 * The calls below come on any thread at any time, under the loader's lock and in a DLL's detach
 * too, and for every close of a socket.  They do not wait (cancel_all: a few milliseconds), and
 * leave the thread's last error alone.  None comes any more once the process ends: nothing is used
 * after that, and a lock may have been left by a thread that was ended. */
#ifndef SLUICE_SPI_WATCH_H
#define SLUICE_SPI_WATCH_H

#include <stdbool.h>
#include <stdint.h>

#include "spi/nt.h"

struct watch_calls {
    /* Whether something is kept under the value.  For every close of the process: no lock, no
     * request. */
    bool (*is_socket)(HANDLE handle);
    /* The handle is about to be closed: no descriptor of ours may hold the connection after this.
     * Returns a token that comes back with what came of it, which is one of the following two. */
    uint32_t (*closing)(HANDLE handle);
    /* It was not closed (protected from it): go on as before. */
    void (*close_failed)(HANDLE handle, uint32_t token);
    /* It was closed, and the value may be another object's already. */
    void (*closed)(HANDLE handle, uint32_t token);
    /* The socket has a second handle now; copy NULL: in another process. */
    void (*duplicated)(HANDLE source, HANDLE copy);
    /* CancelIoEx for everything on the socket, which is left to the callee (watch_cancel_all).
     * Returns what the program is told.  May not come at all. */
    NTSTATUS (*cancel_all)(HANDLE handle, IO_STATUS_BLOCK *result);
    /* After a request of the program's own to \Device\Afd that succeeded: AFD_EVENT_SELECT (in),
     * AFD_GET_EVENTS (out).  May not come at all. */
    void (*events_selected)(SOCKET s, const void *in, ULONG in_len);
    void (*events_taken)(SOCKET s, void *out, ULONG out_len);
    /* ExitProcess is about to end all other threads.  Comes under the loader's lock; may not come
     * at all, as when the process is terminated. */
    void (*exiting)(void);
};

/* For DllMain, with its module: finds the functions, and pins the library where the watch will be
 * possible.  All that needs the loader's lock is done here. */
void watch_init(HMODULE self);

/* Places the watch, the first time. Returns whether it stands; false: ntdll's functions are not the
 * known ones, their surroundings are taken, SLUICE_WATCH=0 is set, or another thread is at it.  So
 * whoever is about to keep a descriptor asks watch_active().  `calls` stays in use. */
bool watch_start(const struct watch_calls *calls);

/* Whether every close is seen. */
bool watch_active(void);

/* Whether only we have polled \Device\Afd in this process so far, for sockets of whatever process;
 * false also where that is not seen. */
bool watch_device_unpolled(void);

/* NtClose and NtDuplicateObject behind the watch's back, for handles of our own. */
NTSTATUS watch_close(HANDLE handle);
NTSTATUS watch_duplicate(HANDLE source_process, HANDLE source, HANDLE target_process, HANDLE *copy,
                         ACCESS_MASK access, ULONG attributes, ULONG options);

/* NtCancelIoFileEx without a status block, likewise. */
NTSTATUS watch_cancel_all(HANDLE handle, IO_STATUS_BLOCK *result);

#endif
