/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See change.h.  The program's request becomes a poll of the host: on the program's socket, so that
 * it ends as any other (event, routine, port, cancelled, closed), for data on a private socket.
 * One thread for each kind of change waits for the kernel and sends that socket a datagram.  The
 * OVERLAPPED has the size of the poll's answer as its byte count, where Windows says 0. */
#include "spi/change.h"

#include <stdlib.h>

#include "spi/own_thread.h"

static struct source {
    int fd;
    SOCKET s; /* connected to itself; 0: not started */
} sources[CHANGE_KINDS];
static SRWLOCK lock = SRWLOCK_INIT; /* held while a source is started; taken inside no other */

static void fill_poll(struct afd_poll_params *poll, SOCKET s)
{
    *poll = (struct afd_poll_params){
        .timeout = INT64_MAX, .count = 1, .sockets = {{s, AFD_POLL_READ, 0}}};
}

static void wake(SOCKET s, const void *unused)
{
    WSABUF byte = {1, (char *)"x"};
    DWORD sent;
    INT ignored;

    (void)unused;
    WSPSend(s, &byte, 1, &sent, 0, NULL, NULL, NULL, &ignored);
}

static void drain(SOCKET s)
{
    char data[16];
    WSABUF room = {sizeof(data), data};
    DWORD received, flags = 0;
    INT ignored;

    while (!WSPRecv(s, &room, 1, &received, &flags, NULL, NULL, NULL, &ignored))
        flags = 0;
}

/* A poll of our own is under way before the datagram goes out: the host ends all polls of a socket
 * together, so when ours has ended so have the program's, and the datagram can be taken away. */
static DWORD WINAPI watch(void *arg)
{
    const struct source *source = arg;
    struct change_wait_params wait = {.fd = source->fd};
    struct afd_poll_params poll;

    while (!UNIX_CALL(change_wait, &wait)) {
        fill_poll(&poll, source->s);
        afd_ioctl_pending(source->s, AFD_POLL, &poll, sizeof(poll), &poll, sizeof(poll), NULL,
                          wake);
        drain(source->s);
    }
    return 0;
}

/* A socket the program never hears of, nor the last WSPCleanup. */
static SOCKET private_socket(void)
{
    struct sockaddr_in own = {.sin_family = AF_INET, .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    unsigned char address[SPI_ADDRESS_MAX];
    int length, on = 1;
    INT ignored;
    SOCKET s = WSPSocket(AF_INET, SOCK_DGRAM, IPPROTO_UDP, NULL, 0,
                         WSA_FLAG_OVERLAPPED | WSA_FLAG_NO_HANDLE_INHERIT, &ignored);

    if (s == INVALID_SOCKET)
        return 0;
    registry_remove(s);
    if (!WSPBind(s, (struct sockaddr *)&own, sizeof(own), &ignored) &&
        !spi_local_address(s, address, &length) &&
        !WSPConnect(s, (struct sockaddr *)address, length, NULL, NULL, NULL, NULL, &ignored) &&
        !afd_call(s, AFD_FIONBIO, &on, sizeof(on), NULL, 0))
        return s;
    WSPCloseSocket(s, &ignored);
    return 0;
}

/* Starts a source where it is not. Returns its socket, 0 where that fails. */
static SOCKET start(enum change_kind kind)
{
    struct change_open_params open = {.kind = kind};
    struct source *source = &sources[kind];
    SOCKET started;
    INT ignored;

    AcquireSRWLockExclusive(&lock);
    if (!source->s && !(source->fd ? 0 : UNIX_CALL(change_open, &open))) {
        if (!source->fd)
            source->fd = open.fd; /* kept where the rest fails */
        source->s = private_socket();
        if (source->s && !own_thread_start(watch, source, 0)) {
            WSPCloseSocket(source->s, &ignored);
            source->s = 0;
        }
    }
    started = source->s;
    ReleaseSRWLockExclusive(&lock);
    return started;
}

int change_request(struct ioctl *call, enum change_kind kind)
{
    struct notice notice = {call->overlapped, call->routine};
    struct afd_poll_params *poll = malloc(sizeof(*poll));
    SOCKET s = poll ? start(kind) : 0;
    ULONG_PTR ignored;
    int error;

    if (!s) {
        free(poll);
        return WSAENOBUFS;
    }
    fill_poll(poll, s);
    error =
        overlapped_begin(call->overlapped); /* marked pending: only then is memory parked on it */
    if (!error)
        error = overlapped_issue(call->s, &notice, AFD_POLL, poll, sizeof(*poll), poll,
                                 sizeof(*poll), &ignored);
    if (error == WSA_IO_PENDING)
        overlapped_park(call->overlapped, poll);
    else
        free(poll);
    return error;
}
