/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name functions of Winsock 1 that answer by a window message: a thread of the pool asks the
 * blocking function and posts (task handle, MAKELONG(length, error)). */
#include <stdlib.h>

#include "api/packer.h"
#include "api/window.h"

enum kind {
    HOST_BY_ADDR,
    HOST_BY_NAME,
    PROTO_BY_NAME,
    PROTO_BY_NUMBER,
    SERV_BY_NAME,
    SERV_BY_PORT,
};

struct request {
    struct request *next;
    HANDLE id;
    enum kind kind;
    HWND window;
    UINT message;
    char *buffer;
    int room;
    int number;  /* address family, protocol number or port */
    int key_len; /* address */
    char key[256], protocol[32];
    bool has_protocol;
};

static SRWLOCK lock = SRWLOCK_INIT; /* guards the list of tasks that can still be cancelled */
static struct request *requests;
static UINT last_id;

static void enlist(struct request *request)
{
    AcquireSRWLockExclusive(&lock);
    /* A task handle also travels as WPARAM of 16-bit programs: small and never 0. */
    last_id = last_id % 0xffff + 1;
    request->id = (HANDLE)(ULONG_PTR)last_id;
    request->next = requests;
    requests = request;
    ReleaseSRWLockExclusive(&lock);
}

/* Whoever takes a task off the list owns it. NULL: it is finished or cancelled. */
static struct request *delist(HANDLE id)
{
    struct request *found = NULL;

    AcquireSRWLockExclusive(&lock);
    for (struct request **at = &requests; *at; at = &(*at)->next) {
        if ((*at)->id != id)
            continue;
        found = *at;
        *at = found->next;
        break;
    }
    ReleaseSRWLockExclusive(&lock);
    return found;
}

/* The answer as one block for the program's buffer; NULL with the thread's last error set. */
static void *answer(const struct request *r, int *length)
{
    const char *protocol = r->has_protocol ? r->protocol : NULL;
    struct hostent *host = NULL;
    struct servent *service = NULL;
    struct protoent *proto = NULL;

    switch (r->kind) {
    case HOST_BY_ADDR:
        host = gethostbyaddr(r->key, r->key_len, r->number);
        break;
    case HOST_BY_NAME:
        host = gethostbyname(r->key);
        break;
    case PROTO_BY_NAME:
        proto = getprotobyname(r->key);
        break;
    case PROTO_BY_NUMBER:
        proto = getprotobynumber(r->number);
        break;
    case SERV_BY_NAME:
        service = getservbyname(r->key, protocol);
        break;
    case SERV_BY_PORT:
        service = getservbyport(r->number, protocol);
        break;
    }
    if (host)
        return pack_hostent(host, r->buffer, length);
    if (service)
        return pack_servent(service, r->buffer, length);
    return proto ? pack_protoent(proto, r->buffer, length) : NULL;
}

static DWORD WINAPI work(void *context)
{
    HANDLE id = context;
    struct request copy, *r;
    int length = 0, error = 0;
    void *block;

    AcquireSRWLockShared(&lock);
    for (r = requests; r && r->id != id; r = r->next)
        ;
    if (r)
        copy = *r;
    ReleaseSRWLockShared(&lock);
    if (!r)
        return 0; /* cancelled before it began */
    SetLastError(WSA_NOT_ENOUGH_MEMORY);
    block = answer(&copy, &length);
    if (!block)
        error = WSAGetLastError();
    else if (length > copy.room)
        error = WSAENOBUFS;
    r = delist(id);
    if (r) { /* else cancelled meanwhile: the buffer is the program's again, and no message comes */
        if (!error && !guard_copy(copy.buffer, block, length))
            error = WSAEFAULT;
        window_post(copy.window, copy.message, (WPARAM)id,
                    MAKELPARAM(error && error != WSAENOBUFS ? 0 : length, error));
        free(r);
    }
    free(block);
    return 0;
}

static bool copy_string(char *to, size_t room, const char *from)
{
    ptrdiff_t length = guard_length(from, 1, room - 1);

    return length >= 0 && guard_copy(to, from, length + 1);
}

static HANDLE refuse(struct request *request, int error)
{
    free(request);
    SetLastError(error);
    return NULL;
}

/* Starts what `model` describes; strings and the buffer are still the program's.  Windows looks at
 * the window only when it has something to tell it (Wine's tests). */
static HANDLE start(const struct request *model, const char *name, const char *protocol)
{
    struct request *request;
    HANDLE id;

    if (!api_enter())
        return NULL;
    request = malloc(sizeof(*request));
    if (!request)
        return refuse(NULL, WSAENOBUFS);
    *request = *model;
    request->has_protocol = protocol != NULL;
    if (name && !copy_string(request->key, sizeof(request->key), name))
        return refuse(request, WSAEFAULT);
    if (protocol && !copy_string(request->protocol, sizeof(request->protocol), protocol))
        return refuse(request, WSAEFAULT);
    enlist(request);
    id = request->id;
    if (!QueueUserWorkItem(work, id, WT_EXECUTELONGFUNCTION) && (request = delist(id)))
        return refuse(request, WSAENOBUFS);
    return id;
}

#define MODEL(...)                                                                                 \
    &(struct request)                                                                              \
    {                                                                                              \
        .window = window, .message = message, .buffer = buffer, .room = room, __VA_ARGS__          \
    }

HANDLE WSAAPI WSAAsyncGetHostByName(HWND window, u_int message, const char *name, char *buffer,
                                    int room)
{
    return start(MODEL(.kind = HOST_BY_NAME), name ? name : "", NULL);
}

HANDLE WSAAPI WSAAsyncGetHostByAddr(HWND window, u_int message, const char *address, int length,
                                    int family, char *buffer, int room)
{
    struct request *model = MODEL(.kind = HOST_BY_ADDR, .number = family, .key_len = length);

    if (length < 0 || length > (int)sizeof(model->key) || !guard_copy(model->key, address, length))
        return api_enter() ? refuse(NULL, WSAEFAULT) : NULL;
    return start(model, NULL, NULL);
}

HANDLE WSAAPI WSAAsyncGetProtoByName(HWND window, u_int message, const char *name, char *buffer,
                                     int room)
{
    return start(MODEL(.kind = PROTO_BY_NAME), name ? name : "", NULL);
}

HANDLE WSAAPI WSAAsyncGetProtoByNumber(HWND window, u_int message, int number, char *buffer,
                                       int room)
{
    return start(MODEL(.kind = PROTO_BY_NUMBER, .number = number), NULL, NULL);
}

HANDLE WSAAPI WSAAsyncGetServByName(HWND window, u_int message, const char *name,
                                    const char *protocol, char *buffer, int room)
{
    return start(MODEL(.kind = SERV_BY_NAME), name ? name : "", protocol);
}

HANDLE WSAAPI WSAAsyncGetServByPort(HWND window, u_int message, int port, const char *protocol,
                                    char *buffer, int room)
{
    return start(MODEL(.kind = SERV_BY_PORT, .number = port), NULL, protocol);
}

/* WSAEINVAL: no task has that handle, or it has ended (Windows tells the two apart no better). */
int WSAAPI WSACancelAsyncRequest(HANDLE task)
{
    struct request *request;

    if (!api_enter())
        return SOCKET_ERROR;
    request = delist(task);
    if (!request)
        return api_fail(WSAEINVAL);
    free(request);
    return 0;
}
