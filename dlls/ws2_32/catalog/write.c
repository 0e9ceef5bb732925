/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The functions that would change the catalogs (writes.def), and the checks of their arguments. */
#include <winsock2.h>
#include <ws2tcpip.h>
#include <windows.h>
#include <stdbool.h>
#include <string.h>

#include "api/raw.h"
#include "catalog/catalog.h"
#include "catalog/namespaces.h"
#include "pe/guard.h"

#define ENTRIES_MAX 4096 /* more protocols than that nobody installs */

/* An argument and the next, which may be its count; 0 or the code. */
typedef int (*check_function)(ULONG_PTR value, ULONG_PTR next);

static int check_guid(ULONG_PTR value, ULONG_PTR next)
{
    (void)next;
    return guard_readable((void *)value, sizeof(GUID)) ? 0 : WSAEFAULT;
}

static int check_guid_given(ULONG_PTR value, ULONG_PTR next)
{
    return value ? check_guid(value, next) : WSAEINVAL;
}

static int find_provider(ULONG_PTR value, int unknown)
{
    GUID id;

    if (!guard_get(id, (void *)value))
        return WSAEFAULT;
    return catalog_has_provider(&id) ? 0 : unknown;
}

static int check_provider(ULONG_PTR value, ULONG_PTR next)
{
    (void)next;
    return find_provider(value, WSAEINVAL);
}

static int check_provider_entry(ULONG_PTR value, ULONG_PTR next)
{
    (void)next;
    return find_provider(value, WSANO_RECOVERY);
}

static int check_namespace(ULONG_PTR value, ULONG_PTR next)
{
    GUID id;

    (void)next;
    if (!guard_get(id, (void *)value))
        return WSAEFAULT;
    return namespace_by_id(&id) ? 0 : WSAEINVAL;
}

/* A string that is not empty and shorter than max with its zero. */
static int check_string(ULONG_PTR value, ptrdiff_t max)
{
    ptrdiff_t length;
    WCHAR first;

    if (!guard_get(first, (void *)value))
        return WSAEFAULT;
    if (!first)
        return WSAEINVAL;
    length = guard_length((void *)value, sizeof(WCHAR), max - 1);
    if (length >= 0)
        return 0;
    return guard_readable((void *)value, max * sizeof(WCHAR)) ? WSAEINVAL : WSAEFAULT;
}

static int check_path(ULONG_PTR value, ULONG_PTR next)
{
    (void)next;
    return check_string(value, MAX_PATH);
}

static int check_path_given(ULONG_PTR value, ULONG_PTR next)
{
    return value ? check_path(value, next) : WSAEINVAL;
}

static int check_name_given(ULONG_PTR value, ULONG_PTR next)
{
    (void)next;
    return value ? check_string(value, WSAPROTOCOL_LEN) : WSAEINVAL;
}

static int check_readable(ULONG_PTR value, ULONG_PTR count, size_t size)
{
    return guard_readable((void *)value, guard_array(count, size)) ? 0 : WSAEFAULT;
}

static int check_list(ULONG_PTR value, ULONG_PTR next)
{
    DWORD count = (DWORD)next;

    if (!value || !count || count > ENTRIES_MAX)
        return WSAEINVAL;
    return check_readable(value, count, sizeof(WSAPROTOCOL_INFOW));
}

static int check_list_or_none(ULONG_PTR value, ULONG_PTR next)
{
    return value ? check_list(value, next) : 0;
}

static int check_text(ULONG_PTR value, ULONG_PTR next)
{
    DWORD length = (DWORD)next;

    if (!value || !length || length >= 32768)
        return WSAEINVAL;
    return check_readable(value, length, sizeof(WCHAR));
}

static int check_text_or_none(ULONG_PTR value, ULONG_PTR next)
{
    return value || (DWORD)next ? check_text(value, next) : 0;
}

static int check_info_type(ULONG_PTR value, ULONG_PTR next)
{
    (void)next;
    return catalog_check_info_type((int)value);
}

static int check_categories(ULONG_PTR value, ULONG_PTR next)
{
    if (next != sizeof(DWORD))
        return WSAEINVAL;
    return check_readable(value, 1, sizeof(DWORD));
}

