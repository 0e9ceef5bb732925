/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Holds include/winabi and include/structs.h against mingw-w64's headers.  Compiles to nothing:
 * whatever differs stops the build. */
#undef _WIN32_WINNT
#undef NTDDI_VERSION
#define _WIN32_WINNT  0x0a00
#define NTDDI_VERSION 0x0a00000c
#define WIN32_NO_STATUS

#include <winsock2.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <mstcpip.h>
#include <afunix.h>

#undef WIN32_NO_STATUS
#include <winternl.h>
#include <ntstatus.h>

#include "structs.h"
#include "winabi.h"

/* The cast levels NTSTATUS (signed here) and enumerators; every value has 32 bits.  WS_CONST_EXTRA
 * rows are those the headers lack: nothing to compare with. */
#define WS_CONST(name, value)                                                                      \
    _Static_assert((uint32_t)(name) == (uint32_t)(value), #name " as Windows has it");
#define WS_CONST_EXTRA(name, value)

#include "winabi/aiflags.def"
#include "winabi/errors.def"
#include "winabi/families.def"
#include "winabi/ioctls.def"
#include "winabi/msgflags.def"
#include "winabi/options.def"
#include "winabi/status.def"

/* EAI codes are WSA codes on Windows: xlat/eai.c gives these. */
_Static_assert(EAI_AGAIN == WS_WSATRY_AGAIN && EAI_BADFLAGS == WS_WSAEINVAL &&
                   EAI_FAIL == WS_WSANO_RECOVERY && EAI_FAMILY == WS_WSAEAFNOSUPPORT &&
                   EAI_MEMORY == WS_WSA_NOT_ENOUGH_MEMORY && EAI_NONAME == WS_WSAHOST_NOT_FOUND &&
                   EAI_SERVICE == WS_WSATYPE_NOT_FOUND && EAI_SOCKTYPE == WS_WSAESOCKTNOSUPPORT,
               "EAI codes as Windows has them");

#define SAME_SIZE(ours, theirs)                                                                    \
    _Static_assert(sizeof(struct ours) == sizeof(theirs), #ours " as large as on Windows")
#define SAME_MEMBER(ours, member, theirs, their_member)                                            \
    _Static_assert(offsetof(struct ours, member) == offsetof(theirs, their_member) &&              \
                       sizeof(((struct ours *)0)->member) == sizeof(((theirs *)0)->their_member),  \
                   #ours "." #member " where Windows has it")

SAME_SIZE(ws_sockaddr, struct sockaddr);
SAME_MEMBER(ws_sockaddr, family, struct sockaddr, sa_family);
SAME_SIZE(ws_sockaddr_in, struct sockaddr_in);
SAME_MEMBER(ws_sockaddr_in, family, struct sockaddr_in, sin_family);
SAME_MEMBER(ws_sockaddr_in, port, struct sockaddr_in, sin_port);
SAME_MEMBER(ws_sockaddr_in, address, struct sockaddr_in, sin_addr);
SAME_MEMBER(ws_sockaddr_in, zero, struct sockaddr_in, sin_zero);
SAME_SIZE(ws_sockaddr_in6, struct sockaddr_in6);
SAME_MEMBER(ws_sockaddr_in6, family, struct sockaddr_in6, sin6_family);
SAME_MEMBER(ws_sockaddr_in6, port, struct sockaddr_in6, sin6_port);
SAME_MEMBER(ws_sockaddr_in6, flowinfo, struct sockaddr_in6, sin6_flowinfo);
SAME_MEMBER(ws_sockaddr_in6, address, struct sockaddr_in6, sin6_addr);
SAME_MEMBER(ws_sockaddr_in6, scope_id, struct sockaddr_in6, sin6_scope_id);
SAME_SIZE(ws_sockaddr_un, SOCKADDR_UN);
SAME_MEMBER(ws_sockaddr_un, path, SOCKADDR_UN, sun_path);
SAME_SIZE(ws_sockaddr_storage, struct sockaddr_storage);
SAME_MEMBER(ws_sockaddr_storage, family, struct sockaddr_storage, ss_family);
SAME_SIZE(ws_linger, struct linger);
SAME_MEMBER(ws_linger, onoff, struct linger, l_onoff);
SAME_MEMBER(ws_linger, seconds, struct linger, l_linger);
SAME_SIZE(ws_ip_mreq, struct ip_mreq);
SAME_MEMBER(ws_ip_mreq, group, struct ip_mreq, imr_multiaddr);
SAME_MEMBER(ws_ip_mreq, interface_address, struct ip_mreq, imr_interface);
SAME_SIZE(ws_ip_mreq_source, struct ip_mreq_source);
SAME_MEMBER(ws_ip_mreq_source, group, struct ip_mreq_source, imr_multiaddr);
SAME_MEMBER(ws_ip_mreq_source, source, struct ip_mreq_source, imr_sourceaddr);
SAME_MEMBER(ws_ip_mreq_source, interface_address, struct ip_mreq_source, imr_interface);
SAME_SIZE(ws_ipv6_mreq, struct ipv6_mreq);
SAME_MEMBER(ws_ipv6_mreq, group, struct ipv6_mreq, ipv6mr_multiaddr);
SAME_MEMBER(ws_ipv6_mreq, interface_index, struct ipv6_mreq, ipv6mr_interface);
SAME_SIZE(ws_group_req, struct group_req);
SAME_MEMBER(ws_group_req, interface_index, struct group_req, gr_interface);
SAME_MEMBER(ws_group_req, group, struct group_req, gr_group);
SAME_SIZE(ws_group_source_req, struct group_source_req);
SAME_MEMBER(ws_group_source_req, group, struct group_source_req, gsr_group);
SAME_MEMBER(ws_group_source_req, source, struct group_source_req, gsr_source);
SAME_SIZE(ws_tcp_keepalive, struct tcp_keepalive);
SAME_MEMBER(ws_tcp_keepalive, onoff, struct tcp_keepalive, onoff);
SAME_MEMBER(ws_tcp_keepalive, time, struct tcp_keepalive, keepalivetime);
SAME_MEMBER(ws_tcp_keepalive, interval, struct tcp_keepalive, keepaliveinterval);
SAME_SIZE(ws_tcp_info, TCP_INFO_v1);
SAME_MEMBER(ws_tcp_info, connection_time, TCP_INFO_v1, ConnectionTimeMs);
SAME_MEMBER(ws_tcp_info, bytes_out, TCP_INFO_v1, BytesOut);
SAME_MEMBER(ws_tcp_info, syn_retrans, TCP_INFO_v1, SynRetrans);
SAME_MEMBER(ws_tcp_info, snd_lim_bytes_snd, TCP_INFO_v1, SndLimBytesSnd);
_Static_assert(sizeof(TCP_INFO_v0) == WS_TCP_INFO_V0_SIZE, "TCP_INFO_v0 as large as on Windows");
SAME_SIZE(ws_timeval, struct timeval);

/* Sizes that xlat/options.def writes as numbers. */
_Static_assert(sizeof(WSAPROTOCOL_INFOA) == 372 && sizeof(WSAPROTOCOL_INFOW) == 628,
               "protocol info as large as in xlat/options.def");
