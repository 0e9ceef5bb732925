/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the name calls share: lists of addresses, and what this machine knows of itself. */
#ifndef SLUICE_NAMES_UNIX_H
#define SLUICE_NAMES_UNIX_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/socket.h>

#include "name_entry.h"

#define HOST_NAME_ROOM 256

/* A growing list of distinct addresses. Starts as {0}; address_list_free() ends it. */
struct address_list {
    struct name_address *item;
    uint32_t count;
    uint32_t room;
};

/* Adds an address unless the list has it. Returns false without memory. */
bool address_list_add(struct address_list *list, const struct name_address *address);
void address_list_free(struct address_list *list);

/* Converts a Linux address; false for another family than the two. */
bool address_from_host(const struct sockaddr *from, struct name_address *to);

/* The same back, with port 0. Returns the length; 0 for an unknown family. */
socklen_t address_to_host(const struct name_address *from, struct sockaddr_storage *to);

bool address_is_loopback(const struct name_address *address);

/* Makes room: calls `again` with a larger buffer each time it returns ERANGE.  *buffer is to be
 * freed by the caller.  Returns what `again` returned last, or ENOMEM. */
int with_buffer(int (*again)(void *context, char *buffer, size_t size), void *context,
                char **buffer);

/* Copies a string of len bytes and its zero out to room bytes at `to`; *need gets len + 1.
 * Returns 0 or WSAENOBUFS. */
int put_string(uint64_t to, uint32_t room, const char *from, size_t len, uint32_t *need);

/* This machine's name as the kernel has it. Returns 0 or WSAENETDOWN. */
int local_hostname(char name[HOST_NAME_ROOM]);

/* True if node names this machine: "", "..localmachine", its name, or that name's first label. */
bool local_is_name(const char *node);

/* True if node is a name every machine has for itself ("localhost"). */
bool local_is_loopback_name(const char *node);

/* True if node is this machine's name within some domain: its first label is ours. */
bool local_is_first_label(const char *node);

/* This machine's addresses of a family (NAME_FAMILY_ANY: both), what a peer should try first in
 * front; the loopback addresses where it has no other.  Returns 0 or WSA_NOT_ENOUGH_MEMORY. */
int local_addresses(int family, struct address_list *list);

/* The loopback addresses, IPv6 first. Returns 0 or WSA_NOT_ENOUGH_MEMORY. */
int local_loopback(int family, struct address_list *list);

/* True if an interface of this machine has the address. */
bool local_has(const struct name_address *address);

/* Which families this machine has an address of that reaches further than itself (and, IPv6, than
 * the link). */
struct local_reach {
    bool ipv4;
    bool ipv6;
};
struct local_reach local_reach(void);

/* Where a resolver answered for our own name with a loopback address such as 127.0.1.1 (Debian's
 * installer writes that into /etc/hosts) the addresses peers can reach take its place.  Returns 0
 * or WSA_NOT_ENOUGH_MEMORY. */
int local_replace_placeholder(const char *node, int family, struct address_list *list);

#endif
