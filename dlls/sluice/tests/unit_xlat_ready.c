/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* poll()'s answers as flags of readiness, row by row. */
#include <poll.h>

#include "unit_xlat.h"
#include "xlat/ready.h"

#define ENDED (POLLIN | POLLRDHUP)
/* What Linux says of a stream whose both ways are shut: a reset, or two orderly ends. */
#define DEAD (POLLIN | POLLOUT | POLLRDHUP | POLLHUP)

static const struct {
    enum ready_kind kind;
    uint32_t asked;
    short events;
} wanted[] = {
    {READY_STREAM, 0, 0},
    {READY_STREAM, READY_READ, POLLIN | POLLRDHUP},
    {READY_STREAM, READY_HUP, POLLRDHUP},
    {READY_STREAM, READY_HUP | READY_RESET, POLLRDHUP},
    {READY_STREAM, READY_RESET, 0},
    {READY_STREAM, READY_WRITE, POLLOUT},
    {READY_STREAM, READY_OOB, POLLPRI},
    {READY_STREAM, READY_ACCEPT, 0},
    {READY_STREAM, READY_READ | READY_WRITE | READY_OOB, POLLIN | POLLRDHUP | POLLOUT | POLLPRI},
    {READY_STREAM_RESET, READY_READ | READY_WRITE, POLLIN | POLLRDHUP | POLLOUT},
    {READY_LISTENER, READY_READ | READY_WRITE | READY_OOB | READY_HUP, 0},
    {READY_LISTENER, READY_READ | READY_ACCEPT, POLLIN},
    {READY_DATAGRAM, READY_READ | READY_HUP | READY_RESET | READY_OOB, POLLIN},
    {READY_DATAGRAM, READY_WRITE, POLLOUT},
    {READY_DATAGRAM_QUIET, READY_READ | READY_WRITE, POLLIN | POLLOUT},
    {READY_DATAGRAM_REFUSED, READY_READ, POLLIN},
    {READY_NONE, READY_READ | READY_WRITE | READY_ACCEPT, 0},
};

START_TEST(events)
{
    ck_assert_int_eq(xlat_ready_events(wanted[_i].kind, wanted[_i].asked), wanted[_i].events);
}
END_TEST

static const struct {
    enum ready_kind kind;
    short revents;
    struct ready_more more;
    uint32_t flags;
} rows[] = {
    {READY_STREAM, 0, {false, false}, 0},
    {READY_STREAM, POLLIN, {false, false}, READY_READ},
    {READY_STREAM, POLLOUT, {false, false}, READY_WRITE},
    {READY_STREAM, POLLIN | POLLOUT, {false, false}, READY_READ | READY_WRITE},
    /* the peer's end: behind unread data it shows beside it, else alone */
    {READY_STREAM, ENDED, {true, false}, READY_READ | READY_HUP},
    {READY_STREAM, ENDED, {false, false}, READY_HUP},
    {READY_STREAM, ENDED | POLLOUT, {false, false}, READY_HUP | READY_WRITE},
    {READY_STREAM, POLLRDHUP, {true, false}, READY_READ | READY_HUP},
    {READY_STREAM, POLLRDHUP, {false, false}, READY_HUP},
    /* urgent data */
    {READY_STREAM, POLLPRI, {false, false}, READY_OOB},
    {READY_STREAM, POLLPRI | POLLIN, {false, false}, READY_OOB | READY_READ},
    {READY_STREAM, POLLPRI, {false, true}, READY_READ},
    {READY_STREAM, POLLPRI | POLLOUT, {false, true}, READY_READ | READY_WRITE},
    {READY_STREAM, POLLPRI | ENDED, {false, false}, READY_OOB | READY_HUP},
    /* resets, other errors and two orderly ends look alike */
    {READY_STREAM, DEAD | POLLERR, {false, false}, READY_HOST},
    {READY_STREAM, DEAD, {false, false}, READY_HOST},
    {READY_STREAM, POLLHUP, {false, false}, READY_HOST},
    {READY_STREAM, POLLERR, {false, false}, READY_HOST},
    {READY_STREAM, POLLNVAL, {false, false}, READY_HOST},
    /* once reported, whatever else is there */
    {READY_STREAM_RESET, 0, {false, false}, READY_RESET},
    {READY_STREAM_RESET, DEAD, {false, false}, READY_RESET | READY_WRITE},
    {READY_STREAM_RESET, DEAD | POLLERR, {true, false}, READY_RESET | READY_WRITE},
    {READY_STREAM_RESET, POLLPRI | POLLOUT, {false, false}, READY_RESET | READY_OOB | READY_WRITE},
    {READY_LISTENER, 0, {false, false}, 0},
    {READY_LISTENER, POLLIN, {false, false}, READY_ACCEPT},
    {READY_LISTENER, POLLIN | POLLHUP, {false, false}, READY_HOST},
    {READY_LISTENER, POLLERR, {false, false}, READY_HOST},
    {READY_DATAGRAM, 0, {false, false}, 0},
    {READY_DATAGRAM, POLLIN, {false, false}, READY_READ},
    {READY_DATAGRAM, POLLOUT, {false, false}, READY_WRITE},
    {READY_DATAGRAM, POLLERR | POLLOUT, {false, false}, READY_READ | READY_WRITE},
    {READY_DATAGRAM, POLLHUP | POLLIN, {false, false}, READY_HOST},
    {READY_DATAGRAM_QUIET, POLLERR | POLLOUT, {false, false}, READY_WRITE},
    {READY_DATAGRAM_QUIET, POLLERR | POLLIN, {false, false}, READY_READ},
    {READY_DATAGRAM_REFUSED, 0, {false, false}, READY_READ},
    {READY_DATAGRAM_REFUSED, POLLOUT, {false, false}, READY_READ | READY_WRITE},
    {READY_NONE, 0, {false, false}, READY_HOST},
};

START_TEST(flags)
{
    ck_assert_uint_eq(xlat_ready_flags(rows[_i].kind, rows[_i].revents, &rows[_i].more),
                      rows[_i].flags);
}
END_TEST

/* A system call is spent only where the answer depends on it. */
START_TEST(needs)
{
    struct ready_more other = rows[_i].more;
    const enum ready_kind kind = rows[_i].kind;
    const short revents = rows[_i].revents;

    other.has_unread = !other.has_unread;
    ck_assert_int_eq(xlat_ready_flags(kind, revents, &other) != rows[_i].flags,
                     xlat_ready_needs_unread(kind, revents));
    other = rows[_i].more;
    other.is_inline = !other.is_inline;
    if (xlat_ready_flags(kind, revents, &other) != rows[_i].flags)
        ck_assert(xlat_ready_needs_inline(kind, revents));
}
END_TEST

TCase *ready_case(void)
{
    TCase *tcase = tcase_create("ready");

    tcase_add_loop_test(tcase, events, 0, COUNT(wanted));
    tcase_add_loop_test(tcase, flags, 0, COUNT(rows));
    tcase_add_loop_test(tcase, needs, 0, COUNT(rows));
    return tcase;
}
