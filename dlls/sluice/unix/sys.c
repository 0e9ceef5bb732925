/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The real system calls behind sys.h. */
#include "sys.h"

#include <fcntl.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <unistd.h>

static int sys_open(const char *path, int flags)
{
    return open(path, flags);
}

struct sys_calls sys = {
    .socket = socket,
    .accept4 = accept4,
    .bind = bind,
    .close = close,
    .connect = connect,
    .getpeername = getpeername,
    .getsockname = getsockname,
    .getsockopt = getsockopt,
    .setsockopt = setsockopt,
    .listen = listen,
    .poll = poll,
    .shutdown = shutdown,
    .open = sys_open,
    .read = read,
    .write = write,
    .eventfd = eventfd,
    .sendmsg = sendmsg,
    .recvmsg = recvmsg,
    .recv = recv,
    .recvfrom = recvfrom,
    .sendto = sendto,
    .send = send,
    .flock = flock,
    .getaddrinfo = getaddrinfo,
    .freeaddrinfo = freeaddrinfo,
    .getnameinfo = getnameinfo,
    .gethostname = gethostname,
    .gethostbyname2_r = gethostbyname2_r,
    .gethostbyaddr_r = gethostbyaddr_r,
    .getservbyname_r = getservbyname_r,
    .getservbyport_r = getservbyport_r,
    .getprotobyname_r = getprotobyname_r,
    .getprotobynumber_r = getprotobynumber_r,
    .getifaddrs = getifaddrs,
    .freeifaddrs = freeifaddrs,
};
