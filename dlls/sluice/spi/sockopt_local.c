/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options that are facts about the socket rather than settings of the host's. */
#include "spi/sockopt.h"

#include "spi/facts.h"
#include "spi/kept.h"
#include "spi/protocol.h"

static int put(struct option_call *call, const void *value, int32_t length)
{
    memcpy(call->value, value, length);
    call->length = length;
    return 0;
}

static int put_number(struct option_call *call, uint32_t number)
{
    return xlat_option_write(call->row, number, call->value, &call->length);
}

static int get_type(struct option_call *call)
{
    return put_number(call, call->info.type);
}

/* A type cannot be set; which error says so was seen on Windows. */
static int refuse_type(struct option_call *call)
{
    return call->info.type == SOCK_STREAM ? WSAENOPROTOOPT : WSAEINVAL;
}

/* The largest UDP payload of the family. */
static int get_max_message(struct option_call *call)
{
    return put_number(call, call->info.family == AF_INET6 ? 65527 : 65507);
}

static int get_linger(struct option_call *call, LINGER *linger)
{
    int length = sizeof(*linger);
    INT error = 0;

    WSPGetSockOpt(call->s, SOL_SOCKET, SO_LINGER, (char *)linger, &length, &error);
    return error;
}

/* SO_DONTLINGER is the switch of SO_LINGER, turned round; its time stays. */
static int get_dontlinger(struct option_call *call)
{
    LINGER linger;
    int error = get_linger(call, &linger);

    return error ? error : put_number(call, !linger.l_onoff);
}

static int set_dontlinger(struct option_call *call)
{
    LINGER linger;
    uint32_t off;
    INT error = xlat_option_read(call->row, call->value, call->length, &off);

    if (!error)
        error = get_linger(call, &linger);
    if (error)
        return error;
    linger.l_onoff = !off;
    WSPSetSockOpt(call->s, SOL_SOCKET, SO_LINGER, (const char *)&linger, sizeof(linger), &error);
    return error;
}

static bool find_protocol(const struct option_call *call, WSAPROTOCOL_INFOW *info)
{
    return protocol_of(call->info.family, call->info.type, call->info.protocol, info);
}

static int get_protocol_w(struct option_call *call)
{
    WSAPROTOCOL_INFOW info;

    if (!find_protocol(call, &info))
        return WSAENOPROTOOPT;
    return put(call, &info, sizeof(info));
}

static int get_protocol_a(struct option_call *call)
{
    WSAPROTOCOL_INFOW wide;
    WSAPROTOCOL_INFOA info = {0};

    if (!find_protocol(call, &wide))
        return WSAENOPROTOOPT;
    memcpy(&info, &wide, offsetof(WSAPROTOCOL_INFOA, szProtocol));
    WideCharToMultiByte(CP_ACP, 0, wide.szProtocol, -1, info.szProtocol, sizeof(info.szProtocol),
                        NULL, NULL);
    return put(call, &info, sizeof(info));
}

/* One end of SO_BSP_STATE, its address placed at `at` of the value; NULL where it has none. */
static void place_address(struct option_call *call, SOCKET_ADDRESS *end, size_t at, int room,
                          int (*ask)(SOCKET, void *, int *))
{
    unsigned char address[SPI_ADDRESS_MAX];
    int length;

    if (ask(call->s, address, &length) || length > room)
        return;
    memcpy((char *)call->value + at, address, length);
    end->lpSockaddr = (SOCKADDR *)(call->program + at);
    end->iSockaddrLength = length;
}

static int get_bsp_state(struct option_call *call)
{
    int room = spi_address_length(call->info.family);
    const int need = (int)sizeof(CSADDR_INFO) + 2 * room;
    CSADDR_INFO state = {.iSocketType = call->info.type, .iProtocol = call->info.protocol};

    if (call->room < need)
        return WSAEFAULT;
    place_address(call, &state.LocalAddr, sizeof(state), room, spi_local_address);
    place_address(call, &state.RemoteAddr, sizeof(state) + room, room, spi_peer_address);
    memcpy(call->value, &state, sizeof(state));
    call->length = need;
    return 0;
}

