/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The peer's commands (peer.h): its sockets, and what it does with them. */
#include "peer_os.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "peer.h"
#include "peer_text.h"

enum { LINE = 64 * 1024, MAX_SOCKETS = 32 * 1024, MAX_BYTES = 24 * 1024, MAX_WORDS = 6 };

enum state { FREE, WAITING, ESTABLISHED, REFUSED, RESET, ENDED, STATES };

static struct end {
    net_socket fd;
    enum state state;
} ends[MAX_SOCKETS];
static net_poll polled[MAX_SOCKETS];
static int end_count;
static char reply[LINE];

static void say_error(int error)
{
    peer_put_error(reply, sizeof(reply), error);
}

static int add_end(net_socket fd, enum state state)
{
    if (end_count == MAX_SOCKETS)
        return -1;
    ends[end_count].fd = fd;
    ends[end_count].state = state;
    return end_count++;
}

static struct end *end_of(const char *word)
{
    int k = atoi(word);

    return k >= 0 && k < end_count && ends[k].state != FREE ? &ends[k] : NULL;
}

static void say_address(const struct sockaddr_storage *address)
{
    peer_put_address(reply, sizeof(reply), address);
}

static void say_hex(const unsigned char *bytes, int count)
{
    peer_put_hex(reply, sizeof(reply), bytes, count);
}

/* After a call that failed: whether to try again because the socket is ready now.  If not, the
 * reply says why (the error is kept: waiting may change it). */
static int try_again(net_socket fd, short events, long long limit)
{
    int error = net_error();

    if (error == NET_ERROR(WOULDBLOCK) && net_await(fd, events, limit))
        return 1;
    say_error(error);
    return 0;
}

/* What became of a connection attempt whose socket has something to say. */
static enum state connected_state(net_socket fd)
{
    int error = 0;
    net_length size = sizeof(error);

    getsockopt(fd, SOL_SOCKET, SO_ERROR, (void *)&error, &size);
    return error == 0 ? ESTABLISHED : error == NET_ERROR(CONNRESET) ? RESET : REFUSED;
}

/* Let the connection attempts first..first+n-1 settle, until none waits or the limit is reached. */
static void settle(int first, int n, long long limit)
{
    for (;;) {
        unsigned waiting = 0;

        for (int i = first; i < first + n; i++) {
            if (ends[i].state == WAITING) {
                polled[waiting].fd = ends[i].fd;
                polled[waiting].events = POLLOUT;
                polled[waiting++].revents = 0;
            }
        }
        if (waiting == 0 || net_wait(polled, waiting, net_left(limit)) == 0)
            return;
        for (int i = first, p = 0; i < first + n; i++)
            if (ends[i].state == WAITING && polled[p++].revents)
                ends[i].state = connected_state(ends[i].fd);
    }
}

/* Refresh what a connected socket can say without taking data: ended, reset, or still there. */
static void refresh(struct end *end)
{
    char byte;
    int n, error;

    if (end->state != ESTABLISHED || !net_await(end->fd, POLLIN, 0))
        return;
    n = (int)recv(end->fd, &byte, 1, MSG_PEEK);
    error = net_error();
    if (n == 0)
        end->state = ENDED;
    else if (n < 0 && error != NET_ERROR(WOULDBLOCK))
        end->state = RESET;
}

static void tally(int first, int n, int count[STATES])
{
    memset(count, 0, STATES * sizeof(count[0]));
    for (int i = first; i < first + n; i++)
        count[ends[i].state]++;
}

static void cmd_open(char **w)
{
    struct sockaddr_storage address;
    net_length size = peer_make_address(w[1], w[2], &address);
    int n = atoi(w[3]), first = end_count, count[STATES];
    long long limit = net_now() + atoi(w[4]);

    for (int i = 0; i < n; i++) {
        net_socket fd = socket(address.ss_family, SOCK_STREAM, 0);
        int k = fd == NO_SOCKET ? -1 : add_end(fd, WAITING);

        if (k < 0) {
            say_error(net_error());
            return;
        }
        net_nonblocking(fd);
        if (connect(fd, (struct sockaddr *)&address, size) == 0)
            ends[k].state = ESTABLISHED;
        else if (net_error() == NET_ERROR(CONNREFUSED))
            ends[k].state = REFUSED;
    }
    settle(first, n, limit);
    tally(first, n, count);
    snprintf(reply, sizeof(reply), "OK %d %d %d %d %d", first, count[ESTABLISHED], count[REFUSED],
             count[RESET], count[WAITING]);
}

