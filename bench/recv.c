/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* recv: one operation is a recv of 64 bytes that are there already. */
#include "frame.h"

/* A batch fits into the window of a fresh connection, so that it is there as a whole. */
enum { MESSAGE = 64, MESSAGES = 512 };

static socket_t data;
static int there; /* messages of the batch that have not been received */

static void serve(socket_t s)
{
    static char batch[MESSAGES * MESSAGE];
    int64_t number;
    int i;

    for (i = 0; i < MESSAGES; i++)
        memset(batch + i * MESSAGE, i % 100, MESSAGE);
    data = accept_one(listener);
    send_number(s, wait_number(data));
    while (receive_number(s, &number)) {
        send_all(data, batch, sizeof(batch));
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

    for (; count > 0; count--, there--) {
        if (!there) {
            clock_pause();
            send_number(s, 1);
            wait_number(s);
            there = MESSAGES;
            clock_resume();
        }
        if (!receive_all(data, message, MESSAGE) || message[0] != (MESSAGES - there) % 100)
            give_up_wrong("a wrong message");
    }
}

static const struct workload workload = {.prepare = prepare, .drive = drive, .serve = serve};
