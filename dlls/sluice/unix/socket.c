/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the kernel knows of a socket. */
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <string.h>

#include "calls.h"
#include "sys.h"
#include "use.h"
#include "winabi.h"
#include "error.h"
#include "xlat/family.h"
#include "xlat/sockaddr.h"

#define ANY_PORT 9 /* discard; some port must be named, none is contacted */

static int int_option(int fd, int name, int fallback)
{
    int value = fallback;
    socklen_t length = sizeof(value);

    return sys.getsockopt(fd, SOL_SOCKET, name, &value, &length) ? fallback : value;
}

static uint64_t cookie_of(int fd)
{
    uint64_t cookie = 0;
    socklen_t length = sizeof(cookie);

    return sys.getsockopt(fd, SOL_SOCKET, SO_COOKIE, &cookie, &length) ? 0 : cookie;
}

static int has_peer(int fd)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof(address);

    return !sys.getpeername(fd, (struct sockaddr *)&address, &length);
}

/* TCP's own state: getpeername() fails with ENOTCONN both during the handshake and after a reset.
 */
static int tcp_state(int fd)
{
    struct tcp_info info;
    socklen_t length = sizeof(info);

    memset(&info, 0, sizeof(info));
    if (sys.getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length))
        return TCP_CLOSE;
    return info.tcpi_state;
}

int unix_socket_info(struct socket_info_params *params)
{
    SOCKET_USE use = SOCKET_UNUSED;
    int fd, state, error = socket_use(params->handle, &use);

    if (error)
        return error;
    fd = use.fd;
    params->family = xlat_family_from_host(int_option(fd, SO_DOMAIN, AF_UNSPEC));
    params->type = xlat_type_from_host(int_option(fd, SO_TYPE, 0));
    params->protocol = xlat_protocol_from_host(params->family, int_option(fd, SO_PROTOCOL, 0));
    params->listening = int_option(fd, SO_ACCEPTCONN, 0);
    state = params->type == WS_SOCK_STREAM ? tcp_state(fd) : TCP_CLOSE;
    params->connecting = state == TCP_SYN_SENT;
    params->connected = state == TCP_ESTABLISHED || state == TCP_FIN_WAIT1 ||
                        state == TCP_FIN_WAIT2 || state == TCP_CLOSE_WAIT ||
                        state == TCP_LAST_ACK || state == TCP_CLOSING || state == TCP_TIME_WAIT;
    params->ended = state == TCP_CLOSE_WAIT || state == TCP_LAST_ACK || state == TCP_CLOSING ||
                    state == TCP_TIME_WAIT;
    params->has_peer = has_peer(fd);
    params->cookie = cookie_of(fd);
    return 0;
}

int unix_socket_name(struct socket_name_params *params)
{
    struct sockaddr_storage address;
    socklen_t length = sizeof(address);
    RECORD_REF ref = {.record = NULL};

    if (!record_take(params->handle, &ref))
        return DIRECT_GONE;
    if ((params->peer ? sys.getpeername : sys.getsockname)(ref.fd, (struct sockaddr *)&address,
                                                           &length))
        return error_from_errno(errno);
    params->address_len = sizeof(params->address);
    return xlat_sockaddr_from_host(&address, length, params->address, &params->address_len);
}

int unix_dissolve(struct dissolve_params *params)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    SOCKET_USE use = SOCKET_UNUSED;
    int error = socket_use(params->handle, &use);

    if (error)
        return error;
    return sys.connect(use.fd, &none, sizeof(none)) ? error_from_errno(errno) : 0;
}

/* Asked of the kernel with a socket of our own: a port chosen by it never clashes. */
int unix_is_local_address(struct is_local_address_params *params)
{
    struct sockaddr_storage address;
    socklen_t length;
    int fd, error = xlat_sockaddr_to_host(params->address, params->address_len, &address, &length);

    if (error)
        return error;
    ((struct sockaddr_in *)&address)->sin_port = 0; /* at the same place in both families */
    fd = sys.socket(address.ss_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
    if (fd < 0)
        return error_from_errno(errno);
    if (sys.bind(fd, (struct sockaddr *)&address, length) && errno == EADDRNOTAVAIL)
        error = WS_WSAEADDRNOTAVAIL;
    /* the socket has no SO_BROADCAST; nothing is sent */
    ((struct sockaddr_in *)&address)->sin_port = htons(ANY_PORT);
    params->is_broadcast = address.ss_family == AF_INET &&
                           sys.connect(fd, (struct sockaddr *)&address, length) && errno == EACCES;
    sys.close(fd);
    return error;
}

int unix_is_writable(struct is_writable_params *params)
{
    struct pollfd one = {.events = POLLOUT};
    SOCKET_USE use = SOCKET_UNUSED;
    int error = socket_use(params->handle, &use);

    if (error)
        return error;
    one.fd = use.fd;
    params->writable = sys.poll(&one, 1, 0) == 1 && (one.revents & POLLOUT);
    return 0;
}

int unix_shutdown_send(struct shutdown_send_params *params)
{
    SOCKET_USE use = SOCKET_UNUSED;
    int error = socket_use(params->handle, &use);

    if (error)
        return error;
    return sys.shutdown(use.fd, SHUT_WR) ? error_from_errno(errno) : 0;
}

int unix_low_water(struct low_water_params *params)
{
    SOCKET_USE use = SOCKET_UNUSED;
    int error = socket_use(params->handle, &use);

    if (error)
        return error;
    return sys.setsockopt(use.fd, SOL_SOCKET, SO_RCVLOWAT, &params->bytes, sizeof(params->bytes))
               ? error_from_errno(errno)
               : 0;
}
