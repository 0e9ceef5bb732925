/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names and their numbers: a hash table with open addressing, never more than half full. */
#include "names.h"
#include <stdlib.h>
#include <string.h>

/* FNV-1a. */
static uint64_t hash(struct span name)
{
    uint64_t value = 0xcbf29ce484222325u;

    for (size_t i = 0; i < name.length; i++)
        value = (value ^ (unsigned char)name.at[i]) * 0x100000001b3u;
    return value ^ value >> 32;
}

/* The slot that holds the name, or the free one where it belongs. */
static size_t slot_of(const struct names *names, struct span name)
{
    size_t slot = hash(name) & (names->slot_count - 1);

    for (; names->slots[slot]; slot = (slot + 1) & (names->slot_count - 1)) {
        struct span other = names->list[names->slots[slot] - 1];

        if (other.length == name.length &&
            (name.length == 0 || memcmp(other.at, name.at, name.length) == 0))
            break;
    }
    return slot;
}

static void grow(struct names *names)
{
    names->slot_count = names->slot_count ? names->slot_count * 2 : 64;
    names->slots = more_memory(names->slots, names->slot_count, sizeof(*names->slots));
    memset(names->slots, 0, names->slot_count * sizeof(*names->slots));
    for (size_t i = 0; i < names->count; i++)
        names->slots[slot_of(names, names->list[i])] = (uint32_t)(i + 1);
}

int64_t name_known(const struct names *names, struct span name)
{
    return names->count ? (int64_t)names->slots[slot_of(names, name)] - 1 : NO_NAME;
}

int64_t name_number(struct names *names, struct span name)
{
    size_t slot;

    if (2 * (names->count + 1) > names->slot_count)
        grow(names);
    slot = slot_of(names, name);
    if (!names->slots[slot]) {
        names->list = room_for_one(names->list, names->count, &names->room, sizeof(*names->list));
        names->list[names->count++] = name;
        names->slots[slot] = (uint32_t)names->count;
    }
    return (int64_t)names->slots[slot] - 1;
}

void names_free(struct names *names)
{
    free(names->list);
    free(names->slots);
    *names = (struct names){.count = 0};
}
