/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See tend.h.  A poll request that does not wait makes the host look at the socket: it starts the
 * receive that is first in its queue, or ends them all with the error there is, and tells pollers
 * and event objects. */
#include "spi/tend.h"

#include "spi/facts.h"
#include "spi/own_thread.h"
#include "spi/thread.h"

/* The host has this long to see for itself what has arrived. */
#define GRACE_MS 1

/* How often it is asked for one arrival: each time it starts one receive, whose thread may be slow
 * to take the data. */
#define MOST_ASKS 50

#define STACK 65536

static SRWLOCK lock = SRWLOCK_INIT; /* a leaf lock */
static bool started;

/* Returns whether there is something that no receive is queued for; true on failure. */
static bool ask_host(SOCKET s)
{
    struct afd_poll_params poll = {.count = 1, .sockets = {{s, AFD_POLL_READ, 0}}};

    if (afd_ioctl(s, AFD_POLL, &poll, sizeof(poll), &poll, sizeof(poll), NULL))
        return true;
    return poll.count && (poll.sockets[0].flags & AFD_POLL_READ);
}

static bool is_readable(SOCKET s)
{
    struct tend_look_params look = {.handle = s};

    return !UNIX_CALL(tend_look, &look) && look.readable;
}

/* Until the queued receives have what has arrived. */
static void hand_out(SOCKET s)
{
    for (int asked = 0; asked < MOST_ASKS && is_readable(s); asked++) {
        if (ask_host(s))
            return;
        facts_set(s, FACT_DEAF, 0); /* it did not see for itself */
        if (asked)
            thread_pause(1);
        else
            SwitchToThread();
    }
}

static void meet_error(SOCKET s, unsigned facts)
{
    struct tend_look_params look = {.handle = s, .forget = 1};

    if (facts & FACT_NO_CONNRESET)
        UNIX_CALL(tend_look, &look);
    else
        ask_host(s);
    facts_set(s, FACT_DEAF, 0);
}

/* Those the host is known to be deaf to come first. */
static void serve_events(const struct tend_wait_params *events)
{
    unsigned int others = 0;

    for (unsigned int i = 0; i < events->count; i++) {
        SOCKET s = (SOCKET)events->handles[i];
        unsigned facts = facts_find(s);

        if (!(facts & FACT_DATAGRAM) || !(facts & FACT_UNHEARD))
            continue; /* closed: the value may be another's */
        if (events->errors >> i & 1)
            meet_error(s, facts);
        else if (!(facts & FACT_DEAF)) {
            others |= 1u << i;
            continue;
        }
        hand_out(s);
    }
    if (!others)
        return;
    thread_pause(GRACE_MS);
    for (unsigned int i = 0; i < events->count; i++)
        if (others >> i & 1)
            hand_out((SOCKET)events->handles[i]);
}

static DWORD WINAPI serve(void *unused)
{
    struct tend_wait_params events;

    (void)unused;
    for (;;) {
        events.wait_ms = -1;
        if (UNIX_CALL(tend_wait, &events))
            thread_pause(1000); /* out of memory */
        else
            serve_events(&events);
    }
    return 0;
}

static void have_served(void)
{
    AcquireSRWLockExclusive(&lock);
    if (!started)
        started = own_thread_start(serve, NULL, STACK);
    ReleaseSRWLockExclusive(&lock);
}

/* The host meets an error that is none of the peer's, and with it loses sight of the socket. */
static void deafen(SOCKET s)
{
    struct tend_params params = {.handle = s, .raise = 1};
    struct tend_look_params look = {.handle = s, .forget = 1};

    if (UNIX_CALL(tend, &params))
        return;
    if (params.raised) {
        ask_host(s);
        facts_set(s, FACT_DEAF, 0);
    }
    UNIX_CALL(tend_look, &look);
}

/* What pends would end with the error that is raised, and who waits for events hear of it. */
#define PENDS (FACT_RECEIVES | FACT_SENDS | FACT_EVENTS | FACT_MESSAGES)

void tend(SOCKET s)
{
    const unsigned facts = facts_find(s);
    struct tend_params params = {.handle = s};
    DWORD last = GetLastError();

    if (!(facts & FACT_DATAGRAM) || !(facts & FACT_UNHEARD))
        return;
    /* not in the set yet: our thread would take the error before the host sees it */
    if ((facts & FACT_NO_CONNRESET) && !(facts & (PENDS | FACT_DEAF)))
        deafen(s);
    if (!UNIX_CALL(tend, &params))
        have_served();
    SetLastError(last);
}
