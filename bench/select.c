/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * select: one operation is a select over SIZE sockets, of which one can be read.  The native
 * program uses poll where FD_SETSIZE forbids select.
 */
#ifdef _WIN32
#define FD_SETSIZE 4096
#endif
#include "many.h"

static fd_set all;

static void prepare(socket_t s)
{
    int i;

    if (size_parameter > 4096)
        give_up_wrong("more sockets than fit into a set");
    connect_many(s);
    FD_ZERO(&all);
    for (i = 0; i < size_parameter; i++) {
#ifndef _WIN32
        if (many[i] >= FD_SETSIZE)
            break;
#endif
        FD_SET(many[i], &all);
    }
}

#ifdef _WIN32
static void drive(socket_t s, long count)
{
    static fd_set set;
    size_t used = offsetof(fd_set, fd_array) + (size_t)size_parameter * sizeof(SOCKET);

    (void)s;
    while (count-- > 0) {
        memcpy(&set, &all, used);
        if (select(0, &set, NULL, NULL, NULL) != 1 || set.fd_array[0] != many[ready_index()])
            give_up("select");
    }
}
#else
static void drive_poll(long count)
{
    poll_t *fds = allocate((size_t)size_parameter, sizeof(*fds));
    int i;

    for (i = 0; i < size_parameter; i++) {
        fds[i].fd = many[i];
        fds[i].events = POLL_IN;
    }
    while (count-- > 0)
        if (net_poll(fds, size_parameter, -1) != 1 || !fds[ready_index()].revents)
            give_up("poll");
    free(fds);
}

static void drive(socket_t s, long count)
{
    int last = many[size_parameter - 1];
    fd_set set;

    (void)s;
    if (last >= FD_SETSIZE) {
        drive_poll(count);
        return;
    }
    while (count-- > 0) {
        set = all;
        if (select(last + 1, &set, NULL, NULL, NULL) != 1 || !FD_ISSET(many[ready_index()], &set))
            give_up("select");
    }
}
#endif

static const struct workload workload = {.prepare = prepare, .drive = drive, .serve = serve_many};
