/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens during the waits of select and WSAPoll.
 *
 * Sources: the pages "select" ("closed, reset or terminated" sockets are readable; "the thread ...
 * is placed in an alertable wait state"), "WSAPoll", and Wine's tests of both, which ran on
 * Windows. */
#include "blocked.h"
#include "remote.h"

enum how { BY_SELECT, BY_POLL };

/* Idle sockets that are waited for as well: few and many sockets may be waited for in ways that
 * differ.
 */
enum { CROWD = 200 };
static SOCKET crowd[CROWD];
static unsigned int crowd_size;

/* A wait for reading on two sockets, and the crowd, in a thread of its own. */
struct watcher {
    SOCKET s[2];
    enum how how;
    int ms;
    HANDLE thread;
    volatile LONG calls;
    int result, error;
    int found[2]; /* select: is in the set; WSAPoll: revents */
};

static DWORD WINAPI watch(void *context)
{
    struct watcher *w = context;
    struct timeval limit = {w->ms / 1000, w->ms % 1000 * 1000};
    const unsigned int count = 2 + crowd_size;
    WSAPOLLFD fds[2 + CROWD];
    struct {
        u_int count;
        SOCKET array[2 + CROWD];
    } set = {.count = count};

    for (unsigned int i = 0; i < count; i++) {
        set.array[i] = i < 2 ? w->s[i] : crowd[i - 2];
        fds[i] = (WSAPOLLFD){set.array[i], POLLRDNORM, 0};
    }
    InterlockedExchange(&w->calls, 1);
    w->result = w->how == BY_POLL ? WSAPoll(fds, count, w->ms)
                                  : select(0, (fd_set *)&set, NULL, NULL, &limit);
    w->error = WSAGetLastError();
    for (int i = 0; i < 2; i++)
        w->found[i] =
            w->how == BY_POLL ? fds[i].revents : __WSAFDIsSet(w->s[i], (fd_set *)&set) != 0;
    return 0;
}

static void start(struct watcher *w, enum how how, SOCKET first, SOCKET second, int wait)
{
    memset(w, 0, sizeof(*w));
    w->s[0] = first;
    w->s[1] = second;
    w->how = how;
    w->ms = 20000;
    w->thread = run_into_call(watch, w, &w->calls, wait);
}

/* The socket was closed before the select began: on a busy machine the thread may come too late. */
static int came_late(const struct watcher *w)
{
    return WaitForSingleObject(w->thread, PATIENCE) == WAIT_OBJECT_0 && w->result == SOCKET_ERROR &&
           w->error == WSAENOTSOCK;
}

/* The wait has ended for the second socket. */
static void assert_found(struct watcher *w, int revents)
{
    join_thread(w->thread, PATIENCE);
    doing("%s", w->how == BY_POLL ? "WSAPoll" : "select");
    ck_assert_int_eq(w->result, 1);
    ck_assert_int_eq(w->found[0], 0);
    ck_assert_int_eq(w->found[1], w->how == BY_POLL ? revents : 1);
}

/* Two cases: without the crowd, and with it. */
static void crowded(unsigned int size, void (*test)(void))
{
    winsock();
    for (crowd_size = 0; crowd_size < size; crowd_size++)
        crowd[crowd_size] = bound(AF_INET, SOCK_DGRAM);
    test();
}
#define BOTH(name)                                                                                 \
    CASE(wait, name)                                                                               \
    {                                                                                              \
        crowded(0, name);                                                                          \
    }                                                                                              \
    CASE(wait, many_##name)                                                                        \
    {                                                                                              \
        crowded(CROWD, name);                                                                      \
    }

static void closed_meanwhile(int by_handle)
{
    struct watcher w;
    SOCKET idle;
    int unused, late = 0;

    idle = pair_up(AF_INET, &unused);
    for (int i = 0; i < 4; i++) {
        int k;
        SOCKET s = pair_up(AF_INET, &k);

        exchange_bytes(s, k);
        start(&w, i % 2 ? BY_POLL : BY_SELECT, idle, s, waits[i / 2]);
        if (by_handle)
            ck_assert(CloseHandle((HANDLE)s));
        else
            assert_works(closesocket(s));
        ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
        if (came_late(&w) && ++late < TRIES)
            i--; /* once more */
        else
            assert_found(&w, POLLNVAL);
    }
}

/* A byte by WSARecv, which pends first. */
static void receive_overlapped(SOCKET s, int k)
{
    WSAOVERLAPPED overlapped = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    DWORD moved, flags = 0;
    char byte;
    WSABUF buffer = {1, &byte};

    assert_fails(WSARecv(s, &buffer, 1, NULL, &flags, &overlapped, NULL), WSA_IO_PENDING);
    peer_ok("send %d 61 1000", k);
    ck_assert(WSAGetOverlappedResult(s, &overlapped, &moved, TRUE, &flags));
    ck_assert_uint_eq(moved, 1);
    CloseHandle(overlapped.hEvent);
}

/* Tests: closed by another thread meanwhile: readable, POLLNVAL. */
static void socket_closed(void)
{
    closed_meanwhile(0);
}

BOTH(socket_closed)

static void handle_closed(void)
{
    closed_meanwhile(1);
}

BOTH(handle_closed)

static void data_meanwhile(void)
{
    struct watcher w;
    SOCKET idle, s;
    int unused, k;
    char byte;

    idle = pair_up(AF_INET, &unused);
    s = pair_up(AF_INET, &k);
    for (int i = 0; i < 4; i++) {
        start(&w, i % 2 ? BY_POLL : BY_SELECT, idle, s, waits[i / 2]);
        peer_ok("send %d 61 1000", k);
        assert_found(&w, POLLRDNORM);
        assert_returns(recv(s, &byte, 1, 0), 1);
    }
}

BOTH(data_meanwhile)

static void end_meanwhile(void)
{
    struct watcher w;
    SOCKET idle;
    int unused;

    idle = pair_up(AF_INET, &unused);
    for (int i = 0; i < 4; i++) {
        int k;
        SOCKET s = pair_up(AF_INET, &k);

        start(&w, i % 2 ? BY_POLL : BY_SELECT, idle, s, waits[i / 2]);
        peer_ok("shut %d w", k);
        assert_found(&w, POLLHUP);
    }
}

BOTH(end_meanwhile)

static void reset_meanwhile(void)
{
    struct watcher w;
    SOCKET idle;
    int unused;

    idle = pair_up(AF_INET, &unused);
    for (int i = 0; i < 4; i++) {
        char byte;
        int k;
        SOCKET s = pair_up(AF_INET, &k);

        start(&w, i % 2 ? BY_POLL : BY_SELECT, idle, s, waits[i / 2]);
        peer_ok("abort %d", k);
        assert_found(&w, POLLHUP | POLLERR);
        assert_fails(recv(s, &byte, 1, 0), WSAECONNRESET);
        ck_assert_int_eq(selects(s, 'r', 0), 1);
        ck_assert_int_eq(selects(s, 'x', 0), 0);
    }
}

BOTH(reset_meanwhile)

static void connection_meanwhile(void)
{
    struct watcher w;
    SOCKET idle, l;
    int unused;

    idle = pair_up(AF_INET, &unused);
    l = listener(AF_INET, 5);
    for (int i = 0; i < 4; i++) {
        start(&w, i % 2 ? BY_POLL : BY_SELECT, idle, l, waits[i / 2]);
        peer_connect(AF_INET, port_of(l));
        assert_found(&w, POLLRDNORM);
        closesocket(accept(l, NULL, NULL));
    }
}

BOTH(connection_meanwhile)

/* A datagram that met nobody, and one that comes later, both while somebody waits. */
struct late {
    SOCKET s;
    struct address own, peer;
    int error;
};

static DWORD WINAPI send_late(void *context)
{
    struct late *late = context;
    SOCKET other;

    Sleep(LONG_WAIT);
    send(late->s, "a", 1, 0);
    Sleep(LONG_WAIT);
    other = socket(AF_INET, SOCK_DGRAM, 0);
    if (bind(other, &late->peer.sa, late->peer.len) ||
        sendto(other, "b", 1, 0, &late->own.sa, late->own.len) != 1)
        late->error = WSAGetLastError();
    return 0;
}

/* recvfrom's page: WSAECONNRESET: a previous send resulted in an ICMP Port Unreachable message.  It
 * keeps nobody from hearing of what comes after. */
CASE(wait, refused_meanwhile)
{
    struct late late = {0};
    SOCKET nobody;
    HANDLE thread;
    char byte = 0;

    winsock();
    late.s = bound(AF_INET, SOCK_DGRAM);
    late.own = address_of(late.s);
    nobody = bound(AF_INET, SOCK_DGRAM);
    late.peer = address_of(nobody);
    assert_works(closesocket(nobody));
    assert_works(connect(late.s, &late.peer.sa, late.peer.len));
    thread = run_thread(send_late, &late);
    ck_assert_int_eq(selects(late.s, 'r', 5000), 1);
    if (recv(late.s, &byte, 1, 0) == SOCKET_ERROR) {
        assert_code(WSAGetLastError(), WSAECONNRESET);
        ck_assert_int_eq(selects(late.s, 'r', 5000), 1);
        assert_returns(recv(late.s, &byte, 1, 0), 1);
    }
    ck_assert_int_eq(byte, 'b');
    join_thread(thread, 5000);
    ck_assert_int_eq(late.error, 0);
}

/* A user APC runs inside the wait, which goes on. */
static void apc_meanwhile(void)
{
    struct watcher w;
    SOCKET idle, s;
    int unused, k;
    char byte;

    idle = pair_up(AF_INET, &unused);
    s = pair_up(AF_INET, &k);
    for (int i = 0; i < 4; i++) {
        start(&w, i % 2 ? BY_POLL : BY_SELECT, idle, s, waits[i / 2]);
        assert_apc_runs(w.thread);
        peer_ok("send %d 61 1000", k);
        assert_found(&w, POLLRDNORM);
        assert_returns(recv(s, &byte, 1, 0), 1);
    }
}

BOTH(apc_meanwhile)

/* One of the two has been received from overlapped; either may be the one that gets the data. */
static void mixed_meanwhile(void)
{
    SOCKET s[2];
    int k[2];

    for (int i = 0; i < 2; i++)
        s[i] = pair_up(AF_INET, &k[i]);
    receive_overlapped(s[0], k[0]);
    for (int i = 0; i < 8; i++) {
        const int gets = i / 2 % 2;
        struct watcher w;
        char byte;

        start(&w, i % 2 ? BY_POLL : BY_SELECT, s[!gets], s[gets], waits[i / 4]);
        peer_ok("send %d 61 1000", k[gets]);
        assert_found(&w, POLLRDNORM);
        assert_returns(recv(s[gets], &byte, 1, 0), 1);
    }
}

BOTH(mixed_meanwhile)

/* The limit is kept, and not passed by much. */
static void time_limit(void)
{
    struct watcher w;
    SOCKET idle, s;
    int unused;

    idle = pair_up(AF_INET, &unused);
    s = pair_up(AF_INET, &unused);
    for (int i = 0; i < 8; i++) {
        static const int limits[] = {1, 49, 120, 500};
        ULONGLONG begun = now_ms();

        memset(&w, 0, sizeof(w));
        w.s[0] = idle;
        w.s[1] = s;
        w.how = i % 2 ? BY_POLL : BY_SELECT;
        w.ms = limits[i / 2];
        watch(&w);
        doing("%s of %d ms", w.how == BY_POLL ? "WSAPoll" : "select", w.ms);
        ck_assert_int_eq(w.result, 0);
        ck_assert_uint_ge(now_ms() - begun + 16, (unsigned)w.ms); /* the clock's step */
        ck_assert_uint_lt(now_ms() - begun, (unsigned)w.ms + PATIENCE);
    }
}

BOTH(time_limit)

static volatile LONG apcs;

static void CALLBACK count_apc(ULONG_PTR unused)
{
    (void)unused;
    InterlockedIncrement(&apcs);
}

/* A thread that only ever waits a little runs its APCs too. */
CASE(wait, apc_in_short_waits)
{
    struct timeval limit = {0, SHORT_WAIT * 1000};
    SOCKET s;
    int k;

    winsock();
    s = pair_up(AF_INET, &k);
    for (int how = BY_SELECT; how <= BY_POLL; how++) {
        apcs = 0;
        ck_assert(QueueUserAPC(count_apc, GetCurrentThread(), 0));
        for (int turn = 0; turn < 10; turn++) {
            WSAPOLLFD fd = {s, POLLRDNORM, 0};
            fd_set set = {1, {s}};

            if (how == BY_POLL)
                assert_returns(WSAPoll(&fd, 1, SHORT_WAIT), 0);
            else
                assert_returns(select(0, &set, NULL, NULL, &limit), 0);
        }
        ck_assert_int_eq(apcs, 1);
    }
}

/* A thread ended inside a wait leaves the sockets usable, and their end visible to the peer. */
static void terminated_meanwhile(void)
{
    struct watcher w;
    SOCKET idle, s;
    int unused, k;

    idle = pair_up(AF_INET, &unused);
    s = pair_up(AF_INET, &k);
    for (int i = 0; i < 8; i++) {
        start(&w, i % 2 ? BY_POLL : BY_SELECT, idle, s, waits[i / 4]);
        end_thread(w.thread);
    }
    exchange_bytes(s, k);
    assert_works(closesocket(s));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
}

BOTH(terminated_meanwhile)
