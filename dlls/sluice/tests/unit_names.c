/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* get_addrinfo, get_nameinfo and get_hostname against a made-up resolver and machine. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "names_fake.h"
#include "unix/calls.h"
#include "winabi.h"

#define ROOM 16

static struct name_address *list; /* of the last call */
static uint32_t list_count;
static char *name_buffer;

static int ask(const char *node, int family, uint32_t flags)
{
    struct get_addrinfo_params params = {.node = (uintptr_t)node,
                                         .count = ROOM,
                                         .canonical_len = 64,
                                         .family = family,
                                         .flags = flags};
    int error;

    list = guard_alloc(ROOM * sizeof(*list));
    name_buffer = guard_alloc(64);
    params.addresses = (uintptr_t)list;
    params.canonical = (uintptr_t)name_buffer;
    error = unix_get_addrinfo(&params);
    list_count = params.count;
    return error;
}

static void assert_address(uint32_t index, const char *text)
{
    char got[INET6_ADDRSTRLEN];

    ck_assert_uint_lt(index, list_count);
    ck_assert_ptr_nonnull(inet_ntop(list[index].family == NAME_FAMILY_4 ? AF_INET : AF_INET6,
                                    list[index].bytes, got, sizeof(got)));
    ck_assert_str_eq(got, text);
}

static void assert_list(const char *const *texts)
{
    uint32_t count = 0;

    for (; texts[count]; count++)
        assert_address(count, texts[count]);
    ck_assert_uint_eq(list_count, count);
}
#define ASSERT_LIST(...) assert_list((const char *const[]){__VA_ARGS__, NULL})

START_TEST(resolver_answers)
{
    answers = (const char *const[]){"2001:db8::5", "198.51.100.9", "198.51.100.9", NULL};
    ck_assert_int_eq(ask("www.example", NAME_FAMILY_ANY, 0), 0);
    ASSERT_LIST("2001:db8::5", "198.51.100.9"); /* in order, without the duplicate */
    ck_assert_str_eq(name_buffer, "canonical");
    ck_assert_int_eq(asked_hints.ai_family, AF_UNSPEC);
    ck_assert_int_eq(asked_hints.ai_flags, AI_CANONNAME);
    ck_assert_int_eq(ask("www.example", NAME_FAMILY_4, 0), 0);
    ck_assert_int_eq(asked_hints.ai_family, AF_INET);
    ASSERT_LIST("198.51.100.9");
    ck_assert_int_eq(ask("www.example", NAME_FAMILY_6, 0), 0);
    ck_assert_int_eq(asked_hints.ai_family, AF_INET6);
    ASSERT_LIST("2001:db8::5");
}
END_TEST

static const struct {
    int eai, errno_value, wsa;
} resolver_errors[] = {
    {EAI_NONAME, 0, WS_WSAHOST_NOT_FOUND},
    {EAI_AGAIN, 0, WS_WSATRY_AGAIN},
    {EAI_FAIL, 0, WS_WSANO_RECOVERY},
    {EAI_MEMORY, 0, WS_ERROR_NOT_ENOUGH_MEMORY},
};

START_TEST(resolver_fails)
{
    resolver_error = resolver_errors[_i].eai;
    ck_assert_int_eq(ask("www.example", NAME_FAMILY_ANY, 0), resolver_errors[_i].wsa);
}
END_TEST

START_TEST(too_little_room)
{
    struct get_addrinfo_params params = {.node = (uintptr_t) "www.example"};

    answers = (const char *const[]){"198.51.100.1", "198.51.100.2", "198.51.100.3", NULL};
    for (uint32_t room = 0; room < 3; room++) {
        params.addresses = (uintptr_t)guard_alloc(room * sizeof(*list));
        params.count = room;
        ck_assert_int_eq(unix_get_addrinfo(&params), WS_WSAENOBUFS);
        ck_assert_uint_eq(params.count, 3);
    }
    params.addresses = (uintptr_t)guard_alloc(3 * sizeof(*list));
    ck_assert_int_eq(unix_get_addrinfo(&params), 0);
    /* the same for the name */
    params.canonical = (uintptr_t)guard_alloc(9);
    params.canonical_len = 9;
    ck_assert_int_eq(unix_get_addrinfo(&params), WS_WSAENOBUFS);
    ck_assert_uint_eq(params.canonical_len, 10);
    params.canonical = (uintptr_t)guard_alloc(10);
    ck_assert_int_eq(unix_get_addrinfo(&params), 0);
    ck_assert_str_eq((char *)(uintptr_t)params.canonical, "canonical");
}
END_TEST

