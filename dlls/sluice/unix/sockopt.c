/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* getsockopt() and setsockopt() on the descriptor, for the options of route DIRECT. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>

#include "calls.h"
#include "linger.h"
#include "sys.h"
#include "use.h"
#include "winabi.h"
#include "error.h"
#include "xlat/option_host.h"

#define MOST_SYNS 127 /* MAX_TCP_SYNCNT of the kernel's net/tcp.h */

/* Finds both halves of an option's row. Returns 0, or the code for one the kernel is not to be
 * asked about. */
static int find_option(int level, int name, const struct xlat_option **row,
                       const struct xlat_option_host **host)
{
    *row = xlat_option_find(level, name);
    if (!*row)
        return xlat_option_unknown(level);
    *host = xlat_option_host(*row);
    if (((*row)->route != XLAT_DIRECT && (*row)->route != XLAT_CONTROL) || !*host ||
        (*host)->level < 0)
        return WS_WSAENOPROTOOPT;
    return 0;
}

static int load(int fd, const struct xlat_option *row, const struct xlat_option_host *host,
                void *value, socklen_t *length)
{
    if (row->kind == XLAT_LINGER)
        return linger_get(fd, value);
    return sys.getsockopt(fd, host->level, host->name, value, length);
}

static int store(int fd, const struct xlat_option *row, const struct xlat_option_host *host,
                 const void *value, socklen_t length)
{
    if (row->kind == XLAT_LINGER)
        return linger_set(fd, value);
    return sys.setsockopt(fd, host->level, host->name, value, length);
}

int unix_get_option(struct get_option_params *params)
{
    _Alignas(8) unsigned char value[XLAT_OPTION_HOST_MAX];
    const struct xlat_option_host *host = NULL;
    const struct xlat_option *row;
    SOCKET_USE use = SOCKET_UNUSED;
    socklen_t length;
    int error = find_option(params->level, params->name, &row, &host);

    if (error || (error = socket_use(params->handle, &use)))
        return error;
    length = xlat_option_host_size(row);
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): an option without a row has an error */
    if (load(use.fd, row, host, value, &length))
        error = error_in(XLAT_OP_OPTION, errno);
    else
        error = xlat_option_from_host(row, value, length, (void *)(uintptr_t)params->value,
                                      &params->value_len);
    return error;
}

int unix_set_option(struct set_option_params *params)
{
    _Alignas(8) unsigned char value[XLAT_OPTION_HOST_MAX];
    const struct xlat_option_host *host = NULL;
    const struct xlat_option *row;
    SOCKET_USE use = SOCKET_UNUSED;
    socklen_t length = sizeof(value);
    int error = find_option(params->level, params->name, &row, &host);

    if (!error)
        error = xlat_option_to_host(row, (const void *)(uintptr_t)params->value, params->value_len,
                                    value, &length);
    if (error || (error = socket_use(params->handle, &use)))
        return error;
    /* NOLINTNEXTLINE(clang-analyzer-core.NullDereference): as above */
    if (store(use.fd, row, host, value, length))
        error = error_in(XLAT_OP_OPTION, errno);
    return error;
}

int unix_syn_count(struct syn_count_params *params)
{
    int count = params->count < MOST_SYNS ? params->count : MOST_SYNS;
    SOCKET_USE use = SOCKET_UNUSED;
    int error = socket_use(params->handle, &use);

    if (error)
        return error;
    if (sys.setsockopt(use.fd, IPPROTO_TCP, TCP_SYNCNT, &count, sizeof(count)))
        error = error_in(XLAT_OP_OPTION, errno);
    return error;
}

int unix_receive_room(struct receive_room_params *params)
{
    SOCKET_USE use = SOCKET_UNUSED;
    int error = socket_use(params->handle, &use);

    if (error)
        return error;
    if (sys.setsockopt(use.fd, SOL_SOCKET, SO_RCVBUF, &params->room, sizeof(params->room)))
        error = error_in(XLAT_OP_OPTION, errno);
    return error;
}
