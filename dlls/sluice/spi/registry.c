/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sockets this process opened: a hash set under a leaf lock. The last WSPCleanup closes them. */
#include <stdlib.h>

#include "spi/spi.h"

#include "spi/facts.h"
#include "spi/identity.h"
#include "spi/kept.h"
#include "spi/rearm.h"
#include "spi/watch_sockets.h"

#define FIRST_SLOTS 64 /* a power of two */

static SRWLOCK lock = SRWLOCK_INIT;
static SOCKET *slots; /* 0: free, INVALID_SOCKET: was taken */
static size_t slot_count, used;

static size_t slot_of(SOCKET s, size_t count)
{
    return (size_t)((s >> 2) * 2654435761u) & (count - 1); /* handles are multiples of four */
}

static void insert(SOCKET *table, size_t count, SOCKET s)
{
    size_t at = slot_of(s, count);

    while (table[at] && table[at] != s)
        at = (at + 1) & (count - 1);
    table[at] = s;
}

/* Makes room for one more, dropping what was removed. */
static bool grow(void)
{
    size_t live = 0, count = FIRST_SLOTS;
    SOCKET *table;

    if (slots && (used + 1) * 4 < slot_count * 3)
        return true;
    for (size_t i = 0; i < slot_count; i++)
        live += slots[i] && slots[i] != INVALID_SOCKET; /* NOLINT(*NullDereference): NULL has 0 slots */
    while (live * 2 >= count)
        count *= 2;
    table = calloc(count, sizeof(*table));
    if (!table)
        return false;
    for (size_t i = 0; i < slot_count; i++)
        if (slots[i] && slots[i] != INVALID_SOCKET)
            insert(table, count, slots[i]);
    free(slots);
    slots = table;
    slot_count = count;
    used = live;
    return true;
}

static bool insert_new(SOCKET s)
{
    bool done;

    AcquireSRWLockExclusive(&lock);
    done = grow();
    if (done) {
        insert(slots, slot_count, s);
        used++;
    }
    ReleaseSRWLockExclusive(&lock);
    return done;
}

bool registry_add(SOCKET s)
{
    bool done;

    watch_sockets_lock();
    facts_forget(s);
    rearm_forget(s);
    kept_forget(s); /* of an earlier socket of that value, whose close was not seen */
    done = identity_new(s) && insert_new(s);
    if (done)
        facts_set(s, FACT_KNOWN, 0);
    watch_sockets_unlock();
    return done;
}

/* The socket's slot, NULL where it has none. */
static SOCKET *find_slot(SOCKET s)
{
    size_t at;

    if (!slots || !s || s == INVALID_SOCKET)
        return NULL;
    at = slot_of(s, slot_count);
    while (slots[at] && slots[at] != s)
        at = (at + 1) & (slot_count - 1);
    return slots[at] == s ? &slots[at] : NULL;
}

bool registry_has(SOCKET s)
{
    bool found;

    AcquireSRWLockShared(&lock);
    found = find_slot(s) != NULL;
    ReleaseSRWLockShared(&lock);
    return found;
}

bool registry_remove(SOCKET s)
{
    SOCKET *slot;

    facts_forget(s);
    rearm_forget(s);
    kept_forget(s);
    AcquireSRWLockExclusive(&lock);
    slot = find_slot(s);
    if (slot)
        *slot = INVALID_SOCKET;
    ReleaseSRWLockExclusive(&lock);
    return slot != NULL;
}

void registry_close_all(void)
{
    struct afd_info info;
    SOCKET *table;
    size_t count;

    AcquireSRWLockExclusive(&lock);
    table = slots;
    count = slot_count;
    slots = NULL;
    slot_count = used = 0;
    ReleaseSRWLockExclusive(&lock);
    for (size_t i = 0; i < count; i++) {
        if (!table[i] || table[i] == INVALID_SOCKET)
            continue;
        facts_forget(table[i]);
        rearm_forget(table[i]);
        /* Where no watch stands, the program may have used CloseHandle, and the value may be
         * another object's by now. */
        if (!afd_info(table[i], &info))
            NtClose((HANDLE)table[i]);
    }
    free(table);
}
