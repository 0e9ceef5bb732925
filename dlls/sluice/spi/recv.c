/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSPRecv, WSPRecvFrom, WSPRecvDisconnect. */
#include "spi/recv.h"

#include "spi/facts.h"

int recv_prepare_sender(struct transfer *t, struct sockaddr *from, LPINT fromlen,
                        struct sender *sender)
{
    int room, need = spi_address_length(facts_family(t->facts));

    sender->program = NULL;
    if (!from || (t->facts & FACT_STREAM)) /* a connection's peer is known: nothing is stored */
        return 0;
    if (!fromlen || !guard_get(room, fromlen) || room < need || !guard_writable(from, need) ||
        !guard_put(fromlen, room))
        return WSAEFAULT;
    if (t->notice.overlapped) {
        /* The host clears as much as it is told there is room. */
        guard_put(fromlen, need);
        t->address = from;
        t->address_len_live = fromlen;
        return 0;
    }
    memset(sender->address, 0, sizeof(sender->address));
    sender->program = from;
    sender->program_len = fromlen;
    t->address = sender->address;
    t->address_len = sizeof(sender->address);
    return 0;
}

void recv_store_sender(const struct transfer *t, const struct sender *sender)
{
    const struct sockaddr *address = (const struct sockaddr *)sender->address;

    if (sender->program && address->sa_family)
        spi_put_address(sender->program, sender->program_len, address, t->address_len);
}

/* A receive that fails before the host hears of it enables FD_READ messages again all the same
 * (Wine's tests; network events it does not).  Looking at one byte does that. */
static void enable_messages(SOCKET s)
{
    char byte;
    WSABUF one = {1, &byte};
    DWORD peek = MSG_PEEK;
    struct afd_recvmsg_params params = {
        .ws_flags = (ULONG_PTR)&peek, .count = 1, .buffers = (ULONG_PTR)&one};

    afd_call(s, AFD_RECVMSG, &params, sizeof(params), NULL, 0); /* the socket does not block */
}

/* Part of its callers, each return costs: see transfer.h. */
__attribute__((always_inline)) static inline int
receive_from(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags,
             struct sockaddr *from, LPINT fromlen, LPWSAOVERLAPPED overlapped,
             LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPINT lpErrno)
{
    struct sender sender = {0};
    struct transfer t;
    DWORD moved;
    int error;

    error = transfer_open(&t, s, buffers, count, overlapped, routine);
    if (!error)
        error = transfer_check_count(&t, received);
    if (!error && (!guard_get(t.flags, flags) || !guard_put(flags, t.flags)))
        error = WSAEFAULT;
    if (!error)
        error = recv_prepare_sender(&t, from, fromlen, &sender);
    if (!error)
        error = transfer_receive(&t);
    else
        t.moved = 0;
    if (!error || error == WSAEMSGSIZE) {
        recv_store_sender(&t, &sender);
        moved = (DWORD)t.moved;
        if (received)
            guard_put(received, moved);
        t.flags &= MSG_OOB; /* what was asked for has been done; urgent data is said to be such */
        guard_put(flags, t.flags);
    }
    if (error == WSAEFAULT && (t.facts & FACT_MESSAGES))
        enable_messages(s);
    transfer_close(&t);
    return spi_return(error, lpErrno);
}

/* The host runs routines on the thread that calls: `thread` tells nothing. */
int WSPAPI WSPRecvFrom(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags,
                       struct sockaddr *from, LPINT fromlen, LPWSAOVERLAPPED overlapped,
                       LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread,
                       LPINT lpErrno)
{
    (void)thread;
    return receive_from(s, buffers, count, received, flags, from, fromlen, overlapped, routine,
                        lpErrno);
}

int WSPAPI WSPRecv(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD received, LPDWORD flags,
                   LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
                   LPWSATHREADID thread, LPINT lpErrno)
{
    (void)thread;
    return receive_from(s, buffers, count, received, flags, NULL, NULL, overlapped, routine,
                        lpErrno);
}

/* TCP carries no data with its FIN: the buffer is left alone, as on Windows. */
int WSPAPI WSPRecvDisconnect(SOCKET s, LPWSABUF data, LPINT lpErrno)
{
    (void)data;
    return WSPShutdown(s, SD_RECEIVE, lpErrno);
}
