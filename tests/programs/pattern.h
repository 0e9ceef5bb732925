/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Bytes both ends of a test can make and check on their own. */
#ifndef SLUICE_TESTS_PATTERN_H
#define SLUICE_TESTS_PATTERN_H

#include <stddef.h>
#include <stdint.h>

enum { BLOB_SIZE = 1 << 20 };

/* Byte `i` of the pattern with the given seed; neighbours differ, and so do blocks of any size. */
static inline unsigned char pattern_byte(uint32_t seed, size_t i)
{
    return (unsigned char)(((uint32_t)i * 2654435761u + seed * 40503u) >> 23);
}

static inline void pattern_fill(unsigned char *bytes, size_t size, uint32_t seed)
{
    for (size_t i = 0; i < size; i++)
        bytes[i] = pattern_byte(seed, i);
}

/* The index of the first byte that is not the pattern's; `size` where all are. */
static inline size_t pattern_mismatch(const unsigned char *bytes, size_t size, uint32_t seed)
{
    size_t i = 0;

    while (i < size && bytes[i] == pattern_byte(seed, i))
        i++;
    return i;
}

/* FNV-1a, 32 bits. */
static inline uint32_t checksum(const unsigned char *bytes, size_t size)
{
    uint32_t sum = 2166136261u;

    for (size_t i = 0; i < size; i++)
        sum = (sum ^ bytes[i]) * 16777619u;
    return sum;
}

#endif
