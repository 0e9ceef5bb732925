/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the host last answered this thread, in the place that Windows has for it in the thread's
 * block (LastStatusValue): who wants to know whether a call asked the host clears it before and
 * looks afterwards. */
#ifndef SLUICE_PE_MARK_H
#define SLUICE_PE_MARK_H

#include <windows.h>

/* No status has this value: nothing was asked. */
#define MARK_NONE 0xe5105105u

static inline void mark_set(LONG status)
{
#ifdef __x86_64__
    __asm__ volatile("movl %0, %%gs:0x1250" : : "r"(status));
#else
    __asm__ volatile("movl %0, %%fs:0xbf4" : : "r"(status));
#endif
}

static inline DWORD mark_get(void)
{
    DWORD status;

#ifdef __x86_64__
    __asm__ volatile("movl %%gs:0x1250, %0" : "=r"(status));
#else
    __asm__ volatile("movl %%fs:0xbf4, %0" : "=r"(status));
#endif
    return status;
}

#endif
