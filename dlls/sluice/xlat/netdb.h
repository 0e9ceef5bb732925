/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name databases as text (hosts, services and protocol files) and their packed entries.  Pure:
 * no allocation, no system call. */
#ifndef SLUICE_XLAT_NETDB_H
#define SLUICE_XLAT_NETDB_H

#include <stdbool.h>
#include <stddef.h>

#include "name_entry.h"

/* Strings of an entry at most; further aliases of a line are left out. */
#define NETDB_STRINGS_MAX 36

/* A piece of text that has no zero at its end. */
struct netdb_word {
    const char *at;
    size_t len;
};

/* One line of a services or protocol file. */
struct netdb_line {
    long number;                /* port, or protocol number */
    struct netdb_word protocol; /* of a service; empty for a protocol */
    unsigned int count;         /* names: the official one and the aliases */
    struct netdb_word name[NETDB_STRINGS_MAX];
};

/* One line of a hosts file: the address as text, then its names. */
struct netdb_host {
    struct netdb_word address;
    unsigned int count;
    struct netdb_word name[NETDB_STRINGS_MAX];
};

/* Read the next well-formed line of a text and move *at behind it. Comments begin with '#';
 * malformed lines are skipped. Return false at the end of the text. */
bool netdb_next_service(const char **at, const char *end, struct netdb_line *line);
bool netdb_next_protocol(const char **at, const char *end, struct netdb_line *line);
bool netdb_next_host(const char **at, const char *end, struct netdb_host *host);

/* ASCII comparisons that ignore case. */
bool netdb_word_is(struct netdb_word word, const char *text);
bool netdb_names_have(const struct netdb_word *names, unsigned int count, const char *text);

/* What is looked for: by name, or by number where name is NULL. protocol (of a service) NULL: any.
 */
struct netdb_query {
    const char *name;
    long number; /* port in host byte order, or protocol number */
    const char *protocol;
};

/* Searches a services or protocol text from its start. Returns false where no line answers. */
bool netdb_find_service(const char *text, size_t len, const struct netdb_query *query,
                        struct netdb_line *line);
bool netdb_find_protocol(const char *text, size_t len, const struct netdb_query *query,
                         struct netdb_line *line);

/* Well-known services and protocols, for machines that have neither file; texts in the files' form.
 */
extern const char netdb_builtin_services[];
extern const char netdb_builtin_protocols[];

/* Packs an entry into room bytes at buffer, which may be NULL where room is 0. addresses holds
 * entry->address_count addresses of entry->address_len bytes; strings holds entry->string_count
 * words. Fills entry->size. Returns false, with nothing written, where the entry is larger than
 * room. */
bool netdb_pack(struct name_entry *entry, const void *addresses, const struct netdb_word *strings,
                void *buffer, size_t room);

/* Packs a services or protocol line likewise; *size gets the size of the entry. */
bool netdb_pack_line(const struct netdb_line *line, void *buffer, size_t room, size_t *size);

/* Where the strings of a packed entry begin: behind its addresses. */
static inline const char *netdb_strings(const struct name_entry *entry)
{
    return (const char *)(entry + 1) + (size_t)entry->address_len * entry->address_count;
}

#endif
