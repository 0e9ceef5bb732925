/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the provider keeps per thread: the event it waits on. */
#ifndef SLUICE_THREAD_H
#define SLUICE_THREAD_H

#include <stdbool.h>

#include "spi/nt.h"

/* A place to wait in.  The thread's own where it is free; a fresh one for a call made from an APC
 * or a hook that runs inside another call's wait. */
struct wait_slot {
    HANDLE event;
    IO_STATUS_BLOCK io;
    struct thread_data *owner; /* NULL: the event is closed at release */
    bool ends_with_handle;     /* thread_interrupt_waits ends the wait; else the host does */
};

bool thread_init(void);
void thread_detach(void);

/* Returns false where no event can be had. */
bool wait_slot_acquire(struct wait_slot *slot);
void wait_slot_release(struct wait_slot *slot);

/* Waits until slot->io is final, the request having been issued on handle with slot->event. */
NTSTATUS wait_slot_finish(struct wait_slot *slot, HANDLE handle);

/* Memory for the length of a call: the thread's own where it is free, so that the usual call allocates
 * nothing; else fresh.  Its contents are anything.  NULL where there is none. */
void *room_take(size_t size);
void room_give(void *room);

/* Called before a socket is closed: ends the waits on its handle that the host would not end. */
void thread_interrupt_waits(HANDLE handle);

/* Whether there are such waits. */
bool thread_is_waited_for(HANDLE handle);

/* Asks the wait of thread `id` to end with WSAEINTR. Returns false where that thread waits for
 * nothing. */
bool thread_cancel_blocking_call(DWORD id);

/* Lets the thread rest.  Not alertable: no APC of the program runs meanwhile. */
void thread_pause(int milliseconds);

/* True while this thread is in a wait of the provider (an APC or a hook runs inside it). */
bool thread_is_blocking(void);

#endif