/* Makes the accepted socket the listener's child in what the host does not pass on by itself. */
static int set_accept_context(struct option_call *call)
{
    static const int inherited[] = {SO_RCVTIMEO, SO_SNDTIMEO};
    struct afd_info info;
    SOCKET listener;
    INT error = 0;

    if (call->length < (int32_t)sizeof(listener))
        return WSAEFAULT;
    memcpy(&listener, call->value, sizeof(listener));
    if (afd_info(listener, &info))
        return WSAENOTSOCK;
    for (size_t i = 0; i < sizeof(inherited) / sizeof(inherited[0]) && !error; i++) {
        DWORD value;
        int length = sizeof(value);

        if (!WSPGetSockOpt(listener, SOL_SOCKET, inherited[i], (char *)&value, &length, &error))
            WSPSetSockOpt(call->s, SOL_SOCKET, inherited[i], (char *)&value, length, &error);
    }
    return error;
}

/* A socket connected by ConnectEx is a full one here; what is left is whether it is connected. */
static int set_connect_context(struct option_call *call)
{
    unsigned char peer[SPI_ADDRESS_MAX];
    int length, error = spi_peer_address(call->s, peer, &length);

    if (!error)
        facts_set(call->s, 0, FACT_CONNECT_EX);
    return error;
}

/* The host's memory of a failed connect; a failure that connect itself returned leaves nothing
 * (Wine's tests, seen on Windows). */
static int get_error(struct option_call *call)
{
    uint32_t number = 0;
    int error = 0;

    if (!(facts_find(call->s) & FACT_CONNECT_REPORTED))
        error = afd_call(call->s, AFD_GET_SO_ERROR, NULL, 0, &number, sizeof(number));
    if (!number)
        kept_find(call->s, SOL_SOCKET, SO_ERROR, &number);
    if (number == WSAECONNRESET && (facts_find(call->s) & FACT_REFUSED))
        number = WSAECONNREFUSED;
    return error ? error : put_number(call, number);
}

/* What a program sets reads back, as on Windows, and changes nothing else. */
static int set_error(struct option_call *call)
{
    uint32_t number;
    int error = xlat_option_read(call->row, call->value, call->length, &number);

    return error ? error : kept_store(call->s, SOL_SOCKET, SO_ERROR, number);
}

/* A value of variable length that this host never has: it can be cleared and reads as empty. */
static int get_empty(struct option_call *call)
{
    call->length = 0;
    return 0;
}

static int set_empty(struct option_call *call)
{
    return call->length ? WSAENOPROTOOPT : 0;
}

static int none(struct option_call *call)
{
    (void)call;
    return WSAENOPROTOOPT;
}

static const struct {
    int (*get)(struct option_call *call);
    int (*set)(struct option_call *call);
    bool keeps_length; /* *optlen stays as the program had it */
} handlers[XLAT_LOCAL_COUNT] = {
    [XLAT_LOCAL_NONE] = {none, none, false},
    [XLAT_LOCAL_BSP_STATE] = {get_bsp_state, none, true},
    [XLAT_LOCAL_DONTLINGER] = {get_dontlinger, set_dontlinger, false},
    [XLAT_LOCAL_EMPTY] = {get_empty, set_empty, false},
    [XLAT_LOCAL_ERROR] = {get_error, set_error, false},
    [XLAT_LOCAL_IFLIST] = {option_get_interface_filter, option_set_interface_filter, false},
    [XLAT_LOCAL_IFLIST_ADD] = {none, option_add_interface, false},
    [XLAT_LOCAL_IFLIST_DEL] = {none, option_remove_interface, false},
    [XLAT_LOCAL_IFLIST_GET] = {option_get_interface_list, none, false},
    [XLAT_LOCAL_MAX_MSG_SIZE] = {get_max_message, none, false},
    [XLAT_LOCAL_OPENTYPE] = {none, none, false}, /* the thread's: ws2_32 answers it */
    [XLAT_LOCAL_PROTOCOL_INFOA] = {get_protocol_a, none, true},
    [XLAT_LOCAL_PROTOCOL_INFOW] = {get_protocol_w, none, true},
    [XLAT_LOCAL_TYPE] = {get_type, refuse_type, false},
    [XLAT_LOCAL_UPDATE_ACCEPT_CONTEXT] = {none, set_accept_context, false},
    [XLAT_LOCAL_UPDATE_CONNECT_CONTEXT] = {none, set_connect_context, false},
};

int option_get_local(struct option_call *call)
{
    int32_t room = call->room;
    int error = handlers[call->row->local].get(call);

    if (handlers[call->row->local].keeps_length)
        call->report = room;
    return error;
}

int option_set_local(struct option_call *call)
{
    return handlers[call->row->local].set(call);
}
