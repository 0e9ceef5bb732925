/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The system calls of the Unix side, through one table that a test can override: each failure path is
 * reached by injecting its error (EINTR, EMFILE, ENOBUFS, short results). */
#ifndef SLUICE_SYS_H
#define SLUICE_SYS_H

#include <ifaddrs.h>
#include <netdb.h>
#include <poll.h>
#include <pthread.h>
#include <sys/socket.h>
#include <sys/types.h>

struct sys_calls {
    int (*socket)(int family, int type, int protocol);
    int (*accept4)(int fd, struct sockaddr *address, socklen_t *length, int flags);
    int (*bind)(int fd, const struct sockaddr *address, socklen_t length);
    int (*close)(int fd);
    int (*connect)(int fd, const struct sockaddr *address, socklen_t length);
    int (*getpeername)(int fd, struct sockaddr *address, socklen_t *length);
    int (*getsockname)(int fd, struct sockaddr *address, socklen_t *length);
    int (*getsockopt)(int fd, int level, int name, void *value, socklen_t *length);
    int (*setsockopt)(int fd, int level, int name, const void *value, socklen_t length);
    int (*listen)(int fd, int backlog);
    int (*poll)(struct pollfd *fds, nfds_t count, int timeout);
    int (*shutdown)(int fd, int how);
    int (*open)(const char *path, int flags);
    ssize_t (*read)(int fd, void *buffer, size_t length);
    ssize_t (*write)(int fd, const void *buffer, size_t length);
    int (*eventfd)(unsigned int count, int flags);
    ssize_t (*sendmsg)(int fd, const struct msghdr *message, int flags);
    ssize_t (*recvmsg)(int fd, struct msghdr *message, int flags);
    ssize_t (*recv)(int fd, void *buffer, size_t length, int flags);
    ssize_t (*recvfrom)(int fd, void *buffer, size_t length, int flags, struct sockaddr *address,
                        socklen_t *address_len);
    ssize_t (*sendto)(int fd, const void *buffer, size_t length, int flags,
                      const struct sockaddr *address, socklen_t address_len);
    ssize_t (*send)(int fd, const void *buffer, size_t length, int flags);
    int (*flock)(int fd, int operation);
    int (*setspecific)(pthread_key_t key, const void *value); /* returns an error number */
    /* Name services (unix/names_*.c). */
    int (*getaddrinfo)(const char *node, const char *service, const struct addrinfo *hints,
                       struct addrinfo **found);
    void (*freeaddrinfo)(struct addrinfo *found);
    int (*getnameinfo)(const struct sockaddr *address, socklen_t length, char *host,
                       socklen_t host_len, char *service, socklen_t service_len, int flags);
    int (*gethostname)(char *name, size_t length);
    int (*gethostbyname2_r)(const char *name, int family, struct hostent *storage, char *buffer,
                            size_t size, struct hostent **found, int *host_error);
    int (*gethostbyaddr_r)(const void *address, socklen_t length, int family,
                           struct hostent *storage, char *buffer, size_t size,
                           struct hostent **found, int *host_error);
    int (*getservbyname_r)(const char *name, const char *protocol, struct servent *storage,
                           char *buffer, size_t size, struct servent **found);
    int (*getservbyport_r)(int port, const char *protocol, struct servent *storage, char *buffer,
                           size_t size, struct servent **found);
    int (*getprotobyname_r)(const char *name, struct protoent *storage, char *buffer, size_t size,
                            struct protoent **found);
    int (*getprotobynumber_r)(int number, struct protoent *storage, char *buffer, size_t size,
                              struct protoent **found);
    int (*getifaddrs)(struct ifaddrs **interfaces);
    void (*freeifaddrs)(struct ifaddrs *interfaces);
};

/* The table in force: the C library's functions unless a test replaced some. */
extern struct sys_calls sys;

#endif
