/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSPIoctl: a table of codes.  Most answers are known at once; their overlapped form is completed
 * through the host, with a byte count of 0 in the OVERLAPPED and the real one in
 * *lpcbBytesReturned, as on Windows. */
#include "spi/ioctl.h"

#include <mstcpip.h>

#include "spi/change.h"
#include "spi/direct_lane.h"
#include "spi/extension.h"
#include "spi/facts.h"
#include "spi/hearing.h"
#include "spi/overlapped.h"
#include "spi/tend.h"
#include "spi/urgent.h"

#ifndef SIO_UDP_NETRESET
#define SIO_UDP_NETRESET _WSAIOW(IOC_VENDOR, 15)
#endif

#ifndef SIO_SET_PRIORITY_HINT
#define SIO_SET_PRIORITY_HINT _WSAIOW(IOC_VENDOR, 24)
#endif

#ifndef SIO_TCP_INFO
#define SIO_TCP_INFO _WSAIORW(IOC_VENDOR, 39)
#endif

#ifndef SIO_SET_COMPATIBILITY_MODE
#define SIO_SET_COMPATIBILITY_MODE _WSAIOW(IOC_VENDOR, 300)
#endif

#ifndef SIO_IDEAL_SEND_BACKLOG_QUERY
#define SIO_IDEAL_SEND_BACKLOG_QUERY _IOR('t', 123, ULONG)
#endif

#define IDEAL_SEND_BACKLOG 0x10000

/* What Windows does unless told otherwise (Max SYN Retransmissions of "netsh interface tcp"). */
#define WINDOWS_SYN_RETRANSMISSIONS 4

/* A request in the program's OVERLAPPED. Returns 0, WSA_IO_PENDING or the host's refusal. */
static int request(struct ioctl *call, ULONG code, const void *in, ULONG in_len, void *out,
                   ULONG out_len)
{
    struct notice notice = {call->overlapped, call->routine};
    ULONG_PTR information = 0;
    int error = overlapped_issue(call->s, &notice, code, in, in_len, out, out_len, &information);

    call->size = (DWORD)information;
    return error;
}

/* Ends a call whose outcome is known: an overlapped one gets its event, routine or packet. */
static int complete(struct ioctl *call, NTSTATUS status)
{
    DWORD size = call->size;
    int error;

    if (!call->overlapped)
        return 0;
    error = request(call, AFD_COMPLETE_ASYNC, &status, sizeof(status), NULL, 0);
    call->size = size;
    return error == WSA_IO_PENDING && !status ? 0 : error;
}

/* What Windows does with a code it does not know: the overlapped form fails when it completes. */
static int unsupported(struct ioctl *call)
{
    if (call->overlapped) {
        complete(call, STATUS_NOT_SUPPORTED);
        return WSA_IO_PENDING;
    }
    call->report_failed = true;
    return WSAEOPNOTSUPP;
}

/* A request that the host itself carries out, and completes when it likes. */
static int forward(struct ioctl *call, ULONG code, const void *in, ULONG in_len)
{
    ULONG_PTR information = 0;
    int error;

    if (call->overlapped)
        return request(call, code, in, in_len, call->out, call->out_len);
    error = xlat_error_from_status(
        (uint32_t)afd_ioctl(call->s, code, in, in_len, call->out, call->out_len, &information));
    call->size = error ? 0 : (DWORD)information;
    return error;
}

static int set_nonblocking(struct ioctl *call)
{
    int on, error;

    if (call->in_len < sizeof(on) || !guard_get(on, call->in))
        return WSAEFAULT;
    call->report_failed = true;
    error = afd_call(call->s, AFD_FIONBIO, &on, sizeof(on), NULL, 0);
    if (!error)
        facts_set(call->s, on ? FACT_NONBLOCKING : 0, on ? 0 : FACT_NONBLOCKING);
    return error;
}

static int put_number(struct ioctl *call, int value)
{
    call->size = sizeof(value);
    return guard_copy(call->out, &value, sizeof(value)) ? 0 : WSAEFAULT;
}