/* An order names all entries, each once: as many items as there are rows, and every row seen. */
static int check_name_space_order(ULONG_PTR value, ULONG_PTR next)
{
    const GUID *list = (const GUID *)value;
    DWORD count = (DWORD)next, seen = 0, rows = 0;

    if (count && !guard_readable(list, sizeof(*list)))
        return WSAEFAULT;
    while (namespace_row(rows))
        rows++;
    if (count != rows)
        return WSAEINVAL;
    for (DWORD i = 0; i < count; i++) {
        GUID id;

        if (!guard_get(id, &list[i]))
            return WSAEFAULT;
        for (DWORD row = 0; row < rows; row++)
            if (!memcmp(&namespace_row(row)->id, &id, sizeof(id)))
                seen |= 1u << row;
    }
    return seen == (1u << rows) - 1 ? 0 : WSAEINVAL;
}

static int check_provider_order(ULONG_PTR value, ULONG_PTR next)
{
    const DWORD *list = (const DWORD *)value;
    DWORD count = (DWORD)next, seen = 0, rows = 0;
    WSAPROTOCOL_INFOW info;

    if (count && !guard_readable(list, sizeof(*list)))
        return WSAEFAULT;
    while (catalog_row(rows, &info))
        rows++;
    if (count != rows)
        return WSAEINVAL;
    for (DWORD i = 0; i < count; i++) {
        DWORD entry;

        if (!guard_get(entry, &list[i]))
            return WSAEFAULT;
        for (DWORD row = 0; row < rows; row++)
            if (catalog_row(row, &info) && info.dwCatalogEntryId == entry)
                seen |= 1u << row;
    }
    return seen == (1u << rows) - 1 ? 0 : WSAEINVAL;
}

static const struct {
    char letter;
    check_function run;
} checks[] = {
    {'P', check_provider},         /* identity of a transport provider of the catalog */
    {'Q', check_provider_entry},   /* the same, unknown ones being WSANO_RECOVERY (tests) */
    {'N', check_namespace},        /* identity of a name space provider of the catalog */
    {'g', check_guid},             /* any identity */
    {'G', check_guid_given},       /* the same, NULL being WSAEINVAL */
    {'s', check_path},             /* a path of at most MAX_PATH */
    {'t', check_path_given},       /* the same, NULL being WSAEINVAL */
    {'n', check_name_given},       /* a name of at most WSAPROTOCOL_LEN */
    {'l', check_list},             /* WSAPROTOCOL_INFOW, the next argument is their number */
    {'o', check_list_or_none},     /* the same, or NULL */
    {'a', check_text},             /* text, the next argument is its length */
    {'e', check_text_or_none},     /* the same, or NULL and 0 */
    {'i', check_info_type},        /* WSC_PROVIDER_INFO_TYPE */
    {'b', check_categories},       /* its data, the next argument is their size */
    {'I', check_name_space_order}, /* all name space identities, the next is their number */
    {'D', check_provider_order},   /* all catalog entries, the next argument is their number */
};

static int check_all(const char *letters, const ULONG_PTR *arguments)
{
    for (int i = 0; letters[i]; i++)
        for (size_t k = 0; k < sizeof(checks) / sizeof(checks[0]); k++) {
            int error;

            if (checks[k].letter != letters[i])
                continue;
            error = checks[k].run(arguments[i], letters[i + 1] ? arguments[i + 1] : 0);
            if (error)
                return error;
        }
    return 0;
}

/* Ends a call: the code goes where the function's page says, and is returned. */
static int refuse(int answer, const char *letters, const ULONG_PTR *arguments, int error_arg)
{
    int error = check_all(letters, arguments);

    if (!error)
        error = answer;
    if (!error_arg)
        SetLastError(error);
    else if (arguments[error_arg - 1])
        guard_put((int *)arguments[error_arg - 1], error);
    return error;
}

#define WRITE(name, form, nargs, error_arg, answer, letters)                                       \
    RESULT_##form WINAPI write_##name(PARAMS_##nargs) __asm__(SYMBOL(name, nargs));                \
    RESULT_##form WINAPI write_##name(PARAMS_##nargs)                                              \
    {                                                                                              \
        const ULONG_PTR arguments[] = {ARGUMENTS_##nargs};                                         \
        int error = refuse(answer, letters, arguments, error_arg);                                 \
                                                                                                   \
        (void)error;                                                                               \
        return FAILURE_##form(error);                                                              \
    }
#ifdef _WIN64
#define WRITE_64 WRITE
#else
#define WRITE_64(name, form, nargs, error_arg, answer, letters)
#endif
#include "catalog/writes.def"
