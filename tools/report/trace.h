/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the lines of one or more traces come to: sockets with their lives, errors, functions, bytes
 * over time. */
#ifndef SLUICE_REPORT_TRACE_H
#define SLUICE_REPORT_TRACE_H

#include "names.h"
#include "trace_line.h"

enum { NEVER = -1, NO_SOCKET = -1 };

/* Moments are microseconds since 1970, UTC. */

/* A socket from the call that made it, or the first that named it, to closesocket. */
struct socket_life {
    uint32_t process;
    struct span handle; /* 0x58 */
    struct span made;   /* the arguments it was made with; empty: not seen */
    struct span local, remote;
    int64_t seen_us, last_us;
    int64_t created_us, bound_us, listening_us, connected_us, shut_us, closed_us; /* or NEVER */
    bool connecting; /* connect is under way and has not been seen to end */
    bool accepted;
    uint64_t bytes_in, bytes_out;
    uint32_t calls, errors; /* expected errors are not counted */
    uint32_t open_ends;     /* overlapped operations whose bytes the trace does not tell */
    int64_t before;         /* the socket that had this handle's value before, or NO_SOCKET */
};

struct call_record {
    int64_t start_us, took_us;
    struct span thread, said;
    uint32_t line, process;
    int64_t socket; /* or NO_SOCKET */
    uint8_t failed; /* 0 no, 1 yes, 2 in an expected way */
    uint32_t function;
    uint32_t error;          /* its group, when it failed */
    uint32_t also, also_end; /* further sockets it names: trace.also[also..also_end) */
};

struct function_sum {
    struct span name;
    uint32_t calls, errors, expected;
    int64_t p50_us, p99_us, total_us;
};

/* Failed calls of one function with one code. */
struct error_group {
    struct span function, code, host;
    uint64_t number;
    uint32_t count, first_call;
    bool expected;
};

struct sample { /* bytes that a call moved, at its end */
    int64_t us;
    uint64_t in, out;
    uint32_t socket;
};

struct process_trace {
    const char *path;
    struct trace_header header;
    uint32_t calls;
    bool cut_off;         /* its last line is not whole */
    struct names handles; /* number -> open[number] */
    int64_t *open;        /* the socket that has the handle now, or NO_SOCKET */
    size_t open_room;
};

struct trace {
    struct process_trace *processes;
    struct socket_life *sockets;
    struct call_record *calls;
    struct function_sum *functions;
    struct error_group *errors;
    struct sample *samples;
    uint32_t *also;
    struct names function_names, error_names, pending_names;
    uint8_t *pending; /* what a pending operation does, by number in pending_names */
    char **kept;      /* keys of error_names and pending_names */
    size_t process_count, process_room, socket_count, socket_room, call_count, call_room,
        function_room;
    size_t error_room, sample_count, sample_room, also_count, also_room, pending_room, kept_count,
        kept_room;
    int64_t first_us, last_us; /* of all calls */
};

/* Where and why a trace could not be read. */
struct trace_fault {
    unsigned long line;
    const char *why;
};

/* Adds one file's text, which must stay as long as the trace.  A last line without its end may be
 * cut off.  False: some line is not what it should be, see fault. */
bool trace_read(struct trace *trace, const char *path, struct span text, struct trace_fault *fault);
/* After the last file: the percentiles, and the ends of sockets that were closed unseen. */
void trace_sum(struct trace *trace);
void trace_free(struct trace *trace);

/* Takes the call's effect on its socket into account; trace_socket.c. */
void trace_socket(struct trace *trace, struct process_trace *process, const struct trace_call *call,
                  struct call_record *record);
/* A copy of two pieces with a space between them, kept by the trace. */
struct span trace_key(struct trace *trace, struct span first, struct span second);

/* Codes that a program expects in the course of things: nothing is wrong when a call fails with
 * one. */
bool is_expected(struct span code);

#endif
