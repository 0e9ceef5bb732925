/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The pure half of the name services: database texts, packed entries, the choice of addresses. */
#include <check.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "guard.h"
#include "xlat/addrlist.h"
#include "xlat/netdb.h"

/* A text without a zero, its end at a guard page. */
static const char *text_at_guard(const char *text, size_t *len)
{
    char *copy;

    *len = strlen(text);
    copy = guard_alloc(*len);
    memcpy(copy, text, *len);
    return copy;
}

static bool find_service(const char *text, const char *name, long port, const char *protocol,
                         struct netdb_line *line)
{
    size_t len;
    const char *copy = text_at_guard(text, &len);

    return netdb_find_service(copy, len, &(struct netdb_query){name, port, protocol}, line);
}

static const char services[] = "# comment only\n"
                               "\n"
                               "   \t \n"
                               "echo 7/tcp\r\n"
                               "echo\t7/udp # trailing\n"
                               "broken\n"
                               "broken2 x/tcp\n"
                               "broken3 70000/tcp\n"
                               "broken4 80\n"
                               "broken5 80/\n"
                               "http 80/tcp www www-http#comment\n"
                               "last 65535/udp Alias";

START_TEST(service_lines)
{
    struct netdb_line line;

    ck_assert(find_service(services, "ECHO", 0, NULL, &line));
    ck_assert_int_eq(line.number, 7);
    ck_assert(netdb_word_is(line.protocol, "tcp"));
    ck_assert(find_service(services, "echo", 0, "UDP", &line));
    ck_assert(netdb_word_is(line.protocol, "udp"));
    ck_assert(find_service(services, "www-http", 0, "tcp", &line));
    ck_assert_int_eq(line.number, 80);
    ck_assert_uint_eq(line.count, 3);
    ck_assert(netdb_word_is(line.name[0], "http"));
    ck_assert(find_service(services, NULL, 65535, NULL, &line));
    ck_assert(netdb_word_is(line.name[1], "alias"));
    ck_assert(!find_service(services, "http", 0, "udp", &line));
    ck_assert(!find_service(services, "comment", 0, NULL, &line));
    ck_assert(!find_service(services, "htt", 0, NULL, &line));
    ck_assert(!find_service(services, "httpx", 0, NULL, &line));
    for (int i = 0; i < 5; i++) {
        static const char *const broken[] = {"broken", "broken2", "broken3", "broken4", "broken5"};

        ck_assert_msg(!find_service(services, broken[i], 0, NULL, &line), "%s", broken[i]);
    }
    ck_assert(!find_service("", "x", 0, NULL, &line));
    ck_assert(!find_service("x", "x", 0, NULL, &line));
}
END_TEST

START_TEST(protocol_lines)
{
    static const char text[] = "ip 0 IP\ntcp 6/x TCP\nbig 256\ntcp 6 TCP\n";
    struct netdb_line line;
    size_t len;
    const char *copy = text_at_guard(text, &len);

    ck_assert(netdb_find_protocol(copy, len, &(struct netdb_query){"TcP", 0, NULL}, &line));
    ck_assert_int_eq(line.number, 6);
    ck_assert_uint_eq(line.count, 2);
    ck_assert(netdb_find_protocol(copy, len, &(struct netdb_query){NULL, 0, NULL}, &line));
    ck_assert(netdb_word_is(line.name[0], "ip"));
    ck_assert(!netdb_find_protocol(copy, len, &(struct netdb_query){"big", 0, NULL}, &line));
    ck_assert(!netdb_find_protocol(copy, len, &(struct netdb_query){NULL, -1, NULL}, &line));
}
END_TEST

