/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSALookupService: queries, their results, and the two name spaces that answer. */
#ifndef SLUICE_API_SERVICE_H
#define SLUICE_API_SERVICE_H

#include "api/names.h"
#include "catalog/namespaces.h"

/* What WSALookupServiceBegin was asked. Text and restrictions are copies of our own. */
struct service_query {
    WCHAR *instance; /* NULL: none given */
    WCHAR *text;     /* lpszQueryString */
    bool has_class, has_provider;
    GUID class_id, provider;
    DWORD space; /* NS_*; NS_ALL: any */
    DWORD flags; /* LUP_* */
    /* What AFPROTOCOLS allow; everything where none were given. */
    bool allows_v4, allows_v6, allows_tcp;
};

/* One result set, a block of its own; what a pointer is NULL for, the result does not have. */
struct service_result {
    struct service_result *next;
    DWORD output_flags; /* RESULT_IS_ALIAS */
    const struct namespace_row *space;
    bool has_class;
    GUID class_id;
    WCHAR *name;
    struct name_addresses *addresses; /* their port included */
    int socktype, protocol;           /* of the addresses */
    void *blob;                       /* from malloc() */
    int blob_size;
};

/* A new result at the end of the list, its name copied; NULL without memory. */
struct service_result *service_result_add(struct service_result **list,
                                          const struct namespace_row *space, const WCHAR *name);
void service_results_free(struct service_result *list);

/* A name space that answers. */
struct service_space {
    DWORD space;
    /* Whether a query is for it: 0, WSAEINVAL, WSASERVICE_NOT_FOUND. */
    int (*accept)(const struct service_query *query);
    /* Adds its results to the list. Returns 0 (also with none), or WSASERVICE_NOT_FOUND,
     * WSATYPE_NOT_FOUND, WSANO_DATA, WSATRY_AGAIN, WSANO_RECOVERY, WSA_NOT_ENOUGH_MEMORY. */
    int (*fetch)(const struct name_services *names, const struct service_query *query,
                 struct service_result **list);
};
extern const struct service_space service_dns, service_nla;

/* Stores a result in a program's buffer of *length bytes as WSAQUERYSETW, or WSAQUERYSETA where
 * wide is false, with what the LUP_RETURN_* flags ask for; query_text is the query's own, or NULL.
 * Returns 0; WSAEFAULT for an unwritable place or too little room, the latter with the needed
 * length in *length; WSA_NOT_ENOUGH_MEMORY. */
int service_put_result(const struct service_result *result, const WCHAR *query_text, DWORD flags,
                       bool wide, void *buffer, LPDWORD length);

/* Programs that are told when the networks change (WSANSPIoctl). */
struct service_watch;

/* Adds a watch to a list. `how` is a copy of the program's; an APC goes to the calling thread.
 * Returns 0, WSAEINVAL, WSAEFAULT, WSA_NOT_ENOUGH_MEMORY or why the host cannot watch. */
int service_watch_add(struct service_watch **list, const WSACOMPLETION *how);

/* Ends all watches of a list: those not told yet end with WSA_OPERATION_ABORTED. */
void service_watches_end(struct service_watch *list);

#endif
