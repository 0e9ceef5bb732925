/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See poll_request.h. */
#include "spi/poll_request.h"

#include "spi/direct_lane.h"
#include "spi/facts.h"
#include "spi/hearing.h"
#include "spi/thread.h"
#include "spi/urgent.h"
#include "xlat/ready.h"

/* The flags of both lanes are the same. */
#define SAME(flag) _Static_assert((int)READY_##flag == (int)AFD_POLL_##flag, #flag)
SAME(READ);
SAME(OOB);
SAME(WRITE);
SAME(HUP);
SAME(RESET);
SAME(CLOSE);
SAME(ACCEPT);

#define UNITS_PER_MS 10000 /* of 100 ns */

/* From so many sockets on a long wait stays on the descriptors, slice by slice: to begin one takes
 * the host a time that grows with their square, and to end it as much again. */
#define MANY 128

/* Handles have 32 significant bits; the host would look at those only. */
static bool is_handle_value(SOCKET s)
{
    return s == (SOCKET)(LONG_PTR)(LONG)s;
}

bool poll_is_socket(SOCKET s)
{
    struct afd_info info;

    return (LONG_PTR)s > 0 && is_handle_value(s) && !afd_info(s, &info);
}

static size_t params_size(unsigned int count)
{
    return offsetof(struct afd_poll_params, sockets) + count * sizeof(struct afd_poll_socket);
}

static size_t aligned(size_t size)
{
    return (size + 15) & ~(size_t)15;
}

int poll_open(struct poll_request *request, unsigned int room)
{
    const size_t params = aligned(params_size(room));
    unsigned int slots = 8;
    char *memory;

    memset(request, 0, sizeof(*request));
    /* A request's length is a ULONG; that many handles cannot exist anyway. */
    if (room > 0x4000000)
        return WSAENOBUFS;
    while (slots < room * 2)
        slots *= 2;
    memory = room_take(room * sizeof(struct poll_entry) + 2 * params + slots * sizeof(unsigned));
    if (!memory)
        return WSAENOBUFS;
    request->memory = memory;
    request->room = room;
    request->slot_mask = slots - 1;
    request->asked = (struct afd_poll_params *)memory;
    request->answered = (struct afd_poll_params *)(memory + params);
    request->entries = (struct poll_entry *)(memory + 2 * params);
    request->slots = (unsigned int *)(request->entries + room);
    memset(request->slots, 0, slots * sizeof(*request->slots));
    return 0;
}

void poll_close(struct poll_request *request)
{
    room_give(request->memory);
}

/* Where the socket is in the hash table, or the free slot where it belongs.  Handles are multiples
 * of four, and those of one program's sockets lie close together: neighbours stay neighbours. */
static unsigned int *find_slot(const struct poll_request *request, SOCKET s)
{
    unsigned int at = (unsigned int)(s >> 2) & request->slot_mask;

    while (request->slots[at] && request->entries[request->slots[at] - 1].handle != s)
        at = (at + 1) & request->slot_mask;
    return &request->slots[at];
}

/* The socket's enum ready_kind, or READY_HOST. */
static unsigned int kind_of(struct poll_request *request, SOCKET s)
{
    unsigned facts = facts_find(s);

    request->deaf |= (facts & FACT_DATAGRAM) && (facts & FACT_DEAF);
    request->urgent |= (facts & FACT_STREAM) && (facts & FACT_URGENT);
    if (facts & FACT_LOW_WATER)
        facts_end_low_water(s);
    if (!is_handle_value(s) || !direct_may_poll(s, &facts)) {
        if ((facts & FACT_STREAM) && !(facts & FACT_READY))
            facts_note_poller(s);
        return READY_HOST;
    }
    if (facts & FACT_LISTENING)
        return READY_LISTENER;
    if (facts & FACT_STREAM)
        return facts & FACT_RESET ? READY_STREAM_RESET : READY_STREAM;
    if (facts & FACT_UNREACHABLE)
        return READY_DATAGRAM_REFUSED;
    return facts & FACT_NO_CONNRESET ? READY_DATAGRAM_QUIET : READY_DATAGRAM;
}

