/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSPListen: BSD listen() on the socket's descriptor, then the host's own with the same depth, which keeps
 * the server's state machine in step (it calls listen() itself, so any other value would leave a window
 * with the wrong depth).
 *
 * Rules and their sources: doc/listen.md. */
#include "spi/spi.h"

#include "spi/facts.h"
#include "pe/options.h"

/* The states Windows refuses, in the order it looks at them. */
static int check_state(SOCKET s, struct socket_info_params *info)
{
    int error;

    info->handle = s;
    error = UNIX_CALL(socket_info, info);
    if (error)
        return error;
    if (info->type != SOCK_STREAM)
        return WSAEOPNOTSUPP;
    if (info->connected || info->connecting)
        return WSAEISCONN;
    return 0;
}

int WSPAPI WSPListen(SOCKET s, int backlog, LPINT lpErrno)
{
    struct socket_info_params info;
    const int least = option_number(OPTION_BACKLOG);
    struct listen_params params = {
        .handle = s, .backlog = backlog >= 0 && backlog < least ? least : backlog};
    struct afd_listen_params host = {0};
    int length, error = check_state(s, &info);

    if (!error)
        error = spi_local_address(s, params.address, &length); /* WSAEINVAL: not bound */
    if (error)
        return spi_return(error, lpErrno);
    params.address_len = length;
    error = UNIX_CALL(listen, &params);
    if (!error) {
        host.backlog = params.listen_depth;
        error = afd_call(s, AFD_LISTEN, &host, sizeof(host), NULL, 0);
    }
    if (!error)
        facts_set(s, FACT_LISTENING, 0);
    return spi_return(error, lpErrno);
}
