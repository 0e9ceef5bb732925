/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>

#include "spi/spi.h"

#include "spi/protocol.h"

static bool has_protocol(const WSAPROTOCOL_INFOW *row, int protocol)
{
    return protocol >= row->iProtocol && protocol <= row->iProtocol + row->iProtocolMaxOffset;
}

bool protocol_of(int family, int type, int protocol, WSAPROTOCOL_INFOW *info)
{
    for (unsigned int i = 0; protocol_row(i, info); i++) {
        if (info->iAddressFamily != family || info->iSocketType != type ||
            !has_protocol(info, protocol))
            continue;
        if (info->iSocketType != SOCK_RAW) /* one row stands for all of them, under number 0 */
            info->iProtocol = protocol;
        return true;
    }
    return false;
}

/* Whether any row has this type: an unknown type is told before an unknown family. */
static bool is_known_type(int type)
{
    WSAPROTOCOL_INFOW row;

    for (unsigned int i = 0; protocol_row(i, &row); i++)
        if (row.iSocketType == type)
            return true;
    return !type;
}

int protocol_complete(int *family, int *type, int *protocol)
{
    bool family_known = false, type_known = false;
    WSAPROTOCOL_INFOW row;

    if (!is_known_type(*type))
        return WSAESOCKTNOSUPPORT;
    for (unsigned int i = 0; protocol_row(i, &row); i++) {
        if (*family && *family != row.iAddressFamily)
            continue;
        family_known = true;
        if (*type && *type != row.iSocketType)
            continue;
        type_known = true;
        if (*protocol && !has_protocol(&row, *protocol))
            continue;
        *family = row.iAddressFamily;
        *type = row.iSocketType;
        if (!*protocol)
            *protocol = row.iProtocol;
        return 0;
    }
    if (!family_known)
        return WSAEAFNOSUPPORT;
    return type_known ? WSAEPROTONOSUPPORT : WSAESOCKTNOSUPPORT;
}
