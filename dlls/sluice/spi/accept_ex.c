/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* AcceptEx and GetAcceptExSockaddrs.  In the buffer, behind the received bytes, each address is an
 * int with its length and then the sockaddr: the host's layout, which its mswsock reads too. */
#include "spi/extension.h"

#include "spi/facts.h"
#include "spi/overlapped.h"
#include "spi/reuse.h"
#include "spi/short_accept.h"

/* What the documentation asks for beside the address. */
#define ADDRESS_HEADROOM 16

static DWORD address_size(unsigned facts)
{
    return (DWORD)spi_address_length(facts_family(facts));
}

static int check_listener(SOCKET s, unsigned *facts)
{
    struct socket_info_params info = {.handle = s};
    int error = facts_of_socket(s, facts);

    if (!error)
        error = UNIX_CALL(socket_info, &info);
    return error ? error : info.listening ? 0 : WSAEINVAL;
}

/* Accepted into can only be a stream socket that has neither address yet. The host would take any.
 */
static int check_acceptor(SOCKET s, unsigned listener_facts)
{
    unsigned char address[SPI_ADDRESS_MAX];
    unsigned facts;
    int length, error = facts_of_socket(s, &facts);

    if (error)
        return error;
    if (!(facts & FACT_STREAM) || ((facts ^ listener_facts) & FACT_IPV6))
        return WSAEINVAL;
    if ((facts & FACT_REUSABLE) || reuse_is_idle(s))
        return 0;
    error = spi_local_address(s, address, &length);
    if (!error)
        return WSAEINVAL;
    return error == WSAEINVAL ? 0 : error;
}

static int accept_into(SOCKET listener, SOCKET acceptor, void *buffer,
                       struct afd_accept_into_params *params, DWORD remote_len,
                       LPOVERLAPPED overlapped, ULONG_PTR *received)
{
    ULONGLONG total = (ULONGLONG)params->recv_len + params->local_len + remote_len;
    struct notice notice = {overlapped, NULL};
    const unsigned before = facts_find(acceptor);
    DWORD need;
    unsigned facts;
    int error = check_listener(listener, &facts);

    if (error == WSAENOTSOCK)
        return error;
    if (!error)
        error = check_acceptor(acceptor, facts);
    if (error == WSAENOTSOCK)
        return error;
    if (!remote_len || total > MAXDWORD || !guard_writable(buffer, total))
        return WSAEFAULT;
    if (error)
        return error;
    short_accept_settle(listener);
    need = address_size(facts) + ADDRESS_HEADROOM;
    if ((params->local_len && params->local_len < need) || remote_len < need)
        return short_accept(listener, facts, buffer, overlapped);
    facts_set(acceptor, FACT_ACCEPTS,
              FACT_REUSABLE | FACT_RESET | FACT_SHUT_DOWN | FACT_SEND_ENDED | FACT_CONNECT_EX);
    if (before & FACT_REUSABLE)
        facts_set(acceptor, FACT_REUSED, 0);
    if (before & FACT_CONNECTS) /* in vain: what is kept of it is the descriptor that goes */
        UNIX_CALL(open_record, &(struct open_record_params){acceptor});
    if (before & (FACT_REUSABLE | FACT_CONNECTS))
        host_forget_descriptor(acceptor);
    return overlapped_issue(listener, &notice, AFD_ACCEPT_INTO, params, sizeof(*params), buffer,
                            params->recv_len + params->local_len + remote_len, received);
}

BOOL PASCAL ext_accept_ex(SOCKET listener, SOCKET acceptor, PVOID buffer, DWORD receive_len,
                          DWORD local_len, DWORD remote_len, LPDWORD received,
                          LPOVERLAPPED overlapped)
{
    struct afd_accept_into_params params = {(ULONG)acceptor, receive_len, local_len};
    ULONG_PTR moved = 0;
    DWORD count;
    int error;

    if (!overlapped)
        return extension_return(ERROR_INVALID_PARAMETER);
    error = overlapped_begin(overlapped);
    if (!error)
        error = accept_into(listener, acceptor, buffer, &params, remote_len, overlapped, &moved);
    count = (DWORD)moved;
    if (!error && received)
        guard_put(received, count);
    return extension_return(error);
}

static void find_address(char *at, DWORD room, struct sockaddr **address, LPINT size)
{
    int length;

    if (room < sizeof(length) || !guard_get(length, at))
        return;
    at += sizeof(length);
    if (guard_put(size, length))
        guard_put(address, at);
}

VOID PASCAL ext_get_accept_ex_sockaddrs(PVOID buffer, DWORD receive_len, DWORD local_len,
                                        DWORD remote_len, struct sockaddr **local, LPINT local_size,
                                        struct sockaddr **remote, LPINT remote_size)
{
    char *at = (char *)buffer + receive_len;

    find_address(at, local_len, local, local_size);
    find_address(at + local_len, remote_len, remote, remote_size);
}
