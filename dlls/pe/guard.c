/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See guard.h; the faulting instructions themselves are in guard_asm.S. */
#include <windows.h>

#include "guard.h"

int guard_copy_raw(void *to, const void *from, size_t len);
int guard_touch_raw(volatile void *at, int write);

static bool is_memory_fault(DWORD code)
{
    return code == EXCEPTION_ACCESS_VIOLATION || code == EXCEPTION_IN_PAGE_ERROR ||
           code == EXCEPTION_GUARD_PAGE || code == EXCEPTION_DATATYPE_MISALIGNMENT;
}

#ifdef __x86_64__
EXCEPTION_DISPOSITION guard_fault(EXCEPTION_RECORD *record, void *frame, CONTEXT *context,
                                  DISPATCHER_CONTEXT *dispatcher)
{
    const DWORD *failed = dispatcher->HandlerData; /* the label, relative to the image */

    (void)frame;
    if ((record->ExceptionFlags & (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND)) ||
        !is_memory_fault(record->ExceptionCode))
        return ExceptionContinueSearch;
    context->Rip = dispatcher->ImageBase + *failed;
    return ExceptionContinueExecution;
}
#else
struct guard_record {
    struct guard_record *previous;
    void *handler;
    DWORD failed;
};

EXCEPTION_DISPOSITION __cdecl guard_fault(EXCEPTION_RECORD *record, struct guard_record *frame,
                                          CONTEXT *context, void *dispatcher);

EXCEPTION_DISPOSITION __cdecl guard_fault(EXCEPTION_RECORD *record, struct guard_record *frame,
                                          CONTEXT *context, void *dispatcher)
{
    (void)dispatcher;
    if ((record->ExceptionFlags & (EXCEPTION_UNWINDING | EXCEPTION_EXIT_UNWIND)) ||
        !is_memory_fault(record->ExceptionCode))
        return ExceptionContinueSearch;
    context->Eip = frame->failed;
    return ExceptionContinueExecution;
}
#endif

bool guard_copy(void *to, const void *from, size_t len)
{
    return guard_copy_raw(to, from, len);
}

bool guard_fill(void *to, int byte, size_t len)
{
    unsigned char chunk[64], *at = to;

    memset(chunk, byte, sizeof(chunk));
    while (len) {
        size_t step = len < sizeof(chunk) ? len : sizeof(chunk);

        if (!guard_copy_raw(at, chunk, step))
            return false;
        at += step;
        len -= step;
    }
    return true;
}

ptrdiff_t guard_length(const void *string, size_t unit, size_t max)
{
    const char *at = string;
    WCHAR value;

    for (size_t n = 0; n <= max; n++, at += unit) {
        value = 0;
        if (!guard_copy_raw(&value, at, unit))
            return -1;
        if (!value)
            return (ptrdiff_t)n;
    }
    return -1;
}

bool guard_touch(const void *range, size_t len, int write)
{
    const size_t page = 4096;
    char *at = (char *)(ULONG_PTR)range, *last = at + len - 1;

    if (!len)
        return true;
    if (last < at)
        return false;
    for (; at < last; at = (char *)(((ULONG_PTR)at | (page - 1)) + 1)) {
        if (!guard_touch_raw(at, write))
            return false;
        if (((ULONG_PTR)at | (page - 1)) >= (ULONG_PTR)last)
            break;
    }
    return guard_touch_raw(last, write);
}
