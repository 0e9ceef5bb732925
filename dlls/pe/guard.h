/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Copies to and from a program's memory that may not be there: a bad pointer is WSAEFAULT, never a crash.
 * Structured exception handling, so that it works on native Windows too (dlls/pe/guard_asm.S). */
#ifndef SLUICE_GUARD_H
#define SLUICE_GUARD_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

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

/* Value checks around guard_copy: reads or writes an object of its own size. */
#define guard_get(object, pointer) guard_copy(&(object), (pointer), sizeof(object))
#define guard_put(pointer, object) guard_copy((pointer), &(object), sizeof(object))

/* True if every byte of the range can be written (it is read and written back unchanged, a page at a time). */
bool guard_writable(void *range, size_t len);

/* True if every byte of the range can be read. */
bool guard_readable(const void *range, size_t len);

#endif
