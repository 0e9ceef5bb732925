/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* sluice-report: lines taken apart, what they come to, what data becomes in a page. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "trace_page.h"

#define COUNT(array) ((int)(sizeof(array) / sizeof(*(array))))
#define HEADER       "# sluice trace 1 program=a b.exe pid=32 start=2026-11-22T12:00:00.000000Z\n"

/* Text right before a page that cannot be touched, without a zero at its end. */
static struct span guarded_text(const char *text, size_t length)
{
    return (struct span){guard_copy_of(text, length), length};
}

static void ck_span(struct span got, const char *want)
{
    ck_assert_msg(span_is(got, want), "\"%.*s\" is not \"%s\"", (int)got.length, got.at, want);
}

static const struct {
    const char *line, *function, *arguments, *result, *code, *host;
    int took_us;
} lines[] = {
    {"12:00:00.000123 0118 listen(0x58, 5) = 0 <0.000214>", "listen", "0x58, 5", "0", "", "", 214},
    {"23:59:59.999999 0118 f() = -1 <1000000000.000000>", "f", "", "-1", "", "", -1},
    {"12:00:00.000123 0118 connect(0x58, {AF_INET6, [::1]:81}, 16) = SOCKET_ERROR WSAECONNREFUSED "
     "(10061) "
     "ECONNREFUSED <0.000214>\r",
     "connect", "0x58, {AF_INET6, [::1]:81}, 16", "SOCKET_ERROR", "WSAECONNREFUSED", "ECONNREFUSED",
     214},
    {"12:00:00.000000 0118 send(0x58, \"\\\") = 1 <0.000001>\\\\\"..., 18, 0) = 18 <0.000009>",
     "send", "0x58, \"\\\") = 1 <0.000001>\\\\\"..., 18, 0", "18", "", "", 9},
    {"12:00:00.000000 0118 f(((, [}]), \")\") = {\"a b\", 1} WSA_E_NO_MORE (10110) <0.000000>", "f",
     "((, [}]), \")\"", NULL, NULL, NULL, 0},
    {"12:00:00.000000 0118 inet_ntoa(127.0.0.1) = \"127.0.0.1 <\" <0.000000>", "inet_ntoa",
     "127.0.0.1", "\"127.0.0.1 <\"", "", "", 0},
};

START_TEST(line_apart)
{
    struct trace_call call;
    const char *wrong = parse_call(guarded_text(lines[_i].line, strlen(lines[_i].line)), &call);

    if (!lines[_i].result) { /* brackets that do not match */
        ck_assert_ptr_nonnull(wrong);
        return;
    }
    ck_assert_msg(!wrong, "%s: %s", lines[_i].line, wrong);
    ck_span(call.function, lines[_i].function);
    ck_span(call.arguments, lines[_i].arguments);
    ck_span(call.result, lines[_i].result);
    ck_span(call.code, lines[_i].code);
    ck_span(call.host, lines[_i].host);
    if (lines[_i].took_us >= 0)
        ck_assert_int_eq(call.took_us, lines[_i].took_us);
    ck_span(call.thread, "0118");
}
END_TEST

static const char *const bad_lines[] = {
    "",
    "x",
    "12:00:00 0118 f() = 0 <0.000000>",
    "24:00:00.000000 0118 f() = 0 <0.000000>",
    "12:00:00.000000 f() = 0 <0.000000>",
    "12:00:00.000000 0118 f = 0 <0.000000>",
    "12:00:00.000000 0118 () = 0 <0.000000>",
    "12:00:00.000000 0118 f( = 0 <0.000000>",
    "12:00:00.000000 0118 f(\") = 0 <0.000000>",
    "12:00:00.000000 0118 f() <0.000000>",
    "12:00:00.000000 0118 f() =  <0.000000>",
    "12:00:00.000000 0118 f() = 0",
    "12:00:00.000000 0118 f() = 0 <0>",
    "12:00:00.000000 0118 f() = 0 <0.00000>",
    "12:00:00.000000 0118 f() = 0 <99999999999999999999.000000>",
    "12:00:00.000000 0118 f() = 0 WSAEINVAL <0.000000>",
    "12:00:00.000000 0118 f() = 0 WSAEINVAL (x) <0.000000>",
    "12:00:00.000000 0118 f() = 0 WSAEINVAL (10022) EINVAL more <0.000000>",
    "<0.000000>",
    " >",
};

