/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ioctls that ask for facts.  Sources: the page "Winsock IOCTLs" and those of the codes. */
#include "remote.h"

#include <mswsock.h>
#include <mstcpip.h>

#define CODE_TCP_INFO _WSAIORW(IOC_VENDOR, 39)

/* The first members of TCP_INFO_v0, as its page lists them; v0 ends at 88 bytes, v1 at 136. */
struct info {
    DWORD state, mss;
    ULONG64 time;
    BOOLEAN timestamps;
    ULONG rtt, min_rtt, in_flight, cwnd, snd_wnd, rcv_wnd, rcv_buf;
    ULONG64 bytes_out, bytes_in;
    char rest[72];
};

enum { STATE_CLOSED = 0, STATE_LISTEN = 1, STATE_ESTABLISHED = 4 };

static int ask_info(SOCKET s, DWORD version, struct info *info, DWORD room, DWORD *size)
{
    memset(info, 0, sizeof(*info));
    return WSAIoctl(s, CODE_TCP_INFO, &version, sizeof(version), info, room, size, NULL, NULL);
}

CASE(ioctl, tcp_info)
{
    struct info info;
    SOCKET pair[2], l;
    DWORD size = 0;
    char byte;

    ck_assert_uint_eq(sizeof(info), 136);
    winsock();
    l = listener(AF_INET, 1);
    assert_works(ask_info(l, 0, &info, 88, &size));
    ck_assert_uint_eq(info.state, STATE_LISTEN);
    ck_assert_uint_eq(size, 88);
    tcp_pair(AF_INET, pair);
    send_pattern(pair[0], 1000);
    recv_pattern(pair[1], 1000);
    assert_works(ask_info(pair[0], 0, &info, 88, &size));
    ck_assert_uint_eq(info.state, STATE_ESTABLISHED);
    ck_assert_uint_eq(info.bytes_out, 1000);
    ck_assert_uint_gt(info.mss, 0);
    ck_assert_uint_ge(info.cwnd, info.mss);
    assert_works(ask_info(pair[1], 1, &info, 136, &size));
    ck_assert_uint_eq(size, 136);
    ck_assert_uint_eq(info.bytes_in, 1000);
    ck_assert_uint_eq(info.bytes_out, 0);
    assert_works(closesocket(pair[0]));
    assert_returns(recv(pair[1], &byte, 1, 0), 0);
    assert_works(ask_info(pair[1], 0, &info, 88, &size));
    ck_assert_uint_ne(info.state, STATE_ESTABLISHED);
}

CASE(ioctl, tcp_info_errors)
{
    struct info info;
    SOCKET s, udp;
    DWORD size;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    udp = new_socket(AF_INET, SOCK_DGRAM);
    assert_fails(ask_info(s, 0, &info, 87, &size), WSAEFAULT);
    assert_fails(ask_info(s, 1, &info, 135, &size), WSAEFAULT);
    assert_fails(ask_info(s, 2, &info, sizeof(info), &size), WSAEINVAL);
    assert_fails(ask_info(udp, 0, &info, sizeof(info), &size), WSAEOPNOTSUPP);
    assert_works(ask_info(s, 0, &info, 88, &size));
    ck_assert_uint_eq(info.state, STATE_CLOSED);
}

/* The address that can be reached, and whose policy is the better, comes first; the list is laid
 * out anew in the output, which may be the input. */
