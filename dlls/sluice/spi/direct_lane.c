/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See direct_lane.h. */
#include "spi/direct_lane.h"

#include "spi/facts.h"
#include "spi/hearing.h"
#include "spi/identity.h"
#include "spi/upcall.h"
#include "spi/watch.h"
#include "pe/options.h"

/* States in which the host has to move the data: it re-arms events with each call, orders what it
 * has queued, and knows what another handle's owner did. */
#define HOSTS_ALWAYS  (FACT_SHARED | FACT_REUSABLE | FACT_REUSED)
#define HOSTS_SEND    (HOSTS_ALWAYS | FACT_EVENTS | FACT_SENDS | FACT_REST | FACT_SHUT_DOWN)
#define HOSTS_POLL    (HOSTS_ALWAYS | FACT_RECEIVES | FACT_SENDS | FACT_REST)
#define HOSTS_RECEIVE (HOSTS_ALWAYS | FACT_EVENTS | FACT_RECEIVES | FACT_RECEIVE_ENDED)

/* How often a close that is under way is given a turn to end. */
#define MOST_TRIES 1000

/* What is in force.  A kind of call that the options leave to the host has every fact here. */
static struct {
    const char *names[5]; /* in HOST_LANE; the provider cannot tell them apart */
    unsigned hosts;
} kinds[] = {
    {{"send", "sendto", "WSASend", "WSASendTo"}, HOSTS_SEND},
    {{"recv", "recvfrom", "WSARecv", "WSARecvFrom"}, HOSTS_RECEIVE},
    {{"select", "WSAPoll"}, HOSTS_POLL},
};
enum { KIND_SEND, KIND_RECEIVE, KIND_POLL };

static bool has_a_lane(const char *word)
{
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
        for (const char **name = kinds[i].names; *name; name++)
            if (!_stricmp(word, *name))
                return true;
    return false;
}

void direct_options(void)
{
    option_say_unknown(OPTION_HOST_LANE, has_a_lane);
    for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
        if (!option_on(OPTION_DIRECT))
            kinds[i].hosts = ~0u;
        for (const char **name = kinds[i].names; *name; name++)
            if (option_has(OPTION_HOST_LANE, *name))
                kinds[i].hosts = ~0u;
    }
}

static bool keep(SOCKET s, unsigned *facts)
{
    struct keep_params params = {.handle = s, .hears = hearing(*facts | FACT_KEPT)};

    if (*facts & FACT_KEPT)
        return true;
    if (UNIX_CALL(keep, &params))
        return false;
    *facts = facts_set(s, FACT_KEPT, 0);
    return true;
}

/* Raw sockets may be the host's imitation of one, which needs each packet to pass through it. */
static bool may(SOCKET s, unsigned *facts, unsigned needed, unsigned hosts)
{
    return watch_active() && (*facts & needed) && (*facts & FACT_OWN) && !(*facts & hosts) &&
           (*facts & (FACT_STREAM | FACT_DATAGRAM)) && keep(s, facts);
}

bool direct_may_send(SOCKET s, unsigned *facts)
{
    return may(s, facts, FACT_READY, kinds[KIND_SEND].hosts);
}

bool direct_may_receive(SOCKET s, unsigned *facts)
{
    return may(s, facts, FACT_READY, kinds[KIND_RECEIVE].hosts);
}

bool direct_may_poll(SOCKET s, unsigned *facts)
{
    /* An AcceptEx that pends takes the connection before anybody hears of it. */
    const unsigned listener = FACT_OVERLAPPED | FACT_DEFERRED;

    return may(s, facts, FACT_READY | FACT_LISTENING,
               kinds[KIND_POLL].hosts | (*facts & FACT_LISTENING ? listener : 0));
}

DWORD direct_slice(DWORD left)
{
    DWORD_PTR context;

    if (upcall_blocking_hook(&context))
        return 0;
    return left < DIRECT_SLICE_MS ? left : DIRECT_SLICE_MS;
}

/* The host has read a datagram socket's error off the kernel, and waits for the socket no more.
 * What the kernel has not queued as well is told here. */
static int meet_error(SOCKET s, unsigned facts)
{
    facts_set(s, FACT_DEAF, 0);
    return hearing(facts) || (facts & FACT_NO_CONNRESET) ? 0 : WSAECONNRESET;
}

