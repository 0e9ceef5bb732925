/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Buffers that end at a guard page: a byte read or written beyond them ends the test. */
#ifndef TESTS_GUARD_H
#define TESTS_GUARD_H

#include <stddef.h>

/* `size` bytes, 0 too, filled with 0xa5, whose end touches an inaccessible page.  Unaligned unless
 * size is. */
void *guard_alloc(size_t size);

/* The same with a copy of `size` bytes in it. */
void *guard_copy_of(const void *bytes, size_t size);

/* Gives back all of them. */
void guard_free_all(void);

#endif
