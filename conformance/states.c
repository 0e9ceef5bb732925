/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* select and WSAPoll over sockets of every state at once, and over very many.
 *
 * Sources: the pages "select" and "WSAPoll", and Wine's tests of both, which ran on Windows. */
#include "remote.h"

/* Sockets of every state, and what select and WSAPoll say of them: alone, and all together. */
enum {
    IDLE,
    DATA,
    ENDED,
    ENDED_DATA,
    RESET,
    SHUT,
    BOTH_SHUT,
    SELECTED,
    PENDING,
    URGENT,
    LISTENER,
    WAITED_FOR,
    UNCONNECTED,
    CONNECTING,
    DATAGRAM,
    UNBOUND,
    STATES
};

static const struct {
    const char *what;
    const char *sets; /* of r, w, x */
    short revents;
} states[STATES] = {
    [IDLE] = {"connected", "w", POLLWRNORM},
    [DATA] = {"with data", "rw", POLLRDNORM | POLLWRNORM},
    [ENDED] = {"ended by the peer", "rw", POLLHUP | POLLWRNORM},
    [ENDED_DATA] = {"ended, with data", "rw", POLLRDNORM | POLLHUP | POLLWRNORM},
    [RESET] = {"reset", "rw", POLLERR | POLLHUP | POLLWRNORM},
    [SHUT] = {"shut down for sending", "w", POLLWRNORM},
    [BOTH_SHUT] = {"shut down by both", "rw", POLLHUP | POLLWRNORM},
    [SELECTED] = {"with events selected, and data", "rw", POLLRDNORM | POLLWRNORM},
    [PENDING] = {"with a receive pending", "w", POLLWRNORM},
    [URGENT] = {"with urgent data", "wx", POLLRDBAND | POLLWRNORM},
    [LISTENER] = {"listening", "", 0},
    [WAITED_FOR] = {"listening, with a connection", "r", POLLRDNORM},
    [UNCONNECTED] = {"not connected", "", 0},
    [CONNECTING] = {"connecting", "", 0},
    [DATAGRAM] = {"datagram with data", "rw", POLLRDNORM | POLLWRNORM},
    [UNBOUND] = {"datagram, not bound", "w", POLLWRNORM},
};

static void make_connections(SOCKET s[STATES])
{
    static WSAOVERLAPPED overlapped;
    static char byte;
    static WSABUF buffer = {1, &byte};
    DWORD flags = 0;
    int k[STATES];

    for (int i = IDLE; i <= URGENT; i++) {
        s[i] = pair_up(AF_INET, &k[i]);
        exchange_bytes(s[i], k[i]);
    }
    peer_ok("send %d 61 1000", k[DATA]);
    peer_ok("shut %d w", k[ENDED]);
    peer_ok("send %d 61 1000", k[ENDED_DATA]);
    peer_ok("shut %d w", k[ENDED_DATA]);
    peer_ok("abort %d", k[RESET]);
    assert_works(shutdown(s[SHUT], SD_SEND));
    assert_works(shutdown(s[BOTH_SHUT], SD_SEND));
    peer_ok("shut %d w", k[BOTH_SHUT]);
    assert_works(WSAEventSelect(s[SELECTED], WSACreateEvent(), FD_READ | FD_CLOSE));
    peer_ok("send %d 61 1000", k[SELECTED]);
    overlapped.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL);
    assert_fails(WSARecv(s[PENDING], &buffer, 1, NULL, &flags, &overlapped, NULL), WSA_IO_PENDING);
    peer_ok("oob %d 62", k[URGENT]);
}

static void make_others(SOCKET s[STATES])
{
    struct address a;

    s[LISTENER] = listener(AF_INET, 5);
    s[WAITED_FOR] = listener(AF_INET, 5);
    peer_connect(AF_INET, port_of(s[WAITED_FOR]));
    s[UNCONNECTED] = new_socket(AF_INET, SOCK_STREAM);
    s[CONNECTING] = new_socket(AF_INET, SOCK_STREAM);
    set_blocking(s[CONNECTING], 0);
    connect_hanging(s[CONNECTING], AF_INET);
    s[DATAGRAM] = bound(AF_INET, SOCK_DGRAM);
    a = address_of(s[DATAGRAM]);
    assert_returns(sendto(s[DATAGRAM], "x", 1, 0, &a.sa, a.len), 1);
    s[UNBOUND] = new_socket(AF_INET, SOCK_DGRAM);
}

static int is_in(int state, char set)
{
    return strchr(states[state].sets, set) != NULL;
}

static void check_together(SOCKET s[STATES], struct timeval *limit)
{
    fd_set sets[3];
    int total = 0;

    memset(sets, 0, sizeof(sets));
    for (int i = 0; i < STATES; i++) {
        for (int set = 0; set < 3; set++) {
            FD_SET(s[i], &sets[set]);
            total += is_in(i, "rwx"[set]);
        }
    }
    assert_returns(select(0, &sets[0], &sets[1], &sets[2], limit), total);
    for (int i = 0; i < STATES; i++) {
        doing("select together: a socket %s", states[i].what);
        for (int set = 0; set < 3; set++)
            ck_assert_int_eq(FD_ISSET(s[i], &sets[set]), is_in(i, "rwx"[set]));
    }
}

