/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>
#include <string.h>

#include "api/packer.h"

/* Two passes over the same code: with block NULL it measures, then it fills. */
struct packer {
    char *block;
    const char *target;
    int used;
};

static char *put(struct packer *p, const void *bytes, int length)
{
    char *at = (char *)p->target + p->used;

    if (p->block)
        memcpy(p->block + p->used, bytes, length);
    p->used += length;
    return at;
}

static char *put_string(struct packer *p, const char *string)
{
    return put(p, string, (int)strlen(string) + 1);
}

/* Room for a list's pointers; they are set as its items are put. */
static char **reserve_list(struct packer *p, char **list, int *start)
{
    int count = 1;

    while (list && list[count - 1])
        count++;
    *start = p->used;
    if (p->block)
        memset(p->block + p->used, 0, count * sizeof(char *));
    p->used += count * (int)sizeof(char *);
    return (char **)(p->target + *start);
}

/* item_length 0: strings. */
static void fill_list(struct packer *p, char **list, int start, int item_length)
{
    for (int i = 0; list && list[i]; i++) {
        char *at = item_length ? put(p, list[i], item_length) : put_string(p, list[i]);

        if (p->block)
            ((char **)(p->block + start))[i] = at;
    }
}

static void hostent_into(struct packer *p, const struct hostent *entry)
{
    struct hostent head = *entry;
    int aliases, addresses;

    p->used = sizeof(head);
    head.h_aliases = reserve_list(p, entry->h_aliases, &aliases);
    head.h_addr_list = reserve_list(p, entry->h_addr_list, &addresses);
    fill_list(p, entry->h_addr_list, addresses, entry->h_length);
    head.h_name = put_string(p, entry->h_name);
    fill_list(p, entry->h_aliases, aliases, 0);
    if (p->block)
        memcpy(p->block, &head, sizeof(head));
}

static void servent_into(struct packer *p, const struct servent *entry)
{
    struct servent head = *entry;
    int aliases;

    p->used = sizeof(head);
    head.s_aliases = reserve_list(p, entry->s_aliases, &aliases);
    head.s_name = put_string(p, entry->s_name);
    head.s_proto = put_string(p, entry->s_proto);
    fill_list(p, entry->s_aliases, aliases, 0);
    if (p->block)
        memcpy(p->block, &head, sizeof(head));
}

static void protoent_into(struct packer *p, const struct protoent *entry)
{
    struct protoent head = *entry;
    int aliases;

    p->used = sizeof(head);
    head.p_aliases = reserve_list(p, entry->p_aliases, &aliases);
    head.p_name = put_string(p, entry->p_name);
    fill_list(p, entry->p_aliases, aliases, 0);
    if (p->block)
        memcpy(p->block, &head, sizeof(head));
}

#define PACK(kind)                                                                                 \
    void *pack_##kind(const struct kind *entry, const char *target, int *length)                   \
    {                                                                                              \
        struct packer p = {NULL, target, 0};                                                       \
                                                                                                   \
        kind##_into(&p, entry);                                                                    \
        *length = p.used;                                                                          \
        p.block = malloc(p.used);                                                                  \
        if (p.block)                                                                               \
            kind##_into(&p, entry);                                                                \
        return p.block;                                                                            \
    }
PACK(hostent)
PACK(servent)
PACK(protoent)
