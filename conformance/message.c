/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSASendMsg and WSARecvMsg with control messages.  Sources: their pages, WSAMSG, the pages of the
 * IPPROTO_IP, IPPROTO_IPV6 and IPPROTO_UDP options; tests are Wine's test_ip_pktinfo,
 * test_ipv4_cmsg, test_ipv6_cmsg, which were run on Windows. */
#include "overlap.h"

/* Not in every header. */
enum {
    OPT_RECVIF = 24,
    OPT_RECVDSTADDR = 25,
    OPT_RECVTTL = 21,
    OPT_TCLASS = 39,
    OPT_RECVTOS = 40,
    OPT_ORIGINAL_ARRIVAL_IF = 47,
    OPT_ECN = 50,
    OPT_PKTINFO_EX = 51,
    OPT_SEND_MSG_SIZE = 2,
};

#define BODY     "datagram"
#define BODY_LEN 8

/* A message with room for control messages on either side. */
struct message {
    WSAMSG msg;
    WSABUF buffer;
    char data[2048];
    struct address name;
    char control[512] __attribute__((aligned(8)));
};

static int send_msg(SOCKET s, WSAMSG *msg, DWORD *sent, OVERLAPPED *overlapped)
{
    return ((LPFN_WSASENDMSG)extension(s, (GUID)WSAID_WSASENDMSG))(s, msg, 0, sent, overlapped,
                                                                   NULL);
}

static int recv_msg(SOCKET s, WSAMSG *msg, DWORD *received)
{
    return ((LPFN_WSARECVMSG)extension(s, (GUID)WSAID_WSARECVMSG))(s, msg, received, NULL, NULL);
}

static void prepare(struct message *m, DWORD length, DWORD control)
{
    memset(m, 0, sizeof(*m));
    memcpy(m->data, BODY, BODY_LEN);
    m->buffer.buf = m->data;
    m->buffer.len = length;
    m->msg.lpBuffers = &m->buffer;
    m->msg.dwBufferCount = 1;
    m->msg.Control.buf = m->control;
    m->msg.Control.len = control;
    m->msg.name = &m->name.sa;
    m->msg.namelen = sizeof(m->name.any);
}

/* Appends a control message. */
static void add(struct message *m, int level, int type, const void *data, DWORD size)
{
    WSACMSGHDR *header = (WSACMSGHDR *)(m->control + m->msg.Control.len);

    header->cmsg_len = WSA_CMSG_LEN(size);
    header->cmsg_level = level;
    header->cmsg_type = type;
    memcpy(WSA_CMSG_DATA(header), data, size);
    m->msg.Control.len += (DWORD)WSA_CMSG_SPACE(size);
}

static void add_int(struct message *m, int level, int type, int value)
{
    add(m, level, type, &value, sizeof(value));
}

static void address_to(struct message *m, SOCKET s)
{
    m->name = address_of(s);
    m->msg.namelen = m->name.len;
}

/* The control message of this kind, NULL where there is none; its data has this size. */
static void *find(struct message *m, int level, int type, DWORD size)
{
    WSACMSGHDR *header = WSA_CMSG_FIRSTHDR(&m->msg);

    for (; header; header = WSA_CMSG_NXTHDR(&m->msg, header)) {
        if (header->cmsg_level != level || header->cmsg_type != type)
            continue;
        ck_assert_uint_eq(header->cmsg_len, WSA_CMSG_LEN(size));
        return WSA_CMSG_DATA(header);
    }
    return NULL;
}

static int found_int(struct message *m, int level, int type)
{
    int value, *at = find(m, level, type, sizeof(value));

    ck_assert_msg(at != NULL, "no message of level %d, type %d", level, type);
    memcpy(&value, at, sizeof(value));
    return value;
}

/* Receives the text into m, with control messages. */
static void take(SOCKET s, struct message *m)
{
    DWORD received = 0;

    prepare(m, sizeof(m->data), sizeof(m->control));
    ck_assert_int_eq(selects(s, 'r', 5000), 1);
    assert_works(recv_msg(s, &m->msg, &received));
    ck_assert_uint_eq(received, BODY_LEN);
    ck_assert_mem_eq(m->data, BODY, BODY_LEN);
}

