/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * ended: what threads leave that are terminated in a call that waits.
 *
 *     ended COUNT CALL    CALL: recv, send, select, WSAPoll, accept
 *
 * Prints the handles of the process before and after COUNT such threads.  Exit status: 0 where they
 * are as many, or a few more; 1 where not, with a line that says so.
 */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <winternl.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum {
    LONG_WAIT = 400,         /* ms: whatever a call does first, it has settled down */
    END = 20,                /* ms: nothing of a thread is left to run; see terminate() */
    SPARE = 4,               /* handles more that are none of the threads' */
    BLOCK = 32 * 1024 * 1024 /* bytes, more than the buffers of a connection take */
};

static struct sockaddr_in address; /* of the listener */
static SOCKET listener;
static volatile LONG started;
static char *block;

static void must(int holds, const char *what)
{
    if (holds)
        return;
    printf("ended: %s: error %d\n", what, WSAGetLastError());
    exit(1);
}

/* Calls that wait, of a thread; each ends by data where it is not ended otherwise. */
static int do_recv(SOCKET s)
{
    char byte;

    return recv(s, &byte, 1, 0);
}

static int do_send(SOCKET s)
{
    return send(s, block, BLOCK, 0);
}

static int do_select(SOCKET s)
{
    fd_set set = {1, {s}};

    return select(0, &set, NULL, NULL, NULL);
}

static int do_poll(SOCKET s)
{
    WSAPOLLFD fd = {s, POLLRDNORM, 0};

    return WSAPoll(&fd, 1, -1);
}

static int do_accept(SOCKET unused)
{
    (void)unused;
    return accept(listener, NULL, NULL) == INVALID_SOCKET ? -1 : 1;
}

static const struct call {
    const char *name;
    int (*make)(SOCKET s);
} calls[] = {
    {"recv", do_recv},    {"send", do_send},     {"select", do_select},
    {"WSAPoll", do_poll}, {"accept", do_accept},
};

static void pair_up(SOCKET pair[2])
{
    pair[0] = socket(AF_INET, SOCK_STREAM, 0);
    must(!connect(pair[0], (struct sockaddr *)&address, sizeof(address)), "connect");
    must((pair[1] = accept(listener, NULL, NULL)) != INVALID_SOCKET, "accept");
}

struct job {
    int (*make)(SOCKET s);
    SOCKET s;
};

static DWORD WINAPI run(void *context)
{
    const struct job *job = context;

    InterlockedIncrement(&started);
    return (DWORD)job->make(job->s);
}

static HANDLE start(struct job *job)
{
    HANDLE thread = CreateThread(NULL, 0, run, job, 0, NULL);

    must(thread != NULL, "CreateThread");
    return thread;
}

static void join(HANDLE thread)
{
    must(WaitForSingleObject(thread, 20000) == WAIT_OBJECT_0, "a thread goes on");
    CloseHandle(thread);
}

/* A thread that waits for a byte, and gets it. */
static void wait_once(void)
{
    struct job job = {.make = do_recv};
    SOCKET pair[2];
    HANDLE thread;

    pair_up(pair);
    job.s = pair[0];
    thread = start(&job);
    Sleep(LONG_WAIT);
    must(send(pair[1], "x", 1, 0) == 1, "send");
    join(thread);
    closesocket(pair[0]);
    closesocket(pair[1]);
}

/* Not at once: the host has another thread that waits finish what the terminated one had asked for,
 * and loses a handle of its own where that is terminated meanwhile. */
static void terminate(const struct call *call, int count)
{
    HANDLE *threads = calloc((size_t)count, sizeof(*threads));
    struct job job = {.make = call->make};
    SOCKET pair[2];

    pair_up(pair);
    job.s = pair[0];
    started = 0;
    for (int i = 0; i < count; i++)
        threads[i] = start(&job);
    while (started < count)
        Sleep(1);
    Sleep(LONG_WAIT);
    for (int i = 0; i < count; i++) {
        must(WaitForSingleObject(threads[i], 0) == WAIT_TIMEOUT, "each thread waits");
        must(TerminateThread(threads[i], 1), "TerminateThread");
        join(threads[i]);
        Sleep(END);
    }
    free(threads);
    closesocket(pair[0]);
    closesocket(pair[1]);
}

struct handle_list {
    ULONG count;
    struct {
        ULONG pid;
        BYTE type, flags;
        USHORT value;
        PVOID object;
        ULONG access;
    } entries[];
};

/* Wine's GetProcessHandleCount says 0. */
static int count_handles(void)
{
    typedef NTSTATUS(NTAPI * query)(int what, void *buffer, ULONG size, ULONG *length);
    const query ask =
        (query)(void *)GetProcAddress(GetModuleHandleW(L"ntdll.dll"), "NtQuerySystemInformation");
    const int system_handles = 16;
    const ULONG size = 4 << 20;
    struct handle_list *list = malloc(size);
    int found = 0;

    must(list && !ask(system_handles, list, size, NULL), "the list of handles");
    for (ULONG i = 0; i < list->count; i++)
        found += list->entries[i].pid == GetCurrentProcessId();
    free(list);
    return found;
}

static void open_listener(void)
{
    int length = sizeof(address);

    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    listener = socket(AF_INET, SOCK_STREAM, 0);
    must(!bind(listener, (struct sockaddr *)&address, length) && !listen(listener, 5) &&
             !getsockname(listener, (struct sockaddr *)&address, &length),
         "a listener");
}

int main(int argc, char **argv)
{
    const struct call *call = NULL;
    int count = argc == 3 ? atoi(argv[1]) : 0, before, after;
    WSADATA data;

    for (size_t i = 0; argc == 3 && i < sizeof(calls) / sizeof(calls[0]); i++)
        if (!strcmp(argv[2], calls[i].name))
            call = &calls[i];
    if (!call || count <= 0) {
        puts("usage: ended COUNT recv|send|select|WSAPoll|accept");
        return 2;
    }
    must(!WSAStartup(MAKEWORD(2, 2), &data), "WSAStartup");
    must((block = calloc(1, BLOCK)) != NULL, "memory");
    open_listener();
    terminate(call, 1);
    wait_once();
    before = count_handles();
    terminate(call, count);
    wait_once();
    after = count_handles();
    printf("%d handles before, %d after\n", before, after);
    return before > 0 && after <= before + SPARE ? 0 : 1;
}
