/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Address queries checked and copied, and their answers made into a program's list.  Every entry of
 * a list is one block: the structure, its address, its canonical name. */
#include "api/names.h"

#define KNOWN_FLAGS                                                                                \
    (AI_PASSIVE | AI_CANONNAME | AI_NUMERICHOST | AI_NUMERICSERV | AI_DNS_ONLY | AI_MORE_DNS |     \
     AI_ALL | AI_ADDRCONFIG | AI_V4MAPPED | AI_NON_AUTHORITATIVE | AI_SECURE |                     \
     AI_RETURN_PREFERRED_NAMES | AI_FQDN | AI_FILESERVER | AI_DISABLE_IDN_ENCODING | AI_MORE_EX)

/* Of later SDKs, missing from mingw-w64's ws2tcpip.h; hints to Microsoft's resolver, and without
 * effect here: AI_FORCE_CLEAR_TEXT, AI_BYPASS_DNS_CACHE, AI_RETURN_TTL; AI_SECURE_WITH_FALLBACK,
 * AI_EXCLUSIVE_CUSTOM_SERVERS, AI_RETURN_RESPONSE_FLAGS, AI_REQUIRE_SECURE.  AI_RESOLUTION_HANDLE
 * and AI_EXTENDED announce further structures and are not known. */
#define AI_MORE_DNS 0x000000e0
#define AI_MORE_EX  0x30300000

/* The first members of all four structures, which have the same places in each. */
struct hints_head {
    int ai_flags;
    int ai_family;
    int ai_socktype;
    int ai_protocol;
    size_t ai_addrlen;
    void *ai_canonname;
};

/* ai_addr, ai_next: in this order behind the head, but three members of the Ex forms stand between.
 */
struct hints_tail {
    void *ai_addr;
    void *ai_next;
};
_Static_assert(offsetof(struct addrinfo, ai_addrlen) == offsetof(struct hints_head, ai_addrlen) &&
                   offsetof(struct addrinfo, ai_addr) == sizeof(struct hints_head),
               "the heads agree");
_Static_assert(offsetof(ADDRINFOEXW, ai_addr) == offsetof(struct addrinfo, ai_addr),
               "the heads agree");

static int check_flags(int flags, bool has_node)
{
    if (flags & ~KNOWN_FLAGS)
        return WSAEINVAL;
    if ((flags & AI_CANONNAME) && (flags & AI_FQDN))
        return WSAEINVAL;
    if (!has_node && (flags & (AI_CANONNAME | AI_FQDN)))
        return WSANO_RECOVERY;
    if (!has_node && (flags & AI_NUMERICHOST))
        return WSAHOST_NOT_FOUND;
    return 0;
}

/* Any protocol is taken as it is: Windows accepts combinations that make no sense. */
static int check_hints(const struct hints_head *head, const struct hints_tail *tail, bool has_node)
{
    if (head->ai_addrlen || head->ai_canonname || tail->ai_addr || tail->ai_next)
        return WSANO_RECOVERY;
    if (head->ai_family != AF_UNSPEC && head->ai_family != AF_INET && head->ai_family != AF_INET6)
        return WSAEAFNOSUPPORT;
    if (head->ai_socktype &&
        (head->ai_socktype < SOCK_STREAM || head->ai_socktype > SOCK_SEQPACKET))
        return WSAESOCKTNOSUPPORT;
    return check_flags(head->ai_flags, has_node);
}

static bool get_hints(const void *hints, bool extended, struct hints_head *head,
                      struct hints_tail *tail)
{
    const char *next = (const char *)hints + (extended ? offsetof(ADDRINFOEXW, ai_next)
                                                       : offsetof(struct addrinfo, ai_next));

    return guard_get(*head, hints) &&
           guard_copy(&tail->ai_addr, (const char *)hints + offsetof(struct addrinfo, ai_addr),
                      sizeof(tail->ai_addr)) &&
           guard_copy(&tail->ai_next, next, sizeof(tail->ai_next));
}

int names_query_make(struct program_text node, struct program_text service, const void *hints,
                     bool extended, struct lookup_query *lookup)
{
    struct hints_head head = {0};
    struct hints_tail tail = {0};
    WCHAR *node_copy = NULL, *service_copy = NULL;
    int error;

    memset(lookup, 0, sizeof(*lookup));
    if (!node.at && !service.at)
        return WSAHOST_NOT_FOUND;
    if (hints && !get_hints(hints, extended, &head, &tail))
        return WSAEFAULT;
    error = check_hints(&head, &tail, node.at != NULL);
    if (!error)
        error = names_copy_text(node, &node_copy);
    if (!error)
        error = names_copy_text(service, &service_copy);
    lookup->query = (struct name_query){
        .node = node_copy,
        .service = service_copy,
        .family = head.ai_family,
        .socktype = head.ai_socktype,
        .flags = head.ai_flags,
    };
    lookup->protocol = head.ai_protocol;
    return error;
}

