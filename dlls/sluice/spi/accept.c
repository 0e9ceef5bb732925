/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSPAccept with its condition function.  Whatever fails after the host has taken the connection
 * gives it back to the listener (the host's DEFER request), so that no connection is lost. */
#include "spi/spi.h"

#include "spi/direct_lane.h"
#include "spi/facts.h"
#include "spi/rearm.h"
#include "spi/reset_watch.h"
#include "spi/short_accept.h"
#include "xlat/ready.h"

struct accepted {
    SOCKET socket;
    unsigned char peer[SPI_ADDRESS_MAX];
    int peer_len;
};

/* What is wrong with a socket the host refused to accept on, by Windows' order of checks. */
static int refine_error(SOCKET s, int error)
{
    struct afd_info info;

    if (error != WSAEINVAL && error != WSAEOPNOTSUPP)
        return error;
    if (afd_info(s, &info))
        return WSAENOTSOCK;
    return info.type == SOCK_STREAM ? error : WSAEOPNOTSUPP;
}

static int take(SOCKET listener, SOCKET *s)
{
    ULONG handle;
    int error = afd_call(listener, AFD_ACCEPT, NULL, 0, &handle, sizeof(handle));

    if (error)
        return refine_error(listener, error);
    *s = (SOCKET)handle;
    return 0;
}

static void give_back(SOCKET listener, SOCKET s)
{
    ULONG handle = (ULONG)s;

    facts_set(listener, FACT_DEFERRED, 0);
    afd_call(listener, AFD_DEFER, &handle, sizeof(handle), NULL, 0);
    NtClose((HANDLE)s);
}

/* The client sees a reset, which is what its connect or first transfer reports on Windows. */
static void reject(SOCKET s)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    INT ignored;

    WSPSetSockOpt(s, SOL_SOCKET, SO_LINGER, (char *)&reset, sizeof(reset), &ignored);
    NtClose((HANDLE)s);
}

/* The room is checked before a connection is taken: one that cannot be reported stays queued. */
static int check_address_room(SOCKET listener, struct sockaddr *addr, LPINT addrlen)
{
    struct afd_info info;
    int room, need;

    if (!addr || !addrlen)
        return 0;
    if (afd_info(listener, &info))
        return WSAENOTSOCK;
    need = spi_address_length(info.family);
    if (!guard_get(room, addrlen) || room < need || !guard_writable(addrlen, sizeof(*addrlen)) ||
        !guard_writable(addr, need))
        return WSAEFAULT;
    return 0;
}

/* Without a descriptor of this process for it, a connection could be neither asked for its peer nor
 * used: it is not taken then, so that it stays where select and events see it.  An accept that
 * waits longer may still find none, and gives the connection back. */
static int check_descriptor(void)
{
    struct spare_params params;

    return UNIX_CALL(spare, &params);
}

/* Looks at the listener's own queue, and waits there for a while where the call may wait: a
 * connection that comes meanwhile is then taken by a request that need not wait.  The host has to
 * be asked at once where it re-arms events with each call.  Returns 0 to ask the host,
 * WSAEWOULDBLOCK, WSAEINTR where the listener was closed. */
static int look_for_connection(SOCKET listener)
{
    struct poll_entry entry = {listener, READY_ACCEPT, READY_LISTENER};
    struct poll_params params = {.entries = unix_pointer(&entry), .count = 1};
    unsigned facts = facts_find(listener);

    if (!(facts & FACT_LISTENING) || (facts & FACT_EVENTS) || !direct_may_poll(listener, &facts))
        return 0;
    if (!(facts & FACT_NONBLOCKING))
        params.wait_ms = (int32_t)direct_slice(INFINITE);
    if (UNIX_CALL(poll, &params) || params.hosts)
        return 0;
    if (entry.state == READY_CLOSE)
        return WSAEINTR;
    return !params.ready && (facts & FACT_NONBLOCKING) ? WSAEWOULDBLOCK : 0;
}

/* Runs the condition function. Returns 0 to keep the connection, or the code accept fails with. */
static int ask_condition(SOCKET listener, struct accepted *got, LPCONDITIONPROC condition,
                         DWORD_PTR data)
{
    unsigned char local[SPI_ADDRESS_MAX];
    int local_len = 0;
    WSABUF caller = {got->peer_len, (char *)got->peer}, none = {0, NULL}, none_back = {0, NULL};
    WSABUF callee = {0, (char *)local};
    GROUP group = 0;

    if (!spi_local_address(got->socket, local, &local_len))
        callee.len = local_len;
    switch (condition(&caller, &none, NULL, NULL, &callee, &none_back, &group, data)) {
    case CF_ACCEPT:
        return 0;
    case CF_DEFER:
        give_back(listener, got->socket);
        return WSATRY_AGAIN;
    case CF_REJECT:
        reject(got->socket);
        return WSAECONNREFUSED;
    default: /* WSAAccept's page: WSAEINVAL for an answer that is none of the three */
        give_back(listener, got->socket);
        return WSAEINVAL;
    }
}

/* Whom the connection is from. */
static int find_peer(struct accepted *got)
{
    int error = spi_peer_address(got->socket, got->peer, &got->peer_len);

    if (error != WSAENOTCONN)
        return error;
    /* reset while it waited in the queue: it is accepted, and the first transfer says so */
    memset(got->peer, 0, sizeof(got->peer));
    spi_local_address(got->socket, got->peer, &got->peer_len);
    return 0;
}

SOCKET WSPAPI WSPAccept(SOCKET s, struct sockaddr *addr, LPINT addrlen, LPCONDITIONPROC condition,
                        DWORD_PTR data, LPINT lpErrno)
{
    bool wants_peer = (addr && addrlen) || condition;
    struct accepted got;
    int error = check_address_room(s, addr, addrlen);

    got.socket = INVALID_SOCKET;
    if (!error)
        error = look_for_connection(s);
    if (!error)
        error = check_descriptor();
    if (!error) {
        short_accept_settle(s);
        error = take(s, &got.socket);
    }
    if (error)
        goto out;
    if (!registry_add(got.socket))
        error = WSAENOBUFS;
    if (!error) {
        facts_inherit(s, got.socket);
        reset_watch_inherit(s, got.socket);
        if (wants_peer)
            error = find_peer(&got);
    }
    if (error) {
        registry_remove(got.socket);
        give_back(s, got.socket);
        goto out;
    }
    if (condition && (error = ask_condition(s, &got, condition, data))) {
        registry_remove(got.socket);
        goto out;
    }
    if (addr && addrlen)
        spi_put_address(addr, addrlen, got.peer, got.peer_len);
out:
    if (error && error != WSAEWOULDBLOCK && error != WSATRY_AGAIN)
        rearm_accept(
            s); /* the connection waits on, and FD_ACCEPT says so again; not after CF_DEFER */
    return spi_return(error, lpErrno) ? INVALID_SOCKET : got.socket;
}