/* Waits until all attempts are decided, then for the rest of the time for ends and resets. */
static void cmd_state(char **w)
{
    int first = atoi(w[1]), n = atoi(w[2]), count[STATES];
    long long limit = net_now() + atoi(w[3]);

    if (first < 0 || n < 0 || first + n > end_count) {
        snprintf(reply, sizeof(reply), "ERROR:range");
        return;
    }
    settle(first, n, limit);
    do {
        for (int i = first; i < first + n; i++)
            refresh(&ends[i]);
        tally(first, n, count);
    } while (count[ESTABLISHED] > 0 && net_left(limit) > 0 && net_sleep(10) == 0);
    snprintf(reply, sizeof(reply), "OK %d %d %d %d %d", count[ESTABLISHED], count[REFUSED],
             count[RESET], count[ENDED], count[WAITING]);
}

/* Send all of it within the limit; 0 or the error, which is in the reply. */
static int send_all(net_socket fd, const unsigned char *bytes, int count, long long limit)
{
    int sent = 0;

    while (sent < count) {
        int n = (int)send(fd, (const void *)(bytes + sent), (size_t)(count - sent), NO_SIGNAL);

        if (n >= 0) {
            sent += n;
        } else if (!try_again(fd, POLLOUT, limit)) {
            return -1;
        }
    }
    return 0;
}

static void cmd_send(char **w)
{
    static unsigned char bytes[MAX_BYTES];
    struct end *end = end_of(w[1]);
    int n = peer_from_hex(w[2], bytes, sizeof(bytes));

    if (send_all(end->fd, bytes, n, net_now() + atoi(w[3])) == 0)
        snprintf(reply, sizeof(reply), "OK %d", n);
}

/* The range of connections of fill and drain, or 0 with an answer. */
static int range(char **w, int *first, int *n)
{
    *first = atoi(w[1]);
    *n = atoi(w[2]);
    if (*first >= 0 && *n >= 0 && *first + *n <= end_count)
        return 1;
    snprintf(reply, sizeof(reply), "ERROR:range");
    return 0;
}

static void cmd_fill(char **w)
{
    static unsigned char bytes[MAX_BYTES];
    long long limit = net_now() + atoi(w[4]);
    int first, n, length = atoi(w[3]);

    if (!range(w, &first, &n))
        return;
    for (int i = first; i < first + n; i++) {
        for (int done = 0, take; done < length; done += take) {
            take = length - done < MAX_BYTES ? length - done : MAX_BYTES;
            for (int b = 0; b < take; b++)
                bytes[b] = peer_pattern((size_t)(done + b));
            if (send_all(ends[i].fd, bytes, take, limit) != 0)
                return;
        }
    }
    snprintf(reply, sizeof(reply), "OK %d", n);
}

static int receive(net_socket fd, unsigned char *bytes, int max, long long limit)
{
    int n;

    while ((n = (int)recv(fd, (void *)bytes, (size_t)max, 0)) < 0) {
        if (!try_again(fd, POLLIN, limit))
            return -1;
    }
    if (n == 0)
        snprintf(reply, sizeof(reply), "EOF");
    return n;
}

static void cmd_drain(char **w)
{
    static unsigned char bytes[MAX_BYTES];
    long long limit = net_now() + atoi(w[4]);
    int first, n, length = atoi(w[3]);

    if (!range(w, &first, &n))
        return;
    for (int i = first; i < first + n; i++) {
        for (int done = 0; done < length;) {
            int want = length - done < MAX_BYTES ? length - done : MAX_BYTES;
            int got = receive(ends[i].fd, bytes, want, limit);

            if (got <= 0)
                return;
            for (int b = 0; b < got; b++, done++) {
                if (bytes[b] != peer_pattern((size_t)done)) {
                    snprintf(reply, sizeof(reply), "BAD %d", done);
                    return;
                }
            }
        }
    }
    snprintf(reply, sizeof(reply), "OK %d", n);
}

