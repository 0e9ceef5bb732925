/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Addresses, data, lists and structures; see decode.h. */

#include "trace/decode.h"

#include "pe/guard.h"

/* Members of a list that are shown. */
#define MEMBERS_MAX 8

#define READ(to, from) guard_copy(&(to), (const void *)(from), sizeof(to))

static void add_ipv4(struct text *text, const unsigned char *a)
{
    text_add(text, "%u.%u.%u.%u", a[0], a[1], a[2], a[3]);
}

/* The first of the longest runs of zero words, two at least, is "::" (RFC 5952). -1: there is none.
 */
static int longest_run(const unsigned words[8], int *length)
{
    int best = -1;

    *length = 1;
    for (int i = 0; i < 8; i++) {
        int run = 0;

        while (i + run < 8 && !words[i + run])
            run++;
        if (run > *length) {
            *length = run;
            best = i;
        }
    }
    return best;
}

static void add_ipv6(struct text *text, const unsigned char *a)
{
    unsigned words[8];
    int length, run;

    for (int i = 0; i < 8; i++, a += 2)
        words[i] = a[0] << 8 | a[1];
    run = longest_run(words, &length);
    for (int i = 0; i < 8; i++) {
        if (i == run) {
            text_add(text, "::");
            i += length - 1;
        } else {
            text_add(text, i && i != run + length ? ":%x" : "%x", words[i]);
        }
    }
}

void decode_address(struct text *text, ULONG_PTR from, int length)
{
    unsigned char a[28] = {0}; /* sockaddr_in6: family, port, flow, address, scope */
    int family, port, most = length < (int)sizeof(a) ? length : (int)sizeof(a);

    if (!from || length < 2 || !guard_copy(a, (const void *)from, (size_t)most)) {
        text_pointer(text, from);
        return;
    }
    family = a[0] | a[1] << 8;
    port = a[2] << 8 | a[3];
    text_add(text, "{");
    text_name(text, NAMES_FAMILY, "AF_", family);
    if (family == AF_INET && length >= 8) {
        text_add(text, ", ");
        add_ipv4(text, a + 4);
        text_add(text, ":%d", port);
    } else if (family == AF_INET6 && length >= 24) {
        text_add(text, ", [");
        add_ipv6(text, a + 8);
        if (a[24] | a[25] << 8)
            text_add(text, "%%%d", a[24] | a[25] << 8);
        text_add(text, "]:%d", port);
    }
    text_add(text, "}");
}

void decode_ADDR(struct text *text, const struct decoded *d)
{
    decode_address(text, d->value, (int)d->other);
}

void decode_ADDR_AT(struct text *text, const struct decoded *d)
{
    decode_address(text, d->value, d->call->failed ? 0 : (int)d->other_at);
}

void decode_IN_ADDR(struct text *text, const struct decoded *d)
{
    add_ipv4(text, (const unsigned char *)&d->value);
}

void decode_SENT(struct text *text, const struct decoded *d)
{
    text_bytes(text, d->value, (int)d->other < 0 ? 0 : (DWORD)d->other);
}

void decode_GOT(struct text *text, const struct decoded *d)
{
    if (!d->call->failed) {
        text_bytes(text, d->value, (DWORD)d->call->result);
        return;
    }
    text_pointer(text, d->value);
    text_add(text, "[%d]", (int)d->other);
}

/* A list of buffers with the first `bytes` bytes of data in them; not `known`: only where they are.
 */
static void add_buffers(struct text *text, const struct decoded *d, bool known, ULONGLONG bytes)
{
    const WSABUF *list = (const WSABUF *)d->value;
    DWORD count = (DWORD)d->other;
    WSABUF buffer;

    if (!list) {
        text_add(text, "NULL");
        return;
    }
    text_add(text, "[");
    for (DWORD i = 0; i < count && i < MEMBERS_MAX; i++) {
        ULONGLONG here;

        if (!READ(buffer, list + i)) {
            text_add(text, "?");
            break;
        }
        here = bytes < buffer.len ? bytes : buffer.len;
        bytes -= here;
        text_add(text, i ? ", {" : "{");
        if (known) {
            text_bytes(text, (ULONG_PTR)buffer.buf, (size_t)here);
            text_add(text, ", %lu}", buffer.len);
        } else {
            text_pointer(text, (ULONG_PTR)buffer.buf);
            text_add(text, "[%lu]}", buffer.len);
        }
    }
    text_add(text, count > MEMBERS_MAX ? ", ...]" : "]");
}

void decode_BUFS(struct text *text, const struct decoded *d)
{
    add_buffers(text, d, true, ~0ull);
}

/* Where nothing was received yet, or nobody says how much, their room is all there is to show. */
void decode_BUFS_GOT(struct text *text, const struct decoded *d)
{
    const struct trace_row *row = d->call->row;
    DWORD bytes = 0;
    bool known = false;

    for (unsigned i = 0; i + 2 < row->count && !d->call->failed; i++)
        if (row->arguments[i].kind == DECODE_BUFS_GOT)
            known = d->call->arguments[i + 2] && READ(bytes, d->call->arguments[i + 2]);
    add_buffers(text, d, known, bytes);
}

static void add_value(struct text *text, ULONG_PTR from, DWORD length)
{
    DWORD number;
    BYTE byte;

    if (length == sizeof(number) && from && READ(number, from))
        text_add(text, "%ld", (long)number);
    else if (length == sizeof(byte) && from && READ(byte, from))
        text_add(text, "%u", byte);
    else
        text_bytes(text, from, length);
}

