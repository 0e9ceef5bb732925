/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* getaddrinfo, GetAddrInfoW and what frees their lists. */
#include "api/names.h"

/* Returns the code that is the last error too; *result is NULL unless that is 0. */
static int get_list(const struct name_services *names, struct program_text node,
                    struct program_text service, const void *hints, enum list_form form,
                    void **result)
{
    struct lookup_query lookup;
    void *list = NULL;
    int error;

    if (!names)
        return WSAGetLastError();
    if (!guard_put(result, list))
        return names_leave(WSAEFAULT);
    error = names_query_make(node, service, hints, false, &lookup);
    if (!error)
        error = names_query_run(names, &lookup, form, &list);
    names_query_free(&lookup);
    if (!error && !guard_put(result, list)) {
        names_list_free(list, form);
        error = WSAEFAULT;
    }
    return names_leave(error);
}

INT WSAAPI getaddrinfo(const char *node, const char *service, const struct addrinfo *hints,
                       struct addrinfo **result)
{
    return get_list(api_enter_names_for(__builtin_return_address(0)),
                    (struct program_text){node, false}, (struct program_text){service, false},
                    hints, LIST_A, (void **)result);
}

INT WSAAPI GetAddrInfoW(PCWSTR node, PCWSTR service, const ADDRINFOW *hints, PADDRINFOW *result)
{
    return get_list(api_enter_names_for(__builtin_return_address(0)),
                    (struct program_text){node, true}, (struct program_text){service, true}, hints,
                    LIST_W, (void **)result);
}

void WSAAPI freeaddrinfo(struct addrinfo *list)
{
    names_list_free(list, LIST_A);
}

void WSAAPI FreeAddrInfoW(PADDRINFOW list)
{
    names_list_free(list, LIST_W);
}

void WSAAPI FreeAddrInfoEx(PADDRINFOEXA list)
{
    names_list_free(list, LIST_EX_A);
}

void WSAAPI FreeAddrInfoExW(PADDRINFOEXW list)
{
    names_list_free(list, LIST_EX_W);
}
