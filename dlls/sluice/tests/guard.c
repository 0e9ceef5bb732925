/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Buffers that end at a guard page. */
#include "guard.h"

#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

static struct region {
    struct region *next;
    void *start;
    size_t length;
} * regions;

void *guard_alloc(size_t size)
{
    size_t page = (size_t)sysconf(_SC_PAGESIZE);
    size_t body = (size + page) / page * page;
    struct region *region = malloc(sizeof(*region));
    char *start =
        mmap(NULL, body + page, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (!region || start == MAP_FAILED || mprotect(start + body, page, PROT_NONE))
        abort();
    *region = (struct region){.next = regions, .start = start, .length = body + page};
    regions = region;
    memset(start, 0xa5, body);
    return start + body - size;
}

void *guard_copy_of(const void *bytes, size_t size)
{
    void *copy = guard_alloc(size);

    if (size)
        memcpy(copy, bytes, size);
    return copy;
}

void guard_free_all(void)
{
    while (regions) {
        struct region *region = regions;

        regions = region->next;
        munmap(region->start, region->length);
        free(region);
    }
}
