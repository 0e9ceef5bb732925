/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See control.h. */
#include "xlat/control.h"

#include <linux/udp.h>
#include <string.h>
#include <sys/socket.h>

#include "structs.h"
#include "winabi.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#ifndef SOL_UDP
#define SOL_UDP 17
#endif

/* A header in Windows' form is its length in a word, the level and the type. */
static size_t header_size(size_t word)
{
    return word + sizeof(int32_t) + sizeof(int32_t);
}

static size_t align(size_t length, size_t word)
{
    return (length + word - 1) & ~(word - 1);
}

static void get_header(const char *at, size_t word, struct ws_cmsghdr *header)
{
    header->length = 0;
    memcpy(&header->length, at, word); /* little-endian, as all that Wine runs on here */
    memcpy(&header->level, at + word, sizeof(header->level));
    memcpy(&header->type, at + word + sizeof(header->level), sizeof(header->type));
}

static void put_header(char *at, size_t word, const struct ws_cmsghdr *header)
{
    memcpy(at, &header->length, word);
    memcpy(at + word, &header->level, sizeof(header->level));
    memcpy(at + word + sizeof(header->level), &header->type, sizeof(header->type));
}

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

int xlat_control_read(const void *ws, size_t ws_len, size_t word, struct xlat_control *control)
{
    const size_t head = header_size(word);
    struct ws_cmsghdr header;
    const char *at = ws;

    memset(control, 0, sizeof(*control));
    control->hops = control->hops6 = control->traffic = control->class6 = -1;
    control->ecn = control->ecn6 = control->segment = -1;
    while (ws_len >= head) {
        size_t step;

        get_header(at, word, &header);
        if (header.length < head || header.length > ws_len)
            return WS_WSAEINVAL;
        if (!read_message(&header, at + head, (size_t)header.length - head, control))
            return WS_WSAEINVAL;
        step = align((size_t)header.length, word);
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

static size_t put_number(const void *data, void *ws)
{
    int32_t value;

    memcpy(&value, data, sizeof(value));
    memcpy(ws, &value, sizeof(value));
    return sizeof(value);
}

/* IPv4's traffic class comes as one byte. */
static size_t put_octet(const void *data, void *ws)
{
    int32_t value = *(const unsigned char *)data;

    memcpy(ws, &value, sizeof(value));
    return sizeof(value);
}

static size_t put_pktinfo(const void *data, void *ws)
{
    struct in_pktinfo host;
    struct ws_in_pktinfo info;

    memcpy(&host, data, sizeof(host));
    info.address = host.ipi_addr.s_addr;
    info.interface_index = (uint32_t)host.ipi_ifindex;
    memcpy(ws, &info, sizeof(info));
    return sizeof(info);
}

static size_t put_pktinfo6(const void *data, void *ws)
{
    struct in6_pktinfo host;
    struct ws_in6_pktinfo info;

    memcpy(&host, data, sizeof(host));
    memcpy(info.address, &host.ipi6_addr, sizeof(info.address));
    info.interface_index = host.ipi6_ifindex;
    memcpy(ws, &info, sizeof(info));
    return sizeof(info);
}

/* What a message of the kernel's becomes. */
static const struct arriving {
    int level, type; /* Linux' numbers */
    size_t size;     /* of the kernel's data */
    int32_t ws_level, ws_type;
    size_t (*put)(const void *data, void *ws); /* returns the length of Windows' data */
} arriving[] = {
    {IPPROTO_IP, IP_PKTINFO, sizeof(struct in_pktinfo), WS_IPPROTO_IP, WS_IP_PKTINFO, put_pktinfo},
    {IPPROTO_IP, IP_TTL, 4, WS_IPPROTO_IP, WS_IP_TTL, put_number},
    {IPPROTO_IP, IP_TOS, 1, WS_IPPROTO_IP, WS_IP_TOS, put_octet},
    {IPPROTO_IPV6, IPV6_PKTINFO, sizeof(struct in6_pktinfo), WS_IPPROTO_IPV6, WS_IPV6_PKTINFO,
     put_pktinfo6},
    {IPPROTO_IPV6, IPV6_HOPLIMIT, 4, WS_IPPROTO_IPV6, WS_IPV6_HOPLIMIT, put_number},
    {IPPROTO_IPV6, IPV6_TCLASS, 4, WS_IPPROTO_IPV6, WS_IPV6_TCLASS, put_number},
};

static const struct arriving *find_arriving(const struct cmsghdr *header)
{
    for (size_t i = 0; i < COUNT(arriving); i++)
        if (arriving[i].level == header->cmsg_level && arriving[i].type == header->cmsg_type &&
            header->cmsg_len >= CMSG_LEN(arriving[i].size))
            return &arriving[i];
    return NULL;
}

uint32_t xlat_control_received(struct msghdr *message, void *ws, uint32_t ws_len, size_t word)
{
    const size_t head = header_size(word);
    uint32_t at = 0;

    for (struct cmsghdr *header = CMSG_FIRSTHDR(message); header;
         header = CMSG_NXTHDR(message, header)) {
        const struct arriving *kind = find_arriving(header);
        char data[sizeof(struct ws_in6_pktinfo)];
        struct ws_cmsghdr out;
        size_t size;

        if (!kind)
            continue;
        size = kind->put(CMSG_DATA(header), data);
        if (ws_len - at < align(head + size, word))
            continue;
        out.length = head + size;
        out.level = kind->ws_level;
        out.type = kind->ws_type;
        put_header((char *)ws + at, word, &out);
        memcpy((char *)ws + at + head, data, size);
        at += (uint32_t)align(head + size, word);
    }
    return at;
}
