/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SIO_TCP_INFO. */
#include "spi/ioctl.h"
#include "structs.h"

#define AFD_GET_CONNECT_TIME WINE_AFD(292)

int ioctl_tcp_info(struct ioctl *call)
{
    static const DWORD sizes[] = {WS_TCP_INFO_V0_SIZE, sizeof(struct ws_tcp_info)}; /* by version */
    struct ws_tcp_info info = {0};
    struct tcp_info_params params = {.handle = call->s, .info = unix_pointer(&info)};
    DWORD version, seconds = ~0u;
    int error;

    if (call->info.type != SOCK_STREAM)
        return WSAEOPNOTSUPP;
    if (!guard_get(version, call->in))
        return WSAEFAULT;
    if (version >= sizeof(sizes) / sizeof(sizes[0]))
        return WSAEINVAL;
    if (call->out_len < sizes[version] || !guard_writable(call->out, sizes[version]))
        return WSAEFAULT;
    error = UNIX_CALL(tcp_info, &params);
    if (error)
        return error;
    /* The host counts whole seconds, and all bits set before there is a connection. */
    if (!afd_call(call->s, AFD_GET_CONNECT_TIME, NULL, 0, &seconds, sizeof(seconds)) &&
        seconds != ~0u)
        info.connection_time = (uint64_t)seconds * 1000;
    call->size = sizes[version];
    return guard_copy(call->out, &info, sizes[version]) ? 0 : WSAEFAULT;
}
