/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* connect and shutdown. */
#include "spi/spi.h"

#include "spi/connect_watch.h"
#include "spi/facts.h"

/* Linux connects 0.0.0.0 and :: to the machine itself and tries port 0; Windows refuses both. */
static bool is_no_destination(const void *address)
{
    const struct sockaddr_in *v4 = address;
    const struct sockaddr_in6 *v6 = address;
    static const IN6_ADDR any;

    if (v4->sin_family == AF_INET)
        return !v4->sin_addr.s_addr || !v4->sin_port;
    return !memcmp(&v6->sin6_addr, &any, sizeof(any)) || !v6->sin6_port;
}

/* What the kernel makes of connecting a listener or a datagram socket differs; both are told apart here. */
static int check_destination(SOCKET s, const struct afd_info *info, const void *address)
{
    BOOL listening = FALSE;
    INT length = sizeof(listening), ignored;

    if (info->type != SOCK_STREAM)
        return 0;
    if (!WSPGetSockOpt(s, SOL_SOCKET, SO_ACCEPTCONN, (char *)&listening, &length, &ignored) &&
        listening)
        return WSAEINVAL;
    return is_no_destination(address) ? WSAEADDRNOTAVAIL : 0;
}

/* connect(AF_UNSPEC) or to the wildcard dissolves a datagram socket's association. */
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

static void under_way(SOCKET s, const void *request)
{
    const struct afd_connect_params *params = request;
    unsigned facts;

    if (!facts_of_socket(s, &facts) && (facts & FACT_STREAM))
        connect_watch(s, params->address, params->addr_len);
}

/* After a connect that failed asynchronously Linux answers the next one ECONNABORTED once, and only then starts
 * anew; Windows starts at once. */
static NTSTATUS request_connect(SOCKET s, const struct afd_connect_params *params)
{
    const ULONG length = offsetof(struct afd_connect_params, address) + params->addr_len;
    NTSTATUS status;

    facts_set(s, 0, FACT_REFUSED);
    status =
        afd_ioctl_pending(s, AFD_CONNECT, params, length, NULL, 0, NULL, under_way);

    if (status == STATUS_CONNECTION_ABORTED)
        status = afd_ioctl_pending(s, AFD_CONNECT, params, length, NULL, 0, NULL, under_way);
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
    facts_set(s, failed ? FACT_CONNECT_REPORTED : 0, failed ? 0 : FACT_CONNECT_REPORTED);
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
    if (error)
        return spi_return(error, lpErrno);
    status = request_connect(s, &params);
    /* the host's word for "still under way"; for bind the same status means "bound already" */
    error = status == STATUS_ADDRESS_ALREADY_ASSOCIATED ? WSAEALREADY
                                                        : xlat_error_from_status((uint32_t)status);
    if (error == WSAECONNRESET) /* our own doing (unix/connect.c) */
        error = WSAECONNREFUSED;
    note_outcome(s, error);
    return spi_return(error, lpErrno);
}

int WSPAPI WSPShutdown(SOCKET s, int how, LPINT lpErrno)
{
    struct afd_info info;
    int error = afd_info(s, &info);

    if (!error && (how < SD_RECEIVE || how > SD_BOTH))
        error = WSAEINVAL;
    if (!error)
        error = afd_call(s, AFD_SHUTDOWN, &how, sizeof(how), NULL, 0);
    return spi_return(error, lpErrno);
}
