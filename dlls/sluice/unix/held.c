/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See held.h. */
#include "held.h"

#include <pthread.h>
#include <stdlib.h>
#include <string.h>

#include "record.h"
#include "record_private.h"

/* A call holds one reference, or as many as it polls sockets. */
#define FEW 4

struct entry {
    struct record *record;
    uint64_t handle;
};

static __thread struct holding {
    struct entry few[FEW];
    struct entry *entries; /* few, or an allocation; NULL: the thread is not known yet */
    size_t count, room;
    bool waits;
} own;

static pthread_key_t key;
static pthread_once_t once = PTHREAD_ONCE_INIT;

static void give_all(void *value)
{
    struct holding *holding = value;

    while (holding->count) {
        struct entry entry = holding->entries[--holding->count];

        if (holding->waits)
            record_end_wait(entry.record);
        record_release(entry.record, entry.handle);
    }
    if (holding->entries != holding->few)
        free(holding->entries);
    holding->entries = NULL;
}

static void make_key(void)
{
    if (pthread_key_create(&key, give_all))
        abort(); /* a process that has used up its keys this early cannot run Wine either */
}

static bool begin(void)
{
    pthread_once(&once, make_key);
    if (pthread_setspecific(key, &own))
        return false;
    own.room = FEW;
    own.count = 0;
    own.entries = own.few;
    return true;
}

static bool grow(void)
{
    size_t room = own.room * 2;
    struct entry *more = malloc(room * sizeof(*more));

    if (!more)
        return false;
    memcpy(more, own.entries, own.count * sizeof(*more));
    if (own.entries != own.few)
        free(own.entries);
    own.entries = more;
    own.room = room;
    return true;
}

bool held_push(struct record *record, uint64_t handle)
{
    if (!own.entries && !begin())
        return false;
    if (own.count == own.room && !grow())
        return false;
    own.entries[own.count] = (struct entry){record, handle};
    own.count++;
    return true;
}

void held_pop(void)
{
    own.count--;
}

void held_wait(bool waits)
{
    own.waits = waits;
}