int direct_wait(SOCKET s, int flags, DWORD *left)
{
    const unsigned facts = facts_find(s);
    const int errors = facts & FACT_DATAGRAM ? AFD_POLL_CONNECT_ERR : 0;
    const DWORD most = hearing_is_sure(facts) ? INFINITE : HEARING_DEAF_WAIT_MS;
    const DWORD wait = *left < most ? *left : most;
    struct afd_poll_params poll = {
        .timeout = wait == INFINITE ? INT64_MAX : wait * -10000LL,
        .count = 1,
        .sockets = {{s, flags | errors | AFD_POLL_HUP | AFD_POLL_RESET | AFD_POLL_CLOSE, 0}},
    };
    struct afd_poll_params answer = poll;
    const ULONGLONG start = GetTickCount64();
    ULONGLONG spent;
    NTSTATUS status;

    answer.count = 0;
    status = afd_ioctl(s, AFD_POLL, &poll, sizeof(poll), &answer, sizeof(answer), NULL);
    if (status == STATUS_TIMEOUT)
        status = answer.count = 0;
    if (!status && !answer.count && wait == *left)
        return WSAETIMEDOUT;
    if (status)
        return xlat_error_from_status((uint32_t)status);
    spent = GetTickCount64() - start;
    if (*left != INFINITE)
        *left -= spent < *left ? (DWORD)spent : *left;
    if (!answer.count) /* only the wait is over, not the time */
        return 0;
    if (answer.sockets[0].flags & AFD_POLL_CLOSE)
        return WSAEINTR;
    return answer.sockets[0].flags & errors ? meet_error(s, facts) : 0;
}

/* A call's waits: what the mode and the timeouts allow. */
struct patience {
    SOCKET s;
    int flags;  /* AFD_POLL_READ or AFD_POLL_WRITE */
    DWORD left; /* milliseconds; INFINITE */
    DWORD slice;
    uint32_t token; /* identity of the socket waited for in the host; 0: no such wait yet */
};

static struct patience begin(const struct transfer *t, int flags, enum facts_timeout which)
{
    struct patience patience = {t->s, flags, INFINITE, 0, 0};
    DWORD timeout;

    if (t->facts & FACT_NONBLOCKING) {
        patience.left = 0;
        return patience;
    }
    timeout = facts_timeout(t->s, which);
    if (timeout)
        patience.left = timeout;
    patience.slice = direct_slice(patience.left);
    return patience;
}

/* What the handle stands for; a close that is under way may fail, and is seen through.  0: none. */
static uint32_t identity_at_rest(SOCKET s)
{
    uint32_t token = identity_learn(s);

    for (int tries = 0; !token && tries < MOST_TRIES; tries++) {
        SwitchToThread();
        token = identity_learn(s);
    }
    return token;
}

/* Closed during the wait, the handle may name another socket by now: its data are not ours. */
static bool is_same(const struct patience *patience)
{
    return !patience->token || identity_at_rest(patience->s) == patience->token;
}

/* After a try that found nothing within the slice. Returns 0 to try again, or the call's error. */
static int wait_on(struct patience *patience)
{
    int error;

    if (!patience->left)
        return WSAEWOULDBLOCK;
    if (patience->left != INFINITE)
        patience->left -= patience->slice;
    if (!patience->left)
        return WSAETIMEDOUT;
    if (!patience->token && !(patience->token = identity_at_rest(patience->s)))
        return WSAEINTR;
    error = direct_wait(patience->s, patience->flags, &patience->left);
    if (!error && !is_same(patience))
        error = WSAEINTR;
    if (!error && !patience->left)
        patience->left = 1; /* there was something in the last moment */
    patience->slice = 0;
    return error;
}

uint32_t direct_buffers(const struct transfer *t, ULONG_PTR skip,
                        struct unix_buffer list[UNIX_BUFFERS_MAX])
{
    uint32_t count = 0;

    for (DWORD i = 0; i < t->count && count < UNIX_BUFFERS_MAX; i++) {
        ULONG_PTR here = skip < t->buffers[i].len ? skip : t->buffers[i].len;

        skip -= here;
        if (here && here == t->buffers[i].len)
            continue;
        list[count].address = unix_pointer(t->buffers[i].buf + here);
        list[count].length = t->buffers[i].len - (ULONG)here;
        list[count++].reserved = 0;
    }
    return count;
}

