/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Socket addresses between Windows' layout and the host's. */
#include "xlat/sockaddr.h"

#include <netinet/in.h>
#include <stddef.h>
#include <string.h>

#include "structs.h"
#include "winabi.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Addresses in program memory have no alignment: everything goes through a copy. */

static void inet_to_host(const void *ws, struct sockaddr_storage *out)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    struct ws_sockaddr_in in;

    memcpy(&in, ws, sizeof(in));
    address.sin_port = in.port;
    address.sin_addr.s_addr = in.address;
    memcpy(out, &address, sizeof(address));
}

static void inet_from_host(const void *host, void *ws)
{
    struct ws_sockaddr_in out = {.family = WS_AF_INET};
    struct sockaddr_in address;

    memcpy(&address, host, sizeof(address));
    out.port = address.sin_port;
    out.address = address.sin_addr.s_addr;
    memcpy(ws, &out, sizeof(out));
}

static void inet6_to_host(const void *ws, struct sockaddr_storage *out)
{
    struct sockaddr_in6 address = {.sin6_family = AF_INET6};
    struct ws_sockaddr_in6 in;

    memcpy(&in, ws, sizeof(in));
    address.sin6_port = in.port;
    address.sin6_flowinfo = in.flowinfo;
    address.sin6_scope_id = in.scope_id;
    memcpy(&address.sin6_addr, in.address, sizeof(in.address));
    memcpy(out, &address, sizeof(address));
}

static void inet6_from_host(const void *host, void *ws)
{
    struct ws_sockaddr_in6 out = {.family = WS_AF_INET6};
    struct sockaddr_in6 address;

    memcpy(&address, host, sizeof(address));
    out.port = address.sin6_port;
    out.flowinfo = address.sin6_flowinfo;
    out.scope_id = address.sin6_scope_id;
    memcpy(out.address, &address.sin6_addr, sizeof(out.address));
    memcpy(ws, &out, sizeof(out));
}

static const struct family {
    int ws, host;
    int ws_length;
    socklen_t host_length;
    void (*to_host)(const void *ws, struct sockaddr_storage *out);
    void (*from_host)(const void *host, void *ws);
} families[] = {
    {WS_AF_INET, AF_INET, sizeof(struct ws_sockaddr_in), sizeof(struct sockaddr_in), inet_to_host,
     inet_from_host},
    {WS_AF_INET6, AF_INET6, sizeof(struct ws_sockaddr_in6), sizeof(struct sockaddr_in6),
     inet6_to_host, inet6_from_host},
};

/* Dissolving an association takes any sockaddr whose family can be read. */
static int unspecified_to_host(struct sockaddr_storage *out, socklen_t *out_len)
{
    struct sockaddr none = {.sa_family = AF_UNSPEC};

    memset(out, 0, sizeof(*out));
    memcpy(out, &none, sizeof(none));
    *out_len = sizeof(none);
    return 0;
}

int xlat_sockaddr_to_host(const void *ws, int ws_len, struct sockaddr_storage *out,
                          socklen_t *out_len)
{
    uint16_t family;

    if (!ws || ws_len < (int)sizeof(family))
        return WS_WSAEFAULT;
    memcpy(&family, ws, sizeof(family));
    if (family == WS_AF_UNSPEC)
        return unspecified_to_host(out, out_len);
    for (size_t i = 0; i < COUNT(families); i++) {
        if (families[i].ws != family)
            continue;
        if (ws_len < families[i].ws_length)
            return WS_WSAEFAULT;
        memset(out, 0, sizeof(*out));
        families[i].to_host(ws, out);
        *out_len = families[i].host_length;
        return 0;
    }
    return WS_WSAEAFNOSUPPORT;
}

int xlat_sockaddr_from_host(const struct sockaddr_storage *host, socklen_t host_len, void *ws,
                            int32_t *ws_len)
{
    sa_family_t host_family;

    if (host_len < sizeof(host_family)) {
        *ws_len = 0;
        return 0;
    }
    memcpy(&host_family, host, sizeof(host_family));
    if (host_family == AF_UNSPEC) {
        *ws_len = 0;
        return 0;
    }
    for (size_t i = 0; i < COUNT(families); i++) {
        if (families[i].host != host_family)
            continue;
        if (host_len < families[i].host_length)
            return WS_WSAEINVAL;
        if (!ws || *ws_len < families[i].ws_length)
            return WS_WSAEFAULT;
        families[i].from_host(host, ws);
        *ws_len = families[i].ws_length;
        return 0;
    }
    return WS_WSAEAFNOSUPPORT;
}

int xlat_sockaddr_length(int ws_family)
{
    for (size_t i = 0; i < COUNT(families); i++)
        if (families[i].ws == ws_family)
            return families[i].ws_length;
    return 0;
}
