/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See facts.h: chains in a table of fixed size under a leaf lock. */
#include <stdlib.h>

#include "spi/facts.h"

#include "spi/identity.h"
#include "spi/watch.h"

#define BUCKETS 1024 /* a power of two */

#define AFD_GET_CONNECT_TIME WINE_AFD(292)

struct entry {
    SOCKET s;
    unsigned facts;
    uint64_t cookie; /* what the kernel calls the socket, without a watch only; 0: not known */
    struct entry *next;
    int peer_len; /* 0: none kept */
    unsigned char peer[SPI_ADDRESS_MAX];
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct entry *buckets[BUCKETS];

/* Returns the link that points to the socket's entry, or the chain's end. */
static struct entry **find_link(SOCKET s)
{
    struct entry **link = &buckets[(s >> 2) & (BUCKETS - 1)]; /* handles are multiples of four */

    while (*link && (*link)->s != s)
        link = &(*link)->next;
    return link;
}

unsigned facts_find(SOCKET s)
{
    struct entry *entry;
    unsigned facts;

    if (identity_is_closing(s))
        return 0;
    AcquireSRWLockShared(&lock);
    entry = *find_link(s);
    facts = entry ? entry->facts : 0;
    ReleaseSRWLockShared(&lock);
    return facts;
}

unsigned facts_set(SOCKET s, unsigned added, unsigned removed)
{
    struct entry **link, *none = NULL;
    unsigned facts;

    AcquireSRWLockExclusive(&lock);
    link = identity_learn(s) ? find_link(s) : &none;
    if (!*link && link != &none && (*link = calloc(1, sizeof(**link))))
        (*link)->s = s;
    facts = ((*link ? (*link)->facts : 0) & ~removed) | added;
    if (*link)
        (*link)->facts = facts;
    ReleaseSRWLockExclusive(&lock);
    return facts;
}

void facts_keep_peer(SOCKET s, const void *address, int length)
{
    struct entry *entry;

    facts_set(s, 0, 0); /* makes the entry */
    AcquireSRWLockExclusive(&lock);
    entry = *find_link(s);
    if (entry) {
        entry->peer_len = length;
        memcpy(entry->peer, address, length);
    }
    ReleaseSRWLockExclusive(&lock);
}

bool facts_peer(SOCKET s, void *address, int *length)
{
    struct entry *entry;

    AcquireSRWLockShared(&lock);
    entry = identity_is_closing(s) ? NULL : *find_link(s);
    *length = entry ? entry->peer_len : 0;
    if (*length)
        memcpy(address, entry->peer, *length);
    ReleaseSRWLockShared(&lock);
    return *length != 0;
}

void facts_forget(SOCKET s)
{
    struct entry **link, *entry;

    AcquireSRWLockExclusive(&lock);
    link = find_link(s);
    entry = *link;
    if (entry)
        *link = entry->next;
    ReleaseSRWLockExclusive(&lock);
    free(entry);
}

/* The host serves ICMP sockets of unprivileged users with a datagram socket of that protocol, which
 * it does not bind: to Windows they are raw. */
static unsigned type_facts(const struct socket_info_params *info)
{
    bool is_icmp = info->protocol == IPPROTO_ICMP || info->protocol == IPPROTO_ICMPV6;
    unsigned facts = FACT_KNOWN | FACT_TYPED;

    if (info->type == SOCK_STREAM)
        facts |= FACT_STREAM | (info->connected ? FACT_READY : 0);
    if (info->type == SOCK_DGRAM && !is_icmp)
        facts |= FACT_DATAGRAM;
    if (info->family == AF_INET6)
        facts |= FACT_IPV6;
    return facts;
}

/* Where no watch stands, a CloseHandle goes unseen, and the value may be another socket's by now. */
static void forget_another(SOCKET s, uint64_t cookie)
{
    struct entry *entry;

    facts_set(s, 0, 0); /* makes the entry */
    AcquireSRWLockExclusive(&lock);
    entry = *find_link(s);
    if (entry && cookie && entry->cookie && entry->cookie != cookie &&
        !(entry->facts & FACT_ACCEPTS)) {
        entry->facts = 0;
        entry->peer_len = 0;
    }
    if (entry)
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
    if (error)
        return error;
    if (!watch_active())
        forget_another(s, info.cookie);
    *facts = facts_set(s, type_facts(&info), 0);
    return 0;
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
