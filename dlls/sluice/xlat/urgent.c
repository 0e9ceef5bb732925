/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See urgent.h. */
#include "xlat/urgent.h"

#include <stddef.h>

/* Whether the kernel still knows the byte as an urgent one. */
static bool is_kernels(const struct urgent_byte *byte, const struct urgent_seen *seen)
{
    return seen->state != URGENT_NONE && seen->mark == byte->at;
}

/* Returns false where nothing has to be known of it any more. */
static bool update_one(struct urgent_byte *byte, const struct urgent_seen *seen)
{
    if (is_kernels(byte, seen) && seen->state == URGENT_TAKEN)
        byte->taken = true;
    if (!byte->passed && byte->at < seen->position) {
        if (seen->is_inline) /* it came as data */
            return false;
        byte->passed = true;
    }
    return !byte->passed || !byte->taken;
}

void urgent_update(struct urgent_bytes *bytes, const struct urgent_seen *seen)
{
    bool known = seen->state == URGENT_NONE || seen->is_inline;
    uint32_t kept = 0;

    for (uint32_t i = 0; i < bytes->count; i++) {
        struct urgent_byte byte = bytes->list[i];

        known |= is_kernels(&byte, seen);
        if (update_one(&byte, seen))
            bytes->list[kept++] = byte;
    }
    bytes->count = kept;
    if (!known && kept < URGENT_MOST)
        bytes->list[bytes->count++] = (struct urgent_byte){
            .at = seen->mark, .byte = seen->byte, .taken = seen->state == URGENT_TAKEN};
}

/* Whether the byte, still in the kernel's queue, is one that no receive may take for data. */
static bool is_apart(const struct urgent_byte *byte, const struct urgent_seen *seen)
{
    return !byte->passed && (!seen->is_inline || byte->taken);
}

enum urgent_step urgent_step(const struct urgent_bytes *bytes, const struct urgent_seen *seen)
{
    for (uint32_t i = 0; i < bytes->count; i++) {
        const struct urgent_byte *byte = &bytes->list[i];

        if (byte->at != seen->position || !is_apart(byte, seen))
            continue;
        if (!is_kernels(byte, seen))
            return URGENT_DROP;
        return byte->taken ? URGENT_DROP_MARK : URGENT_LEAVE;
    }
    return URGENT_LEAVE;
}

uint64_t urgent_room(const struct urgent_bytes *bytes, const struct urgent_seen *seen)
{
    for (uint32_t i = 0; i < bytes->count; i++) {
        const struct urgent_byte *byte = &bytes->list[i];

        if (byte->at > seen->position && is_apart(byte, seen))
            return byte->at - seen->position;
    }
    return UINT64_MAX;
}

uint64_t urgent_readable(const struct urgent_bytes *bytes, const struct urgent_seen *seen)
{
    uint64_t room = urgent_room(bytes, seen), left = seen->end - seen->position, passed = 0;

    if (seen->state != URGENT_NONE && !seen->is_inline && seen->mark == seen->position)
        left--;
    for (uint32_t i = 0; seen->is_inline && i < bytes->count; i++)
        passed += bytes->list[i].passed;
    return passed + (left < room ? left : room);
}

bool urgent_waits(const struct urgent_bytes *bytes)
{
    for (uint32_t i = 0; i < bytes->count; i++)
        if (!bytes->list[i].taken)
            return true;
    return false;
}

struct urgent_byte *urgent_first(struct urgent_bytes *bytes, const struct urgent_seen *seen)
{
    for (uint32_t i = 0; i < bytes->count; i++) {
        struct urgent_byte *byte = &bytes->list[i];

        if (byte->taken)
            continue;
        if (seen->is_inline)
            return byte->passed ? byte : NULL;
        return is_kernels(byte, seen) ? NULL : byte;
    }
    return NULL;
}
