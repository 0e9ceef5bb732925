/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sockets, handles and the window that the walk's calls work on. */
#include "walk.h"

struct walk_world world;

static void new_stream(void)
{
    for (int i = 0; i < 2; i++)
        if (world.stream[i])
            closesocket(world.stream[i]);
    tcp_pair(AF_INET, world.stream);
    for (int i = 0; i < 2; i++) {
        set_blocking(world.stream[i], 0);
        set_int(world.stream[i], IPPROTO_TCP, TCP_NODELAY, 1); /* or it waits for late ACKs */
    }
}

static void new_datagram(void)
{
    if (world.datagram)
        closesocket(world.datagram);
    world.datagram = bound(AF_INET, SOCK_DGRAM);
    set_blocking(world.datagram, 0);
    world.own = address_of(world.datagram);
}

static void new_listener(void)
{
    if (world.listener)
        closesocket(world.listener);
    world.listener = listener(AF_INET, 200);
    set_blocking(world.listener, 0);
    world.listening = address_of(world.listener);
    snprintf(world.port, sizeof(world.port), "%u", address_port(&world.listening));
    for (size_t i = 0; i < sizeof(world.port); i++)
        world.wide_port[i] = (WCHAR)world.port[i];
}

void walk_prepare(void)
{
    char directory[MAX_PATH], path[MAX_PATH];

    winsock();
    world = (struct walk_world){.made = INVALID_SOCKET};
    new_stream();
    new_datagram();
    new_listener();
    world.refused = loopback(AF_INET, refused_port(AF_INET));
    world.window = CreateWindowA("STATIC", "", 0, 0, 0, 0, 0, HWND_MESSAGE, NULL, NULL, NULL);
    world.event = CreateEventA(NULL, TRUE, TRUE, NULL);
    GetTempPathA(sizeof(directory), directory);
    GetTempFileNameA(directory, "slu", 0, path);
    world.file = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                             FILE_FLAG_DELETE_ON_CLOSE, NULL);
    ck_assert(world.file != INVALID_HANDLE_VALUE && world.event && world.window);
}

/* A connection that nobody accepted yet. */
static void offer_connection(void)
{
    SOCKET s = new_socket(AF_INET, SOCK_STREAM);

    if (connect(s, &world.listening.sa, world.listening.len)) {
        new_listener();
        assert_works(connect(s, &world.listening.sa, world.listening.len));
    }
    closesocket(s);
    selects(world.listener, 'r', PATIENCE);
}

static void offer_bytes(void)
{
    char byte;

    if (send(world.stream[1], "data", 4, 0) != 4 || !selects(world.stream[0], 'r', 500) ||
        recv(world.stream[0], &byte, 1, MSG_PEEK) != 1) {
        new_stream();
        assert_returns(send(world.stream[1], "data", 4, 0), 4);
        selects(world.stream[0], 'r', PATIENCE);
    }
}

static void offer_datagram(void)
{
    char bytes[4];

    if (sendto(world.datagram, "data", 4, 0, &world.own.sa, world.own.len) != 4 ||
        !selects(world.datagram, 'r', 500) || recv(world.datagram, bytes, 4, MSG_PEEK) != 4) {
        new_datagram();
        assert_returns(sendto(world.datagram, "data", 4, 0, &world.own.sa, world.own.len), 4);
        selects(world.datagram, 'r', PATIENCE);
    }
}

SOCKET walk_socket(enum walk_socket which)
{
    const struct address any = loopback(AF_INET, 0);

    switch (which) {
    case SOCKET_FRESH:
    case SOCKET_BOUND:
    case SOCKET_UNUSED:
        if (world.made != INVALID_SOCKET)
            closesocket(world.made);
        world.made = new_socket(AF_INET, which == SOCKET_UNUSED ? SOCK_DGRAM : SOCK_STREAM);
        if (which == SOCKET_BOUND)
            assert_works(bind(world.made, &any.sa, any.len));
        set_blocking(world.made, 0);
        return world.made;
    case SOCKET_STREAM:
        offer_bytes();
        return world.stream[0];
    case SOCKET_DATAGRAM:
        offer_datagram();
        return world.datagram;
    case SOCKET_ACCEPTS:
        offer_connection();
        return world.listener;
    default:
        if (!get_int(world.listener, SOL_SOCKET, SO_ACCEPTCONN))
            new_listener();
        return world.listener;
    }
}

static SOCKET closed_socket(void)
{
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);

    closesocket(s);
    return s;
}

bool walk_make_socket(const struct walk_argument *a, unsigned variant, struct walk_variant *made)
{
    static const char *const names[] = {NULL,    "zero",   "INVALID_SOCKET", "nonsense",
                                        "event", "a file", "a closed socket"};

    if (variant >= ARRAYSIZE(names))
        return false;
    made->value = variant == 0   ? walk_socket((enum walk_socket)a->value)
                  : variant == 1 ? 0
                  : variant == 2 ? INVALID_SOCKET
                  : variant == 3 ? 0xdeadbeef
                  : variant == 4 ? (uintptr_t)world.event
                  : variant == 5 ? (uintptr_t)world.file
                                 : closed_socket();
    if (variant) {
        made->what = names[variant];
        made->outcome = a->flags & LOOSE ? OUTCOME_ANY : OUTCOME_CODE;
        made->code = WSAENOTSOCK;
    }
    return true;
}

void WINAPI walk_routine(DWORD error, DWORD count, OVERLAPPED *overlapped, DWORD flags)
{
    (void)error, (void)count, (void)overlapped, (void)flags;
}

bool walk_make_handle(const struct walk_argument *a, unsigned variant, struct walk_variant *made)
{
    static const uintptr_t none[] = {0, 0xdeadbeef, 3, (uintptr_t)0x123456789abcdef0};

    if (variant > ARRAYSIZE(none))
        return false;
    made->what = "a handle of nothing";
    made->value = variant ? none[variant - 1] : a->make ? a->make() : 0;
    return true;
}

static void drain(SOCKET s)
{
    char bytes[4096];

    for (int i = 0; i < 100 && recv(s, bytes, sizeof(bytes), 0) > 0; i++)
        ;
}

void walk_settle(void)
{
    MSG message;

    if (world.made != INVALID_SOCKET)
        closesocket(world.made);
    world.made = INVALID_SOCKET;
    drain(world.stream[0]);
    drain(world.stream[1]);
    drain(world.datagram);
    for (SOCKET s; (s = accept(world.listener, NULL, NULL)) != INVALID_SOCKET;)
        closesocket(s);
    while (PeekMessageA(&message, world.window, 0, 0, PM_REMOVE))
        ;
    SleepEx(0, TRUE);
}
