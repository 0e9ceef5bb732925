/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See self_test.h.  Requests to the host are made here from the ground up: a request that never
 * ends must not hang the program, and nothing of what is tested may be used to test it. */
#include "spi/self_test.h"

#include <string.h>

#include "spi/afd.h"
#include "spi/host.h"

#define PATIENCE_MS 3000
#define HEADER      offsetof(struct afd_connect_params, address)

struct pair {
    HANDLE event; /* of each request */
    HANDLE ready; /* that the client's data sets */
    HANDLE listener, client, accepted;
    struct sockaddr_in address; /* of the listener */
};

static NTSTATUS wait_for(HANDLE event)
{
    LARGE_INTEGER timeout = {.QuadPart = -10000LL * PATIENCE_MS};

    return NtWaitForSingleObject(event, FALSE, &timeout);
}

/* Returns whether the host did it in time. */
static bool ask(const struct pair *pair, HANDLE handle, ULONG code, const void *in, ULONG in_len,
                void *out, ULONG out_len)
{
    IO_STATUS_BLOCK io = {.Status = STATUS_PENDING}, ignored;
    NTSTATUS status = NtDeviceIoControlFile(handle, pair->event, NULL, NULL, &io, code, (void *)in,
                                            in_len, out, out_len);

    if (status == STATUS_PENDING) {
        if (wait_for(pair->event)) {
            /* `io` is this frame's: the request has to be over before it goes */
            NtCancelIoFileEx(handle, &io, &ignored);
            wait_for(pair->event);
            return false;
        }
        status = io.Status;
    }
    return status == STATUS_SUCCESS;
}

static bool open_socket(const struct pair *pair, HANDLE *handle)
{
    static const WCHAR path[] = L"\\Device\\Afd";
    UNICODE_STRING name = {sizeof(path) - sizeof(WCHAR), sizeof(path), (WCHAR *)path};
    struct afd_create_params params = {AF_INET, SOCK_STREAM, IPPROTO_TCP, 0};
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK io;

    InitializeObjectAttributes(&attributes, &name, 0, NULL, NULL);
    if (NtOpenFile(handle, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &attributes, &io, 0, 0)) {
        *handle = NULL;
        return false;
    }
    return ask(pair, *handle, AFD_CREATE, &params, sizeof(params), NULL, 0);
}

static bool listens(struct pair *pair)
{
    struct afd_bind_params bind = {0};
    struct afd_listen_params listen = {.backlog = 1};
    struct sockaddr_in any = {.sin_family = AF_INET};

    any.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    memcpy(bind.address, &any, sizeof(any));
    return open_socket(pair, &pair->listener) &&
           ask(pair, pair->listener, AFD_BIND, &bind,
               offsetof(struct afd_bind_params, address) + sizeof(any), &pair->address,
               sizeof(pair->address)) &&
           ask(pair, pair->listener, AFD_LISTEN, &listen, sizeof(listen), NULL, 0) &&
           ask(pair, pair->listener, AFD_GETSOCKNAME, NULL, 0, &pair->address,
               sizeof(pair->address)) &&
           pair->address.sin_family == AF_INET && pair->address.sin_port;
}

static bool connects(struct pair *pair)
{
    struct afd_connect_params connect = {.addr_len = sizeof(pair->address), .synchronous = 1};
    ULONG accepted = 0;

    memcpy(connect.address, &pair->address, sizeof(pair->address));
    if (!open_socket(pair, &pair->client) ||
        !ask(pair, pair->client, AFD_CONNECT, &connect, HEADER + sizeof(pair->address), NULL, 0) ||
        !ask(pair, pair->listener, AFD_ACCEPT, NULL, 0, &accepted, sizeof(accepted)))
        return false;
    pair->accepted = (HANDLE)(ULONG_PTR)accepted;
    return accepted != 0;
}

static bool knows_its_ends(struct pair *pair)
{
    struct sockaddr_in name = {0}, peer = {0};
    struct afd_info info = {0};

    return ask(pair, pair->client, AFD_GETSOCKNAME, NULL, 0, &name, sizeof(name)) &&
           ask(pair, pair->accepted, AFD_GETPEERNAME, NULL, 0, &peer, sizeof(peer)) &&
           name.sin_port && name.sin_port == peer.sin_port &&
           name.sin_addr.s_addr == peer.sin_addr.s_addr &&
           ask(pair, pair->client, AFD_GET_INFO, NULL, 0, &info, sizeof(info)) &&
           info.family == AF_INET && info.type == SOCK_STREAM && info.protocol == IPPROTO_TCP;
}

static const char message[8] = "through";

static bool is_message(const char *text, ULONGLONG length)
{
    return length == sizeof(message) && memcmp(text, message, sizeof(message)) == 0;
}

