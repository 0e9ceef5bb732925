/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The real system calls behind sys.h. */
#include "sys.h"

#include <errno.h>
#include <fcntl.h>
#include <stdint.h>
#include <sys/eventfd.h>
#include <sys/file.h>
#include <sys/syscall.h>
#include <unistd.h>

/* Moving data goes past the C library.  Its functions are cancellation points, which Wine's threads
 * never use and a process of several threads pays for with two locked instructions; and each
 * function around a system call costs a mispredicted return (spi/transfer.h). */
#ifdef __x86_64__
__attribute__((always_inline)) static inline ssize_t call(long number, int fd, const void *data,
                                                          size_t length, int flags,
                                                          const void *address,
                                                          uintptr_t address_len)
{
    register long r10 __asm__("r10") = flags;
    register long r8 __asm__("r8") = (long)address;
    register long r9 __asm__("r9") = (long)address_len;
    long result;

    __asm__ volatile("syscall"
                     : "=a"(result)
                     : "a"(number), "D"((long)fd), "S"(data), "d"(length), "r"(r10), "r"(r8),
                       "r"(r9)
                     : "rcx", "r11", "memory");
    if (result >= 0)
        return result;
    errno = (int)-result;
    return -1;
}
#else
#define call(number, fd, data, length, flags, address, address_len)                                \
    syscall(number, fd, data, length, flags, address, address_len)
#endif

static ssize_t sys_recv(int fd, void *buffer, size_t length, int flags)
{
    return call(SYS_recvfrom, fd, buffer, length, flags, NULL, 0);
}

static ssize_t sys_recvfrom(int fd, void *buffer, size_t length, int flags,
                            struct sockaddr *address, socklen_t *address_len)
{
    return call(SYS_recvfrom, fd, buffer, length, flags, address, (uintptr_t)address_len);
}

static ssize_t sys_sendto(int fd, const void *buffer, size_t length, int flags,
                          const struct sockaddr *address, socklen_t address_len)
{
    return call(SYS_sendto, fd, buffer, length, flags, address, address_len);
}

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
    .recv = sys_recv,
    .recvfrom = sys_recvfrom,
    .sendto = sys_sendto,
    .send = send,
    .flock = flock,
    .setspecific = pthread_setspecific,
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
