/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* IP_IFLIST, IP_ADD_IFLIST, IP_DEL_IFLIST, IP_GET_IFLIST and their IPv6 twins: the interfaces whose
 * datagrams a socket receives.  The list starts empty, and is not in force ("IPPROTO_IP Socket
 * Options").  Streams have none: theirs is never in force and cannot be changed. */
#include "spi/sockopt.h"

static int run(const struct option_call *call, struct interface_filter_params *params)
{
    params->handle = call->s;
    return UNIX_CALL(interface_filter, params);
}

int option_get_interface_filter(struct option_call *call)
{
    struct interface_filter_params params = {.operation = INTERFACE_FILTER_QUERY};
    int error = call->info.type == SOCK_STREAM ? 0 : run(call, &params);

    return error ? error : xlat_option_write(call->row, params.enabled, call->value, &call->length);
}

int option_set_interface_filter(struct option_call *call)
{
    struct interface_filter_params params;
    uint32_t on;
    int error = xlat_option_read(call->row, call->value, call->length, &on);

    if (error || call->info.type == SOCK_STREAM)
        return error ? error : on ? WSAENOPROTOOPT : 0;
    params.operation = on ? INTERFACE_FILTER_ENABLE : INTERFACE_FILTER_DISABLE;
    return run(call, &params);
}

/* WSAEINVAL where the list is not in force; WSAEFAULT where it does not fit. */
int option_get_interface_list(struct option_call *call)
{
    struct interface_filter_params params = {.operation = INTERFACE_FILTER_QUERY};
    int error = call->info.type == SOCK_STREAM ? 0 : run(call, &params);
    int32_t size = (int32_t)(params.count * sizeof(params.list[0]));

    if (error || !params.enabled)
        return error ? error : WSAEINVAL;
    if (call->room < size)
        return WSAEFAULT;
    memcpy(call->value, params.list, size);
    call->length = size;
    return 0;
}

static int change(struct option_call *call, int operation)
{
    struct interface_filter_params params = {.operation = operation};
    int error = xlat_option_read(call->row, call->value, call->length, &params.index);

    if (error || call->info.type == SOCK_STREAM)
        return error ? error : WSAENOPROTOOPT;
    return params.index ? run(call, &params) : WSAEINVAL;
}

int option_add_interface(struct option_call *call)
{
    return change(call, INTERFACE_FILTER_ADD);
}

int option_remove_interface(struct option_call *call)
{
    return change(call, INTERFACE_FILTER_REMOVE);
}
