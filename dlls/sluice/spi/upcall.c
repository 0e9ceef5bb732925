/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdbool.h>

#include "spi/upcall.h"

static WSPUPCALLTABLE upcalls; /* written in WSPStartup before any socket of that client exists */
static DWORD entry_id;

void upcall_set(const WSPUPCALLTABLE *table, DWORD catalog_entry)
{
    upcalls = *table;
    entry_id = catalog_entry;
}

LPBLOCKINGCALLBACK upcall_blocking_hook(DWORD_PTR *context)
{
    LPBLOCKINGCALLBACK hook = NULL;
    INT error;

    if (!upcalls.lpWPUQueryBlockingCallback ||
        upcalls.lpWPUQueryBlockingCallback(entry_id, &hook, context, &error))
        return NULL;
    return hook;
}

void upcall_post_message(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    if (upcalls.lpWPUPostMessage)
        upcalls.lpWPUPostMessage(window, message, wparam, lparam);
}
