/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See reuse.h.  The host cannot take a connection away from a socket, but replaces its descriptor
 * when it accepts into it, and closes the old one.  So the socket gets an idle connection to a
 * socket of our own: to the host it is a healthy one, which saw neither the end of the old
 * connection nor a shutdown, both of which it would remember for ever. */
#include <stdlib.h>

#include "spi/reuse.h"

#include "spi/facts.h"

/* What keeps a socket from being used again. */
#define SPOILT (FACT_CONNECTS | FACT_RESET | FACT_SHUT_DOWN | FACT_SEND_ENDED | FACT_REUSABLE)

/* The other end of an idle connection. */
static struct idle {
    struct idle *next;
    SOCKET s, other;
} * all;
static SRWLOCK lock = SRWLOCK_INIT; /* a leaf lock */

void reuse_forget(SOCKET s)
{
    struct idle *found = NULL;

    if (!all)
        return;
    AcquireSRWLockExclusive(&lock);
    for (struct idle **link = &all; *link; link = &(*link)->next) {
        if ((*link)->s == s) {
            found = *link;
            *link = found->next;
            break;
        }
    }
    ReleaseSRWLockExclusive(&lock);
    if (found)
        NtClose((HANDLE)found->other);
    free(found);
}

bool reuse_is_idle(SOCKET s)
{
    unsigned char peer[SPI_ADDRESS_MAX], own[SPI_ADDRESS_MAX];
    SOCKET other = INVALID_SOCKET;
    int peer_len, own_len;

    if (!all)
        return false;
    AcquireSRWLockShared(&lock);
    for (struct idle *idle = all; idle; idle = idle->next) {
        if (idle->s == s)
            other = idle->other;
    }
    ReleaseSRWLockShared(&lock);
    return other != INVALID_SOCKET && !spi_peer_address(s, peer, &peer_len) &&
           !spi_local_address(other, own, &own_len) && peer_len == own_len &&
           !memcmp(peer, own, own_len);
}

static void remember(SOCKET s, SOCKET other)
{
    struct idle *idle = malloc(sizeof(*idle));

    reuse_forget(s);
    if (!idle) {
        NtClose((HANDLE)other); /* the idle connection ends: FD_CLOSE may be told of it */
        return;
    }
    AcquireSRWLockExclusive(&lock);
    *idle = (struct idle){all, s, other};
    all = idle;
    ReleaseSRWLockExclusive(&lock);
}

/* A socket the program never hears of, nor the last WSPCleanup. */
static SOCKET private_socket(int family)
{
    INT ignored;
    SOCKET s = WSPSocket(family, SOCK_STREAM, IPPROTO_TCP, NULL, 0,
                         WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT, &ignored);

    if (s != INVALID_SOCKET)
        registry_remove(s);
    return s;
}

static void close_private(SOCKET s)
{
    if (s == INVALID_SOCKET)
        return;
    facts_forget(s);
    NtClose((HANDLE)s);
}

static bool listen_on_loopback(SOCKET l, int family, void *address, int *length)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr.s6_addr = {[15] = 1}};
    bool is_v6 = family == AF_INET6;
    INT ignored;

    return !WSPBind(l, is_v6 ? (struct sockaddr *)&v6 : (struct sockaddr *)&v4,
                    is_v6 ? sizeof(v6) : sizeof(v4), &ignored) &&
           !WSPListen(l, 1, &ignored) && !spi_local_address(l, address, length);
}

/* Gives s an idle connection in place of its own. Returns whether it has one. */
static bool replace(SOCKET s, int family)
{
    unsigned char address[SPI_ADDRESS_MAX], room[sizeof(int) + SPI_ADDRESS_MAX];
    struct afd_accept_into_params params = {.accept_handle = (ULONG)s};
    SOCKET l = private_socket(family), other = private_socket(family);
    int length = 0;
    bool done;
    INT ignored;

    done =
        l != INVALID_SOCKET && other != INVALID_SOCKET &&
        listen_on_loopback(l, family, address, &length) &&
        !WSPConnect(other, (struct sockaddr *)address, length, NULL, NULL, NULL, NULL, &ignored) &&
        !afd_call(l, AFD_ACCEPT_INTO, &params, sizeof(params), room, sizeof(room));
    host_forget_descriptor(s);
    close_private(l);
    if (done)
        remember(s, other);
    else
        close_private(other);
    return done;
}

bool reuse_detach(SOCKET s)
{
    struct afd_poll_params poll = {.count = 1, .sockets = {{s, AFD_POLL_WRITE, 0}}};
    struct drop_params drop = {.handle = s};
    IO_STATUS_BLOCK cancelled;
    unsigned facts;

    if (facts_of_socket(s, &facts) || !(facts & FACT_STREAM) || (facts & SPOILT) ||
        facts_was_reset(s, facts))
        return false;
    /* What is queued in the host would go out on the next connection. */
    if (afd_ioctl(s, AFD_POLL, &poll, sizeof(poll), &poll, sizeof(poll), NULL) || !poll.count ||
        !(poll.sockets[0].flags & AFD_POLL_WRITE))
        return false;
    NtCancelIoFileEx((HANDLE)s, NULL, &cancelled);
    UNIX_CALL(drop, &drop); /* another socket takes its place */
    facts_set(s, FACT_SHARED, FACT_KEPT);
    if (!replace(s, facts_family(facts)))
        return false;
    facts_set(s, FACT_REUSABLE, 0);
    return true;
}