START_TEST(hosts_lines)
{
    static const char text[] = "127.0.0.1 localhost\n# 10.0.0.1 no\n10.0.0.2\n::1 a b c";
    struct netdb_host host;
    size_t len;
    const char *copy = text_at_guard(text, &len), *at = copy;

    ck_assert(netdb_next_host(&at, copy + len, &host));
    ck_assert(netdb_word_is(host.address, "127.0.0.1") && host.count == 1);
    ck_assert(netdb_next_host(&at, copy + len, &host));
    ck_assert(netdb_word_is(host.address, "::1") && host.count == 3);
    ck_assert(netdb_names_have(host.name, host.count, "C"));
    ck_assert(!netdb_names_have(host.name, host.count, "d"));
    ck_assert(!netdb_next_host(&at, copy + len, &host));
}
END_TEST

/* More aliases than an entry keeps: the surplus is left out, nothing is overrun. */
START_TEST(many_aliases)
{
    char text[1024] = "name 1/tcp";
    struct netdb_line line;
    struct netdb_host host;
    const char *at;
    size_t len;

    for (int i = 0; i < 100; i++)
        sprintf(text + strlen(text), " a%d", i);
    ck_assert(find_service(text, "name", 0, NULL, &line));
    ck_assert_uint_le(line.count, NETDB_STRINGS_MAX);
    ck_assert(netdb_word_is(line.name[line.count - 1], "a33"));
    at = text_at_guard(text, &len);
    ck_assert(netdb_next_host(&at, at + len, &host));
    ck_assert_uint_eq(host.count, NETDB_STRINGS_MAX);
}
END_TEST

START_TEST(builtin_tables)
{
    static const struct {
        const char *name;
        int number;
    } protocols[] = {{"ip", 0},          {"icmp", 1},       {"ggp", 3},   {"tcp", 6},
                     {"egp", 8},         {"pup", 12},       {"udp", 17},  {"hmp", 20},
                     {"xns-idp", 22},    {"rdp", 27},       {"ipv6", 41}, {"ipv6-route", 43},
                     {"ipv6-frag", 44},  {"esp", 50},       {"ah", 51},   {"ipv6-icmp", 58},
                     {"ipv6-nonxt", 59}, {"ipv6-opts", 60}, {"rvd", 66}};
    const char *at = netdb_builtin_protocols, *end = at + strlen(at);
    struct netdb_line line;
    unsigned int lines = 0;

    while (netdb_next_protocol(&at, end, &line)) {
        ck_assert_uint_lt(lines, sizeof(protocols) / sizeof(protocols[0]));
        ck_assert_int_eq(line.number, protocols[lines].number);
        ck_assert(netdb_word_is(line.name[0], protocols[lines].name));
        lines++;
    }
    ck_assert_uint_eq(lines, sizeof(protocols) / sizeof(protocols[0]));
    ck_assert(find_service(netdb_builtin_services, "domain", 0, "udp", &line) && line.number == 53);
    ck_assert(find_service(netdb_builtin_services, "telnet", 0, "tcp", &line) && line.number == 23);
    /* every line of the text is well formed */
    lines = 0;
    for (at = netdb_builtin_services; *at; at++)
        lines += *at == '\n';
    for (at = netdb_builtin_services, end = at + strlen(at); netdb_next_service(&at, end, &line);)
        lines--;
    ck_assert_uint_eq(lines, 0);
}
END_TEST

START_TEST(packing)
{
    static const uint8_t addresses[8] = {1, 2, 3, 4, 5, 6, 7, 8};
    static const struct netdb_word strings[2] = {{"hostX", 4}, {"alias", 5}};
    struct name_entry entry = {
        .number = 2, .address_len = 4, .address_count = 2, .string_count = 2};
    size_t need = sizeof(entry) + 8 + 5 + 6;
    struct name_entry *packed = guard_alloc(need);
    struct name_entry copy;

    for (size_t room = 0; room < need; room++) {
        ck_assert(!netdb_pack(&entry, addresses, strings, packed, room));
        ck_assert_uint_eq(entry.size, need);
        for (size_t i = 0; i < need; i++)
            ck_assert_uint_eq(((uint8_t *)packed)[i], 0xa5);
    }
    ck_assert(netdb_pack(&entry, addresses, strings, packed, need));
    memcpy(&copy, packed, sizeof(copy));
    ck_assert_uint_eq(copy.size, need);
    ck_assert_uint_eq(copy.string_count, 2);
    ck_assert(!memcmp((uint8_t *)packed + sizeof(copy), addresses, 8));
    ck_assert_str_eq((char *)packed + sizeof(copy) + 8, "host");
    ck_assert_str_eq((char *)packed + sizeof(copy) + 13, "alias");
    ck_assert(!netdb_pack(&entry, addresses, strings, NULL, 0));
}
END_TEST

