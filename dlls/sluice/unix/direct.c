/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Moving data on the descriptor kept for a socket.  Nothing here asks the host.
 *
 * Where the kernel's answer is one that the host knows better (a bad pointer may be a page whose
 * writes it watches, an odd state of the socket is its own), the call is left to the host. */
#include <errno.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>
#include <sys/uio.h>

#include "calls.h"
#include "deadline.h"
#include "host.h"
#include "icmp.h"
#include "record.h"
#include "sys.h"
#include "winabi.h"
#include "xlat/control.h"
#include "error.h"
#include "xlat/msgflags.h"
#include "xlat/sockaddr.h"

/* A call under way.  One buffer, which is the usual case, goes without a message header: the kernel
 * spends a third of a short call on it. */
struct direct {
    struct record_ref *ref;
    int flags;
    bool is_stream, hears, heard;
    ssize_t (*step)(struct direct *call); /* one try: recvmsg() or the like */
    struct msghdr message;
    struct sockaddr_storage address; /* in use where message.msg_name is set */
    struct iovec list[UNIX_BUFFERS_MAX];
};

/* Not by an initializer, which would clear the whole of it. */
static void prepare(struct direct *call, struct record_ref *ref, int32_t is_stream)
{
    call->ref = ref;
    call->is_stream = is_stream != 0;
    call->hears = call->heard = false;
    memset(&call->message, 0, sizeof(call->message));
}

int unix_open_record(struct open_record_params *params)
{
    return record_open(params->handle);
}

static int obtain_hearing(uint64_t handle, int *fd)
{
    int error = host_socket_fd(handle, fd);

    if (!error)
        icmp_keep(*fd, true);
    return error;
}

int unix_keep(struct keep_params *params)
{
    return record_keep(params->handle, params->hears ? obtain_hearing : host_socket_fd);
}

int unix_forget_errors(struct forget_errors_params *params)
{
    RECORD_REF ref = {.record = NULL};

    if (!record_take(params->handle, &ref))
        return DIRECT_GONE;
    icmp_keep(ref.fd, false);
    return 0;
}

int unix_drop(struct drop_params *params)
{
    record_drop(params->handle);
    return 0;
}

static void take_buffers(struct direct *call, uint64_t buffers, uint32_t count)
{
    const struct unix_buffer *given = (const struct unix_buffer *)(uintptr_t)buffers;

    for (uint32_t i = 0; i < count; i++) {
        call->list[i].iov_base = (void *)(uintptr_t)given[i].address;
        call->list[i].iov_len = given[i].length;
    }
    call->message.msg_iov = call->list;
    call->message.msg_iovlen = count;
}

/* DIRECT_HOST for what the host is to answer, else the WSA code. */
static int judge_error(enum xlat_operation operation, int err)
{
    static const int hosts[] = {EFAULT,  EINVAL, ENOTCONN, EOPNOTSUPP, EDESTADDRREQ,
                                EISCONN, ENOMEM, ENOBUFS,  EACCES,     EPERM};

    for (size_t i = 0; i < sizeof(hosts) / sizeof(hosts[0]); i++)
        if (err == hosts[i])
            return DIRECT_HOST;
    return error_in(operation, err);
}

/* After a step that failed: an error of an earlier datagram is told in its turn, by itself, as ECONNREFUSED
 * or ENETRESET; after one that tells nothing the step is done again. */
static ssize_t hear(struct direct *call)
{
    for (;;) {
        int error = errno;
        ssize_t moved;

        if (error == EINTR || error == EFAULT)
            return -1;
        switch (icmp_take(call->ref->fd)) {
        case ICMP_NONE:
            errno = error;
            return -1;
        case ICMP_UNREACHABLE:
            call->heard = true;
            errno = ECONNREFUSED;
            return -1;
        case ICMP_EXPIRED:
            call->heard = true;
            errno = ENETRESET;
            return -1;
        case ICMP_OTHER:
            call->heard = true;
        }
        moved = call->step(call);
        if (moved >= 0)
            return moved;
    }
}

/* One try, and where that says "not now" a wait and the next, `ms` milliseconds in all: what woke
 * this thread may be another's by the time it looks.  Returns the call's result, or -1 with errno;
 * ECANCELED: the record was dropped. */
__attribute__((always_inline)) static inline ssize_t run(struct direct *call, short events, int ms)
{
    int64_t deadline = 0;

    for (;;) {
        ssize_t moved = call->step(call);
        int left;

        if (moved < 0 && call->hears)
            moved = hear(call);
        if (moved >= 0 || (errno != EAGAIN && errno != EINTR))
            return moved;
        if (errno == EINTR)
            continue;
        if (!deadline)
            deadline = deadline_in(ms);
        left = deadline_left(deadline);
        switch (left ? record_wait(call->ref, events, left) : 0) {
        case RECORD_DROPPED:
            errno = ECANCELED;
            return -1;
        case 0:
            errno = EAGAIN;
            return -1;
        }
    }
}

static ssize_t receive_message(struct direct *call)
{
    return sys.recvmsg(call->ref->fd, &call->message, call->flags);
}

static ssize_t receive_one(struct direct *call)
{
    struct iovec *buffer = call->list;

    return sys.recv(call->ref->fd, buffer->iov_base, buffer->iov_len, call->flags);
}

