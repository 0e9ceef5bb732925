/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See facts.h: an array indexed by the handle's value, in chunks that are never freed, so that reading
 * takes no lock. */
#include <stdlib.h>

#include "spi/facts.h"

#include "spi/identity.h"
#include "spi/watch.h"

#define CHUNK  1024
#define CHUNKS 4096

#define AFD_GET_CONNECT_TIME WINE_AFD(292)

struct entry {
    volatile unsigned facts;
    short family, type, protocol; /* type 0: not known */
    DWORD timeout[2]; /* by enum facts_timeout */
    volatile bool has_poller;
    volatile unsigned char connect_event; /* enum connect_event */
    uint64_t cookie;  /* what the kernel calls the socket, without a watch only; 0: not known */
    int peer_len;     /* 0: none kept */
    unsigned char peer[SPI_ADDRESS_MAX];
};

static struct entry *volatile chunks[CHUNKS];
static SRWLOCK lock = SRWLOCK_INIT; /* of peers and cookies; a leaf lock */

/* The socket's entry; NULL where its chunk has not been needed yet. */
static struct entry *find(SOCKET s)
{
    SOCKET index = s >> 2; /* handles are multiples of four */
    struct entry *chunk = index / CHUNK < CHUNKS ? chunks[index / CHUNK] : NULL;

    return chunk ? &chunk[index % CHUNK] : NULL;
}

static struct entry *find_or_make(SOCKET s)
{
    SOCKET index = s >> 2;
    struct entry *chunk, *none = NULL;

    if (index / CHUNK >= CHUNKS)
        return NULL;
    if (chunks[index / CHUNK])
        return find(s);
    chunk = calloc(CHUNK, sizeof(*chunk));
    if (chunk && !__atomic_compare_exchange_n(&chunks[index / CHUNK], &none, chunk, false,
                                              __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST))
        free(chunk); /* another thread was first */
    return find(s);
}

unsigned facts_find(SOCKET s)
{
    struct entry *entry = find(s);

    return entry && !identity_is_closing(s) ? entry->facts : 0;
}

