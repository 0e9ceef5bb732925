/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The socket options as Linux has them, and the conversions of their values. */
#include "xlat/option_host.h"

#include <arpa/inet.h>
#include <limits.h>
#include <linux/udp.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>

#include "structs.h"
#include "winabi.h"
#include "xlat/sockaddr.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* linux/in6.h has it, glibc's header does not everywhere. */
#ifndef IPV6_HDRINCL
#define IPV6_HDRINCL 36
#endif

#define LINUX(level_, name_, map_)                                                                 \
    {                                                                                              \
        .level = level_, .name = name_, .map = XLAT_MAP_##map_                                     \
    }
#define LINUX_V6(level, name, map, otherwise) LINUX(level, name, map)
#define CONTROL(level, name)                  LINUX(level, name, SAME)
#define NOT_LINUX                                                                                  \
    {                                                                                              \
        .level = -1                                                                                \
    }
#define WINE(get, set)  NOT_LINUX
#define LOCAL(id)       NOT_LINUX
#define ACCEPTED(first) NOT_LINUX
#define FIXED(always)   NOT_LINUX
#define REFUSED(error)  NOT_LINUX

#define OPTION(level, name, kind, rule, size, ops, types, families, route) route,

static const struct xlat_option_host options[] = {
#include "xlat/options.def"
};

#undef OPTION

const struct xlat_option_host *xlat_option_host(const struct xlat_option *row)
{
    return &options[row - xlat_option_at(0)];
}

/* Linux' path MTU discovery by Windows' number; IP_PMTUDISC_WANT, Linux' default, has none of its
 * own. */
static const struct {
    uint32_t ws;
    int host;
} pmtudisc[] = {
    {WS_PMTUDISC_DO, IP_PMTUDISC_DO},
    {WS_PMTUDISC_DONT, IP_PMTUDISC_DONT},
    {WS_PMTUDISC_PROBE, IP_PMTUDISC_PROBE},
};

_Static_assert(IP_PMTUDISC_DO == IPV6_PMTUDISC_DO && IP_PMTUDISC_DONT == IPV6_PMTUDISC_DONT &&
                   IP_PMTUDISC_PROBE == IPV6_PMTUDISC_PROBE,
               "one map serves both versions of IP");

static int pmtudisc_to_host(uint32_t value, int *number)
{
    for (size_t i = 0; i < COUNT(pmtudisc); i++) {
        if (pmtudisc[i].ws != value)
            continue;
        *number = pmtudisc[i].host;
        return 0;
    }
    return WS_WSAEINVAL;
}

static uint32_t pmtudisc_from_host(int number)
{
    for (size_t i = 0; i < COUNT(pmtudisc); i++)
        if (pmtudisc[i].host == number)
            return pmtudisc[i].ws;
    return WS_PMTUDISC_NOT_SET;
}

static int seconds_to_host(int32_t seconds, int *number)
{
    if (seconds < -1)
        return WS_WSAEINVAL;
    /* INT_MAX ms are 24 days: as good as for ever. */
    *number = seconds == -1 || seconds > INT_MAX / 1000 ? INT_MAX : seconds * 1000;
    return 0;
}

static uint32_t seconds_from_host(int number)
{
    if (number == INT_MAX)
        return UINT32_MAX;
    return ((uint32_t)number + 999) / 1000; /* never 0, "the default", for a time that was set */
}

/* Of a listener with TCP_FASTOPEN; net.core.somaxconn bounds it further. */
#define FASTOPEN_QUEUE 256

/* MAX_TCP_KEEPCNT of the kernel. */
#define PROBES_MAX 127

static int probes_to_host(uint32_t probes, int *number)
{
    if (probes > 255)
        return WS_WSAEINVAL;
    *number = probes > PROBES_MAX ? PROBES_MAX : (int)probes;
    return 0;
}

static int number_to_host(enum xlat_map map, uint32_t value, int *number)
{
    switch (map) {
    case XLAT_MAP_NOT:
        *number = !value;
        return 0;
    case XLAT_MAP_DONTFRAG:
        *number = value ? IP_PMTUDISC_DO : IP_PMTUDISC_DONT;
        return 0;
    case XLAT_MAP_PMTUDISC:
        return pmtudisc_to_host(value, number);
    case XLAT_MAP_SECONDS_MS:
        return seconds_to_host((int32_t)value, number);
    case XLAT_MAP_FASTOPEN:
        *number = value ? FASTOPEN_QUEUE : 0;
        return 0;
    case XLAT_MAP_PROBES:
        return probes_to_host(value, number);
    case XLAT_MAP_SWAP:
        *number = (int)htonl(value);
        return 0;
    default:
        *number = (int)value;
        return 0;
    }
}

