/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Urgent data: what the kernel says of it, and how a byte of it is taken out of the queue.
 *
 * A position in the stream is a count of what has come, less what is unread (TCP_INQ, which counts
 * urgent bytes too, FIONREAD only what stands before the kernel's mark).  Neither counts from the
 * connection's very beginning alike everywhere, but the difference stays the same for its life. */
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "calls.h"
#include "sys.h"
#include "use.h"
#include "winabi.h"
#include "xlat/urgent.h"

/* Tries to find the socket in one state, some microseconds each; data may come all the time. */
#define TRIES 1000

/* Linux' states (net/tcp_states.h). */
enum { TIME_WAIT = 6, CLOSED = 7, CLOSE_WAIT = 8, LAST_ACK = 9, CLOSING = 11 };

/* What is asked before and after the rest, and has to be the same. */
struct counts {
    uint64_t received; /* a FIN is one of them */
    int before_mark;   /* FIONREAD: all there is where no mark is ahead; a FIN is none of them */
    int state;
};

static bool get_counts(int fd, struct counts *counts)
{
    struct tcp_info info;
    socklen_t length = sizeof(info);

    memset(&info, 0, sizeof(info));
    if (sys.getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) ||
        length < offsetof(struct tcp_info, tcpi_bytes_received) + sizeof(info.tcpi_bytes_received))
        return false;
    counts->received = info.tcpi_bytes_received;
    counts->state = info.tcpi_state;
    return !ioctl(fd, FIONREAD, &counts->before_mark);
}

static bool is_same(const struct counts *a, const struct counts *b)
{
    return a->received == b->received && a->before_mark == b->before_mark && a->state == b->state;
}

/* Without data or an end behind it a mark that stands first is all there is: none where its byte is
 * still on its way. */
static int count_mark(int fd)
{
    char byte;

    if (sockatmark(fd) != 1)
        return 0;
    return sys.recv(fd, &byte, 1, MSG_OOB | MSG_PEEK | MSG_DONTWAIT) == 1 || errno != EAGAIN;
}

/* All that is unread, urgent bytes and a FIN among it; below 0 where the kernel does not tell. */
static int count_unread(int fd)
{
    char byte, control[CMSG_SPACE(sizeof(int))] __attribute__((aligned(sizeof(size_t))));
    struct iovec one = {&byte, 1};
    struct msghdr message = {.msg_iov = &one,
                             .msg_iovlen = 1,
                             .msg_control = control,
                             .msg_controllen = sizeof(control)};
    struct cmsghdr *header;
    int count;

    if (sys.recvmsg(fd, &message, MSG_PEEK | MSG_DONTWAIT) < 0)
        return errno == EAGAIN ? count_mark(fd) : -1;
    header = CMSG_FIRSTHDR(&message);
    if (!header || header->cmsg_level != IPPROTO_TCP || header->cmsg_type != TCP_CM_INQ)
        return -1;
    memcpy(&count, CMSG_DATA(header), sizeof(count));
    return count;
}

static bool has_ended(const struct counts *counts, int unread, bool urgent)
{
    switch (counts->state) {
    case TIME_WAIT:
    case CLOSE_WAIT:
    case LAST_ACK:
    case CLOSING:
        return true;
    case CLOSED: /* with or without one */
        return !urgent && counts->before_mark < unread;
    default:
        return false;
    }
}

static void fill(int fd, const struct counts *counts, int unread, bool urgent,
                 struct urgent_look_params *params)
{
    const int end = has_ended(counts, unread, urgent);
    char byte;

    params->position = counts->received - (uint64_t)unread;
    params->end = counts->received - (uint64_t)end;
    params->mark = params->position + (uint64_t)counts->before_mark;
    params->state = URGENT_NONE;
    if (params->is_inline)
        return;
    if (urgent && sys.recv(fd, &byte, 1, MSG_OOB | MSG_PEEK | MSG_DONTWAIT) == 1) {
        params->state = URGENT_UNREAD;
        params->byte = (unsigned char)byte;
    } else if (urgent || counts->before_mark < unread - end) {
        params->state = URGENT_TAKEN;
    }
}

/* An error that the kernel holds is left there: reading, even to peek, would take it. */
static int look(int fd, struct urgent_look_params *params)
{
    for (int i = 0; i < TRIES; i++) {
        struct pollfd one = {.fd = fd, .events = POLLPRI};
        struct counts before, after;
        int unread;

        if (!get_counts(fd, &before) || sys.poll(&one, 1, 0) < 0 || (one.revents & POLLERR))
            return WS_WSAEOPNOTSUPP;
        unread = count_unread(fd);
        if (unread < 0 || !get_counts(fd, &after))
            return WS_WSAEOPNOTSUPP;
        if (!is_same(&before, &after))
            continue;
        fill(fd, &after, unread, (one.revents & POLLPRI) != 0, params);
        return 0;
    }
    return WS_WSAEWOULDBLOCK;
}

int unix_urgent_look(struct urgent_look_params *params)
{
    SOCKET_USE use = SOCKET_UNUSED;
    int error = socket_use(params->handle, &use), on = 1, off = 0;
    socklen_t length = sizeof(params->cookie);

    if (error)
        return error;
    if (sys.getsockopt(use.fd, SOL_SOCKET, SO_COOKIE, &params->cookie, &length))
        params->cookie = 0;
    length = sizeof(params->is_inline);
    if (sys.getsockopt(use.fd, SOL_SOCKET, SO_OOBINLINE, &params->is_inline, &length) ||
        sys.setsockopt(use.fd, IPPROTO_TCP, TCP_INQ, &on, sizeof(on)))
        return WS_WSAEOPNOTSUPP;
    error = look(use.fd, params);
    sys.setsockopt(use.fd, IPPROTO_TCP, TCP_INQ, &off, sizeof(off));
    return error;
}

static void set_inline(int fd, int on)
{
    sys.setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on));
}

static void read_one(int fd)
{
    char byte;

    while (sys.read(fd, &byte, 1) < 0 && errno == EINTR)
        ;
}

/* Linux leaves an urgent byte that was received out of band in the queue: it still counts as unread
 * (a close resets the connection), and comes again as ordinary data once SO_OOBINLINE is set. Taken
 * in line, the byte at the mark is the queue's first, so that nothing behind it is touched.  One
 * that is unread there is another than the one received. */
static void drop_at_mark(int fd)
{
    struct pollfd one = {.fd = fd, .events = POLLPRI};

    if (sockatmark(fd) != 1) /* reading on will skip it */
        return;
    if (sys.poll(&one, 1, 0) == 1 && (one.revents & POLLPRI))
        return;
    set_inline(fd, 1);
    read_one(fd);
    set_inline(fd, 0);
}

int unix_drop_urgent(struct drop_urgent_params *params)
{
    SOCKET_USE use = SOCKET_UNUSED;
    int error = socket_use(params->handle, &use);

    if (error)
        return error;
    if (params->is_data)
        read_one(use.fd);
    else
        drop_at_mark(use.fd);
    return 0;
}
