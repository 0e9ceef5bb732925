/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sending and receiving through \Device\Afd.  The host reads these parameters in the process and
 * without protection: every pointer in them is ours or was checked. */
#include "spi/transfer.h"

/* More buffers than this the kernel refuses. */
#define HOST_BUFFERS 1024

/* What the host knows of the flags. */
#define HOST_SEND_FLAGS    MSG_OOB
#define HOST_RECEIVE_FLAGS (MSG_OOB | MSG_PEEK)

static int issue(struct transfer *t, ULONG code, const void *params, ULONG length)
{
    NTSTATUS status;
    int error;

    if (t->notice.overlapped)
        return overlapped_issue(t->s, &t->notice, code, params, length, NULL, 0, &t->moved);
    status = afd_ioctl(t->s, code, params, length, NULL, 0, &t->moved);
    error = status ? xlat_error_from_status((uint32_t)status) : 0;
    /* Another thread closed the socket: a call that waits is interrupted, not an operation aborted.
     */
    return error == WSA_OPERATION_ABORTED ? WSAEINTR : error;
}

static int host_send(struct transfer *t)
{
    struct afd_sendmsg_params params = {
        .addr = (ULONG_PTR)t->address,
        .addr_len = t->address_len,
        .ws_flags = t->flags & HOST_SEND_FLAGS,
        .force_async = t->notice.overlapped != NULL,
        .count = t->count,
        .buffers = (ULONG_PTR)t->buffers,
    };

    return issue(t, AFD_SENDMSG, &params, sizeof(params));
}

static int host_receive(struct transfer *t)
{
    /* read when the request starts; written at its end, with control messages only */
    DWORD own_flags = t->flags & HOST_RECEIVE_FLAGS;
    DWORD *flags = t->flags_live ? t->flags_live : &own_flags;
    struct afd_recvmsg_params params = {
        .control = (ULONG_PTR)t->control,
        .addr = (ULONG_PTR)t->address,
        .addr_len = (ULONG_PTR)(t->address_len_live ? t->address_len_live : &t->address_len),
        .ws_flags = (ULONG_PTR)flags,
        .force_async = t->notice.overlapped != NULL,
        .count = t->count < HOST_BUFFERS ? t->count : HOST_BUFFERS,
        .buffers = (ULONG_PTR)t->buffers,
    };
    int error = issue(t, AFD_RECVMSG, &params, sizeof(params));

    if (t->control && !t->flags_live)
        t->flags = own_flags;
    return error;
}

const struct lane host_lane = {host_send, host_receive, HOST_BUFFERS};
