/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSALookupServiceBegin, Next and End, and WSANSPIoctl.  A query goes to every name space that
 * accepts it, in the catalog's order, when its first result is asked for. */
#include "api/service.h"

#include <stdlib.h>

#define PROTOCOLS_MAX 64 /* AFPROTOCOLS of a query that are looked at */

static const struct service_space *const spaces[] = {&service_nla, &service_dns};

enum { SPACES = sizeof(spaces) / sizeof(spaces[0]) };

struct service_lookup {
    struct service_lookup *next;
    HANDLE id;
    LONG references; /* the list, and each call that uses it */
    volatile LONG ended;
    SRWLOCK lock; /* of what follows */
    struct service_query query;
    const struct service_space *asked[SPACES];
    unsigned int asked_count;
    bool fetched, was_too_large;
    struct service_result *results, *at;
    struct service_watch *watches;
};

static SRWLOCK list_lock = SRWLOCK_INIT;
static struct service_lookup *lookups;
static UINT_PTR last_id;

struct service_result *service_result_add(struct service_result **list,
                                          const struct namespace_row *space, const WCHAR *name)
{
    struct service_result *result = names_alloc(sizeof(*result));
    size_t size = (wcslen(name) + 1) * sizeof(WCHAR);

    if (!result)
        return NULL;
    result->name = names_alloc(size);
    if (!result->name) {
        names_free(result);
        return NULL;
    }
    memcpy(result->name, name, size);
    result->space = space;
    while (*list)
        list = &(*list)->next;
    *list = result;
    return result;
}

void service_results_free(struct service_result *list)
{
    while (list) {
        struct service_result *next = list->next;

        names_free(list->name);
        names_free(list->addresses);
        free(list->blob);
        names_free(list);
        list = next;
    }
}

static void release(struct service_lookup *lookup)
{
    if (InterlockedDecrement(&lookup->references))
        return;
    service_watches_end(lookup->watches);
    service_results_free(lookup->results);
    names_free(lookup->query.instance);
    names_free(lookup->query.text);
    names_free(lookup);
}

/* A lookup by its handle, to be released; NULL where there is none.  `end` takes it off the list.
 */
static struct service_lookup *find(HANDLE id, bool end)
{
    struct service_lookup **at = &lookups, *found;

    AcquireSRWLockExclusive(&list_lock);
    while (*at && (*at)->id != id)
        at = &(*at)->next;
    found = *at;
    if (found && end) {
        found->ended = TRUE;
        *at = found->next; /* the list's reference is the caller's now */
    } else if (found) {
        InterlockedIncrement(&found->references);
    }
    ReleaseSRWLockExclusive(&list_lock);
    return found;
}

static HANDLE publish(struct service_lookup *lookup)
{
    HANDLE id;

    AcquireSRWLockExclusive(&list_lock);
    lookup->id = id = (HANDLE)++last_id;
    lookup->next = lookups;
    lookups = lookup;
    ReleaseSRWLockExclusive(&list_lock);
    return id;
}

/* What the program's AFPROTOCOLS leave. */
static int read_protocols(const WSAQUERYSETW *set, struct service_query *query)
{
    DWORD count = set->dwNumberOfProtocols;

    query->allows_v4 = query->allows_v6 = query->allows_tcp = !count;
    for (DWORD i = 0; i < count && i < PROTOCOLS_MAX; i++) {
        AFPROTOCOLS item;

        if (!guard_get(item, &set->lpafpProtocols[i]))
            return WSAEFAULT;
        query->allows_v4 |= item.iAddressFamily == AF_INET || item.iAddressFamily == AF_UNSPEC;
        query->allows_v6 |= item.iAddressFamily == AF_INET6 || item.iAddressFamily == AF_UNSPEC;
        query->allows_tcp |= item.iProtocol == IPPROTO_TCP || !item.iProtocol;
    }
    return 0;
}

static int read_id(const GUID *from, GUID *to, bool *given)
{
    *given = from != NULL;
    return !from || guard_copy(to, from, sizeof(*to)) ? 0 : WSAEFAULT;
}

