/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See names_fake.h. */
#include "names_fake.h"

#include <arpa/inet.h>
#include <check.h>
#include <errno.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static struct sys_calls real;
static int lent; /* lists handed out and not given back */

/* ---- a machine
 * ----------------------------------------------------------------------------------- */

const char *host_name;
const char *const *interfaces; /* addresses as text, NULL-ended; NULL: getifaddrs fails */
const char *source_4;          /* where the default route leaves from; NULL: there is none */

static int fake_gethostname(char *name, size_t length)
{
    if (!host_name) {
        errno = ENOMEM;
        return -1;
    }
    snprintf(name, length, "%s", host_name);
    return 0;
}

static socklen_t parse(const char *text, struct sockaddr_storage *to)
{
    struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)to;
    struct sockaddr_in *in = (struct sockaddr_in *)to;

    memset(to, 0, sizeof(*to));
    to->ss_family = strchr(text, ':') ? AF_INET6 : AF_INET;
    if (to->ss_family == AF_INET) {
        ck_assert_int_eq(inet_pton(AF_INET, text, &in->sin_addr), 1);
        return sizeof(*in);
    }
    ck_assert_int_eq(inet_pton(AF_INET6, text, &in6->sin6_addr), 1);
    if (!strncmp(text, "fe80", 4))
        in6->sin6_scope_id = 2;
    return sizeof(*in6);
}

struct fake_interface {
    struct ifaddrs link;
    struct sockaddr_storage address;
};

static int fake_getifaddrs(struct ifaddrs **list)
{
    struct ifaddrs **last = list;

    if (!interfaces) {
        errno = ENOMEM;
        return -1;
    }
    lent++;
    *list = NULL;
    for (const char *const *at = interfaces; *at; at++) {
        struct fake_interface *made = calloc(1, sizeof(*made));
        bool down = (*at)[0] == '-';

        ck_assert_ptr_nonnull(made);
        made->link.ifa_flags = down ? 0 : IFF_UP;
        if (strcmp(*at, "none")) { /* an interface without an address has NULL here */
            parse(*at + down, &made->address);
            made->link.ifa_addr = (struct sockaddr *)&made->address;
        }
        *last = &made->link;
        last = &made->link.ifa_next;
    }
    return 0;
}

static void fake_freeifaddrs(struct ifaddrs *list)
{
    lent--;
    while (list) {
        struct ifaddrs *next = list->ifa_next;

        free(list);
        list = next;
    }
}

static int fake_connect(int fd, const struct sockaddr *address, socklen_t length)
{
    (void)fd, (void)length;
    if (address->sa_family == AF_INET && source_4)
        return 0;
    errno = ENETUNREACH;
    return -1;
}

static int fake_getsockname(int fd, struct sockaddr *address, socklen_t *length)
{
    struct sockaddr_storage source;

    (void)fd;
    *length = parse(source_4, &source);
    memcpy(address, &source, *length);
    return 0;
}

/* ---- a resolver
 * ------------------------------------------------------------------------------------ */

const char *const *answers; /* addresses as text, NULL-ended */
const char *canonical;
int resolver_error; /* EAI_* or h_errno */
int asked;
struct addrinfo asked_hints;

static int fake_getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                            struct addrinfo **found)
{
    struct addrinfo **last = found;

    ck_assert(node && !service);
    asked++;
    asked_hints = *hints;
    if (resolver_error)
        return resolver_error;
    *found = NULL;
    lent++;
    for (const char *const *at = answers; *at; at++) {
        struct sockaddr_storage address;
        struct addrinfo *made;

        parse(*at, &address);
        if (hints->ai_family && hints->ai_family != address.ss_family)
            continue;
        made = calloc(1, sizeof(*made) + sizeof(address));
        ck_assert_ptr_nonnull(made);
        made->ai_addr = (struct sockaddr *)(made + 1);
        memcpy(made->ai_addr, &address, sizeof(address));
        made->ai_family = address.ss_family;
        if (*found == NULL && (hints->ai_flags & AI_CANONNAME))
            made->ai_canonname = (char *)canonical;
        *last = made;
        last = &made->ai_next;
    }
    return 0;
}

