/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The socket options as Windows sees them: look-up, checks, numbers in and out of the program's
 * buffer. */
#include "xlat/option.h"

#include <stdbool.h>
#include <stddef.h>
#include <string.h>

#include "winabi.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

#define AFD_REQUEST(n) ((n) ? 0x120000u + 4u * (n) : 0u)

#define OP_G  XLAT_GET
#define OP_S  XLAT_SET
#define OP_GS (XLAT_GET | XLAT_SET)

#define TYPE_STREAM XLAT_STREAM
#define TYPE_DGRAM  XLAT_DGRAM
#define TYPE_RAW    XLAT_RAW
#define TYPE_CONN   (XLAT_STREAM | XLAT_RAW)
#define TYPE_MSG    (XLAT_DGRAM | XLAT_RAW)
#define TYPE_ANY    (XLAT_STREAM | XLAT_DGRAM | XLAT_RAW)

#define FAMILY_V4   XLAT_INET
#define FAMILY_V6   XLAT_INET6
#define FAMILY_BOTH (XLAT_INET | XLAT_INET6)

/* What Linux calls it stays unexpanded: this file is compiled for Windows too. */
#define LINUX(level, name, map)               .route = XLAT_DIRECT
#define LINUX_V6(level, name, map, otherwise) .route = XLAT_DIRECT, .value = (otherwise)
#define CONTROL(level, name)                  .route = XLAT_CONTROL
#define WINE(get, set)                                                                             \
    .route = XLAT_HOST, .get_code = AFD_REQUEST(get), .set_code = AFD_REQUEST(set)
#define LOCAL(id)       .route = XLAT_LOCAL, .local = XLAT_LOCAL_##id
#define ACCEPTED(first) .route = XLAT_ACCEPTED, .value = (first)
#define FIXED(always)   .route = XLAT_FIXED, .value = (always)
#define REFUSED(error)  .route = XLAT_REFUSED, .refusal = WS_##error

#define OPTION(level_, name_, kind_, rule_, size_, ops_, types_, families_, route_)                \
    {.level = WS_##level_,                                                                         \
     .name = WS_##name_,                                                                           \
     .label = #name_,                                                                              \
     .kind = XLAT_##kind_,                                                                         \
     .rule = XLAT_SIZE_##rule_,                                                                    \
     .size = (size_),                                                                              \
     .ops = OP_##ops_,                                                                             \
     .types = TYPE_##types_,                                                                       \
     .families = FAMILY_##families_,                                                               \
     route_},

static const struct xlat_option options[] = {
#include "xlat/options.def"
};

#undef OPTION

static const int levels[] = {WS_SOL_SOCKET, WS_IPPROTO_IP, WS_IPPROTO_TCP, WS_IPPROTO_UDP,
                             WS_IPPROTO_IPV6};

const struct xlat_option *xlat_option_find(int level, int name)
{
    for (size_t i = 0; i < COUNT(options); i++)
        if (options[i].level == level && options[i].name == name)
            return &options[i];
    return NULL;
}

int xlat_option_unknown(int level)
{
    for (size_t i = 0; i < COUNT(levels); i++)
        if (levels[i] == level)
            return WS_WSAENOPROTOOPT;
    return WS_WSAEINVAL;
}

int xlat_option_count(void)
{
    return COUNT(options);
}

const struct xlat_option *xlat_option_at(int index)
{
    return &options[index];
}

enum xlat_route xlat_option_route(const struct xlat_option *row, int ws_family)
{
    if (row->route == XLAT_DIRECT && row->level == WS_IPPROTO_IPV6 && ws_family == WS_AF_INET)
        return XLAT_ACCEPTED;
    return row->route;
}

/* Whether a buffer shorter than the value is an error. */
static bool needs_all(const struct xlat_option *row)
{
    switch (row->rule) {
    case XLAT_SIZE_FLAG:
    case XLAT_SIZE_SCALAR:
    case XLAT_SIZE_BYTE:
    case XLAT_SIZE_ANY:
        return false;
    default:
        return true;
    }
}

static int check_get_length(const struct xlat_option *row, int len)
{
    if (len < 0 && row->rule == XLAT_SIZE_THREAD)
        return 0;
    if (len <= 0 || (needs_all(row) && len < row->size))
        return WS_WSAEFAULT;
    return 0;
}

/* Windows takes a negative length of SOL_SOCKET's options for a long one, but for one-byte values.
 */