CASE(ioctl, address_list_sort)
{
    char buffer[512] __attribute__((aligned(8)));
    SOCKET_ADDRESS_LIST *list = (SOCKET_ADDRESS_LIST *)buffer;
    struct sockaddr_in6 other = {.sin6_family = AF_INET6}, local = other;
    DWORD size = 0, want;
    SOCKET s;

    winsock();
    s = new_socket(AF_INET6, SOCK_DGRAM);
    other.sin6_addr.s6_addr[0] = 0x20; /* 2001:db8::1, documentation */
    other.sin6_addr.s6_addr[1] = 0x01;
    other.sin6_addr.s6_addr[2] = 0x0d;
    other.sin6_addr.s6_addr[3] = 0xb8;
    other.sin6_addr.s6_addr[15] = 1;
    local.sin6_addr = in6addr_loopback;
    list->iAddressCount = 2;
    list->Address[0].lpSockaddr = (SOCKADDR *)&other;
    list->Address[0].iSockaddrLength = sizeof(other);
    list->Address[1].lpSockaddr = (SOCKADDR *)&local;
    list->Address[1].iSockaddrLength = sizeof(local);
    want = FIELD_OFFSET(SOCKET_ADDRESS_LIST, Address[2]) + 2 * sizeof(other);
    assert_fails(WSAIoctl(s, SIO_ADDRESS_LIST_SORT, list, sizeof(buffer), buffer, want - 1, &size,
                          NULL, NULL),
                 WSAEFAULT);
    ck_assert_uint_eq(size, want);
    assert_works(WSAIoctl(s, SIO_ADDRESS_LIST_SORT, list, sizeof(buffer), buffer, sizeof(buffer),
                          &size, NULL, NULL));
    ck_assert_uint_eq(size, want);
    ck_assert_int_eq(list->iAddressCount, 2);
    ck_assert_mem_eq(list->Address[0].lpSockaddr, &local, sizeof(local));
    ck_assert_mem_eq(list->Address[1].lpSockaddr, &other, sizeof(other));
    ck_assert((char *)list->Address[1].lpSockaddr > buffer &&
              (char *)list->Address[1].lpSockaddr < buffer + sizeof(buffer));
}

/* The list of the socket's own family. */
CASE(ioctl, address_list_families)
{
    static const int families[] = {AF_INET, AF_INET6};
    char buffer[4096] __attribute__((aligned(8)));
    SOCKET_ADDRESS_LIST *list = (SOCKET_ADDRESS_LIST *)buffer;
    DWORD size;

    winsock();
    for (size_t i = 0; i < ARRAYSIZE(families); i++) {
        SOCKET s = new_socket(families[i], SOCK_STREAM);

        assert_works(WSAIoctl(s, SIO_ADDRESS_LIST_QUERY, NULL, 0, buffer, sizeof(buffer), &size,
                              NULL, NULL));
        for (int j = 0; j < list->iAddressCount; j++)
            ck_assert_int_eq(list->Address[j].lpSockaddr->sa_family, families[i]);
    }
}

