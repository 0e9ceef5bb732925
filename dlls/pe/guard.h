/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copies to and from a program's memory that may not be there: a bad pointer is WSAEFAULT, never a crash.
 * Structured exception handling, so that it works on native Windows too (dlls/pe/guard_asm.S). */
#ifndef SLUICE_GUARD_H
#define SLUICE_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <string.h>
#include <windef.h>

/* Copies len bytes. Returns false if either range faults; bytes before the fault may have been copied. */
bool guard_copy(void *to, const void *from, size_t len);

/* Fills len bytes. Returns false if the range faults. */
bool guard_fill(void *to, int byte, size_t len);

/* Length of a string of units (1 or 2 bytes each) ended by a zero unit, without it; -1 if it faults or is
 * longer than max units. */
ptrdiff_t guard_length(const void *string, size_t unit, size_t max);

/* The bytes of `count` entries of `each` bytes: for counts that a program gives.  More than there can be is
 * SIZE_MAX, which no range has. */
static inline size_t guard_array(size_t count, size_t each)
{
    size_t size;

    return __builtin_mul_overflow(count, each, &size) ? SIZE_MAX : size;
}

/* The part of the thread's stack in use can be touched: that is where most counts and flags are,
 * those of the library's own callers among them. */
static inline bool guard_is_on_stack(const void *at, size_t len)
{
    const NT_TIB *tib;

    /* not by NtCurrentTeb, which gcc 12 takes for an access outside an array */
#ifdef __x86_64__
    __asm__("movq %%gs:0x30, %0" : "=r"(tib));
#else
    __asm__("movl %%fs:0x18, %0" : "=r"(tib));
#endif
    return (ULONG_PTR)at >= (ULONG_PTR)tib->StackLimit &&
           (ULONG_PTR)at < (ULONG_PTR)tib->StackBase &&
           len <= (ULONG_PTR)tib->StackBase - (ULONG_PTR)at;
}

/* Value checks around guard_copy: reads or writes an object of its own size. */
static inline bool guard_get_value(void *object, const void *pointer, size_t len)
{
    if (!guard_is_on_stack(pointer, len))
        return guard_copy(object, pointer, len);
    memcpy(object, pointer, len);
    return true;
}

static inline bool guard_put_value(void *pointer, const void *object, size_t len)
{
    if (!guard_is_on_stack(pointer, len))
        return guard_copy(pointer, object, len);
    memcpy(pointer, object, len);
    return true;
}

#define guard_get(object, pointer) guard_get_value(&(object), (pointer), sizeof(object))
#define guard_put(pointer, object) guard_put_value((pointer), &(object), sizeof(object))

/* True if every byte of the range can be read, and written where `write` is 1: a byte of each page is
 * looked at, and written back unchanged. */
bool guard_touch(const void *range, size_t len, int write);

static inline bool guard_writable(void *range, size_t len)
{
    return guard_is_on_stack(range, len) || guard_touch(range, len, 1);
}

static inline bool guard_readable(const void *range, size_t len)
{
    return guard_is_on_stack(range, len) || guard_touch(range, len, 0);
}

#endif
