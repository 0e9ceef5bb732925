/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSARecvMsg and WSASendMsg. */
#include "spi/extension.h"
#include "spi/facts.h"
#include "spi/recv.h"
#include "pe/log.h"

/* Brings the program's WSAMSG in, after the handle and before all else. */
static int take_message(SOCKET s, LPWSAMSG program, WSAMSG *msg, unsigned *facts)
{
    int error = facts_of_socket(s, facts);

    if (error)
        return error;
    return guard_get(*msg, program) ? 0 : WSAEFAULT;
}

/* Where a call that waits lets the host store, and an overlapped one: there the host writes to the
 * program's structure when the request ends. */
static int prepare_control(struct transfer *t, LPWSAMSG program, WSAMSG *msg)
{
    if (!guard_writable(program, sizeof(*program)) ||
        (msg->Control.len && !guard_writable(msg->Control.buf, msg->Control.len)))
        return WSAEFAULT;
    t->flags = msg->dwFlags & MSG_PEEK; /* the others are answers */
    if (!t->notice.overlapped) {
        t->control = &msg->Control;
        return 0;
    }
    t->control = &program->Control;
    t->flags_live = &program->dwFlags;
    return guard_put(&program->dwFlags, t->flags) ? 0 : WSAEFAULT;
}

/* The host tells only of cut control messages; a datagram that failed otherwise, or that filled the
 * buffers to the last byte, was cut itself. */
static void store_answer(const struct transfer *t, LPWSAMSG program, const WSAMSG *msg, int error)
{
    DWORD flags = t->flags & MSG_CTRUNC;

    if (error == WSAEMSGSIZE && (!flags || t->moved >= t->total))
        flags |= MSG_TRUNC;
    guard_put(&program->dwFlags, flags);
    guard_put(&program->Control.len, msg->Control.len);
}

static int receive(struct transfer *t, LPWSAMSG program, WSAMSG *msg, LPDWORD received)
{
    struct sender sender;
    DWORD moved;
    int error = transfer_check_count(t, received);

    if (!error)
        error = prepare_control(t, program, msg);
    if (!error)
        error = recv_prepare_sender(t, msg->name, msg->name ? &program->namelen : NULL, &sender);
    if (!error && (t->facts & FACT_STREAM))
        error = WSAEINVAL;
    if (error)
        return error;
    error = transfer_receive(t);
    if (error && error != WSAEMSGSIZE)
        return error;
    moved = (DWORD)t->moved;
    if (received)
        guard_put(received, moved);
    if (!t->notice.overlapped) {
        recv_store_sender(t, &sender);
        store_answer(t, program, msg, error);
    }
    return error;
}

INT PASCAL ext_recv_msg(SOCKET s, LPWSAMSG program, LPDWORD received, LPWSAOVERLAPPED overlapped,
                        LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    struct transfer t;
    unsigned facts;
    WSAMSG msg;
    int error = take_message(s, program, &msg, &facts);

    if (error)
        return extension_return(error) ? 0 : SOCKET_ERROR;
    error = transfer_open(&t, s, msg.lpBuffers, msg.dwBufferCount, overlapped, routine);
    if (!error)
        error = receive(&t, program, &msg, received);
    transfer_close(&t);
    return extension_return(error) ? 0 : SOCKET_ERROR;
}

/* Windows binds the socket as soon as it has a message to look at, even where the call fails later.
 */
static void bind_to_any(SOCKET s, unsigned facts)
{
    unsigned char address[SPI_ADDRESS_MAX] = {0};
    INT ignored,
        length = facts & FACT_IPV6 ? sizeof(struct sockaddr_in6) : sizeof(struct sockaddr_in);

    if (!(facts & FACT_DATAGRAM) || facts_check_receive(s, &facts) != WSAEINVAL)
        return;
    ((struct sockaddr *)address)->sa_family = facts & FACT_IPV6 ? AF_INET6 : AF_INET;
    WSPBind(s, (struct sockaddr *)address, length, &ignored); /* the send finds out what failed */
}

/* The host has no way to send control messages: well-formed ones are left out, and that is said
 * once. */
static int check_control(const WSABUF *control)
{
    static volatile LONG said;
    WSACMSGHDR header;

    for (ULONGLONG at = 0; at < control->len; at += WSA_CMSGHDR_ALIGN(header.cmsg_len)) {
        if (control->len - at < sizeof(header))
            break;
        if (!guard_get(header, control->buf + at))
            return WSAEFAULT;
        if (header.cmsg_len < sizeof(header) || header.cmsg_len > control->len - at)
            return WSAEINVAL;
    }
    if (control->len && !InterlockedExchange(&said, 1))
        log_line("WSASendMsg: control messages are not sent");
    return 0;
}

static int send_message(SOCKET s, LPWSAMSG program, DWORD flags, LPDWORD sent,
                        LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    unsigned facts;
    WSAMSG msg;
    INT result, error = take_message(s, program, &msg, &facts);

    if (error)
        return error;
    bind_to_any(s, facts);
    if (!sent && !overlapped)
        return WSAEFAULT;
    if (facts & FACT_STREAM)
        return WSAEINVAL;
    error = check_control(&msg.Control);
    if (error)
        return error;
    result = WSPSendTo(s, msg.lpBuffers, msg.dwBufferCount, sent, flags, msg.name, msg.namelen,
                       overlapped, routine, NULL, &error);
    return result ? error : 0;
}

INT PASCAL ext_send_msg(SOCKET s, LPWSAMSG msg, DWORD flags, LPDWORD sent,
                        LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    int error = send_message(s, msg, flags, sent, overlapped, routine);

    return extension_return(error) ? 0 : SOCKET_ERROR;
}
