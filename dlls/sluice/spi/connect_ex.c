/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* ConnectEx and DisconnectEx. */
#include <stdlib.h>

#include "spi/extension.h"

#include "spi/connect_watch.h"
#include "spi/facts.h"
#include "spi/overlapped.h"
#include "spi/reuse.h"

static int connect_overlapped(SOCKET s, const void *address, int length, const void *data,
                              DWORD data_len, LPOVERLAPPED overlapped, ULONG_PTR *sent)
{
    const size_t head = offsetof(struct afd_connect_params, address);
    struct notice notice = {overlapped, NULL};
    struct afd_connect_params *params;
    int error;

    if (data_len && !guard_readable(data, data_len))
        return WSAEFAULT;
    if (data_len > MAXDWORD - head - length)
        return WSAENOBUFS;
    params = malloc(head + length + data_len);
    if (!params)
        return WSAENOBUFS;
    params->addr_len = length;
    params->synchronous = FALSE;
    memcpy(params->address, address, length);
    if (!data_len || guard_copy((char *)params + head + length, data, data_len))
        error = overlapped_issue(s, &notice, AFD_CONNECT, params, (ULONG)(head + length + data_len),
                                 NULL, 0, sent);
    else
        error = WSAEFAULT;
    free(params); /* the host has its own copy */
    return error;
}

BOOL PASCAL ext_connect_ex(SOCKET s, const struct sockaddr *name, int namelen, PVOID data,
                           DWORD data_len, LPDWORD sent, LPOVERLAPPED overlapped)
{
    unsigned char address[SPI_ADDRESS_MAX];
    ULONG_PTR moved = 0;
    unsigned facts;
    DWORD count;
    int length = 0, error;

    if (!overlapped)
        return extension_return(ERROR_INVALID_PARAMETER);
    error = overlapped_begin(overlapped);
    if (!error)
        error = facts_of_socket(s, &facts);
    if (!error)
        error = spi_get_address(name, namelen, facts_family(facts), address, &length);
    if (!error && spi_is_no_destination(address))
        error = WSAEADDRNOTAVAIL;
    if (!error)
        facts_set(s, 0, FACT_REFUSED);
    if (!error)
        error = connect_overlapped(s, address, length, data, data_len, overlapped, &moved);
    if (!error || error == WSA_IO_PENDING)
        facts_set(s, FACT_CONNECT_EX | FACT_CONNECTS, 0);
    if (error == WSA_IO_PENDING)
        connect_watch(s, address, length);
    count = (DWORD)moved;
    if (!error && sent)
        guard_put(sent, count);
    return extension_return(error);
}

int disconnect(SOCKET s, DWORD flags)
{
    INT error = 0;

    if ((flags & TF_REUSE_SOCKET) && reuse_detach(s))
        return 0;
    return WSPShutdown(s, SD_SEND, &error) ? error : 0;
}

/* The host ends a shutdown at once and, where successes at once make no completion packet,
 * silently; Windows always lets it pend.  A transmission of nothing does pend, behind what is
 * queued to be sent. */
static int disconnect_overlapped(SOCKET s, LPOVERLAPPED overlapped, DWORD flags)
{
    struct afd_transmit_params nothing = {.buffer_size = 1};
    struct notice notice = {overlapped, NULL};
    int how = SD_SEND, error;
    bool detached = (flags & TF_REUSE_SOCKET) && reuse_detach(s);
    ULONG_PTR ignored;

    error =
        overlapped_issue(s, &notice, AFD_TRANSMIT, &nothing, sizeof(nothing), NULL, 0, &ignored);
    if (!error || error == WSA_IO_PENDING) {
        if (!detached)
            disconnect(s, 0);
        return WSA_IO_PENDING;
    }
    if (error != WSAESHUTDOWN && error != WSAENOTCONN)
        return error;
    /* Shut down before, or reset: the host's own answer. */
    error = overlapped_issue(s, &notice, AFD_SHUTDOWN, &how, sizeof(how), NULL, 0, &ignored);
    return error ? error : WSA_IO_PENDING;
}

BOOL PASCAL ext_disconnect_ex(SOCKET s, LPOVERLAPPED overlapped, DWORD flags, DWORD reserved)
{
    unsigned facts;
    int error = facts_of_socket(s, &facts);

    if (!error && overlapped)
        error = overlapped_begin(overlapped);
    if (!error && (reserved || (flags & ~TF_REUSE_SOCKET)))
        error = WSAEINVAL;
    if (!error && (!(facts & FACT_STREAM) || (facts & FACT_REUSABLE)))
        error = WSAENOTCONN;
    if (!error)
        error = overlapped ? disconnect_overlapped(s, overlapped, flags) : disconnect(s, flags);
    return extension_return(error);
}