void names_query_free(struct lookup_query *lookup)
{
    names_free((void *)lookup->query.node);
    names_free((void *)lookup->query.service);
    memset(lookup, 0, sizeof(*lookup));
}

static size_t put_address(const struct name_address *from, USHORT port, void *to)
{
    struct sockaddr_in6 *in6 = to;
    struct sockaddr_in *in = to;

    if (from->family == AF_INET) {
        in->sin_family = AF_INET;
        in->sin_port = port;
        memcpy(&in->sin_addr, from->bytes, 4);
        return sizeof(*in);
    }
    in6->sin6_family = AF_INET6;
    in6->sin6_port = port;
    memcpy(&in6->sin6_addr, from->bytes, 16);
    in6->sin6_scope_id = from->scope;
    return sizeof(*in6);
}

static bool is_extended(enum list_form form)
{
    return form == LIST_EX_A || form == LIST_EX_W;
}

static bool is_wide(enum list_form form)
{
    return form == LIST_W || form == LIST_EX_W;
}

static size_t entry_size(enum list_form form)
{
    return is_extended(form) ? sizeof(ADDRINFOEXW) : sizeof(ADDRINFOW);
}

/* Where an entry keeps the pointer to the next. */
static void **next_of(void *entry, enum list_form form)
{
    size_t at = is_extended(form) ? offsetof(ADDRINFOEXW, ai_next) : offsetof(ADDRINFOW, ai_next);

    return (void **)((char *)entry + at);
}

/* Bytes of the canonical name in the form's characters, with its zero. */
static size_t name_size(const WCHAR *name, enum list_form form)
{
    if (!name)
        return 0;
    if (is_wide(form))
        return (wcslen(name) + 1) * sizeof(WCHAR);
    return WideCharToMultiByte(CP_ACP, 0, name, -1, NULL, 0, NULL, NULL);
}

static void put_name(const WCHAR *name, enum list_form form, void *to, size_t size)
{
    if (is_wide(form))
        memcpy(to, name, size);
    else
        WideCharToMultiByte(CP_ACP, 0, name, -1, to, (int)size, NULL, NULL);
}

static void *make_entry(const struct lookup_query *lookup, const struct name_addresses *answer,
                        unsigned int index, enum list_form form)
{
    const WCHAR *name = index ? NULL : answer->canonical; /* the first entry carries it */
    size_t base = entry_size(form), text = name_size(name, form);
    ADDRINFOW *entry = names_alloc(base + sizeof(struct sockaddr_in6) + text);
    char *address;

    if (!entry)
        return NULL;
    address = (char *)entry + base;
    /* The members up to ai_addr stand alike in all forms. */
    entry->ai_flags = answer->flags;
    entry->ai_family = answer->item[index].family;
    entry->ai_socktype = lookup->query.socktype;
    entry->ai_protocol = lookup->protocol;
    entry->ai_addrlen = put_address(&answer->item[index], answer->port, address);
    entry->ai_addr = (struct sockaddr *)address;
    if (text) {
        entry->ai_canonname = (PWSTR)(void *)(address + sizeof(struct sockaddr_in6));
        put_name(name, form, entry->ai_canonname, text);
    }
    return entry;
}

void names_list_free(void *list, enum list_form form)
{
    while (list) {
        void *next;

        if (!guard_get(next, next_of(list, form)))
            return; /* no list of ours */
        names_free(list);
        list = next;
    }
}

int names_query_run(const struct name_services *names, const struct lookup_query *lookup,
                    enum list_form form, void **list)
{
    struct name_addresses *answer;
    int error = names->get_addresses(&lookup->query, &answer);
    void *first = NULL, **last = &first;

    if (error)
        return error;
    for (unsigned int i = 0; i < answer->count; i++) {
        *last = make_entry(lookup, answer, i, form);
        if (!*last) {
            names_list_free(first, form);
            names_free(answer);
            return WSA_NOT_ENOUGH_MEMORY;
        }
        last = next_of(*last, form);
    }
    names_free(answer);
    *list = first;
    return 0;
}
