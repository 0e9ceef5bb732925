/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Network events: recorded by the host per socket, told by an event object or a window message. */
#include "spi/event.h"

#include "spi/spi.h"

#include "pe/message.h"
#include "spi/facts.h"
#include "spi/hearing.h"
#include "spi/rearm.h"
#include "spi/reset_watch.h"
#include "spi/tend.h"
#include "spi/urgent.h"

#define ALL_EVENTS ((1 << FD_MAX_EVENTS) - 1)

/* Each network event, the host's flags that make it, and the flag whose status is its error.  The
 * last four (QoS and interface changes) have no source in the host: they can be asked for and never
 * come. */
static const struct {
    unsigned int flags;
    unsigned int status_bit;
} events[FD_MAX_EVENTS] = {
    [FD_READ_BIT] = {AFD_POLL_READ, 0},
    [FD_WRITE_BIT] = {AFD_POLL_WRITE, 2},
    [FD_OOB_BIT] = {AFD_POLL_OOB, 1},
    [FD_ACCEPT_BIT] = {AFD_POLL_ACCEPT, 7},
    [FD_CONNECT_BIT] = {AFD_POLL_CONNECT | AFD_POLL_CONNECT_ERR, 8},
    [FD_CLOSE_BIT] = {AFD_POLL_HUP | AFD_POLL_RESET, 3},
};

static int host_mask(long program)
{
    int mask = 0;

    for (unsigned int i = 0; i < FD_MAX_EVENTS; i++) {
        if (program & 1 << i)
            mask |= events[i].flags;
    }
    return mask;
}

/* A handle of another kind refuses the host's requests in that kind's own way. */
static int refine(SOCKET s, int error)
{
    struct afd_info info;

    return error && afd_info(s, &info) ? WSAENOTSOCK : error;
}

/* The event of a connect that was over before the host heard of it. */
static void tell_connect(SOCKET s, const struct afd_event_select_params *selected)
{
    const bool wanted = selected->mask & AFD_POLL_CONNECT;

    if (facts_connect_event(s) == CONNECT_EVENT_NONE)
        return;
    facts_keep_connect_event(s, wanted ? CONNECT_EVENT_SELECTED : CONNECT_EVENT_UNTOLD);
    if (wanted)
        SetEvent(selected->event);
}

static void take_connect(SOCKET s, struct afd_events *found)
{
    if (facts_connect_event(s) != CONNECT_EVENT_SELECTED)
        return;
    facts_keep_connect_event(s, CONNECT_EVENT_NONE);
    found->flags |= AFD_POLL_CONNECT;
    found->status[events[FD_CONNECT_BIT].status_bit] = 0;
}

/* The host has the selection. */
static void note_selection(SOCKET s, const struct afd_event_select_params *params)
{
    tell_connect(s, params);
    rearm_keep_event(s, params);
    facts_set(s, FACT_NONBLOCKING | (params->mask ? FACT_EVENTS : 0),
              FACT_MESSAGES | (params->mask ? 0 : FACT_EVENTS));
    reset_watch_stop(s);
}

int WSPAPI WSPEventSelect(SOCKET s, WSAEVENT event, __LONG32 mask, LPINT lpErrno)
{
    struct afd_event_select_params params = {mask ? event : NULL, host_mask(mask)};
    int error = WSAEINVAL;

    /* Checked here because the host's mask is 0 for the events it does not know. */
    if (hearing_end(s))
        tend(s);
    if (!(mask & ~ALL_EVENTS) && (!mask || event))
        error = afd_call(s, AFD_EVENT_SELECT, &params, sizeof(params), NULL, 0);
    if (!error)
        note_selection(s, &params);
    return spi_return(refine(s, error), lpErrno);
}

void event_selected(SOCKET s, const void *in, ULONG in_len)
{
    struct afd_event_select_params params;
    const DWORD last = GetLastError();

    if (in_len < sizeof(params) || !guard_get(params, in))
        return;
    if (hearing_end(s))
        tend(s);
    note_selection(s, &params);
    SetLastError(last);
}

void event_taken(SOCKET s, void *out, ULONG out_len)
{
    struct afd_events found;

    if (out_len < sizeof(found) || !guard_get(found, out))
        return;
    take_connect(s, &found);
    guard_put(out, found);
}

