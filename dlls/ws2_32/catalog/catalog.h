/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The protocol catalog: the base provider's rows (include/protocols.def). */
#ifndef SLUICE_CATALOG_H
#define SLUICE_CATALOG_H

#include <winsock2.h>
#include <stdbool.h>

/* Fills info with row `index`; false past the last. */
bool catalog_row(unsigned int index, WSAPROTOCOL_INFOW *info);

/* The base provider's file, environment strings expanded; room in characters. */
void catalog_provider_path(WCHAR *path, DWORD room);

/* The same as the catalog stores it, with %SystemRoot% unexpanded, as WSCGetProviderPath gives it. */
extern const WCHAR catalog_stored_path[];

#endif
