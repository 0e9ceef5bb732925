/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* requests_datagrams.c: those operations of requests.c that move datagrams. */
#include "requests_datagrams.h"
#include "requests_sockets.h"
#include <string.h>

enum { OPT_RECVTTL = 21 }; /* not in every header */

void do_sendto(void)
{
    must(sendto(sender, buffer, MESSAGE, 0, (struct sockaddr *)&receiver_address,
                sizeof(receiver_address)) == MESSAGE,
         "sendto");
}

void do_recvfrom(void)
{
    struct sockaddr_in from;
    int size = sizeof(from);

    must(recvfrom(receiver, buffer, LARGE, 0, (struct sockaddr *)&from, &size) == MESSAGE,
         "recvfrom");
}

static WSAMSG message(struct sockaddr_in *address, WSABUF *data)
{
    WSAMSG message = {.name = (struct sockaddr *)address,
                      .namelen = sizeof(*address),
                      .lpBuffers = data,
                      .dwBufferCount = 1};
    return message;
}

void do_sendmsg(void)
{
    WSABUF data = {MESSAGE, buffer};
    WSAMSG m = message(&receiver_address, &data);
    DWORD n;

    must(!send_message(sender, &m, 0, &n, NULL, NULL) && n == MESSAGE, "WSASendMsg");
}

void do_recvmsg(void)
{
    struct sockaddr_in from;
    WSABUF data = {LARGE, buffer};
    WSAMSG m = message(&from, &data);
    DWORD n;

    must(!receive_message(receiver, &m, &n, NULL, NULL) && n == MESSAGE, "WSARecvMsg");
}

void do_wsasendto(void)
{
    WSABUF parts[2] = {{16, buffer}, {MESSAGE - 16, buffer + 1024}};
    DWORD n;

    must(!WSASendTo(sender, parts, 2, &n, 0, (struct sockaddr *)&receiver_address,
                    sizeof(receiver_address), NULL, NULL) &&
             n == MESSAGE,
         "WSASendTo");
}

void do_wsarecvfrom(void)
{
    WSABUF parts[2] = {{16, buffer}, {LARGE - 1024, buffer + 1024}};
    struct sockaddr_in from;
    int size = sizeof(from);
    DWORD n, flags = 0;

    must(
        !WSARecvFrom(receiver, parts, 2, &n, &flags, (struct sockaddr *)&from, &size, NULL, NULL) &&
            n == MESSAGE,
        "WSARecvFrom");
}

/* Room for a packet information and a number. */
static char control[WSA_CMSG_SPACE(sizeof(IN_PKTINFO)) + WSA_CMSG_SPACE(sizeof(int))]
    __attribute__((aligned(8)));

void do_sendmsg_control(void)
{
    WSABUF data = {MESSAGE, buffer};
    WSAMSG m = message(&receiver_address, &data);
    IN_PKTINFO source = {receiver_address.sin_addr, 0};
    WSACMSGHDR *header = (WSACMSGHDR *)control;
    int hops = 9;
    DWORD n;

    m.Control.buf = control;
    m.Control.len = sizeof(control);
    *header = (WSACMSGHDR){WSA_CMSG_LEN(sizeof(source)), IPPROTO_IP, IP_PKTINFO};
    memcpy(WSA_CMSG_DATA(header), &source, sizeof(source));
    header = WSA_CMSG_NXTHDR(&m, header);
    *header = (WSACMSGHDR){WSA_CMSG_LEN(sizeof(hops)), IPPROTO_IP, IP_TTL};
    memcpy(WSA_CMSG_DATA(header), &hops, sizeof(hops));
    must(!send_message(sender, &m, 0, &n, NULL, NULL) && n == MESSAGE, "WSASendMsg");
}

static void ask_for_controls(BOOL on)
{
    static const int options[] = {IP_PKTINFO, OPT_RECVTTL};
    int i;

    for (i = 0; i < 2; i++)
        must(!setsockopt(receiver, IPPROTO_IP, options[i], (char *)&on, sizeof(on)),
             "asking for control messages");
}

void fill_controls(void)
{
    ask_for_controls(TRUE);
    fill_datagrams();
}

void do_recvmsg_control(void)
{
    struct sockaddr_in from;
    WSABUF data = {LARGE, buffer};
    WSAMSG m = message(&from, &data);
    DWORD n;

    m.Control.buf = control;
    m.Control.len = sizeof(control);
    must(!receive_message(receiver, &m, &n, NULL, NULL) && n == MESSAGE, "WSARecvMsg");
    must(m.Control.len == sizeof(control), "WSARecvMsg's control messages");
}

void no_controls(void)
{
    ask_for_controls(FALSE);
}
