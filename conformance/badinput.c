/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Every pointer argument, bad in every way.  WSAEFAULT: the system detected an invalid pointer
 * address in attempting to use a pointer argument of a call: so say the pages, and the process
 * lives on. open: for name functions some pages promise it for NULL only; chosen: for every bad
 * pointer. */
#include "case.h"

/* What a call is given; made once. */
static struct {
    SOCKET pair[2], datagram, bare, listener;
    struct address own; /* of the datagram socket */
    char *page;         /* two pages: the second cannot be touched */
    char *readonly;
    WSAEVENT event;
} env;

static DWORD page_size;

static void prepare(void)
{
    SYSTEM_INFO info;
    DWORD old;

    winsock();
    GetSystemInfo(&info);
    page_size = info.dwPageSize;
    env.page = guarded(page_size);
    env.readonly = VirtualAlloc(NULL, page_size, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);
    ck_assert_ptr_nonnull(env.readonly);
    ck_assert(VirtualProtect(env.readonly, page_size, PAGE_READONLY, &old));
    tcp_pair(AF_INET, env.pair);
    env.datagram = bound(AF_INET, SOCK_DGRAM);
    env.own = address_of(env.datagram);
    env.bare = new_socket(AF_INET, SOCK_STREAM);
    env.listener = listener(AF_INET, 100);
    set_blocking(env.listener, 0);
    env.event = WSACreateEvent();
}

/* Something to accept, something to receive. */
static void offer_connection(void)
{
    SOCKET s = new_socket(AF_INET, SOCK_STREAM);
    struct address a = address_of(env.listener);

    assert_works(connect(s, &a.sa, a.len));
    ck_assert_int_eq(selects(env.listener, 'r', PATIENCE), 1);
}

static void offer_datagram(void)
{
    assert_returns(sendto(env.datagram, "data", 4, 0, &env.own.sa, env.own.len), 4);
    ck_assert_int_eq(selects(env.datagram, 'r', PATIENCE), 1);
}

static void offer_bytes(void)
{
    assert_returns(send(env.pair[1], "data", 4, 0), 4);
    ck_assert_int_eq(selects(env.pair[0], 'r', PATIENCE), 1);
}

/* A row's call: 0, or the code it fails with.  `p` is the bad pointer. */
#define CALL(name, expression)                                                                     \
    static int name(void *p)                                                                       \
    {                                                                                              \
        return (int)(expression) == -1 ? WSAGetLastError() : 0;                                    \
    }
/* For functions that return the code; those that return NULL, or FALSE. */
#define CALL_CODE(name, expression)                                                                \
    static int name(void *p)                                                                       \
    {                                                                                              \
        return (int)(expression);                                                                  \
    }
#define CALL_NULL(name, expression)                                                                \
    static int name(void *p)                                                                       \
    {                                                                                              \
        return (expression) ? 0 : WSAGetLastError();                                               \
    }

static int length = sizeof(struct sockaddr_storage);
static char buffer[64];
static struct sockaddr *const room = (struct sockaddr *)buffer;
static DWORD count, flags;
static int fresh(void)
{
    return length = sizeof(struct sockaddr_storage);
}
/* One buffer that starts at the bad pointer. */
static WSABUF *bad_buffer(void *p)
{
    static WSABUF b;

    b = (WSABUF){4, p};
    return &b;
}
static WSABUF *good_buffer(void)
{
    return bad_buffer(buffer + 32);
}
/* A length that is good at each call. */
#define A4 (fresh(), &length)
static struct timeval *zero_time(void)
{
    static struct timeval t;

    t = (struct timeval){0, 0};
    return &t;
}
static fd_set *one_socket(void)
{
    static fd_set set;

    set.fd_count = 1;
    set.fd_array[0] = env.datagram;
    return &set;
}

CALL_CODE(startup_data, WSAStartup(MAKEWORD(2, 2), p))
CALL(bind_address, bind(env.bare, p, sizeof(struct sockaddr_in)))
CALL(connect_address, connect(env.bare, p, sizeof(struct sockaddr_in)))
CALL(connect_address_dgram, connect(env.datagram, p, sizeof(struct sockaddr_in)))
CALL(wsaconnect_address,
     WSAConnect(env.bare, p, sizeof(struct sockaddr_in), NULL, NULL, NULL, NULL))
