/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See control.h. */
#include "spi/control.h"

#include "spi/kept.h"
#include "spi/sockopt.h"
#include "winabi.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Not a level of Windows: where a socket's set of bits is kept. */
#define LEVEL_CONTROL (-1)

/* Beside the bits of `kinds`: the kernel tells the destination for our own use; an overlapped
 * WSARecvMsg was issued. */
#define BIT_HIDDEN     0x40000000u
#define BIT_OVERLAPPED 0x80000000u

/* What the kernel delivers, and the host converts. */
enum source { INFO4, TTL4, TOS4, INFO6, HOPS6, CLASS6, SOURCE_COUNT };

/* What the host delivers, as one record. */
struct arrival {
    bool has[SOURCE_COUNT];
    struct ws_in_pktinfo_ex {
        ULONG address, interface_index, scope;
    } info4;
    struct ws_in6_pktinfo_ex {
        unsigned char address[16];
        ULONG interface_index, scope;
    } info6;
    INT ttl, tos, hops, class;
    INT ecn4, ecn6; /* the last two bits of tos and class */
};

#define FIELD(member) offsetof(struct arrival, member)

/* Each option, the kind of message it brings, and where its value is in the record.  In the order
 * in which messages are handed over. */
static const struct kind {
    int level, option, type;
    enum source source;
    size_t field;
    ULONG size;
} kinds[] = {
    {IPPROTO_IP, IP_PKTINFO, IP_PKTINFO, INFO4, FIELD(info4), 8},
    {IPPROTO_IP, WS_IP_PKTINFO_EX, WS_IP_PKTINFO_EX, INFO4, FIELD(info4), 12},
    {IPPROTO_IP, IP_RECVDSTADDR, IP_RECVDSTADDR, INFO4, FIELD(info4.address), 4},
    {IPPROTO_IP, IP_RECVIF, IP_RECVIF, INFO4, FIELD(info4.interface_index), 4},
    {IPPROTO_IP, WS_IP_ORIGINAL_ARRIVAL_IF, WS_IP_ORIGINAL_ARRIVAL_IF, INFO4,
     FIELD(info4.interface_index), 4},
    {IPPROTO_IP, WS_IP_RECVTTL, IP_TTL, TTL4, FIELD(ttl), 4},
    {IPPROTO_IP, WS_IP_RECVTOS, IP_TOS, TOS4, FIELD(tos), 4},
    {IPPROTO_IP, WS_IP_ECN, WS_IP_ECN, TOS4, FIELD(ecn4), 4},
    {IPPROTO_IPV6, IPV6_PKTINFO, IPV6_PKTINFO, INFO6, FIELD(info6), 20},
    {IPPROTO_IPV6, WS_IPV6_PKTINFO_EX, WS_IPV6_PKTINFO_EX, INFO6, FIELD(info6), 24},
    {IPPROTO_IPV6, IPV6_RECVDSTADDR, IPV6_RECVDSTADDR, INFO6, FIELD(info6.address), 16},
    {IPPROTO_IPV6, IPV6_RECVIF, IPV6_RECVIF, INFO6, FIELD(info6.interface_index), 4},
    {IPPROTO_IPV6, WS_IP_ORIGINAL_ARRIVAL_IF, WS_IP_ORIGINAL_ARRIVAL_IF, INFO6,
     FIELD(info6.interface_index), 4},
    {IPPROTO_IPV6, IPV6_HOPLIMIT, IPV6_HOPLIMIT, HOPS6, FIELD(hops), 4},
    {IPPROTO_IPV6, WS_IPV6_RECVTCLASS, WS_IPV6_TCLASS, CLASS6, FIELD(class), 4},
    {IPPROTO_IPV6, WS_IPV6_ECN, WS_IPV6_ECN, CLASS6, FIELD(ecn6), 4},
};

/* The first kind of each source is the option that stands for it in the kernel. */
static const struct kind *first_of(enum source source)
{
    const struct kind *kind = kinds;

    while (kind->source != source)
        kind++;
    return kind;
}