unsigned int poll_add(struct poll_request *request, SOCKET s, unsigned int flags,
                      unsigned int guess)
{
    struct poll_entry *entry;
    unsigned int *slot;

    if (guess < request->count && request->entries[guess].handle == s) {
        request->entries[guess].asked |= flags;
        return guess;
    }
    slot = find_slot(request, s);
    if (!*slot) {
        entry = &request->entries[request->count];
        *slot = ++request->count;
        entry->handle = s;
        entry->asked = 0;
        entry->state = kind_of(request, s);
        request->hosts += entry->state == READY_HOST;
        request->invalid |= !is_handle_value(s);
    }
    request->entries[*slot - 1].asked |= flags;
    return *slot - 1;
}

unsigned int poll_flags(const struct poll_request *request, unsigned int index)
{
    return request->entries[index].state & ~(unsigned)READY_HOST;
}

bool poll_is_hosts(const struct poll_request *request, unsigned int index)
{
    return (request->entries[index].state & READY_HOST) != 0;
}

/* What an answer tells of a socket for good.  The host calls a stream writable that is connected.
 */
static void learn(SOCKET s, unsigned int flags)
{
    unsigned facts = facts_find(s), added = 0;

    if (flags & AFD_POLL_OOB)
        urgent_note(s);
    if (!(facts & FACT_OWN) || !(facts & FACT_STREAM))
        return;
    if (flags & AFD_POLL_RESET)
        added |= FACT_RESET;
    if ((flags & AFD_POLL_WRITE) && !(flags & AFD_POLL_CONNECT_ERR) && (facts & FACT_CONNECTS))
        added |= FACT_READY;
    if ((facts & added) != added)
        facts_set(s, added, 0);
}

/* The host reads an error of an earlier datagram off the kernel, and tells of it once, as of a
 * failed connect: it is kept for the next receive here.  Returns what is to be said of the socket.
 */
static unsigned int hear_error(struct poll_request *request, const struct poll_entry *entry,
                               unsigned int flags)
{
    const SOCKET s = (SOCKET)entry->handle;
    const unsigned facts = facts_find(s);

    if (!(flags & AFD_POLL_CONNECT_ERR) || !(facts & FACT_DATAGRAM))
        return flags;
    request->deaf = true;
    flags &= ~(unsigned)AFD_POLL_CONNECT_ERR;
    if (facts & FACT_NO_CONNRESET) {
        facts_set(s, FACT_DEAF, 0);
        return flags;
    }
    facts_set(s, FACT_DEAF | (hearing(facts) ? 0 : FACT_UNREACHABLE), 0);
    return flags | (entry->asked & AFD_POLL_READ);
}

/* The host names only the sockets that have something to report. Returns how many those are. */
static unsigned int take_answer(struct poll_request *request, ULONG_PTR length)
{
    const struct afd_poll_params *answer = request->answered;
    unsigned int ready = 0;

    for (unsigned int i = 0; length >= params_size(i + 1) && i < answer->count; i++) {
        SOCKET s = answer->sockets[i].socket;
        unsigned int *slot = find_slot(request, s), flags;

        if (!*slot)
            continue;
        flags =
            hear_error(request, &request->entries[*slot - 1], (unsigned)answer->sockets[i].flags);
        learn(s, flags);
        request->entries[*slot - 1].state |= flags;
        ready += flags != 0;
    }
    return ready;
}

