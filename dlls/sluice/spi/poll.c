/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSAPoll: see poll.h. */
#include "spi/poll.h"

#include "spi/facts.h"
#include "spi/poll_request.h"
#include "spi/thread.h"

/* Flags that a program may ask for, and what each stands for. */
static const struct {
    short event;
    unsigned int asked;
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

static unsigned int asked_flags(short events)
{
    unsigned int flags = AFD_POLL_HUP | AFD_POLL_RESET | AFD_POLL_CONNECT_ERR;

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
static bool any_has_ended(const struct poll_request *request, const WSAPOLLFD *fds,
                          const unsigned int *where, ULONG count)
{
    for (ULONG i = 0; request->hosts && i < count; i++) {
        if (fds[i].revents != POLLNVAL && poll_is_hosts(request, where[i]) &&
            may_have_ended(&fds[i], 0) && peer_has_ended(fds[i].fd))
            return true;
    }
    return false;
}

/* One round over the entries whose revents is not POLLNVAL yet.  where: room for an index each. */
static int poll_round(WSAPOLLFD *fds, unsigned int *where, ULONG count, LONGLONG timeout)
{
    struct poll_request request;
    int error = poll_open(&request, count);

    if (error)
        return error;
    for (ULONG i = 0; i < count; i++) {
        if (fds[i].revents != POLLNVAL)
            where[i] = poll_add(&request, fds[i].fd, asked_flags(fds[i].events), count);
    }
    if (timeout && any_has_ended(&request, fds, where, count))
        timeout = 0;
    error = request.count ? poll_wait(&request, timeout) : WSAENOTSOCK;
    for (ULONG i = 0; !error && i < count; i++) {
        unsigned int found;

        if (fds[i].revents == POLLNVAL)
            continue;
        found = poll_flags(&request, where[i]);
        if (poll_is_hosts(&request, where[i]) && may_have_ended(&fds[i], found) &&
            peer_has_ended(fds[i].fd))
            found |= AFD_POLL_HUP;
        fds[i].revents = found ? reported_events(found, fds[i].events) : 0;
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
static int poll_entries(WSAPOLLFD *fds, unsigned int *where, ULONG count, INT timeout,
                        bool *skipped, unsigned int *ready)
{
    LONGLONG wait = timeout < 0 ? POLL_FOREVER : timeout * 10000LL;
    int error = check_events(fds, count);

    if (error)
        return error;
    for (ULONG i = 0; i < count; i++) {
        skipped[i] = is_placeholder(fds[i].fd);
        fds[i].revents = skipped[i] ? POLLNVAL : 0;
    }
    error = poll_round(fds, where, count, wait);
    if (error == WSAENOTSOCK && mark_invalid(fds, count)) {
        for (ULONG i = 0; i < count; i++)
            skipped[i] = fds[i].revents == POLLNVAL;
        error = poll_round(fds, where, count, wait);
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

/* The program's entries, an index and a mark for each. */
#define ROOM_EACH (sizeof(WSAPOLLFD) + sizeof(unsigned int) + sizeof(bool))

int WSAAPI sluice_poll(WSAPOLLFD *fds, ULONG count, INT timeout)
{
    const size_t size = guard_array(count, sizeof(*fds));
    unsigned int ready = 0, *where;
    WSAPOLLFD *copy = NULL;
    int error = 0;

    if (!count)
        error = WSAEINVAL;
    else if (guard_array(count, ROOM_EACH) == SIZE_MAX || !guard_readable(fds, size))
        error = WSAEFAULT;
    if (error)
        goto out;
    copy = room_take(count * ROOM_EACH);
    if (!copy) {
        error = WSAENOBUFS;
        goto out;
    }
    where = (unsigned int *)(copy + count);
    if (!guard_copy(copy, fds, size))
        error = WSAEFAULT;
    else
        error = poll_entries(copy, where, count, timeout, (bool *)(where + count), &ready);
    if ((!error || error == WSAENOTSOCK || error == WSAEINVAL) && !put_revents(fds, copy, count))
        error = WSAEFAULT;
out:
    room_give(copy);
    SetLastError(error);
    return error ? SOCKET_ERROR : (int)ready;
}
