/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to connected datagram sockets that the host may have stopped waiting for.
 *
 * One epoll set tells of every arrival once.  The descriptor with which a socket is put into it is
 * closed again: the kernel takes the socket out when its last descriptor anywhere is closed, so the
 * set keeps no socket open. */
#include <errno.h>
#include <netinet/in.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <string.h>
#include <sys/epoll.h>

/* before Linux' own socket headers */
#include <linux/net_tstamp.h>

#include "calls.h"
#include "error.h"
#include "host.h"
#include "icmp.h"
#include "sys.h"
#include "use.h"
#include "winabi.h"

#define INTEREST (EPOLLIN | EPOLLERR | EPOLLET)

/* Never closed: another thread may wait on it. Returns -1 with errno. */
static int the_set(void)
{
    static atomic_int set = -1;
    int known = atomic_load(&set), mine;

    if (known >= 0)
        return known;
    mine = epoll_create1(EPOLL_CLOEXEC);
    if (mine < 0 || atomic_compare_exchange_strong(&set, &known, mine))
        return mine;
    sys.close(mine);
    return known;
}

/* Once is enough; twice, under different numbers, each arrival is told of twice. */
static int put_in(int fd, uint64_t handle)
{
    struct epoll_event event = {.events = INTEREST, .data.u64 = handle};
    int set = the_set();

    if (set < 0)
        return error_from_errno(errno);
    if (epoll_ctl(set, EPOLL_CTL_ADD, fd, &event) && errno != EEXIST)
        return error_from_errno(errno);
    return 0;
}

static bool has_error(int fd)
{
    struct pollfd one = {.fd = fd};

    return sys.poll(&one, 1, 0) == 1 && (one.revents & POLLERR);
}

static void stamp(int fd, int flags)
{
    sys.setsockopt(fd, SOL_SOCKET, SO_TIMESTAMPING, &flags, sizeof(flags));
}

/* A socket of the loopback that nobody reads. Returns it with its address, or -1. */
static int open_sink(int family, struct sockaddr_storage *address, socklen_t *length)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    const bool is_v6 = family == AF_INET6;
    const void *any = is_v6 ? (const void *)&v6 : (const void *)&v4;
    int sink = sys.socket(family, SOCK_DGRAM | SOCK_CLOEXEC, 0);

    if (sink < 0)
        return -1;
    *length = sizeof(*address);
    if (!sys.bind(sink, any, is_v6 ? sizeof(v6) : sizeof(v4)) &&
        !sys.getsockname(sink, (struct sockaddr *)address, length))
        return sink;
    sys.close(sink);
    return -1;
}

/* An error that is none: the kernel queues a time stamp of a datagram without data, which goes to a
 * socket of ours.  Returns whether it is there; not where the loopback cannot be reached. */
static bool raise_error(int fd, int family)
{
    struct sockaddr_storage address;
    socklen_t length;
    int sink = open_sink(family, &address, &length);

    if (sink < 0)
        return false;
    stamp(fd, SOF_TIMESTAMPING_TX_SCHED | SOF_TIMESTAMPING_SOFTWARE | SOF_TIMESTAMPING_OPT_TSONLY);
    sys.sendto(fd, "", 0, MSG_DONTWAIT, (struct sockaddr *)&address, length);
    sys.close(sink);
    return has_error(fd);
}

int unix_tend(struct tend_params *params)
{
    struct sockaddr_storage peer;
    socklen_t length = sizeof(peer);
    int fd, error = host_socket_fd(params->handle, &fd);

    if (error)
        return error;
    params->raised = 0;
    if (sys.getpeername(fd, (struct sockaddr *)&peer, &length))
        error = WS_WSAENOTCONN;
    else if (params->raise)
        params->raised = raise_error(fd, peer.ss_family);
    else
        error = put_in(fd, params->handle);
    sys.close(fd);
    return error;
}

int unix_tend_wait(struct tend_wait_params *params)
{
    struct epoll_event events[TEND_EVENTS];
    int set = the_set(), count;

    params->count = 0;
    params->errors = 0;
    if (set < 0)
        return error_from_errno(errno);
    count = epoll_wait(set, events, TEND_EVENTS, params->wait_ms);
    if (count < 0)
        return errno == EINTR ? 0 : error_from_errno(errno);
    for (int i = 0; i < count; i++) {
        params->handles[i] = events[i].data.u64;
        params->errors |= (uint32_t)((events[i].events & EPOLLERR) != 0) << i;
    }
    params->count = (uint32_t)count;
    return 0;
}

/* The socket's own error, and the queue with what raise_error() left there. */
static void forget_errors(int fd)
{
    int error;
    socklen_t length = sizeof(error);

    stamp(fd, 0);
    while (icmp_take(fd) != ICMP_NONE)
        ;
    sys.getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
}

int unix_tend_look(struct tend_look_params *params)
{
    SOCKET_USE use = SOCKET_UNUSED;
    struct pollfd one = {.events = POLLIN};
    int error = socket_use(params->handle, &use);

    if (error)
        return error;
    if (params->forget)
        forget_errors(use.fd);
    one.fd = use.fd;
    params->readable = sys.poll(&one, 1, 0) == 1 && (one.revents & POLLIN);
    return 0;
}
