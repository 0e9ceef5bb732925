/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw sockets of ICMP. */
#include <linux/icmp.h>
#include <sys/socket.h>

#include "calls.h"
#include "sys.h"
#include "use.h"

#ifndef SOL_RAW
#define SOL_RAW 255
#endif

/* Where the host stands in for an unprivileged raw socket with a datagram one, the kernel has no
 * such option, and hands out replies only. */
int unix_filter_icmp(struct filter_icmp_params *params)
{
    struct icmp_filter filter = {.data = 1u << ICMP_ECHO};
    SOCKET_USE use = SOCKET_UNUSED;
    int error = socket_use(params->handle, &use);

    if (error)
        return error;
    sys.setsockopt(use.fd, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter));
    return 0;
}
