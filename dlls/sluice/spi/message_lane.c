/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sends with control messages: one sendmsg() on the descriptor.  The host has been told that the
 * socket is bound; more it does not need to know of a datagram that leaves. */
#include "spi/direct_lane.h"

#include "spi/facts.h"

static int send_now(struct transfer *t)
{
    struct unix_buffer buffers[UNIX_BUFFERS_MAX];
    struct send_message_params params = {
        .handle = t->s,
        .buffers = unix_pointer(buffers),
        .control = unix_pointer(t->control->buf),
        .control_len = t->control->len,
        .word = sizeof(SIZE_T),
        .count = direct_buffers(t, 0, buffers),
        .address_len = t->address ? t->address_len : 0,
    };
    const DWORD timeout = facts_timeout(t->s, TIMEOUT_SEND);
    DWORD left = timeout && !t->notice.overlapped ? timeout : INFINITE;
    int error;

    if (t->address)
        memcpy(params.address, t->address, (size_t)t->address_len);
    for (;;) {
        error = UNIX_CALL(send_message, &params);
        if (error != WSAEWOULDBLOCK || (!t->notice.overlapped && transfer_is_nonblocking(t->s)))
            break;
        error = direct_wait(t->s, AFD_POLL_WRITE, &left);
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