START_TEST(bad_line)
{
    struct trace_call call;

    ck_assert_ptr_nonnull(parse_call(guarded_text(bad_lines[_i], strlen(bad_lines[_i])), &call));
}
END_TEST

START_TEST(header)
{
    struct trace_header h;

    ck_assert_ptr_null(parse_header(
        span_of("# sluice trace 1 program=a b.exe pid=32 start=2026-11-22T12:00:00.000001Z"), &h));
    ck_span(h.program, "a b.exe");
    ck_span(h.pid, "32");
    ck_assert_int_eq(h.start_us, 1795348800000001); /* date -u -d 2026-11-22T12:00:00 +%s */
    ck_assert_ptr_null(parse_header(
        span_of("# sluice trace 1 program=a pid=1 start=2024-03-01T00:00:00.000000Z"), &h));
    ck_assert_int_eq(h.start_us, 1709251200000000);
    ck_assert_ptr_nonnull(parse_header(span_of(""), &h));
    ck_assert_ptr_nonnull(parse_header(
        span_of("# sluice trace 2 program=a pid=1 start=2024-03-01T00:00:00.000000Z"), &h));
    ck_assert_ptr_nonnull(parse_header(span_of("# sluice trace 1"), &h));
    ck_assert_ptr_nonnull(parse_header(span_of("# sluice trace 1 program=a pid=1"), &h));
    ck_assert_ptr_nonnull(parse_header(
        span_of("# sluice trace 1 program=a pid=1 start=2024-13-01T00:00:00.000000Z"), &h));
}
END_TEST

static struct trace read_trace(const char *text)
{
    struct trace trace = {.call_count = 0};
    struct trace_fault fault;

    ck_assert_msg(trace_read(&trace, "t", span_of(text), &fault), "line %lu: %s", fault.line,
                  fault.why);
    trace_sum(&trace);
    return trace;
}

#define SERVER                                                                                     \
    HEADER "12:00:00.000000 1 socket(AF_INET, SOCK_STREAM, 0) = 0x58 <0.000010>\n"                 \
           "12:00:00.000020 1 bind(0x58, {AF_INET, 0.0.0.0:0}, 16) = 0 <0.000010>\n"               \
           "12:00:00.000030 1 getsockname(0x58, {AF_INET, 0.0.0.0:99}, 16) = 0 <0.000010>\n"       \
           "12:00:00.000040 1 listen(0x58, 5) = 0 <0.000010>\n"                                    \
           "12:00:00.000100 1 accept(0x58, {AF_INET, 127.0.0.1:5}, 16) = 0x60 <0.000100>\n"

START_TEST(server)
{
    struct trace t = read_trace(
        SERVER
        "12:00:00.000300 1 recv(0x60, \"abc\", 9, 0) = 3 <0.000010>\n"
        "12:00:00.000400 2 recv(0x60, 0x1[9], 9, 0) = SOCKET_ERROR WSAEWOULDBLOCK (10035) EAGAIN "
        "<0.000010>\n"
        "12:00:00.000500 2 WSASend(0x60, [{\"a\", 3}], 1, 1000, 0, NULL, NULL) = 0 <0.000010>\n"
        "12:00:00.000600 2 send(0x60, \"a\", 1, 0) = SOCKET_ERROR WSAECONNRESET (10054) EPIPE "
        "<0.000010>\n"
        "12:00:00.000700 2 select(0, {0x58, 0x60, 0x99}, NULL, NULL, NULL) = 1 <0.000010>\n"
        "12:00:00.000800 2 closesocket(0x60) = 0 <0.000010>\n"
        "12:00:00.000900 2 socket(AF_INET, SOCK_DGRAM, 0) = 0x60 <0.000010>\n");
    const struct socket_life *listening = &t.sockets[0], *accepted = &t.sockets[1],
                             *again = &t.sockets[2];
    const int64_t start = t.processes[0].header.start_us;

    ck_assert_uint_eq(t.socket_count, 3);
    ck_span(listening->local, "{AF_INET, 0.0.0.0:99}");
    ck_assert_int_eq(listening->created_us, start + 10);
    ck_assert_int_eq(listening->bound_us, start + 30);
    ck_assert_int_eq(listening->listening_us, start + 50);
    ck_assert_int_eq(listening->closed_us, NEVER);
    ck_assert_uint_eq(listening->calls, 6);
    ck_span(accepted->remote, "{AF_INET, 127.0.0.1:5}");
    ck_assert_int_eq(accepted->connected_us, start + 200);
    ck_assert_int_eq(accepted->closed_us, start + 810);
    ck_assert_uint_eq(accepted->bytes_in, 3);
    ck_assert_uint_eq(accepted->bytes_out, 1000);
    ck_assert_uint_eq(accepted->errors, 1);
    ck_assert_uint_eq(accepted->calls, 7);
    ck_assert_int_eq(again->created_us, start + 910);
    ck_assert_uint_eq(t.error_names.count, 2);
    ck_assert(t.errors[0].expected && !t.errors[1].expected);
    ck_assert_uint_eq(t.errors[1].number, 10054);
    trace_free(&t);
}
END_TEST