CALL(accept_address, accept(env.listener, p, A4))
CALL(accept_length, accept(env.listener, room, p))
CALL(wsaaccept_address, WSAAccept(env.listener, p, A4, NULL, 0))
CALL(wsaaccept_length, WSAAccept(env.listener, room, p, NULL, 0))
CALL(getsockname_address, getsockname(env.datagram, p, A4))
CALL(getsockname_length, getsockname(env.datagram, room, p))
CALL(getpeername_address, getpeername(env.pair[0], p, A4))
CALL(getpeername_length, getpeername(env.pair[0], room, p))
CALL(getsockopt_value, getsockopt(env.bare, SOL_SOCKET, SO_RCVBUF, p, A4))
CALL(getsockopt_linger, getsockopt(env.bare, SOL_SOCKET, SO_LINGER, p, A4))
CALL(getsockopt_ttl, getsockopt(env.datagram, IPPROTO_IP, IP_TTL, p, A4))
CALL(getsockopt_info, getsockopt(env.bare, SOL_SOCKET, SO_PROTOCOL_INFOW, p,
                                 (length = sizeof(WSAPROTOCOL_INFOW), &length)))
CALL(getsockopt_length, getsockopt(env.bare, SOL_SOCKET, SO_RCVBUF, buffer, p))
CALL(setsockopt_value, setsockopt(env.bare, SOL_SOCKET, SO_RCVBUF, p, 4))
CALL(setsockopt_timeout, setsockopt(env.bare, SOL_SOCKET, SO_RCVTIMEO, p, 4))
CALL(setsockopt_linger, setsockopt(env.bare, SOL_SOCKET, SO_LINGER, p, 4))
CALL(setsockopt_ttl, setsockopt(env.datagram, IPPROTO_IP, IP_TTL, p, 4))
CALL(ioctl_fionbio, ioctlsocket(env.bare, FIONBIO, p))
CALL(ioctl_fionread, ioctlsocket(env.pair[0], FIONREAD, p))
CALL(ioctl_atmark, ioctlsocket(env.pair[0], SIOCATMARK, p))
CALL(wsajoinleaf_address,
     WSAJoinLeaf(env.datagram, p, sizeof(struct sockaddr_in), NULL, NULL, NULL, NULL, 4))
CALL(wsaduplicate_info, WSADuplicateSocketW(env.datagram, GetCurrentProcessId(), p))
CALL(wsasocket_info, WSASocketW(0, 0, 0, p, 0, 0))
CALL(wsaioctl_sort,
     WSAIoctl(env.bare, SIO_ADDRESS_LIST_SORT, p, 64, buffer, 64, &count, NULL, NULL))
CALL(wsaioctl_tcp_info,
     WSAIoctl(env.pair[0], _WSAIORW(IOC_VENDOR, 39), p, 4, buffer, 88, &count, NULL, NULL))
CALL(wsaioctl_out, WSAIoctl(env.pair[0], FIONREAD, NULL, 0, p, 4, &count, NULL, NULL))
CALL(wsaioctl_count, WSAIoctl(env.pair[0], FIONREAD, NULL, 0, buffer, 4, p, NULL, NULL))
CALL(wsaioctl_in, WSAIoctl(env.bare, FIONBIO, p, 4, NULL, 0, &count, NULL, NULL))
CALL(send_bytes, send(env.pair[0], p, 4, 0))
CALL(recv_bytes, recv(env.pair[0], p, 4, 0))
CALL(recv_bytes_peek, recv(env.pair[0], p, 4, MSG_PEEK))
CALL(sendto_bytes, sendto(env.datagram, p, 4, 0, &env.own.sa, env.own.len))
CALL(sendto_address, sendto(env.datagram, buffer, 4, 0, p, sizeof(struct sockaddr_in)))
CALL(recvfrom_bytes, recvfrom(env.datagram, p, 4, 0, room, A4))
CALL(recvfrom_address, recvfrom(env.datagram, buffer + 32, 4, 0, p, A4))
CALL(recvfrom_length, recvfrom(env.datagram, buffer + 32, 4, 0, room, p))
CALL(wsasend_buffers, WSASend(env.pair[0], p, 1, &count, 0, NULL, NULL))
CALL(wsasend_bytes, WSASend(env.pair[0], bad_buffer(p), 1, &count, 0, NULL, NULL))
CALL(wsasend_count, WSASend(env.pair[0], good_buffer(), 1, p, 0, NULL, NULL))
CALL(wsarecv_buffers, WSARecv(env.pair[0], p, 1, &count, &flags, NULL, NULL))
CALL(wsarecv_bytes, WSARecv(env.pair[0], bad_buffer(p), 1, &count, &flags, NULL, NULL))
CALL(wsarecv_count, WSARecv(env.pair[0], good_buffer(), 1, p, &flags, NULL, NULL))
CALL(wsarecv_flags, WSARecv(env.pair[0], good_buffer(), 1, &count, p, NULL, NULL))
CALL(wsasendto_buffers,
     WSASendTo(env.datagram, p, 1, &count, 0, &env.own.sa, env.own.len, NULL, NULL))
