/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the name functions share: text out of and into program memory, and per-thread results. */
#ifndef SLUICE_API_NAMES_H
#define SLUICE_API_NAMES_H

#include "api/api.h"

/* A block of the process heap, zeroed; NULL without memory. names_free() takes NULL. */
void *names_alloc(size_t size);
void names_free(void *block);

/* A program's string: its address, and whether it is UTF-16 or of the ANSI code page. */
struct program_text {
    const void *at;
    bool wide;
};

/* Copies a program's string into a block of our own, as UTF-16; NULL gives NULL.
 * Returns 0, WSAEFAULT (unreadable, or endless) or WSA_NOT_ENOUGH_MEMORY. */
int names_copy_text(struct program_text text, WCHAR **copy);

/* The same for a plain string that stays in the ANSI code page. */
int names_copy_ansi(const char *text, char **copy);

/* Stores a string in program memory as `wide` says, room in characters.  Returns 0, or WSAEFAULT
 * for too little room or an unwritable place; then nothing was written. */
int names_put_text(void *to, size_t room, bool wide, const WCHAR *text);

/* Ends a function that returns a WSA code: makes it the last error too, 0 included. */
int names_leave(int error);

/* The results a thread owns, each overwritten by the next call of its kind on that thread. */
enum thread_result { RESULT_HOST, RESULT_SERVICE, RESULT_PROTOCOL, RESULT_NTOA, THREAD_RESULTS };

/* The thread's buffer of a kind, grown to `size` where needed.  It keeps its address while it is
 * large enough, and is freed with the thread.  NULL without memory.  The last error stays as it
 * was. */
void *names_thread_result(enum thread_result kind, size_t size);

/* Lay a packed entry out in the calling thread's buffer, in Windows' order of parts.  NULL without
 * memory. */
struct hostent *names_layout_host(const struct name_entry *entry);
struct servent *names_layout_service(const struct name_entry *entry);
struct protoent *names_layout_protocol(const struct name_entry *entry);

/* The same in a buffer of the caller's, of the size the first function tells in bytes. */
size_t names_host_size(const struct name_entry *entry);
void names_lay_host(const struct name_entry *entry, struct hostent *host);
size_t names_service_size(const struct name_entry *entry);
void names_lay_service(const struct name_entry *entry, struct servent *service);

/* The two halves of GetAddrInfo, between which an asynchronous query changes threads. */

/* The list forms a program can ask for. */
enum list_form { LIST_A, LIST_W, LIST_EX_A, LIST_EX_W };

/* A query and what its answer's entries repeat. */
struct lookup_query {
    struct name_query query; /* node and service are blocks of their own */
    int protocol;
};

/* Checks and copies a query.  hints is a struct addrinfo of any form, or NULL: their first members
 * agree. Returns 0, WSAEFAULT, WSAHOST_NOT_FOUND, WSANO_RECOVERY, WSAEINVAL, WSAEAFNOSUPPORT,
 * WSAESOCKTNOSUPPORT, WSA_NOT_ENOUGH_MEMORY.  names_query_free() ends it, after a failure too. */
int names_query_make(struct program_text node, struct program_text service, const void *hints,
                     bool extended, struct lookup_query *lookup);
void names_query_free(struct lookup_query *lookup);

/* Runs a query and makes its list. Errors as name_services' get_addresses. */
int names_query_run(const struct name_services *names, const struct lookup_query *lookup,
                    enum list_form form, void **list);

/* Frees a list of any form; every entry is one block. */
void names_list_free(void *list, enum list_form form);

#endif
