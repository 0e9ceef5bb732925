/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSAConnectByName and WSAConnectByList: one address after the other, until one answers.  They go
 * through ConnectEx, as on Windows: it blocks nobody whatever the socket's mode is, it can be given
 * up when the time is over, and SO_UPDATE_CONNECT_CONTEXT means what the pages say. */
#include "api/api.h"

#include "api/lookup.h"

/* A call under way. */
struct quest {
    const WSPPROC_TABLE *provider;
    SOCKET s;
    int family;
    DWORD need; /* length of the family's addresses */
    ULONGLONG deadline;
    LPFN_CONNECTEX connect;
    HANDLE event;
    /* Where the program wants the two addresses. */
    struct sockaddr *local, *remote;
    DWORD *local_len, *remote_len;
};

static const ULONGLONG no_deadline = ~0ull;

/* An address whose length is NULL is not wanted (Wine's tests), nor is a length without one. */
static int check_place(void *address, DWORD *length, DWORD need)
{
    DWORD room;

    if (!address || !length)
        return 0;
    if (!guard_get(room, length) || room < need || !guard_writable(length, sizeof(*length)) ||
        !guard_writable(address, need))
        return WSAEFAULT;
    return 0;
}

static void put_address(struct sockaddr *to, DWORD *length, const void *address, DWORD need)
{
    if (to && length && guard_copy(to, address, need))
        guard_put(length, need);
}

/* The socket must be one of a stream protocol over IP. */
static int find_socket(struct quest *quest)
{
    WSAPROTOCOL_INFOW info;
    int length = sizeof(info), error;

    if (quest->provider->lpWSPGetSockOpt(quest->s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&info,
                                         &length, &error))
        return error;
    if (info.iSocketType != SOCK_STREAM ||
        (info.iAddressFamily != AF_INET && info.iAddressFamily != AF_INET6))
        return WSAEINVAL;
    quest->family = info.iAddressFamily;
    quest->need = info.iMaxSockAddr;
    return 0;
}

static int find_connect_ex(struct quest *quest)
{
    GUID id = WSAID_CONNECTEX;
    DWORD bytes;
    int error;

    if (quest->provider->lpWSPIoctl(quest->s, SIO_GET_EXTENSION_FUNCTION_POINTER, &id, sizeof(id),
                                    &quest->connect, sizeof(quest->connect), &bytes, NULL, NULL,
                                    NULL, &error))
        return error;
    return 0;
}

/* ConnectEx wants a bound socket; one that is bound already keeps its address (Windows 10). */
static int bind_socket(struct quest *quest)
{
    struct sockaddr_storage own;
    int length = sizeof(own), error;

    if (!quest->provider->lpWSPGetSockName(quest->s, (struct sockaddr *)&own, &length, &error))
        return 0;
    if (error != WSAEINVAL)
        return error;
    memset(&own, 0, sizeof(own));
    own.ss_family = (short)quest->family;
    if (quest->provider->lpWSPBind(quest->s, (struct sockaddr *)&own, (int)quest->need, &error))
        return error;
    return 0;
}

static DWORD time_left(const struct quest *quest)
{
    ULONGLONG now;

    if (quest->deadline == no_deadline)
        return INFINITE;
    now = GetTickCount64();
    return now < quest->deadline ? (DWORD)(quest->deadline - now) : 0;
}

/* The wait is alertable, as the pages promise. */
static bool wait_event(const struct quest *quest)
{
    DWORD got;

    do {
        got = WaitForSingleObjectEx(quest->event, time_left(quest), TRUE);
    } while (got == WAIT_IO_COMPLETION);
    return got == WAIT_OBJECT_0;
}

/* Tries one address. Returns 0, WSAETIMEDOUT where the call's time is over, or why it failed. */
static int try_address(struct quest *quest, const struct sockaddr *address)
{
    WSAOVERLAPPED overlapped = {.hEvent = quest->event};
    DWORD bytes, flags;
    bool in_time;
    int error;

    ResetEvent(quest->event);
    if (!quest->connect(quest->s, address, (int)quest->need, NULL, 0, NULL, &overlapped)) {
        error = WSAGetLastError();
        if (error != WSA_IO_PENDING)
            return error;
    }
    in_time = wait_event(quest);
    if (!in_time)
        CancelIoEx((HANDLE)quest->s, &overlapped);
    if (quest->provider->lpWSPGetOverlappedResult(quest->s, &overlapped, &bytes, TRUE, &flags,
                                                  &error))
        return 0;
    return in_time ? error : WSAETIMEDOUT;
}

/* The local address comes without its port (Wine's tests, against the pages' words). */
static void tell_addresses(const struct quest *quest, const struct sockaddr *remote)
{
    struct sockaddr_in6 own = {0};
    int length = sizeof(own), error;

    put_address(quest->remote, quest->remote_len, remote, quest->need);
    if (quest->provider->lpWSPGetSockName(quest->s, (struct sockaddr *)&own, &length, &error))
        return;
    own.sin6_port = 0;
    put_address(quest->local, quest->local_len, &own, quest->need);
}

/* One address.  Linux tells a socket whose last attempt failed of that once more: the next connect
 * ends at once with ECONNABORTED, which says nothing about the address. */
static int connect_address(struct quest *quest, const struct sockaddr *address)
{
    int error = try_address(quest, address);

    if (error == WSAECONNABORTED)
        error = try_address(quest, address);
    if (!error)
        tell_addresses(quest, address);
    return error;
}

/* What both functions do before the first attempt. */
static int prepare(struct quest *quest, const struct timeval *timeout)
{
    DWORD ms;
    int error = find_socket(quest);

    if (!error)
        error = lookup_get_timeout(timeout, &ms);
    if (!error)
        error = check_place(quest->local, quest->local_len, quest->need);
    if (!error)
        error = check_place(quest->remote, quest->remote_len, quest->need);
    if (error)
        return error;
    quest->deadline = ms == INFINITE ? no_deadline : GetTickCount64() + ms;
    return find_connect_ex(quest);
}

