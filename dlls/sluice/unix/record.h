/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The descriptor kept for a SOCKET, so that moving data asks the host for nothing.
 *
 * A record is found from the handle without a lock or a system call.  Whoever uses one holds a
 * reference: the descriptor stays open until the last is given back, so that its number cannot
 * become another socket's under a call that is under way.  Dropping a record ends the waits on it
 * at once. */
#ifndef SLUICE_RECORD_H
#define SLUICE_RECORD_H

#include <stdbool.h>
#include <stdint.h>

struct held;
struct held_thread;
struct record;

/* A use of a record. record NULL: none is held. */
struct record_ref {
    struct record *record;
    struct held_thread *holder; /* the calling thread, which has to be the one that gives it back */
    struct held *note;          /* for its end */
    uint64_t handle;
    int fd; /* open as long as the reference is held */
};

/* A local reference that is given back however the function is left.  Initialise it. */
#define RECORD_REF __attribute__((cleanup(record_give))) struct record_ref

/* The handle is one of a socket of ours from now on: a descriptor may be kept for it.  Returns 0 or
 * WSAENOBUFS. */
int record_open(uint64_t handle);

/* Gets a descriptor with `obtain` (0 or a WSA code) and keeps it.  Returns 0, obtain's error,
 * WSAENOTSOCK where the handle is not open, or no longer: closed meanwhile, it may name another
 * socket than the one obtain met. */
int record_keep(uint64_t handle, int (*obtain)(uint64_t handle, int *fd));

/* Takes a reference, which the thread's end gives back too; false where nothing is kept for the
 * handle, or out of memory. */
bool record_take(uint64_t handle, struct record_ref *ref);
void record_give(struct record_ref *ref);

/* The same for a poll of many, which notes itself what it holds: the record and its descriptor,
 * NULL where nothing is kept.  Dropping it wakes every thread that has entered a wait for
 * WAITER_ANY (waiter.h) before it held the record. */
struct record *record_hold(uint64_t handle, int *fd);
void record_release(struct record *record, uint64_t handle);
bool record_was_dropped(const struct record *record);

/* The handle is about to be closed, or the socket behind it to be replaced: nobody finds the record
 * any more, and waits on it end.  The descriptor is closed by the last user, which may be this
 * call. Another can be kept once the handle is opened again. */
void record_drop(uint64_t handle);

/* Drops this record, where it is still the handle's; another can be kept at once.  The socket
 * behind the handle may be given another descriptor now. */
void record_take_back(const struct record_ref *ref);

/* Whether the record was dropped since the reference was taken. */
bool record_is_dropped(const struct record_ref *ref);

/* Waits up to `ms` milliseconds, 0 or more, for poll()'s `events` on the descriptor.  Returns what
 * was found, 0 when the time is over, RECORD_DROPPED when the record was dropped meanwhile (where
 * no descriptor is left for waking the thread, that is seen at the end of the time). */
int record_wait(const struct record_ref *ref, short events, int ms);
#define RECORD_DROPPED (-1)

#endif
