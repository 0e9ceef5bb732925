/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See poll.h. */
#include <stdlib.h>

#include "spi/poll.h"

#include "spi/facts.h"

/* Handles have 32 significant bits; the host would look at those only. */
static bool is_handle_value(SOCKET s)
{
    return s == (SOCKET)(LONG_PTR)(LONG)s;
}

bool poll_is_socket(SOCKET s)
{
    struct afd_info info;

    return (LONG_PTR)s > 0 && is_handle_value(s) && !afd_info(s, &info);
}

static size_t params_size(unsigned int count)
{
    return offsetof(struct afd_poll_params, sockets) + count * sizeof(struct afd_poll_socket);
}

int poll_open(struct poll_request *request, unsigned int room)
{
    unsigned int slots = 8;

    memset(request, 0, sizeof(*request));
    /* A request's length is a ULONG; that many handles cannot exist anyway. */
    if (room > 0x4000000)
        return WSAENOBUFS;
    while (slots < room * 2)
        slots *= 2;
    request->room = room;
    request->slot_mask = slots - 1;
    request->asked = calloc(1, params_size(room));
    request->answered = malloc(params_size(room));
    request->results = calloc(room, sizeof(*request->results));
    request->slots = calloc(slots, sizeof(*request->slots));
    if (request->asked && request->answered && request->results && request->slots)
        return 0;
    poll_close(request);
    return WSAENOBUFS;
}

void poll_close(struct poll_request *request)
{
    free(request->asked);
    free(request->answered);
    free(request->results);
    free(request->slots);
}

/* Where the socket is in the hash table, or the free slot where it belongs. */
static unsigned int *find_slot(const struct poll_request *request, SOCKET s)
{
    /* handles are multiples of four */
    unsigned int at = (unsigned int)(s >> 2) * 2654435761u & request->slot_mask;

    while (request->slots[at] && request->asked->sockets[request->slots[at] - 1].socket != s)
        at = (at + 1) & request->slot_mask;
    return &request->slots[at];
}

void poll_add(struct poll_request *request, SOCKET s, int flags)
{
    unsigned int *slot = find_slot(request, s);

    if (!*slot) {
        facts_end_low_water(s);
        request->asked->sockets[request->asked->count].socket = s;
        *slot = ++request->asked->count;
    }
    request->asked->sockets[*slot - 1].flags |= flags;
}

unsigned int poll_index(const struct poll_request *request, SOCKET s)
{
    return *find_slot(request, s) - 1;
}

unsigned int poll_flags(const struct poll_request *request, unsigned int index)
{
    return request->results[index];
}

/* The host names only the sockets that have something to report. */
static void take_answer(struct poll_request *request, ULONG_PTR length)
{
    struct afd_poll_params *answer = request->answered;

    if (length < params_size(0))
        return;
    for (unsigned int i = 0; i < answer->count && params_size(i + 1) <= length; i++) {
        unsigned int *slot = find_slot(request, answer->sockets[i].socket);

        if (*slot)
            request->results[*slot - 1] |= answer->sockets[i].flags;
    }
}

/* To the host a datagram socket cannot be written to while another thread's send is on its way. */
static void mend_datagrams(struct poll_request *request)
{
    for (unsigned int i = 0; i < request->asked->count; i++) {
        struct is_writable_params room = {.handle = request->asked->sockets[i].socket};

        if (!(request->asked->sockets[i].flags & AFD_POLL_WRITE) ||
            (request->results[i] & (AFD_POLL_WRITE | AFD_POLL_CLOSE)) ||
            !(facts_find(room.handle) & FACT_DATAGRAM))
            continue;
        if (!UNIX_CALL(is_writable, &room) && room.writable)
            request->results[i] |= AFD_POLL_WRITE;
    }
}