/* What waits to be read, without the host. Returns false where it has to be asked. */
static bool look_unread(struct ioctl *call, struct unread_params *unread)
{
    unsigned facts = facts_find(call->s);

    unread->handle = call->s;
    return direct_may_receive(call->s, &facts) && !UNIX_CALL(unread, unread);
}

/* What is remembered of a stream's urgent data. Returns false where nothing is. */
static bool look_urgent(struct ioctl *call, struct urgent_view *view)
{
    const unsigned facts = facts_find(call->s);

    return (facts & FACT_STREAM) && (facts & FACT_URGENT) && urgent_look(call->s, view);
}

/* The kernel would count the bytes of a file just as well. */
static int query_readable(struct ioctl *call)
{
    struct unread_params unread;
    struct urgent_view view;
    unsigned int facts;
    int error, value = 0;

    if (look_urgent(call, &view))
        return put_number(call, (int)view.readable);
    if (look_unread(call, &unread)) {
        if (!unread.at_mark)
            urgent_note(call->s);
        return put_number(call, look_urgent(call, &view) ? (int)view.readable : unread.bytes);
    }
    error = facts_of_socket(call->s, &facts);
    if (!error)
        error = afd_call(call->s, AFD_FIONREAD, NULL, 0, &value, sizeof(value));
    if (!error && !value) /* the kernel counts up to its mark, which may be the first */
        urgent_note(call->s);
    if (error)
        return error;
    return put_number(call, look_urgent(call, &view) ? (int)view.readable : value);
}

/* Whether urgent data waits to be read. */
static int has_urgent(SOCKET s, bool *urgent)
{
    struct afd_poll_params poll = {.count = 1, .sockets = {{s, AFD_POLL_OOB, 0}}}, answer = poll;
    int error = afd_call(s, AFD_POLL, &poll, sizeof(poll), &answer, sizeof(answer));

    if (error == WSAETIMEDOUT)
        error = 0;
    *urgent = !error && answer.count && (answer.sockets[0].flags & AFD_POLL_OOB);
    return error;
}

/* TRUE when no urgent data waits; what comes in line is none (Wine's tests).  The host has it from
 * Linux' SIOCATMARK turned round, which is something else. */
static int query_mark(struct ioctl *call)
{
    int inline_on = 0, length = sizeof(inline_on), error;
    struct unread_params unread;
    struct urgent_view view;
    bool urgent;

    if (look_urgent(call, &view))
        return put_number(call, !view.waits);
    if (look_unread(call, &unread)) {
        if (!unread.at_mark)
            urgent_note(call->s);
        return put_number(call, unread.at_mark);
    }
    if (WSPGetSockOpt(call->s, SOL_SOCKET, SO_OOBINLINE, (char *)&inline_on, &length, &error))
        return error;
    if (inline_on)
        return put_number(call, TRUE);
    error = has_urgent(call->s, &urgent);
    if (!error && urgent)
        urgent_note(call->s);
    return error ? error : put_number(call, !urgent);
}

static int set_keepalive(struct ioctl *call)
{
    struct tcp_keepalive values;
    int error;

    if (call->in_len < sizeof(values) || !guard_get(values, call->in))
        error = WSAEFAULT;
    else if (call->info.type != SOCK_STREAM)
        error = WSAENOPROTOOPT;
    else
        error = afd_call(call->s, AFD_KEEPALIVE_VALS, &values, sizeof(values), NULL, 0);
    if (call->overlapped && error)
        call->overlapped->Internal = STATUS_PENDING; /* marked before the values are looked at */
    call->report_failed = !call->overlapped;
    call->keep_size = call->overlapped && !call->routine;
    return error;
}

static int find_extension(struct ioctl *call)
{
    GUID guid;
    void *function;

    if (!guard_get(guid, call->in))
        return WSAEFAULT;
    function = extension_find(&guid);
    if (!function)
        return WSAEINVAL;
    call->size = sizeof(function);
    return guard_copy(call->out, &function, sizeof(function)) ? 0 : WSAEFAULT;
}

/* SIO_BASE_HANDLE and the SIO_BSP_HANDLE codes: this is the base provider.  Who asks has the host
 * wait for the socket itself (libuv, wepoll). */
