/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* select: fd_sets are counted arrays of any length. */
#include "spi/poll_request.h"
#include "spi/thread.h"

enum { READ_SET, WRITE_SET, EXCEPT_SET, SETS };

/* A call's request has a ULONG for its length; that many handles cannot exist anyway. */
#define MOST_SOCKETS 0x4000000

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
    unsigned int *where; /* each one's index in the request */
    u_int count;
    SOCKET *ready; /* room for all sets whose home this is */
    u_int ready_count;
    unsigned int home; /* the set its results go to: the program may pass one pointer twice */
};

/* The flexible array's real length is fd_count, whatever FD_SETSIZE the program was built with. */
static SOCKET *set_array(fd_set *set)
{
    return (SOCKET *)((char *)set + offsetof(fd_set, fd_array));
}

static int read_count(struct socket_set *set)
{
    if (!set->program)
        return 0;
    if (!guard_get(set->count, &set->program->fd_count) ||
        !guard_readable(set_array(set->program), guard_array(set->count, sizeof(SOCKET))))
        return WSAEFAULT;
    return 0;
}

static int read_counts(struct socket_set sets[SETS], ULONGLONG *total)
{
    *total = 0;
    for (unsigned int i = 0; i < SETS; i++) {
        int error = read_count(&sets[i]);

        if (error)
            return error;
        *total += sets[i].count;
        for (sets[i].home = 0; sets[sets[i].home].program != sets[i].program;)
            sets[i].home++;
    }
    return *total ? 0 : WSAEINVAL;
}

/* For each socket: itself, itself among the results, its index, and a mark. */
#define ROOM_EACH (2 * sizeof(SOCKET) + sizeof(unsigned int) + 1)

/* Deals out the memory, and copies the sets. */
static int copy_sets(struct socket_set sets[SETS], u_int total, void *memory)
{
    SOCKET *sockets = memory, *ready = sockets + total;
    unsigned int *where = (unsigned int *)(ready + total);

    for (unsigned int home = 0; home < SETS; home++) {
        sets[home].ready = ready;
        for (unsigned int i = home; i < SETS; i++)
            ready += sets[i].home == home ? sets[i].count : 0;
    }
    for (unsigned int i = 0; i < SETS; i++) {
        struct socket_set *set = &sets[i];

        set->sockets = sockets;
        set->where = where;
        sockets += set->count;
        where += set->count;
        if (set->count &&
            !guard_copy(set->sockets, set_array(set->program), (size_t)set->count * sizeof(SOCKET)))
            return WSAEFAULT;
    }
    return 0;
}

/* A socket closed meanwhile counts as readable; asked for otherwise only, the call fails. */
static int collect(struct socket_set sets[SETS], const struct poll_request *request,
                   unsigned char *marks)
{
    bool closed = false;

    for (unsigned int i = 0; i < SETS; i++) {
        struct socket_set *home = &sets[sets[i].home];
        const unsigned int wanted = set_flags[i] | (i == READ_SET ? AFD_POLL_CLOSE : 0);
        const unsigned char mark = 1u << sets[i].home;

        for (u_int k = 0; k < sets[i].count; k++) {
            unsigned int index = sets[i].where[k];
            unsigned int found = poll_flags(request, index);

            if (found & AFD_POLL_CLOSE) {
                if (i == READ_SET)
                    marks[index] |= 1u << SETS;
                else if (!(marks[index] & 1u << SETS))
                    closed = true;
            }
            if (!(found & wanted) || (marks[index] & mark))
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

static int wait_for_sets(struct socket_set sets[SETS], u_int total, unsigned char *marks,
                         LONGLONG timeout)
{
    struct poll_request request;
    int closed, error = poll_open(&request, total);

    if (error)
        return error;
    /* The sets of one program name much the same sockets in much the same order. */
    for (unsigned int i = 0; i < SETS; i++) {
        for (u_int k = 0; k < sets[i].count; k++)
            sets[i].where[k] = poll_add(&request, sets[i].sockets[k], set_flags[i], k);
    }
    memset(marks, 0, request.count);
    error = poll_wait(&request, timeout);
    if (!error) {
        closed = collect(sets, &request, marks);
        error = put_sets(sets);
        error = error ? error : closed;
    }
    poll_close(&request);
    return error;
}

static int select_sets(struct socket_set sets[SETS], ULONGLONG total, LONGLONG timeout)
{
    void *memory;
    int error;

    if (total > MOST_SOCKETS)
        return WSAENOBUFS;
    memory = room_take(total * ROOM_EACH);
    if (!memory)
        return WSAENOBUFS;
    error = copy_sets(sets, (u_int)total, memory);
    if (!error) /* the marks are the last of it */
        error = wait_for_sets(sets, (u_int)total, (unsigned char *)memory + total * (ROOM_EACH - 1),
                              timeout);
    room_give(memory);
    return error;
}

int WSPAPI WSPSelect(int nfds, fd_set *readfds, fd_set *writefds, fd_set *exceptfds,
                     TIMEOUT timeout, LPINT lpErrno)
{
    struct socket_set sets[SETS] = {
        {.program = readfds}, {.program = writefds}, {.program = exceptfds}};
    ULONGLONG total;
    LONGLONG wait;
    int error = read_counts(sets, &total);

    (void)nfds; /* ignored on Windows too */
    if (!error)
        error = read_timeout(timeout, &wait);
    if (!error)
        error = select_sets(sets, total, wait);
    if (error)
        return spi_return(error, lpErrno);
    return (int)(sets[0].ready_count + sets[1].ready_count + sets[2].ready_count);
}
