/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See rearm.h: a list, for few listeners are driven by events, under a leaf lock. */
#include "spi/rearm.h"

#include <stdbool.h>
#include <stdlib.h>

#include "spi/watch.h"

struct registration {
    SOCKET s;
    bool is_event;
    struct afd_event_select_params
        event; /* its handle is a duplicate: the program may close its own */
    struct afd_message_select_params message;
    struct registration *next;
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct registration *registrations;

static void release(struct registration *entry)
{
    if (entry && entry->event.event)
        watch_close(entry->event.event);
    free(entry);
}

/* Takes the socket's entry off the list. */
static struct registration *detach(SOCKET s)
{
    struct registration **link = &registrations, *entry;

    AcquireSRWLockExclusive(&lock);
    while (*link && (*link)->s != s)
        link = &(*link)->next;
    entry = *link;
    if (entry)
        *link = entry->next;
    ReleaseSRWLockExclusive(&lock);
    return entry;
}

static void attach(struct registration *entry)
{
    AcquireSRWLockExclusive(&lock);
    entry->next = registrations;
    registrations = entry;
    ReleaseSRWLockExclusive(&lock);
}

void rearm_keep_event(SOCKET s, const struct afd_event_select_params *params)
{
    struct registration *entry;
    HANDLE copy;

    rearm_forget(s);
    if (!(params->mask & AFD_POLL_ACCEPT) || !(entry = calloc(1, sizeof(*entry))))
        return;
    if (watch_duplicate(GetCurrentProcess(), params->event, GetCurrentProcess(), &copy, 0, 0,
                        DUPLICATE_SAME_ACCESS)) {
        free(entry);
        return;
    }
    entry->s = s;
    entry->is_event = true;
    entry->event = (struct afd_event_select_params){copy, params->mask};
    attach(entry);
}

void rearm_keep_message(SOCKET s, const struct afd_message_select_params *params)
{
    struct registration *entry;

    rearm_forget(s);
    if (!(params->mask & AFD_POLL_ACCEPT) || !(entry = calloc(1, sizeof(*entry))))
        return;
    entry->s = s;
    entry->message = *params;
    attach(entry);
}

/* Registering messages makes the host forget what it has reported; registering events does not. For
 * the moment between the two requests there is a window that nothing is sent to, for the mask is
 * empty. */
static void register_again(const struct registration *entry)
{
    struct afd_message_select_params none = {.handle = (ULONG)entry->s, .window = 1};
    const struct afd_message_select_params *message = entry->is_event ? &none : &entry->message;

    afd_call(entry->s, AFD_MESSAGE_SELECT, message, sizeof(*message), NULL, 0);
    if (entry->is_event)
        afd_call(entry->s, AFD_EVENT_SELECT, &entry->event, sizeof(entry->event), NULL, 0);
}

/* The entry is off the list meanwhile.  A registration that another thread makes at the same time
 * stays. */
void rearm_accept(SOCKET s)
{
    struct registration *entry = detach(s), *other;

    if (!entry)
        return;
    register_again(entry);
    AcquireSRWLockShared(&lock);
    for (other = registrations; other && other->s != s; other = other->next)
        ;
    ReleaseSRWLockShared(&lock);
    if (other)
        release(entry);
    else
        attach(entry);
}

void rearm_forget(SOCKET s)
{
    release(detach(s));
}
