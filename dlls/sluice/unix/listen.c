/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* BSD listen() with Windows' depth. */
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "claim.h"
#include "sys.h"
#include "use.h"
#include "winabi.h"
#include "xlat/backlog.h"
#include "error.h"
#include "xlat/sockaddr.h"

static const char somaxconn_path[] = "/proc/sys/net/core/somaxconn";
static const char syncookies_path[] = "/proc/sys/net/ipv4/tcp_syncookies";

/* A decimal number the kernel shows in a file; `fallback` where it cannot be read. */
static int kernel_number(const char *path, int fallback)
{
    char text[16];
    ssize_t length;
    int fd = sys.open(path, O_RDONLY | O_CLOEXEC);

    if (fd < 0)
        return fallback;
    do
        length = sys.read(fd, text, sizeof(text) - 1);
    while (length < 0 && errno == EINTR);
    sys.close(fd);
    if (length <= 0)
        return fallback;
    text[length] = 0;
    return atoi(text);
}

/* The argument listen() needs for the program's backlog.  Linux lets one more connection wait than it is
 * told; yet listen(fd, 0) takes none at all where SYN cookies are off, because its queue of handshakes
 * counts as full from the start: there depth 1 is served by 1, one place more than asked. */
static int listen_argument(int backlog)
{
    int depth = xlat_backlog_depth(backlog, kernel_number(somaxconn_path, SOMAXCONN));
    int argument = xlat_backlog_listen_argument(depth);

    if (argument == 0 && kernel_number(syncookies_path, 1) == 0)
        return 1;
    return argument;
}

static bool is_listening(int fd)
{
    int value = 0;
    socklen_t length = sizeof(value);

    return !sys.getsockopt(fd, SOL_SOCKET, SO_ACCEPTCONN, &value, &length) && value;
}

/* The port of a socket that only a connect bound may be another's too, as the kernel gives one port to
 * many connections, and then nobody can listen on it.  The socket gets one that is free: the program
 * never named the one it had.  A socket the program bound carries the mark of its claim. */
static int bind_anew(int fd, struct sockaddr_storage *address, socklen_t length)
{
    if (!sys.bind(fd, (struct sockaddr *)address, length) || errno == EINVAL)
        return 0;
    if (errno == EADDRINUSE && claim_mode_of(fd) == XLAT_REUSE_UNKNOWN) {
        ((struct sockaddr_in *)address)->sin_port = 0; /* at the same place in both families */
        if (!sys.bind(fd, (struct sockaddr *)address, length))
            return 0;
    }
    return error_from_errno(errno);
}

/* Linux refuses listen() after a failed non-blocking connect, and after a blocking one listens on another
 * port where bind had chosen it.  Dissolving the attempt and binding once more to the address the program
 * knows mends both; on a socket that never tried to connect neither call changes anything, and EINVAL says
 * that the binding was never lost. */
static int restore_binding(int fd, const struct listen_params *params)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};
    struct sockaddr_storage address;
    socklen_t length;
    int error = xlat_sockaddr_to_host(params->address, params->address_len, &address, &length);

    if (error)
        return error;
    if (sys.connect(fd, &none, sizeof(none)))
        return error_from_errno(errno);
    return bind_anew(fd, &address, length);
}

/* Connections that wait in the accept queue: for a listening socket the kernel counts them here. */
static int queue_length(int fd)
{
    struct tcp_info info;
    socklen_t length = sizeof(info);

    memset(&info, 0, sizeof(info));
    if (sys.getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length))
        return 0;
    return (int)info.tcpi_unacked;
}

/* Resets the oldest connections until no more than `depth` wait: accept() hands out the oldest first. */
static int drop_surplus(int fd, int depth)
{
    struct linger reset = {.l_onoff = 1, .l_linger = 0};
    int dropped = 0;

    for (int surplus = queue_length(fd) - depth; surplus > 0;) {
        int peer = sys.accept4(fd, NULL, NULL, SOCK_CLOEXEC | SOCK_NONBLOCK);

        if (peer < 0) {
            if (errno == EINTR || errno == ECONNABORTED)
                continue;
            break; /* taken by an accept meanwhile, or no descriptor: what remains waits on */
        }
        sys.setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
        sys.close(peer);
        dropped++;
        surplus--;
    }
    return dropped;
}

int unix_listen(struct listen_params *params)
{
    SOCKET_USE use = SOCKET_UNUSED;
    int error = socket_use(params->handle, &use);
    bool again;

    if (error)
        return error;
    params->dropped = 0;
    params->listen_depth = listen_argument(params->backlog);
    again = is_listening(use.fd);
    if (!again && (error = restore_binding(use.fd, params)))
        return error;
    if (sys.listen(use.fd, params->listen_depth))
        return error_from_errno(errno);
    if (!again && claim_mode_of(use.fd) == XLAT_REUSE_SHARED)
        claim_first_comes_first(use.fd);
    if (again)
        params->dropped = drop_surplus(use.fd, params->listen_depth + 1);
    return 0;
}
