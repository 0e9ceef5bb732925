/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Threads of the provider's own, which no program started. */
#ifndef SLUICE_OWN_THREAD_H
#define SLUICE_OWN_THREAD_H

#include <stdbool.h>

#include "spi/nt.h"

/* Runs routine(context) in a thread that nobody waits for; the library stays as long as it.  stack:
 * bytes to reserve, 0: as many as the program's own threads have.  Returns false where none can be
 * had.  May change the thread's last error. */
bool own_thread_start(LPTHREAD_START_ROUTINE routine, void *context, SIZE_T stack);

#endif