static int read_query(const void *from, bool wide, DWORD flags, struct service_query *query)
{
    WSAQUERYSETW set;
    int error;

    if (!guard_copy(&set, from, sizeof(set)))
        return WSAEFAULT;
    if (set.dwSize < sizeof(set))
        return WSAEINVAL;
    query->space = set.dwNameSpace;
    query->flags = flags;
    error = read_id(set.lpServiceClassId, &query->class_id, &query->has_class);
    if (!error)
        error = read_id(set.lpNSProviderId, &query->provider, &query->has_provider);
    if (!error)
        error = read_protocols(&set, query);
    if (!error)
        error = names_copy_text((struct program_text){set.lpszServiceInstanceName, wide},
                                &query->instance);
    if (!error)
        error = names_copy_text((struct program_text){set.lpszQueryString, wide}, &query->text);
    return error;
}

/* Finds who is asked.  The code is that of the last who refused; name spaces that are in the
 * catalog without anybody behind them know no service. */
static int choose_spaces(struct service_lookup *lookup)
{
    const struct service_query *query = &lookup->query;
    int error = WSASERVICE_NOT_FOUND;

    if (query->has_provider && !namespace_by_id(&query->provider))
        return WSAEINVAL;
    for (unsigned int i = 0; i < SPACES; i++) {
        const GUID *id = &namespace_by_space(spaces[i]->space)->id;
        int refused;

        if (query->has_provider ? memcmp(id, &query->provider, sizeof(*id)) != 0
                                : query->space != NS_ALL && query->space != spaces[i]->space)
            continue;
        refused = spaces[i]->accept(query);
        if (refused)
            error = refused;
        else
            lookup->asked[lookup->asked_count++] = spaces[i];
    }
    return lookup->asked_count ? 0 : error;
}

/* Gathers the results.  A name space that fails matters only where no other has any. */
static int fetch(struct service_lookup *lookup, struct service_result **list)
{
    int error = 0;

    for (unsigned int i = 0; i < lookup->asked_count; i++) {
        int failed = lookup->asked[i]->fetch(provider_names(), &lookup->query, list);

        if (failed)
            error = failed;
    }
    return *list ? 0 : error;
}

static bool is_about_networks(const struct service_lookup *lookup)
{
    return lookup->asked_count == 1 && lookup->asked[0] == &service_nla;
}

/* Networks are found at once: what WSANSPIoctl tells of is a change since then. */
static int begin(const void *from, bool wide, DWORD flags, LPHANDLE handle)
{
    struct service_lookup *lookup;
    HANDLE id;
    int error;

    if (!guard_writable(handle, sizeof(*handle)))
        return WSAEFAULT;
    lookup = names_alloc(sizeof(*lookup));
    if (!lookup)
        return WSA_NOT_ENOUGH_MEMORY;
    InitializeSRWLock(&lookup->lock);
    lookup->references = 1;
    error = read_query(from, wide, flags, &lookup->query);
    if (!error && (flags & LUP_CONTAINERS))
        error = WSANO_DATA; /* no name space of ours has any */
    if (!error)
        error = choose_spaces(lookup);
    if (!error && is_about_networks(lookup)) {
        error = fetch(lookup, &lookup->results);
        lookup->at = lookup->results;
        lookup->fetched = true;
    }
    if (error) {
        release(lookup);
        return error;
    }
    id = publish(lookup);
    guard_put(handle, id);
    return 0;
}

static int leave(int error)
{
    return error ? api_fail(error) : 0;
}

INT WSAAPI WSALookupServiceBeginW(LPWSAQUERYSETW restrictions, DWORD flags, LPHANDLE handle)
{
    return api_enter() ? leave(begin(restrictions, true, flags, handle)) : SOCKET_ERROR;
}

INT WSAAPI WSALookupServiceBeginA(LPWSAQUERYSETA restrictions, DWORD flags, LPHANDLE handle)
{
    return api_enter() ? leave(begin(restrictions, false, flags, handle)) : SOCKET_ERROR;
}

/* What the flags of both calls leave.  No LUP_RETURN_* at all in the second restricts nothing: so
 * programs use it. */
static DWORD combine(DWORD begun, DWORD asked)
{
    DWORD returned = begun & LUP_RETURN_ALL;

    if (asked & LUP_RETURN_ALL)
        returned &= asked;
    return returned | ((begun | asked) & LUP_RES_SERVICE);
}

