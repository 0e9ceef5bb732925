/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * send: one operation is a send of 64 bytes on a connection whose peer sleeps.  A peer that
 * receives at once does part of the sender's work, more or less of it from run to run; so it takes
 * a batch together, while the clock stands.
 */
#include "frame.h"

/* Linux counts some 800 bytes of a socket's buffer for each message. */
enum { MESSAGE = 64, MESSAGES = 128 };

static socket_t data;
static int in_batch; /* messages sent since the peer took all */

static void serve(socket_t s)
{
    char message[MESSAGE];
    int64_t number, left;

    data = accept_one(listener);
    send_number(s, wait_number(data));
    while (receive_number(s, &number)) {
        for (left = number; left > 0; left--)
            if (!receive_all(data, message, MESSAGE))
                give_up_wrong("the data have ended");
        send_number(s, number);
    }
    net_close(data);
}

static void prepare(socket_t s)
{
    data = connect_to(peer_port(s));
    send_number(data, 1);
    wait_number(s);
}

static void drive(socket_t s, long count)
{
    char message[MESSAGE];

    memset(message, 'x', MESSAGE);
    while (count-- > 0) {
        send_all(data, message, MESSAGE);
        if (++in_batch == MESSAGES) {
            clock_pause();
            send_number(s, in_batch);
            wait_number(s);
            in_batch = 0;
            clock_resume();
        }
    }
}

static const struct workload workload = {.prepare = prepare, .drive = drive, .serve = serve};
