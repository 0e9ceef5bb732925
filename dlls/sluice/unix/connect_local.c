/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A connect to a listener of this machine, ahead of the host.
 *
 * The kernel answers itself: the handshake is over when connect() returns.  Told to wait for it,
 * the host would end the call by a signal to this thread, and three requests more than are needed.
 * Its own connect() on the descriptor succeeds at once, but only once, and only after one that has
 * said EINPROGRESS. */
#include <errno.h>
#include <netinet/in.h>
#include <poll.h>
#include <stdbool.h>
#include <string.h>

#include "calls.h"
#include "host.h"
#include "record.h"
#include "sys.h"
#include "xlat/sockaddr.h"

/* For softirqs that run late, in milliseconds. */
#define WAIT_MS 1

static bool is_loopback(const struct sockaddr_storage *address)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
    const uint32_t loopback = htonl(INADDR_LOOPBACK);

    if (address->ss_family == AF_INET)
        return v4->sin_addr.s_addr == loopback;
    return address->ss_family == AF_INET6 &&
           (IN6_IS_ADDR_LOOPBACK(&v6->sin6_addr) ||
            (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr) &&
             !memcmp(&v6->sin6_addr.s6_addr[12], &loopback, sizeof(loopback))));
}

/* Back to where the socket was; the error that is left is nobody's. */
static void undo(int fd)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    int error;
    socklen_t length = sizeof(error);

    sys.connect(fd, &none, sizeof(none));
    sys.getsockopt(fd, SOL_SOCKET, SO_ERROR, &error, &length);
}

/* A port that the kernel chose at the bind would be lost by undoing, and the program has perhaps
 * told it to somebody.  A socket that another thread connects has one too. */
static bool has_port(int fd)
{
    struct sockaddr_storage own;
    socklen_t length = sizeof(own);

    /* both families have the port in the same place */
    return sys.getsockname(fd, (struct sockaddr *)&own, &length) ||
           ((struct sockaddr_in *)&own)->sin_port;
}

/* Another thread was first. */
static bool has_peer(int fd)
{
    struct sockaddr_storage peer;
    socklen_t length = sizeof(peer);

    return !sys.getpeername(fd, (struct sockaddr *)&peer, &length);
}

static bool establish(int fd, const struct sockaddr_storage *address, socklen_t length)
{
    struct pollfd done = {.fd = fd, .events = POLLOUT};

    if (!sys.connect(fd, (const struct sockaddr *)address, length) || errno != EINPROGRESS)
        return false; /* another's doing, or as it was */
    if (sys.poll(&done, 1, WAIT_MS) == 1 && done.revents == POLLOUT)
        return true;
    undo(fd);
    return false;
}

int unix_connect_local(struct connect_local_params *params)
{
    struct sockaddr_storage address;
    RECORD_REF ref = {.record = NULL};
    socklen_t length;

    params->connected = 0;
    if (xlat_sockaddr_to_host(params->address, params->address_len, &address, &length) ||
        !is_loopback(&address) || record_keep(params->handle, host_socket_fd) ||
        !record_take(params->handle, &ref))
        return 0;
    params->connected = !has_port(ref.fd) && establish(ref.fd, &address, length);
    if (!params->connected && !has_peer(ref.fd))
        record_take_back(&ref);
    return 0;
}

int unix_connect_undo(struct connect_undo_params *params)
{
    RECORD_REF ref = {.record = NULL};

    if (record_take(params->handle, &ref)) {
        undo(ref.fd);
        record_take_back(&ref);
    }
    return 0;
}
