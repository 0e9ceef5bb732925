/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the catalog knows of layered providers and of applications: WSCGetProviderInfo and
 * WSCGetApplicationCategory; and the reading functions of the 32-bit catalog, which has the same
 * entries. */
#include "api/api.h"

#include "catalog/catalog.h"

static int leave(int error, LPINT lpErrno)
{
    if (!error)
        return 0;
    if (lpErrno)
        guard_put(lpErrno, error);
    return SOCKET_ERROR;
}

int catalog_check_info_type(int type)
{
    if (type == ProviderInfoAudit)
        return ERROR_CALL_NOT_IMPLEMENTED;
    return type == ProviderInfoLspCategories ? 0 : WSAEINVAL;
}

/* The base provider is of none of the categories of layered providers. */
static int get_categories(BYTE *info, size_t *size)
{
    const DWORD categories = 0;
    size_t room, need = sizeof(categories);

    if (!guard_get(room, size))
        return WSAEFAULT;
    if (!info || room < need) {
        guard_put(size, need);
        return WSAEFAULT;
    }
    return guard_put(info, categories) && guard_put(size, need) ? 0 : WSAEFAULT;
}

/* A provider the catalog does not have is WSANO_RECOVERY (Wine's tests; the page names another
 * code). */
int WSPAPI WSCGetProviderInfo(LPGUID id, WSC_PROVIDER_INFO_TYPE type, PBYTE info, size_t *size,
                              DWORD flags, LPINT lpErrno)
{
    int error = 0;
    GUID wanted;

    if (!guard_get(wanted, id))
        error = WSAEFAULT;
    else if (!catalog_has_provider(&wanted))
        error = WSANO_RECOVERY;
    if (!error)
        error = catalog_check_info_type(type);
    if (!error && flags)
        error = WSAEINVAL;
    if (!error)
        error = get_categories(info, size);
    return leave(error, lpErrno);
}

/* No application is in a category: nobody can put one there. */
static int find_application(const WCHAR *path, DWORD length, const WCHAR *extra, DWORD extra_length)
{
    if (!path || !length || length >= 32768 || extra_length >= 32768 || (!extra && extra_length))
        return WSAEINVAL;
    if (!guard_readable(path, length * sizeof(WCHAR)) ||
        (extra && !guard_readable(extra, extra_length * sizeof(WCHAR))))
        return WSAEFAULT;
    return WSASERVICE_NOT_FOUND;
}

int WSPAPI WSCGetApplicationCategory(LPCWSTR path, DWORD length, LPCWSTR extra, DWORD extra_length,
                                     DWORD *categories, LPINT lpErrno)
{
    int error = find_application(path, length, extra, extra_length);

    if (error == WSASERVICE_NOT_FOUND && !guard_writable(categories, sizeof(*categories)))
        error = WSAEFAULT;
    return leave(error, lpErrno);
}

/* Has no page: the first four arguments and the last are taken to be those of its relative. */
int WSPAPI WSCGetApplicationCategoryEx(LPCWSTR path, DWORD length, LPCWSTR extra,
                                       DWORD extra_length, ULONG_PTR fifth, ULONG_PTR sixth,
                                       LPINT lpErrno);

int WSPAPI WSCGetApplicationCategoryEx(LPCWSTR path, DWORD length, LPCWSTR extra,
                                       DWORD extra_length, ULONG_PTR fifth, ULONG_PTR sixth,
                                       LPINT lpErrno)
{
    (void)fifth, (void)sixth;
    return leave(find_application(path, length, extra, extra_length), lpErrno);
}

#ifdef _WIN64
int WSPAPI WSCEnumProtocols32(LPINT protocols, LPWSAPROTOCOL_INFOW buffer, LPDWORD length,
                              LPINT lpErrno)
{
    return WSCEnumProtocols(protocols, buffer, length, lpErrno);
}

int WSPAPI WSCGetProviderPath32(LPGUID id, WCHAR *path, LPINT length, LPINT lpErrno)
{
    return WSCGetProviderPath(id, path, length, lpErrno);
}

int WSPAPI WSCGetProviderInfo32(LPGUID id, WSC_PROVIDER_INFO_TYPE type, PBYTE info, size_t *size,
                                DWORD flags, LPINT lpErrno)
{
    return WSCGetProviderInfo(id, type, info, size, flags, lpErrno);
}
#endif
