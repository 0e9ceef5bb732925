/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* spi/unix_library.c against a host that is made up: which of Wine's classes of virtual memory it
 * asks on which version. Exit status 0 when all is as it should be. */
#include <stdio.h>

#include "spi/unix_library.h"

#define MODULE ((HMODULE)0x7654000)

static struct {
    bool has_module, has_names; /* what the host can */
    unsigned int by_module, by_name;
} host;

static bool is_name(const UNICODE_STRING *name)
{
    static const WCHAR expected[] = L"sluice";

    return name->Length == sizeof(expected) - sizeof(WCHAR) &&
           name->MaximumLength >= name->Length && memcmp(name->Buffer, expected, name->Length) == 0;
}

static NTSTATUS NTAPI query(HANDLE process, const void *address, int class, void *buffer,
                            SIZE_T length, SIZE_T *result)
{
    UINT64 *answer = buffer;

    if (process != GetCurrentProcess() || result)
        return STATUS_INVALID_PARAMETER;
    switch (class) {
    case 1000:
        host.by_module++;
        if (address != MODULE || length != sizeof(*answer) || !host.has_module)
            return STATUS_DLL_NOT_FOUND;
        *answer = 0x1111;
        return STATUS_SUCCESS;
    case 1002:
        host.by_name++;
        if (!is_name(address) || length != 2 * sizeof(*answer) || !host.has_names)
            return STATUS_DLL_NOT_FOUND;
        answer[0] = 0x2222;
        answer[1] = 0x3333;
        return STATUS_SUCCESS;
    }
    return STATUS_INVALID_INFO_CLASS;
}

static const struct row {
    unsigned int major, minor;
    bool has_module, has_names;
    bool found;
    UINT64 handle;
    unsigned int by_name; /* times it may be asked by name */
} rows[] = {
    {8, 0, true, false, true, 0x1111, 0},  {10, 0, false, true, false, 0, 0},
    {11, 1, false, true, false, 0, 0},     {11, 2, false, true, true, 0x3333, 1},
    {11, 2, true, true, true, 0x1111, 0},  {11, 2, false, false, false, 0, 1},
    {12, 0, false, true, true, 0x3333, 1},
};

int main(void)
{
    int failed = 0;

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
        const struct row *row = &rows[i];
        UINT64 handle = 0x4444;
        bool found;

        host.has_module = row->has_module;
        host.has_names = row->has_names;
        host.by_module = host.by_name = 0;
        found = unix_library_find(query, MODULE, row->major, row->minor, &handle);
        if (found == row->found && handle == row->handle && host.by_module == 1 &&
            host.by_name == row->by_name)
            continue;
        printf("row %u, version %u.%u: found %d, handle %#llx, asked %u times, %u by name\n",
               (unsigned)i, row->major, row->minor, found, (unsigned long long)handle,
               host.by_module, host.by_name);
        failed = 1;
    }
    return failed;
}
