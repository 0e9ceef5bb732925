/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a thread holds of the record table while it is in a call.  Wine ends a thread from a signal
 * handler, on another part of its stack: neither cleanup handlers nor unwinding see our frames, and the
 * frames are overwritten.  So it is noted in the thread's own storage, and given back by that storage's
 * destructor. */
#ifndef SLUICE_HELD_H
#define SLUICE_HELD_H

#include <stdbool.h>
#include <stdint.h>

struct record;

/* Notes a reference, to be given back last noted first.  False: no memory to note it, it must not be
 * held. */
bool held_push(struct record *record, uint64_t handle);
void held_pop(void);

/* Notes that the thread waits on the records it holds (record.h), from now on or no more. */
void held_wait(bool waits);

#endif
