/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Registering services and their classes: what Windows answers a caller who has no right to do it,
 * or whose name space cannot do it.  Reading classes: no name space of ours keeps any. */
#include "api/service.h"

static int check_id(const GUID *id, GUID *copy)
{
    if (!id)
        return WSAEINVAL;
    return guard_copy(copy, id, sizeof(*copy)) ? 0 : WSAEFAULT;
}

static int get_class_info(const GUID *provider, const GUID *class_id, const DWORD *size,
                          const void *info)
{
    GUID id, ignored;
    DWORD room;
    int error = check_id(provider, &id);

    if (!error)
        error = check_id(class_id, &ignored);
    if (!error && (!size || !info || !namespace_by_id(&id)))
        error = WSAEINVAL;
    if (!error && !guard_get(room, size))
        error = WSAEFAULT;
    return error ? error : WSAEOPNOTSUPP;
}

INT WSAAPI WSAGetServiceClassInfoA(LPGUID provider, LPGUID class_id, LPDWORD size,
                                   LPWSASERVICECLASSINFOA info)
{
    return api_enter() ? api_fail(get_class_info(provider, class_id, size, info)) : SOCKET_ERROR;
}

INT WSAAPI WSAGetServiceClassInfoW(LPGUID provider, LPGUID class_id, LPDWORD size,
                                   LPWSASERVICECLASSINFOW info)
{
    return api_enter() ? api_fail(get_class_info(provider, class_id, size, info)) : SOCKET_ERROR;
}

static int get_class_name(const GUID *class_id, const void *name, const DWORD *length)
{
    GUID id;
    DWORD room;

    if (!class_id)
        return WSA_INVALID_PARAMETER;
    if (!guard_get(id, class_id) || !guard_get(room, length) || !name)
        return WSAEFAULT;
    return WSAEOPNOTSUPP;
}

INT WSAAPI WSAGetServiceClassNameByClassIdA(LPGUID class_id, LPSTR name, LPDWORD length)
{
    return api_enter() ? api_fail(get_class_name(class_id, name, length)) : SOCKET_ERROR;
}

INT WSAAPI WSAGetServiceClassNameByClassIdW(LPGUID class_id, LPWSTR name, LPDWORD length)
{
    return api_enter() ? api_fail(get_class_name(class_id, name, length)) : SOCKET_ERROR;
}

/* WSASERVICECLASSINFOA differs in the type its text has only. */
static int install_class(const void *from, bool wide)
{
    WSASERVICECLASSINFOW info;
    WCHAR *name;
    GUID id;
    int error;

    if (!from)
        return WSAEINVAL;
    if (!guard_copy(&info, from, sizeof(info)))
        return WSAEFAULT;
    if (!info.lpszServiceClassName || (info.dwCount && !info.lpClassInfos))
        return WSAEINVAL;
    error = check_id(info.lpServiceClassId, &id);
    if (!error)
        error = names_copy_text((struct program_text){info.lpszServiceClassName, wide}, &name);
    if (error)
        return error;
    names_free(name);
    return WSAEACCES;
}

INT WSAAPI WSAInstallServiceClassA(LPWSASERVICECLASSINFOA info)
{
    return api_enter() ? api_fail(install_class(info, false)) : SOCKET_ERROR;
}

INT WSAAPI WSAInstallServiceClassW(LPWSASERVICECLASSINFOW info)
{
    return api_enter() ? api_fail(install_class(info, true)) : SOCKET_ERROR;
}

INT WSAAPI WSARemoveServiceClass(LPGUID class_id)
{
    GUID id;
    int error;

    if (!api_enter())
        return SOCKET_ERROR;
    error = check_id(class_id, &id);
    return api_fail(error ? error : WSAEACCES);
}

/* Registration is an operation without effect for DNS (the page), which is among all name spaces;
 * what was never registered cannot be deleted. The others are closed to callers without rights. */
static int register_in(DWORD space, WSAESETSERVICEOP operation)
{
    if (space == NS_ALL || space == NS_DNS)
        return operation == RNRSERVICE_DELETE ? WSASERVICE_NOT_FOUND : 0;
    return namespace_by_space(space) ? WSAEACCES : WSASERVICE_NOT_FOUND;
}

