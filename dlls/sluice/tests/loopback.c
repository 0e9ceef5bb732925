/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See loopback.h. */
#include "loopback.h"

#include <check.h>
#include <netinet/in.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#include "fault.h"
#include "structs.h"
#include "unix/calls.h"
#include "unix/waiter.h"
#include "winabi.h"

#define FIRST_HANDLE 256

uint64_t loopback_keep(int fd)
{
    static int last = FIRST_HANDLE;
    struct open_record_params open;
    struct keep_params keep = {.hears = 0};

    last += 4;
    ck_assert_int_eq(dup2(fd, last), last);
    close(fd);
    open.handle = keep.handle = (uint64_t)last;
    ck_assert_int_eq(unix_open_record(&open), 0);
    ck_assert_int_eq(unix_keep(&keep), 0);
    return keep.handle;
}

struct sockaddr_storage loopback_address(int fd, socklen_t *length)
{
    struct sockaddr_storage address;

    memset(&address, 0, sizeof(address));
    *length = sizeof(address);
    ck_assert_int_eq(getsockname(fd, (struct sockaddr *)&address, length), 0);
    return address;
}

int32_t loopback_ws_address(int fd, uint8_t ws[28])
{
    socklen_t length;
    struct sockaddr_storage address = loopback_address(fd, &length);
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)&address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)&address;
    struct ws_sockaddr_in6 ws6 = {.family = WS_AF_INET6, .port = v6->sin6_port};
    struct ws_sockaddr_in ws4 = {.family = WS_AF_INET, .port = v4->sin_port};

    if (address.ss_family == AF_INET6) {
        memcpy(ws6.address, &v6->sin6_addr, sizeof(ws6.address));
        memcpy(ws, &ws6, sizeof(ws6));
        return sizeof(ws6);
    }
    ws4.address = v4->sin_addr.s_addr;
    memcpy(ws, &ws4, sizeof(ws4));
    return sizeof(ws4);
}

int loopback_bound(int family, int type)
{
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_addr = IN6ADDR_LOOPBACK_INIT};
    int fd = socket(family, type, 0);

    ck_assert_int_ge(fd, 0);
    if (family == AF_INET)
        ck_assert_int_eq(bind(fd, (struct sockaddr *)&v4, sizeof(v4)), 0);
    else
        ck_assert_int_eq(bind(fd, (struct sockaddr *)&v6, sizeof(v6)), 0);
    return fd;
}

uint64_t loopback_stream(int *peer)
{
    int listener = loopback_bound(AF_INET, SOCK_STREAM), ours;
    struct sockaddr_storage address;
    socklen_t length;

    ck_assert_int_eq(listen(listener, 1), 0);
    address = loopback_address(listener, &length);
    *peer = socket(AF_INET, SOCK_STREAM, 0);
    ck_assert_int_eq(connect(*peer, (struct sockaddr *)&address, length), 0);
    ours = accept(listener, NULL, NULL);
    ck_assert_int_ge(ours, 0);
    close(listener);
    return loopback_keep(ours);
}

uint64_t loopback_datagram(int family, int *peer)
{
    *peer = loopback_bound(family, SOCK_DGRAM);
    return loopback_keep(loopback_bound(family, SOCK_DGRAM));
}

void loopback_close(uint64_t handle, int peer)
{
    struct drop_params drop = {.handle = handle};

    ck_assert_int_eq(unix_drop(&drop), 0);
    if (fault_descriptors() == 1 && fault_calls(FAULT_eventfd)) {
        struct waiter *waiter = waiter_enter(&drop);

        sys.close(waiter_fd(waiter));
        waiter_leave(waiter);
    }
    close((int)handle);
    close(peer);
}

long long loopback_ms(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * 1000LL + now.tv_nsec / 1000000;
}
