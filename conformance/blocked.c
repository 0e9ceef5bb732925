/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "blocked.h"

HANDLE run_into_call(DWORD(WINAPI *fn)(void *), void *arg, volatile LONG *calls, int wait)
{
    HANDLE thread = run_thread(fn, arg);

    while (!*calls)
        Sleep(1);
    Sleep((DWORD)wait);
    return thread;
}

static void CALLBACK count_apc(ULONG_PTR count)
{
    InterlockedIncrement((volatile LONG *)count);
}

void assert_apc_runs(HANDLE thread)
{
    static volatile LONG count; /* outlives this call, should the APC come late */

    count = 0;
    ck_assert(QueueUserAPC(count_apc, thread, (ULONG_PTR)&count));
    for (int tries = 0; tries < PATIENCE / 10 && !count; tries++)
        Sleep(10);
    ck_assert_int_eq(count, 1);
}

void end_thread(HANDLE thread)
{
    ck_assert(TerminateThread(thread, 1));
    join_thread(thread, PATIENCE);
}
