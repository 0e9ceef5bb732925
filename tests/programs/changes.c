/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Waits for changes that tests/changes makes: prints WAITING once all requests are under way, and a
 * line for each that ends.  Exit: 0 every one ended in its turn. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <stdio.h>

static struct request {
    const char *name;
    DWORD code;
    int family;
    SOCKET s;
    OVERLAPPED overlapped;
} requests[] = {
    {"IPv6 addresses", SIO_ADDRESS_LIST_CHANGE, AF_INET6, 0, {0}},
    {"IPv6 routes", SIO_ROUTING_INTERFACE_CHANGE, AF_INET6, 0, {0}},
    {"IPv4 routes", SIO_ROUTING_INTERFACE_CHANGE, AF_INET, 0, {0}},
};
enum { REQUESTS = sizeof(requests) / sizeof(requests[0]), ROUNDS = 2 };

static int issue(struct request *r)
{
    struct sockaddr_storage to = {.ss_family = (short)r->family};
    DWORD n;

    ResetEvent(r->overlapped.hEvent);
    return WSAIoctl(r->s, r->code, &to,
                    r->family == AF_INET6 ? sizeof(struct sockaddr_in6)
                                          : sizeof(struct sockaddr_in),
                    NULL, 0, &n, &r->overlapped, NULL) &&
           WSAGetLastError() == WSA_IO_PENDING;
}

/* Whether all pend for a while, and then end well. */
static int run_round(int round)
{
    HANDLE events[REQUESTS];
    DWORD n, flags;

    for (int i = 0; i < REQUESTS; i++) {
        events[i] = requests[i].overlapped.hEvent;
        if (!issue(&requests[i])) {
            printf("%s: %d instead of pending\n", requests[i].name, WSAGetLastError());
            return 0;
        }
    }
    if (WaitForMultipleObjects(REQUESTS, events, FALSE, 300) != WAIT_TIMEOUT) {
        printf("ended without a change\n");
        return 0;
    }
    printf("WAITING %d\n", round);
    fflush(stdout);
    for (int i = 0; i < REQUESTS; i++) {
        if (WaitForSingleObject(events[i], 10000)) {
            printf("%s: not told\n", requests[i].name);
            return 0;
        }
        if (!WSAGetOverlappedResult(requests[i].s, &requests[i].overlapped, &n, FALSE, &flags)) {
            printf("%s: told %d\n", requests[i].name, WSAGetLastError());
            return 0;
        }
        printf("%s: told\n", requests[i].name);
    }
    fflush(stdout);
    Sleep(1000); /* what else the same change brings */
    return 1;
}

int main(void)
{
    WSADATA data;

    if (WSAStartup(MAKEWORD(2, 2), &data))
        return 1;
    for (int i = 0; i < REQUESTS; i++) {
        requests[i].s = socket(requests[i].family, SOCK_DGRAM, 0);
        requests[i].overlapped.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    }
    for (int round = 1; round <= ROUNDS; round++)
        if (!run_round(round))
            return 1;
    return 0;
}
