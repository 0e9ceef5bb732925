/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The course of a send or receive; see transfer.h. */
#include <stdlib.h>

#include "spi/transfer.h"

#include "spi/direct_lane.h"
#include "spi/facts.h"
#include "spi/hearing.h"
#include "spi/rest.h"
#include "spi/urgent.h"

/* Not in mingw-w64's winsock2.h. */
#ifndef MSG_PUSH_IMMEDIATE
#define MSG_PUSH_IMMEDIATE 0x20
#endif
#ifndef MSG_INTERRUPT
#define MSG_INTERRUPT 0x10
#endif

/* MSG_DONTROUTE may be ignored by a provider, and is; MSG_INTERRUPT has no meaning any more. */
#define SEND_FLAGS (MSG_OOB | MSG_DONTROUTE | MSG_PARTIAL | MSG_INTERRUPT)
#define RECEIVE_FLAGS                                                                              \
    (MSG_OOB | MSG_PEEK | MSG_WAITALL | MSG_PARTIAL | MSG_PUSH_IMMEDIATE | MSG_INTERRUPT)

/* Errors of earlier datagrams that one send puts aside. */
#define MOST_REFUSALS 64

/* No datagram is longer. */
#define LONGEST_DATAGRAM 65536

/* The one place where a lane is chosen. */
static const struct lane *choose_lane(struct transfer *t, bool sending)
{
    if (sending && t->control) {
        direct_may_send(t->s, &t->facts); /* it uses the kept descriptor where there may be one */
        return &message_lane;
    }
    if (t->notice.overlapped)
        return &host_lane;
    if (sending ? direct_may_send(t->s, &t->facts) : direct_may_receive(t->s, &t->facts))
        return &direct_lane;
    return &host_lane;
}

static int copy_list(struct transfer *t, const WSABUF *buffers)
{
    if (!guard_readable(buffers, guard_array(t->count, sizeof(*buffers))))
        return WSAEFAULT;
    if (t->count > TRANSFER_SMALL) {
        WSABUF *list = malloc((size_t)t->count * sizeof(*list));

        if (!list)
            return WSAENOBUFS;
        t->list = t->buffers = list;
    }
    if (!guard_copy(t->buffers, buffers, (size_t)t->count * sizeof(*buffers)))
        return WSAEFAULT;
    for (DWORD i = 0; i < t->count; i++)
        t->total += t->buffers[i].len;
    return 0;
}

int transfer_open(struct transfer *t, SOCKET s, const WSABUF *buffers, DWORD count,
                  LPWSAOVERLAPPED overlapped, LPWSAOVERLAPPED_COMPLETION_ROUTINE routine)
{
    int error;

    memset(t, 0, offsetof(struct transfer, small));
    memset(&t->list, 0, sizeof(*t) - offsetof(struct transfer, list));
    t->s = s;
    t->notice.overlapped = overlapped;
    t->notice.routine = overlapped ? routine : NULL;
    t->list = t->buffers = t->small;
    t->count = count;
    error = facts_of_socket(s, &t->facts);
    if (error)
        return error;
    if (!count)
        return WSAEINVAL;
    return copy_list(t, buffers);
}

void transfer_close(struct transfer *t)
{
    if (t->list != t->small)
        free(t->list);
    if (t->bounce) /* hardly ever, and free() is a call into another DLL */
        free(t->bounce);
}

int transfer_check_count(const struct transfer *t, LPDWORD moved)
{
    if (!moved)
        return t->notice.overlapped ? 0 : WSAEFAULT;
    return guard_writable(moved, sizeof(*moved)) ? 0 : WSAEFAULT;
}

/* A list longer than a lane takes is made shorter where that changes nothing: empty buffers go, and
 * those that lie one behind the other become one. */
static void compact(struct transfer *t)
{
    DWORD kept = 0;

    for (DWORD i = 0; i < t->count; i++) {
        WSABUF next = t->buffers[i], *last = kept ? &t->buffers[kept - 1] : NULL;

        if (!next.len)
            continue;
        if (last && last->buf + last->len == next.buf && last->len + next.len > last->len)
            last->len += next.len;
        else
            t->buffers[kept++] = next;
    }
    if (kept)
        t->count = kept;
    else
        t->count = 1; /* all were empty */
}

