/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sending a datagram with control messages. */
#include <errno.h>
#include <string.h>
#include <sys/uio.h>

#include "calls.h"
#include "sys.h"
#include "use.h"
#include "winabi.h"
#include "xlat/control.h"
#include "error.h"
#include "xlat/sockaddr.h"

#define ECN_MASK 3

/* While a long send is cut up by us, how long the queue may stay full. */
#define SEGMENT_WAIT_MS 1000

/* Linux has no message for the two bits alone: the rest of the octet is the socket's. */
static void merge_ecn(int fd, int level, int name, int ecn, int *octet)
{
    int value = 0;
    socklen_t length = sizeof(value);

    if (ecn < 0)
        return;
    if (*octet < 0) {
        sys.getsockopt(fd, level, name, &value, &length);
        *octet = value;
    }
    *octet = (*octet & ~ECN_MASK) | ecn;
}

static ssize_t send_once(int fd, const struct msghdr *message)
{
    ssize_t sent;

    do
        sent = sys.sendmsg(fd, message, MSG_DONTWAIT | MSG_NOSIGNAL);
    while (sent < 0 && errno == EINTR);
    return sent;
}

/* Takes the next `length` bytes of the data into `part`. Returns how many there were. */
static size_t slice(const struct msghdr *whole, size_t from, size_t length, struct iovec *part,
                    size_t *count)
{
    size_t taken = 0;

    *count = 0;
    for (size_t i = 0; i < whole->msg_iovlen && taken < length; i++) {
        size_t size = whole->msg_iov[i].iov_len;

        if (from >= size) {
            from -= size;
            continue;
        }
        part[*count].iov_base = (char *)whole->msg_iov[i].iov_base + from;
        size -= from;
        if (size > length - taken)
            size = length - taken;
        part[*count].iov_len = size;
        taken += size;
        from = 0;
        ++*count;
    }
    return taken;
}

/* What the kernel would not cut up (too many pieces, no checksum offload) leaves piece by piece. */
static ssize_t send_pieces(int fd, const struct msghdr *whole, size_t segment)
{
    struct iovec part[UNIX_BUFFERS_MAX];
    struct msghdr message = *whole;
    size_t at = 0, taken;

    message.msg_iov = part;
    while ((taken = slice(whole, at, segment, part, &message.msg_iovlen))) {
        ssize_t sent = send_once(fd, &message);

        if (sent < 0 && errno == EAGAIN && at) {
            struct pollfd poll = {.fd = fd, .events = POLLOUT};

            if (sys.poll(&poll, 1, SEGMENT_WAIT_MS) == 1)
                continue;
            errno = ENOBUFS;
        }
        if (sent < 0)
            return sent;
        at += taken;
    }
    return (ssize_t)at;
}

static ssize_t send_message(int fd, const struct msghdr *given, struct xlat_control *control)
{
    char host[XLAT_CONTROL_HOST_MAX] __attribute__((aligned(sizeof(size_t))));
    struct msghdr message = *given;
    int segment = control->segment;
    ssize_t sent;

    merge_ecn(fd, IPPROTO_IP, IP_TOS, control->ecn, &control->traffic);
    merge_ecn(fd, IPPROTO_IPV6, IPV6_TCLASS, control->ecn6, &control->class6);
    message.msg_control = host;
    message.msg_controllen = xlat_control_write(control, host);
    sent = send_once(fd, &message);
    if (sent >= 0 || segment <= 0 || (errno != EINVAL && errno != EMSGSIZE && errno != EIO))
        return sent;
    control->segment = 0;
    message.msg_controllen = xlat_control_write(control, host);
    return send_pieces(fd, &message, (size_t)segment);
}

int unix_send_message(struct send_message_params *params)
{
    const struct unix_buffer *buffers = (const struct unix_buffer *)(uintptr_t)params->buffers;
    struct iovec list[UNIX_BUFFERS_MAX];
    struct sockaddr_storage address;
    struct msghdr message = {.msg_iov = list, .msg_iovlen = params->count};
    struct xlat_control control;
    SOCKET_USE use = SOCKET_UNUSED;
    ssize_t sent;
    int error;

    error = xlat_control_read((const void *)(uintptr_t)params->control, params->control_len,
                              params->word, &control);
    if (!error && params->address_len)
        error = xlat_sockaddr_to_host(params->address, params->address_len, &address,
                                      &message.msg_namelen);
    if (error || (error = socket_use(params->handle, &use)))
        return error;
    if (params->address_len)
        message.msg_name = &address;
    for (uint32_t i = 0; i < params->count; i++) {
        list[i].iov_base = (void *)(uintptr_t)buffers[i].address;
        list[i].iov_len = buffers[i].length;
    }
    sent = send_message(use.fd, &message, &control);
    if (sent < 0)
        error = error_in(XLAT_OP_SEND, errno);
    else
        params->sent = (uint64_t)sent;
    return error;
}
