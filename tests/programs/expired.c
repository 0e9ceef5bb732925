/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Sends datagrams whose time to live a router ends: arguments are this machine's address and one
 * behind the router.  Exit: 0 each receive failed, or did not, as SIO_UDP_NETRESET says. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <stdio.h>
#include <stdlib.h>

#ifndef SIO_UDP_NETRESET
#define SIO_UDP_NETRESET _WSAIOW(IOC_VENDOR, 15)
#endif

enum { TOLD_MS = 5000, UNTOLD_MS = 500 };

static struct sockaddr_in address_of(const char *text, int port)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons((u_short)port)};

    address.sin_addr.s_addr = inet_addr(text);
    return address;
}

static void must(int holds, const char *what)
{
    if (holds)
        return;
    printf("%s: error %d\n", what, WSAGetLastError());
    exit(1);
}

static void set(SOCKET s, int level, int option, DWORD value)
{
    must(!setsockopt(s, level, option, (char *)&value, sizeof(value)), "setsockopt");
}

static void want_reset(SOCKET s, BOOL on)
{
    DWORD n;

    must(!WSAIoctl(s, SIO_UDP_NETRESET, &on, sizeof(on), NULL, 0, &n, NULL, NULL),
         "SIO_UDP_NETRESET");
}

static void send_far(SOCKET s, const struct sockaddr_in *far_away, int connected)
{
    const struct sockaddr *to = connected ? NULL : (const struct sockaddr *)far_away;

    must(sendto(s, "x", 1, 0, to, to ? sizeof(*far_away) : 0) == 1, "sendto");
}

/* What a receive says next: 0 or its error. */
static int receive(SOCKET s, DWORD ms)
{
    char byte;

    set(s, SOL_SOCKET, SO_RCVTIMEO, ms);
    WSASetLastError(0);
    return recv(s, &byte, 1, 0) == 1 ? 0 : WSAGetLastError();
}

static void expect(int got, int wanted, const char *what)
{
    printf("%s: %d\n", what, got);
    if (got != wanted)
        exit(1);
}

static void try_socket(const char *own, const struct sockaddr_in *far_away, int connected)
{
    struct sockaddr_in here = address_of(own, 0);
    int size = sizeof(here);
    SOCKET s = socket(AF_INET, SOCK_DGRAM, 0), other = socket(AF_INET, SOCK_DGRAM, 0);

    printf("%s\n", connected ? "connected" : "unconnected");
    must(!bind(s, (struct sockaddr *)&here, size), "bind");
    must(!getsockname(s, (struct sockaddr *)&here, &size), "getsockname");
    set(s, IPPROTO_IP, IP_TTL, 1);
    if (connected)
        must(!connect(s, (const struct sockaddr *)far_away, sizeof(*far_away)), "connect");
    want_reset(s, TRUE);
    send_far(s, far_away, connected);
    expect(receive(s, TOLD_MS), WSAENETRESET, "on");
    expect(receive(s, UNTOLD_MS), WSAETIMEDOUT, "once only");
    want_reset(s, FALSE);
    send_far(s, far_away, connected);
    expect(receive(s, UNTOLD_MS), WSAETIMEDOUT, "off");
    if (!connected) {
        send_far(s, far_away, connected);
        Sleep(100);
        must(sendto(other, "y", 1, 0, (struct sockaddr *)&here, size) == 1, "sendto");
        expect(receive(s, TOLD_MS), 0, "off, then data");
    }
    want_reset(s, TRUE);
    send_far(s, far_away, connected);
    expect(receive(s, TOLD_MS), WSAENETRESET, "on again");
    closesocket(other);
    closesocket(s);
}

int main(int argc, char **argv)
{
    struct sockaddr_in far_away;
    WSADATA data;

    if (argc != 3 || WSAStartup(MAKEWORD(2, 2), &data))
        return 2;
    far_away = address_of(argv[2], 9);
    try_socket(argv[1], &far_away, 0);
    try_socket(argv[1], &far_away, 1);
    return 0;
}