static uint32_t bits_of(enum source source)
{
    uint32_t bits = 0;

    for (size_t i = 0; i < COUNT(kinds); i++)
        if (kinds[i].source == source)
            bits |= 1u << i;
    return bits | (source == INFO4 || source == INFO6 ? BIT_HIDDEN : 0);
}

static int set_source(SOCKET s, enum source source, int on)
{
    const struct kind *kind = first_of(source);
    struct set_option_params params = {
        .handle = s,
        .value = unix_pointer(&on),
        .level = kind->level,
        .name = kind->option,
        .value_len = sizeof(on),
    };

    return UNIX_CALL(set_option, &params);
}

/* What the kernel has, for a socket that was set up before this handle of it was made. */
static uint32_t read_bits(SOCKET s)
{
    uint32_t bits = 0;

    for (int source = 0; source < SOURCE_COUNT; source++) {
        const struct kind *kind = first_of(source);
        int on = 0;
        struct get_option_params params = {
            .handle = s,
            .value = unix_pointer(&on),
            .level = kind->level,
            .name = kind->option,
            .value_len = sizeof(on),
        };

        if (!UNIX_CALL(get_option, &params) && on)
            bits |= 1u << (kind - kinds);
    }
    return bits;
}

static uint32_t get_bits(SOCKET s)
{
    uint32_t bits;

    if (kept_find(s, LEVEL_CONTROL, 0, &bits))
        return bits;
    bits = read_bits(s);
    kept_store(s, LEVEL_CONTROL, 0, bits);
    return bits;
}

static const struct kind *find_kind(const struct xlat_option *row)
{
    for (size_t i = 0; i < COUNT(kinds); i++)
        if (kinds[i].level == row->level && kinds[i].option == row->name)
            return &kinds[i];
    return NULL;
}

int option_get_control(struct option_call *call)
{
    const struct kind *kind = find_kind(call->row);

    if (!kind)
        return WSAENOPROTOOPT;
    return xlat_option_write(call->row, get_bits(call->s) >> (kind - kinds) & 1, call->value,
                             &call->length);
}

int option_set_control(struct option_call *call)
{
    const struct kind *kind = find_kind(call->row);
    uint32_t on, bits, changed;
    int error;

    if (!kind)
        return WSAENOPROTOOPT;
    error = xlat_option_read(call->row, call->value, call->length, &on);
    if (error)
        return error;
    bits = get_bits(call->s);
    changed = on ? bits | 1u << (kind - kinds) : bits & ~(1u << (kind - kinds));
    error = set_source(call->s, kind->source, (changed & bits_of(kind->source)) != 0);
    return error ? error : kept_store(call->s, LEVEL_CONTROL, 0, changed);
}

void control_prepare(SOCKET s, bool is_v6, bool overlapped)
{
    const enum source source = is_v6 ? INFO6 : INFO4;
    uint32_t bits = get_bits(s), changed = bits;

    if (overlapped)
        changed = (bits | BIT_OVERLAPPED) & ~BIT_HIDDEN;
    else if (!(bits & BIT_OVERLAPPED))
        changed = bits | BIT_HIDDEN;
    if (changed == bits)
        return;
    set_source(s, source, (changed & bits_of(source)) != 0);
    kept_store(s, LEVEL_CONTROL, 0, changed);
}

/* One message of the host's into the record. */
static void take(struct arrival *arrival, const WSACMSGHDR *header, const char *data)
{
    static const struct {
        int level, type;
        enum source source;
        ULONG size;
        size_t field;
    } sources[] = {
        {IPPROTO_IP, IP_PKTINFO, INFO4, 8, FIELD(info4)},
        {IPPROTO_IP, IP_TTL, TTL4, 4, FIELD(ttl)},
        {IPPROTO_IP, IP_TOS, TOS4, 4, FIELD(tos)},
        {IPPROTO_IPV6, IPV6_PKTINFO, INFO6, 20, FIELD(info6)},
        {IPPROTO_IPV6, IPV6_HOPLIMIT, HOPS6, 4, FIELD(hops)},
        {IPPROTO_IPV6, WS_IPV6_TCLASS, CLASS6, 4, FIELD(class)},
    };

    for (size_t i = 0; i < COUNT(sources); i++) {
        if (sources[i].level != header->cmsg_level || sources[i].type != header->cmsg_type ||
            header->cmsg_len < sizeof(*header) + sources[i].size)
            continue;
        memcpy((char *)arrival + sources[i].field, data, sources[i].size);
        arrival->has[sources[i].source] = true;
    }
}

