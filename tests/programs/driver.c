/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * driver: a Windows process that does one Winsock call per line of standard input and answers with
 * one line "CODE VALUE": the WSA code (0: success) and what the call gave.
 *
 * Sockets are named by small numbers in the order they were made; they are slots of a table.
 * Commands:
 *
 *     socket                      VALUE: the new slot
 *     bind SLOT                   to a free port of 127.0.0.1; VALUE: the port
 *     listen SLOT BACKLOG         the exported function
 *     wsplisten SLOT BACKLOG      the base provider's own, for which a second call counts
 *     blocking SLOT 0|1
 *     accept SLOT                 VALUE: the new slot, and the peer's port after it
 *     select SLOT                 for reading, without waiting; VALUE: what select returned
 *     events SLOT                 WSAEventSelect for FD_ACCEPT
 *     event SLOT MILLISECONDS     waits for the event; VALUE: the network events recorded, -1
 * timeout echo SLOT BYTES             receives that many bytes and sends them back; VALUE: bytes
 * sent.  After a failure the same command goes on where it stopped. close SLOT handles VALUE:
 * handles this process has open quit
 */
#include <winsock2.h>
#include <ws2spi.h>
#include <winternl.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { SLOTS = 256, ECHO_MAX = 4096 };

static struct slot {
    SOCKET s;
    char bytes[ECHO_MAX];
    int received, sent;
} slots[SLOTS];
static int slot_count;
static WSAEVENT event;
static WSPPROC_TABLE provider;

struct answer {
    int code, value, more; /* more: -1 none */
};

static int code_of(int result)
{
    return result == SOCKET_ERROR ? WSAGetLastError() : 0;
}

static int keep(SOCKET s)
{
    slots[slot_count].s = s;
    return slot_count++;
}

static void do_socket(struct slot *slot, int number, struct answer *answer)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);

    (void)slot, (void)number;
    answer->code = s == INVALID_SOCKET ? WSAGetLastError() : 0;
    answer->value = s == INVALID_SOCKET ? -1 : keep(s);
}

static void do_bind(struct slot *slot, int number, struct answer *answer)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    int size = sizeof(address);

    (void)number;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    answer->code = code_of(bind(slot->s, (struct sockaddr *)&address, size));
    if (!answer->code)
        answer->code = code_of(getsockname(slot->s, (struct sockaddr *)&address, &size));
    answer->value = ntohs(address.sin_port);
}

static void do_listen(struct slot *slot, int number, struct answer *answer)
{
    answer->code = code_of(listen(slot->s, number));
}

static void do_wsplisten(struct slot *slot, int number, struct answer *answer)
{
    int error = 0;

    answer->code = provider.lpWSPListen(slot->s, number, &error) ? error : 0;
}

static void do_blocking(struct slot *slot, int number, struct answer *answer)
{
    u_long nonblocking = !number;

    answer->code = code_of(ioctlsocket(slot->s, FIONBIO, &nonblocking));
}

static void do_accept(struct slot *slot, int number, struct answer *answer)
{
    struct sockaddr_in peer;
    int size = sizeof(peer);
    SOCKET s = accept(slot->s, (struct sockaddr *)&peer, &size);

    (void)number;
    answer->code = s == INVALID_SOCKET ? WSAGetLastError() : 0;
    if (answer->code)
        return;
    answer->value = keep(s);
    answer->more = ntohs(peer.sin_port);
}

static void do_select(struct slot *slot, int number, struct answer *answer)
{
    struct timeval none = {0, 0};
    fd_set set = {1, {slot->s}};

    (void)number;
    answer->value = select(0, &set, NULL, NULL, &none);
    answer->code = code_of(answer->value);
}

static void do_events(struct slot *slot, int number, struct answer *answer)
{
    (void)number;
    answer->code = code_of(WSAEventSelect(slot->s, event, FD_ACCEPT));
}

static void do_event(struct slot *slot, int number, struct answer *answer)
{
    WSANETWORKEVENTS events = {0};

    answer->value = -1;
    if (WaitForSingleObject(event, number) != WAIT_OBJECT_0)
        return;
    answer->code = code_of(WSAEnumNetworkEvents(slot->s, event, &events));
    answer->value = events.lNetworkEvents;
}