/* To the host a datagram socket cannot be written to while another thread's send is on its way. */
static unsigned int mend_datagrams(struct poll_request *request)
{
    unsigned int mended = 0;

    for (unsigned int i = 0; i < request->count; i++) {
        struct poll_entry *entry = &request->entries[i];
        struct is_writable_params room = {.handle = entry->handle};

        if (!(entry->state & READY_HOST) || !(entry->asked & AFD_POLL_WRITE) ||
            (entry->state & (AFD_POLL_WRITE | AFD_POLL_CLOSE)) ||
            !(facts_find((SOCKET)entry->handle) & FACT_DATAGRAM))
            continue;
        if (!UNIX_CALL(is_writable, &room) && room.writable) {
            entry->state |= AFD_POLL_WRITE;
            mended++;
        }
    }
    return mended;
}

/* Lists the entries the host is to be asked about: those marked READY_HOST. */
static void list_for_host(struct poll_request *request, LONGLONG timeout)
{
    struct afd_poll_params *asked = request->asked;

    memset(asked, 0, offsetof(struct afd_poll_params, sockets));
    asked->timeout = timeout == POLL_FOREVER ? timeout : -timeout;
    for (unsigned int i = 0; i < request->count; i++) {
        const struct poll_entry *entry = &request->entries[i];
        unsigned int flags;

        if (!(entry->state & READY_HOST))
            continue;
        flags = entry->asked;
        if ((flags & AFD_POLL_READ) && (facts_find((SOCKET)entry->handle) & FACT_DATAGRAM))
            flags |= AFD_POLL_CONNECT_ERR;
        asked->sockets[asked->count].socket = (SOCKET)entry->handle;
        asked->sockets[asked->count].flags = (int)flags;
        asked->sockets[asked->count++].status = 0;
    }
}

/* Asks the host about the entries marked READY_HOST. *ready: how many others it found to be ready.
 */
static int ask_host(struct poll_request *request, LONGLONG timeout, unsigned int *ready)
{
    SOCKET carrier;
    ULONG_PTR answered = 0;
    NTSTATUS status;
    ULONG length;

    list_for_host(request, timeout);
    length = (ULONG)params_size(request->asked->count);
    carrier = request->asked->sockets[0].socket;
    status =
        afd_ioctl(carrier, AFD_POLL, request->asked, length, request->answered, length, &answered);
    if (!status)
        *ready += take_answer(request, answered);
    if (!status || status == STATUS_TIMEOUT) {
        *ready += mend_datagrams(request);
        return 0;
    }
    /* A carrier of another kind refuses the request in that kind's own way. */
    return poll_is_socket(carrier) ? xlat_error_from_status((uint32_t)status) : WSAENOTSOCK;
}

/* The whole request is the host's from now on. */
static void leave_to_host(struct poll_request *request)
{
    for (unsigned int i = 0; i < request->count; i++)
        request->entries[i].state = READY_HOST;
}

/* Each socket's lane is chosen anew. */
static void begin_anew(struct poll_request *request)
{
    request->hosts = 0;
    for (unsigned int i = 0; i < request->count; i++) {
        request->entries[i].state = kind_of(request, (SOCKET)request->entries[i].handle);
        request->hosts += request->entries[i].state == READY_HOST;
    }
}

/* Between two slices.  Returns how many sockets are no longer known, that is, have been closed. */
static unsigned int find_closed(struct poll_request *request)
{
    unsigned int closed = 0;

    for (unsigned int i = 0; i < request->count; i++) {
        if (facts_find((SOCKET)request->entries[i].handle))
            continue;
        request->entries[i].state = AFD_POLL_CLOSE;
        closed++;
    }
    return closed;
}

/* Milliseconds, rounded up: a wait never ends early. */
static DWORD milliseconds(LONGLONG timeout)
{
    LONGLONG ms = timeout == POLL_FOREVER ? INFINITE : (timeout + UNITS_PER_MS - 1) / UNITS_PER_MS;

    return ms < INFINITE ? (DWORD)ms : INFINITE;
}

/* What is left of the time after a look that found nothing. */
static LONGLONG left_after(LONGLONG timeout, LONGLONG spent_ms)
{
    const LONGLONG spent = spent_ms * UNITS_PER_MS;

    if (timeout == POLL_FOREVER)
        return timeout;
    return spent < timeout ? timeout - spent : 0;
}

