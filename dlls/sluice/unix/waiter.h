/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waking threads that wait for a record.  Each thread that ever waited has one waiter: an eventfd
 * and the name of what it waits for.  No lock: a thread may be ended anywhere. */
#ifndef SLUICE_WAITER_H
#define SLUICE_WAITER_H

#include <stdbool.h>

/* Waits for many records at once. */
#define WAITER_ANY ((const void *)1)

struct waiter;

/* Says what the calling thread is about to wait for; what is woken after this call ends the wait.
 * Returns NULL where no descriptor is left: the wait cannot be ended, and has to be short. */
struct waiter *waiter_enter(const void *target);
void waiter_leave(struct waiter *waiter);

/* The descriptor that becomes readable, to be polled with the others; -1 for NULL. */
int waiter_fd(const struct waiter *waiter);

/* After it was readable: makes it wait again. */
void waiter_clear(const struct waiter *waiter);

/* Whether a thread waits for many. */
bool waiter_any(void);

/* Wakes the threads that wait for `target`, those that wait for many, and at times another: each
 * looks again. */
void waiter_wake(const void *target);

#endif
