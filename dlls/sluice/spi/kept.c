/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>

#include "spi/kept.h"

struct kept {
    SOCKET socket;
    int level, name;
    uint32_t value;
};

static SRWLOCK lock = SRWLOCK_INIT; /* a leaf lock */
static struct kept *all;
static size_t room;
static volatile size_t count; /* read without the lock to skip it: 0 is the usual case */

static struct kept *find(SOCKET s, int level, int name)
{
    for (size_t i = 0; i < count; i++) {
        if (all[i].socket == s && all[i].level == level && all[i].name == name)
            return &all[i];
    }
    return NULL;
}

static struct kept *add(void)
{
    if (count == room) {
        size_t more = room ? room * 2 : 16;
        struct kept *grown = realloc(all, more * sizeof(*grown));

        if (!grown)
            return NULL;
        all = grown;
        room = more;
    }
    return &all[count++];
}

int kept_store(SOCKET s, int level, int name, uint32_t value)
{
    struct kept *entry;

    AcquireSRWLockExclusive(&lock);
    entry = find(s, level, name);
    if (!entry)
        entry = add();
    if (entry)
        *entry = (struct kept){s, level, name, value};
    ReleaseSRWLockExclusive(&lock);
    return entry ? 0 : WSAENOBUFS;
}

bool kept_find(SOCKET s, int level, int name, uint32_t *value)
{
    struct kept *entry;

    if (!count)
        return false;
    AcquireSRWLockShared(&lock);
    entry = find(s, level, name);
    if (entry)
        *value = entry->value;
    ReleaseSRWLockShared(&lock);
    return entry != NULL;
}

void kept_forget(SOCKET s)
{
    if (!count)
        return;
    AcquireSRWLockExclusive(&lock);
    for (size_t i = 0; i < count;) {
        if (all[i].socket == s)
            all[i] = all[--count];
        else
            i++;
    }
    ReleaseSRWLockExclusive(&lock);
}
