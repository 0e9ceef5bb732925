/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSARecvMsg and WSASendMsg. */
#include "spi/control.h"
#include "spi/extension.h"
#include "spi/facts.h"
#include "spi/recv.h"
#include "spi/send.h"
#include "pe/log.h"

/* The most control data a send takes: each kind of message a few times over. */
#define CONTROL_SEND_MAX 1024

/* Brings the program's WSAMSG in, after the handle and before all else. */
static int take_message(SOCKET s, LPWSAMSG program, WSAMSG *msg, unsigned *facts)
{
    int error = facts_of_socket(s, facts);

    if (error)
        return error;
    return guard_get(*msg, program) ? 0 : WSAEFAULT;
}

/* What the host stores in a call that waits. */
struct host_control {
    WSABUF buffer;
    char bytes[CONTROL_HOST_MAX] __attribute__((aligned(8)));
};

/* Where a call that waits lets the host store, and an overlapped one: there the host writes to the
 * program's structure when the request ends. */
static int prepare_control(struct transfer *t, LPWSAMSG program, WSAMSG *msg,
                           struct host_control *host)
{
    if (!guard_writable(program, sizeof(*program)) ||
        (msg->Control.len && !guard_writable(msg->Control.buf, msg->Control.len)))
        return WSAEFAULT;
    t->flags = msg->dwFlags & MSG_PEEK; /* the others are answers */
    if (t->facts & FACT_DATAGRAM)
        control_prepare(t->s, (t->facts & FACT_IPV6) != 0, t->notice.overlapped != NULL);
    if (!t->notice.overlapped) {
        host->buffer.len = sizeof(host->bytes);
        host->buffer.buf = host->bytes;
        t->control = &host->buffer;
        return 0;
    }
    t->control = &program->Control;
    t->flags_live = &program->dwFlags;
    return guard_put(&program->dwFlags, t->flags) ? 0 : WSAEFAULT;
}

/* Stores the answer of a call that waited. Returns its error, which may be that of the data. */
static int store_answer(const struct transfer *t, LPWSAMSG program, WSAMSG *msg, int error)
{
    DWORD flags = 0;
    int control_error = control_store(t->s, t->control, &msg->Control, &flags);

    if (error == WSAEMSGSIZE)
        flags |= MSG_TRUNC;
    guard_put(&program->dwFlags, flags);
    guard_put(&program->Control.len, msg->Control.len);
    return error ? error : control_error;
}

static int receive(struct transfer *t, LPWSAMSG program, WSAMSG *msg, LPDWORD received)
{
    struct host_control host;
    struct sender sender;
    DWORD moved;
    int error = transfer_check_count(t, received);

    if (!error)
        error = prepare_control(t, program, msg, &host);
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
        error = store_answer(t, program, msg, error);
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
    INT ignored, length = spi_address_length(facts_family(facts));

    if (!(facts & FACT_DATAGRAM) || facts_check_receive(s, &facts) != WSAEINVAL)
        return;
    ((struct sockaddr *)address)->sa_family = (u_short)facts_family(facts);
    WSPBind(s, (struct sockaddr *)address, length, &ignored); /* the send finds out what failed */
}

/* Raw sockets may be the host's imitation of one, which needs each packet to pass through it: there
 * control messages are left out, and that is said once. */
static bool takes_control(unsigned facts)
{
    static volatile LONG said;

    if (facts & FACT_DATAGRAM)
        return true;
    if (!InterlockedExchange(&said, 1))
        log_line("WSASendMsg: control messages are not sent on raw sockets");
    return false;
}

/* Through the lane that has control messages. */
static int send_with_control(SOCKET s, const WSAMSG *msg, DWORD flags, LPDWORD sent,
                             LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    char control[CONTROL_SEND_MAX];
    WSABUF list = {msg->Control.len, control};
    struct destination destination;
    struct transfer t;
    DWORD moved;
    int error;

    error = transfer_open(&t, s, msg->lpBuffers, msg->dwBufferCount, overlapped, routine);
    if (!error)
        error = transfer_check_count(&t, sent);
    if (!error && msg->Control.len > sizeof(control))
        error = WSAENOBUFS;
    if (!error && !guard_copy(control, msg->Control.buf, msg->Control.len))
        error = WSAEFAULT;
    if (!error)
        error = send_take_destination(&t, msg->name, msg->namelen, &destination);
    if (!error) {
        t.flags = flags;
        t.control = &list;
        error = transfer_send(&t);
    }
    moved = (DWORD)t.moved;
    if (!error && sent)
        guard_put(sent, moved);
    transfer_close(&t);
    return error;
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
    if (msg.Control.len && takes_control(facts))
        return send_with_control(s, &msg, flags, sent, overlapped, routine);
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