START_TEST(no_name)
{
    ck_assert_int_eq(ask(NULL, NAME_FAMILY_ANY, 0), 0);
    ASSERT_LIST("::1", "127.0.0.1");
    ck_assert_int_eq(ask(NULL, NAME_FAMILY_ANY, NAME_QUERY_PASSIVE), 0);
    ASSERT_LIST("0.0.0.0", "::");
    ck_assert_int_eq(ask(NULL, NAME_FAMILY_6, NAME_QUERY_PASSIVE), 0);
    ASSERT_LIST("::");
    interfaces = (const char *const[]){"127.0.0.1", NULL}; /* a machine without IPv6 */
    ck_assert_int_eq(ask(NULL, NAME_FAMILY_ANY, NAME_QUERY_PASSIVE), 0);
    ASSERT_LIST("0.0.0.0");
    ck_assert_int_eq(asked, 0);
}
END_TEST

START_TEST(localhost)
{
    ck_assert_int_eq(ask("LocalHost", NAME_FAMILY_ANY, 0), 0);
    ASSERT_LIST("::1", "127.0.0.1");
    ck_assert_str_eq(name_buffer, "localhost");
    ck_assert_int_eq(ask("localhost.", NAME_FAMILY_4, NAME_QUERY_CONFIGURED), 0);
    ASSERT_LIST("127.0.0.1");
    interfaces = NULL;
    ck_assert_int_eq(ask("localhost", NAME_FAMILY_ANY, 0), 0);
    ASSERT_LIST("127.0.0.1");
    ck_assert_int_eq(asked, 0);
}
END_TEST

/* This machine's own names: every address it can be reached at, the default route's first, no
 * resolver. */
START_TEST(own_name)
{
    static const char *const names[] = {"", "box.example", "BOX", "box", "..localmachine"};

    ck_assert_int_eq(ask(names[_i], NAME_FAMILY_ANY, 0), 0);
    ASSERT_LIST("fd00::2", "192.0.2.2", "10.9.9.9", "169.254.1.1", "fe80::1");
    ck_assert_uint_eq(list[4].scope, 2);
    ck_assert_str_eq(name_buffer, "box.example");
    source_4 = NULL;
    ck_assert_int_eq(ask(names[_i], NAME_FAMILY_4, 0), 0);
    ASSERT_LIST("10.9.9.9", "192.0.2.2", "169.254.1.1");
    interfaces = names_fake_lone;
    ck_assert_int_eq(ask(names[_i], NAME_FAMILY_ANY, 0), 0);
    ASSERT_LIST("::1", "127.0.0.1");
    ck_assert_int_eq(asked, 0);
}
END_TEST

START_TEST(not_the_own_name)
{
    static const char *const names[] = {"bo", "box.other", "boxes", "example"};

    ck_assert_int_eq(ask(names[_i], NAME_FAMILY_ANY, 0), 0);
    ck_assert_int_eq(asked, 1);
}
END_TEST

START_TEST(no_host_name)
{
    host_name = NULL;
    ck_assert_int_eq(ask("", NAME_FAMILY_ANY, 0), WS_WSAENETDOWN);
    host_name = "";
    ck_assert_int_eq(ask("", NAME_FAMILY_ANY, 0), 0);
    ck_assert_str_eq(name_buffer, "localhost");
}
END_TEST

/* 127.0.1.1, Debian's placeholder, never stands for this machine where it has a real address. */
START_TEST(placeholder)
{
    answers = (const char *const[]){"127.0.1.1", NULL};
    ck_assert_int_eq(ask("box.home.example", NAME_FAMILY_4, 0), 0);
    ASSERT_LIST("192.0.2.2", "10.9.9.9", "169.254.1.1");
    interfaces = names_fake_lone;
    ck_assert_int_eq(ask("box.home.example", NAME_FAMILY_4, 0), 0);
    ASSERT_LIST("127.0.0.1");
    interfaces = names_fake_ordinary; /* another name's loopback address is its own business */
    ck_assert_int_eq(ask("test.example", NAME_FAMILY_4, 0), 0);
    ASSERT_LIST("127.0.1.1");
    answers = (const char *const[]){"127.0.0.1", NULL};
    ck_assert_int_eq(ask("box.home.example", NAME_FAMILY_4, 0), 0);
    ASSERT_LIST("127.0.0.1");
}
END_TEST

