/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* System calls that fail when a test says so, in place of unix/sys.h's table; and the host's part,
 * for whose host_socket_fd a "handle" is a descriptor, of which it gives out a duplicate. */
#ifndef TESTS_FAULT_H
#define TESTS_FAULT_H

#include "unix/sys.h"

/* X(name, result, parameters, arguments): the calls of the table that can be made to fail with -1.
 */
#define FAULT_CALLS(X)                                                                             \
    X(socket, int, (int family, int type, int protocol), (family, type, protocol))                 \
    X(accept4, int, (int fd, struct sockaddr *address, socklen_t *length, int flags),              \
      (fd, address, length, flags))                                                                \
    X(bind, int, (int fd, const struct sockaddr *address, socklen_t length),                       \
      (fd, address, length))                                                                       \
    X(close, int, (int fd), (fd))                                                                  \
    X(connect, int, (int fd, const struct sockaddr *address, socklen_t length),                    \
      (fd, address, length))                                                                       \
    X(getpeername, int, (int fd, struct sockaddr *address, socklen_t *length),                     \
      (fd, address, length))                                                                       \
    X(getsockname, int, (int fd, struct sockaddr *address, socklen_t *length),                     \
      (fd, address, length))                                                                       \
    X(getsockopt, int, (int fd, int level, int name, void *value, socklen_t *length),              \
      (fd, level, name, value, length))                                                            \
    X(setsockopt, int, (int fd, int level, int name, const void *value, socklen_t length),         \
      (fd, level, name, value, length))                                                            \
    X(listen, int, (int fd, int backlog), (fd, backlog))                                           \
    X(shutdown, int, (int fd, int how), (fd, how))                                                 \
    X(open, int, (const char *path, int flags), (path, flags))                                     \
    X(poll, int, (struct pollfd * fds, nfds_t number, int timeout), (fds, number, timeout))        \
    X(read, ssize_t, (int fd, void *buffer, size_t length), (fd, buffer, length))                  \
    X(write, ssize_t, (int fd, const void *buffer, size_t length), (fd, buffer, length))           \
    X(eventfd, int, (unsigned int value, int flags), (value, flags))                               \
    X(sendmsg, ssize_t, (int fd, const struct msghdr *message, int flags), (fd, message, flags))   \
    X(recvmsg, ssize_t, (int fd, struct msghdr *message, int flags), (fd, message, flags))         \
    X(recvfrom, ssize_t,                                                                           \
      (int fd, void *buffer, size_t length, int flags, struct sockaddr *address,                   \
       socklen_t *address_len),                                                                    \
      (fd, buffer, length, flags, address, address_len))                                           \
    X(sendto, ssize_t,                                                                             \
      (int fd, const void *buffer, size_t length, int flags, const struct sockaddr *address,       \
       socklen_t address_len),                                                                     \
      (fd, buffer, length, flags, address, address_len))                                           \
    X(recv, ssize_t, (int fd, void *buffer, size_t length, int flags),                             \
      (fd, buffer, length, flags))                                                                 \
    X(send, ssize_t, (int fd, const void *buffer, size_t length, int flags),                       \
      (fd, buffer, length, flags))                                                                 \
    X(flock, int, (int fd, int operation), (fd, operation))                                        \
    X(setspecific, int, (pthread_key_t key, const void *value), (key, value))

enum fault_call {
#define X(name, result, parameters, arguments) FAULT_##name,
    FAULT_CALLS(X)
#undef X
        FAULT_host_socket_fd, /* its error is a WSA code */
    FAULT_COUNT
};

/* Puts the table in place with no fault in it and all counts 0; fault_stop restores what was there.
 */
void fault_start(void);
void fault_stop(void);

/* A test's teardown: what was opened is closed, every fault that was injected has been met; then
 * fault_stop. */
void fault_check(void);

/* After `skip` more calls that go through, the next `times` fail with errno `err` and do nothing
 * else. */
void fault_inject(enum fault_call call, int skip, int times, int err);

/* How often it was called since fault_start, failures included; how many of the injected are left.
 */
int fault_calls(enum fault_call call);
int fault_left(enum fault_call call);

/* Descriptors made through the table or lent by the host, less those closed: what a path leaks. */
int fault_descriptors(void);

#endif