static void read_host(const WSABUF *host, struct arrival *arrival)
{
    size_t at = 0;

    memset(arrival, 0, sizeof(*arrival));
    while (host->len - at >= sizeof(WSACMSGHDR)) {
        const WSACMSGHDR *header = (const WSACMSGHDR *)(host->buf + at);

        if (header->cmsg_len < sizeof(*header) || header->cmsg_len > host->len - at)
            break;
        take(arrival, header, host->buf + at + sizeof(*header));
        at += WSA_CMSGHDR_ALIGN(header->cmsg_len);
        if (at > host->len)
            break;
    }
    arrival->ecn4 = arrival->tos & 3;
    arrival->ecn6 = arrival->class & 3;
}

/* A destination of ours is no broadcast; the last one seen is most often the next one's too. */
static bool is_broadcast(ULONG address)
{
    static volatile LONG last;
    struct sockaddr_in name = {.sin_family = AF_INET, .sin_addr.s_addr = address};
    struct is_local_address_params params = {.address_len = sizeof(name)};

    if (address == INADDR_BROADCAST)
        return true;
    if (address == htonl(INADDR_LOOPBACK) || (ULONG)last == address)
        return false;
    memcpy(params.address, &name, sizeof(name));
    /* the kernel lets a datagram socket bind to a broadcast address: its range tells it */
    if (UNIX_CALL(is_local_address, &params) || params.is_broadcast)
        return true;
    InterlockedExchange(&last, (LONG)address);
    return false;
}

static DWORD reach(const struct arrival *arrival)
{
    static const unsigned char mapped[12] = {[10] = 0xff, [11] = 0xff};

    if (arrival->has[INFO4] && (arrival->info4.address & 0xf0) == 0xe0)
        return MSG_MCAST;
    if (arrival->has[INFO4])
        return is_broadcast(arrival->info4.address) ? MSG_BCAST : 0;
    if (!arrival->has[INFO6])
        return 0;
    if (!memcmp(arrival->info6.address, mapped, sizeof(mapped))) /* IPv4 on a dual-mode socket */
        return (arrival->info6.address[12] & 0xf0) == 0xe0 ? MSG_MCAST : 0;
    return arrival->info6.address[0] == 0xff ? MSG_MCAST : 0;
}

int control_store(SOCKET s, const WSABUF *host, WSABUF *control, DWORD *flags)
{
    char messages[CONTROL_HOST_MAX * 2] = {0};
    const uint32_t bits = get_bits(s);
    struct arrival arrival;
    ULONG length = 0;

    read_host(host, &arrival);
    *flags = reach(&arrival);
    for (size_t i = 0; i < COUNT(kinds); i++) {
        WSACMSGHDR header = {sizeof(header) + kinds[i].size, kinds[i].level, kinds[i].type};

        if (!(bits & 1u << i) || !arrival.has[kinds[i].source])
            continue;
        memcpy(messages + length, &header, sizeof(header));
        memcpy(messages + length + sizeof(header), (char *)&arrival + kinds[i].field,
               kinds[i].size);
        length += (ULONG)WSA_CMSGHDR_ALIGN(header.cmsg_len);
    }
    if (length > control->len) {
        control->len = 0;
        *flags |= MSG_CTRUNC;
        return WSAEMSGSIZE;
    }
    control->len = length;
    return !length || guard_copy(control->buf, messages, length) ? 0 : WSAEFAULT;
}
