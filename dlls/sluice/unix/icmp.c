/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See icmp.h. */
#include "icmp.h"

#include <errno.h>
#include <time.h>

#include <linux/errqueue.h>
#include <netinet/icmp6.h>
#include <netinet/in.h>
#include <netinet/ip_icmp.h>
#include <stdint.h>
#include <string.h>

#include "sys.h"

/* An IPv6 socket may have both kinds: errors of IPv4 come in its own messages. */
static const struct {
    int level, option; /* which is the message's type too */
    uint8_t origin, expired;
} families[] = {
    {IPPROTO_IP, IP_RECVERR, SO_EE_ORIGIN_ICMP, ICMP_TIME_EXCEEDED},
    {IPPROTO_IPV6, IPV6_RECVERR, SO_EE_ORIGIN_ICMP6, ICMP6_TIME_EXCEEDED},
};
#define FAMILIES (sizeof(families) / sizeof(families[0]))

void icmp_keep(int fd, bool on)
{
    int value = on;
    socklen_t length = sizeof(value);

    for (size_t i = 0; i < FAMILIES; i++)
        sys.setsockopt(fd, families[i].level, families[i].option, &value, sizeof(value));
    if (!on) /* nor does the socket's own error stay */
        sys.getsockopt(fd, SOL_SOCKET, SO_ERROR, &value, &length);
}

static bool is_error(const struct cmsghdr *header)
{
    for (size_t i = 0; i < FAMILIES; i++)
        if (header->cmsg_level == families[i].level && header->cmsg_type == families[i].option)
            return header->cmsg_len >= CMSG_LEN(sizeof(struct sock_extended_err));
    return false;
}

/* An error of this machine's own is none of these: the send itself has said it. */
static enum icmp_news judge(const struct cmsghdr *header)
{
    struct sock_extended_err error;

    memcpy(&error, CMSG_DATA(header), sizeof(error));
    for (size_t i = 0; i < FAMILIES; i++) {
        if (error.ee_origin != families[i].origin)
            continue;
        if (error.ee_errno == ECONNREFUSED)
            return ICMP_UNREACHABLE;
        return error.ee_type == families[i].expired ? ICMP_EXPIRED : ICMP_OTHER;
    }
    return ICMP_OTHER;
}

enum icmp_news icmp_take(int fd)
{
    /* the error, and its sender's address behind it */
    char control[CMSG_SPACE(sizeof(struct sock_extended_err) + sizeof(struct sockaddr_in6)) * 2]
        __attribute__((aligned(sizeof(size_t))));
    struct msghdr message = {.msg_control = control, .msg_controllen = sizeof(control)};
    struct cmsghdr *header;

    if (sys.recvmsg(fd, &message, MSG_ERRQUEUE | MSG_DONTWAIT) < 0)
        return ICMP_NONE;
    for (header = CMSG_FIRSTHDR(&message); header; header = CMSG_NXTHDR(&message, header))
        if (is_error(header))
            return judge(header);
    return ICMP_OTHER;
}