/* Looks at all, at the descriptors by one call that waits up to the slice where none is the host's.
 * Returns false where that cannot be had; *ready: how many are; *timeout: what is left of it. */
static bool look(struct poll_request *request, LONGLONG *timeout, unsigned int *ready, int *error)
{
    const ULONGLONG start = GetTickCount64();
    const DWORD slice = request->hosts ? 0 : direct_slice(milliseconds(*timeout));
    struct poll_params params = {
        .entries = unix_pointer(request->entries),
        .count = request->count,
        .wait_ms = (int32_t)slice,
    };

    request->slept = false;
    if (UNIX_CALL(poll, &params))
        return false;
    *ready = params.ready;
    request->slept = params.is_over && slice;
    for (unsigned int i = 0; params.notable && i < request->count; i++)
        learn((SOCKET)request->entries[i].handle, poll_flags(request, i));
    if (params.hosts)
        *error = ask_host(request, 0, ready);
    if (*error || *ready)
        return true;
    /* the clock ticks in steps longer than a slice may be */
    *timeout = left_after(*timeout, params.is_over ? slice : (LONGLONG)(GetTickCount64() - start));
    if (!*timeout && slice)
        NtTestAlert(); /* else a thread that waits in short turns only would never run its APCs */
    return true;
}

/* Waits in the host. *timeout: what is left of it. */
static int wait_in_host(struct poll_request *request, LONGLONG *timeout, unsigned int *ready)
{
    const LONGLONG most = HEARING_DEAF_WAIT_MS * (LONGLONG)UNITS_PER_MS;
    const ULONGLONG start = GetTickCount64();
    int error;

    leave_to_host(request);
    error = ask_host(request, request->deaf && *timeout > most ? most : *timeout, ready);
    *timeout = left_after(*timeout, (LONGLONG)(GetTickCount64() - start));
    return error;
}

static bool is_urgent(const struct poll_entry *entry)
{
    const unsigned facts = facts_find((SOCKET)entry->handle);

    return (facts & FACT_STREAM) && (facts & FACT_URGENT);
}

/* Takes what no receive may have out of the way. Returns whether something remembered is asked for.
 */
static bool look_for_urgent(const struct poll_request *request)
{
    bool found = false;

    for (unsigned int i = 0; i < request->count; i++) {
        const struct poll_entry *entry = &request->entries[i];

        if (is_urgent(entry) && (urgent_flags((SOCKET)entry->handle) & entry->asked))
            found = true;
    }
    return found;
}

static void add_urgent(struct poll_request *request)
{
    for (unsigned int i = 0; i < request->count; i++) {
        struct poll_entry *entry = &request->entries[i];

        if (is_urgent(entry) && !(entry->state & AFD_POLL_CLOSE))
            entry->state |= urgent_flags((SOCKET)entry->handle) & entry->asked;
    }
}

static int wait_for_any(struct poll_request *request, LONGLONG timeout)
{
    unsigned int ready = 0;
    int error = 0;

    if (request->invalid)
        return WSAENOTSOCK;
    for (;;) {
        if (request->hosts < request->count && look(request, &timeout, &ready, &error) &&
            (error || ready || !timeout))
            return error;
        if (request->count >= MANY && request->slept && !request->hosts) {
            NtTestAlert(); /* runs the thread's APCs, which may close sockets */
            if (find_closed(request))
                return 0;
            begin_anew(request);
            continue;
        }
        error = wait_in_host(request, &timeout, &ready);
        if (error || ready || !timeout || !request->deaf)
            return error;
        begin_anew(request);
    }
}

int poll_wait(struct poll_request *request, LONGLONG timeout)
{
    int error;

    if (!request->urgent)
        return wait_for_any(request, timeout);
    error = wait_for_any(request, look_for_urgent(request) ? 0 : timeout);
    if (!error)
        add_urgent(request);
    return error;
}
