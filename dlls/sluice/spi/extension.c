/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of extension functions. */
#include "spi/extension.h"

#include "spi/poll.h"

static const struct {
    GUID guid;
    void *function;
} extensions[] = {
    {WSAID_ACCEPTEX, (void *)ext_accept_ex},
    {WSAID_CONNECTEX, (void *)ext_connect_ex},
    {WSAID_DISCONNECTEX, (void *)ext_disconnect_ex},
    {WSAID_GETACCEPTEXSOCKADDRS, (void *)ext_get_accept_ex_sockaddrs},
    {WSAID_TRANSMITFILE, (void *)ext_transmit_file},
    {WSAID_TRANSMITPACKETS, (void *)ext_transmit_packets},
    {WSAID_WSAPOLL, (void *)sluice_poll},
    {WSAID_WSARECVMSG, (void *)ext_recv_msg},
    {WSAID_WSASENDMSG, (void *)ext_send_msg},
};

void *extension_find(const GUID *guid)
{
    for (size_t i = 0; i < sizeof(extensions) / sizeof(extensions[0]); i++)
        if (!memcmp(&extensions[i].guid, guid, sizeof(*guid)))
            return extensions[i].function;
    return NULL;
}

BOOL extension_return(int error)
{
    SetLastError(error);
    return !error;
}
