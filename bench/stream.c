/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* stream: one operation is a send of SIZE bytes; the last is done when the peer has all of it. */
#include "frame.h"

enum { CHUNK = 65536 };

static char *buffer;

static void serve(socket_t s)
{
    int64_t left;

    buffer = allocate(1, CHUNK);
    while (receive_number(s, &left)) {
        while (left > 0) {
            int n = (int)recv(s, buffer, left < CHUNK ? (int)left : CHUNK, 0);
            if (n <= 0)
                give_up("recv");
            left -= n;
        }
        send_number(s, left);
    }
    free(buffer);
}

static void prepare(socket_t s)
{
    (void)s;
    buffer = allocate(1, (size_t)size_parameter);
}

static void drive(socket_t s, long count)
{
    long i;

    send_number(s, (int64_t)count * size_parameter);
    for (i = 0; i < count; i++)
        send_all(s, buffer, size_parameter);
    wait_number(s);
}

static const struct workload workload = {.prepare = prepare, .drive = drive, .serve = serve};