static int make_ready(struct quest *quest)
{
    int error = bind_socket(quest);

    if (error)
        return error;
    quest->event = CreateEventW(NULL, TRUE, FALSE, NULL);
    return quest->event ? 0 : WSAENOBUFS;
}

static void finish(struct quest *quest)
{
    if (quest->event)
        CloseHandle(quest->event);
}

/* A socket for both families is given IPv4 addresses in their mapped form. */
static bool is_dual(const struct quest *quest)
{
    DWORD only = 1;
    int length = sizeof(only), error;

    return quest->family == AF_INET6 &&
           !quest->provider->lpWSPGetSockOpt(quest->s, IPPROTO_IPV6, IPV6_V6ONLY, (char *)&only,
                                             &length, &error) &&
           !only;
}

static int resolve(struct quest *quest, const struct name_services *names, struct program_text node,
                   struct program_text service, ADDRINFOEXW **list)
{
    struct addrinfo hints = {.ai_family = quest->family,
                             .ai_socktype = SOCK_STREAM,
                             .ai_flags = is_dual(quest) ? AI_V4MAPPED | AI_ALL : 0};
    struct lookup_query query = {0};
    int error = names_query_make(node, service, &hints, false, &query);

    if (!error && quest->deadline != no_deadline)
        error = lookup_wait(names, &query, time_left(quest), list); /* takes the query over */
    else if (!error)
        error = names_query_run(names, &query, LIST_EX_W, (void **)list);
    names_query_free(&query);
    return error;
}

static int connect_by_name(struct quest *quest, struct program_text node,
                           struct program_text service, const struct timeval *timeout)
{
    const struct name_services *names = provider_names();
    ADDRINFOEXW *list = NULL;
    int error = prepare(quest, timeout);

    if (!error)
        error = resolve(quest, names, node, service, &list);
    if (!error)
        error = make_ready(quest);
    if (!error) {
        error = WSAEHOSTUNREACH;
        /* mingw-w64 gives ai_next a type of another name. */
        for (ADDRINFOEXW *at = list; at && error && error != WSAETIMEDOUT;
             at = (ADDRINFOEXW *)(void *)at->ai_next) {
            if (at != list && !time_left(quest))
                error = WSAETIMEDOUT;
            else
                error = connect_address(quest, at->ai_addr);
        }
    }
    names_list_free(list, LIST_EX_W);
    finish(quest);
    return error;
}

static BOOL by_name(struct quest *quest, struct program_text node, struct program_text service,
                    const struct timeval *timeout, const void *reserved)
{
    int error = WSAEINVAL;

    quest->provider = api_enter();
    if (!quest->provider)
        return FALSE;
    if (node.at && service.at && !reserved)
        error = connect_by_name(quest, node, service, timeout);
    return api_leave_bool(!error, error);
}

BOOL PASCAL WSAConnectByNameA(SOCKET s, LPSTR node, LPSTR service, LPDWORD local_len,
                              LPSOCKADDR local, LPDWORD remote_len, LPSOCKADDR remote,
                              TIMEOUT timeout, LPWSAOVERLAPPED reserved)
{
    struct quest quest = {
        .s = s, .local = local, .remote = remote, .local_len = local_len, .remote_len = remote_len};

    return by_name(&quest, (struct program_text){node, false},
                   (struct program_text){service, false}, timeout, reserved);
}

BOOL PASCAL WSAConnectByNameW(SOCKET s, LPWSTR node, LPWSTR service, LPDWORD local_len,
                              LPSOCKADDR local, LPDWORD remote_len, LPSOCKADDR remote,
                              TIMEOUT timeout, LPWSAOVERLAPPED reserved)
{
    struct quest quest = {
        .s = s, .local = local, .remote = remote, .local_len = local_len, .remote_len = remote_len};

    return by_name(&quest, (struct program_text){node, true}, (struct program_text){service, true},
                   timeout, reserved);
}

/* The list's addresses are read one by one, when their turn comes. */
static int try_list(struct quest *quest, const SOCKET_ADDRESS_LIST *list)
{
    int error = WSAEINVAL, count;

    if (!guard_get(count, &list->iAddressCount))
        return WSAEFAULT;
    for (int i = 0; i < count; i++) {
        struct sockaddr_in6 address;
        SOCKET_ADDRESS item;

        if (i && !time_left(quest))
            return WSAETIMEDOUT;
        if (!guard_get(item, &list->Address[i]))
            return WSAEFAULT;
        if (item.iSockaddrLength < (int)quest->need ||
            !guard_copy(&address, item.lpSockaddr, quest->need))
            return WSAEFAULT;
        error = connect_address(quest, (struct sockaddr *)&address);
        if (!error)
            break;
    }
    return error;
}

BOOL PASCAL WSAConnectByList(SOCKET s, PSOCKET_ADDRESS_LIST list, LPDWORD local_len,
                             LPSOCKADDR local, LPDWORD remote_len, LPSOCKADDR remote,
                             TIMEOUT timeout, LPWSAOVERLAPPED reserved)
{
    struct quest quest = {
        .s = s, .local = local, .remote = remote, .local_len = local_len, .remote_len = remote_len};
    int error = WSAEINVAL;

    quest.provider = api_enter();
    if (!quest.provider)
        return FALSE;
    if (list && !reserved) {
        error = prepare(&quest, timeout);
        if (!error)
            error = make_ready(&quest);
        if (!error)
            error = try_list(&quest, list);
        finish(&quest);
    }
    return api_leave_bool(!error, error);
}
