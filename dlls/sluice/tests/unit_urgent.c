/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Urgent data: what unix/urgent.c sees of a loopback connection, and that xlat/urgent.c makes of it
 * what Windows has: a stream without urgent bytes, and those in their order. */
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "fault.h"
#include "loopback.h"
#include "unix/calls.h"
#include "unix/record.h"
#include "winabi.h"
#include "xlat/urgent.h"

static uint64_t handle;
static int peer;

static void connect_pair(void)
{
    int on = 1;

    handle = loopback_stream(&peer);
    setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof(on));
}

static struct urgent_seen look(void)
{
    struct urgent_look_params params = {.handle = handle};

    ck_assert_int_eq(unix_urgent_look(&params), 0);
    return (struct urgent_seen){params.position,
                                params.end,
                                params.mark,
                                (enum urgent_state)params.state,
                                (unsigned char)params.byte,
                                params.is_inline != 0};
}

static size_t receive(char *bytes, size_t length, uint32_t flags)
{
    struct unix_buffer buffer = {.address = (uintptr_t)bytes, .length = (uint32_t)length};
    struct receive_params params = {.handle = handle,
                                    .buffers = (uintptr_t)&buffer,
                                    .count = 1,
                                    .flags = flags,
                                    .is_stream = 1};

    return unix_receive(&params) ? 0 : (size_t)params.moved;
}

/* Positions stay what they are through arrival, mark, reading, and the peer's end. */
START_TEST(positions)
{
    struct urgent_seen seen;
    uint64_t start;
    char bytes[8];

    connect_pair();
    seen = look();
    start = seen.position;
    ck_assert_uint_eq(seen.end, start);
    ck_assert_int_eq(seen.state, URGENT_NONE);
    ck_assert_int_eq(send(peer, "abc", 3, 0), 3);
    ck_assert_int_eq(send(peer, "u", 1, MSG_OOB), 1);
    for (int i = 0; i < 2; i++) {
        seen = look();
        ck_assert_uint_eq(seen.position, start);
        ck_assert_uint_eq(seen.mark, start + 3);
        ck_assert_uint_eq(seen.end, start + 4 + 2 * (uint64_t)i);
        ck_assert_int_eq(seen.state, URGENT_UNREAD);
        ck_assert_int_eq(seen.byte, 'u');
        if (!i)
            ck_assert_int_eq(send(peer, "de", 2, 0), 2);
    }
    ck_assert_uint_eq(receive(bytes, 1, WS_MSG_OOB), 1);
    seen = look();
    ck_assert_int_eq(seen.state, URGENT_TAKEN);
    ck_assert_uint_eq(seen.mark, start + 3);
    ck_assert_uint_eq(receive(bytes, 8, 0), 3);
    seen = look();
    ck_assert_int_eq(seen.state, URGENT_TAKEN);
    ck_assert_uint_eq(seen.mark, seen.position);
    ck_assert_int_eq(shutdown(peer, SHUT_WR), 0);
    seen = look();
    ck_assert_uint_eq(seen.end, start + 6);
    ck_assert_uint_eq(receive(bytes, 8, 0), 2);
    seen = look();
    ck_assert_int_eq(seen.state, URGENT_NONE);
    ck_assert_uint_eq(seen.position, start + 6);
    loopback_close(handle, peer);
}
END_TEST

/* The mark alone in the queue, unread and received; with the peer's end behind it. */
START_TEST(mark_alone)
{
    struct urgent_seen seen;
    char byte;

    connect_pair();
    ck_assert_int_eq(send(peer, "u", 1, MSG_OOB), 1);
    if (_i)
        ck_assert_int_eq(shutdown(peer, SHUT_WR), 0);
    for (int taken = 0; taken < 2; taken++) {
        seen = look();
        ck_assert_int_eq(seen.state, taken ? URGENT_TAKEN : URGENT_UNREAD);
        ck_assert_uint_eq(seen.mark, seen.position);
        ck_assert_uint_eq(seen.end, seen.position + 1);
        if (!taken)
            ck_assert_uint_eq(receive(&byte, 1, WS_MSG_OOB), 1);
    }
    loopback_close(handle, peer);
}
END_TEST

/* In line the kernel's mark is nothing apart; TCP_INQ is off again after each look. */
START_TEST(in_line)
{
    int on = 1, fd;
    socklen_t length = sizeof(on);
    struct record_ref ref;
    struct urgent_seen seen;

    connect_pair();
    ck_assert(record_take(handle, &ref));
    fd = ref.fd;
    ck_assert_int_eq(setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on)), 0);
    ck_assert_int_eq(send(peer, "a", 1, 0), 1);
    ck_assert_int_eq(send(peer, "u", 1, MSG_OOB), 1);
    seen = look();
    ck_assert(seen.is_inline);
    ck_assert_int_eq(seen.state, URGENT_NONE);
    ck_assert_uint_eq(seen.end, seen.position + 2);
    ck_assert_int_eq(getsockopt(fd, IPPROTO_TCP, TCP_INQ, &on, &length), 0);
    ck_assert_int_eq(on, 0);
    record_give(&ref);
    loopback_close(handle, peer);
}
END_TEST

