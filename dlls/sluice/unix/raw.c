/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw sockets of ICMP. */
#include <linux/icmp.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>

#include "calls.h"
#include "host.h"
#include "sys.h"

#ifndef SOL_RAW
#define SOL_RAW 255
#endif

/* Where the host stands in for an unprivileged raw socket with a datagram one, the kernel has no
 * such option, and hands out replies only. */
int unix_filter_icmp(struct filter_icmp_params *params)
{
    struct icmp_filter filter = {.data = 1u << ICMP_ECHO};
    struct icmp6_filter filter6;
    int fd, error = host_socket_fd(params->handle, &fd);

    if (error)
        return error;
    if (sys.setsockopt(fd, SOL_RAW, ICMP_FILTER, &filter, sizeof(filter))) {
        ICMP6_FILTER_SETPASSALL(&filter6);
        ICMP6_FILTER_SETBLOCK(ICMP6_ECHO_REQUEST, &filter6);
        sys.setsockopt(fd, IPPROTO_ICMPV6, ICMP6_FILTER, &filter6, sizeof(filter6));
    }
    sys.close(fd);
    return 0;
}