static void give(SOCKET s, struct message *m)
{
    DWORD sent = 0;

    assert_works(send_msg(s, &m->msg, &sent, NULL));
    ck_assert_uint_eq(sent, BODY_LEN);
}

/* One number in a control message of a send: it holds for this datagram and for no other. */
static const struct {
    int family, level, send_type, option, receive_type, value;
} numbers[] = {
    {AF_INET, IPPROTO_IP, IP_TTL, OPT_RECVTTL, IP_TTL, 77},
    {AF_INET, IPPROTO_IP, IP_TOS, OPT_RECVTOS, IP_TOS, 0x20},
    {AF_INET, IPPROTO_IP, OPT_ECN, OPT_ECN, OPT_ECN, 1},
    {AF_INET6, IPPROTO_IPV6, IPV6_HOPLIMIT, IPV6_HOPLIMIT, IPV6_HOPLIMIT, 77},
    {AF_INET6, IPPROTO_IPV6, OPT_TCLASS, OPT_RECVTOS, OPT_TCLASS, 0x20},
    {AF_INET6, IPPROTO_IPV6, OPT_ECN, OPT_ECN, OPT_ECN, 2},
};

CASE(message, numbers)
{
    static struct message m;

    winsock();
    for (size_t i = 0; i < ARRAYSIZE(numbers); i++) {
        SOCKET to = bound(numbers[i].family, SOCK_DGRAM);
        SOCKET from = new_socket(numbers[i].family, SOCK_DGRAM);
        int plain;

        doing("family %d, type %d", numbers[i].family, numbers[i].send_type);
        set_int(to, numbers[i].level, numbers[i].option, 1);
        ck_assert_int_eq(get_int(to, numbers[i].level, numbers[i].option), 1);
        for (int with = 1; with >= 0; with--) {
            prepare(&m, BODY_LEN, 0);
            address_to(&m, to);
            if (with)
                add_int(&m, numbers[i].level, numbers[i].send_type, numbers[i].value);
            give(from, &m);
            take(to, &m);
            plain = found_int(&m, numbers[i].level, numbers[i].receive_type);
            if (with)
                ck_assert_int_eq(plain, numbers[i].value);
            else
                ck_assert_int_ne(plain, numbers[i].value);
        }
    }
}

/* The source address is one of this machine's that the socket is not bound to. */
CASE(message, source_address)
{
    static struct message m;
    IN_PKTINFO info = {{.S_un = {.S_addr = htonl(0x7f000002)}}, 0};
    SOCKET to, from;

    winsock();
    to = bound(AF_INET, SOCK_DGRAM);
    from = new_socket(AF_INET, SOCK_DGRAM);
    prepare(&m, BODY_LEN, 0);
    address_to(&m, to);
    add(&m, IPPROTO_IP, IP_PKTINFO, &info, sizeof(info));
    give(from, &m);
    take(to, &m);
    ck_assert_uint_eq(m.name.v4.sin_addr.s_addr, info.ipi_addr.s_addr);
    ck_assert_int_eq(m.msg.namelen, sizeof(m.name.v4));
}

CASE(message, source_address_v6)
{
    static struct message m;
    IN6_PKTINFO info = {.ipi6_addr = IN6ADDR_LOOPBACK_INIT};
    SOCKET to, from;

    winsock();
    to = bound(AF_INET6, SOCK_DGRAM);
    from = new_socket(AF_INET6, SOCK_DGRAM);
    prepare(&m, BODY_LEN, 0);
    address_to(&m, to);
    add(&m, IPPROTO_IPV6, IPV6_PKTINFO, &info, sizeof(info));
    add_int(&m, IPPROTO_IPV6, IPV6_HOPLIMIT, 9);
    set_int(to, IPPROTO_IPV6, IPV6_HOPLIMIT, 1);
    give(from, &m);
    take(to, &m);
    ck_assert_mem_eq(&m.name.v6.sin6_addr, &in6addr_loopback, sizeof(in6addr_loopback));
    ck_assert_int_eq(found_int(&m, IPPROTO_IPV6, IPV6_HOPLIMIT), 9);
}

