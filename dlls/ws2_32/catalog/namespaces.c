/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the catalog of name spaces: WSAEnumNameSpaceProviders and its relatives. */
#include "api/api.h"

#include <stdlib.h>

#include "catalog/namespaces.h"

/* Of Windows' headers, missing from mingw-w64's. */
#ifndef NS_EMAIL
#define NS_EMAIL 37
#endif
#ifndef NS_PNRPNAME
#define NS_PNRPNAME 38
#endif
#ifndef NS_PNRPCLOUD
#define NS_PNRPCLOUD 39
#endif

static const struct namespace_row rows[] = {
#define NAMESPACE(space, version, label, ...) {{__VA_ARGS__}, space, version, label},
#include "catalog/namespaces.def"
#undef NAMESPACE
};

enum { ROWS = sizeof(rows) / sizeof(rows[0]) };

const struct namespace_row *namespace_row(unsigned int index)
{
    return index < ROWS ? &rows[index] : NULL;
}

const struct namespace_row *namespace_by_id(const GUID *id)
{
    for (unsigned int i = 0; i < ROWS; i++)
        if (!memcmp(&rows[i].id, id, sizeof(*id)))
            return &rows[i];
    return NULL;
}

const struct namespace_row *namespace_by_space(DWORD space)
{
    for (unsigned int i = 0; i < ROWS; i++)
        if (rows[i].space == space)
            return &rows[i];
    return NULL;
}

/* The four structures a program can ask for agree in their first members; the Ex ones add a blob,
 * which no provider of ours has. */
struct form {
    size_t size;
    bool wide;
};

_Static_assert(offsetof(WSANAMESPACE_INFOEXA, lpszIdentifier) ==
                       offsetof(WSANAMESPACE_INFOW, lpszIdentifier) &&
                   sizeof(WSANAMESPACE_INFOA) == sizeof(WSANAMESPACE_INFOW) &&
                   sizeof(WSANAMESPACE_INFOEXA) == sizeof(WSANAMESPACE_INFOEXW),
               "the heads agree");

/* Bytes of a label with its zero; the labels are ASCII. */
static size_t label_size(const struct namespace_row *row, bool wide)
{
    return (wcslen(row->label) + 1) * (wide ? sizeof(WCHAR) : 1);
}

static size_t needed(struct form form)
{
    size_t size = ROWS * form.size;

    for (unsigned int i = 0; i < ROWS; i++)
        size += label_size(&rows[i], form.wide);
    return size;
}

/* Fills a block whose pointers lead into `target`, where the program will have it: the structures,
 * then the text. */
static void fill(char *block, char *target, struct form form)
{
    size_t text = ROWS * form.size;

    for (unsigned int i = 0; i < ROWS; i++) {
        const struct namespace_row *row = &rows[i];
        size_t length = label_size(row, form.wide);
        WSANAMESPACE_INFOEXW info = {.NSProviderId = row->id,
                                     .dwNameSpace = row->space,
                                     .fActive = TRUE,
                                     .dwVersion = row->version,
                                     .lpszIdentifier = (WCHAR *)(void *)(target + text)};

        memcpy(block + i * form.size, &info, form.size);
        if (form.wide)
            memcpy(block + text, row->label, length);
        else
            WideCharToMultiByte(CP_ACP, 0, row->label, -1, block + text, (int)length, NULL, NULL);
        text += length;
    }
}

static int enumerate(LPDWORD length, void *buffer, struct form form)
{
    DWORD room, need = (DWORD)needed(form);
    char *block;
    bool stored;

    if (!api_enter())
        return SOCKET_ERROR;
    if (!guard_get(room, length))
        return api_fail(WSAEFAULT);
    if (!buffer || room < need) {
        guard_put(length, need);
        return api_fail(WSAEFAULT);
    }
    block = calloc(1, need);
    if (!block)
        return api_fail(WSA_NOT_ENOUGH_MEMORY);
    fill(block, buffer, form);
    stored = guard_copy(buffer, block, need);
    free(block);
    return stored ? ROWS : api_fail(WSAEFAULT);
}

INT WSAAPI WSAEnumNameSpaceProvidersA(LPDWORD length, LPWSANAMESPACE_INFOA buffer)
{
    return enumerate(length, buffer, (struct form){sizeof(*buffer), false});
}

INT WSAAPI WSAEnumNameSpaceProvidersW(LPDWORD length, LPWSANAMESPACE_INFOW buffer)
{
    return enumerate(length, buffer, (struct form){sizeof(*buffer), true});
}

INT WSAAPI WSAEnumNameSpaceProvidersExA(LPDWORD length, LPWSANAMESPACE_INFOEXA buffer)
{
    return enumerate(length, buffer, (struct form){sizeof(*buffer), false});
}

INT WSAAPI WSAEnumNameSpaceProvidersExW(LPDWORD length, LPWSANAMESPACE_INFOEXW buffer)
{
    return enumerate(length, buffer, (struct form){sizeof(*buffer), true});
}

#ifdef _WIN64
/* The 32-bit catalog lists the same providers. */
INT WSAAPI WSCEnumNameSpaceProviders32(LPDWORD length, LPWSANAMESPACE_INFOW buffer)
{
    return WSAEnumNameSpaceProvidersW(length, buffer);
}

INT WSPAPI WSCEnumNameSpaceProvidersEx32(LPDWORD length, LPWSANAMESPACE_INFOEXW buffer)
{
    return WSAEnumNameSpaceProvidersExW(length, buffer);
}
#endif
