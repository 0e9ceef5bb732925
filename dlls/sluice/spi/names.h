/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the files of the name services share; the services themselves are described in
 * sluice/names.h. */
#ifndef SLUICE_SPI_NAMES_H
#define SLUICE_SPI_NAMES_H

#include <stdbool.h>

#include "spi/host.h"
#include "sluice/names.h"
#include "xlat/netdb.h"

/* Room for a node's name in ASCII with its zero; DNS allows 253 characters. */
#define NAME_NODE_ROOM 256

/* The rows of the table, one function each; see sluice/names.h. */
int WINAPI names_get_addresses(const struct name_query *query, struct name_addresses **answer);
int WINAPI names_get_nameinfo(const struct name_address *address, USHORT port, int flags,
                              WCHAR host[NI_MAXHOST], WCHAR service[NI_MAXSERV]);
int WINAPI names_get_hostname(WCHAR name[NAME_HOST_ROOM]);
int WINAPI names_get_host(const WCHAR *node, const struct name_address *address,
                          struct name_entry **entry);
int WINAPI names_get_service(const char *name, int port, const char *protocol,
                             struct name_entry **entry);
int WINAPI names_get_protocol(const char *name, int number, struct name_entry **entry);

/* A block of the process heap; NULL without memory. names_free() takes NULL. */
void *names_alloc(size_t size);
void names_free(void *block);

/* Reads a file of %SystemRoot%\system32\drivers\etc. NULL where it is missing, unreadable or empty.
 */
char *names_read_file(const WCHAR *file, size_t *len);

/* Parses an address: dotted IPv4 in any of inet_addr's forms, or IPv6, bracketed and with a scope
 * too. */
bool names_parse_address(const WCHAR *text, struct name_address *address);

/* The ASCII form of a node's name, by IDNA unless that is off.  Returns 0, or WSAHOST_NOT_FOUND for
 * one that has none. */
int names_node_to_ascii(const WCHAR *node, bool idn, char ascii[NAME_NODE_ROOM]);

/* Addresses that the prefix's hosts file has for a name, up to max; *canonical gets the line's
 * first name. Returns their number. */
unsigned int names_hosts_by_name(const char *node, struct name_address *list, unsigned int max,
                                 char canonical[NAME_NODE_ROOM]);

/* The name that the prefix's hosts file has for an address; false where it has none. */
bool names_hosts_by_address(const struct name_address *address, char name[NAME_NODE_ROOM]);

/* Runs a Unix call that fills a packed entry: `call` gets a buffer and its size, which it updates.
 */
int names_entry_call(int (*call)(void *context, struct name_entry *buffer, uint32_t *size),
                     void *context, struct name_entry **entry);

#endif