static void do_echo(struct slot *slot, int number, struct answer *answer)
{
    int n = 0;

    while (slot->received < number && n >= 0) {
        n = recv(slot->s, slot->bytes + slot->received, number - slot->received, 0);
        if (!n)
            break;
        slot->received += n > 0 ? n : 0;
    }
    while (slot->sent < slot->received && n >= 0) {
        n = send(slot->s, slot->bytes + slot->sent, slot->received - slot->sent, 0);
        slot->sent += n > 0 ? n : 0;
    }
    answer->code = code_of(n);
    answer->value = slot->sent;
}

static void do_close(struct slot *slot, int number, struct answer *answer)
{
    (void)number;
    answer->code = code_of(closesocket(slot->s));
}

struct handle_list {
    ULONG count;
    struct {
        ULONG pid;
        BYTE type, flags;
        USHORT value;
        PVOID object;
        ULONG access;
    } entries[1];
};

static void do_handles(struct slot *slot, int number, struct answer *answer)
{
    const ULONG system_handles = 16, size = 1 << 20;
    struct handle_list *list = malloc(size);
    NTSTATUS status = NtQuerySystemInformation(system_handles, list, size, NULL);

    (void)slot, (void)number;
    answer->code = status ? WSAEINVAL : 0;
    answer->value = 0;
    for (ULONG i = 0; !status && i < list->count; i++)
        answer->value += list->entries[i].pid == GetCurrentProcessId();
    free(list);
}

static const struct {
    const char *name;
    void (*run)(struct slot *slot, int number, struct answer *answer);
} commands[] = {
    {"socket", do_socket},       {"bind", do_bind},       {"listen", do_listen},
    {"wsplisten", do_wsplisten}, {"accept", do_accept},   {"select", do_select},
    {"events", do_events},       {"event", do_event},     {"echo", do_echo},
    {"close", do_close},         {"handles", do_handles}, {"blocking", do_blocking},
};

static void WSPAPI unused_upcall(void)
{
}

/* The base provider's own table: the catalog's first TCP row leads to it. */
static bool start_provider(void)
{
    WSAPROTOCOL_INFOW rows[64];
    DWORD size = sizeof(rows);
    int count = WSAEnumProtocolsW(NULL, rows, &size), length, error;
    WCHAR stored[MAX_PATH], path[MAX_PATH];
    WSPUPCALLTABLE upcalls;
    LPWSPSTARTUP startup;
    WSPDATA data;

    /* no layered provider here: the entries that are called never use an upcall */
    for (size_t i = 0; i < sizeof(upcalls) / sizeof(void *); i++)
        ((void (**)(void)) & upcalls)[i] = (void (*)(void))unused_upcall;
    for (int i = 0; i < count; i++) {
        if (rows[i].iProtocol != IPPROTO_TCP || rows[i].iAddressFamily != AF_INET)
            continue;
        length = MAX_PATH;
        if (WSCGetProviderPath(&rows[i].ProviderId, stored, &length, &error) ||
            !ExpandEnvironmentStringsW(stored, path, MAX_PATH))
            return false;
        startup = (LPWSPSTARTUP)(void *)GetProcAddress(LoadLibraryW(path), "WSPStartup");
        return startup && !startup(MAKEWORD(2, 2), &data, &rows[i], upcalls, &provider);
    }
    return false;
}

static void run(const char *name, int slot, int number, struct answer *answer)
{
    for (size_t i = 0; i < sizeof(commands) / sizeof(commands[0]); i++)
        if (!strcmp(commands[i].name, name) && slot >= 0 && slot <= slot_count &&
            slot_count < SLOTS)
            commands[i].run(&slots[slot], number, answer);
}

int main(void)
{
    char line[128], name[16];
    WSADATA data;

    if (WSAStartup(MAKEWORD(2, 2), &data) || !start_provider())
        return 1;
    event = WSACreateEvent();
    printf("0 0 ready\n");
    fflush(stdout);
    while (fgets(line, sizeof(line), stdin)) {
        struct answer answer = {-1, 0, -1};
        int slot = 0, number = 0;

        if (sscanf(line, "%15s %d %d", name, &slot, &number) < 1)
            continue;
        if (!strcmp(name, "quit"))
            return WSACleanup() ? 1 : 0;
        run(name, slot, number, &answer);
        printf("%d %d %d\n", answer.code, answer.value, answer.more);
        fflush(stdout);
    }
    return 1;
}