static int allocate_bounce(struct transfer *t, ULONGLONG length)
{
    if (length > MAXLONG)
        return WSAENOBUFS;
    t->bounce = malloc((size_t)length);
    return t->bounce ? 0 : WSAENOBUFS;
}

static void use_bounce(struct transfer *t, ULONGLONG length)
{
    t->buffers[0].buf = t->bounce;
    t->buffers[0].len = (ULONG)length;
    t->count = 1;
}

/* Gathers a send of too many pieces into one. */
static int gather(struct transfer *t)
{
    size_t at = 0;
    int error = allocate_bounce(t, t->total);

    if (error)
        return error;
    for (DWORD i = 0; i < t->count; at += t->buffers[i++].len)
        if (!guard_copy(t->bounce + at, t->buffers[i].buf, t->buffers[i].len))
            return WSAEFAULT;
    use_bounce(t, t->total);
    return 0;
}

/* All of it must be readable before the first byte leaves: a stream cannot take back what was sent.
 */
static int check_data(const struct transfer *t)
{
    for (DWORD i = 0; i < t->count; i++)
        if (t->buffers[i].len && !guard_readable(t->buffers[i].buf, t->buffers[i].len))
            return WSAEFAULT;
    return 0;
}

static int check_send(struct transfer *t)
{
    bool is_message = !(t->facts & FACT_STREAM);

    if (t->flags & ~SEND_FLAGS)
        return WSAEOPNOTSUPP;
    /* UDP has neither urgent data nor messages in parts. */
    if (is_message && (t->flags & (MSG_OOB | MSG_PARTIAL)))
        return WSAEOPNOTSUPP;
    if (t->facts & FACT_SEND_ENDED)
        return WSAESHUTDOWN;
    return facts_check_send(t->s, &t->facts);
}

/* Whether the kernel told a send of an earlier datagram.  Where it queues errors, others than
 * "refused" come too, once each. */
static bool is_earlier(const struct transfer *t, int error, int before)
{
    static const int others[] = {WSAEHOSTUNREACH, WSAENETUNREACH, WSAENOPROTOOPT, WSAEACCES};

    if (error == WSAECONNREFUSED)
        return before < MOST_REFUSALS;
    for (size_t i = 0; hearing(t->facts) && i < sizeof(others) / sizeof(others[0]); i++)
        if (error == others[i])
            return !before;
    return false;
}

/* A datagram that the kernel has room for is sent, whatever stands in its way: an error the kernel
 * still held from an earlier one, which is remembered for the next receive; or a send of another
 * thread, for whose short time the host calls the socket busy. */
__attribute__((always_inline)) static inline int send_message(struct transfer *t,
                                                              const struct lane *lane)
{
    struct is_writable_params room = {.handle = t->s};
    int error;

    for (int refusals = 0;;) {
        error = lane->send(t);
        if (is_earlier(t, error, refusals++)) {
            if (!(t->facts & FACT_NO_CONNRESET) && !hearing(t->facts))
                t->facts = facts_set(t->s, FACT_UNREACHABLE, 0);
            continue;
        }
        if (error != WSAEWOULDBLOCK || !(t->facts & FACT_DATAGRAM) ||
            UNIX_CALL(is_writable, &room) || !room.writable)
            return error;
        SwitchToThread();
    }
}

/* What the kernel calls invalid for want of a destination. */
static int refine_send_error(const struct transfer *t, int error)
{
    unsigned char peer[SPI_ADDRESS_MAX];
    int length;

    if ((t->facts & FACT_STREAM) && error == WSAECONNRESET)
        facts_set(t->s, FACT_RESET, 0);
    if (error == WSAEINVAL && !(t->facts & FACT_STREAM) && !t->address &&
        spi_peer_address(t->s, peer, &length))
        return WSAENOTCONN;
    return error;
}

/* A send of no bytes, by whose failure the host tells again when there is room. Returns its error.
 */
static int ask_for_room(const struct transfer *t)
{
    WSABUF none = {0, NULL};
    struct transfer empty = {.s = t->s, .facts = t->facts, .buffers = &none, .count = 1};

    return host_lane.send(&empty);
}

/* While the rest of an earlier send is on its way.  A send that does not wait is not tried: the
 * host would take it if the program has just had it cancel the rest. */