START_TEST(unreachable)
{
    answers = (const char *const[]){"2001:db8::5", "198.51.100.9", NULL};
    interfaces = (const char *const[]){"127.0.0.1", "::1", "fe80::1", "192.0.2.2", NULL};
    ck_assert_int_eq(ask("www.example", NAME_FAMILY_ANY, 0), 0);
    ASSERT_LIST("198.51.100.9"); /* a link-local address does not reach 2001:db8::5 */
    ck_assert_int_eq(ask("www.example", NAME_FAMILY_6, 0), WS_WSANO_DATA);
    interfaces = names_fake_lone;
    ck_assert_int_eq(ask("www.example", NAME_FAMILY_4, 0), 0);
    ASSERT_LIST("198.51.100.9");
    ck_assert_int_eq(ask("www.example", NAME_FAMILY_4, NAME_QUERY_CONFIGURED), WS_WSANO_DATA);
    answers = (const char *const[]){"::1", NULL};
    ck_assert_int_eq(ask("alias.example", NAME_FAMILY_ANY, NAME_QUERY_CONFIGURED), 0);
    ASSERT_LIST("::1");
    answers = (const char *const[]){"2001:db8::5", NULL};
    interfaces = NULL; /* nothing known: nothing left out */
    ck_assert_int_eq(ask("www.example", NAME_FAMILY_6, 0), 0);
}
END_TEST

/* A descriptor table that is full costs the order of the addresses, no more. */
static int no_socket(int family, int type, int protocol)
{
    (void)family, (void)type, (void)protocol;
    errno = EMFILE;
    return -1;
}

START_TEST(no_descriptor)
{
    sys.socket = no_socket;
    ck_assert_int_eq(ask("", NAME_FAMILY_4, 0), 0);
    ASSERT_LIST("10.9.9.9", "192.0.2.2", "169.254.1.1");
}
END_TEST

static int name_of(const char *address, bool local_only)
{
    struct get_nameinfo_params params = {
        .name_len = 64, .local_only = local_only, .address = names_fake_address(address)};

    name_buffer = guard_alloc(64);
    params.name = (uintptr_t)name_buffer;
    return unix_get_nameinfo(&params);
}

START_TEST(names_of_addresses)
{
    canonical = "far";
    ck_assert_int_eq(name_of("198.51.100.9", false), 0);
    ck_assert_str_eq(name_buffer, "far.example");
    ck_assert_int_eq(name_of("2001:db8::5", true), 0);
    ck_assert_str_eq(name_buffer, "far");
    asked = 0;
    ck_assert_int_eq(name_of("192.0.2.2", false), 0); /* our own: no resolver */
    ck_assert_str_eq(name_buffer, "box.example");
    ck_assert_int_eq(name_of("fd00::2", true), 0);
    ck_assert_str_eq(name_buffer, "box");
    ck_assert_int_eq(asked, 0);
    resolver_error = EAI_NONAME;
    ck_assert_int_eq(name_of("198.51.100.9", false), WS_WSAHOST_NOT_FOUND);
    ck_assert_int_eq(name_of("127.0.0.1", false), 0); /* known even without a resolver */
    ck_assert_str_eq(name_buffer, "box.example");
    resolver_error = EAI_AGAIN;
    ck_assert_int_eq(name_of("198.51.100.9", false), WS_WSATRY_AGAIN);
}
END_TEST

START_TEST(unknown_family)
{
    struct get_nameinfo_params name = {.address = {.family = 17}};
    struct get_hostent_params host = {.address = {.family = 17}};

    ck_assert_int_eq(unix_get_nameinfo(&name), WS_WSAEAFNOSUPPORT);
    ck_assert_int_eq(unix_get_hostent(&host), WS_WSAEAFNOSUPPORT);
}
END_TEST

START_TEST(hostname_room)
{
    struct get_hostname_params params = {.name_len = 11, .name = (uintptr_t)guard_alloc(11)};

    ck_assert_int_eq(unix_get_hostname(&params), WS_WSAENOBUFS);
    ck_assert_uint_eq(params.name_len, 12);
    params.name = (uintptr_t)guard_alloc(12);
    ck_assert_int_eq(unix_get_hostname(&params), 0);
    ck_assert_str_eq((char *)(uintptr_t)params.name, "box.example");
    host_name = NULL;
    ck_assert_int_eq(unix_get_hostname(&params), WS_WSAENETDOWN);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("names");
    TCase *tests = tcase_create("calls");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tests, names_fake_setup, names_fake_teardown);
    tcase_add_test(tests, resolver_answers);
    tcase_add_loop_test(tests, resolver_fails, 0,
                        sizeof(resolver_errors) / sizeof(resolver_errors[0]));
    tcase_add_test(tests, too_little_room);
    tcase_add_test(tests, no_name);
    tcase_add_test(tests, localhost);
    tcase_add_loop_test(tests, own_name, 0, 5);
    tcase_add_loop_test(tests, not_the_own_name, 0, 4);
    tcase_add_test(tests, no_host_name);
    tcase_add_test(tests, placeholder);
    tcase_add_test(tests, unreachable);
    tcase_add_test(tests, no_descriptor);
    tcase_add_test(tests, names_of_addresses);
    tcase_add_test(tests, unknown_family);
    tcase_add_test(tests, hostname_room);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
