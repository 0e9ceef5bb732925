/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the trace page's script draws from: sockets, bytes over time, calls.  Moments are
 * microseconds since the first call. */
#include "trace_page.h"
#include <stdlib.h>

unsigned bucket_of(const struct trace *trace, int64_t us)
{
    int64_t span = trace->last_us - trace->first_us + 1;

    return (unsigned)((double)(us - trace->first_us) * BUCKETS / (double)span);
}

static void moment(struct text *data, const struct trace *trace, int64_t us)
{
    if (us == NEVER)
        text_say(data, ",null");
    else
        text_say(data, ",%lld", (long long)(us - trace->first_us));
}

struct bucket {
    uint64_t in, out;
};

/* Bytes of one socket: [part of the time, in, out] for each part that has some. */
static void add_buckets(struct text *data, const struct bucket *buckets)
{
    const char *comma = "";

    text_add(data, "[", 1);
    for (int i = 0; i < BUCKETS; i++)
        if (buckets[i].in || buckets[i].out) {
            text_say(data, "%s[%d,%llu,%llu]", comma, i, (unsigned long long)buckets[i].in,
                     (unsigned long long)buckets[i].out);
            comma = ",";
        }
    text_add(data, "]", 1);
}

/* [handle, process, made, local, remote, accepted, seen, created, bound, listening, connected,
 * shut, closed, last, in, out, calls, errors, open ends, buckets] */
static void add_socket(struct text *data, const struct trace *trace, const struct socket_life *life,
                       const struct bucket *buckets)
{
    const int64_t moments[] = {life->seen_us,      life->created_us,   life->bound_us,
                               life->listening_us, life->connected_us, life->shut_us,
                               life->closed_us,    life->last_us};

    text_add(data, "[", 1);
    text_json(data, life->handle);
    text_say(data, ",%u,", life->process);
    text_json(data, life->made);
    text_add(data, ",", 1);
    text_json(data, life->local);
    text_add(data, ",", 1);
    text_json(data, life->remote);
    text_say(data, ",%d", life->accepted);
    for (size_t i = 0; i < sizeof(moments) / sizeof(*moments); i++)
        moment(data, trace, moments[i]);
    text_say(data, ",%llu,%llu,%u,%u,%u,", (unsigned long long)life->bytes_in,
             (unsigned long long)life->bytes_out, life->calls, life->errors, life->open_ends);
    add_buckets(data, buckets);
    text_add(data, "]", 1);
}

static const struct sample *sorted_samples;

static int by_socket(const void *left, const void *right)
{
    uint32_t a = sorted_samples[*(const uint32_t *)left].socket;
    uint32_t b = sorted_samples[*(const uint32_t *)right].socket;

    return a < b ? -1 : a > b;
}

static void add_sockets(struct text *data, const struct trace *trace)
{
    uint32_t *order = more_memory(NULL, trace->sample_count + 1, sizeof(*order));
    size_t at = 0;

    for (size_t i = 0; i < trace->sample_count; i++)
        order[i] = (uint32_t)i;
    sorted_samples = trace->samples;
    qsort(order, trace->sample_count, sizeof(*order), by_socket);
    for (size_t i = 0; i < trace->socket_count; i++) {
        struct bucket buckets[BUCKETS] = {{.in = 0}};

        for (; at < trace->sample_count && trace->samples[order[at]].socket == i; at++) {
            const struct sample *sample = &trace->samples[order[at]];
            struct bucket *bucket = &buckets[bucket_of(trace, sample->us)];

            bucket->in += sample->in;
            bucket->out += sample->out;
        }
        text_say(data, i ? ",\n" : "\n");
        add_socket(data, trace, &trace->sockets[i], buckets);
    }
    free(order);
}

/* [line, process, start, took, thread, socket, failed, said, further sockets] */
static void add_call(struct text *data, const struct trace *trace, const struct call_record *call)
{
    text_say(data, "[%u,%u,%lld,%lld,", call->line, call->process,
             (long long)(call->start_us - trace->first_us), (long long)call->took_us);
    text_json(data, call->thread);
    text_say(data, ",%lld,%u,", (long long)call->socket, call->failed);
    text_json(data, call->said);
    if (call->also_end > call->also) {
        text_say(data, ",[");
        for (uint32_t i = call->also; i < call->also_end; i++)
            text_say(data, "%s%u", i > call->also ? "," : "", trace->also[i]);
        text_add(data, "]", 1);
    }
    text_add(data, "]", 1);
}

void trace_data(struct text *data, const struct trace *trace, size_t most)
{
    size_t first = trace->call_count > most ? trace->call_count - most : 0;

    text_say(data, "{\"span\":%lld,\"start\":%lld,\"parts\":%d,\"left_out\":%zu,\"processes\":[",
             (long long)(trace->last_us - trace->first_us), (long long)trace->first_us, BUCKETS,
             first);
    for (size_t i = 0; i < trace->process_count; i++) {
        struct text name = {.bytes = NULL};

        text_add(&name, trace->processes[i].header.program.at,
                 trace->processes[i].header.program.length);
        text_add(&name, " ", 1);
        text_add(&name, trace->processes[i].header.pid.at, trace->processes[i].header.pid.length);
        text_add(data, ",", i ? 1 : 0);
        text_json(data, (struct span){name.bytes, name.length});
        free(name.bytes);
    }
    text_say(data, "],\"sockets\":[");
    add_sockets(data, trace);
    text_say(data, "],\"calls\":[");
    for (size_t i = first; i < trace->call_count; i++) {
        text_say(data, i > first ? ",\n" : "\n");
        add_call(data, trace, &trace->calls[i]);
    }
    text_say(data, "]}\n");
}
