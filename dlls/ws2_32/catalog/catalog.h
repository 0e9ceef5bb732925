/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The protocol catalog: the base provider's rows (include/protocols.def). */
#ifndef SLUICE_CATALOG_H
#define SLUICE_CATALOG_H

#include <winsock2.h>
#include <stdbool.h>

/* Fills info with row `index`; false past the last. */
bool catalog_row(unsigned int index, WSAPROTOCOL_INFOW *info);

/* Whether a row is of the provider with this identity. */
bool catalog_has_provider(const GUID *id);

/* A WSC_PROVIDER_INFO_TYPE: 0, ERROR_CALL_NOT_IMPLEMENTED for ProviderInfoAudit, or WSAEINVAL. */
int catalog_check_info_type(int type);

/* The base provider's file, environment strings expanded; room in characters. */
void catalog_provider_path(WCHAR *path, DWORD room);

/* The same as the catalog stores it, with %SystemRoot% unexpanded, as WSCGetProviderPath gives it.
 */
extern const WCHAR catalog_stored_path[];

#endif