/* MSG_TRUNC: the result is the datagram's whole length. */
static ssize_t receive_datagram(struct direct *call)
{
    struct iovec *buffer = call->list;

    call->message.msg_namelen = sizeof(call->address);
    return sys.recvfrom(call->ref->fd, buffer->iov_base, buffer->iov_len, call->flags | MSG_TRUNC,
                        (struct sockaddr *)&call->address, &call->message.msg_namelen);
}

static int store_received(struct receive_params *params, struct direct *call, ssize_t moved)
{
    int32_t room = sizeof(params->address);

    params->moved = (uint64_t)moved;
    params->flags = 0;
    params->address_len = 0;
    if (call->is_stream)
        return 0;
    params->flags = xlat_msgflags_from_host(call->message.msg_flags, NULL);
    if (call->message.msg_namelen &&
        !xlat_sockaddr_from_host(&call->address, call->message.msg_namelen, params->address, &room))
        params->address_len = room;
    if (params->control)
        params->control_len =
            xlat_control_received(&call->message, (void *)(uintptr_t)params->control,
                                  params->control_len, params->word);
    return call->message.msg_flags & MSG_TRUNC ? WS_WSAEMSGSIZE : 0;
}

static enum xlat_operation operation_of(const struct receive_params *params)
{
    if (params->flags & WS_MSG_OOB)
        return XLAT_OP_RECV_OOB;
    return params->is_stream ? XLAT_OP_RECV : XLAT_OP_RECV_DATAGRAM;
}

int unix_receive(struct receive_params *params)
{
    char control[XLAT_CONTROL_RECEIVE_MAX] __attribute__((aligned(sizeof(size_t))));
    enum xlat_operation operation = operation_of(params);
    struct direct call;
    RECORD_REF ref = {.record = NULL};
    ssize_t moved;

    if (!record_take(params->handle, &ref))
        return DIRECT_GONE;
    if (xlat_msgflags_to_host(XLAT_RECEIVE, params->flags, &call.flags))
        return DIRECT_HOST;
    call.flags |= MSG_DONTWAIT;
    prepare(&call, &ref, params->is_stream);
    take_buffers(&call, params->buffers, params->count);
    call.step = receive_message;
    if (!params->is_stream) {
        call.message.msg_name = &call.address;
        call.message.msg_namelen = sizeof(call.address);
    }
    if (params->control) {
        call.message.msg_control = control;
        call.message.msg_controllen = sizeof(control);
    } else if (params->count == 1) {
        call.step = params->is_stream ? receive_one : receive_datagram;
    }
    call.hears = params->hears;
    moved = run(&call, call.flags & MSG_OOB ? POLLPRI : POLLIN, params->wait_ms);
    params->heard = call.heard;
    if (params->count == 1 && moved > (ssize_t)call.list->iov_len) { /* receive_datagram's */
        call.message.msg_flags = MSG_TRUNC;
        moved = (ssize_t)call.list->iov_len;
    }
    if (moved >= 0)
        return store_received(params, &call, moved);
    return errno == ECANCELED ? DIRECT_DROPPED : judge_error(operation, errno);
}

static ssize_t send_message(struct direct *call)
{
    return sys.sendmsg(call->ref->fd, &call->message, call->flags);
}

static ssize_t send_one(struct direct *call)
{
    struct iovec *buffer = call->message.msg_iov;

    return sys.sendto(call->ref->fd, buffer->iov_base, buffer->iov_len, call->flags,
                      call->message.msg_name, call->message.msg_namelen);
}

/* Takes what has been sent off the list. */
static void advance(struct msghdr *message, size_t length)
{
    while (message->msg_iovlen && length >= message->msg_iov->iov_len) {
        length -= message->msg_iov->iov_len;
        message->msg_iov++;
        message->msg_iovlen--;
    }
    if (message->msg_iovlen) {
        message->msg_iov->iov_base = (char *)message->msg_iov->iov_base + length;
        message->msg_iov->iov_len -= length;
    }
}

/* A stream takes a long send in parts; what has gone is counted even where the next part fails. */
__attribute__((always_inline)) static inline int send_all(struct send_params *params,
                                                          struct direct *call)
{
    do {
        ssize_t moved = run(call, POLLOUT, params->wait_ms);

        if (moved < 0)
            return errno == ECANCELED ? DIRECT_DROPPED : judge_error(XLAT_OP_SEND, errno);
        params->moved += (uint64_t)moved;
        advance(&call->message, (size_t)moved);
    } while (params->is_stream && call->message.msg_iovlen);
    return 0;
}

int unix_send(struct send_params *params)
{
    struct direct call;
    RECORD_REF ref = {.record = NULL};
    int error = 0;

    params->moved = 0;
    if (!record_take(params->handle, &ref))
        return DIRECT_GONE;
    if (xlat_msgflags_to_host(XLAT_SEND, params->flags, &call.flags))
        return DIRECT_HOST;
    call.flags |= MSG_DONTWAIT | MSG_NOSIGNAL;
    prepare(&call, &ref, params->is_stream);
    if (params->address_len) {
        error = xlat_sockaddr_to_host(params->address, params->address_len, &call.address,
                                      &call.message.msg_namelen);
        call.message.msg_name = &call.address;
    }
    take_buffers(&call, params->buffers, params->count);
    call.step = params->count == 1 ? send_one : send_message;
    return error ? error : send_all(params, &call);
}
