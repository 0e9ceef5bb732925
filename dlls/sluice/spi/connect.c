/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* connect and shutdown. */
#include "spi/spi.h"

#include "spi/connect_watch.h"
#include "spi/facts.h"
#include "spi/reset_watch.h"
#include "spi/rest.h"
#include "spi/tend.h"
#include "spi/watch.h"
#include "pe/options.h"

/* Of a socket that nobody else can have made listen, it is known without asking. */
static bool is_listening(SOCKET s)
{
    BOOL listening = FALSE;
    INT length = sizeof(listening), ignored;
    unsigned facts = facts_find(s);

    if (watch_active() && (facts & FACT_OWN) && !(facts & FACT_SHARED))
        return (facts & FACT_LISTENING) != 0;
    return !WSPGetSockOpt(s, SOL_SOCKET, SO_ACCEPTCONN, (char *)&listening, &length, &ignored) &&
           listening;
}

/* What the kernel makes of connecting a listener or a datagram socket differs; both are told apart
 * here. */
static int check_destination(SOCKET s, const struct afd_info *info, const void *address)
{
    if (info->type == SOCK_DGRAM && spi_is_wildcard(address))
        return WSAEADDRNOTAVAIL; /* the kernel would take the machine itself (libuv's tests) */
    if (info->type != SOCK_STREAM)
        return 0;
    if (is_listening(s))
        return WSAEINVAL;
    return spi_is_no_destination(address) ? WSAEADDRNOTAVAIL : 0;
}

/* connect(AF_UNSPEC) dissolves a datagram socket's association. */
static bool is_dissolving(const struct afd_info *info, const struct sockaddr *name, int namelen)
{
    ADDRESS_FAMILY family;

    return info->type == SOCK_DGRAM && name && namelen >= (int)sizeof(family) &&
           guard_get(family, &name->sa_family) && family == AF_UNSPEC;
}

static int dissolve(SOCKET s)
{
    struct dissolve_params params = {.handle = s};

    return UNIX_CALL(dissolve, &params);
}

/* Windows lets a datagram socket without SO_BROADCAST connect to a broadcast address, and send
 * there without naming it; only sendto is refused (Wine's tests).  The kernel asks at connect only.
 */
static NTSTATUS connect_broadcast(SOCKET s, const struct afd_connect_params *params, ULONG length)
{
    BOOL on = TRUE, off = FALSE;
    NTSTATUS status;
    INT ignored;

    if (WSPSetSockOpt(s, SOL_SOCKET, SO_BROADCAST, (char *)&on, sizeof(on), &ignored))
        return STATUS_ACCESS_DENIED;
    status = afd_ioctl(s, AFD_CONNECT, params, length, NULL, 0, NULL);
    WSPSetSockOpt(s, SOL_SOCKET, SO_BROADCAST, (char *)&off, sizeof(off), &ignored);
    return status;
}

static void under_way(SOCKET s, const void *request)
{
    const struct afd_connect_params *params = request;
    unsigned facts;

    if (!facts_of_socket(s, &facts) && (facts & FACT_STREAM))
        connect_watch(s, params->address, params->addr_len);
}

/* Nobody has waited for the socket in the host, or tried to connect it: what the host makes of a
 * connect that was over before it heard of it differs only for those. */
static bool is_untouched(SOCKET s, const struct afd_info *info)
{
    const unsigned needed = FACT_OWN | FACT_STREAM;
    const unsigned touched = FACT_SHARED | FACT_NONBLOCKING | FACT_EVENTS | FACT_MESSAGES |
                             FACT_OVERLAPPED | FACT_CONNECTS | FACT_CONNECT_EX |
                             FACT_CONNECT_REPORTED | FACT_REUSABLE | FACT_REUSED | FACT_ACCEPTS |
                             FACT_LISTENING | FACT_READY | FACT_REFUSED | FACT_SHUT_DOWN;
    const unsigned facts = facts_find(s);

    return watch_device_unpolled() && option_on(OPTION_DIRECT) && info->protocol == IPPROTO_TCP &&
           (facts & needed) == needed && !(facts & touched) && !facts_has_poller(s);
}