CALL(wsasendto_bytes,
     WSASendTo(env.datagram, bad_buffer(p), 1, &count, 0, &env.own.sa, env.own.len, NULL, NULL))
CALL(wsasendto_count,
     WSASendTo(env.datagram, good_buffer(), 1, p, 0, &env.own.sa, env.own.len, NULL, NULL))
CALL(wsasendto_address, WSASendTo(env.datagram, good_buffer(), 1, &count, 0, p,
                                  sizeof(struct sockaddr_in), NULL, NULL))
CALL(wsarecvfrom_buffers, WSARecvFrom(env.datagram, p, 1, &count, &flags, room, A4, NULL, NULL))
CALL(wsarecvfrom_bytes,
     WSARecvFrom(env.datagram, bad_buffer(p), 1, &count, &flags, room, A4, NULL, NULL))
CALL(wsarecvfrom_count,
     WSARecvFrom(env.datagram, good_buffer(), 1, p, &flags, room, A4, NULL, NULL))
CALL(wsarecvfrom_flags,
     WSARecvFrom(env.datagram, good_buffer(), 1, &count, p, room, A4, NULL, NULL))
CALL(wsarecvfrom_address,
     WSARecvFrom(env.datagram, good_buffer(), 1, &count, &flags, p, A4, NULL, NULL))
CALL(wsarecvfrom_length,
     WSARecvFrom(env.datagram, good_buffer(), 1, &count, &flags, room, p, NULL, NULL))
CALL(select_read, select(0, p, NULL, NULL, zero_time()))
CALL(select_write, select(0, NULL, p, NULL, zero_time()))
CALL(select_except, select(0, NULL, NULL, p, zero_time()))
CALL(select_time, select(0, NULL, one_socket(), NULL, p))
CALL(poll_array, WSAPoll(p, 1, 0))
CALL_CODE(getaddrinfo_result, getaddrinfo("127.0.0.1", NULL, NULL, p))
CALL_CODE(getaddrinfo_node, getaddrinfo(p, NULL, NULL, (struct addrinfo **)(void *)buffer))
CALL_CODE(getaddrinfo_service,
          getaddrinfo("127.0.0.1", p, NULL, (struct addrinfo **)(void *)buffer))
CALL_CODE(getaddrinfo_hints, getaddrinfo("127.0.0.1", NULL, p, (struct addrinfo **)(void *)buffer))
CALL_CODE(getaddrinfow_result, GetAddrInfoW(L"127.0.0.1", NULL, NULL, p))
CALL_CODE(getaddrinfow_node, GetAddrInfoW(p, NULL, NULL, (ADDRINFOW **)(void *)buffer))
CALL_CODE(getnameinfo_address, getnameinfo(p, sizeof(struct sockaddr_in), buffer, sizeof(buffer),
                                           NULL, 0, NI_NUMERICHOST))
CALL_CODE(getnameinfo_node, getnameinfo(&env.own.sa, env.own.len, p, 64, NULL, 0, NI_NUMERICHOST))
CALL_CODE(getnameinfo_service,
          getnameinfo(&env.own.sa, env.own.len, NULL, 0, p, 64, NI_NUMERICSERV))