CASE(ioctl, routing_interface)
{
    static const int families[] = {AF_INET, AF_INET6};
    DWORD size = 0;

    winsock();
    for (size_t i = 0; i < ARRAYSIZE(families); i++) {
        SOCKET s = new_socket(families[i], SOCK_DGRAM);
        struct address to = loopback(families[i], 7), from = to;

        assert_works(WSAIoctl(s, SIO_ROUTING_INTERFACE_QUERY, &to, (DWORD)to.len, &from,
                              (DWORD)to.len, &size, NULL, NULL));
        ck_assert_uint_eq(size, (DWORD)to.len);
        ck_assert_int_eq(from.sa.sa_family, families[i]);
        if (families[i] == AF_INET6)
            ck_assert_mem_eq(&from.v6.sin6_addr, &in6addr_loopback, sizeof(in6addr_loopback));
        else
            ck_assert_uint_eq(from.v4.sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    }
}

/* Changes are reported once they come: until then the request waits. */
CASE(ioctl, changes_wait)
{
    static const struct {
        DWORD code;
        int family;
    } rows[] = {
        {SIO_ADDRESS_LIST_CHANGE, AF_INET},
        {SIO_ROUTING_INTERFACE_CHANGE, AF_INET},
        {SIO_ADDRESS_LIST_CHANGE, AF_INET6},
        {SIO_ROUTING_INTERFACE_CHANGE, AF_INET6},
    };
    DWORD size;

    winsock();
    for (size_t i = 0; i < ARRAYSIZE(rows); i++) {
        OVERLAPPED overlapped = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
        SOCKET s = new_socket(rows[i].family, SOCK_DGRAM);
        struct address to = loopback(rows[i].family, 7);

        doing("code 0x%lx, family %d", rows[i].code, rows[i].family);
        set_blocking(s, 0);
        assert_fails(WSAIoctl(s, rows[i].code, &to, (DWORD)to.len, NULL, 0, &size, NULL, NULL),
                     WSAEWOULDBLOCK);
        assert_fails(
            WSAIoctl(s, rows[i].code, &to, (DWORD)to.len, NULL, 0, &size, &overlapped, NULL),
            WSA_IO_PENDING);
        ck_assert_uint_eq(WaitForSingleObject(overlapped.hEvent, 20), WAIT_TIMEOUT);
        ck_assert(CancelIoEx((HANDLE)s, &overlapped));
        ck_assert_uint_eq(WaitForSingleObject(overlapped.hEvent, 5000), WAIT_OBJECT_0);
        assert_fails(WSAGetOverlappedResult(s, &overlapped, &size, FALSE, &(DWORD){0}) - 1,
                     WSA_OPERATION_ABORTED);
        assert_fails(
            WSAIoctl(s, rows[i].code, &to, (DWORD)to.len, NULL, 0, &size, &overlapped, NULL),
            WSA_IO_PENDING);
        assert_works(closesocket(s));
        ck_assert_uint_eq(WaitForSingleObject(overlapped.hEvent, 5000), WAIT_OBJECT_0);
    }
}

/* Only raw sockets can be asked to receive all. */
CASE(ioctl, receive_all)
{
    DWORD on = 1, size;
    SOCKET s;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    assert_fails(WSAIoctl(s, SIO_RCVALL, &on, sizeof(on), NULL, 0, &size, NULL, NULL), WSAEINVAL);
}

static int ask_interfaces(SOCKET s, void *room, DWORD length, DWORD *size)
{
    return WSAIoctl(s, SIO_GET_INTERFACE_LIST_EX, NULL, 0, room, length, size, NULL, NULL);
}

/* Every address with its mask, behind the list in the same buffer; the loopback among them (page of
 * INTERFACE_INFO_EX: "address-size independent, enabling it to work with IPv6"). */
CASE(ioctl, interface_list_ex)
{
    static const int families[] = {AF_INET, AF_INET6};
    static INTERFACE_INFO_EX list[128];
    const char *room = (const char *)list;

    winsock();
    for (size_t i = 0; i < ARRAYSIZE(families); i++) {
        struct address own = loopback(families[i], 0);
        DWORD size = 0, again;
        int loopbacks = 0;
        SOCKET s = new_socket(families[i], SOCK_DGRAM);

        doing("family %d", families[i]);
        assert_works(ask_interfaces(s, list, sizeof(list), &size));
        for (int k = 0; (char *)list[k].iiAddress.lpSockaddr > (char *)&list[k + 1] - 1 &&
                        (char *)list[k].iiAddress.lpSockaddr < room + size;
             k++) {
            const SOCKET_ADDRESS *ends[] = {&list[k].iiAddress, &list[k].iiNetmask};

            for (size_t e = 0; e < ARRAYSIZE(ends); e++) {
                const char *at = (const char *)ends[e]->lpSockaddr;

                ck_assert(at > room && at + ends[e]->iSockaddrLength <= room + size);
                ck_assert_int_eq(ends[e]->lpSockaddr->sa_family, families[i]);
            }
            if (memcmp(list[k].iiAddress.lpSockaddr, &own.sa, (size_t)own.len) != 0)
                continue;
            loopbacks++;
            ck_assert((list[k].iiFlags & IFF_UP) && (list[k].iiFlags & IFF_LOOPBACK));
            if (families[i] == AF_INET)
                ck_assert_uint_eq(
                    ((struct sockaddr_in *)list[k].iiNetmask.lpSockaddr)->sin_addr.s_addr,
                    htonl(0xff000000));
        }
        ck_assert_int_eq(loopbacks, 1);
        assert_fails(ask_interfaces(s, list, size - 1, &again), WSAEFAULT);
    }
}

/* How often a connection is tried again; of streams only ("SIO_TCP_INITIAL_RTO"). */
CASE(ioctl, initial_rto)
{
    TCP_INITIAL_RTO_PARAMETERS given = {300, 2};
    struct address to;
    SOCKET s, udp, l;
    DWORD size;

    winsock();
    l = listener(AF_INET, 1);
    to = address_of(l);
    s = new_socket(AF_INET, SOCK_STREAM);
    udp = new_socket(AF_INET, SOCK_DGRAM);
    assert_fails(
        WSAIoctl(s, SIO_TCP_INITIAL_RTO, &given, sizeof(given) - 1, NULL, 0, &size, NULL, NULL),
        WSAEFAULT);
    assert_fails(
        WSAIoctl(udp, SIO_TCP_INITIAL_RTO, &given, sizeof(given), NULL, 0, &size, NULL, NULL),
        WSAEOPNOTSUPP);
    for (int count = 0; count < 256; count++) {
        given.MaxSynRetransmissions = (UCHAR)count;
        assert_works(
            WSAIoctl(s, SIO_TCP_INITIAL_RTO, &given, sizeof(given), NULL, 0, &size, NULL, NULL));
    }
    assert_works(connect(s, &to.sa, to.len));
}