static int base_handle(struct ioctl *call)
{
    if (hearing_end(call->s))
        tend(call->s);
    facts_note_poller(call->s);
    call->size = sizeof(call->s);
    return guard_copy(call->out, &call->s, sizeof(call->s)) ? 0 : WSAEFAULT;
}

static int ideal_backlog(struct ioctl *call)
{
    unsigned char peer[SPI_ADDRESS_MAX];
    DWORD value = IDEAL_SEND_BACKLOG;
    int length, error;

    error = spi_peer_address(call->s, peer, &length);
    if (error)
        return error;
    call->size = sizeof(value);
    return guard_copy(call->out, &value, sizeof(value)) ? 0 : WSAEFAULT;
}

static int interface_list(struct ioctl *call)
{
    int error;

    if (call->out_len && !guard_writable(call->out, call->out_len))
        return WSAEFAULT;
    error = forward(call, AFD_GET_INTERFACE_LIST, NULL, 0);
    call->report_failed = error != WSA_IO_PENDING;
    return error;
}

static int address_list_change(struct ioctl *call)
{
    int force_async = call->overlapped != NULL;

    return forward(call, AFD_ADDRESS_LIST_CHANGE, &force_async, sizeof(force_async));
}

/* The host knows of IPv4 addresses only. A call that waits in its caller's thread is left to it. */
static int any_address_list_change(struct ioctl *call)
{
    if (!call->overlapped || call->info.family != AF_INET6)
        return address_list_change(call);
    return change_request(call, CHANGE_ADDRESSES_V6);
}

static int routing_change(struct ioctl *call)
{
    if (!call->overlapped)
        return address_list_change(call);
    return change_request(call,
                          call->info.family == AF_INET6 ? CHANGE_ROUTES_V6 : CHANGE_ROUTES_V4);
}

/* The same settings as socket options, under a second name. */
static int set_option(struct ioctl *call, int v4_name, int v6_name)
{
    bool v6 = call->info.family == AF_INET6;
    INT error = 0;

    if (WSPSetSockOpt(call->s, v6 ? IPPROTO_IPV6 : IPPROTO_IP, v6 ? v6_name : v4_name, call->in,
                      sizeof(DWORD), &error))
        return error;
    return 0;
}

static int multicast_loopback(struct ioctl *call)
{
    return set_option(call, IP_MULTICAST_LOOP, IPV6_MULTICAST_LOOP);
}

static int multicast_scope(struct ioctl *call)
{
    return set_option(call, IP_MULTICAST_TTL, IPV6_MULTICAST_HOPS);
}

static int set_unless(struct ioctl *call, unsigned fact)
{
    BOOL on;

    if (!guard_get(on, call->in))
        return WSAEFAULT;
    facts_set(call->s, on ? 0 : fact, on ? fact : 0);
    return 0;
}

/* Whether a datagram socket hears that a port it sent to was unreachable. */
static int set_report_unreachable(struct ioctl *call)
{
    int error = set_unless(call, FACT_NO_CONNRESET);

    if (!error && (facts_find(call->s) & FACT_NO_CONNRESET))
        tend(call->s);
    return error;
}

/* Whether it hears that a datagram's time to live was over. */
static int set_report_expired(struct ioctl *call)
{
    return set_unless(call, FACT_NO_NETRESET);
}

/* No socket of Linux sees every packet of an interface but those of the packet family, which
 * Windows has not. */
static int receive_all(struct ioctl *call)
{
    DWORD mode;

    if (call->info.type != SOCK_RAW)
        return WSAEINVAL;
    if (!guard_get(mode, call->in))
        return WSAEFAULT;
    return mode == RCVALL_OFF ? 0 : WSAEOPNOTSUPP;
}

/* How often an unanswered connection request is sent again.  The time before the first of them is
 * the kernel's own, a second, and it sends at least one. */
