/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What routers and hosts answered to datagrams of earlier sends.
 *
 * The kernel tells a connected socket of unreachable ports only, by the next call's error, which
 * whoever asks first takes: the host too.  With IP_RECVERR it keeps a queue of all errors for
 * unconnected sockets as well. */
#ifndef SLUICE_ICMP_H
#define SLUICE_ICMP_H

#include <stdbool.h>

enum icmp_news {
    ICMP_NONE,        /* the queue is empty */
    ICMP_OTHER,       /* nothing Windows tells of */
    ICMP_UNREACHABLE, /* the port is: WSAECONNRESET */
    ICMP_EXPIRED,     /* the time to live is over: WSAENETRESET */
};

/* Has the queue kept, or no longer: what is in it is gone then. Other sockets have none: no error.
 */
void icmp_keep(int fd, bool on);

/* Takes the first error off the queue. */
enum icmp_news icmp_take(int fd);

#endif