static void cmd_read(char **w)
{
    static unsigned char bytes[MAX_BYTES];
    int max = atoi(w[2]) < MAX_BYTES ? atoi(w[2]) : MAX_BYTES;
    int n = receive(end_of(w[1])->fd, bytes, max, net_now() + atoi(w[3]));

    if (n > 0) {
        snprintf(reply, sizeof(reply), "OK ");
        say_hex(bytes, n);
    }
}

static void cmd_oob(char **w)
{
    unsigned char bytes[MAX_BYTES];
    int n = peer_from_hex(w[2], bytes, sizeof(bytes));

    n = (int)send(end_of(w[1])->fd, (const void *)bytes, (size_t)n, MSG_OOB | NO_SIGNAL);
    if (n < 0)
        say_error(net_error());
    else
        snprintf(reply, sizeof(reply), "OK %d", n);
}

static void cmd_shut(char **w)
{
    int how = w[2][0] == 'r' ? SHUT_RD : w[2][0] == 'w' ? SHUT_WR : SHUT_RDWR;

    if (shutdown(end_of(w[1])->fd, how) != 0)
        say_error(net_error());
}

static void cmd_close(char **w)
{
    struct end *end = end_of(w[1]);

    closesocket(end->fd);
    end->state = FREE;
}

static void cmd_abort(char **w)
{
    struct linger reset = {1, 0};

    setsockopt(end_of(w[1])->fd, SOL_SOCKET, SO_LINGER, (const void *)&reset, sizeof(reset));
    cmd_close(w);
}

static void cmd_local(char **w)
{
    struct sockaddr_storage address;
    net_length size = sizeof(address);

    if (getsockname(end_of(w[1])->fd, (struct sockaddr *)&address, &size) != 0)
        say_error(net_error());
    else
        say_address(&address);
}

/* A socket bound to the address and a port of the system's choice: "OK k port". */
static net_socket make_bound(const char *text, int type)
{
    struct sockaddr_storage address;
    net_length size = peer_make_address(text, "0", &address);
    net_socket fd = socket(address.ss_family, type, 0);

    if (fd == NO_SOCKET || bind(fd, (struct sockaddr *)&address, size) != 0 ||
        (size = sizeof(address), getsockname(fd, (struct sockaddr *)&address, &size)) != 0) {
        say_error(net_error());
        return NO_SOCKET;
    }
    net_nonblocking(fd);
    snprintf(reply, sizeof(reply), "OK %d %u", add_end(fd, ESTABLISHED),
             ntohs(((struct sockaddr_in *)&address)->sin_port));
    return fd;
}

static void cmd_listen(char **w)
{
    net_socket fd = make_bound(w[1], SOCK_STREAM);

    if (fd != NO_SOCKET && listen(fd, atoi(w[2])) != 0)
        say_error(net_error());
}

/* As listen, on a given port, and with SO_REUSEADDR: POSIX lets a bound socket be joined so. */
static void cmd_listenat(char **w)
{
    struct sockaddr_storage address;
    net_length size = peer_make_address(w[1], w[2], &address);
    net_socket fd = socket(address.ss_family, SOCK_STREAM, 0);
    int on = 1;

    setsockopt(fd, SOL_SOCKET, SO_REUSEADDR, (void *)&on, sizeof(on));
    if (bind(fd, (struct sockaddr *)&address, size) != 0 || listen(fd, atoi(w[3])) != 0)
        say_error(net_error());
    else
        snprintf(reply, sizeof(reply), "OK %d", add_end(fd, ESTABLISHED));
}

static void cmd_udp(char **w)
{
    make_bound(w[1], SOCK_DGRAM);
}

static void cmd_accept(char **w)
{
    struct sockaddr_storage address;
    net_length size = sizeof(address);
    long long limit = net_now() + atoi(w[2]);
    net_socket listener = end_of(w[1])->fd, fd;

    while ((fd = accept(listener, (struct sockaddr *)&address, &size)) == NO_SOCKET) {
        if (!try_again(listener, POLLIN, limit))
            return;
    }
    net_nonblocking(fd);
    snprintf(reply, sizeof(reply), "OK %d", add_end(fd, ESTABLISHED));
    say_address(&address);
}

