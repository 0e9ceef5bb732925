/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads that are in a call that waits, and what is done to them meanwhile. */
#ifndef SLUICE_CONFORMANCE_BLOCKED_H
#define SLUICE_CONFORMANCE_BLOCKED_H

#include "case.h"

/* Milliseconds: a wait shorter and one longer than a provider might spend before it settles down.
 */
enum { SHORT_WAIT = 20, LONG_WAIT = 300 };
static const int waits[] = {SHORT_WAIT, LONG_WAIT};

/* Runs fn(arg) in a thread, which sets *calls to 1 right before the call that waits.  Returns
 * `wait` milliseconds after that, with the thread. */
HANDLE run_into_call(DWORD(WINAPI *fn)(void *), void *arg, volatile LONG *calls, int wait);

/* The wait is alertable: a user APC runs inside it, once. */
void assert_apc_runs(HANDLE thread);

/* TerminateThread; it is gone when this returns. */
void end_thread(HANDLE thread);

#endif
