/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Windows' structures as every compiler lays them out, for code that cannot include Windows'
 * headers. Addresses and ports are in network byte order, as Windows has them; families are
 * Windows' numbers. spi/winabi_check.c holds each member against mingw-w64's headers. */
#ifndef WS_STRUCTS_H
#define WS_STRUCTS_H

#include <stddef.h>
#include <stdint.h>

struct ws_sockaddr {
    uint16_t family;
    uint8_t data[14];
};

struct ws_sockaddr_in {
    uint16_t family; /* WS_AF_INET */
    uint16_t port;
    uint32_t address;
    uint8_t zero[8];
};

struct ws_sockaddr_in6 {
    uint16_t family; /* WS_AF_INET6 */
    uint16_t port;
    uint32_t flowinfo;
    uint8_t address[16];
    uint32_t scope_id;
};

struct ws_sockaddr_un {
    uint16_t family; /* WS_AF_UNIX */
    char path[108];
};

struct ws_sockaddr_storage {
    uint16_t family;
    uint8_t pad1[6];
    uint64_t align __attribute__((aligned(8)));
    uint8_t pad2[112];
};

struct ws_linger {
    uint16_t onoff;
    uint16_t seconds;
};

/* 0.x.x.x in `interface` names an interface by its index (RFC 1724), in network byte order. */
struct ws_ip_mreq {
    uint32_t group;
    uint32_t interface_address;
};

/* The order of the last two members differs from Linux's. */
struct ws_ip_mreq_source {
    uint32_t group;
    uint32_t source;
    uint32_t interface_address;
};

struct ws_ipv6_mreq {
    uint8_t group[16];
    uint32_t interface_index;
};

struct ws_group_req {
    uint32_t interface_index;
    struct ws_sockaddr_storage group;
};

struct ws_group_source_req {
    uint32_t interface_index;
    struct ws_sockaddr_storage group;
    struct ws_sockaddr_storage source;
};

/* Control messages, as 64-bit programs have them: data begins 16 bytes in, the next message at the
 * next multiple of 8.  In 32-bit programs the length has 4 bytes, data begins 12 bytes in, and the
 * next message at a multiple of 4. */
struct ws_cmsghdr {
    uint64_t length; /* header and data */
    int32_t level;
    int32_t type;
};

struct ws_in_pktinfo {
    uint32_t address;
    uint32_t interface_index;
};

struct ws_in6_pktinfo {
    uint8_t address[16];
    uint32_t interface_index;
};

struct ws_tcp_keepalive {
    uint32_t onoff;
    uint32_t time;     /* milliseconds */
    uint32_t interval; /* milliseconds */
};

/* TCP_INFO_v1; TCP_INFO_v0 ends before snd_lim_trans_rwin. */
struct ws_tcp_info {
    uint32_t state;
    uint32_t mss;
    uint64_t connection_time; /* ms */
    uint8_t timestamps;
    uint32_t rtt, min_rtt;                               /* microseconds */
    uint32_t in_flight, cwnd, snd_wnd, rcv_wnd, rcv_buf; /* bytes */
    uint64_t bytes_out, bytes_in;
    uint32_t bytes_reordered, bytes_retrans, fast_retrans, dup_acks_in, timeout_episodes;
    uint8_t syn_retrans;
    uint32_t snd_lim_trans_rwin, snd_lim_time_rwin; /* times in ms */
    uint64_t snd_lim_bytes_rwin;
    uint32_t snd_lim_trans_cwnd, snd_lim_time_cwnd;
    uint64_t snd_lim_bytes_cwnd;
    uint32_t snd_lim_trans_snd, snd_lim_time_snd;
    uint64_t snd_lim_bytes_snd;
};
#define WS_TCP_INFO_V0_SIZE 88

struct ws_timeval {
    int32_t seconds;
    int32_t microseconds;
};

/* The longest sockaddr of the families a socket of ours can have. */
#define WS_SOCKADDR_MAX 28

#define WS_SIZE(type, size) _Static_assert(sizeof(struct type) == size, "size on Windows")
#define WS_AT(type, member, at)                                                                    \
    _Static_assert(offsetof(struct type, member) == at, "offset on Windows")

WS_SIZE(ws_sockaddr, 16);
WS_SIZE(ws_sockaddr_in, 16);
WS_AT(ws_sockaddr_in, port, 2);
WS_AT(ws_sockaddr_in, address, 4);
WS_SIZE(ws_sockaddr_in6, WS_SOCKADDR_MAX);
WS_AT(ws_sockaddr_in6, address, 8);
WS_AT(ws_sockaddr_in6, scope_id, 24);
WS_SIZE(ws_sockaddr_un, 110);
WS_SIZE(ws_sockaddr_storage, 128);
WS_SIZE(ws_linger, 4);
WS_SIZE(ws_ip_mreq, 8);
WS_SIZE(ws_ip_mreq_source, 12);
WS_SIZE(ws_ipv6_mreq, 20);
WS_SIZE(ws_group_req, 136);
WS_AT(ws_group_req, group, 8);
WS_SIZE(ws_group_source_req, 264);
WS_AT(ws_group_source_req, source, 136);
WS_SIZE(ws_cmsghdr, 16);
WS_SIZE(ws_in_pktinfo, 8);
WS_SIZE(ws_in6_pktinfo, 20);
WS_SIZE(ws_tcp_keepalive, 12);
WS_SIZE(ws_tcp_info, 136);
WS_AT(ws_tcp_info, bytes_out, 48);
WS_SIZE(ws_timeval, 8);

#undef WS_SIZE
#undef WS_AT

#endif
