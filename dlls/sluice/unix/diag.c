/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "diag.h"

#include <errno.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/rtnetlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <string.h>

#include "sys.h"

#define STATE_LISTEN 10

#define ATTRIBUTE_FLAGS 22 /* INET_DIAG_SOCKOPT, Linux 5.10; older headers lack it */

static int ask(int fd, int family, int protocol, uint16_t port, uint32_t states)
{
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 body;
    } request;

    memset(&request, 0, sizeof(request));
    request.header.nlmsg_len = sizeof(request);
    request.header.nlmsg_type = SOCK_DIAG_BY_FAMILY;
    request.header.nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP;
    request.body.sdiag_family = (uint8_t)family;
    request.body.sdiag_protocol = (uint8_t)protocol;
    request.body.idiag_states = states;
    request.body.id.idiag_sport = port;
    request.body.id.idiag_cookie[0] = INET_DIAG_NOCOOKIE;
    request.body.id.idiag_cookie[1] = INET_DIAG_NOCOOKIE;
    return sys.send(fd, &request, sizeof(request), 0) == (ssize_t)sizeof(request) ? 0 : errno;
}

static void read_attributes(const struct nlmsghdr *header, const struct inet_diag_msg *message,
                            struct diag_socket *found)
{
    const struct rtattr *attribute = (const struct rtattr *)(message + 1);
    unsigned left = header->nlmsg_len - NLMSG_LENGTH(sizeof(*message));

    for (; RTA_OK(attribute, left); attribute = RTA_NEXT(attribute, left)) {
        const uint8_t *bytes = RTA_DATA(attribute);

        if (attribute->rta_type == INET_DIAG_SKV6ONLY && RTA_PAYLOAD(attribute) >= 1)
            found->v6_only = bytes[0];
        if (attribute->rta_type == ATTRIBUTE_FLAGS && RTA_PAYLOAD(attribute) >= 2)
            found->flags = bytes[0] | (uint32_t)bytes[1] << 8;
    }
}

static void tell(const struct nlmsghdr *header, uint16_t port, diag_visit visit, void *context)
{
    const struct inet_diag_msg *message = NLMSG_DATA(header);
    struct diag_socket found = {
        .family = message->idiag_family,
        .listening = message->idiag_state == STATE_LISTEN,
        .device = message->id.idiag_if,
        .user = message->idiag_uid,
        .cookie = (uint64_t)message->id.idiag_cookie[1] << 32 | message->id.idiag_cookie[0],
        .waiting = message->idiag_rqueue,
        .backlog = message->idiag_wqueue,
    };

    if (message->id.idiag_sport != port) /* bound sockets come whatever port was asked for */
        return;
    memcpy(found.address, message->id.idiag_src, sizeof(found.address));
    read_attributes(header, message, &found);
    visit(context, &found);
}

/* One datagram of the answer. Returns true at its end, with *error 0 or what the kernel refused. */
static bool read_part(const char *buffer, ssize_t length, uint16_t port, diag_visit visit,
                      void *context, int *error)
{
    const struct nlmsghdr *header = (const struct nlmsghdr *)buffer;
    unsigned left = (unsigned)length;

    for (; NLMSG_OK(header, left); header = NLMSG_NEXT(header, left)) {
        if (header->nlmsg_type == NLMSG_DONE)
            return true;
        if (header->nlmsg_type == NLMSG_ERROR) {
            *error = -((const struct nlmsgerr *)NLMSG_DATA(header))->error;
            return true;
        }
        if (header->nlmsg_len >= NLMSG_LENGTH(sizeof(struct inet_diag_msg)))
            tell(header, port, visit, context);
    }
    return false;
}

static int receive(int fd, uint16_t port, diag_visit visit, void *context)
{
    char buffer[8192] __attribute__((aligned(8)));
    int error = 0;

    for (;;) {
        ssize_t length = sys.recv(fd, buffer, sizeof(buffer), 0);

        if (length < 0 && errno == EINTR)
            continue;
        if (length <= 0)
            return length ? errno : EPIPE;
        if (read_part(buffer, length, port, visit, context, &error))
            return error;
    }
}

int diag_list(int family, int protocol, uint16_t port, uint32_t states, diag_visit visit,
              void *context)
{
    int error, fd = sys.socket(AF_NETLINK, SOCK_DGRAM | SOCK_CLOEXEC, NETLINK_SOCK_DIAG);

    if (fd < 0)
        return errno;
    error = ask(fd, family, protocol, port, states);
    if (!error)
        error = receive(fd, port, visit, context);
    sys.close(fd);
    return error;
}

int diag_list_all(int protocol, uint16_t port, uint32_t states, diag_visit visit, void *context)
{
    int error = diag_list(AF_INET, protocol, port, states, visit, context);

    if (error)
        return error;
    error = diag_list(AF_INET6, protocol, port, states, visit, context);
    return error == ENOENT ? 0 : error; /* a kernel without IPv6 has no such sockets */
}