START_TEST(overlapped)
{
    struct trace t = read_trace(
        HEADER
        "12:00:00.000300 1 WSARecv(0x60, [{0x1[9], 9}], 1, 0, 0, 0x2000, NULL) = SOCKET_ERROR "
        "WSA_IO_PENDING (997) "
        "<0.000010>\n"
        "12:00:00.000400 1 WSASend(0x60, [{\"a\", 9}], 1, 0, 0, 0x3000, NULL) = SOCKET_ERROR "
        "WSA_IO_PENDING (997) "
        "<0.000010>\n"
        "12:00:00.000500 1 WSAGetOverlappedResult(0x60, 0x2000, 0, FALSE, 0) = FALSE "
        "WSA_IO_INCOMPLETE (996) "
        "<0.000010>\n"
        "12:00:00.000600 1 WSAGetOverlappedResult(0x60, 0x2000, 7, TRUE, 0) = TRUE <0.000010>\n"
        "12:00:00.000700 1 WSAGetOverlappedResult(0x60, 0x2000, 7, TRUE, 0) = TRUE <0.000010>\n");

    ck_assert_uint_eq(t.socket_count, 1);
    ck_assert_int_eq(t.sockets[0].created_us, NEVER);
    ck_assert_uint_eq(t.sockets[0].bytes_in, 7);
    ck_assert_uint_eq(t.sockets[0].bytes_out, 0);
    ck_assert_uint_eq(t.sockets[0].open_ends, 1);
    trace_free(&t);
}
END_TEST

/* closesocket's line comes after that of the thread which was given the same value. */
START_TEST(value_taken_at_once)
{
    struct trace t = read_trace(
        HEADER "12:00:00.000100 1 socket(2, 1, 0) = 0x58 <0.000010>\n"
               "12:00:00.000210 2 socket(2, 2, 0) = 0x58 <0.000010>\n"
               "12:00:00.000200 1 closesocket(0x58) = 0 <0.000100>\n"
               "12:00:00.000400 1 sendto(0x58, \"a\", 1, 0, {AF_INET, 1.2.3.4:5}, 16) = 1 "
               "<0.000001>\n");

    ck_assert_uint_eq(t.socket_count, 2);
    ck_assert_int_ne(t.sockets[0].closed_us, NEVER);
    ck_assert_int_eq(t.sockets[1].closed_us, NEVER);
    ck_assert_uint_eq(t.sockets[1].bytes_out, 1);
    ck_span(t.sockets[1].remote, "{AF_INET, 1.2.3.4:5}");
    trace_free(&t);
}
END_TEST

/* A socket whose end no call shows ended when another was given its value; peeked bytes count once.
 */
START_TEST(closed_unseen)
{
    struct trace t = read_trace(
        HEADER "12:00:00.000100 1 socket(2, 1, 0) = 0x58 <0.000010>\n"
               "12:00:00.000200 1 recv(0x58, \"ab\", 9, MSG_PEEK) = 2 <0.000010>\n"
               "12:00:00.000210 1 recv(0x58, \"MSG_PEEK\", 9, MSG_OOB|MSG_WAITALL) = 2 <0.000010>\n"
               "12:00:00.000300 2 socket(2, 2, 0) = 0x58 <0.000010>\n");

    ck_assert_int_eq(t.sockets[0].closed_us, t.processes[0].header.start_us + 310);
    ck_assert_int_eq(t.sockets[1].closed_us, NEVER);
    ck_assert_uint_eq(t.sockets[0].bytes_in, 2);
    trace_free(&t);
}
END_TEST

