/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * descriptors: what happens to connections when no descriptor is left, in wineserver or in the
 * process.
 *
 *     descriptors PREFIX COMMAND...
 *
 * COMMAND runs driver.exe in PREFIX and becomes its process; native clients connect to its listener
 * while the limit of PREFIX's wineserver or of the process is lowered.  Prints one line of result
 * per case.  Exit status: 0 all passed, 1 not, 2 wrong usage or nothing to test with.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver_io.h"
#include "nofile.h"
#include "pattern.h"

enum {
    EMFILE_CODE = 10024, /* WSAEMFILE */
    WOULDBLOCK_CODE = 10035,
    FD_ACCEPT_BIT = 8,
    CLIENTS = 8,
    BACKLOG = 20,
    MESSAGE = 600,
};

struct client {
    int fd;
    unsigned short port;
    uint32_t seed;
    int slot; /* the driver's, once accepted */
};

static struct limit server, process;
static struct client clients[CLIENTS];
static int connected, accepted, listener;
static unsigned short port;
static const char *trouble;

/* A case is a list of REQUIREs: the first that does not hold ends it. */
#define REQUIRE(condition)                                                                         \
    do {                                                                                           \
        if (!(condition)) {                                                                        \
            trouble = trouble ? trouble : #condition; /* the innermost */                          \
            return false;                                                                          \
        }                                                                                          \
    } while (0)

/* ---- the clients */
/* Connects the next client, which sends its message at once: it waits in the queue with the
 * connection. */
