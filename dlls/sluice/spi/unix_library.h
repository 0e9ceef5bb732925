/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The Unix half's handle, in the ways that versions of Wine have for it. */
#ifndef SLUICE_UNIX_LIBRARY_H
#define SLUICE_UNIX_LIBRARY_H

#include <stdbool.h>

#include "spi/nt.h"

/* NtQueryVirtualMemory, or a test's. */
typedef NTSTATUS(NTAPI *query_memory)(HANDLE process, const void *address, int class, void *buffer,
                                      SIZE_T length, SIZE_T *result);

/* Finds the library of `module`, which carries Wine's builtin mark; from Wine 11.2 on, where that
 * gives none, one called sluice.so in Wine's library path.  The version is that of the Wine that
 * runs. Returns whether *handle was set. */
bool unix_library_find(query_memory query, HMODULE module, unsigned int major, unsigned int minor,
                       UINT64 *handle);

#endif
