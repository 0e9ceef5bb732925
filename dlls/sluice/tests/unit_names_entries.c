/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* get_hostent, get_servent and get_protoent against a made-up resolver, machine and databases. */
#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <netdb.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "names_fake.h"
#include "unix/calls.h"
#include "winabi.h"

static struct name_entry *entry;
static const char *strings; /* of the last entry */

/* Asks twice: for the size, then with exactly that much room. */
static int host_of(const char *node, const char *address)
{
    struct get_hostent_params params = {.node = (uintptr_t)node};
    int error;

    if (address)
        params.address = names_fake_address(address);
    error = unix_get_hostent(&params);
    if (error != WS_WSAENOBUFS)
        return error;
    entry = guard_alloc(params.size);
    params.buffer = (uintptr_t)entry;
    error = unix_get_hostent(&params);
    if (!error) {
        struct name_entry head;

        memcpy(&head, entry, sizeof(head));
        ck_assert_uint_eq(head.size, params.size);
        strings = (const char *)entry + sizeof(head) + head.address_len * head.address_count;
    }
    return error;
}

static struct name_entry head_of(void)
{
    struct name_entry head;

    memcpy(&head, entry, sizeof(head));
    return head;
}

START_TEST(hosts_by_name)
{
    answers = (const char *const[]){"198.51.100.9", "198.51.100.10", NULL};
    ck_assert_int_eq(host_of("www.example", NULL), 0);
    ck_assert_int_eq(head_of().number, NAME_FAMILY_4);
    ck_assert_uint_eq(head_of().address_len, 4);
    ck_assert_uint_eq(head_of().address_count, 2);
    ck_assert_uint_eq(head_of().string_count, 3);
    ck_assert_mem_eq((char *)entry + sizeof(*entry), "\xc6\x33\x64\x09\xc6\x33\x64\x0a", 8);
    ck_assert_str_eq(strings, "canonical");
    ck_assert_str_eq(strings + 10, "first");
    ck_assert_str_eq(strings + 16, "second");
}
END_TEST

START_TEST(own_host)
{
    ck_assert_int_eq(host_of("", NULL), 0);
    ck_assert_uint_eq(head_of().address_count, 3);
    ck_assert_mem_eq((char *)entry + sizeof(*entry), "\xc0\x00\x02\x02", 4);
    ck_assert_str_eq(strings, "box.example");
    ck_assert_int_eq(host_of("localhost", NULL), 0);
    ck_assert_mem_eq((char *)entry + sizeof(*entry), "\x7f\x00\x00\x01", 4);
    ck_assert_str_eq(strings, "localhost");
    ck_assert_int_eq(asked, 0);
    answers = (const char *const[]){"127.0.1.1", NULL};
    ck_assert_int_eq(host_of("box.home.example", NULL), 0);
    ck_assert_mem_eq((char *)entry + sizeof(*entry), "\xc0\x00\x02\x02", 4);
    host_name = NULL;
    ck_assert_int_eq(host_of("", NULL), WS_WSAENETDOWN);
}
END_TEST

static const struct {
    int h_error, wsa;
} host_errors[] = {
    {HOST_NOT_FOUND, WS_WSAHOST_NOT_FOUND},
    {TRY_AGAIN, WS_WSATRY_AGAIN},
    {NO_RECOVERY, WS_WSANO_RECOVERY},
    {NO_DATA, WS_WSANO_DATA},
};

START_TEST(hosts_fail)
{
    resolver_error = host_errors[_i].h_error;
    ck_assert_int_eq(host_of("www.example", NULL), host_errors[_i].wsa);
    ck_assert_int_eq(host_of(NULL, "198.51.100.9"), host_errors[_i].wsa);
    ck_assert_int_eq(host_of(NULL, "127.0.0.1"), 0); /* ours, whatever the resolver says */
    ck_assert_str_eq(strings, "box.example");
}
END_TEST

START_TEST(empty_answer)
{
    answers = (const char *const[]){NULL};
    ck_assert_int_eq(host_of("www.example", NULL), WS_WSANO_DATA);
}
END_TEST

START_TEST(hosts_by_address)
{
    ck_assert_int_eq(host_of(NULL, "198.51.100.9"), 0);
    ck_assert_str_eq(strings, "canonical");
    ck_assert_int_eq(host_of(NULL, "2001:db8::5"), 0);
    ck_assert_int_eq(head_of().number, NAME_FAMILY_6);
    ck_assert_uint_eq(head_of().address_len, 16);
    ck_assert_int_eq(host_of(NULL, "fd00::2"), 0);
    ck_assert_str_eq(strings, "box.example");
}
END_TEST

/* A resolver that never has room enough ends, without memory. */
static int endless(const char *name, int family, struct hostent *storage, char *buffer, size_t size,
                   struct hostent **found, int *host_error)
{
    (void)name, (void)family, (void)storage, (void)buffer, (void)size, (void)host_error;
    *found = NULL;
    return ERANGE;
}

START_TEST(endless_room)
{
    sys.gethostbyname2_r = endless;
    ck_assert_int_eq(host_of("www.example", NULL), WS_ERROR_NOT_ENOUGH_MEMORY);
}
END_TEST