/* What the kernel refuses to tell leaves nothing behind; an error it holds stays there. */
START_TEST(refused)
{
    static const struct {
        enum fault_call call;
        int skip;
    } faults[] = {
        {FAULT_getsockopt, 1},                                            /* SO_OOBINLINE */
        {FAULT_setsockopt, 0},                                            /* TCP_INQ */
        {FAULT_getsockopt, 2},                                            /* TCP_INFO */
        {FAULT_poll, 0},       {FAULT_recvmsg, 0}, {FAULT_getsockopt, 3}, /* TCP_INFO again */
    };
    struct urgent_look_params params;
    struct linger reset = {1, 0};
    struct record_ref ref;
    int error = 0;
    socklen_t length = sizeof(error);

    connect_pair();
    params.handle = handle;
    for (size_t i = 0; i < sizeof(faults) / sizeof(faults[0]); i++) {
        fault_inject(faults[i].call, faults[i].skip, 1, EACCES);
        ck_assert_int_eq(unix_urgent_look(&params), WS_WSAEOPNOTSUPP);
    }
    fault_inject(FAULT_getsockopt, 0, 1, ENOPROTOOPT); /* SO_COOKIE */
    ck_assert_int_eq(unix_urgent_look(&params), 0);
    ck_assert_uint_eq(params.cookie, 0);
    ck_assert(record_take(handle, &ref));
    setsockopt(peer, SOL_SOCKET, SO_LINGER, &reset, sizeof(reset));
    close(peer);
    ck_assert_int_eq(unix_urgent_look(&params), WS_WSAEOPNOTSUPP);
    ck_assert_int_eq(getsockopt(ref.fd, SOL_SOCKET, SO_ERROR, &error, &length), 0);
    ck_assert_int_eq(error, ECONNRESET);
    record_give(&ref);
    loopback_close(handle, -1);
    ck_assert_int_eq(unix_urgent_look(&params), WS_WSAENOTSOCK);
    params.handle = handle = loopback_datagram(AF_INET, &peer);
    ck_assert_int_eq(unix_urgent_look(&params), WS_WSAEOPNOTSUPP);
    loopback_close(handle, peer);
}
END_TEST

/* As spi/urgent.c does it. */
static struct urgent_seen settle(struct urgent_bytes *bytes)
{
    for (;;) {
        struct drop_urgent_params drop = {.handle = handle};
        struct urgent_seen seen = look();
        enum urgent_step step;

        urgent_update(bytes, &seen);
        step = urgent_step(bytes, &seen);
        if (step == URGENT_LEAVE)
            return seen;
        drop.is_data = step == URGENT_DROP;
        ck_assert_int_eq(unix_drop_urgent(&drop), 0);
    }
}

/* What Windows has: two queues. */
struct queue {
    char bytes[4096];
    size_t first, last;
};

/* A sender without acknowledgements holds back what it has: the next urgent byte would take the
 * place of one that never left. */
static void send_and_wait(const char *bytes, size_t length, int flags)
{
    const uint64_t end = look().end + length;

    ck_assert_int_eq(send(peer, bytes, length, flags), (ssize_t)length);
    for (int i = 0; i < 2000 && look().end < end; i++)
        usleep(1000);
    ck_assert_uint_eq(look().end, end);
}

static void receive_urgent(struct urgent_bytes *bytes, struct queue *queue, bool peeks)
{
    struct urgent_seen seen = settle(bytes);
    struct urgent_byte *first = urgent_first(bytes, &seen);
    char byte = 0;

    ck_assert_int_eq(urgent_waits(bytes), queue->first < queue->last);
    if (first) {
        byte = (char)first->byte;
        first->taken = !peeks;
    } else {
        ck_assert_uint_eq(receive(&byte, 1, WS_MSG_OOB | (peeks ? WS_MSG_PEEK : 0)),
                          queue->first < queue->last);
        if (queue->first == queue->last)
            return;
    }
    ck_assert_int_eq(byte, queue->bytes[queue->first]);
    queue->first += !peeks;
    settle(bytes);
}