/* Fails where the facts are no longer *before, and stores there what they are. */
static bool replace(struct entry *entry, unsigned *before, unsigned after)
{
    return __atomic_compare_exchange_n(&entry->facts, before, after, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
}

unsigned facts_set(SOCKET s, unsigned added, unsigned removed)
{
    const uint32_t token = identity_learn(s);
    struct entry *entry = token ? find_or_make(s) : NULL;
    unsigned before, after;

    if (!entry)
        return added;
    before = entry->facts;
    do
        after = (before & ~removed) | added;
    while (before != after && !replace(entry, &before, after));
    if (added && !identity_is(s, token)) /* it was about a socket that is gone */
        __atomic_and_fetch(&entry->facts, ~added, __ATOMIC_SEQ_CST);
    return after;
}

bool facts_take(SOCKET s, unsigned facts)
{
    struct entry *entry = find(s);
    unsigned before = entry ? entry->facts : 0;

    do
        if ((before & facts) != facts)
            return false;
    while (!replace(entry, &before, before & ~facts));
    return true;
}

void facts_for_each(unsigned facts, void (*each)(SOCKET s))
{
    for (SOCKET at = 0; at < CHUNKS; at++) {
        for (SOCKET i = 0; chunks[at] && i < CHUNK; i++) {
            if ((chunks[at][i].facts & facts) == facts)
                each((at * CHUNK + i) << 2);
        }
    }
}

void facts_keep_peer(SOCKET s, const void *address, int length)
{
    struct entry *entry = find_or_make(s);

    if (!entry)
        return;
    AcquireSRWLockExclusive(&lock);
    entry->peer_len = length;
    memcpy(entry->peer, address, length);
    ReleaseSRWLockExclusive(&lock);
}

bool facts_peer(SOCKET s, void *address, int *length)
{
    struct entry *entry = find(s);

    AcquireSRWLockShared(&lock);
    *length = entry && !identity_is_closing(s) ? entry->peer_len : 0;
    if (*length)
        memcpy(address, entry->peer, *length);
    ReleaseSRWLockShared(&lock);
    return *length != 0;
}

void facts_keep_timeout(SOCKET s, enum facts_timeout which, DWORD milliseconds)
{
    struct entry *entry = find_or_make(s);

    if (entry)
        entry->timeout[which] = milliseconds;
}

DWORD facts_timeout(SOCKET s, enum facts_timeout which)
{
    struct entry *entry = find(s);

    return entry ? entry->timeout[which] : 0;
}

void facts_keep_connect_event(SOCKET s, enum connect_event event)
{
    struct entry *entry = find_or_make(s);

    if (entry)
        entry->connect_event = (unsigned char)event;
}

enum connect_event facts_connect_event(SOCKET s)
{
    struct entry *entry = find(s);

    return entry ? (enum connect_event)entry->connect_event : CONNECT_EVENT_NONE;
}

void facts_note_poller(SOCKET s)
{
    struct entry *entry = find_or_make(s);

    if (entry)
        __atomic_store_n(&entry->has_poller, true, __ATOMIC_SEQ_CST);
}

bool facts_has_poller(SOCKET s)
{
    struct entry *entry = find(s);

    return entry && __atomic_load_n(&entry->has_poller, __ATOMIC_SEQ_CST);
}

/* The host serves ICMP sockets of unprivileged users with a datagram socket of that protocol, which
 * it does not bind: to Windows they are raw. */
static unsigned type_facts(const struct afd_info *info)
{
    bool is_icmp = info->protocol == IPPROTO_ICMP || info->protocol == IPPROTO_ICMPV6;
    unsigned facts = FACT_KNOWN | FACT_TYPED;

    if (info->type == SOCK_STREAM)
        facts |= FACT_STREAM;
    if (info->type == SOCK_DGRAM && !is_icmp)
        facts |= FACT_DATAGRAM;
    if (info->family == AF_INET6)
        facts |= FACT_IPV6;
    return facts;
}

void facts_keep_info(SOCKET s, const struct afd_info *info)
{
    struct entry *entry = find_or_make(s);

    if (!entry)
        return;
    entry->family = (short)info->family;
    entry->protocol = (short)info->protocol;
    entry->type = (short)info->type;
    facts_set(s, type_facts(info), 0);
}

bool facts_info(SOCKET s, struct afd_info *info)
{
    struct entry *entry = find(s);

    if (!entry || !entry->type || !(facts_find(s) & FACT_OWN) || !watch_active())
        return false;
    info->family = entry->family;
    info->type = entry->type;
    info->protocol = entry->protocol;
    return true;
}

void facts_inherit(SOCKET listener, SOCKET s)
{
    struct entry *from = find(listener), *to = find(s);
    struct afd_info info;

    if (!from || !to)
        return;
    if (facts_info(listener, &info)) {
        facts_keep_info(s, &info);
        facts_set(s, FACT_READY, 0);
    }
    memcpy(to->timeout, from->timeout, sizeof(to->timeout));
    facts_set(s, from->facts & (FACT_NONBLOCKING | FACT_EVENTS | FACT_MESSAGES), 0);
}

void facts_forget(SOCKET s)
{
    struct entry *entry = find(s);

    if (!entry)
        return;
    __atomic_store_n(&entry->facts, 0, __ATOMIC_SEQ_CST);
    entry->type = 0;
    entry->has_poller = false;
    entry->connect_event = CONNECT_EVENT_NONE;
    memset(entry->timeout, 0, sizeof(entry->timeout));
    facts_keep_peer(s, "", 0);
}

/* Where no watch stands, a CloseHandle goes unseen, and the value may be another socket's by now. */
static void forget_another(SOCKET s, uint64_t cookie)
{
    struct entry *entry = find_or_make(s);

    if (!entry)
        return;
    AcquireSRWLockExclusive(&lock);
    if (cookie && entry->cookie && entry->cookie != cookie && !(entry->facts & FACT_ACCEPTS)) {
        entry->facts = 0;
        entry->peer_len = 0;
    }
    entry->cookie = cookie;
    ReleaseSRWLockExclusive(&lock);
}

int facts_of_socket(SOCKET s, unsigned *facts)
{
    struct socket_info_params info = {.handle = s};
    int error;

    *facts = facts_find(s);
    if ((*facts & FACT_TYPED) && watch_active())
        return 0;
    error = UNIX_CALL(socket_info, &info);
    if (!error) {
        const struct afd_info type = {info.family, info.type, info.protocol};
        const bool is_ready = info.type == SOCK_STREAM && info.connected;

        if (!watch_active())
            forget_another(s, info.cookie);
        *facts = facts_set(s, type_facts(&type) | (is_ready ? FACT_READY : 0), 0);
    }
    return error;
}

/* The host counts the seconds of a connection, all bits set before there is one.  It goes on
 * counting after a reset, when the kernel has forgotten that the socket ever was connected. */
static bool host_is_connected(SOCKET s)
{
    DWORD seconds = ~0u;

    return !afd_call(s, AFD_GET_CONNECT_TIME, NULL, 0, &seconds, sizeof(seconds)) && seconds != ~0u;
}

static int check_stream(SOCKET s, unsigned *facts)
{
    struct socket_info_params info = {.handle = s};
    int error = UNIX_CALL(socket_info, &info);

    if (error)
        return error;
    if (!info.connected && (info.connecting || !host_is_connected(s)))
        return WSAENOTCONN;
    *facts = facts_set(s, FACT_READY, 0);
    return 0;
}

static int check_bound(SOCKET s, unsigned *facts)
{
    unsigned char address[SPI_ADDRESS_MAX];
    int length, error;

    if (*facts & FACT_UNBOUND_COPY)
        return WSAEINVAL;
    error = spi_local_address(s, address, &length);
    if (!error)
        *facts = facts_set(s, FACT_READY, 0);
    return error;
}

int facts_check_send(SOCKET s, unsigned *facts)
{
    if (*facts & FACT_UNBOUND_COPY)
        *facts = facts_set(s, 0, FACT_UNBOUND_COPY); /* the send binds it, as far as it can tell */
    if (*facts & FACT_REUSABLE)
        return WSAENOTCONN;
    if ((*facts & FACT_STREAM) && !(*facts & FACT_READY))
        return check_stream(s, facts);
    if ((*facts & FACT_DATAGRAM) && !(*facts & FACT_READY))
        check_bound(s, facts); /* where it is not, the host binds it with this send */
    return 0;
}

int facts_check_receive(SOCKET s, unsigned *facts)
{
    if ((*facts & FACT_DATAGRAM) && !(*facts & FACT_READY))
        return check_bound(s, facts);
    return facts_check_send(s, facts);
}

void facts_end_low_water(SOCKET s)
{
    struct low_water_params water = {.handle = s, .bytes = 1};

    if (!(facts_find(s) & FACT_LOW_WATER))
        return;
    UNIX_CALL(low_water, &water);
    facts_set(s, 0, FACT_LOW_WATER);
}

bool facts_was_reset(SOCKET s, unsigned facts)
{
    struct afd_poll_params poll = {.count = 1, .sockets = {{s, AFD_POLL_RESET, 0}}};
    struct socket_info_params info = {.handle = s};

    if (facts & FACT_RESET)
        return true;
    /* An orderly end leaves the connection's state in the kernel, unless both sides have ended. */
    if (UNIX_CALL(socket_info, &info) || info.connected)
        return false;
    if (afd_ioctl(s, AFD_POLL, &poll, sizeof(poll), &poll, sizeof(poll), NULL))
        return false;
    if (!poll.count || !(poll.sockets[0].flags & AFD_POLL_RESET))
        return false;
    facts_set(s, FACT_RESET, 0);
    return true;
}
