/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table of functions ws2_32.dll (or a test client) hands to WSPStartup. */
#ifndef SLUICE_UPCALL_H
#define SLUICE_UPCALL_H

#include "spi/nt.h"
#include <ws2spi.h>

/* Keeps the table of the most recent WSPStartup. */
void upcall_set(const WSPUPCALLTABLE *table, DWORD catalog_entry);

/* The calling thread's blocking hook (1.1 programs only), NULL where there is none. */
LPBLOCKINGCALLBACK upcall_blocking_hook(DWORD_PTR *context);

/* Posts to a window, if it is still there. */
void upcall_post_message(HWND window, UINT message, WPARAM wparam, LPARAM lparam);

#endif
