/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spi/facts.h"

/* Below it Linux asks for a privilege by default, and WSAEACCES may mean that. */
#define FIRST_UNPRIVILEGED_PORT 1024

/* The host binds a datagram socket to an address it finds on no interface as if it were the
 * wildcard. */
static int check_is_local(const struct afd_info *info, const void *address, int length)
{
    struct is_local_address_params params = {.address_len = length};

    if (info->type == SOCK_STREAM || spi_is_wildcard(address))
        return 0;
    memcpy(params.address, address, length);
    return UNIX_CALL(is_local_address, &params);
}

static bool option(SOCKET s, int name)
{
    BOOL on = FALSE;
    INT length = sizeof(on), ignored;

    return !WSPGetSockOpt(s, SOL_SOCKET, name, (char *)&on, &length, &ignored) && on;
}

static int claim_mode(SOCKET s)
{
    if (option(s, SO_REUSEADDR))
        return CLAIM_SHARED;
    return option(s, SO_EXCLUSIVEADDRUSE) ? CLAIM_EXCLUSIVE : CLAIM_DEFAULT;
}

/* Microsoft's table, where the kernel does not tell of those who have the port: a wildcard that
 * meets an exclusive wildcard is WSAEADDRINUSE unless it asked for reuse; the host answers
 * WSAEACCES for all that meets one. */
static int refine_error(int mode, const struct sockaddr *address, int error)
{
    if (error != WSAEACCES || !spi_is_wildcard(address) ||
        ntohs(((const struct sockaddr_in *)address)->sin_port) < FIRST_UNPRIVILEGED_PORT)
        return error;
    return mode == CLAIM_SHARED ? WSAEACCES : WSAEADDRINUSE;
}

static int host_bind(SOCKET s, const struct afd_bind_params *params, int length)
{
    unsigned char bound[SPI_ADDRESS_MAX];

    return afd_call(s, AFD_BIND, params, offsetof(struct afd_bind_params, address) + length, bound,
                    length);
}

/* The host's own check of addresses in use knows neither datagram sockets nor what listens; ours
 * comes first (unix/claim.c). */
static int claim_and_bind(SOCKET s, const struct afd_bind_params *params, int length)
{
    struct claim_address_params claim = {.handle = s, .address_len = length};
    struct claim_end_params end = {.handle = s};
    int error;

    end.mode = claim.mode = claim_mode(s);
    memcpy(claim.address, params->address, length);
    error = UNIX_CALL(claim_address, &claim);
    if (error == WSAEMFILE) /* no descriptor to ask with: the host's own check serves */
        return refine_error(claim.mode, (const struct sockaddr *)params->address,
                            host_bind(s, params, length));
    if (error)
        return error;
    error = host_bind(s, params, length);
    end.lock = claim.lock;
    end.prepared = claim.prepared;
    end.bound = !error;
    UNIX_CALL(claim_end, &end);
    return refine_error(claim.mode, (const struct sockaddr *)params->address, error);
}

int WSPAPI WSPBind(SOCKET s, const struct sockaddr *name, int namelen, LPINT lpErrno)
{
    struct afd_bind_params params = {0};
    struct afd_info info;
    int length, error = afd_info(s, &info);

    if (!error)
        error = spi_get_address(name, namelen, info.family, params.address, &length);
    if (!error)
        error = check_is_local(&info, params.address, length);
    if (error)
        return spi_return(error, lpErrno);
    if (info.protocol == IPPROTO_TCP || info.protocol == IPPROTO_UDP)
        error = claim_and_bind(s, &params, length);
    else
        error = host_bind(s, &params, length);
    if (!error)
        facts_set(s, facts_find(s) & FACT_DATAGRAM ? FACT_READY : 0, FACT_UNBOUND_COPY);
    return spi_return(error, lpErrno);
}