/* The error of a datagram that is to leave from this source address, 0 where it was sent. */
static int send_from(SOCKET from, SOCKET to, const IN6_PKTINFO *source)
{
    static struct message m;
    DWORD sent = 0;

    prepare(&m, BODY_LEN, 0);
    address_to(&m, to);
    add(&m, IPPROTO_IPV6, IPV6_PKTINFO, source, sizeof(*source));
    if (send_msg(from, &m.msg, &sent, NULL))
        return WSAGetLastError();
    ck_assert_uint_eq(sent, BODY_LEN);
    return 0;
}

/* The source is the one that was asked for, or the send fails: with an address that is none of this
 * machine's (2001:db8::1, documentation) or an interface that is not there.  Whether one
 * interface's address may send to another's is the system's affair. */
CASE(message, source_address_v6_obeyed)
{
    static struct message m;
    static const IN6_PKTINFO foreign = {{.u.Byte = {0x20, 1, 0x0d, 0xb8, [15] = 1}}, 0};
    static const IN6_PKTINFO nowhere = {IN6ADDR_LOOPBACK_INIT, 0x7ffffff0};
    char buffer[4096] __attribute__((aligned(8)));
    SOCKET_ADDRESS_LIST *own = (SOCKET_ADDRESS_LIST *)buffer;
    SOCKET to, from;
    DWORD size;

    winsock();
    to = bound(AF_INET6, SOCK_DGRAM);
    from = new_socket(AF_INET6, SOCK_DGRAM);
    ck_assert_int_ne(send_from(from, to, &foreign), 0);
    ck_assert_int_ne(send_from(from, to, &nowhere), 0);
    ck_assert_int_eq(selects(to, 'r', 50), 0);
    assert_works(
        WSAIoctl(from, SIO_ADDRESS_LIST_QUERY, NULL, 0, buffer, sizeof(buffer), &size, NULL, NULL));
    for (int i = 0; i < own->iAddressCount; i++) {
        const struct sockaddr_in6 *address = (const void *)own->Address[i].lpSockaddr;
        const IN6_PKTINFO source = {address->sin6_addr, 0};

        if (address->sin6_scope_id || send_from(from, to, &source))
            continue;
        take(to, &m);
        ck_assert_mem_eq(&m.name.v6.sin6_addr, &source.ipi6_addr, sizeof(source.ipi6_addr));
    }
}

/* Options that ask for a part of what arrives with a datagram, and the size of their values. */
static const struct {
    int family, level, option, type;
    DWORD size;
} asked[] = {
    {AF_INET, IPPROTO_IP, IP_PKTINFO, IP_PKTINFO, sizeof(IN_PKTINFO)},
    {AF_INET, IPPROTO_IP, OPT_PKTINFO_EX, OPT_PKTINFO_EX, sizeof(IN_PKTINFO) + 4},
    {AF_INET, IPPROTO_IP, OPT_RECVIF, OPT_RECVIF, 4},
    {AF_INET, IPPROTO_IP, OPT_RECVDSTADDR, OPT_RECVDSTADDR, sizeof(IN_ADDR)},
    {AF_INET, IPPROTO_IP, OPT_ORIGINAL_ARRIVAL_IF, OPT_ORIGINAL_ARRIVAL_IF, 4},
    {AF_INET, IPPROTO_IP, OPT_RECVTTL, IP_TTL, 4},
    {AF_INET, IPPROTO_IP, OPT_RECVTOS, IP_TOS, 4},
    {AF_INET, IPPROTO_IP, OPT_ECN, OPT_ECN, 4},
    {AF_INET6, IPPROTO_IPV6, IPV6_PKTINFO, IPV6_PKTINFO, sizeof(IN6_PKTINFO)},
    {AF_INET6, IPPROTO_IPV6, OPT_PKTINFO_EX, OPT_PKTINFO_EX, sizeof(IN6_PKTINFO) + 4},
    {AF_INET6, IPPROTO_IPV6, OPT_RECVIF, OPT_RECVIF, 4},
    {AF_INET6, IPPROTO_IPV6, OPT_RECVDSTADDR, OPT_RECVDSTADDR, sizeof(IN6_ADDR)},
    {AF_INET6, IPPROTO_IPV6, IPV6_HOPLIMIT, IPV6_HOPLIMIT, 4},
    {AF_INET6, IPPROTO_IPV6, OPT_RECVTOS, OPT_TCLASS, 4},
    {AF_INET6, IPPROTO_IPV6, OPT_ECN, OPT_ECN, 4},
};