int poll_wait(struct poll_request *request, LONGLONG timeout)
{
    struct afd_poll_params *asked = request->asked;
    ULONG length = (ULONG)params_size(asked->count);
    ULONG_PTR answered = 0;
    SOCKET carrier = asked->sockets[0].socket;
    NTSTATUS status;

    for (unsigned int i = 0; i < asked->count; i++) {
        if (!is_handle_value(asked->sockets[i].socket))
            return WSAENOTSOCK;
    }
    asked->timeout = timeout == POLL_FOREVER ? timeout : -timeout;
    status = afd_ioctl(carrier, AFD_POLL, asked, length, request->answered, length, &answered);
    if (!status)
        take_answer(request, answered);
    if (!status || status == STATUS_TIMEOUT) {
        mend_datagrams(request);
        return 0;
    }
    /* A carrier of another kind refuses the request in that kind's own way. */
    return poll_is_socket(carrier) ? xlat_error_from_status((uint32_t)status) : WSAENOTSOCK;
}

/* WSAPoll.  Flags that a program may ask for, and what each stands for. */
static const struct {
    short event;
    int asked;
} askable[] = {
    {POLLRDNORM, AFD_POLL_READ | AFD_POLL_ACCEPT},
    {POLLRDBAND, AFD_POLL_OOB},
    {POLLWRNORM, AFD_POLL_WRITE},
};

/* What is reported for what was found.  A failed connect is writable too (Windows 10 2004). */
static const struct {
    unsigned int found;
    short event;
} reported[] = {
    {AFD_POLL_READ | AFD_POLL_ACCEPT, POLLRDNORM},
    {AFD_POLL_OOB, POLLRDBAND},
    {AFD_POLL_WRITE | AFD_POLL_CONNECT_ERR, POLLWRNORM},
    {AFD_POLL_HUP | AFD_POLL_RESET | AFD_POLL_CONNECT_ERR, POLLHUP},
    {AFD_POLL_RESET | AFD_POLL_CONNECT_ERR, POLLERR},
    {AFD_POLL_CLOSE, POLLNVAL},
};

static int asked_flags(short events)
{
    int flags = AFD_POLL_HUP | AFD_POLL_RESET | AFD_POLL_CONNECT_ERR;

    for (size_t i = 0; i < sizeof(askable) / sizeof(askable[0]); i++) {
        if (events & askable[i].event)
            flags |= askable[i].asked;
    }
    return flags;
}

static short reported_events(unsigned int found, short events)
{
    short result = 0;

    for (size_t i = 0; i < sizeof(reported) / sizeof(reported[0]); i++) {
        if (found & reported[i].found)
            result |= reported[i].event;
    }
    return result & (events | POLLHUP | POLLERR | POLLNVAL);
}

static bool is_placeholder(SOCKET s)
{
    return (LONG_PTR)s < 0;
}

/* Drops the entries that are no sockets. Returns how many remain. */
static unsigned int mark_invalid(WSAPOLLFD *fds, ULONG count)
{
    unsigned int left = 0;

    for (ULONG i = 0; i < count; i++) {
        bool valid = poll_is_socket(fds[i].fd);

        fds[i].revents = valid ? 0 : POLLNVAL;
        left += valid;
    }
    return left;
}

/* Flags that only the answer may hold are refused, yet the complaint that no entry is a socket goes
 * first. */
static int check_events(WSAPOLLFD *fds, ULONG count)
{
    bool bad = false;

    for (ULONG i = 0; i < count && !bad; i++)
        bad =
            !is_placeholder(fds[i].fd) && (fds[i].events & ~(POLLRDNORM | POLLRDBAND | POLLWRNORM));
    if (!bad)
        return 0;
    if (!mark_invalid(fds, count))
        return WSAENOTSOCK;
    for (ULONG i = 0; i < count; i++)
        fds[i].revents = 0;
    return WSAEINVAL;
}

/* The host sees the end of a peer's data only once all before it is read; WSAPoll tells of it at
 * once. */
static bool peer_has_ended(SOCKET s)
{
    struct socket_info_params info = {.handle = s};
    unsigned facts;

    return !facts_of_socket(s, &facts) && (facts & FACT_STREAM) && !UNIX_CALL(socket_info, &info) &&
           info.ended;
}

/* Whether that has to be looked for: the host's answer for an entry is none of an end, and it could
 * be hidden by data. */
static bool may_have_ended(const WSAPOLLFD *fd, unsigned int found)
{
    const unsigned int known =
        AFD_POLL_HUP | AFD_POLL_RESET | AFD_POLL_CLOSE | AFD_POLL_ACCEPT | AFD_POLL_CONNECT_ERR;

    return !(found & known) && ((found & AFD_POLL_READ) || !(fd->events & POLLRDNORM));
}