static bool connect_client(void)
{
    struct client *client = &clients[connected];
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_port = htons(port)};
    struct timeval limit = {DRIVER_SECONDS, 0};
    unsigned char message[MESSAGE];
    socklen_t size = sizeof(address);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    client->slot = -1;
    client->seed = (uint32_t)(port * 31 + connected);
    client->fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    setsockopt(client->fd, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
    setsockopt(client->fd, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
    REQUIRE(!connect(client->fd, (struct sockaddr *)&address, sizeof(address)));
    connected++;
    REQUIRE(!getsockname(client->fd, (struct sockaddr *)&address, &size));
    client->port = ntohs(address.sin_port);
    pattern_fill(message, MESSAGE, client->seed);
    REQUIRE(send(client->fd, message, MESSAGE, MSG_NOSIGNAL) == MESSAGE);
    return true;
}

static bool connect_clients(int count)
{
    while (count-- > 0)
        if (!connect_client())
            return false;
    return true;
}

/* The next accept must succeed, with the connection that waited longest. */
static bool accept_next(void)
{
    struct answer answer = ask("accept %d", listener);

    REQUIRE(answer.code == 0);
    REQUIRE(answer.more == clients[accepted].port);
    clients[accepted++].slot = answer.value;
    return true;
}

static bool accept_all(void)
{
    while (accepted < connected)
        if (!accept_next())
            return false;
    return true;
}

static bool accept_fails(void)
{
    struct answer answer = ask("accept %d", listener);

    REQUIRE(answer.code == EMFILE_CODE);
    return true;
}

/* Nothing of the message was lost, nothing of the answer is, and the connection ends in order. */
static bool exchange(struct client *client)
{
    unsigned char bytes[MESSAGE];
    struct answer answer = ask("echo %d %d", client->slot, MESSAGE);

    REQUIRE(answer.code == 0 && answer.value == MESSAGE);
    REQUIRE(recv(client->fd, bytes, MESSAGE, MSG_WAITALL) == MESSAGE);
    REQUIRE(pattern_mismatch(bytes, MESSAGE, client->seed) == MESSAGE);
    answer = ask("close %d", client->slot);
    REQUIRE(answer.code == 0);
    REQUIRE(recv(client->fd, bytes, 1, 0) == 0);
    close(client->fd);
    client->fd = -1;
    return true;
}

static bool exchange_all(void)
{
    for (int i = 0; i < connected; i++)
        if (clients[i].fd >= 0 && !exchange(&clients[i]))
            return false;
    return true;
}

/* ---- cases
 * -----------------------------------------------------------------------------------------------
 */
static bool open_listener(int blocking)
{
    struct answer answer = ask("socket");

    connected = accepted = 0;
    REQUIRE(answer.code == 0);
    listener = answer.value;
    answer = ask("bind %d", listener);
    REQUIRE(answer.code == 0);
    port = (unsigned short)answer.value;
    answer = ask("listen %d %d", listener, BACKLOG);
    REQUIRE(answer.code == 0);
    answer = ask("blocking %d %d", listener, blocking);
    REQUIRE(answer.code == 0);
    REQUIRE(queue_length(port) == 0);
    return true;
}

static bool server_is_full_for(int blocking)
{
    struct answer answer;

    REQUIRE(open_listener(blocking));
    REQUIRE(limit_leave(&server, 2));
    REQUIRE(connect_clients(CLIENTS - 1));
    REQUIRE(accept_next() && accept_next());
    for (int i = 0; i < 5; i++) {
        REQUIRE(accept_fails());
        REQUIRE(queue_length(port) == CLIENTS - 3);
    }
    answer = ask("select %d", listener);
    REQUIRE(answer.code == 0 && answer.value == 1);
    REQUIRE(exchange(&clients[0])); /* and its descriptor is free */
    REQUIRE(accept_next());
    REQUIRE(accept_fails());
    REQUIRE(connect_client()); /* the queue goes on taking connections */
    REQUIRE(queue_length(port) == CLIENTS - 3);
    REQUIRE(limit_restore(&server));
    REQUIRE(accept_all());
    REQUIRE(queue_length(port) == 0);
    REQUIRE(exchange_all());
    return true;
}

static bool server_full(void)
{
    return server_is_full_for(0);
}

static bool server_full_blocking(void)
{
    return server_is_full_for(1);
}

/* An accept that waits already when the limit is reached. */
static bool server_full_pending(void)
{
    struct answer answer;

    REQUIRE(open_listener(1));
    driver_tell("accept %d", listener);
    REQUIRE(!driver_read(&answer, 500));
    REQUIRE(limit_leave(&server, 0));
    REQUIRE(connect_clients(3));
    answer = driver_answer();
    REQUIRE(answer.code == EMFILE_CODE);
    REQUIRE(queue_length(port) == 3);
    REQUIRE(limit_restore(&server));
    REQUIRE(accept_all() && exchange_all());
    return true;
}

/* A later listen carries on: `command` is the exported one or the provider's own. */
static bool listen_carries_on(const char *command, int backlog_meanwhile)
{
    struct answer answer;

    REQUIRE(open_listener(0));
    REQUIRE(limit_leave(&server, 0));
    REQUIRE(connect_clients(5));
    REQUIRE(accept_fails());
    answer = ask("%s %d %d", command, listener, backlog_meanwhile);
    REQUIRE(answer.code == 0);
    REQUIRE(queue_length(port) == 5);
    REQUIRE(accept_fails());
    REQUIRE(limit_restore(&server));
    answer = ask("%s %d %d", command, listener, BACKLOG);
    REQUIRE(answer.code == 0);
    REQUIRE(queue_length(port) == 5);
    REQUIRE(connect_clients(2));
    REQUIRE(accept_all() && exchange_all());
    return true;
}

static bool listen_again(void)
{
    return listen_carries_on("listen", BACKLOG);
}

static bool wsplisten_again(void)
{
    return listen_carries_on("wsplisten", BACKLOG + 10);
}

/* A program driven by events hears of the connection again: a failing accept re-enables FD_ACCEPT.
 */
static bool event_again(void)
{
    struct answer answer;

    REQUIRE(open_listener(0));
    answer = ask("events %d", listener);
    REQUIRE(answer.code == 0);
    REQUIRE(limit_leave(&server, 0));
    REQUIRE(connect_client());
    answer = ask("event %d 10000", listener);
    REQUIRE(answer.code == 0 && answer.value == FD_ACCEPT_BIT);
    REQUIRE(accept_fails());
    answer = ask("event %d 10000", listener);
    REQUIRE(answer.code == 0 && answer.value == FD_ACCEPT_BIT);
    REQUIRE(limit_restore(&server));
    REQUIRE(accept_all() && exchange_all());
    return true;
}

static bool nothing_leaks(void)
{
    struct answer answer;
    int handles, before;

    REQUIRE(open_listener(0));
    REQUIRE(connect_client());
    before = settled_descriptors_of(server.pid);
    answer = ask("handles");
    REQUIRE(answer.code == 0 && answer.value > 0);
    handles = answer.value;
    REQUIRE(limit_leave(&server, 0));
    for (int i = 0; i < 200; i++) {
        answer = ask("socket");
        REQUIRE(answer.code == EMFILE_CODE);
        REQUIRE(accept_fails());
    }
    REQUIRE(limit_restore(&server));
    answer = ask("handles");
    REQUIRE(answer.code == 0 && answer.value == handles);
    REQUIRE(settled_descriptors_of(server.pid) == before);
    REQUIRE(accept_all() && exchange_all());
    return true;
}

static bool bind_needs_none(void)
{
    struct answer answer = ask("socket");
    int slot = answer.value;

    REQUIRE(answer.code == 0);
    REQUIRE(limit_leave(&server, 0) && limit_leave(&process, 0));
    answer = ask("bind %d", slot);
    REQUIRE(answer.code == 0 && answer.value > 0);
    REQUIRE(limit_restore(&server) && limit_restore(&process));
    answer = ask("close %d", slot);
    REQUIRE(answer.code == 0);
    answer = ask("socket");
    REQUIRE(answer.code == 0);
    answer = ask("close %d", answer.value);
    REQUIRE(answer.code == 0);
    return true;
}

/* The process has no descriptor for its copy: each accept gives the connection or WSAEMFILE, and in
 * either case it goes on once there are descriptors again. */
static bool process_is_full_for(int blocking)
{
    struct answer answer;
    int tries = 0;

    REQUIRE(open_listener(blocking));
    REQUIRE(connect_clients(4));
    REQUIRE(limit_leave(&process, 0));
    while (accepted < connected && tries++ < 8) {
        answer = ask("accept %d", listener);
        REQUIRE(answer.code == 0 || answer.code == EMFILE_CODE);
        if (answer.code)
            continue;
        REQUIRE(answer.more == clients[accepted].port);
        clients[accepted++].slot = answer.value;
        answer = ask("echo %d %d", answer.value, MESSAGE);
        REQUIRE(answer.code == EMFILE_CODE || (answer.code == 0 && answer.value == MESSAGE));
    }
    REQUIRE(queue_length(port) == connected - accepted);
    REQUIRE(limit_restore(&process));
    REQUIRE(connect_clients(2));
    REQUIRE(accept_all() && exchange_all());
    return true;
}

static bool process_full(void)
{
    return process_is_full_for(0);
}

static bool process_full_blocking(void)
{
    return process_is_full_for(1);
}

/* An accept that waits already when the process's limit is reached. */
static bool process_full_pending(void)
{
    struct answer answer;

    REQUIRE(open_listener(1));
    driver_tell("accept %d", listener);
    REQUIRE(!driver_read(&answer, 500));
    REQUIRE(limit_leave(&process, 0));
    REQUIRE(connect_clients(3));
    answer = driver_answer();
    REQUIRE(answer.code == 0 || answer.code == EMFILE_CODE);
    if (!answer.code)
        clients[accepted++].slot = answer.value;
    for (int i = 0; i < 5 && accepted == 0; i++)
        REQUIRE(accept_fails());
    REQUIRE(limit_restore(&process));
    REQUIRE(accept_all() && exchange_all());
    return true;
}

/* listen needs a descriptor of the process for a moment. */
static bool process_full_listen(void)
{
    struct answer answer;

    REQUIRE(open_listener(0));
    REQUIRE(connect_clients(3));
    REQUIRE(limit_leave(&process, 0));
    answer = ask("wsplisten %d 1", listener);
    REQUIRE(answer.code == EMFILE_CODE);
    REQUIRE(queue_length(port) == 3);
    REQUIRE(limit_restore(&process));
    answer = ask("wsplisten %d %d", listener, BACKLOG);
    REQUIRE(answer.code == 0);
    REQUIRE(accept_all() && exchange_all());
    return true;
}

static const struct {
    const char *name;
    bool (*run)(void);
} cases[] = {
    {"server full: accept gives WSAEMFILE, nothing lost, a later accept carries on", server_full},
    {"server full: the same with a blocking listener", server_full_blocking},
    {"server full: an accept that waits already", server_full_pending},
    {"server full: a later listen carries on", listen_again},
    {"server full: a later WSPListen carries on", wsplisten_again},
    {"server full: a failing accept re-enables FD_ACCEPT", event_again},
    {"server full: failing accept and socket leak nothing", nothing_leaks},
    {"both full: bind needs no descriptor", bind_needs_none},
    {"process full: accept loses nothing", process_full},
    {"process full: the same with a blocking listener", process_full_blocking},
    {"process full: an accept that waits already", process_full_pending},
    {"process full: WSPListen gives WSAEMFILE and drops nothing", process_full_listen},
};

/* ---- around them */
static void clean_up(void)
{
    limit_restore(&server);
    limit_restore(&process);
    for (int i = 0; i < connected; i++)
        if (clients[i].fd >= 0)
            close(clients[i].fd);
    connected = 0;
    driver_tell("close %d", listener);
    driver_answer();
}

static int run_cases(void)
{
    int failed = 0;

    for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
        bool passed;

        trouble = NULL;
        passed = cases[i].run();
        printf("%s descriptors: %s\n", passed ? "ok" : "not ok", cases[i].name);
        if (!passed)
            printf("# %s; last answer %d %d %d; errno %d, %d connected, %d accepted\n", trouble,
                   driver_last.code, driver_last.value, driver_last.more, errno, connected, accepted);
        fflush(stdout);
        failed += !passed;
        clean_up();
    }
    return failed;
}

int main(int argc, char **argv)
{
    pid_t server_pid;
    int failed;

    if (argc < 3)
        return 2;
    signal(SIGPIPE, SIG_IGN);
    if (!driver_start(argv + 2) || !driver_is_mapped()) {
        fprintf(stderr, "descriptors: the driver did not start\n");
        driver_kill();
        return 2;
    }
    server_pid = wineserver_of(argv[1]);
    if (!server_pid || !limit_init(&server, server_pid) || !limit_init(&process, driver_pid())) {
        fprintf(stderr, "descriptors: the wineserver of %s is not to be found\n", argv[1]);
        driver_kill();
        return 2;
    }
    /* Wine's services start and end threads for a minute; each has descriptors of the server. */
    settled_descriptors_of(server_pid);
    fprintf(stderr, "descriptors: %d others stand still\n",
            signal_others(argv[1], driver_pid(), SIGSTOP));
    settled_descriptors_of(server_pid);
    failed = run_cases();
    signal_others(argv[1], driver_pid(), SIGCONT);
    if (!driver_stop()) {
        puts("not ok descriptors: the program ended in order");
        return 1;
    }
    puts("ok descriptors: the program ended in order");
    return failed != 0;
}