CALL(gethostname_name, gethostname(p, 256))
CALL_NULL(gethostbyname_name, gethostbyname(p))
CALL_NULL(gethostbyaddr_address, gethostbyaddr(p, 4, AF_INET))
CALL_NULL(getservbyname_name, getservbyname(p, "tcp"))
CALL_NULL(getprotobyname_name, getprotobyname(p))
CALL(inet_addr_text, inet_addr(p))
CALL(inet_pton_text, inet_pton(AF_INET, p, buffer))
CALL(inet_pton_out, inet_pton(AF_INET, "1.2.3.4", p))
CALL_NULL(inet_ntop_in, inet_ntop(AF_INET, p, buffer, sizeof(buffer)))
CALL_NULL(inet_ntop_out, inet_ntop(AF_INET, "\1\2\3\4", p, 16))
CALL(enum_events_out, WSAEnumNetworkEvents(env.bare, env.event, p))
CALL(enum_protocols_length, WSAEnumProtocolsW(NULL, NULL, p))
CALL(address_to_string_in, WSAAddressToStringW(p, sizeof(struct sockaddr_in), NULL,
                                               (WCHAR *)(void *)buffer, (count = 32, &count)))
CALL(address_to_string_out,
     WSAAddressToStringW(&env.own.sa, (DWORD)env.own.len, NULL, p, (count = 32, &count)))
CALL(address_to_string_length,
     WSAAddressToStringW(&env.own.sa, (DWORD)env.own.len, NULL, (WCHAR *)(void *)buffer, p))
CALL(string_to_address_in, WSAStringToAddressW(p, AF_INET, NULL, room, A4))
CALL(string_to_address_out, WSAStringToAddressW((WCHAR[]){L"1.2.3.4"}, AF_INET, NULL, p, A4))
CALL(string_to_address_length, WSAStringToAddressW((WCHAR[]){L"1.2.3.4"}, AF_INET, NULL, room, p))
CALL(wsahtons_out, WSAHtons(env.bare, 1, p))
CALL(wsahtonl_out, WSAHtonl(env.bare, 1, p))

enum direction { ARG_IN, ARG_OUT };
enum { NO_NULL = -2 }; /* NULL means something else there */
enum need { NOTHING, BYTES, DATAGRAM, CONNECTION };