/* A wait for nothing but the end would not be ended by it while data is unread. */
static bool any_has_ended(const WSAPOLLFD *fds, ULONG count)
{
    for (ULONG i = 0; i < count; i++) {
        if (fds[i].revents != POLLNVAL && may_have_ended(&fds[i], 0) && peer_has_ended(fds[i].fd))
            return true;
    }
    return false;
}

/* One round over the entries whose revents is not POLLNVAL yet. */
static int poll_round(WSAPOLLFD *fds, ULONG count, LONGLONG timeout)
{
    struct poll_request request;
    int error = poll_open(&request, count);

    if (error)
        return error;
    for (ULONG i = 0; i < count; i++) {
        if (fds[i].revents != POLLNVAL)
            poll_add(&request, fds[i].fd, asked_flags(fds[i].events));
    }
    if (timeout && any_has_ended(fds, count))
        timeout = 0;
    error = request.asked->count ? poll_wait(&request, timeout) : WSAENOTSOCK;
    for (ULONG i = 0; !error && i < count; i++) {
        unsigned int found;

        if (fds[i].revents == POLLNVAL)
            continue;
        found = poll_flags(&request, poll_index(&request, fds[i].fd));
        if (may_have_ended(&fds[i], found) && peer_has_ended(fds[i].fd))
            found |= AFD_POLL_HUP;
        fds[i].revents = reported_events(found, fds[i].events);
    }
    poll_close(&request);
    return error;
}

static unsigned int count_events(const WSAPOLLFD *fds, ULONG count, const bool *skipped)
{
    unsigned int ready = 0;

    for (ULONG i = 0; i < count; i++)
        ready += fds[i].revents && !skipped[i];
    return ready;
}

/* Polls copies of the program's entries. `skipped` (all false at first) marks those that are no
 * sockets, which get POLLNVAL and do not count; the check costs a request each, so it is made only
 * after the host found one. */
static int poll_entries(WSAPOLLFD *fds, ULONG count, INT timeout, bool *skipped,
                        unsigned int *ready)
{
    LONGLONG wait = timeout < 0 ? POLL_FOREVER : timeout * 10000LL;
    int error = check_events(fds, count);

    if (error)
        return error;
    for (ULONG i = 0; i < count; i++)
        fds[i].revents = is_placeholder(fds[i].fd) ? POLLNVAL : 0;
    for (ULONG i = 0; i < count; i++)
        skipped[i] = fds[i].revents == POLLNVAL;
    error = poll_round(fds, count, wait);
    if (error == WSAENOTSOCK && mark_invalid(fds, count)) {
        for (ULONG i = 0; i < count; i++)
            skipped[i] = fds[i].revents == POLLNVAL;
        error = poll_round(fds, count, wait);
    }
    *ready = error ? 0 : count_events(fds, count, skipped);
    return error;
}

static bool put_revents(WSAPOLLFD *to, const WSAPOLLFD *from, ULONG count)
{
    for (ULONG i = 0; i < count; i++) {
        if (!guard_put(&to[i].revents, from[i].revents))
            return false;
    }
    return true;
}

int WSAAPI sluice_poll(WSAPOLLFD *fds, ULONG count, INT timeout)
{
    size_t size = (size_t)count * sizeof(*fds);
    unsigned int ready = 0;
    WSAPOLLFD *copy = NULL;
    bool *skipped = NULL;
    int error = 0;

    if (!count)
        error = WSAEINVAL;
    else if (size / sizeof(*fds) != count || !guard_readable(fds, size))
        error = WSAEFAULT;
    if (error)
        goto out;
    copy = malloc(size);
    skipped = calloc(count, sizeof(*skipped));
    if (!copy || !skipped)
        error = WSAENOBUFS;
    else if (!guard_copy(copy, fds, size))
        error = WSAEFAULT;
    else
        error = poll_entries(copy, count, timeout, skipped, &ready);
    if ((!error || error == WSAENOTSOCK || error == WSAEINVAL) && !put_revents(fds, copy, count))
        error = WSAEFAULT;
out:
    free(copy);
    free(skipped);
    SetLastError(error);
    return error ? SOCKET_ERROR : (int)ready;
}
