/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * zmq_partner: the Linux end of ZeroMQ's own measuring programs (local_lat, remote_lat), which do
 * not look at what is in the messages they send back.
 *
 *     zmq_partner ask ENDPOINT SIZE COUNT
 *
 * COUNT messages of a pattern, each compared with what comes back.
 *
 *     zmq_partner answer ENDPOINT SIZE COUNT
 *
 * gets COUNT messages, which must be of zeros as remote_lat sends them, and sends each back.
 *
 * Exit status: 0 as it should be, 1 not, with a line that says what.  No call waits longer than 30
 * seconds.
 */
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "pattern.h"

/* Of zmq.h, so that this file can be compiled before libzmq has been. */
enum { ZMQ_REQ = 3, ZMQ_REP = 4, ZMQ_LINGER = 17, ZMQ_RCVTIMEO = 27, ZMQ_SNDTIMEO = 28 };
void *zmq_ctx_new(void);
int zmq_ctx_term(void *context);
void *zmq_socket(void *context, int type);
int zmq_setsockopt(void *socket, int option, const void *value, size_t size);
int zmq_bind(void *socket, const char *endpoint);
int zmq_connect(void *socket, const char *endpoint);
int zmq_send(void *socket, const void *bytes, size_t size, int flags);
int zmq_recv(void *socket, void *bytes, size_t size, int flags);
int zmq_close(void *socket);

enum { LIMIT_MS = 30000, LINGER_MS = 2000 };

static bool complain(const char *what, long value)
{
    printf("zmq_partner: %s: %ld\n", what, value);
    return false;
}

static bool ask(void *socket, unsigned char *bytes, size_t size, int i)
{
    pattern_fill(bytes, size, (uint32_t)i);
    if (zmq_send(socket, bytes, size, 0) != (int)size)
        return complain("could not send message", i);
    memset(bytes, 0, size);
    if (zmq_recv(socket, bytes, size, 0) != (int)size)
        return complain("nothing of its size came back for message", i);
    return pattern_mismatch(bytes, size, (uint32_t)i) == size ||
           complain("another message came back for number", i);
}

static bool answer(void *socket, unsigned char *bytes, size_t size, int i)
{
    memset(bytes, 1, size);
    if (zmq_recv(socket, bytes, size, 0) != (int)size)
        return complain("nothing of its size came as message", i);
    for (size_t at = 0; at < size; at++)
        if (bytes[at])
            return complain("another message came as number", i);
    return zmq_send(socket, bytes, size, 0) == (int)size || complain("could not send back", i);
}

int main(int argc, char **argv)
{
    const int limit = LIMIT_MS, linger = LINGER_MS;
    bool asks = argc == 5 && !strcmp(argv[1], "ask"), well;
    size_t size = argc == 5 ? (size_t)atol(argv[3]) : 0;
    unsigned char *bytes = malloc(size + 1);
    void *context = zmq_ctx_new();
    void *socket = zmq_socket(context, asks ? ZMQ_REQ : ZMQ_REP);

    alarm(300);
    if (argc != 5 || !bytes || !socket)
        return !complain("usage", argc);
    zmq_setsockopt(socket, ZMQ_RCVTIMEO, &limit, sizeof(limit));
    zmq_setsockopt(socket, ZMQ_SNDTIMEO, &limit, sizeof(limit));
    zmq_setsockopt(socket, ZMQ_LINGER, &linger, sizeof(linger));
    well = !(asks ? zmq_connect : zmq_bind)(socket, argv[2]) || complain("endpoint", 0);
    for (int i = 0; well && i < atoi(argv[4]); i++)
        well = (asks ? ask : answer)(socket, bytes, size, i);
    zmq_close(socket);
    zmq_ctx_term(context);
    free(bytes);
    return !well;
}
