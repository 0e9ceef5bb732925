/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Raw sockets.  Sources: "TCP/IP Raw Sockets"; tests are Wine's test_icmp, which was run on
 * Windows. Whether a user may have one is the system's business: WSAEACCES says that he may not. */
#include "remote.h"

#define ECHO_REPLY   0
#define ECHO_REQUEST 8
#define IP_HEADER    20

struct echo {
    uint8_t type, code;
    uint16_t checksum, id, sequence;
    uint8_t data[8];
};

static SOCKET raw(int family, int protocol)
{
    SOCKET s = socket(family, SOCK_RAW, protocol);

    if (s == INVALID_SOCKET && WSAGetLastError() == WSAEACCES)
        skip_case("no privilege for raw sockets");
    ck_assert_msg(s != INVALID_SOCKET, "socket: error %d", WSAGetLastError());
    return s;
}

/* RFC 1071. */
static uint16_t checksum(const void *data, size_t length)
{
    const uint8_t *bytes = data;
    uint32_t sum = 0;

    for (size_t i = 0; i < length; i += 2)
        sum += (uint32_t)(bytes[i] | bytes[i + 1] << 8);
    while (sum >> 16)
        sum = (sum & 0xffff) + (sum >> 16);
    return (uint16_t)~sum;
}

/* Each echo request brings one packet: its reply, behind the IP header.  The request, which the
 * system answers, is shown to nobody (tests). */
CASE(raw, icmp_echo)
{
    struct address to = loopback(AF_INET, 0);
    struct echo request = {.type = ECHO_REQUEST, .id = 0xbeaf}, reply;
    char packet[256];
    SOCKET s;

    winsock();
    s = raw(AF_INET, IPPROTO_ICMP);
    for (uint16_t sequence = 1; sequence <= 3; sequence++) {
        memcpy(request.data, "Sequence", 8);
        request.data[7] = (uint8_t)sequence;
        request.sequence = sequence;
        request.checksum = 0;
        request.checksum = checksum(&request, sizeof(request));
        assert_returns(sendto(s, (char *)&request, sizeof(request), 0, &to.sa, to.len),
                       sizeof(request));
        ck_assert_int_eq(selects(s, 'r', 5000), 1);
        assert_returns(recv(s, packet, sizeof(packet), 0), IP_HEADER + sizeof(reply));
        ck_assert_int_eq(packet[0], 0x45);
        memcpy(&reply, packet + IP_HEADER, sizeof(reply));
        ck_assert_int_eq(reply.type, ECHO_REPLY);
        ck_assert_int_eq(reply.id, request.id);
        ck_assert_int_eq(reply.sequence, sequence);
        ck_assert_mem_eq(reply.data, request.data, sizeof(reply.data));
    }
    ck_assert_int_eq(selects(s, 'r', 50), 0);
}

/* A program's own IP header, and the type that is told. */
CASE(raw, kinds)
{
    WSAPROTOCOL_INFOW info;
    int length = sizeof(info);
    SOCKET s;

    winsock();
    s = raw(AF_INET, IPPROTO_RAW);
    ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_TYPE), SOCK_RAW);
    set_int(s, IPPROTO_IP, IP_HDRINCL, 1);
    ck_assert_int_eq(get_int(s, IPPROTO_IP, IP_HDRINCL), 1);
    assert_works(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&info, &length));
    ck_assert_int_eq(info.iSocketType, SOCK_RAW);
    ck_assert_int_eq(info.iProtocol, 0); /* one row of the catalog stands for all */
    ck_assert_int_eq(info.iProtocolMaxOffset, 255);
    s = raw(AF_INET6, IPPROTO_RAW);
    ck_assert_int_eq(get_int(s, SOL_SOCKET, SO_TYPE), SOCK_RAW);
}
