/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's announcements of changed addresses and routes. */
#include <errno.h>
#include <linux/rtnetlink.h>
#include <string.h>

#include "calls.h"
#include "sys.h"
#include "winabi.h"
#include "error.h"

static const unsigned groups[] = {
    [CHANGE_ADDRESSES_V6] = RTMGRP_IPV6_IFADDR,
    [CHANGE_ROUTES_V4] = RTMGRP_IPV4_ROUTE,
    [CHANGE_ROUTES_V6] = RTMGRP_IPV6_ROUTE,
};

int unix_change_open(struct change_open_params *params)
{
    struct sockaddr_nl address;

    memset(&address, 0, sizeof(address));
    address.nl_family = AF_NETLINK;
    address.nl_groups = groups[params->kind];
    params->fd = sys.socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_ROUTE);
    if (params->fd < 0)
        return error_from_errno(errno);
    if (!sys.bind(params->fd, (struct sockaddr *)&address, sizeof(address)))
        return 0;
    params->fd = (sys.close(params->fd), -1);
    return WS_WSAENOBUFS;
}

/* What has changed does not matter, nor does what no longer fitted into the queue (ENOBUFS). */
int unix_change_wait(struct change_wait_params *params)
{
    char message[4096];

    while (sys.recv(params->fd, message, sizeof(message), 0) < 0)
        if (errno != EINTR)
            return errno == ENOBUFS ? 0 : error_from_errno(errno);
    while (sys.recv(params->fd, message, sizeof(message), MSG_DONTWAIT) >= 0)
        ; /* the rest of the same change */
    return 0;
}