static uint32_t number_from_host(enum xlat_map map, int number)
{
    switch (map) {
    case XLAT_MAP_NOT:
        return !number;
    case XLAT_MAP_DONTFRAG:
        return number == IP_PMTUDISC_DO || number == IP_PMTUDISC_PROBE;
    case XLAT_MAP_PMTUDISC:
        return pmtudisc_from_host(number);
    case XLAT_MAP_SECONDS_MS:
        return seconds_from_host(number);
    case XLAT_MAP_FASTOPEN:
        return number != 0;
    case XLAT_MAP_SWAP:
    case XLAT_MAP_INDEX:
        return ntohl((uint32_t)number);
    default:
        return (uint32_t)number;
    }
}

/* Hands a finished value over, if there is room. */
static int give(const void *value, size_t size, void *host, socklen_t *host_len)
{
    if (*host_len < size)
        return WS_WSAEFAULT;
    if (size) /* IP_OPTIONS is cleared with an empty value, which may be NULL */
        memcpy(host, value, size);
    *host_len = (socklen_t)size;
    return 0;
}

/* 0.x.x.x names an interface by index, anything else by one of its addresses. */
static void set_interface(uint32_t interface, struct ip_mreqn *mreq)
{
    uint32_t index = ntohl(interface);

    if (index && index < 0x01000000)
        mreq->imr_ifindex = (int)index;
    else
        mreq->imr_address.s_addr = interface;
}

static int scalar_to_host(const struct xlat_option *row, const void *ws, int ws_len, void *host,
                          socklen_t *host_len)
{
    uint32_t value;
    int number, error = xlat_option_read(row, ws, ws_len, &value);

    if (!error && row->kind == XLAT_INTERFACE) {
        struct ip_mreqn mreq = {.imr_ifindex = 0};

        set_interface(value, &mreq);
        return give(&mreq, sizeof(mreq), host, host_len);
    }
    if (!error)
        error = number_to_host(xlat_option_host(row)->map, value, &number);
    return error ? error : give(&number, sizeof(number), host, host_len);
}

static int linger_to_host(const void *ws, void *host, socklen_t *host_len)
{
    struct ws_linger in;
    struct linger out;

    memcpy(&in, ws, sizeof(in));
    out.l_onoff = in.onoff;
    out.l_linger = in.seconds;
    return give(&out, sizeof(out), host, host_len);
}

static int mreq_to_host(const void *ws, void *host, socklen_t *host_len)
{
    struct ip_mreqn out = {.imr_ifindex = 0};
    struct ws_ip_mreq in;

    memcpy(&in, ws, sizeof(in));
    out.imr_multiaddr.s_addr = in.group;
    set_interface(in.interface_address, &out);
    return give(&out, sizeof(out), host, host_len);
}

static int mreq_source_to_host(const void *ws, void *host, socklen_t *host_len)
{
    struct ws_ip_mreq_source in;
    struct ip_mreq_source out;

    memcpy(&in, ws, sizeof(in));
    out.imr_multiaddr.s_addr = in.group;
    out.imr_interface.s_addr = in.interface_address;
    out.imr_sourceaddr.s_addr = in.source;
    return give(&out, sizeof(out), host, host_len);
}

static int mreq6_to_host(const void *ws, void *host, socklen_t *host_len)
{
    struct ws_ipv6_mreq in;
    struct ipv6_mreq out;

    memcpy(&in, ws, sizeof(in));
    memcpy(&out.ipv6mr_multiaddr, in.group, sizeof(in.group));
    out.ipv6mr_interface = in.interface_index;
    return give(&out, sizeof(out), host, host_len);
}

static int member_to_host(const struct ws_sockaddr_storage *in, struct sockaddr_storage *out)
{
    socklen_t length;

    return xlat_sockaddr_to_host(in, sizeof(*in), out, &length);
}

static int group_req_to_host(const void *ws, void *host, socklen_t *host_len)
{
    struct ws_group_req in;
    struct group_req out;
    int error;

    memcpy(&in, ws, sizeof(in));
    memset(&out, 0, sizeof(out));
    out.gr_interface = in.interface_index;
    error = member_to_host(&in.group, &out.gr_group);
    return error ? error : give(&out, sizeof(out), host, host_len);
}

