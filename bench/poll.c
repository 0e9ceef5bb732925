/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* poll: one operation is a WSAPoll (poll) over SIZE sockets, of which one can be read. */
#include "many.h"

static poll_t *fds;

static void prepare(socket_t s)
{
    int i;

    connect_many(s);
    fds = allocate((size_t)size_parameter, sizeof(*fds));
    for (i = 0; i < size_parameter; i++) {
        fds[i].fd = many[i];
        fds[i].events = POLL_IN;
    }
}

static void drive(socket_t s, long count)
{
    (void)s;
    while (count-- > 0)
        if (net_poll(fds, size_parameter, -1) != 1 || !fds[ready_index()].revents)
            give_up("poll");
}

static const struct workload workload = {.prepare = prepare, .drive = drive, .serve = serve_many};
