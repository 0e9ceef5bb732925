/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Socket addresses in and out of program memory, and a socket's own two. */
#include "spi/spi.h"

#include "spi/direct_lane.h"
#include "spi/facts.h"

int spi_address_length(int family)
{
    switch (family) {
    case AF_INET:
        return sizeof(struct sockaddr_in);
    case AF_INET6:
        return sizeof(struct sockaddr_in6);
    default:
        return 0;
    }
}

bool spi_is_wildcard(const void *address)
{
    const struct sockaddr_in *v4 = address;
    const struct sockaddr_in6 *v6 = address;

    if (v4->sin_family == AF_INET)
        return v4->sin_addr.s_addr == INADDR_ANY;
    return IN6_IS_ADDR_UNSPECIFIED(&v6->sin6_addr);
}

bool spi_is_no_destination(const void *address)
{
    const struct sockaddr_in *v4 = address; /* v6: port at the same place */

    return spi_is_wildcard(address) || !v4->sin_port;
}

int spi_get_address(const struct sockaddr *name, int namelen, int family, void *address,
                    int *length)
{
    ADDRESS_FAMILY given;
    int need;

    if (!name || namelen < (int)sizeof(given) || !guard_get(given, &name->sa_family))
        return WSAEFAULT;
    if (family == AF_UNSPEC)
        family = given;
    need = spi_address_length(family);
    if (!need)
        return WSAEAFNOSUPPORT;
    if (namelen < need)
        return WSAEFAULT;
    if (!guard_copy(address, name, need))
        return WSAEFAULT;
    if (given != family)
        return WSAEAFNOSUPPORT;
    *length = need;
    return 0;
}

int spi_put_address(struct sockaddr *name, LPINT namelen, const void *address, int length)
{
    int room;

    if (!name || !namelen || !guard_get(room, namelen) || room < length)
        return WSAEFAULT;
    if (!guard_copy(name, address, length) || !guard_put(namelen, length))
        return WSAEFAULT;
    return 0;
}

static int query(SOCKET s, ULONG code, void *address, int *length)
{
    ULONG_PTR information = 0;
    struct afd_info info;
    NTSTATUS status = afd_ioctl(s, code, NULL, 0, address, SPI_ADDRESS_MAX, &information);

    /* A file or a pipe does not know the request: that is no socket. */
    if (status)
        return afd_info(s, &info) ? WSAENOTSOCK : xlat_error_from_status((uint32_t)status);
    *length = spi_address_length(((struct sockaddr *)address)->sa_family);
    return *length ? 0 : WSAEINVAL;
}

/* Of a connection or listener nobody else speaks for, the kernel is asked: it has the host's word for
 * both names, until the connection is over and it forgets the peer; and a listener's name it alone has
 * where listen() could not take the former port (unix/listen.c). */
static bool kernel_knows(SOCKET s, bool peer)
{
    unsigned facts = facts_find(s);

    if (!(facts & FACT_STREAM) || (facts & FACT_SHUT_DOWN))
        return false;
    if (facts & FACT_LISTENING)
        return !peer && direct_may_poll(s, &facts);
    return direct_may_receive(s, &facts);
}

static bool ask_kernel(SOCKET s, bool peer, void *address, int *length)
{
    struct socket_name_params params = {.handle = s, .peer = peer};

    if (!kernel_knows(s, peer) || UNIX_CALL(socket_name, &params) || !params.address_len)
        return false;
    memcpy(address, params.address, (size_t)params.address_len);
    *length = params.address_len;
    return true;
}

int spi_local_address(SOCKET s, void *address, int *length)
{
    return ask_kernel(s, false, address, length) ? 0 : query(s, AFD_GETSOCKNAME, address, length);
}

int spi_peer_address(SOCKET s, void *address, int *length)
{
    return ask_kernel(s, true, address, length) ? 0 : query(s, AFD_GETPEERNAME, address, length);
}

int WSPAPI WSPGetSockName(SOCKET s, struct sockaddr *name, LPINT namelen, LPINT lpErrno)
{
    unsigned char address[SPI_ADDRESS_MAX];
    int length = 0, error = spi_local_address(s, address, &length);

    if (error == WSAENOTSOCK)
        return spi_return(error, lpErrno);
    if (!name || !namelen)
        error = WSAEFAULT;
    else if (!error)
        error = spi_put_address(name, namelen, address, length);
    return spi_return(error, lpErrno);
}

/* Windows knows whom a socket is connecting to, and goes on knowing the peer after both sides have
 * shut down; the kernel does neither. */
static bool remembered_peer(SOCKET s, void *address, int *length)
{
    struct socket_info_params info = {.handle = s};

    if (!facts_peer(s, address, length))
        return false;
    return (facts_find(s) & FACT_SHUT_DOWN) || (!UNIX_CALL(socket_info, &info) && info.connecting);
}

/* The host may go on naming the destination of a datagram socket that was dissolved without it; the
 * kernel does not. */
static bool is_dissolved(SOCKET s)
{
    struct socket_info_params info = {.handle = s};

    return !UNIX_CALL(socket_info, &info) && info.type == SOCK_DGRAM && !info.has_peer;
}

int WSPAPI WSPGetPeerName(SOCKET s, struct sockaddr *name, LPINT namelen, LPINT lpErrno)
{
    unsigned char address[SPI_ADDRESS_MAX];
    int length = 0, error = spi_peer_address(s, address, &length);

    if (error == WSAENOTCONN && remembered_peer(s, address, &length))
        error = 0;
    else if (!error && is_dissolved(s))
        error = WSAENOTCONN;
    if (!error)
        error = spi_put_address(name, namelen, address, length);
    return spi_return(error, lpErrno);
}