static int send_behind(struct transfer *t, const struct lane *lane)
{
    const bool tries = !t->notice.overlapped && transfer_is_nonblocking(t->s);
    int error = 0;

    for (;;) {
        struct rest *rest = rest_pass(t->s);

        if (!rest || !tries)
            error = lane->send(t);
        else
            error = t->facts & FACT_EVENTS ? ask_for_room(t) : WSAEWOULDBLOCK;
        rest_passed(rest);
        if (!rest || !tries || error)
            return error;
    }
}

int transfer_send(struct transfer *t)
{
    const struct lane *lane;
    int error = check_data(t);

    if (!error)
        error = check_send(t);
    if (error)
        return error;
    lane = choose_lane(t, true);
    if (t->count > lane->most_buffers)
        compact(t);
    if (t->count > lane->most_buffers && (error = gather(t)))
        return error;
    if (t->notice.overlapped && (error = overlapped_begin(t->notice.overlapped)))
        return error;
    if (t->facts & FACT_REST)
        error = send_behind(t, lane);
    else
        error = t->facts & FACT_STREAM ? lane->send(t) : send_message(t, lane);
    if (!error && !t->notice.overlapped && (t->facts & FACT_STREAM) && t->moved < t->total &&
        !(t->flags & MSG_OOB))
        rest_send(t);
    if (error == WSA_IO_PENDING && t->bounce) {
        overlapped_park(t->notice.overlapped, t->bounce);
        t->bounce = NULL;
    }
    return refine_send_error(t, error);
}

/* A request that would wait for ever tells the mode, and is withdrawn. */
bool transfer_is_nonblocking(SOCKET s)
{
    IO_STATUS_BLOCK io = {0}, cancelled;
    int force_async = 0;
    unsigned facts = facts_find(s);
    NTSTATUS status;
    HANDLE event;

    if ((facts & FACT_OWN) && !(facts & FACT_SHARED))
        return (facts & FACT_NONBLOCKING) != 0;
    event = CreateEventW(NULL, TRUE, FALSE, NULL);
    if (!event)
        return false;
    status = NtDeviceIoControlFile((HANDLE)s, event, NULL, NULL, &io, AFD_ADDRESS_LIST_CHANGE,
                                   &force_async, sizeof(force_async), NULL, 0);
    if (status == STATUS_PENDING) {
        NtCancelIoFileEx((HANDLE)s, &io, &cancelled);
        NtWaitForSingleObject(event, FALSE, NULL);
    }
    NtClose(event);
    return status == STATUS_DEVICE_NOT_READY;
}

/* The rules of the documentation of recv. */
static int check_wait_all(const struct transfer *t)
{
    if (!(t->facts & FACT_STREAM) || (t->flags & (MSG_OOB | MSG_PEEK | MSG_PARTIAL)))
        return WSAEOPNOTSUPP;
    return !t->notice.overlapped && transfer_is_nonblocking(t->s) ? WSAEOPNOTSUPP : 0;
}

static int check_receive(struct transfer *t)
{
    int error = 0;

    if (t->flags & ~RECEIVE_FLAGS)
        return WSAEOPNOTSUPP;
    if (!(t->facts & FACT_STREAM) && (t->flags & MSG_OOB))
        return WSAEOPNOTSUPP;
    if (t->flags & MSG_WAITALL)
        error = check_wait_all(t);
    if (!error)
        error = facts_check_receive(t->s, &t->facts);
    /* After a reset the host would complete an overlapped receive with 0 bytes. */
    if (!error && t->notice.overlapped && (t->facts & FACT_STREAM) &&
        facts_was_reset(t->s, t->facts))
        error = WSAECONNRESET;
    return error;
}

static bool is_unwanted(const struct transfer *t, int error)
{
    if (error == WSAENETRESET)
        return (t->facts & FACT_NO_NETRESET) != 0;
    return (error == WSAECONNREFUSED || error == WSAECONNRESET) && (t->facts & FACT_NO_CONNRESET);
}

/* Errors of earlier datagrams arrive as a failed receive: a reset, unless the program does not want
 * to know. */