/* Has the host look at the socket again, for those who began to wait for it meanwhile. */
static void have_it_looked_at(SOCKET s)
{
    struct afd_poll_params poll = {.count = 1, .sockets = {{s, AFD_POLL_CONNECT_ERR, 0}}};

    afd_ioctl(s, AFD_POLL, &poll, sizeof(poll), &poll, sizeof(poll), NULL);
}

/* Connects on the descriptor, and tells the host, which calls the socket connected, but makes no
 * FD_CONNECT of it.  Returns whether the connect is done; *status: how it ended. */
static bool connect_first(SOCKET s, const struct afd_info *info,
                          const struct afd_connect_params *params, NTSTATUS *status)
{
    const ULONG length = offsetof(struct afd_connect_params, address) + params->addr_len;
    struct connect_local_params local = {.handle = s, .address_len = params->addr_len};

    if (!is_untouched(s, info) || params->addr_len > (int)sizeof(local.address))
        return false;
    memcpy(local.address, params->address, (size_t)params->addr_len);
    if (UNIX_CALL(connect_local, &local) || !local.connected)
        return false;
    facts_keep_connect_event(s, CONNECT_EVENT_UNTOLD);
    *status = afd_ioctl(s, AFD_CONNECT, params, length, NULL, 0, NULL);
    if (*status) {
        facts_keep_connect_event(s, CONNECT_EVENT_NONE);
        UNIX_CALL(connect_undo, &(struct connect_undo_params){s});
    } else if (facts_has_poller(s) || !watch_device_unpolled() || (facts_find(s) & FACT_EVENTS))
        have_it_looked_at(s);
    return true;
}

/* A connect that does not wait is under way, as the descriptor alone tells: it cannot be written to
 * until the connect has ended, one way or the other. */
static bool still_connects(SOCKET s)
{
    const unsigned needed = FACT_OWN | FACT_STREAM | FACT_CONNECTS | FACT_NONBLOCKING;
    const unsigned others = FACT_SHARED | FACT_READY | FACT_EVENTS | FACT_MESSAGES |
                            FACT_OVERLAPPED | FACT_CONNECT_EX | FACT_REFUSED | FACT_REUSABLE |
                            FACT_REUSED | FACT_ACCEPTS;
    const unsigned facts = facts_find(s);
    struct keep_params keep = {.handle = s};
    struct is_writable_params room = {.handle = s};

    return watch_active() && option_on(OPTION_DIRECT) && (facts & needed) == needed &&
           !(facts & others) && !UNIX_CALL(keep, &keep) && !UNIX_CALL(is_writable, &room) &&
           !room.writable;
}

/* After a connect that failed asynchronously Linux answers the next one ECONNABORTED once, and only
 * then starts anew; Windows starts at once. */
static NTSTATUS request_connect(SOCKET s, const struct afd_info *info,
                                const struct afd_connect_params *params)
{
    const ULONG length = offsetof(struct afd_connect_params, address) + params->addr_len;
    NTSTATUS status;

    if (connect_first(s, info, params, &status))
        return status;
    facts_set(s, 0, FACT_REFUSED);
    status = afd_ioctl_pending(s, AFD_CONNECT, params, length, NULL, 0, NULL, under_way);

    if (status == STATUS_CONNECTION_ABORTED)
        status = afd_ioctl_pending(s, AFD_CONNECT, params, length, NULL, 0, NULL, under_way);
    if (status == STATUS_ACCESS_DENIED && info->type == SOCK_DGRAM)
        status = connect_broadcast(s, params, length);
    if (status == STATUS_DEVICE_NOT_READY)
        under_way(s, params);
    return status;
}

/* SO_ERROR stays clear when connect itself returns the failure. */
static void note_outcome(SOCKET s, int error)
{
    static const int unfinished[] = {WSAEWOULDBLOCK, WSAEALREADY, WSAEISCONN, WSAEINVAL};
    bool failed = error != 0;

    for (size_t i = 0; i < sizeof(unfinished) / sizeof(unfinished[0]); i++)
        failed = failed && error != unfinished[i];
    facts_set(s, failed ? FACT_CONNECT_REPORTED : 0,
              failed ? 0 : FACT_CONNECT_REPORTED | FACT_UNBOUND_COPY);
}

