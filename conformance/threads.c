/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What is done to threads that wait to send, and to threads that wait for many sockets: APCs, held,
 * ended.  (Receives: hazard.c, accepts: accept_wait.c, waits for two sockets: wait.c.)
 *
 * Sources: the pages "send" ("Winsock performs an alertable wait in this situation, which can be
 * interrupted by an asynchronous procedure call"), "select", "SuspendThread" and "TerminateThread",
 * of which none gives a call another result than it has without them. */
#include "blocked.h"
#include "remote.h"

/* More than what lies in the buffers of both ends; the pattern begins anew with each block. */
enum { BLOCK = 64 * 1024, BLOCKS = 256 };

/* A blocking send of all blocks in a thread of its own. */
struct sender {
    SOCKET s;
    char *bytes;
    HANDLE thread;
    volatile LONG calls;
    int result;
};

static DWORD WINAPI send_all(void *context)
{
    struct sender *sender = context;

    InterlockedExchange(&sender->calls, 1);
    sender->result = send(sender->s, sender->bytes, BLOCKS * BLOCK, 0);
    return 0;
}

static char *make_blocks(void)
{
    char *bytes = make_pattern(BLOCK), *all = malloc(BLOCKS * BLOCK);

    ck_assert_ptr_nonnull(all);
    for (int i = 0; i < BLOCKS; i++)
        memcpy(all + i * BLOCK, bytes, BLOCK);
    free(bytes);
    return all;
}

/* A connection whose peer, k, does not read. */
static void start_sender(struct sender *sender, int *k, int wait)
{
    memset(sender, 0, sizeof(*sender));
    sender->bytes = make_blocks();
    sender->s = pair_up(AF_INET, k);
    sender->thread = run_into_call(send_all, sender, &sender->calls, wait);
    ck_assert_uint_eq(WaitForSingleObject(sender->thread, 0), WAIT_TIMEOUT);
}

static void drain(int k, int blocks)
{
    for (int i = 0; i < blocks; i++)
        peer_ok("drain %d 1 %d 5000", k, BLOCK);
}

/* The peer has read all but `blocks`.  Nothing is missing, nothing comes twice. */
static void assert_sent(struct sender *sender, int k, int blocks)
{
    drain(k, blocks);
    join_thread(sender->thread, PATIENCE);
    ck_assert_int_eq(sender->result, BLOCKS * BLOCK);
    exchange_bytes(sender->s, k);
    assert_works(closesocket(sender->s));
    ck_assert_str_eq(peer("read %d 1 5000", k), "EOF");
    free(sender->bytes);
}

CASE(threads, apc_while_sending)
{
    winsock();
    for (size_t i = 0; i < ARRAYSIZE(waits); i++) {
        struct sender sender;
        int k;

        start_sender(&sender, &k, waits[i]);
        assert_apc_runs(sender.thread);
        ck_assert_uint_eq(WaitForSingleObject(sender.thread, 0), WAIT_TIMEOUT);
        assert_sent(&sender, k, BLOCKS);
    }
}

/* Held and let go, many times and for longer. */
static void hold(HANDLE thread, int times, int ms)
{
    for (int i = 0; i < times; i++) {
        ck_assert_int_eq((int)SuspendThread(thread), 0);
        Sleep((DWORD)ms);
        ck_assert_int_eq((int)ResumeThread(thread), 1);
        Sleep(2);
    }
    ck_assert_uint_eq(WaitForSingleObject(thread, 0), WAIT_TIMEOUT);
}

CASE(threads, suspended_while_sending)
{
    winsock();
    for (size_t i = 0; i < ARRAYSIZE(waits); i++) {
        struct sender sender;
        int k;

        start_sender(&sender, &k, waits[i]);
        hold(sender.thread, 20, 2);
        hold(sender.thread, 1, LONG_WAIT);
        /* there is room again while it is held */
        ck_assert_int_eq((int)SuspendThread(sender.thread), 0);
        drain(k, 1);
        ck_assert_uint_eq(WaitForSingleObject(sender.thread, 20), WAIT_TIMEOUT);
        ck_assert_int_eq((int)ResumeThread(sender.thread), 1);
        assert_sent(&sender, k, BLOCKS - 1);
    }
}

/* Whoever closes the socket then, the connection ends with it: what arrives is the first part, and
 * there is an end of one kind or the other (a send that was cut short may reset). */
CASE(threads, terminated_while_sending)
{
    winsock();
    for (size_t i = 0; i < ARRAYSIZE(waits); i++) {
        struct sender sender;
        const char *answer;
        int k, blocks = 0;

        start_sender(&sender, &k, waits[i]);
        end_thread(sender.thread);
        assert_works(closesocket(sender.s));
        while (!strncmp(answer = peer("drain %d 1 %d 5000", k, BLOCK), "OK", 2))
            ck_assert_int_lt(++blocks, BLOCKS);
        if (strcmp(answer, "RESET"))
            ck_assert_str_eq(answer, "EOF");
        free(sender.bytes);
    }
}

enum { SOCKETS = 8 };

/* A select for reading of some connections in a thread of its own. */
struct watcher {
    fd_set set;
    HANDLE thread;
    volatile LONG calls;
    int result, error;
};

static DWORD WINAPI watch(void *context)
{
    struct watcher *w = context;
    struct timeval limit = {60, 0};

    InterlockedExchange(&w->calls, 1);
    w->result = select(0, &w->set, NULL, NULL, &limit);
    w->error = WSAGetLastError();
    return 0;
}

/* The connections, and the peer's numbers for them. */
struct crowd_of_sockets {
    SOCKET s[SOCKETS];
    int k[SOCKETS];
};

static void connect_all(struct crowd_of_sockets *c)
{
    for (int i = 0; i < SOCKETS; i++)
        c->s[i] = pair_up(AF_INET, &c->k[i]);
}

static void start_watcher(struct watcher *w, const struct crowd_of_sockets *c, int wait)
{
    memset(w, 0, sizeof(*w));
    for (int i = 0; i < SOCKETS; i++)
        FD_SET(c->s[i], &w->set);
    w->thread = run_into_call(watch, w, &w->calls, wait);
}

static void assert_readable(struct watcher *w, SOCKET s)
{
    join_thread(w->thread, PATIENCE);
    ck_assert_int_eq(w->result, 1);
    ck_assert(FD_ISSET(s, &w->set));
}

/* Each of them works, and ends. */
static void use_and_close(const struct crowd_of_sockets *c)
{
    for (int i = 0; i < SOCKETS; i++) {
        exchange_bytes(c->s[i], c->k[i]);
        assert_works(closesocket(c->s[i]));
        ck_assert_str_eq(peer("read %d 1 5000", c->k[i]), "EOF");
    }
}

CASE(threads, suspended_in_select)
{
    struct crowd_of_sockets c;
    struct watcher w;
    char byte;

    winsock();
    connect_all(&c);
    for (size_t i = 0; i < 2 * ARRAYSIZE(waits); i++) {
        const int which = (int)(3 * i % SOCKETS), early = i % 2;

        start_watcher(&w, &c, waits[i / 2]);
        hold(w.thread, 20, 2);
        hold(w.thread, 1, LONG_WAIT);
        if (early) { /* the data is there before it goes on */
            ck_assert_int_eq((int)SuspendThread(w.thread), 0);
            peer_ok("send %d 61 1000", c.k[which]);
            ck_assert_uint_eq(WaitForSingleObject(w.thread, 20), WAIT_TIMEOUT);
            ck_assert_int_eq((int)ResumeThread(w.thread), 1);
        } else {
            peer_ok("send %d 61 1000", c.k[which]);
        }
        assert_readable(&w, c.s[which]);
        assert_returns(recv(c.s[which], &byte, 1, 0), 1);
    }
    use_and_close(&c);
}

/* Closed by another thread: readable (Wine's tests, as run on Windows), once the thread goes on. */
CASE(threads, closed_under_suspended_select)
{
    struct crowd_of_sockets c;
    int found = 0;

    winsock();
    connect_all(&c);
    for (int i = 0; i < TRIES && !found; i++) {
        const int which = i % SOCKETS;
        struct watcher w;

        start_watcher(&w, &c, LONG_WAIT);
        ck_assert_int_eq((int)SuspendThread(w.thread), 0);
        assert_works(closesocket(c.s[which]));
        ck_assert_int_eq((int)ResumeThread(w.thread), 1);
        ck_assert_str_eq(peer("read %d 1 5000", c.k[which]), "EOF");
        join_thread(w.thread, PATIENCE);
        found = w.result == 1 && FD_ISSET(c.s[which], &w.set);
        if (!found) /* on a busy machine it may not have come as far as its wait */
            assert_code(w.error, WSAENOTSOCK);
        c.s[which] = pair_up(AF_INET, &c.k[which]);
    }
    ck_assert_msg(found, "each select says WSAENOTSOCK");
    use_and_close(&c);
}

/* Another thread's select of the same sockets goes on, and they work. */
CASE(threads, terminated_in_select)
{
    struct crowd_of_sockets c;
    struct watcher ended, other;
    char byte;

    winsock();
    connect_all(&c);
    for (size_t i = 0; i < 2 * ARRAYSIZE(waits); i++) {
        const int which = (int)(3 * i % SOCKETS);

        start_watcher(&other, &c, waits[i / 2]);
        start_watcher(&ended, &c, waits[i % 2]);
        end_thread(ended.thread);
        ck_assert_uint_eq(WaitForSingleObject(other.thread, 20), WAIT_TIMEOUT);
        peer_ok("send %d 61 1000", c.k[which]);
        assert_readable(&other, c.s[which]);
        assert_returns(recv(c.s[which], &byte, 1, 0), 1);
    }
    use_and_close(&c);
}