static void poll_together(SOCKET s[STATES], int ms)
{
    WSAPOLLFD fds[STATES];
    int total = 0;

    for (int i = 0; i < STATES; i++) {
        fds[i] = (WSAPOLLFD){s[i], POLLRDNORM | POLLRDBAND | POLLWRNORM, 0};
        total += states[i].revents != 0;
    }
    assert_returns(WSAPoll(fds, STATES, ms), total);
    for (int i = 0; i < STATES; i++) {
        doing("WSAPoll together: a socket %s", states[i].what);
        ck_assert_int_eq(fds[i].revents, states[i].revents);
    }
}

CASE(states, together)
{
    struct timeval now = {0, 0}, later = {5, 0};
    SOCKET s[STATES];

    winsock();
    make_connections(s);
    make_others(s);
    Sleep(100);
    for (int round = 0; round < 2; round++) {
        for (int i = 0; i < STATES; i++) {
            WSAPOLLFD fd = {s[i], POLLRDNORM | POLLRDBAND | POLLWRNORM, 0};

            doing("a socket %s", states[i].what);
            for (int set = 0; set < 3; set++)
                ck_assert_int_eq(selects(s[i], "rwx"[set], 0), is_in(i, "rwx"[set]));
            assert_returns(WSAPoll(&fd, 1, 0), states[i].revents != 0);
            ck_assert_int_eq(fd.revents, states[i].revents);
        }
        check_together(s, round ? &later : &now);
        poll_together(s, round ? 5000 : 0);
    }
}

/* One socket in several sets, or several times in one, is one socket. */
CASE(states, named_twice)
{
    SOCKET pair[2];
    fd_set both;
    WSAPOLLFD fds[3];

    winsock();
    tcp_pair(AF_INET, pair);
    assert_returns(send(pair[0], "x", 1, 0), 1);
    ck_assert_int_eq(selects(pair[1], 'r', PATIENCE), 1);
    both = (fd_set){2, {pair[0], pair[1]}};
    assert_returns(select(0, &both, &both, NULL, NULL), 2); /* the same set twice */
    ck_assert_uint_eq(both.fd_count, 2);
    fds[0] = (WSAPOLLFD){pair[1], POLLRDNORM, 0};
    fds[1] = (WSAPOLLFD){pair[1], POLLWRNORM, 0};
    fds[2] = (WSAPOLLFD){pair[1], POLLRDBAND, 0};
    assert_returns(WSAPoll(fds, 3, 0), 2);
    ck_assert_int_eq(fds[0].revents, POLLRDNORM);
    ck_assert_int_eq(fds[1].revents, POLLWRNORM);
    ck_assert_int_eq(fds[2].revents, 0);
}

enum { MANY = 4096, READY_EACH = 512 };

static struct {
    u_int count;
    SOCKET array[MANY];
} many_set;

/* As many connections as the system's limits allow, up to MANY; the peers are in their own process.
 */
static void connect_many(SOCKET s[MANY], int k[MANY])
{
    SOCKET l = listener(AF_INET, SOMAXCONN);

    for (int i = 0; i < MANY; i += 64) {
        struct crowd crowd = peer_open(AF_INET, port_of(l), 64, 5000);

        if (crowd.established != 64)
            skip_case("the peer cannot have that many sockets");
        for (int j = i; j < i + 64; j++) {
            s[j] = accept(l, NULL, NULL);
            if (s[j] == INVALID_SOCKET && WSAGetLastError() == WSAEMFILE)
                skip_case("the limit of open files is too low");
            ck_assert(s[j] != INVALID_SOCKET);
            k[j] = crowd.first + j - i;
        }
    }
}

CASE(states, many)
{
    static SOCKET s[MANY];
    static int k[MANY];
    static WSAPOLLFD fds[MANY];
    struct timeval limit = {10, 0};
    int ready = 0;

    winsock();
    connect_many(s, k);
    for (int i = READY_EACH - 1; i < MANY; i += READY_EACH, ready++)
        peer_ok("send %d 61 1000", k[i]);
    Sleep(100);
    many_set.count = MANY;
    memcpy(many_set.array, s, sizeof(s));
    assert_returns(select(0, (fd_set *)&many_set, NULL, NULL, &limit), ready);
    ck_assert_uint_eq(many_set.count, (unsigned)ready);
    for (int i = 0; i < MANY; i++)
        fds[i] = (WSAPOLLFD){s[i], POLLRDNORM, 0};
    assert_returns(WSAPoll(fds, MANY, 10000), ready);
    for (int i = 0; i < MANY; i++)
        ck_assert_int_eq(fds[i].revents, i % READY_EACH == READY_EACH - 1 ? POLLRDNORM : 0);
}