static int set_initial_rto(struct ioctl *call)
{
    TCP_INITIAL_RTO_PARAMETERS given;
    struct syn_count_params params = {.handle = call->s};

    if (!guard_get(given, call->in))
        return WSAEFAULT;
    if (given.MaxSynRetransmissions == TCP_INITIAL_RTO_UNSPECIFIED_MAX_SYN_RETRANSMISSIONS)
        return 0;
    params.count = given.MaxSynRetransmissions;
    if (given.MaxSynRetransmissions == TCP_INITIAL_RTO_DEFAULT_MAX_SYN_RETRANSMISSIONS)
        params.count = WINDOWS_SYN_RETRANSMISSIONS;
    else if (given.MaxSynRetransmissions == TCP_INITIAL_RTO_NO_SYN_RETRANSMISSIONS)
        params.count = 1;
    return UNIX_CALL(syn_count, &params);
}

/* Settings that change nothing here: the loopback has one path; the kernel's queue of datagrams
 * drops the newest whatever is asked; no receive of a datagram socket reports an expired time to
 * live.  Hints (how eagerly to acknowledge, how many segments to begin with, how urgent the traffic
 * is, how an older Windows behaved) are the kernel's own business. */
static int accept_setting(struct ioctl *call)
{
    (void)call;
    return 0;
}

enum {
    NEEDS_INFO = 1,     /* the handler looks at call->info, or never asks the host for the handle */
    COMPLETES = 2,      /* the host completes the overlapped form itself */
    SYNCHRONOUS = 4,    /* the overlapped form is not supported */
    STREAM_ONLY = 8,    /* others: WSAEOPNOTSUPP */
    DATAGRAM_ONLY = 16, /* others: WSAEOPNOTSUPP */
};

/* in, out: bytes the program's buffers must have, else WSAEFAULT. */
static const struct row {
    DWORD code, in, out;
    unsigned int flags;
    int (*handler)(struct ioctl *call);
} rows[] = {
    {FIONBIO, 0, 0, 0, set_nonblocking},
    {FIONREAD, 0, sizeof(u_long), 0, query_readable},
    {SIOCATMARK, 0, sizeof(u_long), 0, query_mark},
    {SIO_ADDRESS_LIST_CHANGE, 0, 0, COMPLETES | NEEDS_INFO, any_address_list_change},
    {SIO_ADDRESS_LIST_SORT, 0, 0, NEEDS_INFO, ioctl_sort_addresses},
    {SIO_ADDRESS_LIST_QUERY, 0, 0, NEEDS_INFO, ioctl_address_list},
    {SIO_BASE_HANDLE, 0, sizeof(SOCKET), NEEDS_INFO | SYNCHRONOUS, base_handle},
    {SIO_BSP_HANDLE, 0, sizeof(SOCKET), NEEDS_INFO | SYNCHRONOUS, base_handle},
    {SIO_BSP_HANDLE_POLL, 0, sizeof(SOCKET), NEEDS_INFO | SYNCHRONOUS, base_handle},
    {SIO_BSP_HANDLE_SELECT, 0, sizeof(SOCKET), NEEDS_INFO | SYNCHRONOUS, base_handle},
    {SIO_ENABLE_CIRCULAR_QUEUEING, 0, 0, NEEDS_INFO | DATAGRAM_ONLY, accept_setting},
    {SIO_GET_BROADCAST_ADDRESS, 0, 0, NEEDS_INFO | DATAGRAM_ONLY, ioctl_broadcast_address},
    {SIO_GET_EXTENSION_FUNCTION_POINTER, sizeof(GUID), sizeof(void *), NEEDS_INFO, find_extension},
    {SIO_GET_INTERFACE_LIST, 0, 0, COMPLETES, interface_list},
    {SIO_GET_INTERFACE_LIST_EX, 0, 0, NEEDS_INFO, ioctl_interface_list_ex},
    {SIO_IDEAL_SEND_BACKLOG_QUERY, 0, sizeof(ULONG), NEEDS_INFO | STREAM_ONLY, ideal_backlog},
    {SIO_KEEPALIVE_VALS, 0, 0, NEEDS_INFO, set_keepalive},
    {SIO_LOOPBACK_FAST_PATH, sizeof(BOOL), 0, NEEDS_INFO | STREAM_ONLY, accept_setting},
    {SIO_MULTICAST_SCOPE, sizeof(DWORD), 0, NEEDS_INFO | DATAGRAM_ONLY, multicast_scope},
    {SIO_MULTIPOINT_LOOPBACK, sizeof(DWORD), 0, NEEDS_INFO | DATAGRAM_ONLY, multicast_loopback},
    {SIO_RCVALL, sizeof(DWORD), 0, NEEDS_INFO, receive_all},
    {SIO_ROUTING_INTERFACE_CHANGE, sizeof(struct sockaddr_in), 0, COMPLETES | NEEDS_INFO,
     routing_change},
    {SIO_ROUTING_INTERFACE_QUERY, 0, 0, NEEDS_INFO, ioctl_routing_interface},
    {SIO_SET_COMPATIBILITY_MODE, 2 * sizeof(ULONG), 0, NEEDS_INFO, accept_setting},
    {SIO_SET_PRIORITY_HINT, sizeof(ULONG), 0, NEEDS_INFO | STREAM_ONLY, accept_setting},
    {SIO_TCP_INFO, sizeof(DWORD), 0, NEEDS_INFO, ioctl_tcp_info},
    {SIO_TCP_INITIAL_RTO, sizeof(TCP_INITIAL_RTO_PARAMETERS), 0, NEEDS_INFO | STREAM_ONLY,
     set_initial_rto},
    {SIO_TCP_SET_ACK_FREQUENCY, sizeof(UCHAR), 0, NEEDS_INFO | STREAM_ONLY, accept_setting},
    {SIO_TCP_SET_ICW, sizeof(ULONG), 0, NEEDS_INFO | STREAM_ONLY, accept_setting},
    {SIO_UDP_CONNRESET, sizeof(BOOL), 0, NEEDS_INFO | DATAGRAM_ONLY, set_report_unreachable},
    {SIO_UDP_NETRESET, sizeof(BOOL), 0, NEEDS_INFO | DATAGRAM_ONLY, set_report_expired},
};