static int set_service(const void *from, bool wide, WSAESETSERVICEOP operation)
{
    WSAQUERYSETW set;
    GUID id, provider;
    WCHAR *name;
    int error;

    if (!from || (unsigned)operation > RNRSERVICE_DELETE)
        return WSAEINVAL;
    if (!guard_copy(&set, from, sizeof(set)))
        return WSAEFAULT;
    if (set.dwSize < sizeof(set) || !set.lpszServiceInstanceName)
        return WSAEINVAL;
    error = check_id(set.lpServiceClassId, &id);
    if (!error && set.lpNSProviderId) {
        error = check_id(set.lpNSProviderId, &provider);
        if (!error && !namespace_by_id(&provider))
            error = WSAEINVAL;
        if (!error)
            set.dwNameSpace = namespace_by_id(&provider)->space;
    }
    if (!error)
        error = names_copy_text((struct program_text){set.lpszServiceInstanceName, wide}, &name);
    if (error)
        return error;
    names_free(name);
    return register_in(set.dwNameSpace, operation);
}

static int leave(int error)
{
    return error ? api_fail(error) : 0;
}

INT WSAAPI WSASetServiceA(LPWSAQUERYSETA info, WSAESETSERVICEOP operation, DWORD flags)
{
    (void)flags;
    return api_enter() ? leave(set_service(info, false, operation)) : SOCKET_ERROR;
}

INT WSAAPI WSASetServiceW(LPWSAQUERYSETW info, WSAESETSERVICEOP operation, DWORD flags)
{
    (void)flags;
    return api_enter() ? leave(set_service(info, true, operation)) : SOCKET_ERROR;
}

/* The page: the name spaces that come with Windows do not support registration of names. */
static int set_addresses(struct program_text name, const SOCKET_ADDRESS *addresses, DWORD count,
                         DWORD space, const GUID *provider)
{
    GUID id;
    WCHAR *copy;
    int error;

    if (!name.at || (count && !addresses))
        return WSAEINVAL;
    error = names_copy_text(name, &copy);
    if (error)
        return error;
    names_free(copy);
    if (!guard_readable(addresses, guard_array(count, sizeof(*addresses))))
        return WSAEFAULT;
    if (space != NS_ALL && !namespace_by_space(space))
        return WSASERVICE_NOT_FOUND;
    if (provider && !guard_get(id, provider))
        return WSAEFAULT;
    if (provider && !namespace_by_id(&id))
        return WSASERVICE_NOT_FOUND;
    return WSANO_RECOVERY;
}

/* None of what an answer would come by is in use: `asynchronous` says whether one was given. */
static int refuse_addresses(struct program_text name, const SOCKET_ADDRESS *addresses, DWORD count,
                            DWORD space, const GUID *provider, bool asynchronous)
{
    if (!api_enter())
        return WSAGetLastError();
    return names_leave(asynchronous ? WSAEINVAL
                                    : set_addresses(name, addresses, count, space, provider));
}

int WSAAPI SetAddrInfoExA(PCSTR name, PCSTR service, SOCKET_ADDRESS *addresses, DWORD count,
                          LPBLOB blob, DWORD flags, DWORD space, LPGUID provider, PTIMEVAL timeout,
                          LPOVERLAPPED overlapped, LPLOOKUPSERVICE_COMPLETION_ROUTINE routine,
                          LPHANDLE handle)
{
    (void)service, (void)blob, (void)flags;
    return refuse_addresses((struct program_text){name, false}, addresses, count, space, provider,
                            timeout || overlapped || routine || handle);
}

int WSAAPI SetAddrInfoExW(PCWSTR name, PCWSTR service, SOCKET_ADDRESS *addresses, DWORD count,
                          LPBLOB blob, DWORD flags, DWORD space, LPGUID provider, PTIMEVAL timeout,
                          LPOVERLAPPED overlapped, LPLOOKUPSERVICE_COMPLETION_ROUTINE routine,
                          LPHANDLE handle)
{
    (void)service, (void)blob, (void)flags;
    return refuse_addresses((struct program_text){name, true}, addresses, count, space, provider,
                            timeout || overlapped || routine || handle);
}
