/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connect to a listener of this machine whose queue is full.
 *
 * Linux drops the SYN and tries again after 1, 3, 7 ... seconds, for minutes; Windows gives up with
 * "refused" after two.  The attempt belongs to the host, which waits for the descriptor and tells every
 * kind of waiter what SO_ERROR says once it has failed; so the kernel must be made to end it.
 *
 * Dissolving the attempt ends it in one step, with ECONNRESET; spi/ has the code replaced, which means
 * nothing else there: a reset during the handshake is ECONNREFUSED.  Tried and given up: dissolving and at
 * once connecting to a closed port gives ECONNREFUSED itself, but the host may look in between and sees
 * a reset or no error at all; TCP_USER_TIMEOUT and TCP_SYNCNT give ETIMEDOUT; SOCK_DESTROY and a forged
 * RST or ICMP message need privileges. */
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>

#include "calls.h"
#include "diag.h"
#include "sys.h"
#include "use.h"
#include "winabi.h"
#include "xlat/sockaddr.h"

static bool is_connecting(int fd)
{
    struct tcp_info info;
    socklen_t length = sizeof(info);

    memset(&info, 0, sizeof(info));
    return !sys.getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) &&
           info.tcpi_state == TCP_SYN_SENT;
}

/* A socket of ours can be bound to this machine's addresses only. */
static bool is_local(const struct sockaddr_storage *address, socklen_t length)
{
    struct sockaddr_storage any_port = *address;
    int fd = sys.socket(address->ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0), off = 0;
    bool local;

    if (fd < 0)
        return false;
    ((struct sockaddr_in *)&any_port)->sin_port = 0; /* at the same place in both families */
    if (address->ss_family == AF_INET6)
        sys.setsockopt(fd, IPPROTO_IPV6, IPV6_V6ONLY, &off, sizeof(off));
    local = !sys.bind(fd, (struct sockaddr *)&any_port, length);
    sys.close(fd);
    return local;
}

/* The listeners that may have been meant, of which the most specific count. */
struct listeners {
    bool is_v6;
    uint8_t address[16]; /* as in IPv6; an IPv4 address is mapped */
    bool specific, full;
};

static void as_v6(int family, const uint8_t *address, uint8_t out[16])
{
    static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

    if (family == AF_INET6) {
        memcpy(out, address, 16);
        return;
    }
    memcpy(out, mapped, sizeof(mapped));
    memcpy(out + sizeof(mapped), address, 4);
}

static void look_at(void *context, const struct diag_socket *found)
{
    static const uint8_t any[16];
    struct listeners *wanted = context;
    uint8_t address[16];
    bool specific, full = found->waiting > found->backlog; /* as the kernel counts */

    as_v6(found->family, found->address, address);
    specific = !memcmp(address, wanted->address, sizeof(address));
    if (!specific && memcmp(found->address, any, found->family == AF_INET6 ? 16 : 4) != 0)
        return;
    if (!specific && found->family == AF_INET && wanted->is_v6)
        return;
    if (!specific && found->family == AF_INET6 && found->v6_only && !wanted->is_v6)
        return;
    if (specific && !wanted->specific)
        wanted->full = false;
    if (specific || !wanted->specific)
        wanted->full = wanted->full || full;
    wanted->specific = wanted->specific || specific;
}

static bool is_full(const struct sockaddr_storage *address)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
    struct listeners wanted = {0};

    if (address->ss_family == AF_INET)
        as_v6(AF_INET, (const uint8_t *)&v4->sin_addr, wanted.address);
    else
        as_v6(AF_INET6, v6->sin6_addr.s6_addr, wanted.address);
    wanted.is_v6 =
        address->ss_family == AF_INET6 && !IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr);
    return !diag_list_all(IPPROTO_TCP, v4->sin_port, DIAG_LISTEN, look_at, &wanted) && wanted.full;
}

static enum connect_outcome check(int fd, struct connect_check_params *params)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    struct sockaddr_storage address;
    socklen_t length, cookie_length = sizeof(params->cookie);
    uint64_t cookie = 0;

    if (sys.getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &cookie_length) ||
        (params->cookie && params->cookie != cookie) || !is_connecting(fd) ||
        xlat_sockaddr_to_host(params->address, params->address_len, &address, &length))
        return CONNECT_DECIDED;
    params->cookie = cookie;
    if (!is_local(&address, length))
        return CONNECT_ELSEWHERE;
    if (!is_full(&address))
        return CONNECT_WAITS;
    if (params->refuse && is_connecting(fd))
        sys.connect(fd, &none, sizeof(none));
    return CONNECT_FULL;
}

int unix_connect_check(struct connect_check_params *params)
{
    SOCKET_USE use = SOCKET_UNUSED;
    int error = socket_use(params->handle, &use);

    if (error)
        return error;
    params->outcome = check(use.fd, params);
    return 0;
}
