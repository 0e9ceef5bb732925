/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* many.h: SIZE connections to the peer, of which the one in the middle has a byte to read. */
#ifndef BENCH_MANY_H
#define BENCH_MANY_H

#include "frame.h"

static socket_t *many;

static inline int ready_index(void)
{
    return size_parameter / 2;
}

static inline void serve_many(socket_t s)
{
    int64_t number;
    int i;

    many = allocate((size_t)size_parameter, sizeof(*many));
    for (i = 0; i < size_parameter; i++) {
        many[i] = accept_one(listener);
        send_number(s, wait_number(many[i])); /* in the order in which they were made */
    }
    send_all(many[ready_index()], "x", 1);
    send_number(s, size_parameter);
    while (receive_number(s, &number))
        continue;
    for (i = 0; i < size_parameter; i++)
        net_close(many[i]);
}

static inline void connect_many(socket_t s)
{
    int port = peer_port(s), i;

    many = allocate((size_t)size_parameter, sizeof(*many));
    for (i = 0; i < size_parameter; i++) {
        many[i] = connect_to(port);
        send_number(many[i], i);
        wait_number(s);
    }
    wait_number(s);
}

#endif
