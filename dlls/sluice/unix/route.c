/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which local address the kernel would send from: connecting a datagram socket sends nothing. */
#include <errno.h>
#include <netinet/in.h>
#include <string.h>

#include "calls.h"
#include "sys.h"
#include "winabi.h"
#include "error.h"
#include "xlat/sockaddr.h"

#define ANY_PORT 9 /* discard; some port must be named, none is contacted */

static void set_port(struct sockaddr_storage *address, uint16_t port)
{
    if (address->ss_family == AF_INET6)
        ((struct sockaddr_in6 *)address)->sin6_port = htons(port);
    else
        ((struct sockaddr_in *)address)->sin_port = htons(port);
}

int unix_route_source(struct route_source_params *params)
{
    struct sockaddr_storage address;
    socklen_t length;
    int fd, error = xlat_sockaddr_to_host(params->address, params->address_len, &address, &length);

    if (error)
        return error;
    fd = sys.socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return error_from_errno(errno);
    set_port(&address, ANY_PORT);
    if (sys.connect(fd, (struct sockaddr *)&address, length)) {
        error = error_from_errno(errno);
        goto out;
    }
    length = sizeof(address);
    if (sys.getsockname(fd, (struct sockaddr *)&address, &length)) {
        error = error_from_errno(errno);
        goto out;
    }
    set_port(&address, 0);
    error = xlat_sockaddr_from_host(&address, length, params->address, &params->address_len);
out:
    sys.close(fd);
    return error;
}