/* Entries of events that did not happen stay as they were (Windows, as Wine's tests saw it). */
static void fill_events(WSANETWORKEVENTS *answer, const struct afd_events *found)
{
    answer->lNetworkEvents = 0;
    for (unsigned int i = 0; i < FD_MAX_EVENTS; i++) {
        uint32_t status = (uint32_t)found->status[events[i].status_bit];

        if (!(found->flags & events[i].flags))
            continue;
        answer->lNetworkEvents |= 1 << i;
        answer->iErrorCode[i] = status ? xlat_error_from_status(status) : 0;
    }
    /* The handshake of a connect cannot be reset; ours was ended (unix/connect.c). */
    if ((found->flags & AFD_POLL_CONNECT_ERR) &&
        answer->iErrorCode[FD_CONNECT_BIT] == WSAECONNRESET)
        answer->iErrorCode[FD_CONNECT_BIT] = WSAECONNREFUSED;
    /* The host reports a reset by flag only. */
    if ((found->flags & AFD_POLL_RESET) && !answer->iErrorCode[FD_CLOSE_BIT])
        answer->iErrorCode[FD_CLOSE_BIT] = WSAECONNABORTED;
}

int WSPAPI WSPEnumNetworkEvents(SOCKET s, WSAEVENT event, LPWSANETWORKEVENTS out, LPINT lpErrno)
{
    WSANETWORKEVENTS answer;
    struct afd_events found;
    int error;

    if (!guard_get(answer, out) || !guard_writable(out, sizeof(*out)))
        return spi_return(refine(s, WSAEFAULT), lpErrno);
    /* Reset first: what happens between the two is recorded and signalled once more; the other way
     * round it could be recorded with the event off. */
    if (event)
        ResetEvent(event);
    error = afd_call(s, AFD_GET_EVENTS, NULL, 0, &found, sizeof(found));
    if (!error) {
        take_connect(s, &found);
        fill_events(&answer, &found);
        /* The reset may have been read off the kernel by a call of ours. */
        if ((answer.lNetworkEvents & FD_CLOSE) && !answer.iErrorCode[FD_CLOSE_BIT] &&
            (facts_find(s) & FACT_RESET) && (facts_find(s) & FACT_STREAM))
            answer.iErrorCode[FD_CLOSE_BIT] = WSAECONNABORTED;
        guard_put(out, answer);
        if (found.flags & AFD_POLL_OOB)
            urgent_note(s);
    }
    return spi_return(refine(s, error), lpErrno);
}

/* user32's IsWindow without importing user32: a program that has no user32 has no window. */
static bool is_window(HWND window)
{
    HMODULE user32 = GetModuleHandleW(L"user32.dll");
    BOOL(WINAPI * check)(HWND) = user32 ? (void *)GetProcAddress(user32, "IsWindow") : NULL;

    return check && check(window);
}

/* The host's message of a reset has no code: it is not asked for where ours takes its place. */
static void watch_for_reset(SOCKET s, HWND window, unsigned int message, long mask, int *host)
{
    unsigned facts;

    if (!(mask & FD_CLOSE) || facts_of_socket(s, &facts) || !(facts & FACT_STREAM))
        reset_watch_stop(s);
    else if (reset_watch_start(s, window, message))
        *host &= ~AFD_POLL_RESET;
}

int WSPAPI WSPAsyncSelect(SOCKET s, HWND window, unsigned int message, __LONG32 mask, LPINT lpErrno)
{
    struct afd_message_select_params params = {
        .handle = (ULONG)s,
        .window = mask ? (ULONG)(ULONG_PTR)window : 0,
        .message = message_is_postable(message) ? message : WM_NULL,
        .mask = host_mask(mask),
    };
    DWORD last = GetLastError();
    int error = WSAEINVAL;

    if (!(mask & ~ALL_EVENTS) && (!mask || is_window(window))) {
        if (hearing_end(s))
            tend(s);
        watch_for_reset(s, window, message, mask, &params.mask);
        error = afd_call(s, AFD_MESSAGE_SELECT, &params, sizeof(params), NULL, 0);
    }
    if (!error) {
        facts_keep_connect_event(s, CONNECT_EVENT_NONE); /* messages tell of no earlier connect */
        rearm_keep_message(s, &params);
        facts_set(s, FACT_NONBLOCKING | (mask ? FACT_MESSAGES | FACT_EVENTS : 0),
                  mask ? 0 : FACT_MESSAGES | FACT_EVENTS);
    }
    SetLastError(last); /* IsWindow changes it */
    return spi_return(refine(s, error), lpErrno);
}
