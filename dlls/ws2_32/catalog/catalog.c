/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "catalog/catalog.h"

#include <windows.h>

#include "pe/protocols.h"

const WCHAR catalog_stored_path[] = L"%SystemRoot%\\system32\\sluice.dll";

bool catalog_row(unsigned int index, WSAPROTOCOL_INFOW *info)
{
    return protocol_row(index, info);
}

void catalog_provider_path(WCHAR *path, DWORD room)
{
    ExpandEnvironmentStringsW(catalog_stored_path, path, room);
}