void decode_VAL(struct text *text, const struct decoded *d)
{
    add_value(text, d->value, (int)d->other < 0 ? 0 : (DWORD)d->other);
}

void decode_VAL_AT(struct text *text, const struct decoded *d)
{
    if (d->call->failed)
        text_pointer(text, d->value);
    else
        add_value(text, d->value, d->other_at);
}

void decode_POLLS(struct text *text, const struct decoded *d)
{
    const WSAPOLLFD *list = (const WSAPOLLFD *)d->value;
    DWORD count = (DWORD)d->other;
    WSAPOLLFD entry;

    text_add(text, "[");
    for (DWORD i = 0; i < count && i < MEMBERS_MAX; i++) {
        if (!list || !READ(entry, list + i)) {
            text_pointer(text, d->value);
            break;
        }
        text_add(text, "%s{0x%llx, ", i ? ", " : "", (unsigned long long)entry.fd);
        text_flags(text, NAMES_POLL, "POLL", (USHORT)entry.events);
        text_add(text, ", ");
        text_flags(text, NAMES_POLL, "POLL", (USHORT)entry.revents);
        text_add(text, "}");
    }
    text_add(text, count > MEMBERS_MAX ? ", ...]" : "]");
}

void decode_SET(struct text *text, const struct decoded *d)
{
    const fd_set *set = (const fd_set *)d->value;
    u_int count;
    SOCKET s;

    if (!set || !READ(count, &set->fd_count)) {
        text_pointer(text, d->value);
        return;
    }
    text_add(text, "[");
    for (u_int i = 0; i < count && i < MEMBERS_MAX; i++)
        if (READ(s, &set->fd_array[i]))
            text_add(text, "%s0x%llx", i ? " " : "", (unsigned long long)s);
    text_add(text, count > MEMBERS_MAX ? " ...]" : "]");
}

void decode_TIME(struct text *text, const struct decoded *d)
{
    struct timeval time;

    if (d->value && READ(time, d->value))
        text_add(text, "{%ld, %ld}", time.tv_sec, time.tv_usec);
    else
        text_pointer(text, d->value);
}

void decode_HANDLES(struct text *text, const struct decoded *d)
{
    const HANDLE *list = (const HANDLE *)d->value;
    DWORD count = (DWORD)d->other;
    HANDLE handle;

    text_add(text, "[");
    for (DWORD i = 0; i < count && i < MEMBERS_MAX; i++) {
        if (!list || !READ(handle, list + i)) {
            text_pointer(text, d->value);
            break;
        }
        text_add(text, i ? " " : "");
        text_pointer(text, (ULONG_PTR)handle);
    }
    text_add(text, count > MEMBERS_MAX ? " ...]" : "]");
}

void decode_NETEVENTS(struct text *text, const struct decoded *d)
{
    WSANETWORKEVENTS events;

    if (d->call->failed || !d->value || !READ(events, d->value)) {
        text_pointer(text, d->value);
        return;
    }
    text_add(text, "{");
    text_flags(text, NAMES_EVENT, "FD_", (DWORD)events.lNetworkEvents);
    for (int bit = 0; bit < FD_MAX_EVENTS; bit++)
        if ((events.lNetworkEvents >> bit & 1) && events.iErrorCode[bit]) {
            text_add(text, ", ");
            text_name(text, NAMES_ERROR, "WSA", events.iErrorCode[bit]);
        }
    text_add(text, "}");
}

void decode_GUIDP(struct text *text, const struct decoded *d)
{
    GUID g;

    if (!d->value || !READ(g, d->value)) {
        text_pointer(text, d->value);
        return;
    }
    text_add(text, "{%08lx-%04x-%04x-%02x%02x-%02x%02x%02x%02x%02x%02x}", g.Data1, g.Data2, g.Data3,
             g.Data4[0], g.Data4[1], g.Data4[2], g.Data4[3], g.Data4[4], g.Data4[5], g.Data4[6],
             g.Data4[7]);
}

/* The first members are the same in all four structures. */
void decode_HINTS(struct text *text, const struct decoded *d)
{
    const struct addrinfo *at = (const struct addrinfo *)d->value;
    int flags, rest[3]; /* family, type, protocol */

    if (!at || !READ(flags, &at->ai_flags) || !READ(rest, &at->ai_family)) {
        text_pointer(text, d->value);
        return;
    }
    text_add(text, "{");
    text_flags(text, NAMES_NAME, "AI_", (DWORD)flags);
    text_add(text, ", ");
    text_name(text, NAMES_FAMILY, "AF_", rest[0]);
    text_add(text, ", ");
    text_add(text, rest[1] ? "" : "0");
    if (rest[1])
        text_name(text, NAMES_FAMILY, "SOCK_", rest[1]);
    text_add(text, ", ");
    text_add(text, rest[2] ? "" : "0");
    if (rest[2])
        text_name(text, NAMES_FAMILY, "IPPROTO_", rest[2]);
    text_add(text, "}");
}

void decode_LIST(struct text *text, const struct decoded *d)
{
    const struct addrinfo *at;
    struct addrinfo entry;
    const char *between = "";

    if (d->call->failed || !d->value || !READ(at, d->value)) {
        text_pointer(text, d->value);
        return;
    }
    text_add(text, "[");
    for (int i = 0; at && i < MEMBERS_MAX && READ(entry, at); i++, at = entry.ai_next) {
        text_add(text, "%s", between);
        decode_address(text, (ULONG_PTR)entry.ai_addr, (int)entry.ai_addrlen);
        between = ", ";
    }
    text_add(text, at ? ", ...]" : "]");
}