/* Each option brings its own message and no other, and none once it is off again. */
CASE(message, only_what_is_on)
{
    static struct message m;

    winsock();
    for (size_t i = 0; i < ARRAYSIZE(asked); i++) {
        SOCKET to = bound(asked[i].family, SOCK_DGRAM);
        SOCKET from = new_socket(asked[i].family, SOCK_DGRAM);

        doing("family %d, option %d", asked[i].family, asked[i].option);
        for (int round = 0; round < 3; round++) {
            struct address a = address_of(to);

            set_int(to, asked[i].level, asked[i].option, round == 1);
            ck_assert_int_eq(get_int(to, asked[i].level, asked[i].option), round == 1);
            assert_returns(sendto(from, BODY, BODY_LEN, 0, &a.sa, a.len), BODY_LEN);
            take(to, &m);
            ck_assert_uint_eq(m.msg.Control.len, round == 1 ? WSA_CMSG_SPACE(asked[i].size) : 0);
            ck_assert_uint_eq(m.msg.dwFlags, 0);
            if (round == 1)
                ck_assert_ptr_nonnull(find(&m, asked[i].level, asked[i].type, asked[i].size));
        }
        closesocket(to);
        closesocket(from);
    }
}

CASE(message, destination)
{
    static struct message m;
    struct address a;
    IN_PKTINFO info;
    SOCKET to, from;

    winsock();
    to = bound(AF_INET, SOCK_DGRAM);
    from = new_socket(AF_INET, SOCK_DGRAM);
    set_int(to, IPPROTO_IP, IP_PKTINFO, 1);
    set_int(to, IPPROTO_IP, OPT_RECVDSTADDR, 1);
    set_int(to, IPPROTO_IP, OPT_RECVIF, 1);
    a = address_of(to);
    assert_returns(sendto(from, BODY, BODY_LEN, 0, &a.sa, a.len), BODY_LEN);
    take(to, &m);
    memcpy(&info, find(&m, IPPROTO_IP, IP_PKTINFO, sizeof(info)), sizeof(info));
    ck_assert_uint_eq(info.ipi_addr.s_addr, htonl(INADDR_LOOPBACK));
    ck_assert_uint_ne(info.ipi_ifindex, 0);
    ck_assert_uint_eq((DWORD)found_int(&m, IPPROTO_IP, OPT_RECVDSTADDR), htonl(INADDR_LOOPBACK));
    ck_assert_uint_eq((DWORD)found_int(&m, IPPROTO_IP, OPT_RECVIF), info.ipi_ifindex);
}

