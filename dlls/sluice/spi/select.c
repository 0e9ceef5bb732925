/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* select over the host's poll request: fd_sets are counted arrays of any length. */
#include <stdlib.h>

#include "spi/poll.h"

enum { READ_SET, WRITE_SET, EXCEPT_SET, SETS };

/* What each set asks for.  An ended or reset connection is readable: the next receive says so. */
static const unsigned int set_flags[SETS] = {
    [READ_SET] = AFD_POLL_READ | AFD_POLL_ACCEPT | AFD_POLL_HUP | AFD_POLL_RESET,
    [WRITE_SET] = AFD_POLL_WRITE,
    [EXCEPT_SET] = AFD_POLL_OOB | AFD_POLL_CONNECT_ERR,
};

/* One of the program's sets, copied. */
struct socket_set {
    fd_set *program;
    SOCKET *sockets;
    u_int count;
    SOCKET *ready;
    u_int ready_count;
    unsigned int home; /* the set its results go to: the program may pass one pointer twice */
};

/* The flexible array's real length is fd_count, whatever FD_SETSIZE the program was built with. */
static SOCKET *set_array(fd_set *set)
{
    return (SOCKET *)((char *)set + offsetof(fd_set, fd_array));
}

static int copy_set(struct socket_set *set)
{
    size_t size;

    if (!set->program)
        return 0;
    if (!guard_get(set->count, &set->program->fd_count))
        return WSAEFAULT;
    size = (size_t)set->count * sizeof(SOCKET);
    if (size / sizeof(SOCKET) != set->count || !guard_readable(set_array(set->program), size))
        return WSAEFAULT;
    if (!set->count)
        return 0;
    set->sockets = malloc(size);
    if (!set->sockets)
        return WSAENOBUFS;
    return guard_copy(set->sockets, set_array(set->program), size) ? 0 : WSAEFAULT;
}

static int copy_sets(struct socket_set sets[SETS])
{
    ULONGLONG total = 0;

    for (unsigned int i = 0; i < SETS; i++) {
        int error = copy_set(&sets[i]);

        if (error)
            return error;
        total += sets[i].count;
        for (sets[i].home = 0; sets[sets[i].home].program != sets[i].program;)
            sets[i].home++;
    }
    return total ? 0 : WSAEINVAL;
}

/* Room for the results of every set that shares `home`. */
static int make_room(struct socket_set sets[SETS], unsigned int home)
{
    size_t room = 0;

    for (unsigned int i = 0; i < SETS; i++) {
        if (sets[i].home == home)
            room += sets[i].count;
    }
    if (!room)
        return 0;
    sets[home].ready = malloc(room * sizeof(SOCKET));
    return sets[home].ready ? 0 : WSAENOBUFS;
}

/* A socket closed meanwhile counts as readable; asked for otherwise only, the call fails. */
static int collect(struct socket_set sets[SETS], const struct poll_request *request,
                   unsigned char *marks)
{
    bool closed = false;

    for (unsigned int i = 0; i < SETS; i++) {
        struct socket_set *home = &sets[sets[i].home];

        for (u_int k = 0; k < sets[i].count; k++) {
            unsigned int index = poll_index(request, sets[i].sockets[k]);
            unsigned int found = poll_flags(request, index);
            unsigned char mark = 1u << sets[i].home;

            if (found & AFD_POLL_CLOSE) {
                if (i == READ_SET)
                    marks[index] |= 1u << SETS;
                else if (!(marks[index] & 1u << SETS))
                    closed = true;
            }
            if (!(found & (set_flags[i] | (i == READ_SET ? AFD_POLL_CLOSE : 0))) ||
                (marks[index] & mark))
                continue;
            marks[index] |= mark;
            home->ready[home->ready_count++] = sets[i].sockets[k];
        }
    }
    return closed ? WSAENOTSOCK : 0;
}

static int put_sets(struct socket_set sets[SETS])
{
    for (unsigned int i = 0; i < SETS; i++) {
        struct socket_set *set = &sets[i];

        if (!set->program || set->home != i)
            continue;
        if (!guard_copy(set_array(set->program), set->ready, set->ready_count * sizeof(SOCKET)) ||
            !guard_put(&set->program->fd_count, set->ready_count))
            return WSAEFAULT;
    }
    return 0;
}

/* Fails with WSAEINVAL for a negative time; tv_usec may exceed a second, as programs have it. */
static int read_timeout(const TIMEVAL *program, LONGLONG *timeout)
{
    TIMEVAL given;

    *timeout = POLL_FOREVER;
    if (!program)
        return 0;
    if (!guard_get(given, program))
        return WSAEFAULT;
    if (given.tv_sec < 0 || given.tv_usec < 0)
        return WSAEINVAL;
    *timeout = given.tv_sec * 10000000LL + given.tv_usec * 10LL;
    return 0;
}

static int wait_for_sets(struct socket_set sets[SETS], LONGLONG timeout)
{
    struct poll_request request;
    unsigned char *marks = NULL;
    int closed, error = 0;

    for (unsigned int i = 0; i < SETS && !error; i++)
        error = make_room(sets, i);
    if (error)
        return error;
    error = poll_open(&request, sets[0].count + sets[1].count + sets[2].count);
    if (error)
        return error;
    for (unsigned int i = 0; i < SETS; i++) {
        for (u_int k = 0; k < sets[i].count; k++)
            poll_add(&request, sets[i].sockets[k], set_flags[i]);
    }
    marks = calloc(request.room, 1);
    error = marks ? poll_wait(&request, timeout) : WSAENOBUFS;
    if (!error) {
        closed = collect(sets, &request, marks);
        error = put_sets(sets);
        error = error ? error : closed;
    }
    free(marks);
    poll_close(&request);
    return error;
}

int WSPAPI WSPSelect(int nfds, fd_set *readfds, fd_set *writefds, fd_set *exceptfds,
                     const PTIMEVAL timeout, LPINT lpErrno)
{
    struct socket_set sets[SETS] = {
        {.program = readfds}, {.program = writefds}, {.program = exceptfds}};
    LONGLONG wait;
    int error = copy_sets(sets), ready = 0;

    (void)nfds; /* ignored on Windows too */
    if (!error)
        error = read_timeout(timeout, &wait);
    if (!error)
        error = wait_for_sets(sets, wait);
    for (unsigned int i = 0; i < SETS; i++) {
        ready += sets[i].ready_count;
        free(sets[i].sockets);
        free(sets[i].ready);
    }
    return spi_return(error, lpErrno) ? SOCKET_ERROR : ready;
}
