/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text out of and into program memory, for the name functions. */
#include "api/names.h"

/* A string longer than this is taken for an endless one. */
#define TEXT_MAX 65536

void *names_alloc(size_t size)
{
    return HeapAlloc(GetProcessHeap(), HEAP_ZERO_MEMORY, size);
}

void names_free(void *block)
{
    if (block)
        HeapFree(GetProcessHeap(), 0, block);
}

/* Copies the string with its zero. */
static int copy_units(const void *text, size_t unit, void **copy)
{
    ptrdiff_t length;

    *copy = NULL;
    if (!text)
        return 0;
    length = guard_length(text, unit, TEXT_MAX);
    if (length < 0)
        return WSAEFAULT;
    *copy = names_alloc((length + 1) * unit);
    if (!*copy)
        return WSA_NOT_ENOUGH_MEMORY;
    if (guard_copy(*copy, text, length * unit)) /* the zero is there already */
        return 0;
    names_free(*copy);
    *copy = NULL;
    return WSAEFAULT;
}

int names_copy_ansi(const char *text, char **copy)
{
    return copy_units(text, 1, (void **)copy);
}

int names_copy_text(struct program_text text, WCHAR **copy)
{
    char *ansi;
    int length, error;

    if (text.wide)
        return copy_units(text.at, sizeof(WCHAR), (void **)copy);
    *copy = NULL;
    error = names_copy_ansi(text.at, &ansi);
    if (error || !ansi)
        return error;
    length = MultiByteToWideChar(CP_ACP, 0, ansi, -1, NULL, 0);
    *copy = names_alloc((length + 1) * sizeof(WCHAR));
    if (*copy)
        MultiByteToWideChar(CP_ACP, 0, ansi, -1, *copy, length);
    names_free(ansi);
    return *copy ? 0 : WSA_NOT_ENOUGH_MEMORY;
}

int names_put_text(void *to, size_t room, bool wide, const WCHAR *text)
{
    char ansi[NI_MAXHOST * 2];
    size_t length = wcslen(text) + 1;

    if (wide)
        return length <= room && guard_copy(to, text, length * sizeof(WCHAR)) ? 0 : WSAEFAULT;
    length = WideCharToMultiByte(CP_ACP, 0, text, -1, ansi, sizeof(ansi), NULL, NULL);
    return length && length <= room && guard_copy(to, ansi, length) ? 0 : WSAEFAULT;
}

int names_leave(int error)
{
    SetLastError(error);
    return error;
}