static int group_source_req_to_host(const void *ws, void *host, socklen_t *host_len)
{
    struct ws_group_source_req in;
    struct group_source_req out;
    int error;

    memcpy(&in, ws, sizeof(in));
    memset(&out, 0, sizeof(out));
    out.gsr_interface = in.interface_index;
    error = member_to_host(&in.group, &out.gsr_group);
    if (!error)
        error = member_to_host(&in.source, &out.gsr_source);
    return error ? error : give(&out, sizeof(out), host, host_len);
}

/* Kinds of a fixed layout; the others are handled by name below. */
static const struct {
    int (*to_host)(const void *ws, void *host, socklen_t *host_len);
    socklen_t host_size;
} layouts[XLAT_KIND_COUNT] = {
    [XLAT_LINGER] = {linger_to_host, sizeof(struct linger)},
    [XLAT_MREQ] = {mreq_to_host, sizeof(struct ip_mreqn)},
    [XLAT_MREQ_SOURCE] = {mreq_source_to_host, sizeof(struct ip_mreq_source)},
    [XLAT_MREQ6] = {mreq6_to_host, sizeof(struct ipv6_mreq)},
    [XLAT_GROUP_REQ] = {group_req_to_host, sizeof(struct group_req)},
    [XLAT_GROUP_SOURCE_REQ] = {group_source_req_to_host, sizeof(struct group_source_req)},
};

_Static_assert(sizeof(struct group_source_req) <= XLAT_OPTION_HOST_MAX, "the largest value fits");

int xlat_option_to_host(const struct xlat_option *row, const void *ws, int ws_len, void *host,
                        socklen_t *host_len)
{
    if (row->kind <= XLAT_LAST_SCALAR)
        return scalar_to_host(row, ws, ws_len, host, host_len);
    if (ws_len < 0) /* SOL_SOCKET: counts as long enough */
        ws_len = row->size;
    if (row->kind == XLAT_BYTES)
        return ws_len > row->size ? WS_WSAEINVAL : give(ws, (size_t)ws_len, host, host_len);
    if (!layouts[row->kind].to_host)
        return WS_WSAEINVAL;
    if (ws_len < row->size)
        return WS_WSAEFAULT;
    return layouts[row->kind].to_host(ws, host, host_len);
}

static int linger_from_host(const struct xlat_option *row, const void *host, socklen_t host_len,
                            void *ws, int32_t *ws_len)
{
    struct ws_linger out;
    struct linger in;

    if (host_len < sizeof(in))
        return WS_WSAEINVAL;
    if (*ws_len < row->size) {
        xlat_option_short(row, ws, ws_len);
        return WS_WSAEFAULT;
    }
    memcpy(&in, host, sizeof(in));
    out.onoff = !!in.l_onoff;
    out.seconds = in.l_linger > UINT16_MAX ? UINT16_MAX : (uint16_t)in.l_linger;
    memcpy(ws, &out, sizeof(out));
    *ws_len = sizeof(out);
    return 0;
}

static int scalar_from_host(const struct xlat_option *row, const void *host, socklen_t host_len,
                            void *ws, int32_t *ws_len)
{
    uint32_t value;
    int number;

    if (host_len < sizeof(number))
        return WS_WSAEINVAL;
    memcpy(&number, host, sizeof(number));
    value = number_from_host(xlat_option_host(row)->map, number);
    if (row->kind == XLAT_BOOL)
        value = !!value;
    return xlat_option_write(row, value, ws, ws_len);
}

int xlat_option_from_host(const struct xlat_option *row, const void *host, socklen_t host_len,
                          void *ws, int32_t *ws_len)
{
    if (row->kind <= XLAT_LAST_SCALAR)
        return scalar_from_host(row, host, host_len, ws, ws_len);
    if (row->kind == XLAT_LINGER)
        return linger_from_host(row, host, host_len, ws, ws_len);
    if (row->kind != XLAT_BYTES)
        return WS_WSAEINVAL;
    if (*ws_len < 0 || host_len > (socklen_t)*ws_len)
        return WS_WSAEFAULT;
    if (host_len)
        memcpy(ws, host, host_len);
    *ws_len = (int32_t)host_len;
    return 0;
}

socklen_t xlat_option_host_size(const struct xlat_option *row)
{
    if (row->kind <= XLAT_LAST_SCALAR)
        return sizeof(int);
    return layouts[row->kind].host_size ? layouts[row->kind].host_size : (socklen_t)row->size;
}
