/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <winsock2.h>
#include <ws2tcpip.h>

#include "pe/protocols.h"

static const WSAPROTOCOL_INFOW rows[] = {
#define PROTOCOL(entry, provider, version, af, kind, number, offset, flags, max, min, message,     \
                 label)                                                                            \
    {.dwServiceFlags1 = (flags),                                                                   \
     .dwProviderFlags = PFL_MATCHES_PROTOCOL_ZERO | ((kind) == SOCK_RAW ? PFL_HIDDEN : 0),         \
     .dwCatalogEntryId = (entry),                                                                  \
     .ProtocolChain = {.ChainLen = BASE_PROTOCOL},                                                 \
     .iVersion = (version),                                                                        \
     .iAddressFamily = (af),                                                                       \
     .iMaxSockAddr = (max),                                                                        \
     .iMinSockAddr = (min),                                                                        \
     .iSocketType = (kind),                                                                        \
     .iProtocol = (number),                                                                        \
     .iProtocolMaxOffset = (offset),                                                               \
     .iNetworkByteOrder = BIGENDIAN,                                                               \
     .iSecurityScheme = SECURITY_PROTOCOL_NONE,                                                    \
     .dwMessageSize = (message),                                                                   \
     .szProtocol = label},
#include "protocols.def"
#undef PROTOCOL
};

/* Whose row each is.  The identities are Windows' own: programs look for them. */
enum provider { ipv4_provider, ipv6_provider, rsvp_provider };

static const enum provider providers[] = {
#define PROTOCOL(entry, provider, ...) provider,
#include "protocols.def"
#undef PROTOCOL
};

static const GUID identities[] = {
    [ipv4_provider] = {0xe70f1aa0,
                       0xab8b,
                       0x11cf,
                       {0x8c, 0xa3, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}},
    [ipv6_provider] = {0xf9eab0c0,
                       0x26d4,
                       0x11d0,
                       {0xbb, 0xbf, 0x00, 0xaa, 0x00, 0x6c, 0x34, 0xe4}},
    [rsvp_provider] = {0x9d60a9e0,
                       0x337a,
                       0x11d0,
                       {0xbd, 0x88, 0x00, 0x00, 0xc0, 0x82, 0xe6, 0x9a}},
};

bool protocol_row(unsigned int index, WSAPROTOCOL_INFOW *info)
{
    if (index >= sizeof(rows) / sizeof(rows[0]))
        return false;
    *info = rows[index];
    info->ProviderId = identities[providers[index]];
    return true;
}