/* What never was a socket gets no bar, nor does an unknown function's number. */
START_TEST(no_socket)
{
    struct trace t = read_trace(
        HEADER
        "12:00:00.000100 1 bind(0x58, NULL, 0) = SOCKET_ERROR WSAENOTSOCK (10038) <0.000010>\n"
        "12:00:00.000110 1 Frobnicate(0x58, 5) = 0 <0.000010>\n"
        "12:00:00.000120 1 closesocket(INVALID_SOCKET) = SOCKET_ERROR WSAENOTSOCK (10038) "
        "<0.000010>\n");

    ck_assert_uint_eq(t.socket_count, 0);
    ck_assert_uint_eq(t.call_count, 3);
    ck_assert_uint_eq(t.function_names.count, 3);
    trace_free(&t);
}
END_TEST

/* A line has the time of day only: a call that began before midnight may end after others that
 * began later. */
START_TEST(midnight)
{
    struct trace t =
        read_trace("# sluice trace 1 program=a pid=1 start=2026-11-22T23:59:59.000000Z\n"
                   "23:59:59.500000 1 f() = 0 <0.000001>\n"
                   "00:00:01.000000 1 f() = 0 <0.000001>\n"
                   "23:59:59.600000 2 g() = 0 <2.000000>\n"
                   "00:00:02.000000 1 f() = 0 <0.000001>\n");

    ck_assert_int_eq(t.first_us, t.processes[0].header.start_us + 500000);
    ck_assert_int_eq(t.last_us, t.processes[0].header.start_us + 3000001);
    ck_assert_int_eq(t.calls[2].start_us, t.processes[0].header.start_us + 600000);
    ck_assert_uint_eq(bucket_of(&t, t.first_us), 0);
    ck_assert_uint_eq(bucket_of(&t, t.last_us), BUCKETS - 1);
    trace_free(&t);
}
END_TEST

START_TEST(percentiles)
{
    struct text text = {.bytes = NULL};
    struct trace t;

    text_say(&text, HEADER);
    for (int i = 200; i >= 1; i--)
        text_say(&text, "12:00:00.%06d 1 f() = 0 <0.%06d>\n", 1000 - i, i);
    text_say(&text, "12:00:00.900000 1 g() = 0 <0.000007>\n");
    t = read_trace(text.bytes);
    ck_assert_int_eq(t.functions[0].p50_us, 100);
    ck_assert_int_eq(t.functions[0].p99_us, 198);
    ck_assert_int_eq(t.functions[0].total_us, 200 * 201 / 2);
    ck_assert_int_eq(t.functions[1].p50_us, 7);
    ck_assert_int_eq(t.functions[1].p99_us, 7);
    trace_free(&t);
    free(text.bytes);
}
END_TEST

/* Every beginning of a trace is a trace whose last line may be cut off; a bad line elsewhere is
 * named. */
START_TEST(cut_off)
{
    const char *text = SERVER "12:00:00.000300 1 recv(0x60, \"abc\", 9, 0) = 3 <0.000010>\n";

    for (size_t length = 0; length <= strlen(text); length++) {
        struct trace t = {.call_count = 0};
        struct trace_fault fault;
        bool good = trace_read(&t, "t", guarded_text(text, length), &fault);

        ck_assert_int_eq(good, length >= strlen(HEADER) - 1);
        if (good && length > strlen(HEADER))
            ck_assert_int_eq(t.processes[0].cut_off,
                             text[length - 1] != '\n' && text[length] != '\n');
        trace_free(&t);
        guard_free_all();
    }
}
END_TEST

START_TEST(fault_has_its_line)
{
    struct trace t = {.call_count = 0};
    struct trace_fault fault;

    ck_assert(
        !trace_read(&t, "t",
                    span_of(HEADER "# a remark\n12:00:00.000100 1 f() = 0 <0.000010>\nnonsense\n"
                                   "12:00:00.000100 1 f() = 0 <0.000010>\n"),
                    &fault));
    ck_assert_uint_eq(fault.line, 4);
    trace_free(&t);
}
END_TEST

