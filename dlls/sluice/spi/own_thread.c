/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spi/own_thread.h"

#include "pe/stay.h"

bool own_thread_start(LPTHREAD_START_ROUTINE routine, void *context, SIZE_T stack)
{
    HANDLE thread;

    if (!stay_loaded())
        return false;
    thread = CreateThread(NULL, stack, routine, context, 0, NULL);
    if (thread)
        NtClose(thread);
    return thread != NULL;
}