static const struct name_address four = {.family = NAME_FAMILY_4, .bytes = {192, 0, 2, 7}};
static const struct name_address six = {.family = NAME_FAMILY_6, .bytes = {0x20, 1, 0xd, 0xb8}};
static const struct name_address mapped = {
    .family = NAME_FAMILY_6, .bytes = {[10] = 0xff, [11] = 0xff, [12] = 192, [14] = 2, [15] = 7}};

static const struct {
    int family;
    bool mapped, all, has_4, has_6;
    unsigned int count;
    const struct name_address *first, *second;
} choices[] = {
    {NAME_FAMILY_ANY, false, false, true, true, 2, &four, &six},
    {NAME_FAMILY_4, false, false, true, true, 1, &four, NULL},
    {NAME_FAMILY_6, false, false, true, true, 1, &six, NULL},
    {NAME_FAMILY_6, false, true, true, true, 1, &six, NULL}, /* AI_ALL alone means nothing */
    {NAME_FAMILY_6, true, false, true, true, 1, &six, NULL},
    {NAME_FAMILY_6, true, true, true, true, 2, &mapped, &six},
    {NAME_FAMILY_6, true, false, true, false, 1, &mapped, NULL},
    {NAME_FAMILY_6, false, false, true, false, 0, NULL, NULL},
    {NAME_FAMILY_4, true, true, false, true, 0, NULL, NULL},
    {NAME_FAMILY_ANY, true, true, true, false, 1, &four, NULL}, /* only for IPv6 requests */
};

START_TEST(choice)
{
    struct name_address *list = guard_alloc(2 * sizeof(*list));
    unsigned int count = 0;

    if (choices[_i].has_4)
        list[count++] = four;
    if (choices[_i].has_6)
        list[count++] = six;
    count = addrlist_select(list, count, choices[_i].family, choices[_i].mapped, choices[_i].all);
    ck_assert_uint_eq(count, choices[_i].count);
    if (count > 0)
        ck_assert_mem_eq(&list[0], choices[_i].first, sizeof(*list));
    if (count > 1)
        ck_assert_mem_eq(&list[1], choices[_i].second, sizeof(*list));
}
END_TEST

START_TEST(family_to_ask)
{
    ck_assert_int_eq(addrlist_family_to_ask(NAME_FAMILY_6, true), NAME_FAMILY_ANY);
    ck_assert_int_eq(addrlist_family_to_ask(NAME_FAMILY_6, false), NAME_FAMILY_6);
    ck_assert_int_eq(addrlist_family_to_ask(NAME_FAMILY_4, true), NAME_FAMILY_4);
    ck_assert_int_eq(addrlist_family_to_ask(NAME_FAMILY_ANY, true), NAME_FAMILY_ANY);
}
END_TEST

int main(void)
{
    Suite *suite = suite_create("names_text");
    TCase *tests = tcase_create("text");
    SRunner *runner = srunner_create(suite);
    int failed;

    tcase_add_test(tests, service_lines);
    tcase_add_test(tests, protocol_lines);
    tcase_add_test(tests, hosts_lines);
    tcase_add_test(tests, many_aliases);
    tcase_add_test(tests, builtin_tables);
    tcase_add_test(tests, packing);
    tcase_add_loop_test(tests, choice, 0, sizeof(choices) / sizeof(choices[0]));
    tcase_add_test(tests, family_to_ask);
    suite_add_tcase(suite, tests);
    srunner_run_all(runner, CK_ENV);
    failed = srunner_ntests_failed(runner);
    srunner_free(runner);
    return failed ? EXIT_FAILURE : EXIT_SUCCESS;
}