static void fake_freeaddrinfo(struct addrinfo *found)
{
    lent--;
    while (found) {
        struct addrinfo *next = found->ai_next;

        free(found);
        found = next;
    }
}

static int fake_getnameinfo(const struct sockaddr *address, socklen_t length, char *host,
                            socklen_t host_len, char *service, socklen_t service_len, int flags)
{
    (void)address, (void)length, (void)service, (void)service_len;
    asked++;
    ck_assert(flags & NI_NAMEREQD);
    if (resolver_error)
        return resolver_error;
    snprintf(host, host_len, "%s%s", canonical, flags & NI_NOFQDN ? "" : ".example");
    return 0;
}

/* Needs more room than the first try gives. */
static int fake_gethostbyname2_r(const char *name, int family, struct hostent *storage,
                                 char *buffer, size_t size, struct hostent **found, int *host_error)
{
    static char *aliases[] = {"first", "second", NULL};
    static struct in_addr addresses[4];
    static char *list[5];
    int count = 0;

    (void)name, (void)buffer;
    asked++;
    *found = NULL;
    ck_assert_int_eq(family, AF_INET);
    if (size < 4096)
        return ERANGE;
    if (resolver_error) {
        *host_error = resolver_error;
        return 0;
    }
    for (; answers[count]; count++) {
        ck_assert_int_eq(inet_pton(AF_INET, answers[count], &addresses[count]), 1);
        list[count] = (char *)&addresses[count];
    }
    list[count] = NULL;
    *storage = (struct hostent){(char *)canonical, aliases, AF_INET, 4, list};
    *found = storage;
    return 0;
}

static int fake_gethostbyaddr_r(const void *address, socklen_t length, int family,
                                struct hostent *storage, char *buffer, size_t size,
                                struct hostent **found, int *host_error)
{
    static char *aliases[] = {NULL};
    static char *list[2];

    (void)buffer, (void)size;
    asked++;
    *found = NULL;
    if (resolver_error) {
        *host_error = resolver_error;
        return 0;
    }
    list[0] = (char *)address;
    *storage = (struct hostent){(char *)canonical, aliases, family, (int)length, list};
    *found = storage;
    return 0;
}

const char *const names_fake_lone[] = {"127.0.0.1", "::1", NULL};
const char *const names_fake_ordinary[] = {"127.0.0.1",   "::1",      "none",      "fe80::1",
                                           "169.254.1.1", "10.9.9.9", "-10.8.8.8", "192.0.2.2",
                                           "fd00::2",     NULL};

void names_fake_setup(void)
{
    static const char *const one[] = {"198.51.100.9", NULL};

    real = sys;
    lent = asked = resolver_error = 0;
    host_name = "box.example";
    interfaces = names_fake_ordinary;
    source_4 = "192.0.2.2";
    canonical = "canonical";
    answers = one;
    sys.gethostname = fake_gethostname;
    sys.getifaddrs = fake_getifaddrs;
    sys.freeifaddrs = fake_freeifaddrs;
    sys.connect = fake_connect;
    sys.getsockname = fake_getsockname;
    sys.getaddrinfo = fake_getaddrinfo;
    sys.freeaddrinfo = fake_freeaddrinfo;
    sys.getnameinfo = fake_getnameinfo;
    sys.gethostbyname2_r = fake_gethostbyname2_r;
    sys.gethostbyaddr_r = fake_gethostbyaddr_r;
}

void names_fake_teardown(void)
{
    sys = real;
    ck_assert_int_eq(lent, 0);
}

struct name_address names_fake_address(const char *text)
{
    struct name_address address = {.family = strchr(text, ':') ? NAME_FAMILY_6 : NAME_FAMILY_4};

    ck_assert_int_eq(
        inet_pton(address.family == NAME_FAMILY_4 ? AF_INET : AF_INET6, text, address.bytes), 1);
    return address;
}