static void cmd_sendto(char **w)
{
    static unsigned char bytes[MAX_BYTES];
    struct sockaddr_storage address;
    net_length size = peer_make_address(w[2], w[3], &address);
    int n = peer_from_hex(w[4], bytes, sizeof(bytes));

    n = (int)sendto(end_of(w[1])->fd, (const void *)bytes, (size_t)n, NO_SIGNAL,
                    (struct sockaddr *)&address, size);
    if (n < 0)
        say_error(net_error());
    else
        snprintf(reply, sizeof(reply), "OK %d", n);
}

static void cmd_recvfrom(char **w)
{
    static unsigned char bytes[MAX_BYTES];
    struct sockaddr_storage address;
    net_length size = sizeof(address);
    net_socket fd = end_of(w[1])->fd;
    int n, max = atoi(w[2]) < MAX_BYTES ? atoi(w[2]) : MAX_BYTES;

    net_await(fd, POLLIN, net_now() + atoi(w[3]));
    n = (int)recvfrom(fd, (void *)bytes, (size_t)max, 0, (struct sockaddr *)&address, &size);
    if (n < 0) {
        say_error(net_error());
        return;
    }
    say_address(&address);
    strcat(reply, " ");
    say_hex(bytes, n);
}

/* Commands only a native peer knows. */
#ifdef _WIN32
static void cmd_unsupported(char **w)
{
    (void)w;
    snprintf(reply, sizeof(reply), "UNSUPPORTED");
}
#define cmd_somaxconn cmd_unsupported
#define cmd_queue     cmd_unsupported
#else
static void cmd_somaxconn(char **w)
{
    (void)w;
    snprintf(reply, sizeof(reply), "OK %d", peer_somaxconn());
}

static void cmd_queue(char **w)
{
    unsigned waiting, limit;

    if (peer_queue((unsigned)atoi(w[1]), &waiting, &limit) != 0)
        snprintf(reply, sizeof(reply), "NONE");
    else
        snprintf(reply, sizeof(reply), "OK %u %u", waiting, limit);
}
#endif

/* words: with the command itself; end: the first argument must name a socket of the peer. */
static const struct command {
    const char *name;
    int words, end;
    void (*run)(char **words);
} commands[] = {
    {"open", 5, 0, cmd_open},
    {"state", 4, 0, cmd_state},
    {"send", 4, 1, cmd_send},
    {"fill", 5, 0, cmd_fill},
    {"drain", 5, 0, cmd_drain},
    {"read", 4, 1, cmd_read},
    {"oob", 3, 1, cmd_oob},
    {"shut", 3, 1, cmd_shut},
    {"close", 2, 1, cmd_close},
    {"abort", 2, 1, cmd_abort},
    {"local", 2, 1, cmd_local},
    {"listen", 3, 0, cmd_listen},
    {"accept", 3, 1, cmd_accept},
    {"udp", 2, 0, cmd_udp},
    {"sendto", 5, 1, cmd_sendto},
    {"recvfrom", 4, 1, cmd_recvfrom},
    {"queue", 2, 0, cmd_queue},
    {"listenat", 4, 0, cmd_listenat},
    {"somaxconn", 1, 0, cmd_somaxconn},
};

const char *peer_obey(char *line)
{
    char *words[MAX_WORDS] = {NULL};
    int n = 0;

    for (char *w = strtok(line, " \r"); w && n < MAX_WORDS; w = strtok(NULL, " \r"))
        words[n++] = w;
    snprintf(reply, sizeof(reply), "OK");
    for (size_t i = 0; n > 0 && i < sizeof(commands) / sizeof(commands[0]); i++) {
        if (strcmp(commands[i].name, words[0]) != 0)
            continue;
        if (n != commands[i].words || (commands[i].end && !end_of(words[1])))
            snprintf(reply, sizeof(reply), "ERROR:arguments of %s", words[0]);
        else
            commands[i].run(words);
        return reply;
    }
    snprintf(reply, sizeof(reply), "ERROR:command");
    return reply;
}