CASE(message, destination_v6)
{
    static struct message m;
    IN6_PKTINFO info = {.ipi6_ifindex = 0};
    const void *found;
    struct address a;
    SOCKET to, from;

    winsock();
    to = new_socket(AF_INET6, SOCK_DGRAM);
    from = new_socket(AF_INET6, SOCK_DGRAM);
    a = wildcard(AF_INET6, 0);
    assert_works(bind(to, &a.sa, a.len));
    a = loopback(AF_INET6, port_of(to));
    set_int(to, IPPROTO_IPV6, IPV6_PKTINFO, 1);
    set_int(to, IPPROTO_IPV6, OPT_RECVDSTADDR, 1);
    set_int(to, IPPROTO_IPV6, OPT_RECVIF, 1);
    assert_returns(sendto(from, BODY, BODY_LEN, 0, &a.sa, a.len), BODY_LEN);
    take(to, &m);
    ck_assert_ptr_nonnull(found = find(&m, IPPROTO_IPV6, IPV6_PKTINFO, sizeof(info)));
    memcpy(&info, found, sizeof(info));
    ck_assert_mem_eq(&info.ipi6_addr, &in6addr_loopback, sizeof(in6addr_loopback));
    ck_assert_uint_ne(info.ipi6_ifindex, 0);
    ck_assert_uint_eq((DWORD)found_int(&m, IPPROTO_IPV6, OPT_RECVIF), info.ipi6_ifindex);
    ck_assert_ptr_nonnull(found = find(&m, IPPROTO_IPV6, OPT_RECVDSTADDR, sizeof(IN6_ADDR)));
    ck_assert_mem_eq(found, &in6addr_loopback, sizeof(in6addr_loopback));
    /* As the source of an answer it will do. */
    to = bound(AF_INET6, SOCK_DGRAM);
    assert_code(send_from(from, to, &info), 0);
    take(to, &m);
}

/* No room for the messages: MSG_CTRUNC and WSAEMSGSIZE, with all of the data (tests).  No room for
 * the data: MSG_TRUNC. */
CASE(message, truncated)
{
    static struct message m;
    DWORD received = 0;
    struct address a;
    SOCKET to, from;

    winsock();
    to = bound(AF_INET, SOCK_DGRAM);
    from = new_socket(AF_INET, SOCK_DGRAM);
    a = address_of(to);
    set_int(to, IPPROTO_IP, IP_PKTINFO, 1);
    assert_returns(sendto(from, BODY, BODY_LEN, 0, &a.sa, a.len), BODY_LEN);
    assert_returns(sendto(from, BODY, BODY_LEN, 0, &a.sa, a.len), BODY_LEN);
    prepare(&m, sizeof(m.data), 1);
    assert_fails(recv_msg(to, &m.msg, &received), WSAEMSGSIZE);
    ck_assert_uint_eq(received, BODY_LEN);
    ck_assert_uint_eq(m.msg.dwFlags, MSG_CTRUNC);
    prepare(&m, BODY_LEN - 1, sizeof(m.control));
    assert_fails(recv_msg(to, &m.msg, &received), WSAEMSGSIZE);
    ck_assert_uint_eq(received, BODY_LEN - 1);
    ck_assert_uint_eq(m.msg.dwFlags, MSG_TRUNC);
    ck_assert_ptr_nonnull(find(&m, IPPROTO_IP, IP_PKTINFO, sizeof(IN_PKTINFO)));
}

/* How the datagram was addressed is said whatever options are on. */
CASE(message, broadcast)
{
    static struct message m;
    struct address a;
    SOCKET to, from;

    winsock();
    to = new_socket(AF_INET, SOCK_DGRAM);
    from = new_socket(AF_INET, SOCK_DGRAM);
    a = wildcard(AF_INET, 0);
    assert_works(bind(to, &a.sa, a.len));
    a.v4.sin_port = htons((u_short)port_of(to));
    a.v4.sin_addr.s_addr = htonl(0x7fffffff);
    set_int(from, SOL_SOCKET, SO_BROADCAST, 1);
    if (sendto(from, BODY, BODY_LEN, 0, &a.sa, a.len) < 0 || !selects(to, 'r', 1000))
        skip_case("the loopback interface carries no broadcasts here");
    take(to, &m);
    ck_assert_uint_eq(m.msg.dwFlags, MSG_BCAST);
    ck_assert_uint_eq(m.msg.Control.len, 0);
    a.v4.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    assert_returns(sendto(from, BODY, BODY_LEN, 0, &a.sa, a.len), BODY_LEN);
    take(to, &m);
    ck_assert_uint_eq(m.msg.dwFlags, 0);
}