static void receive_normal(struct urgent_bytes *bytes, struct queue *queue, size_t most)
{
    struct urgent_seen seen = settle(bytes);
    uint64_t room = urgent_room(bytes, &seen), readable = urgent_readable(bytes, &seen);
    char got[16];
    size_t count;

    ck_assert_uint_le(readable, queue->last - queue->first);
    ck_assert_int_eq(readable != 0, queue->first < queue->last);
    count = receive(got, most < room ? most : (size_t)room, 0);
    ck_assert_uint_eq(count, most < readable ? most : readable);
    ck_assert(!memcmp(got, queue->bytes + queue->first, count));
    queue->first += count;
}

/* Any order of sends and receives, with a look after each urgent byte that comes. */
START_TEST(any_order)
{
    struct urgent_bytes bytes = {0};
    struct queue normal = {.first = 0}, urgent = {.first = 0};

    srandom((unsigned)_i);
    connect_pair();
    for (int i = 0; i < 200; i++) {
        const size_t length = 1 + (size_t)random() % 4;
        char text[] = {(char)('a' + i % 26), (char)i, 'x', 'y'};

        switch (random() % 8) {
        case 0:
        case 1:
        case 2:
            send_and_wait(text, length, 0);
            memcpy(normal.bytes + normal.last, text, length);
            normal.last += length;
            break;
        case 3:
            if (bytes.count >= URGENT_MOST - 1)
                break;
            send_and_wait(text, 1, MSG_OOB);
            urgent.bytes[urgent.last++] = text[0];
            settle(&bytes);
            break;
        case 4:
        case 5:
            receive_urgent(&bytes, &urgent, random() % 4 == 0);
            break;
        default:
            receive_normal(&bytes, &normal, length);
        }
    }
    while (normal.first < normal.last)
        receive_normal(&bytes, &normal, 16);
    while (urgent.first < urgent.last)
        receive_urgent(&bytes, &urgent, false);
    settle(&bytes);
    ck_assert_uint_eq(bytes.count, 0);
    ck_assert_uint_eq(look().end, look().position);
    loopback_close(handle, peer);
}
END_TEST

/* More at once than are remembered: the list stays within its bounds. */
START_TEST(too_many)
{
    struct urgent_bytes bytes = {0};
    struct urgent_seen seen = {.state = URGENT_UNREAD, .byte = 'u'};

    for (seen.mark = 10; seen.mark < 10 + 2 * URGENT_MOST; seen.mark++) {
        seen.end = seen.mark + 1;
        urgent_update(&bytes, &seen);
    }
    ck_assert_uint_eq(bytes.count, URGENT_MOST);
    ck_assert_uint_eq(bytes.list[URGENT_MOST - 1].at, 10 + URGENT_MOST - 1);
    ck_assert_uint_eq(urgent_room(&bytes, &seen), 10);
}
END_TEST

/* SO_OOBINLINE switched on: what was received does not come again, what was passed over comes
 * first. */
START_TEST(switched_on)
{
    struct urgent_bytes bytes = {
        .count = 3,
        .list = {{3, 'p', false, true}, {6, 't', true, false}, {8, 'w', false, false}},
    };
    struct urgent_seen seen = {.position = 5, .end = 10, .is_inline = true};

    urgent_update(&bytes, &seen);
    ck_assert_uint_eq(bytes.count, 3);
    ck_assert_ptr_eq(urgent_first(&bytes, &seen), &bytes.list[0]);
    ck_assert_uint_eq(urgent_room(&bytes, &seen), 1);
    ck_assert_uint_eq(urgent_readable(&bytes, &seen), 2);
    bytes.list[0].taken = true;
    seen.position = 6;
    urgent_update(&bytes, &seen);
    ck_assert_uint_eq(bytes.count, 2);
    ck_assert_int_eq(urgent_step(&bytes, &seen), URGENT_DROP);
    seen.position = 8;
    urgent_update(&bytes, &seen);
    ck_assert_int_eq(urgent_step(&bytes, &seen), URGENT_LEAVE);
    ck_assert(urgent_waits(&bytes));
    ck_assert_ptr_null(urgent_first(&bytes, &seen));
    ck_assert_uint_eq(urgent_room(&bytes, &seen), UINT64_MAX);
    seen.position = 9;
    urgent_update(&bytes, &seen);
    ck_assert_uint_eq(bytes.count, 0);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("urgent");
    TCase *tcase = tcase_create("urgent data");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tcase, fault_start, fault_check);
    tcase_add_test(tcase, positions);
    tcase_add_loop_test(tcase, mark_alone, 0, 2);
    tcase_add_test(tcase, in_line);
    tcase_add_test(tcase, refused);
    tcase_add_loop_test(tcase, any_order, 0, 12);
    tcase_add_test(tcase, too_many);
    tcase_add_test(tcase, switched_on);
    suite_add_tcase(suite, tcase);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed != 0;
}
