/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See unix_library.h. */
#include "spi/unix_library.h"

/* Wine's own classes of virtual memory (its sources; the second one came with 11.2). */
#define CLASS_OF_MODULE 1000
#define CLASS_BY_NAME   1002

bool unix_library_find(query_memory query, HMODULE module, unsigned int major, unsigned int minor,
                       UINT64 *handle)
{
    static const WCHAR bare[] = L"sluice"; /* Wine appends ".so" */
    UNICODE_STRING name = {sizeof(bare) - sizeof(WCHAR), sizeof(bare), (WCHAR *)bare};
    UINT64 named[2] = {0, 0}; /* the loaded library, for its unloading; and the handle */

    *handle = 0;
    if (!query(GetCurrentProcess(), module, CLASS_OF_MODULE, handle, sizeof(*handle), NULL))
        return true;
    if (major < 11 || (major == 11 && minor < 2) ||
        query(GetCurrentProcess(), &name, CLASS_BY_NAME, named, sizeof(named), NULL))
        return false;
    *handle = named[1];
    return true;
}
