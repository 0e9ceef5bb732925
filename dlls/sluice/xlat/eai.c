/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The resolver's codes and flags. */
#ifndef _GNU_SOURCE
#ifndef _GNU_SOURCE
#define _GNU_SOURCE /* EAI_ADDRFAMILY, EAI_NODATA and the like */
#endif
#endif
#include "xlat/eai.h"

#include <netdb.h>
#include <stddef.h>

#include "winabi.h"
#include "xlat/error.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct code {
    int host;
    int error;
};

static const struct code eai_codes[] = {
    {EAI_AGAIN, WS_WSATRY_AGAIN},         {EAI_BADFLAGS, WS_WSAEINVAL},
    {EAI_FAIL, WS_WSANO_RECOVERY},        {EAI_FAMILY, WS_WSAEAFNOSUPPORT},
    {EAI_ADDRFAMILY, WS_WSAEAFNOSUPPORT}, {EAI_MEMORY, WS_WSA_NOT_ENOUGH_MEMORY},
    {EAI_NODATA, WS_WSANO_DATA},          {EAI_NONAME, WS_WSAHOST_NOT_FOUND},
    {EAI_SERVICE, WS_WSATYPE_NOT_FOUND},  {EAI_SOCKTYPE, WS_WSAESOCKTNOSUPPORT},
    {EAI_OVERFLOW, WS_WSAEFAULT}, /* getnameinfo: the caller's buffer is too small */
    {EAI_CANCELED, WS_WSA_E_CANCELLED},   {EAI_INTR, WS_WSAEINTR},
};

static const struct code herrno_codes[] = {
    {NETDB_SUCCESS, 0},           {HOST_NOT_FOUND, WS_WSAHOST_NOT_FOUND},
    {TRY_AGAIN, WS_WSATRY_AGAIN}, {NO_RECOVERY, WS_WSANO_RECOVERY},
    {NO_DATA, WS_WSANO_DATA},
};

/* host 0: the flag asks nothing of the host's resolver. */
struct flag {
    uint32_t ws;
    int host;
};

static const struct flag ai_flags[] = {
    {WS_AI_PASSIVE, AI_PASSIVE},
    {WS_AI_CANONNAME, AI_CANONNAME},
    {WS_AI_NUMERICHOST, AI_NUMERICHOST},
    {WS_AI_NUMERICSERV, AI_NUMERICSERV},
    {WS_AI_ALL, AI_ALL},
    {WS_AI_ADDRCONFIG, AI_ADDRCONFIG},
    {WS_AI_V4MAPPED, AI_V4MAPPED},
    {WS_AI_DNS_ONLY, 0},
    {WS_AI_FORCE_CLEAR_TEXT, 0},
    {WS_AI_BYPASS_DNS_CACHE, 0},
    {WS_AI_RETURN_TTL, 0},
    {WS_AI_NON_AUTHORITATIVE, 0},
    {WS_AI_SECURE, 0},
    {WS_AI_RETURN_PREFERRED_NAMES, 0},
    {WS_AI_FQDN, AI_CANONNAME},
    {WS_AI_FILESERVER, 0},
    {WS_AI_DISABLE_IDN_ENCODING, 0},
    {WS_AI_REQUIRE_SECURE, 0},
    {WS_AI_RESOLUTION_HANDLE, 0},
};

static const struct flag ni_flags[] = {
    {WS_NI_NOFQDN, NI_NOFQDN},     {WS_NI_NUMERICHOST, NI_NUMERICHOST},
    {WS_NI_NAMEREQD, NI_NAMEREQD}, {WS_NI_NUMERICSERV, NI_NUMERICSERV},
    {WS_NI_DGRAM, NI_DGRAM},
};

static int find_code(const struct code *codes, size_t count, int host)
{
    for (size_t i = 0; i < count; i++)
        if (codes[i].host == host)
            return codes[i].error;
    return WS_WSANO_RECOVERY;
}

static int flags_to_host(const struct flag *flags, size_t count, uint32_t ws, int *host)
{
    int result = 0;

    for (size_t i = 0; i < count; i++) {
        if (ws & flags[i].ws)
            result |= flags[i].host;
        ws &= ~flags[i].ws;
    }
    if (ws)
        return WS_WSAEINVAL;
    *host = result;
    return 0;
}

/* Of two Windows flags with one host flag the first row is the way back. */
static uint32_t flags_from_host(const struct flag *flags, size_t count, int host)
{
    uint32_t result = 0;

    for (size_t i = 0; i < count; i++) {
        if (!(host & flags[i].host))
            continue;
        result |= flags[i].ws;
        host &= ~flags[i].host;
    }
    return result;
}

int xlat_eai_from_host(int eai, int err)
{
    if (!eai)
        return 0;
    /* EAI_SYSTEM without an errno tells nothing. */
    if (eai == EAI_SYSTEM)
        return err ? xlat_error_from_errno(err) : WS_WSANO_RECOVERY;
    return find_code(eai_codes, COUNT(eai_codes), eai);
}

int xlat_herrno_from_host(int h_err)
{
    return find_code(herrno_codes, COUNT(herrno_codes), h_err);
}

int xlat_ai_flags_to_host(uint32_t ws, int *host)
{
    return flags_to_host(ai_flags, COUNT(ai_flags), ws, host);
}

uint32_t xlat_ai_flags_from_host(int host)
{
    return flags_from_host(ai_flags, COUNT(ai_flags), host);
}

int xlat_ni_flags_to_host(uint32_t ws, int *host)
{
    return flags_to_host(ni_flags, COUNT(ni_flags), ws, host);
}

uint32_t xlat_ni_flags_from_host(int host)
{
    return flags_from_host(ni_flags, COUNT(ni_flags), host);
}