__attribute__((always_inline)) static inline int receive_message(struct transfer *t,
                                                                 const struct lane *lane)
{
    int error;

    if (t->facts & FACT_UNREACHABLE) {
        t->facts = facts_set(t->s, 0, FACT_UNREACHABLE);
        return WSAECONNRESET;
    }
    do
        error = lane->receive(t);
    while (is_unwanted(t, error));
    return error == WSAECONNREFUSED ? WSAECONNRESET : error;
}

__attribute__((always_inline)) static inline int receive_stream(struct transfer *t,
                                                                const struct lane *lane)
{
    int error = urgent_receive(t, lane);

    if (error == WSAECONNRESET)
        facts_set(t->s, FACT_RESET, 0);
    if (!error && !t->moved && t->total && !t->notice.overlapped && facts_was_reset(t->s, t->facts))
        return WSAECONNRESET;
    return error;
}

/* Takes the first `length` bytes off the list. */
static void advance(struct transfer *t, ULONG_PTR length)
{
    t->total -= length;
    while (t->count && length >= t->buffers->len) {
        length -= t->buffers->len;
        t->buffers++;
        t->count--;
    }
    if (t->count) {
        t->buffers->buf += length;
        t->buffers->len -= (ULONG)length;
    }
}

/* The host answers with what is there; waiting for the rest is up to us.  What came before an error
 * is handed out, and the error comes again with the next call. */
static int receive_all(struct transfer *t, const struct lane *lane)
{
    ULONG_PTR got = 0;
    int error;

    for (;;) {
        t->moved = 0;
        error = receive_stream(t, lane);
        if (error || !t->moved)
            break;
        got += t->moved;
        if (t->moved >= t->total)
            break;
        advance(t, t->moved);
    }
    t->moved = got;
    return got ? 0 : error;
}

/* A datagram for more buffers than the host takes comes in one piece and is dealt out. */
static int receive_scattered(struct transfer *t, const struct lane *lane)
{
    ULONGLONG room = t->total < LONGEST_DATAGRAM ? t->total : LONGEST_DATAGRAM;
    WSABUF whole, first = t->buffers[0];
    DWORD count = t->count;
    ULONG_PTR left;
    int error;

    if (t->notice.overlapped) /* there is no moment after its end at which to deal it out */
        return WSAENOBUFS;
    for (DWORD i = 0; i < count; i++)
        if (!guard_writable(t->buffers[i].buf, t->buffers[i].len))
            return WSAEFAULT;
    error = allocate_bounce(t, room);
    if (error)
        return error;
    use_bounce(t, room);
    error = receive_message(t, lane);
    whole = t->buffers[0];
    t->buffers[0] = first;
    if (error && error != WSAEMSGSIZE)
        return error;
    left = t->moved;
    for (DWORD i = 0; i < count && left; i++) {
        ULONG part = left < t->buffers[i].len ? (ULONG)left : t->buffers[i].len;

        if (!guard_copy(t->buffers[i].buf, whole.buf, part))
            return WSAEFAULT;
        whole.buf += part;
        left -= part;
    }
    return error;
}

/* An overlapped receive with MSG_WAITALL: the kernel does not wake the host before all is there, or
 * the end of the data.  Any other use of the socket for receiving makes it do so again. */
static void set_low_water(struct transfer *t)
{
    struct low_water_params water = {.handle = t->s};

    if (!(t->flags & MSG_WAITALL) || !t->notice.overlapped) {
        if (t->facts & FACT_LOW_WATER)
            facts_end_low_water(t->s);
        return;
    }
    water.bytes = t->total < MAXLONG ? (int32_t)t->total : MAXLONG;
    if (!UNIX_CALL(low_water, &water))
        facts_set(t->s, FACT_LOW_WATER, 0);
}

int transfer_receive(struct transfer *t)
{
    const struct lane *lane;
    int error = check_receive(t);

    if (error)
        return error;
    lane = choose_lane(t, false);
    if (t->count > lane->most_buffers)
        compact(t);
    if (t->notice.overlapped && (error = overlapped_begin(t->notice.overlapped)))
        return error;
    if (!(t->facts & FACT_STREAM))
        return t->count > lane->most_buffers ? receive_scattered(t, lane)
                                             : receive_message(t, lane);
    set_low_water(t);
    if ((t->flags & MSG_WAITALL) && !t->notice.overlapped)
        return receive_all(t, lane);
    return receive_stream(t, lane);
}