int WSPAPI WSPConnect(SOCKET s, const struct sockaddr *name, int namelen, LPWSABUF caller_data,
                      LPWSABUF callee_data, LPQOS sqos, LPQOS gqos, LPINT lpErrno)
{
    struct afd_connect_params params = {.synchronous = TRUE};
    struct afd_info info;
    NTSTATUS status;
    int error = afd_info(s, &info);

    (void)caller_data, (void)callee_data, (void)sqos, (void)gqos; /* TCP and UDP carry none */
    if (error)
        return spi_return(error, lpErrno);
    if (is_dissolving(&info, name, namelen))
        return spi_return(dissolve(s), lpErrno);
    error = spi_get_address(name, namelen, info.family, params.address, &params.addr_len);
    if (!error)
        error = check_destination(s, &info, params.address);
    if (!error && still_connects(s))
        error = WSAEALREADY;
    if (error)
        return spi_return(error, lpErrno);
    status = request_connect(s, &info, &params);
    /* the host's word for "still under way"; for bind the same status means "bound already" */
    error = status == STATUS_ADDRESS_ALREADY_ASSOCIATED ? WSAEALREADY
                                                        : xlat_error_from_status((uint32_t)status);
    if (error == WSAEISCONN && info.type == SOCK_STREAM && (facts_find(s) & FACT_CONNECT_EX))
        error = WSAEINVAL; /* until SO_UPDATE_CONNECT_CONTEXT, Windows does not call it connected */
    if (error == WSAECONNRESET) /* our own doing (unix/connect.c) */
        error = WSAECONNREFUSED;
    note_outcome(s, error);
    if (info.type == SOCK_STREAM && (!error || error == WSAEWOULDBLOCK)) {
        facts_keep_peer(s, params.address, params.addr_len);
        facts_set(s, FACT_CONNECTS | (error ? 0 : FACT_READY), 0);
    }
    if (info.type == SOCK_DGRAM && !error)
        tend(s);
    return spi_return(error, lpErrno);
}

/* Ends the sending side behind what is queued.  A socket accepted into a second time does so
 * without the host, which would stop watching it: it remembers the end of the first connection. */
static int shut_down(SOCKET s, int how)
{
    struct shutdown_send_params send = {.handle = s};
    int receive = SD_RECEIVE;
    unsigned facts = facts_find(s);

    if (how == SD_RECEIVE)
        return afd_call(s, AFD_SHUTDOWN, &how, sizeof(how), NULL, 0);
    if (!(facts & FACT_REUSED) && !rest_defer_shutdown(s, how))
        return afd_call(s, AFD_SHUTDOWN, &how, sizeof(how), NULL, 0);
    facts_set(s, FACT_SEND_ENDED, 0);
    if (how == SD_BOTH)
        afd_call(s, AFD_SHUTDOWN, &receive, sizeof(receive), NULL, 0);
    if (!(facts & FACT_REUSED) || rest_defer_shutdown(s, SD_SEND))
        return 0;
    return UNIX_CALL(shutdown_send, &send);
}

int WSPAPI WSPShutdown(SOCKET s, int how, LPINT lpErrno)
{
    unsigned char peer[SPI_ADDRESS_MAX];
    struct afd_info info;
    int length = 0, error = afd_info(s, &info);

    if (!error && (how < SD_RECEIVE || how > SD_BOTH))
        error = WSAEINVAL;
    if (!error && info.type == SOCK_STREAM && spi_peer_address(s, peer, &length))
        length = 0;
    if (!error)
        error = shut_down(s, how);
    if (!error && length)
        facts_keep_peer(s, peer, length);
    if (!error)
        facts_set(s, FACT_SHUT_DOWN | (how != SD_SEND ? FACT_RECEIVE_ENDED : 0), 0);
    if (!error && how == SD_BOTH)
        reset_watch_stop(s); /* as the host drops its selection */
    return spi_return(error, lpErrno);
}
