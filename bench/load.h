/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * load.h: a peer that makes SIZE connections to an echo server and keeps one message of 64 bytes
 * under way on each.
 */
#ifndef BENCH_LOAD_H
#define BENCH_LOAD_H

#include "frame.h"

enum { MESSAGE = 64 };

struct load {
    poll_t *fds;
    int64_t to_send; /* messages of this round still to be sent */
    int64_t to_come; /* answers still to come */
};

static inline void load_send(struct load *load, int i)
{
    char message[MESSAGE];

    memset(message, i % 100, MESSAGE);
    send_all(load->fds[i].fd, message, MESSAGE);
    load->to_send--;
}

static inline void load_receive(struct load *load, int i)
{
    char message[MESSAGE];

    if (!receive_all(load->fds[i].fd, message, MESSAGE) || message[0] != i % 100)
        give_up_wrong("a wrong answer");
    load->to_come--;
    if (load->to_send > 0)
        load_send(load, i);
}

static inline void load_round(struct load *load, int64_t count)
{
    int i;

    load->to_send = load->to_come = count;
    for (i = 0; i < size_parameter && load->to_send > 0; i++)
        load_send(load, i);
    while (load->to_come > 0) {
        if (net_poll(load->fds, size_parameter, -1) < 0)
            give_up("poll");
        for (i = 0; i < size_parameter; i++)
            if (load->fds[i].revents)
                load_receive(load, i);
    }
}

/* The measured end says at which port it listens, then how many echoes it wants, again and again.
 */
static inline void serve_load(socket_t s)
{
    int port = (int)wait_number(s), i;
    struct load load;
    int64_t count;

    load.fds = allocate((size_t)size_parameter, sizeof(*load.fds));
    for (i = 0; i < size_parameter; i++) {
        load.fds[i].fd = connect_to(port);
        load.fds[i].events = POLL_IN;
    }
    while (receive_number(s, &count)) {
        load_round(&load, count);
        send_number(s, count);
    }
    for (i = 0; i < size_parameter; i++)
        net_close(load.fds[i].fd);
    free(load.fds);
}

#endif
