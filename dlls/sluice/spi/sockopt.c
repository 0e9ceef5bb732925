/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSPGetSockOpt and WSPSetSockOpt: the row of xlat's option table says who answers. */
#include "spi/sockopt.h"

#include "spi/direct_lane.h"
#include "spi/facts.h"
#include "spi/kept.h"
#include "spi/urgent.h"
#include "winabi.h"

/* The host creates each socket with a path MTU setting of its own; on Windows none is set until a
 * program sets one, and what is read then cannot be set. */
static bool is_unset(const struct option_call *call)
{
    uint32_t chosen;
    bool v6 = call->row->level == IPPROTO_IPV6;

    return (v6 ? call->row->name == WS_IPV6_MTU_DISCOVER
               : call->row->level == IPPROTO_IP && call->row->name == WS_IP_MTU_DISCOVER) &&
           !kept_find(call->s, call->row->level, call->row->name, &chosen);
}

/* Values the kernel gives back in another form than it took them: SO_LINGER's switch as 1, an
 * interface that was given by its index as no address. */
static bool is_reworded(const struct option_call *call)
{
    return call->row->kind == XLAT_LINGER || call->row->kind == XLAT_INTERFACE;
}

static int keep_wording(const struct option_call *call)
{
    uint32_t given = 0;

    memcpy(&given, call->value, call->row->kind == XLAT_LINGER ? sizeof(u_short) : sizeof(given));
    return kept_store(call->s, call->row->level, call->row->name, given);
}

/* Puts the program's own words in place of the kernel's that mean the same. */
static void restore_wording(struct option_call *call)
{
    uint32_t given;
    LINGER *linger = call->value;

    if (!kept_find(call->s, call->row->level, call->row->name, &given))
        return;
    if (call->row->kind == XLAT_INTERFACE)
        xlat_option_write(call->row, given, call->value, &call->length);
    else if (linger->l_onoff && given)
        linger->l_onoff = (u_short)given;
}

/* A descriptor is got once for this and the data that follows: an accepted socket's costs a request
 * each time. */
static void keep_descriptor(SOCKET s)
{
    unsigned facts = facts_find(s);

    if (facts & FACT_STREAM)
        direct_may_receive(s, &facts);
}

static int get_direct(struct option_call *call)
{
    struct get_option_params params = {
        .handle = call->s,
        .value = unix_pointer(call->value),
        .level = call->row->level,
        .name = call->row->name,
        .value_len = call->length,
    };
    int error;

    if (is_unset(call))
        return xlat_option_write(call->row, WS_PMTUDISC_NOT_SET, call->value, &call->length);
    keep_descriptor(call->s);
    error = UNIX_CALL(get_option, &params);
    call->length = params.value_len;
    if (!error && is_reworded(call))
        restore_wording(call);
    return error;
}

static int set_direct(struct option_call *call)
{
    struct set_option_params params = {
        .handle = call->s,
        .value = unix_pointer(call->value),
        .level = call->row->level,
        .name = call->row->name,
        .value_len = call->length,
    };
    int error;

    keep_descriptor(call->s);
    error = UNIX_CALL(set_option, &params);

    if (!error && is_reworded(call))
        error = keep_wording(call);
    if (!error && is_unset(call))
        error = kept_store(call->s, call->row->level, call->row->name, 1);
    return error;
}

static int get_host(struct option_call *call)
{
    uint32_t number = 0;
    int error = 0;

    if (call->row->get_code)
        error = afd_call(call->s, call->row->get_code, NULL, 0, &number, sizeof(number));
    return error ? error : xlat_option_write(call->row, number, call->value, &call->length);
}

/* What a stream always has room for.  A small SO_RCVBUF does not stop a Windows peer from sending
 * more (Wine's tests, seen on Windows); Linux closes the window, and counts its own bookkeeping in.
 */
#define RECEIVE_ROOM_LEAST 32768

static int set_host(struct option_call *call)
{
    struct receive_room_params room = {.handle = call->s, .room = RECEIVE_ROOM_LEAST};
    uint32_t number;
    int error = xlat_option_read(call->row, call->value, call->length, &number);

    if (error || !call->row->set_code)
        return error;
    error = afd_call(call->s, call->row->set_code, &number, sizeof(number), NULL, 0);
    if (!error && call->row->level == SOL_SOCKET && call->row->name == SO_RCVTIMEO)
        facts_keep_timeout(call->s, TIMEOUT_RECEIVE, number);
    if (!error && call->row->level == SOL_SOCKET && call->row->name == SO_SNDTIMEO)
        facts_keep_timeout(call->s, TIMEOUT_SEND, number);
    if (!error && call->row->level == SOL_SOCKET && call->row->name == SO_RCVBUF &&
        call->info.type == SOCK_STREAM && number < RECEIVE_ROOM_LEAST)
        error = UNIX_CALL(receive_room, &room);
    return error;
}

static int get_accepted(struct option_call *call)
{
    uint32_t number = call->row->value;

    kept_find(call->s, call->row->level, call->row->name, &number);
    return xlat_option_write(call->row, number, call->value, &call->length);
}

