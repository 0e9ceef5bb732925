/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* GetAddrInfoExW and its relatives.  The one name space is DNS, served by one provider. */
#include "api/lookup.h"
#include "api/names.h"

/* The provider Windows registers for NS_DNS in its TCP/IP. */
static const GUID dns_provider = {
    0x22059d40, 0x7e9e, 0x11cf, {0xae, 0x5a, 0x00, 0xaa, 0x00, 0xa7, 0x11, 0x2b}};

static int check_namespace(DWORD space, const GUID *provider)
{
    GUID copy;

    if (space != NS_ALL && space != NS_DNS)
        return WSASERVICE_NOT_FOUND;
    if (!provider)
        return 0;
    if (!guard_get(copy, provider))
        return WSAEFAULT;
    return memcmp(&copy, &dns_provider, sizeof(copy)) ? WSASERVICE_NOT_FOUND : 0;
}

/* An event and a routine exclude each other. */
static int get_target(OVERLAPPED *overlapped, lookup_routine routine, ADDRINFOEXW **result,
                      struct lookup_target *target)
{
    OVERLAPPED copy;

    if (!overlapped)
        return routine ? WSAEINVAL : 0;
    if (!guard_get(copy, overlapped))
        return WSAEFAULT;
    if (copy.hEvent && routine)
        return WSAEINVAL;
    target->result = result;
    target->overlapped = overlapped;
    target->routine = routine;
    target->event = copy.hEvent;
    return 0;
}

/* Marks the program's structure as under way and starts. */
static int start(const struct name_services *names, struct lookup_query *query,
                 const struct lookup_target *target, HANDLE *handle)
{
    ULONG_PTR in_progress = WSAEINPROGRESS;
    void *result = target->result;
    HANDLE none = NULL, started;
    int error = 0;

    if (!guard_put(&target->overlapped->Internal, in_progress) ||
        !guard_put(&target->overlapped->Pointer, result) || (handle && !guard_put(handle, none)))
        error = WSAEFAULT;
    if (error)
        names_query_free(query);
    else
        error = lookup_start(names, query, target, handle ? handle : &started);
    return error ? error : ERROR_IO_PENDING;
}

static int lookup_ex(PCWSTR name, PCWSTR service, DWORD space, LPGUID provider,
                     const ADDRINFOEXW *hints, PADDRINFOEXW *result, const struct timeval *timeout,
                     OVERLAPPED *overlapped, lookup_routine routine, HANDLE *handle)
{
    const struct name_services *names = api_enter_names();
    struct lookup_target target = {0};
    struct lookup_query query = {0};
    ADDRINFOEXW *list = NULL;
    int error;

    if (!names)
        return WSAGetLastError();
    if (!guard_put(result, list))
        return WSAEFAULT;
    error = check_namespace(space, provider);
    if (!error)
        error = lookup_get_timeout(timeout, &target.timeout);
    if (!error)
        error = get_target(overlapped, routine, result, &target);
    if (!error)
        error = names_query_make((struct program_text){name, true},
                                 (struct program_text){service, true}, hints, true, &query);
    if (!error && overlapped)
        return start(names, &query, &target, handle);
    if (!error && target.timeout != INFINITE)
        error = lookup_wait(names, &query, target.timeout, &list); /* takes the query over */
    else if (!error)
        error = names_query_run(names, &query, LIST_EX_W, (void **)&list);
    names_query_free(&query);
    if (!error && !guard_put(result, list)) {
        names_list_free(list, LIST_EX_W);
        error = WSAEFAULT;
    }
    return error;
}

INT WSAAPI GetAddrInfoExW(PCWSTR name, PCWSTR service, DWORD space, LPGUID provider,
                          const ADDRINFOEXW *hints, PADDRINFOEXW *result, PTIMEVAL timeout,
                          LPOVERLAPPED overlapped, LPLOOKUPSERVICE_COMPLETION_ROUTINE routine,
                          LPHANDLE handle)
{
    return names_leave(lookup_ex(name, service, space, provider, hints, result, timeout, overlapped,
                                 (lookup_routine)routine, handle));
}

/* The A form has no asynchronous use: its last four parameters are reserved. */
INT WSAAPI GetAddrInfoExA(PCSTR name, PCSTR service, DWORD space, LPGUID provider,
                          const ADDRINFOEXA *hints, PADDRINFOEXA *result, PTIMEVAL timeout,
                          LPOVERLAPPED overlapped, LPLOOKUPSERVICE_COMPLETION_ROUTINE routine,
                          LPHANDLE handle)
{
    const struct name_services *names = api_enter_names();
    struct lookup_query query = {0};
    ADDRINFOEXA *list = NULL;
    int error;

    if (!names)
        return WSAGetLastError();
    if (!guard_put(result, list))
        return names_leave(WSAEFAULT);
    error =
        timeout || overlapped || routine || handle ? WSAEINVAL : check_namespace(space, provider);
    if (!error)
        error = names_query_make((struct program_text){name, false},
                                 (struct program_text){service, false}, hints, true, &query);
    if (!error)
        error = names_query_run(names, &query, LIST_EX_A, (void **)&list);
    names_query_free(&query);
    if (!error && !guard_put(result, list)) {
        names_list_free(list, LIST_EX_A);
        error = WSAEFAULT;
    }
    return names_leave(error);
}

/* Missing from mingw-w64's headers. */
INT WSAAPI GetAddrInfoExOverlappedResult(LPOVERLAPPED overlapped);
INT WSAAPI GetAddrInfoExCancel(LPHANDLE handle);

INT WSAAPI GetAddrInfoExOverlappedResult(LPOVERLAPPED overlapped)
{
    ULONG_PTR result;

    if (!overlapped || !guard_get(result, &overlapped->Internal))
        return WSAEINVAL;
    return (INT)result;
}

INT WSAAPI GetAddrInfoExCancel(LPHANDLE handle)
{
    HANDLE copy;

    if (!handle || !guard_get(copy, handle))
        return WSA_INVALID_HANDLE;
    return lookup_cancel(copy);
}