/* UDP_SEND_MSG_SIZE cuts the data into datagrams, however many. */
CASE(message, segments)
{
    static struct message m;
    const int pieces[][2] = {{100, 250}, {8, 2000}, {1472, 2048}};
    SOCKET to, from;
    DWORD sent;

    winsock();
    to = bound(AF_INET, SOCK_DGRAM);
    from = new_socket(AF_INET, SOCK_DGRAM);
    set_int(to, SOL_SOCKET, SO_RCVBUF, 1 << 20);
    for (size_t i = 0; i < ARRAYSIZE(pieces); i++) {
        const int size = pieces[i][0], total = pieces[i][1];
        char datagram[2048];

        doing("%d bytes in datagrams of %d", total, size);
        prepare(&m, (DWORD)total, 0);
        for (int at = 0; at < total; at++)
            m.data[at] = (char)at;
        address_to(&m, to);
        add_int(&m, IPPROTO_UDP, OPT_SEND_MSG_SIZE, size);
        assert_works(send_msg(from, &m.msg, &sent, NULL));
        ck_assert_uint_eq(sent, total);
        for (int at = 0; at < total; at += size) {
            const int want = total - at < size ? total - at : size;

            ck_assert_int_eq(selects(to, 'r', 5000), 1);
            assert_returns(recv(to, datagram, sizeof(datagram), 0), want);
            ck_assert_mem_eq(datagram, m.data + at, (size_t)want);
        }
        ck_assert_int_eq(selects(to, 'r', 20), 0);
    }
}

CASE(message, bad_control)
{
    static struct message m;
    SOCKET to, from;
    DWORD sent;

    winsock();
    to = bound(AF_INET, SOCK_DGRAM);
    from = new_socket(AF_INET, SOCK_DGRAM);
    prepare(&m, BODY_LEN, 0);
    address_to(&m, to);
    add_int(&m, IPPROTO_IP, IP_TTL, 5);
    ((WSACMSGHDR *)m.control)->cmsg_len = sizeof(WSACMSGHDR) - 1;
    assert_fails(send_msg(from, &m.msg, &sent, NULL), WSAEINVAL);
    ((WSACMSGHDR *)m.control)->cmsg_len = sizeof(m.control) + 1;
    assert_fails(send_msg(from, &m.msg, &sent, NULL), WSAEINVAL);
    ((WSACMSGHDR *)m.control)->cmsg_len = sizeof(WSACMSGHDR) + 1; /* no whole number */
    assert_fails(send_msg(from, &m.msg, &sent, NULL), WSAEINVAL);
    m.msg.Control.len = 0;
    add_int(&m, IPPROTO_IP, IP_TTL, 256);
    assert_fails(send_msg(from, &m.msg, &sent, NULL), WSAEINVAL);
    m.msg.Control.buf = NULL;
    assert_fails(send_msg(from, &m.msg, &sent, NULL), WSAEFAULT);
    ck_assert_int_eq(selects(to, 'r', 20), 0);
}

CASE(message, overlapped_send)
{
    static struct message m;
    OVERLAPPED overlapped = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    DWORD sent = 0, flags;
    SOCKET to, from;

    winsock();
    to = bound(AF_INET, SOCK_DGRAM);
    from = new_socket(AF_INET, SOCK_DGRAM);
    set_int(to, IPPROTO_IP, OPT_RECVTTL, 1);
    prepare(&m, BODY_LEN, 0);
    address_to(&m, to);
    add_int(&m, IPPROTO_IP, IP_TTL, 33);
    if (send_msg(from, &m.msg, NULL, &overlapped))
        assert_code(WSAGetLastError(), WSA_IO_PENDING);
    ck_assert_uint_eq(WaitForSingleObject(overlapped.hEvent, 5000), WAIT_OBJECT_0);
    ck_assert(WSAGetOverlappedResult(from, &overlapped, &sent, FALSE, &flags));
    ck_assert_uint_eq(sent, BODY_LEN);
    take(to, &m);
    ck_assert_int_eq(found_int(&m, IPPROTO_IP, IP_TTL), 33);
}
