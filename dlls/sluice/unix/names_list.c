/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lists of addresses, and copying out. */
#include "names.h"

#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>

#include "winabi.h"

/* No resolver's answer is larger than this. */
#define BUFFER_MAX (1u << 20)

bool address_list_add(struct address_list *list, const struct name_address *address)
{
    for (uint32_t i = 0; i < list->count; i++) {
        if (!memcmp(&list->item[i], address, sizeof(*address)))
            return true;
    }
    if (list->count == list->room) {
        uint32_t room = list->room ? 2 * list->room : 8;
        struct name_address *item = realloc(list->item, room * sizeof(*item));

        if (!item)
            return false;
        list->item = item;
        list->room = room;
    }
    list->item[list->count++] = *address;
    return true;
}

void address_list_free(struct address_list *list)
{
    free(list->item);
    *list = (struct address_list){0};
}

bool address_from_host(const struct sockaddr *from, struct name_address *to)
{
    struct sockaddr_in in;
    struct sockaddr_in6 in6;

    memset(to, 0, sizeof(*to));
    if (from->sa_family == AF_INET) {
        memcpy(&in, from, sizeof(in));
        to->family = NAME_FAMILY_4;
        memcpy(to->bytes, &in.sin_addr, 4);
        return true;
    }
    if (from->sa_family == AF_INET6) {
        memcpy(&in6, from, sizeof(in6));
        to->family = NAME_FAMILY_6;
        to->scope = in6.sin6_scope_id;
        memcpy(to->bytes, &in6.sin6_addr, 16);
        return true;
    }
    return false;
}

socklen_t address_to_host(const struct name_address *from, struct sockaddr_storage *to)
{
    struct sockaddr_in in = {.sin_family = AF_INET};
    struct sockaddr_in6 in6 = {.sin6_family = AF_INET6, .sin6_scope_id = from->scope};

    memset(to, 0, sizeof(*to));
    if (from->family == NAME_FAMILY_4) {
        memcpy(&in.sin_addr, from->bytes, 4);
        memcpy(to, &in, sizeof(in));
        return sizeof(in);
    }
    if (from->family == NAME_FAMILY_6) {
        memcpy(&in6.sin6_addr, from->bytes, 16);
        memcpy(to, &in6, sizeof(in6));
        return sizeof(in6);
    }
    return 0;
}

bool address_is_loopback(const struct name_address *address)
{
    if (address->family == NAME_FAMILY_4)
        return address->bytes[0] == 127;
    return !memcmp(address->bytes, &in6addr_loopback, 16);
}

int with_buffer(int (*again)(void *context, char *buffer, size_t size), void *context,
                char **buffer)
{
    *buffer = NULL;
    for (size_t size = 1024; size <= BUFFER_MAX; size *= 2) {
        char *larger = realloc(*buffer, size);
        int error;

        if (!larger)
            return ENOMEM;
        *buffer = larger;
        error = again(context, larger, size);
        if (error != ERANGE)
            return error;
    }
    return ENOMEM;
}

int put_string(uint64_t to, uint32_t room, const char *from, size_t len, uint32_t *need)
{
    char *out = (char *)(uintptr_t)to;

    *need = (uint32_t)len + 1;
    if (len >= room)
        return WS_WSAENOBUFS;
    memcpy(out, from, len);
    out[len] = '\0';
    return 0;
}
