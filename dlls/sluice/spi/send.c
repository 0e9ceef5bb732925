/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSPSend, WSPSendTo, WSPSendDisconnect. */
#include "spi/send.h"

#include "spi/facts.h"

/* Linux refuses port 0, Windows sends the datagram; this port discards it too. */
#define DISCARD_PORT 9

int send_take_destination(struct transfer *t, const struct sockaddr *to, int tolen,
                          struct destination *destination)
{
    struct sockaddr_in *v4 =
        (struct sockaddr_in *)destination->address; /* v6: port at the same place */
    int error;

    if (!to || (t->facts & FACT_STREAM))
        return 0;
    error = spi_get_address(to, tolen, facts_family(t->facts), destination->address,
                            &destination->length);
    if (error)
        return error;
    if (spi_is_wildcard(destination->address))
        return WSAEADDRNOTAVAIL; /* Windows does not send there */
    if (!v4->sin_port && (t->facts & FACT_DATAGRAM))
        v4->sin_port = htons(DISCARD_PORT);
    t->address = destination->address;
    t->address_len = destination->length;
    return 0;
}

/* Part of its callers, each return costs: see transfer.h. */
__attribute__((always_inline)) static inline int
send_to(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags,
        const struct sockaddr *to, int tolen, LPWSAOVERLAPPED overlapped,
        LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPINT lpErrno)
{
    struct destination destination = {.length = 0};
    struct transfer t;
    DWORD moved;
    int error;

    error = transfer_open(&t, s, buffers, count, overlapped, routine);
    if (!error)
        error = transfer_check_count(&t, sent);
    if (!error)
        error = send_take_destination(&t, to, tolen, &destination);
    if (!error) {
        t.flags = flags;
        error = transfer_send(&t);
    }
    moved = (DWORD)t.moved;
    if (!error && sent)
        guard_put(sent, moved);
    transfer_close(&t);
    return spi_return(error, lpErrno);
}

/* The host runs routines on the thread that calls: `thread` tells nothing. */
int WSPAPI WSPSendTo(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags,
                     const struct sockaddr *to, int tolen, LPWSAOVERLAPPED overlapped,
                     LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread,
                     LPINT lpErrno)
{
    (void)thread;
    return send_to(s, buffers, count, sent, flags, to, tolen, overlapped, routine, lpErrno);
}

int WSPAPI WSPSend(SOCKET s, LPWSABUF buffers, DWORD count, LPDWORD sent, DWORD flags,
                   LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine,
                   LPWSATHREADID thread, LPINT lpErrno)
{
    (void)thread;
    return send_to(s, buffers, count, sent, flags, NULL, 0, overlapped, routine, lpErrno);
}

/* TCP carries no data with its FIN: the buffer is ignored, as on Windows. */
int WSPAPI WSPSendDisconnect(SOCKET s, LPWSABUF data, LPINT lpErrno)
{
    (void)data;
    return WSPShutdown(s, SD_SEND, lpErrno);
}