/* With the lookup's lock held. */
static int next_locked(struct service_lookup *lookup, DWORD flags, bool wide, void *buffer,
                       LPDWORD length)
{
    int error = 0;

    if (!lookup->fetched) {
        error = fetch(lookup, &lookup->results);
        lookup->at = lookup->results;
        lookup->fetched = true;
    }
    if (lookup->ended)
        return WSA_E_CANCELLED;
    if (error)
        return error;
    if ((flags & LUP_FLUSHPREVIOUS) && lookup->was_too_large && lookup->at)
        lookup->at = lookup->at->next;
    lookup->was_too_large = false;
    if (!lookup->at)
        return WSA_E_NO_MORE;
    error = service_put_result(lookup->at, lookup->query.text, combine(lookup->query.flags, flags),
                               wide, buffer, length);
    if (error)
        lookup->was_too_large = error == WSAEFAULT;
    else
        lookup->at = lookup->at->next;
    return error;
}

static int next(HANDLE handle, DWORD flags, bool wide, void *buffer, LPDWORD length)
{
    struct service_lookup *lookup;
    int error;

    if (!guard_readable(length, sizeof(*length)))
        return WSAEFAULT;
    lookup = find(handle, false);
    if (!lookup)
        return WSA_INVALID_HANDLE;
    AcquireSRWLockExclusive(&lookup->lock);
    error = next_locked(lookup, flags, wide, buffer, length);
    ReleaseSRWLockExclusive(&lookup->lock);
    release(lookup);
    return error;
}

INT WSAAPI WSALookupServiceNextW(HANDLE handle, DWORD flags, LPDWORD length, LPWSAQUERYSETW results)
{
    return api_enter() ? leave(next(handle, flags, true, results, length)) : SOCKET_ERROR;
}

INT WSAAPI WSALookupServiceNextA(HANDLE handle, DWORD flags, LPDWORD length, LPWSAQUERYSETA results)
{
    return api_enter() ? leave(next(handle, flags, false, results, length)) : SOCKET_ERROR;
}

INT WSAAPI WSALookupServiceEnd(HANDLE handle)
{
    struct service_lookup *lookup;

    if (!api_enter())
        return SOCKET_ERROR;
    lookup = find(handle, true);
    if (!lookup)
        return api_fail(WSA_INVALID_HANDLE);
    release(lookup);
    return 0;
}

static bool is_same(const struct service_result *a, const struct service_result *b)
{
    for (; a && b; a = a->next, b = b->next)
        if (wcscmp(a->name, b->name) != 0 || a->blob_size != b->blob_size ||
            memcmp(a->blob, b->blob, a->blob_size) != 0)
            return false;
    return !a && !b;
}

/* WSAEWOULDBLOCK says that what was found still holds. */
static int poll(struct service_lookup *lookup)
{
    struct service_result *now = NULL;
    int error = fetch(lookup, &now);

    if (!error && is_same(lookup->results, now))
        error = WSAEWOULDBLOCK;
    service_results_free(now);
    return error;
}

static int notify(struct service_lookup *lookup, const WSACOMPLETION *completion)
{
    WSACOMPLETION how = {.Type = NSP_NOTIFY_IMMEDIATELY};
    int error;

    if (lookup->asked_count > 1)
        return WSAEINVAL;
    if (!is_about_networks(lookup))
        return WSAEOPNOTSUPP;
    if (completion && !guard_get(how, completion))
        return WSAEFAULT;
    if (how.Type == NSP_NOTIFY_IMMEDIATELY)
        return poll(lookup);
    error = service_watch_add(&lookup->watches, &how);
    return error ? error : WSA_IO_PENDING;
}

INT WSAAPI WSANSPIoctl(HANDLE handle, DWORD code, LPVOID in, DWORD in_size, LPVOID out,
                       DWORD out_size, LPDWORD returned, LPWSACOMPLETION completion)
{
    struct service_lookup *lookup;
    DWORD none = 0;
    int error;

    (void)in, (void)in_size, (void)out, (void)out_size;
    if (!api_enter())
        return SOCKET_ERROR;
    if (returned && !guard_put(returned, none))
        return api_fail(WSAEFAULT);
    lookup = find(handle, false);
    if (!lookup)
        return api_fail(WSA_INVALID_HANDLE);
    AcquireSRWLockExclusive(&lookup->lock);
    error = code == SIO_NSP_NOTIFY_CHANGE ? notify(lookup, completion) : WSAEOPNOTSUPP;
    ReleaseSRWLockExclusive(&lookup->lock);
    release(lookup);
    return leave(error);
}