static const struct row {
    const char *name;
    int (*call)(void *p);
    enum direction direction;
    int null_code;
    enum need need;
} rows[] = {
#define ROW(call, direction, null_code, need)                                                      \
    {                                                                                              \
#call, call, direction, null_code, need                                                    \
    }
    ROW(startup_data, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(bind_address, ARG_IN, WSAEFAULT, NOTHING),
    ROW(connect_address, ARG_IN, WSAEFAULT, NOTHING),
    ROW(connect_address_dgram, ARG_IN, WSAEFAULT, NOTHING),
    ROW(wsaconnect_address, ARG_IN, WSAEFAULT, NOTHING),
    ROW(accept_address, ARG_OUT, NO_NULL, CONNECTION),
    ROW(accept_length, ARG_OUT, NO_NULL, CONNECTION),
    ROW(wsaaccept_address, ARG_OUT, NO_NULL, CONNECTION),
    ROW(wsaaccept_length, ARG_OUT, NO_NULL, CONNECTION),
    ROW(getsockname_address, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(getsockname_length, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(getpeername_address, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(getpeername_length, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(getsockopt_value, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(getsockopt_linger, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(getsockopt_ttl, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(getsockopt_info, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(getsockopt_length, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(setsockopt_value, ARG_IN, WSAEFAULT, NOTHING),
    ROW(setsockopt_timeout, ARG_IN, WSAEFAULT, NOTHING),
    ROW(setsockopt_linger, ARG_IN, WSAEFAULT, NOTHING),
    ROW(setsockopt_ttl, ARG_IN, WSAEFAULT, NOTHING),
    ROW(ioctl_fionbio, ARG_IN, WSAEFAULT, NOTHING),
    ROW(ioctl_fionread, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(ioctl_atmark, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(wsajoinleaf_address, ARG_IN, WSAEFAULT, NOTHING),
    ROW(wsaduplicate_info, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(wsasocket_info, ARG_IN, NO_NULL, NOTHING),
    ROW(wsaioctl_sort, ARG_IN, WSAEFAULT, NOTHING),
    ROW(wsaioctl_tcp_info, ARG_IN, WSAEFAULT, NOTHING),
    ROW(wsaioctl_out, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(wsaioctl_count, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(wsaioctl_in, ARG_IN, WSAEFAULT, NOTHING),
    ROW(send_bytes, ARG_IN, WSAEFAULT, NOTHING),
    ROW(recv_bytes, ARG_OUT, WSAEFAULT, BYTES),
    ROW(recv_bytes_peek, ARG_OUT, WSAEFAULT, BYTES),
    ROW(sendto_bytes, ARG_IN, WSAEFAULT, NOTHING),
    ROW(sendto_address, ARG_IN, NO_NULL, NOTHING),
    ROW(recvfrom_bytes, ARG_OUT, WSAEFAULT, DATAGRAM),
    ROW(recvfrom_address, ARG_OUT, NO_NULL, DATAGRAM),
    ROW(recvfrom_length, ARG_OUT, NO_NULL, DATAGRAM),
    ROW(wsasend_buffers, ARG_IN, WSAEFAULT, NOTHING),
    ROW(wsasend_bytes, ARG_IN, WSAEFAULT, NOTHING),
    ROW(wsasend_count, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(wsarecv_buffers, ARG_IN, WSAEFAULT, BYTES),
    ROW(wsarecv_bytes, ARG_OUT, WSAEFAULT, BYTES),
    ROW(wsarecv_count, ARG_OUT, WSAEFAULT, BYTES),
    ROW(wsarecv_flags, ARG_OUT, WSAEFAULT, BYTES),
    ROW(wsasendto_buffers, ARG_IN, WSAEFAULT, NOTHING),
    ROW(wsasendto_bytes, ARG_IN, WSAEFAULT, NOTHING),
    ROW(wsasendto_count, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(wsasendto_address, ARG_IN, NO_NULL, NOTHING),
    ROW(wsarecvfrom_buffers, ARG_IN, WSAEFAULT, DATAGRAM),
    ROW(wsarecvfrom_bytes, ARG_OUT, WSAEFAULT, DATAGRAM),
    ROW(wsarecvfrom_count, ARG_OUT, WSAEFAULT, DATAGRAM),
    ROW(wsarecvfrom_flags, ARG_OUT, WSAEFAULT, DATAGRAM),
    ROW(wsarecvfrom_address, ARG_OUT, NO_NULL, DATAGRAM),
    ROW(wsarecvfrom_length, ARG_OUT, NO_NULL, DATAGRAM),
    ROW(select_read, ARG_IN, NO_NULL, NOTHING),
    ROW(select_write, ARG_IN, NO_NULL, NOTHING),
    ROW(select_except, ARG_IN, NO_NULL, NOTHING),
    ROW(select_time, ARG_IN, NO_NULL, NOTHING),
    ROW(poll_array, ARG_IN, WSAEFAULT, NOTHING),
    ROW(getaddrinfo_result, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(getaddrinfo_node, ARG_IN, NO_NULL, NOTHING),
    ROW(getaddrinfo_service, ARG_IN, NO_NULL, NOTHING),
    ROW(getaddrinfo_hints, ARG_IN, NO_NULL, NOTHING),
    ROW(getaddrinfow_result, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(getaddrinfow_node, ARG_IN, NO_NULL, NOTHING),
    ROW(getnameinfo_address, ARG_IN, WSAEFAULT, NOTHING),
    ROW(getnameinfo_node, ARG_OUT, NO_NULL, NOTHING),
    ROW(getnameinfo_service, ARG_OUT, NO_NULL, NOTHING),
    ROW(gethostname_name, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(gethostbyname_name, ARG_IN, NO_NULL, NOTHING),
    ROW(gethostbyaddr_address, ARG_IN, WSAEFAULT, NOTHING),
    ROW(getservbyname_name, ARG_IN, WSAEFAULT, NOTHING),
    ROW(getprotobyname_name, ARG_IN, WSAEFAULT, NOTHING),
    ROW(inet_addr_text, ARG_IN, WSAEFAULT, NOTHING),
    ROW(inet_pton_text, ARG_IN, WSAEFAULT, NOTHING),
    ROW(inet_pton_out, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(inet_ntop_in, ARG_IN, NO_NULL, NOTHING),
    ROW(inet_ntop_out, ARG_OUT, NO_NULL, NOTHING),
    ROW(enum_events_out, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(enum_protocols_length, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(address_to_string_in, ARG_IN, WSAEINVAL, NOTHING),
    ROW(address_to_string_out, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(address_to_string_length, ARG_OUT, WSAEINVAL, NOTHING),
    ROW(string_to_address_in, ARG_IN, NO_NULL, NOTHING),
    ROW(string_to_address_out, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(string_to_address_length, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(wsahtons_out, ARG_OUT, WSAEFAULT, NOTHING),
    ROW(wsahtonl_out, ARG_OUT, WSAEFAULT, NOTHING),
#undef ROW
};

static void provide(enum need need)
{
    if (need == BYTES)
        offer_bytes();
    if (need == DATAGRAM)
        offer_datagram();
    if (need == CONNECTION)
        offer_connection();
}

/* What is still there; every socket works as before. */
static void verify(void)
{
    char bytes[256];
    struct address a = {.len = sizeof(a.any)};

    for (int i = 0; i < 2; i++) {
        set_blocking(env.pair[i], 0);
        while (recv(env.pair[i], bytes, sizeof(bytes), 0) > 0) {
        }
        set_blocking(env.pair[i], 1);
    }
    for (int i = 0; i < 2; i++) {
        assert_returns(send(env.pair[i], "x", 1, 0), 1);
        assert_returns(recv(env.pair[!i], bytes, sizeof(bytes), 0), 1);
    }
    while (selects(env.datagram, 'r', 0))
        recv(env.datagram, bytes, sizeof(bytes), 0);
    offer_datagram();
    assert_returns(recv(env.datagram, bytes, sizeof(bytes), 0), 4);
    offer_connection();
    for (SOCKET s; (s = accept(env.listener, NULL, NULL)) != INVALID_SOCKET;)
        closesocket(s);
    assert_fails(getsockname(env.bare, &a.sa, &a.len), WSAEINVAL);
}

/* All rows with one kind of pointer.  The page's end holds something that makes strings and counts
 * run into the untouchable page. */
static void walk(void *p, int only_out, int is_null)
{
    int wrong = 0;

    for (size_t i = 0; i < ARRAYSIZE(rows); i++) {
        const struct row *row = &rows[i];
        int want = is_null ? row->null_code : WSAEFAULT, got;

        if (want == NO_NULL || (only_out && row->direction == ARG_IN))
            continue;
        provide(row->need);
        memset(buffer, 0, sizeof(buffer));
        env.page[page_size - 1] = '1'; /* a call before may have begun to write there */
        flags = 0;
        doing("%s", row->name);
        WSASetLastError(ERROR_UNTOUCHED);
        got = row->call(p);
        if (got != want) {
            printf("%s: %s, expected %s\n", row->name, got ? wsa_name(got) : "success",
                   wsa_name(want));
            wrong++;
        }
        verify();
    }
    doing("all");
    ck_assert_msg(wrong == 0, "%d calls differ", wrong);
}

CASE(badinput, null)
{
    prepare();
    walk(NULL, 0, 1);
}

CASE(badinput, unmapped)
{
    prepare();
    walk((void *)(uintptr_t)0x10, 0, 0);
}

/* In the kernel's part. */
#ifdef _WIN64
#define HIGH         0xffff800000001000
#define NEVER_MAPPED 0x8000000000000000
#else
#define HIGH         0xffffe000
#define NEVER_MAPPED 0xfffff000
#endif

CASE(badinput, high)
{
    prepare();
    walk((void *)(uintptr_t)HIGH, 0, 0);
}

/* Where nothing can be (no address at all on x86-64, the last page of 32 bits), and one whose end wraps around. */
CASE(badinput, not_canonical)
{
    prepare();
    walk((void *)(uintptr_t)NEVER_MAPPED, 0, 0);
    walk((void *)UINTPTR_MAX, 0, 0);
}

CASE(badinput, no_access)
{
    prepare();
    walk(env.page + page_size, 0, 0);
}

/* One byte is there, the rest is not. */
CASE(badinput, runs_into_no_access)
{
    prepare();
    walk(env.page + page_size - 1, 0, 0);
}

CASE(badinput, read_only)
{
    prepare();
    walk(env.readonly, 1, 0);
}
