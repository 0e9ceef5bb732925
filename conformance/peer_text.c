/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What stands in the peer's lines: error names, addresses, bytes. */
#include "peer_os.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "peer_text.h"

static const struct {
    int error;
    const char *name;
} names[] = {
    {NET_ERROR(CONNREFUSED), "REFUSED"},
    {NET_ERROR(CONNRESET), "RESET"},
    {NET_ERROR(TIMEDOUT), "TIMEOUT"},
    {NET_ERROR(WOULDBLOCK), "TIMEOUT"},
    {NET_ERROR(HOSTUNREACH), "UNREACHABLE"},
    {NET_ERROR(NETUNREACH), "UNREACHABLE"},
    {NET_ERROR(ADDRINUSE), "INUSE"},
    {NET_ERROR(NOTCONN), "NOTCONN"},
    {NET_ERROR(CONNABORTED), "RESET"},
#ifndef _WIN32
    {EPIPE, "PIPE"},
#endif
};

void peer_put_error(char *reply, size_t room, int error)
{
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
        if (names[i].error == error) {
            snprintf(reply, room, "%s", names[i].name);
            return;
        }
    }
    snprintf(reply, room, "ERROR:%d", error);
}

net_length peer_make_address(const char *text, const char *port, struct sockaddr_storage *out)
{
    struct sockaddr_in *v4 = (struct sockaddr_in *)out;
    struct sockaddr_in6 *v6 = (struct sockaddr_in6 *)out;

    memset(out, 0, sizeof(*out));
    v4->sin_port = htons((unsigned short)atoi(port));
    if (strchr(text, ':')) {
        v6->sin6_family = AF_INET6;
        return inet_pton(AF_INET6, text, &v6->sin6_addr) == 1 ? sizeof(*v6) : 0;
    }
    v4->sin_family = AF_INET;
    return inet_pton(AF_INET, text, &v4->sin_addr) == 1 ? sizeof(*v4) : 0;
}

void peer_put_address(char *reply, size_t room, const struct sockaddr_storage *address)
{
    char text[INET6_ADDRSTRLEN] = "?";
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
    size_t used = strlen(reply);

    if (address->ss_family == AF_INET6)
        inet_ntop(AF_INET6, (void *)&v6->sin6_addr, text, sizeof(text));
    else
        inet_ntop(AF_INET, (void *)&v4->sin_addr, text, sizeof(text));
    snprintf(reply + used, room - used, " %s %u", text, ntohs(v4->sin_port));
}

void peer_put_hex(char *reply, size_t room, const unsigned char *bytes, int count)
{
    size_t used = strlen(reply);

    for (int i = 0; i < count; i++)
        used += (size_t)snprintf(reply + used, room - used, "%02x", bytes[i]);
}

int peer_from_hex(const char *hex, unsigned char *bytes, size_t max)
{
    size_t n = 0;
    unsigned value;

    for (; n < max && sscanf(hex, "%2x", &value) == 1; hex += 2)
        bytes[n++] = (unsigned char)value;
    return (int)n;
}