/* ---- services and protocols
 * ------------------------------------------------------------------------ */

static bool database_there;

static int fake_getservbyname_r(const char *name, const char *protocol, struct servent *storage,
                                char *buffer, size_t size, struct servent **found)
{
    static char *aliases[] = {"other", NULL};

    (void)buffer;
    *found = NULL;
    if (size < 2048)
        return ERANGE;
    if (!database_there || strcmp(name, "special"))
        return ENOENT;
    *storage =
        (struct servent){(char *)name, aliases, htons(4711), (char *)(protocol ? protocol : "udp")};
    *found = storage;
    return 0;
}

static int fake_getservbyport_r(int port, const char *protocol, struct servent *storage,
                                char *buffer, size_t size, struct servent **found)
{
    (void)port, (void)protocol, (void)storage, (void)buffer, (void)size;
    *found = NULL;
    return 0;
}

static int fake_getprotobyname_r(const char *name, struct protoent *storage, char *buffer,
                                 size_t size, struct protoent **found)
{
    static char *aliases[] = {NULL};

    (void)buffer, (void)size;
    *found = NULL;
    if (!database_there || strcmp(name, "special"))
        return 0;
    *storage = (struct protoent){(char *)name, aliases, 99};
    *found = storage;
    return 0;
}

static int fake_getprotobynumber_r(int number, struct protoent *storage, char *buffer, size_t size,
                                   struct protoent **found)
{
    (void)number, (void)storage, (void)buffer, (void)size;
    *found = NULL;
    return 0;
}

static void setup_db(void)
{
    names_fake_setup();
    database_there = true;
    sys.getservbyname_r = fake_getservbyname_r;
    sys.getservbyport_r = fake_getservbyport_r;
    sys.getprotobyname_r = fake_getprotobyname_r;
    sys.getprotobynumber_r = fake_getprotobynumber_r;
}

static int service_of(const char *name, uint32_t port, const char *protocol)
{
    struct get_servent_params params = {
        .name = (uintptr_t)name, .protocol = (uintptr_t)protocol, .port = port};
    int error = unix_get_servent(&params);

    if (error != WS_WSAENOBUFS)
        return error;
    entry = guard_alloc(params.size);
    params.buffer = (uintptr_t)entry;
    strings = (const char *)entry + sizeof(*entry);
    return unix_get_servent(&params);
}

static int protocol_of(const char *name, int number)
{
    struct get_protoent_params params = {.name = (uintptr_t)name, .number = number};
    int error = unix_get_protoent(&params);

    if (error != WS_WSAENOBUFS)
        return error;
    entry = guard_alloc(params.size);
    params.buffer = (uintptr_t)entry;
    strings = (const char *)entry + sizeof(*entry);
    return unix_get_protoent(&params);
}

START_TEST(host_databases)
{
    ck_assert_int_eq(service_of("special", 0, "tcp"), 0);
    ck_assert_int_eq(head_of().number, 4711);
    ck_assert_uint_eq(head_of().string_count, 3);
    ck_assert_str_eq(strings, "special");
    ck_assert_str_eq(strings + 8, "tcp");
    ck_assert_str_eq(strings + 12, "other");
    ck_assert_int_eq(protocol_of("special", 0), 0);
    ck_assert_int_eq(head_of().number, 99);
}
END_TEST

/* Debian without netbase. */
START_TEST(builtin_databases)
{
    database_there = false;
    ck_assert_int_eq(service_of("special", 0, NULL), WS_WSANO_DATA);
    ck_assert_int_eq(service_of("HTTP", 0, "tcp"), 0);
    ck_assert_int_eq(head_of().number, 80);
    ck_assert_int_eq(service_of(NULL, 53, "udp"), 0);
    ck_assert_str_eq(strings, "domain");
    ck_assert_str_eq(strings + 7, "udp");
    ck_assert_int_eq(service_of(NULL, 4711, NULL), WS_WSANO_DATA);
    ck_assert_int_eq(protocol_of("UDP", 0), 0);
    ck_assert_int_eq(head_of().number, 17);
    ck_assert_int_eq(protocol_of(NULL, 6), 0);
    ck_assert_str_eq(strings, "tcp");
    ck_assert_int_eq(protocol_of(NULL, 255), WS_WSANO_DATA);
    ck_assert_int_eq(protocol_of(NULL, -1), WS_WSANO_DATA);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("names_entries");
    TCase *tests = tcase_create("calls");
    TCase *databases = tcase_create("databases");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_checked_fixture(tests, names_fake_setup, names_fake_teardown);
    tcase_add_test(tests, hosts_by_name);
    tcase_add_test(tests, own_host);
    tcase_add_loop_test(tests, hosts_fail, 0, sizeof(host_errors) / sizeof(host_errors[0]));
    tcase_add_test(tests, empty_answer);
    tcase_add_test(tests, hosts_by_address);
    tcase_add_test(tests, endless_room);
    tcase_add_checked_fixture(databases, setup_db, names_fake_teardown);
    tcase_add_test(databases, host_databases);
    tcase_add_test(databases, builtin_databases);
    suite_add_tcase(suite, tests);
    suite_add_tcase(suite, databases);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
