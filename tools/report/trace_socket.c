/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What a call does to the socket it names: its life, its addresses, its bytes. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* memmem */
#endif
#include "trace.h"
#include <ctype.h>
#include <stdlib.h>
#include <string.h>

enum { X = -1 };
enum role {
    PLAIN,
    MAKES,
    ACCEPTS,
    ACCEPTS_INTO,
    BINDS,
    LISTENS,
    CONNECTS,
    SENDS,
    SENDS_UNKNOWN,
    RECEIVES,
    COMPLETES,
    SHUTS,
    CLOSES,
    TELLS_LOCAL,
    TELLS_REMOTE,
    LOOKS
};

struct call_form {
    const char *name;
    enum role role;
    int socket, address, count, overlapped;
};

static const struct call_form forms[] = {
#define CALL(function, role, socket, address, count, overlapped)                                   \
    {#function, role, socket, address, count, overlapped},
#include "calls.def"
#undef CALL
};

static const struct call_form any_form = {"", PLAIN, 0, X, X, X};

/* A call as the functions below want it. */
struct event {
    struct trace *trace;
    struct process_trace *process;
    const struct trace_call *call;
    const struct call_form *form;
    struct call_record *record;
    int64_t end_us;
    bool worked, waits; /* waits: the call has begun what ends later */
};

static const struct call_form *form_of(struct span function)
{
    for (size_t i = 0; i < sizeof(forms) / sizeof(*forms); i++)
        if (span_is(function, forms[i].name))
            return &forms[i];
    return &any_form;
}

static bool is_handle(struct span text)
{
    uint64_t value;

    return text.length > 2 && memcmp(text.at, "0x", 2) == 0 && span_number(text, 16, &value) &&
           value && value < 0xffffffff;
}

static bool is_address(struct span text)
{
    return text.length > 4 && memcmp(text.at, "{AF_", 4) == 0;
}

static struct span argument(const struct event *event, int index)
{
    return index == X ? (struct span){"", 0} : argument_at(event->call->arguments, (unsigned)index);
}

static int64_t open_socket(const struct process_trace *process, struct span handle)
{
    int64_t number = name_known(&process->handles, handle);

    return number == NO_NAME ? NO_SOCKET : process->open[number];
}

/* A new life for the handle's value. */
static int64_t new_life(struct event *event, struct span handle)
{
    struct trace *trace = event->trace;
    struct process_trace *process = event->process;
    size_t known = process->handles.count;
    int64_t number = name_number(&process->handles, handle), before;

    process->open =
        room_for_one(process->open, (size_t)number, &process->open_room, sizeof(*process->open));
    before = (size_t)number == known ? NO_SOCKET : process->open[number];
    trace->sockets = room_for_one(trace->sockets, trace->socket_count, &trace->socket_room,
                                  sizeof(*trace->sockets));
    trace->sockets[trace->socket_count] =
        (struct socket_life){.process = (uint32_t)(process - trace->processes),
                             .handle = handle,
                             .seen_us = event->record->start_us,
                             .created_us = NEVER,
                             .bound_us = NEVER,
                             .listening_us = NEVER,
                             .connected_us = NEVER,
                             .shut_us = NEVER,
                             .closed_us = NEVER,
                             .before = before};
    process->open[number] = (int64_t)trace->socket_count;
    return (int64_t)trace->socket_count++;
}

/* The socket a handle stands for, a life of unknown beginning if the trace has not shown one. */
static struct socket_life *life_of(struct event *event, struct span handle, int64_t *index)
{
    *index = open_socket(event->process, handle);
    if (*index == NO_SOCKET)
        *index = new_life(event, handle);
    return &event->trace->sockets[*index];
}

static void once(int64_t *moment, int64_t us)
{
    if (*moment == NEVER)
        *moment = us;
}

static void set_address(struct span *address, struct span value)
{
    if (is_address(value) || (value.length > 2 && *value.at == '"'))
        *address = value;
}

static void moved(struct event *event, uint64_t in, uint64_t out)
{
    struct trace *trace = event->trace;
    struct socket_life *life = &trace->sockets[event->record->socket];

    life->bytes_in += in;
    life->bytes_out += out;
    if (life->connecting && in + out > 0) {
        life->connecting = false;
        once(&life->connected_us, event->end_us);
    }
    if (in + out == 0)
        return;
    trace->samples = room_for_one(trace->samples, trace->sample_count, &trace->sample_room,
                                  sizeof(*trace->samples));
    trace->samples[trace->sample_count++] = (struct sample){
        .us = event->end_us, .in = in, .out = out, .socket = (uint32_t)event->record->socket};
}

/* Peeked bytes are received once more later. */
static bool peeks(const struct event *event)
{
    static const char peek[] = "MSG_PEEK";
    struct span rest = event->call->arguments, argument;

    while (next_argument(&rest, &argument))
        if (span_starts(argument, "MSG_") &&
            memmem(argument.at, argument.length, peek, sizeof(peek) - 1))
            return true;
    return false;
}

static uint64_t bytes_told(const struct event *event)
{
    struct span told =
        event->form->count == X ? event->call->result : argument(event, event->form->count);
    uint64_t count;

    return span_number(told, 10, &count) ? count : 0;
}

/* A pending operation is known by its socket and its OVERLAPPED until WSAGetOverlappedResult tells
 * its bytes. */
static int64_t pending_number(struct event *event, int64_t socket, struct span overlapped)
{
    struct text number = {.bytes = NULL};
    struct span key;
    int64_t result;

    text_say(&number, "%lld", (long long)socket);
    key = trace_key(event->trace, (struct span){number.bytes, number.length}, overlapped);
    free(number.bytes);
    result = name_number(&event->trace->pending_names, key);
    event->trace->pending =
        room_for_one(event->trace->pending, event->trace->pending_names.count,
                     &event->trace->pending_room, sizeof(*event->trace->pending));
    return result;
}

enum { PENDING_NONE, PENDING_IN, PENDING_OUT };

static uint8_t *pending_state(struct event *event)
{
    size_t known = event->trace->pending_names.count;
    int64_t number =
        pending_number(event, event->record->socket, argument(event, event->form->overlapped));

    if ((size_t)number == known)
        event->trace->pending[number] = PENDING_NONE;
    return &event->trace->pending[number];
}

static void transfer(struct event *event, bool out)
{
    struct socket_life *life = &event->trace->sockets[event->record->socket];
    uint64_t bytes = event->worked && !peeks(event) ? bytes_told(event) : 0;

    if (event->form->overlapped != X && span_is(event->call->code, "WSA_IO_PENDING")) {
        life->open_ends++;
        *pending_state(event) = out ? PENDING_OUT : PENDING_IN;
        return;
    }
    if (event->worked && life->remote.length == 0)
        set_address(&life->remote, argument(event, event->form->address));
    moved(event, out ? 0 : bytes, out ? bytes : 0);
}

static void completes(struct event *event)
{
    uint8_t *state;

    if (!event->worked || span_is(event->call->result, "FALSE") ||
        span_is(event->call->result, "0"))
        return;
    state = pending_state(event);
    if (*state == PENDING_NONE)
        return;
    event->trace->sockets[event->record->socket].open_ends--;
    moved(event, *state == PENDING_IN ? bytes_told(event) : 0,
          *state == PENDING_OUT ? bytes_told(event) : 0);
    *state = PENDING_NONE;
}

/* The call is one of this socket's, too. */
static void names_also(struct event *event, int64_t socket)
{
    enum {
        MOST_OF_ONE = 256,
        MOST = 2000000
    }; /* select over thousands of sockets, over and over */
    struct trace *trace = event->trace;
    struct call_record *record = event->record;

    if (trace->also_count >= MOST || record->also_end - record->also >= MOST_OF_ONE)
        return;
    trace->also =
        room_for_one(trace->also, trace->also_count, &trace->also_room, sizeof(*trace->also));
    trace->also[trace->also_count++] = (uint32_t)socket;
    record->also_end = (uint32_t)trace->also_count;
    trace->sockets[socket].calls++;
    trace->sockets[socket].last_us = event->end_us;
}

static void makes(struct event *event)
{
    bool accepts = event->form->role == ACCEPTS;
    struct span local = {"", 0};
    struct socket_life *life;
    int64_t index;

    if (!event->worked || !is_handle(event->call->result))
        return;
    if (accepts)
        local = event->trace->sockets[event->record->socket].local;
    index = new_life(event, event->call->result);
    names_also(event, index);
    life = &event->trace->sockets[index];
    life->created_us = event->end_us;
    life->seen_us = event->end_us;
    life->made = event->call->said;
    life->last_us = event->end_us;
    life->accepted = accepts;
    if (!accepts)
        return;
    life->connected_us = event->end_us;
    life->local = local;
    set_address(&life->remote, argument(event, event->form->address));
}

static void accepts_into(struct event *event)
{
    struct span handle = argument(event, 1);
    struct span local = event->trace->sockets[event->record->socket].local;
    struct socket_life *life;
    int64_t index;

    if (!is_handle(handle))
        return;
    (void)life_of(event, handle, &index);
    names_also(event, index);
    life = &event->trace->sockets[index];
    life->accepted = true;
    life->local = local;
    if (event->worked)
        once(&life->connected_us, event->end_us);
    else
        life->connecting = true;
}

static void connects(struct event *event, struct socket_life *life)
{
    set_address(&life->remote, argument(event, event->form->address));
    life->connecting = event->waits;
    if (event->worked || span_is(event->call->code, "WSAEISCONN")) {
        life->connecting = false;
        once(&life->connected_us, event->end_us);
    }
}

/* Another thread can be given the handle's value before closesocket's line is written: then the
 * call began before the present socket was made, and closes the one before it. */
static void closes(struct event *event)
{
    struct socket_life *life = &event->trace->sockets[event->record->socket];

    if (!event->worked)
        return;
    if (life->created_us != NEVER && event->record->start_us < life->created_us &&
        life->before != NO_SOCKET && event->trace->sockets[life->before].closed_us == NEVER) {
        event->record->socket = life->before;
        event->trace->sockets[life->before].closed_us = event->end_us;
        return;
    }
    life->closed_us = event->end_us;
    event->process->open[name_known(&event->process->handles, life->handle)] = NO_SOCKET;
}

static void looks(struct event *event)
{
    struct span rest = event->call->arguments;

    for (size_t i = 0; i + 2 < rest.length; i++) {
        struct span handle = {rest.at + i, 2};
        int64_t socket;

        if (memcmp(handle.at, "0x", 2) != 0)
            continue;
        while (i + handle.length < rest.length && isxdigit((unsigned char)handle.at[handle.length]))
            handle.length++;
        i += handle.length - 1;
        socket = open_socket(event->process, handle);
        if (socket != NO_SOCKET)
            names_also(event, socket);
    }
}

/* Roles whose effect is one moment or one address. */
static void state_changes(struct event *event, struct socket_life *life)
{
    switch (event->form->role) {
    case BINDS:
        once(&life->bound_us, event->end_us);
        set_address(&life->local, argument(event, event->form->address));
        break;
    case LISTENS:
        once(&life->listening_us, event->end_us);
        break;
    case SHUTS:
        once(&life->shut_us, event->end_us);
        break;
    case TELLS_LOCAL:
        set_address(&life->local, argument(event, event->form->address));
        break;
    case TELLS_REMOTE:
        set_address(&life->remote, argument(event, event->form->address));
        life->connecting = false;
        once(&life->connected_us, event->end_us);
        break;
    case SENDS_UNKNOWN:
        life->open_ends++;
        break;
    default:
        break;
    }
}

static void takes_effect(struct event *event)
{
    switch (event->form->role) {
    case MAKES:
    case ACCEPTS:
        makes(event);
        break;
    case ACCEPTS_INTO:
        if (event->worked || event->waits)
            accepts_into(event);
        break;
    case CONNECTS:
        connects(event, &event->trace->sockets[event->record->socket]);
        break;
    case SENDS:
    case RECEIVES:
        transfer(event, event->form->role == SENDS);
        break;
    case COMPLETES:
        completes(event);
        break;
    case CLOSES:
        closes(event);
        break;
    case LOOKS:
        looks(event);
        break;
    default:
        if (event->worked || event->waits)
            state_changes(event, &event->trace->sockets[event->record->socket]);
    }
}

void trace_socket(struct trace *trace, struct process_trace *process, const struct trace_call *call,
                  struct call_record *record)
{
    struct event event = {trace,
                          process,
                          call,
                          form_of(call->function),
                          record,
                          record->start_us + call->took_us,
                          call->code.length == 0,
                          is_expected(call->code)};
    struct span handle = argument(&event, event.form->socket);

    record->also = record->also_end = (uint32_t)trace->also_count;
    if (event.form->socket != X) {
        bool known = open_socket(process, handle) != NO_SOCKET;
        struct socket_life *life;

        /* What is no socket gets no life; nor does the argument of a function that is not in the
         * table. */
        if (!is_handle(handle) ||
            (!known && (event.form == &any_form || span_is(call->code, "WSAENOTSOCK") ||
                        span_is(call->code, "WSANOTINITIALISED"))))
            return;
        life = life_of(&event, handle, &record->socket);
        life->calls++;
        life->last_us = event.end_us;
    }
    if (event.form != &any_form)
        takes_effect(&event);
}