static const struct row *find_row(DWORD code)
{
    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        if (rows[i].code == code)
            return &rows[i];
    }
    return NULL;
}

static int run(struct ioctl *call)
{
    const struct row *row = find_row(call->code);
    int error;

    if (!row || (row->flags & SYNCHRONOUS && call->overlapped))
        return unsupported(call);
    if (row->flags & NEEDS_INFO && (error = afd_info(call->s, &call->info)))
        return error;
    if (call->in_len < row->in || !guard_readable(call->in, row->in) || call->out_len < row->out ||
        !guard_writable(call->out, row->out))
        return WSAEFAULT;
    if ((row->flags & STREAM_ONLY && call->info.type != SOCK_STREAM) ||
        (row->flags & DATAGRAM_ONLY && call->info.type == SOCK_STREAM))
        return WSAEOPNOTSUPP;
    error = row->handler(call);
    if (error || row->flags & COMPLETES)
        return error;
    return complete(call, STATUS_SUCCESS);
}

int WSPAPI WSPIoctl(SOCKET s, DWORD code, LPVOID in, DWORD in_len, LPVOID out, DWORD out_len,
                    LPDWORD returned, LPWSAOVERLAPPED overlapped,
                    LPWSAOVERLAPPED_COMPLETION_ROUTINE routine, LPWSATHREADID thread, LPINT lpErrno)
{
    struct ioctl call = {
        .s = s,
        .code = code,
        .in = in,
        .out = out,
        .in_len = in_len,
        .out_len = out_len,
        .overlapped = overlapped,
        .routine = overlapped ? routine : NULL,
    };
    int error;

    (void)thread; /* the host queues the routine to the thread that calls, which is the one named */
    if (!guard_writable(returned, sizeof(*returned)) ||
        (overlapped && !guard_writable(overlapped, sizeof(*overlapped))))
        error = WSAEFAULT;
    else
        error = run(&call);
    /* Only now is the handle looked at where the request did not: the common case stays cheap. */
    if (error && error != WSA_IO_PENDING && afd_info(s, &call.info))
        return spi_return(WSAENOTSOCK, lpErrno);
    if (error ? call.report_failed : !call.keep_size)
        guard_put(returned, call.size);
    return spi_return(error, lpErrno);
}
