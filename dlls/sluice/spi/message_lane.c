/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sends with control messages: one sendmsg() on the descriptor.  The host has been told that the
 * socket is bound; more it does not need to know of a datagram that leaves. */
#include "spi/transfer.h"

static int wait_writable(SOCKET s)
{
    struct afd_poll_params poll = {
        .timeout = INT64_MAX,
        .count = 1,
        .sockets = {{s, AFD_POLL_WRITE | AFD_POLL_CLOSE, 0}},
    };
    struct afd_poll_params answer = poll;
    int error = afd_call(s, AFD_POLL, &poll, sizeof(poll), &answer, sizeof(answer));

    if (!error && answer.count && (answer.sockets[0].flags & AFD_POLL_CLOSE))
        return WSAEINTR; /* as a send in the host that another thread's closesocket ends */
    return error;
}

static int send_now(struct transfer *t)
{
    struct unix_buffer buffers[UNIX_BUFFERS_MAX] = {0};
    struct send_message_params params = {
        .handle = t->s,
        .buffers = unix_pointer(buffers),
        .control = unix_pointer(t->control->buf),
        .control_len = t->control->len,
        .count = t->count,
        .address_len = t->address ? t->address_len : 0,
    };
    int error;

    for (DWORD i = 0; i < t->count; i++) {
        buffers[i].address = unix_pointer(t->buffers[i].buf);
        buffers[i].length = t->buffers[i].len;
    }
    if (t->address)
        memcpy(params.address, t->address, (size_t)t->address_len);
    for (;;) {
        error = UNIX_CALL(send_message, &params);
        if (error != WSAEWOULDBLOCK || (!t->notice.overlapped && transfer_is_nonblocking(t->s)))
            break;
        error = wait_writable(t->s);
        if (error)
            break;
    }
    t->moved = error ? 0 : (ULONG_PTR)params.sent;
    return error;
}

/* The host signals what the program asked to have signalled, but can say no number of bytes in it:
 * that is stored afterwards, and a packet at a completion port says 0. */
static int complete(struct transfer *t)
{
    ULONG_PTR nothing;
    NTSTATUS status = STATUS_SUCCESS;
    int error = overlapped_issue(t->s, &t->notice, AFD_COMPLETE_ASYNC, &status, sizeof(status),
                                 NULL, 0, &nothing);

    if (error && error != WSA_IO_PENDING)
        return error;
    guard_put(&t->notice.overlapped->InternalHigh, t->moved);
    return 0;
}

static int message_send(struct transfer *t)
{
    int error = send_now(t);

    return error || !t->notice.overlapped ? error : complete(t);
}

static int message_receive(struct transfer *t)
{
    return host_lane.receive(t);
}

const struct lane message_lane = {message_send, message_receive, UNIX_BUFFERS_MAX};
