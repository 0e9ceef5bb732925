/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See control.h. */
#include "xlat/control.h"

#include <linux/udp.h>
#include <string.h>
#include <sys/socket.h>

#include "structs.h"
#include "winabi.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))
#define ALIGN        8u

#ifndef SOL_UDP
#define SOL_UDP 17
#endif

/* Messages that carry one 32-bit number. */
static const struct {
    int level, type;
    size_t field;
    uint32_t least, most;
} numbers[] = {
    {WS_IPPROTO_IP, WS_IP_TTL, offsetof(struct xlat_control, hops), 0, 255},
    {WS_IPPROTO_IP, WS_IP_RECVTTL, offsetof(struct xlat_control, hops), 0, 255}, /* IP_HOPLIMIT */
    {WS_IPPROTO_IP, WS_IP_TOS, offsetof(struct xlat_control, traffic), 0, 255},
    {WS_IPPROTO_IP, WS_IP_TCLASS, offsetof(struct xlat_control, traffic), 0, 255},
    {WS_IPPROTO_IP, WS_IP_ECN, offsetof(struct xlat_control, ecn), 0, 3},
    {WS_IPPROTO_IPV6, WS_IPV6_HOPLIMIT, offsetof(struct xlat_control, hops6), 0, 255},
    {WS_IPPROTO_IPV6, WS_IPV6_TCLASS, offsetof(struct xlat_control, class6), 0, 255},
    {WS_IPPROTO_IPV6, WS_IPV6_ECN, offsetof(struct xlat_control, ecn6), 0, 3},
    {WS_IPPROTO_UDP, WS_UDP_SEND_MSG_SIZE, offsetof(struct xlat_control, segment), 0, 65535},
};

static bool read_number(const struct ws_cmsghdr *header, const char *data, size_t size,
                        struct xlat_control *control)
{
    uint32_t value;

    for (size_t i = 0; i < COUNT(numbers); i++) {
        if (numbers[i].level != header->level || numbers[i].type != header->type)
            continue;
        if (size < sizeof(value))
            return false;
        memcpy(&value, data, sizeof(value));
        if (value < numbers[i].least || value > numbers[i].most)
            return false;
        *(int *)((char *)control + numbers[i].field) = (int)value;
        return true;
    }
    return false;
}

static bool read_pktinfo(const char *data, size_t size, struct xlat_control *control)
{
    struct ws_in_pktinfo info;

    if (size < sizeof(info))
        return false;
    memcpy(&info, data, sizeof(info));
    control->has_pktinfo = true;
    control->pktinfo.ipi_ifindex = (int)info.interface_index;
    control->pktinfo.ipi_spec_dst.s_addr = info.address;
    return true;
}

static bool read_pktinfo6(const char *data, size_t size, struct xlat_control *control)
{
    struct ws_in6_pktinfo info;

    if (size < sizeof(info))
        return false;
    memcpy(&info, data, sizeof(info));
    control->has_pktinfo6 = true;
    memcpy(&control->pktinfo6.ipi6_addr, info.address, sizeof(info.address));
    control->pktinfo6.ipi6_ifindex = info.interface_index;
    return true;
}

static bool read_message(const struct ws_cmsghdr *header, const char *data, size_t size,
                         struct xlat_control *control)
{
    if (header->level == WS_IPPROTO_IP && header->type == WS_IP_PKTINFO)
        return read_pktinfo(data, size, control);
    if (header->level == WS_IPPROTO_IPV6 && header->type == WS_IPV6_PKTINFO)
        return read_pktinfo6(data, size, control);
    return read_number(header, data, size, control);
}

int xlat_control_read(const void *ws, size_t ws_len, struct xlat_control *control)
{
    struct ws_cmsghdr header;
    const char *at = ws;

    memset(control, 0, sizeof(*control));
    control->hops = control->hops6 = control->traffic = control->class6 = -1;
    control->ecn = control->ecn6 = control->segment = -1;
    while (ws_len >= sizeof(header)) {
        size_t step;

        memcpy(&header, at, sizeof(header));
        if (header.length < sizeof(header) || header.length > ws_len)
            return WS_WSAEINVAL;
        if (!read_message(&header, at + sizeof(header), (size_t)header.length - sizeof(header),
                          control))
            return WS_WSAEINVAL;
        step = ((size_t)header.length + ALIGN - 1) & ~(size_t)(ALIGN - 1);
        if (step > ws_len)
            break; /* the last one need not be padded */
        at += step;
        ws_len -= step;
    }
    return 0;
}

/* Appends one message behind `length` bytes; returns the new length. */
static size_t append(void *host, size_t length, int level, int type, const void *data, size_t size)
{
    struct cmsghdr *header = (struct cmsghdr *)((char *)host + length);

    memset(header, 0, CMSG_SPACE(size));
    header->cmsg_len = CMSG_LEN(size);
    header->cmsg_level = level;
    header->cmsg_type = type;
    memcpy(CMSG_DATA(header), data, size);
    return length + CMSG_SPACE(size);
}

size_t xlat_control_write(const struct xlat_control *control, void *host)
{
    const struct {
        int value, level, type;
    } plain[] = {
        {control->hops, IPPROTO_IP, IP_TTL},
        {control->traffic, IPPROTO_IP, IP_TOS},
        {control->hops6, IPPROTO_IPV6, IPV6_HOPLIMIT},
        {control->class6, IPPROTO_IPV6, IPV6_TCLASS},
    };
    size_t length = 0;

    for (size_t i = 0; i < COUNT(plain); i++)
        if (plain[i].value >= 0)
            length = append(host, length, plain[i].level, plain[i].type, &plain[i].value,
                            sizeof(plain[i].value));
    if (control->has_pktinfo)
        length = append(host, length, IPPROTO_IP, IP_PKTINFO, &control->pktinfo,
                        sizeof(control->pktinfo));
    if (control->has_pktinfo6)
        length = append(host, length, IPPROTO_IPV6, IPV6_PKTINFO, &control->pktinfo6,
                        sizeof(control->pktinfo6));
    if (control->segment > 0) {
        uint16_t segment = (uint16_t)control->segment;

        length = append(host, length, SOL_UDP, UDP_SEGMENT, &segment, sizeof(segment));
    }
    return length;
}

_Static_assert(4 * CMSG_SPACE(sizeof(int)) + CMSG_SPACE(sizeof(struct in_pktinfo)) +
                       CMSG_SPACE(sizeof(struct in6_pktinfo)) + CMSG_SPACE(sizeof(uint16_t)) <=
                   XLAT_CONTROL_HOST_MAX,
               "all of them together");
