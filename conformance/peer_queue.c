/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The accept queue of a listening port, asked from the kernel (sock_diag(7)).  Native peer only. */
#include <arpa/inet.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>
#include "peer.h"

enum { TCP_STATE_LISTEN = 10 };

static int ask(int fd, int family)
{
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 body;
    } request;

    memset(&request, 0, sizeof(request));
    request.header.nlmsg_len = sizeof(request);
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.body.sdiag_family = (unsigned char)family;
    request.body.sdiag_protocol = IPPROTO_TCP;
    request.body.idiag_states = 1u << TCP_STATE_LISTEN;
    return send(fd, &request, sizeof(request), 0) == (ssize_t)sizeof(request) ? 0 : -1;
}

/* 1 when the port was found, 0 at the end of the dump. */
static int find(int fd, unsigned port, unsigned *waiting, unsigned *limit)
{
    static char buffer[32768] __attribute__((aligned(8)));
    int found = 0;

    for (;;) {
        ssize_t n = recv(fd, buffer, sizeof(buffer), 0);
        struct nlmsghdr *h = (struct nlmsghdr *)buffer;

        if (n <= 0)
            return found;
        for (unsigned left = (unsigned)n; NLMSG_OK(h, left); h = NLMSG_NEXT(h, left)) {
            const struct inet_diag_msg *m = NLMSG_DATA(h);

            if (h->nlmsg_type == NLMSG_DONE || h->nlmsg_type == NLMSG_ERROR)
                return found;
            if (ntohs(m->id.idiag_sport) != port)
                continue;
            *waiting = m->idiag_rqueue;
            *limit = m->idiag_wqueue;
            found = 1;
        }
    }
}

int peer_queue(unsigned port, unsigned *waiting, unsigned *limit)
{
    static const int families[] = {AF_INET, AF_INET6};
    int fd = socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), found = 0;

    if (fd < 0)
        return -1;
    for (int i = 0; i < 2 && !found; i++)
        found = ask(fd, families[i]) == 0 && find(fd, port, waiting, limit);
    close(fd);
    return found ? 0 : -1;
}

int peer_somaxconn(void)
{
    FILE *file = fopen("/proc/sys/net/core/somaxconn", "r");
    int value = -1;

    if (file && fscanf(file, "%d", &value) != 1)
        value = -1;
    if (file)
        fclose(file);
    return value;
}
