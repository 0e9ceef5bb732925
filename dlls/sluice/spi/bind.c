/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spi/facts.h"

/* Below it Linux asks for a privilege by default, and WSAEACCES may mean that. */
#define FIRST_UNPRIVILEGED_PORT 1024

static bool is_wildcard(const struct sockaddr *address)
{
    static const IN6_ADDR any;

    if (address->sa_family == AF_INET)
        return !((const struct sockaddr_in *)address)->sin_addr.s_addr;
    return !memcmp(&((const struct sockaddr_in6 *)address)->sin6_addr, &any, sizeof(any));
}

/* The host binds a datagram socket to an address it finds on no interface as if it were the wildcard. */
static int check_is_local(const struct afd_info *info, const void *address, int length)
{
    struct is_local_address_params params = {.address_len = length};

    if (info->type == SOCK_STREAM || is_wildcard(address))
        return 0;
    memcpy(params.address, address, length);
    return UNIX_CALL(is_local_address, &params);
}

/* Microsoft's table: a wildcard that meets an exclusive wildcard is WSAEADDRINUSE unless it asked for reuse;
 * the host answers WSAEACCES for all that meets one. */
static int refine_error(SOCKET s, const struct sockaddr *address, int error)
{
    BOOL reuse = FALSE;
    INT length = sizeof(reuse), ignored;

    if (error != WSAEACCES || !is_wildcard(address) ||
        ntohs(((const struct sockaddr_in *)address)->sin_port) < FIRST_UNPRIVILEGED_PORT)
        return error;
    WSPGetSockOpt(s, SOL_SOCKET, SO_REUSEADDR, (char *)&reuse, &length, &ignored);
    return reuse ? WSAEACCES : WSAEADDRINUSE;
}

int WSPAPI WSPBind(SOCKET s, const struct sockaddr *name, int namelen, LPINT lpErrno)
{
    struct afd_bind_params params = {0};
    unsigned char bound[SPI_ADDRESS_MAX];
    struct afd_info info;
    int length, error = afd_info(s, &info);

    if (!error)
        error = spi_get_address(name, namelen, info.family, params.address, &length);
    if (!error)
        error = check_is_local(&info, params.address, length);
    if (error)
        return spi_return(error, lpErrno);
    error = afd_call(s, AFD_BIND, &params, offsetof(struct afd_bind_params, address) + length,
                     bound, length);
    if (!error)
        facts_set(s, 0, FACT_UNBOUND_COPY);
    return spi_return(refine_error(s, (const struct sockaddr *)params.address, error), lpErrno);
}