static int set_accepted(struct option_call *call)
{
    unsigned char address[SPI_ADDRESS_MAX];
    uint32_t number;
    int error, length;

    if (call->row->kind > XLAT_LAST_SCALAR)
        return 0; /* cannot be kept: reads back as the row's value */
    /* IPV6_V6ONLY of an IPv4 socket: fixed once the socket is bound, as where the kernel has it */
    if (call->row->route == XLAT_DIRECT && !spi_local_address(call->s, address, &length))
        return WSAEINVAL;
    error = xlat_option_read(call->row, call->value, call->length, &number);
    return error ? error : kept_store(call->s, call->row->level, call->row->name, number);
}

static int get_fixed(struct option_call *call)
{
    return xlat_option_write(call->row, call->row->value, call->value, &call->length);
}

/* Reading says already whether the value is the one there is. */
static int set_fixed(struct option_call *call)
{
    uint32_t number;

    return xlat_option_read(call->row, call->value, call->length, &number);
}

static int refuse(struct option_call *call)
{
    return call->row->refusal;
}

static const struct {
    int (*get)(struct option_call *call);
    int (*set)(struct option_call *call);
} routes[] = {
    [XLAT_DIRECT] = {get_direct, set_direct},
    [XLAT_CONTROL] = {option_get_control, option_set_control},
    [XLAT_HOST] = {get_host, set_host},
    [XLAT_LOCAL] = {option_get_local, option_set_local},
    [XLAT_ACCEPTED] = {get_accepted, set_accepted},
    [XLAT_FIXED] = {get_fixed, set_fixed},
    [XLAT_REFUSED] = {refuse, refuse},
};

/* Who answers.  A raw IPv6 socket carries no IPv4, whatever IPV6_V6ONLY says, and Linux refuses to
 * change that. */
static enum xlat_route route_of(const struct option_call *call)
{
    if (call->row->level == IPPROTO_IPV6 && call->row->name == IPV6_V6ONLY &&
        call->info.type == SOCK_RAW)
        return XLAT_ACCEPTED;
    return xlat_option_route(call->row, call->info.family);
}

/* A buffer too short for its option: some options leave their mark in it, as on Windows. */
static void mark_short(const struct xlat_option *row, char *value, LPINT length, int32_t room)
{
    char copy[OPTION_VALUE_MAX];
    int32_t size = room < row->size ? room : row->size;

    if (size <= 0 || size > OPTION_VALUE_MAX || !guard_copy(copy, value, size))
        return;
    xlat_option_short(row, copy, &room);
    guard_copy(value, copy, size);
    guard_put(length, room);
}

/* The steps that are the same for every option, up to the row. */
static int open_call(struct option_call *call, int level, int name, enum xlat_op op, int length)
{
    int error;

    call->row = xlat_option_find(level, name);
    if (!call->row)
        return xlat_option_unknown(level);
    error = xlat_option_check(call->row, call->info.type, call->info.family, op, length);
    if (!error && call->row->size > OPTION_VALUE_MAX)
        error = WSAENOBUFS;
    /* A length of less than nothing that is tolerated stands for the full one. */
    call->length = length < 0 || length > call->row->size ? call->row->size : length;
    return error;
}

int WSPAPI WSPGetSockOpt(SOCKET s, int level, int name, char *value, LPINT length, LPINT lpErrno)
{
    char copy[OPTION_VALUE_MAX] = {0};
    struct option_call call = {.s = s, .value = copy, .program = value, .report = -1};
    int32_t touched;
    int error = afd_info(s, &call.info);

    if (!error && (!guard_get(call.room, length) || call.room <= 0))
        error = WSAEFAULT;
    if (error)
        return spi_return(error, lpErrno);
    error = open_call(&call, level, name, XLAT_GET, call.room);
    if (error == WSAEFAULT)
        mark_short(call.row, value, length, call.room);
    /* More bytes may be written than the length then says: the rest are the program's own. */
    touched = call.length;
    if (!error && !guard_copy(copy, value, touched))
        error = WSAEFAULT;
    if (!error)
        error = routes[route_of(&call)].get(&call);
    if (error)
        return spi_return(error, lpErrno);
    if (call.report < 0)
        call.report = call.length;
    if (call.length > touched)
        touched = call.length;
    if (!guard_copy(value, copy, touched) || !guard_put(length, call.report))
        error = WSAEFAULT;
    return spi_return(error, lpErrno);
}

int WSPAPI WSPSetSockOpt(SOCKET s, int level, int name, const char *value, int length,
                         LPINT lpErrno)
{
    char copy[OPTION_VALUE_MAX] = {0};
    struct option_call call = {.s = s, .value = copy};
    int error = afd_info(s, &call.info);

    if (!error)
        error = open_call(&call, level, name, XLAT_SET, length);
    /* NULL is refused even where no byte is needed, but for options that take no value. */
    if (!error && !value && call.row->rule != XLAT_SIZE_ANY)
        error = WSAEFAULT;
    if (!error && call.length > 0 && !guard_copy(copy, value, call.length))
        error = WSAEFAULT;
    if (!error && level == SOL_SOCKET && name == SO_OOBINLINE)
        urgent_note(s); /* what has come until now */
    if (!error)
        error = routes[route_of(&call)].set(&call);
    return spi_return(error, lpErrno);
}