static bool keeps(HANDLE handle)
{
    struct open_record_params record = {.handle = (ULONG_PTR)handle};
    struct keep_params keep = {.handle = (ULONG_PTR)handle};

    return UNIX_CALL(open_record, &record) == 0 && UNIX_CALL(keep, &keep) == 0;
}

static bool sends_direct(HANDLE handle)
{
    struct unix_buffer buffer = {.address = unix_pointer(message), .length = sizeof(message)};
    struct send_params send = {
        .handle = (ULONG_PTR)handle,
        .buffers = unix_pointer(&buffer),
        .count = 1,
        .is_stream = 1,
        .wait_ms = PATIENCE_MS,
    };

    return UNIX_CALL(send, &send) == 0 && send.moved == sizeof(message);
}

static bool receives_direct(HANDLE handle)
{
    char text[sizeof(message)] = "";
    struct unix_buffer buffer = {.address = unix_pointer(text), .length = sizeof(text)};
    struct receive_params receive = {
        .handle = (ULONG_PTR)handle,
        .buffers = unix_pointer(&buffer),
        .count = 1,
        .is_stream = 1,
        .wait_ms = PATIENCE_MS,
    };

    return UNIX_CALL(receive, &receive) == 0 && is_message(text, receive.moved);
}

static bool sends_by_host(struct pair *pair, HANDLE handle)
{
    WSABUF buffer = {sizeof(message), (char *)message};
    struct afd_sendmsg_params params = {.count = 1, .buffers = (ULONG_PTR)&buffer};

    return ask(pair, handle, AFD_SENDMSG, &params, sizeof(params), NULL, 0);
}

static bool receives_by_host(struct pair *pair, HANDLE handle)
{
    char text[sizeof(message)] = "";
    DWORD flags = 0;
    WSABUF buffer = {sizeof(text), text};
    struct afd_recvmsg_params params = {
        .ws_flags = (ULONG_PTR)&flags,
        .count = 1,
        .buffers = (ULONG_PTR)&buffer,
    };

    return ask(pair, handle, AFD_RECVMSG, &params, sizeof(params), NULL, 0) &&
           is_message(text, sizeof(text));
}

static bool host_to_direct(struct pair *pair)
{
    return sends_by_host(pair, pair->client) && receives_direct(pair->accepted);
}

static bool direct_to_host(struct pair *pair)
{
    return sends_direct(pair->accepted) && receives_by_host(pair, pair->client);
}

static bool signals_events(struct pair *pair)
{
    struct afd_event_select_params select = {pair->ready, AFD_POLL_READ};
    struct afd_events found = {0};

    return ask(pair, pair->client, AFD_EVENT_SELECT, &select, sizeof(select), NULL, 0) &&
           sends_direct(pair->accepted) && wait_for(pair->ready) == STATUS_SUCCESS &&
           ask(pair, pair->client, AFD_GET_EVENTS, NULL, 0, &found, sizeof(found)) &&
           found.flags == AFD_POLL_READ;
}

static bool polls(struct pair *pair)
{
    struct afd_poll_params params = {
        .count = 1,
        .sockets = {{(SOCKET)pair->client, AFD_POLL_READ | AFD_POLL_HUP, 0}},
    };

    return ask(pair, pair->client, AFD_POLL, &params, sizeof(params), &params, sizeof(params)) &&
           params.count == 1 && params.sockets[0].socket == (SOCKET)pair->client &&
           params.sockets[0].flags == AFD_POLL_READ;
}

static bool keeps_descriptors(struct pair *pair)
{
    return keeps(pair->accepted) && keeps(pair->client);
}

static void end(HANDLE handle)
{
    struct drop_params drop = {.handle = (ULONG_PTR)handle};

    if (!handle)
        return;
    UNIX_CALL(drop, &drop);
    NtClose(handle);
}

const char *self_test(void)
{
    static const struct {
        bool (*passes)(struct pair *pair);
        const char *name;
    } steps[] = {
        {listens, "listen on the loopback interface"},
        {connects, "connect and accept"},
        {knows_its_ends, "tell a socket's addresses and type"},
        {keeps_descriptors, "give out a socket's descriptor"},
        {host_to_direct, "bring what the host sends to the direct lane"},
        {direct_to_host, "bring what the direct lane sends to the host"},
        {signals_events, "signal an event"},
        {polls, "poll"},
    };
    struct pair pair = {0};
    const char *failed = NULL;

    if (NtCreateEvent(&pair.event, EVENT_ALL_ACCESS, NULL, 0, FALSE))
        return "make an event";
    if (NtCreateEvent(&pair.ready, EVENT_ALL_ACCESS, NULL, 0, FALSE))
        failed = "make an event";
    for (size_t i = 0; i < sizeof(steps) / sizeof(steps[0]) && !failed; i++)
        if (!steps[i].passes(&pair))
            failed = steps[i].name;
    end(pair.accepted);
    end(pair.client);
    end(pair.listener);
    if (pair.ready)
        NtClose(pair.ready);
    NtClose(pair.event);
    return failed;
}