/* Any byte of a trace may be any other: never a crash (sanitizers), whatever it comes to. */
START_TEST(any_byte)
{
    static const char others[] = {0,   '"', '(',  ')', '{', '}',  ',',       ' ',
                                  '0', 'x', '\\', '<', '>', '\n', (char)0xff};
    const char *text =
        SERVER "12:00:00.000300 1 WSARecv(0x60, [{0x1[9], 9}], 1, 0, 0, 0x20, NULL) = SOCKET_ERROR "
               "WSA_IO_PENDING (997) <0.000010>\n";
    char *copy = strdup(text);

    for (size_t i = 0; i < strlen(text); i++) {
        struct trace t = {.call_count = 0};
        struct text data = {.bytes = NULL};
        struct trace_fault fault;

        copy[i] = others[(i + (size_t)_i) % sizeof(others)];
        if (trace_read(&t, "t", guarded_text(copy, strlen(text)), &fault)) {
            trace_sum(&t);
            trace_data(&data, &t, 3);
        }
        copy[i] = text[i];
        trace_free(&t);
        free(data.bytes);
        guard_free_all();
    }
    free(copy);
}
END_TEST

static const struct {
    const char *data, *html, *json;
} escapes[] = {
    {"a<b>&\"'", "a&lt;b&gt;&amp;&quot;&#39;", "\"a\\u003cb\\u003e\\u0026\\u0022'\""},
    {"</script><!--", "&lt;/script&gt;&lt;!--", "\"\\u003c/script\\u003e\\u003c!--\""},
    {"\x01\x7f\\\n", "\xe2\x90\x81\xe2\x90\xa1\\\n", "\"\xe2\x90\x81\xe2\x90\xa1\\u005c\\u000a\""},
    {"\xc3\xa4\xff\xc0\xaf\xed\xa0\x80",
     "\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd",
     "\"\xc3\xa4\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\xef\xbf\xbd\""},
    {"\xf0\x9f\x98\x80\xf0\x9f", "\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd",
     "\"\xf0\x9f\x98\x80\xef\xbf\xbd\xef\xbf\xbd\""},
};

START_TEST(escaped)
{
    struct text html = {.bytes = NULL}, json = {.bytes = NULL};
    struct span data = guarded_text(escapes[_i].data, strlen(escapes[_i].data));

    text_html(&html, data);
    text_json(&json, data);
    ck_assert_str_eq(html.bytes, escapes[_i].html);
    ck_assert_str_eq(json.bytes, escapes[_i].json);
    free(html.bytes);
    free(json.bytes);
}
END_TEST

START_TEST(many_names)
{
    static char text[5000][16];
    struct names names = {.count = 0};

    for (int round = 0; round < 2; round++)
        for (int i = 0; i < 5000; i++) {
            snprintf(text[i], sizeof(text[i]), "%d", i);
            ck_assert_int_eq(name_number(&names, span_of(text[i])), i);
        }
    ck_assert_int_eq(name_known(&names, span_of("4999")), 4999);
    ck_assert_int_eq(name_known(&names, span_of("5000")), NO_NAME);
    names_free(&names);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("report");
    TCase *tcase = tcase_create("report");
    SRunner *runner;
    int failed;

    tcase_add_loop_test(tcase, line_apart, 0, COUNT(lines));
    tcase_add_loop_test(tcase, bad_line, 0, COUNT(bad_lines));
    tcase_add_test(tcase, header);
    tcase_add_test(tcase, server);
    tcase_add_test(tcase, overlapped);
    tcase_add_test(tcase, value_taken_at_once);
    tcase_add_test(tcase, closed_unseen);
    tcase_add_test(tcase, no_socket);
    tcase_add_test(tcase, midnight);
    tcase_add_test(tcase, percentiles);
    tcase_add_test(tcase, cut_off);
    tcase_add_test(tcase, fault_has_its_line);
    tcase_add_loop_test(tcase, any_byte, 0, 15);
    tcase_add_loop_test(tcase, escaped, 0, COUNT(escapes));
    tcase_add_test(tcase, many_names);
    suite_add_tcase(suite, tcase);
    runner = srunner_create(suite);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
