/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What each thread holds, noted outside its stack: Wine ends a thread by leaving its stack behind
 * (signal_exit_thread), so that no clean-up handler on it runs.  What does run at a thread's end is
 * the destructor of its notes. */
#ifndef SLUICE_HELD_H
#define SLUICE_HELD_H

#include <stdint.h>

struct record;
struct held;
struct held_thread;

/* Makes sure that the calling thread can note one thing more.  Returns its notes, NULL: no memory.
 */
struct held_thread *held_reserve(void);

/* Notes a reference, after held_reserve(). Returns the note, of use to this thread only. */
struct held *held_note(struct held_thread *thread, struct record *record, uint64_t handle);

/* Strikes it out, which comes before the reference is given back. */
void held_strike(struct held_thread *thread, struct held *note);

/* record.c's: the thread that held this has ended. */
void held_left(struct record *record, uint64_t handle);

#endif