/* Windows looks at a buffer's whole range before there is data.  Its end tells of a length that is
 * nonsense; what lies before it is found by the kernel when data gets there. */
static bool ends_are_there(const struct transfer *t)
{
    for (DWORD i = 0; i < t->count; i++) {
        const char *first = t->buffers[i].buf, *last = first + t->buffers[i].len - 1;

        if (t->buffers[i].len && (last < first || !guard_readable(last, 1)))
            return false;
    }
    return true;
}

_Static_assert(sizeof(((struct send_params *)0)->address) == SPI_ADDRESS_MAX &&
                   sizeof(((struct receive_params *)0)->address) == SPI_ADDRESS_MAX,
               "addresses are copied whole: a constant length takes no call");

static void take_sender(struct transfer *t, const struct receive_params *params)
{
    if (!t->address || !params->address_len)
        return;
    memcpy(t->address, params->address, sizeof(params->address));
    t->address_len = params->address_len;
}

static int direct_receive(struct transfer *t)
{
    struct patience patience =
        begin(t, t->flags & MSG_OOB ? AFD_POLL_OOB : AFD_POLL_READ, TIMEOUT_RECEIVE);
    struct unix_buffer list[UNIX_BUFFERS_MAX];
    struct receive_params params = {
        .handle = t->s,
        .buffers = unix_pointer(list),
        .control = unix_pointer(t->control ? t->control->buf : NULL),
        .word = sizeof(SIZE_T),
        .count = direct_buffers(t, 0, list),
        .is_stream = (t->facts & FACT_STREAM) != 0,
        .hears = hearing(t->facts),
    };
    int error;

    if (!ends_are_there(t))
        return WSAEFAULT;
    do {
        params.flags = t->flags & (MSG_OOB | MSG_PEEK);
        params.control_len = t->control ? t->control->len : 0;
        params.wait_ms = (int32_t)patience.slice;
        error = UNIX_CALL(receive, &params);
        if (params.heard)
            t->facts = facts_set(t->s, FACT_DEAF, 0);
    } while (error == WSAEWOULDBLOCK && !(error = wait_on(&patience)));
    if (error == DIRECT_DROPPED || (error == DIRECT_GONE && !is_same(&patience)))
        return WSAEINTR;
    if (error == DIRECT_GONE || error == DIRECT_HOST)
        return host_lane.receive(t);
    if (error && error != WSAEMSGSIZE)
        return error;
    t->moved = (ULONG_PTR)params.moved;
    take_sender(t, &params);
    if (t->control)
        t->control->len = params.control_len;
    return error;
}

/* A non-blocking stream that took a part is left to the caller, which has the rest sent. */
static int direct_send(struct transfer *t)
{
    struct patience patience = begin(t, AFD_POLL_WRITE, TIMEOUT_SEND);
    struct unix_buffer list[UNIX_BUFFERS_MAX];
    struct send_params params = {
        .handle = t->s,
        .buffers = unix_pointer(list),
        .flags = t->flags & MSG_OOB,
        .is_stream = (t->facts & FACT_STREAM) != 0,
        .address_len = t->address ? t->address_len : 0,
    };
    int error;

    if (t->address)
        memcpy(params.address, t->address, sizeof(params.address));
    do {
        params.count = direct_buffers(t, t->moved, list);
        params.wait_ms = (int32_t)patience.slice;
        error = UNIX_CALL(send, &params);
        t->moved += (ULONG_PTR)params.moved;
    } while (error == WSAEWOULDBLOCK && !(error = wait_on(&patience)));
    if (error == DIRECT_DROPPED || error == WSAEINTR ||
        (error == DIRECT_GONE && !is_same(&patience))) {
        t->moved = 0; /* nothing is to follow through the handle */
        return WSAEINTR;
    }
    if (!t->moved && (error == DIRECT_GONE || error == DIRECT_HOST))
        return host_lane.send(t);
    /* What has gone is told, and the next call meets the error again; but a call that was to send
     * all of it, and has waited as long as it may, has failed (SO_SNDTIMEO: the socket's state is
     * then not defined). */
    if (t->moved && error != WSAETIMEDOUT)
        return 0;
    t->moved = 0;
    return error;
}

const struct lane direct_lane = {direct_send, direct_receive, UNIX_BUFFERS_MAX};
