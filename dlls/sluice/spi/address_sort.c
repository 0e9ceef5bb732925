/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SIO_ADDRESS_LIST_SORT: destinations in the order to try them (RFC 3484, as the page of the ioctl
 * asks): reachable ones first, then by matching scope, precedence, and the smaller scope. */
#include <stdlib.h>

#include "spi/ioctl.h"

/* More than any name resolves to. */
#define MOST_ADDRESSES 1024

struct candidate {
    SOCKET_ADDRESS given; /* the program's pointer, not to be followed again */
    unsigned char address[SPI_ADDRESS_MAX];
    bool usable, same_scope;
    int precedence, scope;
};

static void as_v6(const unsigned char *address, unsigned char bytes[16])
{
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;

    if (v6->sin6_family == AF_INET6) {
        memcpy(bytes, &v6->sin6_addr, 16);
        return;
    }
    memset(bytes, 0, 10);
    bytes[10] = bytes[11] = 0xff;
    memcpy(bytes + 12, &v4->sin_addr, 4);
}

static bool is_mapped(const unsigned char *bytes)
{
    static const unsigned char prefix[12] = {[10] = 0xff, [11] = 0xff};

    return !memcmp(bytes, prefix, sizeof(prefix));
}

static bool is_loopback(const unsigned char *bytes)
{
    static const unsigned char one[16] = {[15] = 1};

    return is_mapped(bytes) ? bytes[12] == 127 : !memcmp(bytes, one, sizeof(one));
}

/* As in IPv6 multicast addresses: 2 link, 5 site, 14 global. */
static int scope_of(const unsigned char *bytes)
{
    if (is_mapped(bytes))
        return bytes[12] == 127 || (bytes[12] == 169 && bytes[13] == 254) ? 2 : 14;
    if (bytes[0] == 0xff)
        return bytes[1] & 15;
    if (is_loopback(bytes) || (bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0x80))
        return 2;
    return bytes[0] == 0xfe && (bytes[1] & 0xc0) == 0xc0 ? 5 : 14;
}

/* The default policy table of RFC 6724, which Windows has had since 8.1. */
static int precedence_of(const unsigned char *bytes)
{
    static const struct {
        unsigned char prefix[12];
        int bits, precedence;
    } table[] = {
        {{[10] = 0xff, [11] = 0xff}, 96, 35},
        {{0x20, 0x02}, 16, 30},
        {{0x20, 0x01}, 32, 5},
        {{0xfc}, 7, 3},
        {{0xfe, 0xc0}, 10, 1},
        {{0x3f, 0xfe}, 16, 1},
        {{0}, 96, 1},
        {{0}, 0, 40},
    };
    size_t i = 0;

    if (is_loopback(bytes) && !is_mapped(bytes))
        return 50;
    for (;; i++) {
        const int whole = table[i].bits / 8, rest = table[i].bits % 8;

        if (memcmp(bytes, table[i].prefix, (size_t)whole) != 0)
            continue;
        if (!rest || !((bytes[whole] ^ table[i].prefix[whole]) >> (8 - rest)))
            return table[i].precedence;
    }
}

static int describe(struct candidate *candidate)
{
    struct route_source_params params = {.address_len = candidate->given.iSockaddrLength};
    unsigned char bytes[16], source[16];
    int length, error = spi_get_address(candidate->given.lpSockaddr, params.address_len, AF_UNSPEC,
                                        candidate->address, &length);

    if (error)
        return error;
    params.address_len = length;
    memcpy(params.address, candidate->address, (size_t)length);
    as_v6(candidate->address, bytes);
    candidate->scope = scope_of(bytes);
    candidate->precedence = precedence_of(bytes);
    candidate->usable = !UNIX_CALL(route_source, &params);
    if (candidate->usable) {
        as_v6(params.address, source);
        candidate->same_scope = scope_of(source) == candidate->scope;
    }
    return 0;
}

/* Whether a is to be tried before b. */
static bool goes_before(const struct candidate *a, const struct candidate *b)
{
    if (a->usable != b->usable)
        return a->usable;
    if (a->same_scope != b->same_scope)
        return a->same_scope;
    if (a->precedence != b->precedence)
        return a->precedence > b->precedence;
    return a->scope < b->scope;
}

/* Stable: what the rules do not tell apart stays in the order given. */
static void sort(struct candidate *list, int count)
{
    for (int i = 1; i < count; i++) {
        struct candidate moved = list[i];
        int at = i;

        for (; at && goes_before(&moved, &list[at - 1]); at--)
            list[at] = list[at - 1];
        list[at] = moved;
    }
}

/* Entries first, then the addresses they point to; input and output may be one buffer. */
static int store(struct ioctl *call, const struct candidate *list, int count)
{
    const size_t head = FIELD_OFFSET(SOCKET_ADDRESS_LIST, Address[count]);
    size_t size = head, at = head;
    SOCKET_ADDRESS_LIST *out;
    int error;

    for (int i = 0; i < count; i++)
        size += (size_t)list[i].given.iSockaddrLength;
    call->size = (DWORD)size;
    call->report_failed = true;
    if (call->out_len < size || !guard_writable(call->out, size))
        return WSAEFAULT;
    out = calloc(1, size);
    if (!out)
        return WSAENOBUFS;
    out->iAddressCount = count;
    for (int i = 0; i < count; i++) {
        const int length = list[i].given.iSockaddrLength;

        memcpy((char *)out + at, list[i].address, (size_t)length);
        out->Address[i].lpSockaddr = (SOCKADDR *)((char *)call->out + at);
        out->Address[i].iSockaddrLength = length;
        at += (size_t)length;
    }
    error = guard_copy(call->out, out, size) ? 0 : WSAEFAULT;
    free(out);
    return error;
}

int ioctl_sort_addresses(struct ioctl *call)
{
    const SOCKET_ADDRESS_LIST *in = call->in;
    struct candidate *list;
    int count, error = 0;

    if (call->in_len < FIELD_OFFSET(SOCKET_ADDRESS_LIST, Address[0]) ||
        !guard_get(count, &in->iAddressCount))
        return WSAEFAULT;
    if (count < 0 || count > MOST_ADDRESSES ||
        call->in_len <
            FIELD_OFFSET(SOCKET_ADDRESS_LIST, Address[0]) + (size_t)count * sizeof(in->Address[0]))
        return WSAEINVAL;
    list = calloc((size_t)count + 1, sizeof(*list));
    if (!list)
        return WSAENOBUFS;
    for (int i = 0; i < count && !error; i++) {
        if (!guard_get(list[i].given, &in->Address[i]))
            error = WSAEFAULT;
        else
            error = describe(&list[i]);
        if (!error && list[i].given.iSockaddrLength > SPI_ADDRESS_MAX)
            list[i].given.iSockaddrLength = SPI_ADDRESS_MAX;
    }
    if (!error) {
        sort(list, count);
        error = store(call, list, count);
    }
    free(list);
    return error;
}
