/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* pingpong: one operation is 64 bytes to the peer and 64 bytes back, one at a time. */
#include "frame.h"

enum { MESSAGE = 64 };

static void serve(socket_t s)
{
    char message[MESSAGE];

    while (receive_all(s, message, MESSAGE))
        send_all(s, message, MESSAGE);
}

static void drive(socket_t s, long count)
{
    char sent[MESSAGE], got[MESSAGE];
    long i;

    memset(sent, 'x', MESSAGE);
    for (i = 0; i < count; i++) {
        memcpy(sent, &i, sizeof(i)); /* an answer of an earlier round is not this round's */
        send_all(s, sent, MESSAGE);
        if (!receive_all(s, got, MESSAGE) || memcmp(sent, got, MESSAGE) != 0)
            give_up_wrong("a wrong answer");
    }
}

static const struct workload workload = {.drive = drive, .serve = serve};