static int check_set_length(const struct xlat_option *row, int len)
{
    if (len < 0)
        return row->level == WS_SOL_SOCKET && row->rule != XLAT_SIZE_BYTE ? 0 : WS_WSAENOBUFS;
    if (len == 0 && row->rule != XLAT_SIZE_FLAG && row->rule != XLAT_SIZE_ANY)
        return WS_WSAEFAULT;
    if (needs_all(row) && len < row->size)
        return WS_WSAEFAULT;
    if (row->kind == XLAT_BYTES && len > row->size)
        return WS_WSAEINVAL;
    return 0;
}

static int check_socket(const struct xlat_option *row, int ws_type, int ws_family)
{
    bool ip = row->level == WS_IPPROTO_IP || row->level == WS_IPPROTO_IPV6;
    unsigned int type, family;

    if (!ws_type)
        return 0;
    type = ws_type == WS_SOCK_STREAM  ? XLAT_STREAM
           : ws_type == WS_SOCK_DGRAM ? XLAT_DGRAM
           : ws_type == WS_SOCK_RAW   ? XLAT_RAW
                                      : 0;
    family = ws_family == WS_AF_INET ? XLAT_INET : ws_family == WS_AF_INET6 ? XLAT_INET6 : 0;
    if (!(row->families & family))
        return WS_WSAENOPROTOOPT;
    if (!(row->types & type))
        return ip ? WS_WSAEINVAL : WS_WSAENOPROTOOPT;
    return 0;
}

int xlat_option_check(const struct xlat_option *row, int ws_type, int ws_family, enum xlat_op op,
                      int len)
{
    int error;

    if (!(row->ops & op))
        return WS_WSAENOPROTOOPT;
    /* No length could make these succeed: the reason matters more. */
    if (row->route == XLAT_REFUSED) {
        error = check_socket(row, ws_type, ws_family);
        return error ? error : row->refusal;
    }
    error = op == XLAT_GET ? check_get_length(row, len) : check_set_length(row, len);
    return error ? error : check_socket(row, ws_type, ws_family);
}

void xlat_option_short(const struct xlat_option *row, void *ws, int32_t *len)
{
    if (!needs_all(row) || *len <= 0 || *len >= row->size)
        return;
    if (row->rule == XLAT_SIZE_ZERO && ws)
        memset(ws, 0, (size_t)*len);
    else if (row->rule == XLAT_SIZE_CLEAR)
        *len = 0;
    else if (row->rule == XLAT_SIZE_NEEDED)
        *len = row->size;
}

/* Bytes of the program's buffer that count towards the number. */
static size_t number_width(const struct xlat_option *row, int len)
{
    if (row->rule == XLAT_SIZE_BYTE)
        return len == 0 ? 0 : 1;
    return len < 0 || len > 4 ? 4 : (size_t)len;
}

int xlat_option_read(const struct xlat_option *row, const void *ws, int len, uint32_t *value)
{
    uint32_t number = 0;

    if (row->kind > XLAT_LAST_SCALAR)
        return WS_WSAEINVAL;
    if (number_width(row, len))
        memcpy(&number, ws, number_width(row, len)); /* little-endian on every host of Wine's */
    if (row->kind == XLAT_BOOL)
        number = !!number;
    if (row->kind == XLAT_OCTET && number > 255)
        return WS_WSAEINVAL;
    if (row->kind == XLAT_HOPS && number > 255 && number != UINT32_MAX)
        return WS_WSAEINVAL;
    if (row->route == XLAT_FIXED && number != row->value)
        return WS_WSAENOPROTOOPT;
    *value = number;
    return 0;
}

int xlat_option_write(const struct xlat_option *row, uint32_t value, void *ws, int32_t *len)
{
    int32_t room = *len;

    if (room < 0 && row->rule == XLAT_SIZE_THREAD)
        room = sizeof(value);
    if (room <= 0)
        return WS_WSAEFAULT;
    if (row->rule == XLAT_SIZE_BYTE || (row->rule == XLAT_SIZE_SCALAR && room < 4)) {
        memcpy(ws, &value, 1);
        *len = 1;
    } else if (row->rule == XLAT_SIZE_FLAG && room < 4) {
        memcpy(ws, &value, (size_t)room);
        *len = 1;
    } else if (room < 4) {
        xlat_option_short(row, ws, len);
        return WS_WSAEFAULT;
    } else {
        memcpy(ws, &value, sizeof(value));
        *len = sizeof(value);
    }
    return 0;
}
