/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Creating and sharing sockets.  A SOCKET is a handle of \Device\Afd, so that programs can
 * give it to completion ports, ReadFile, DuplicateHandle and CloseHandle. */
#include "spi/spi.h"

#include "spi/protocol.h"

/* Marks a WSAPROTOCOL_INFO that carries a duplicated handle in dwServiceFlags3; Wine's own mark, so
 * that processes with either ws2_32 understand each other. */
#define DUPLICATE_MARK 0xff00ff00

static NTSTATUS open_afd(DWORD flags, HANDLE *handle)
{
    static const WCHAR path[] = L"\\Device\\Afd";
    UNICODE_STRING name = {sizeof(path) - sizeof(WCHAR), sizeof(path), (WCHAR *)path};
    OBJECT_ATTRIBUTES attributes;
    IO_STATUS_BLOCK io;
    ULONG options = flags & WSA_FLAG_OVERLAPPED ? 0 : FILE_SYNCHRONOUS_IO_NONALERT;
    ULONG inherit = flags & WSA_FLAG_NO_HANDLE_INHERIT ? 0 : OBJ_INHERIT;

    InitializeObjectAttributes(&attributes, &name, inherit, NULL, NULL);
    return NtOpenFile(handle, GENERIC_READ | GENERIC_WRITE | SYNCHRONIZE, &attributes, &io, 0,
                      options);
}

static int create(int family, int type, int protocol, DWORD flags, SOCKET *s)
{
    struct afd_create_params params = {family, type, protocol, 0};
    HANDLE handle;
    int error;
    NTSTATUS status = open_afd(flags, &handle);

    if (status)
        return xlat_error_from_status((uint32_t)status);
    error = afd_call((SOCKET)handle, AFD_CREATE, &params, sizeof(params), NULL, 0);
    if (!error && !registry_add((SOCKET)handle))
        error = WSAENOBUFS;
    if (error)
        NtClose(handle);
    else
        *s = (SOCKET)handle;
    return error;
}

/* A description made by WSADuplicateSocket: the handle is in this process already. */
static int adopt(const WSAPROTOCOL_INFOW *info, SOCKET *s)
{
    struct afd_info found;
    int error;

    *s = info->dwServiceFlags3;
    error = afd_info(*s, &found);
    if (error)
        return error;
    if (registry_add(*s))
        return 0;
    NtClose((HANDLE)*s);
    return WSAENOBUFS;
}

static int resolve_protocol(const WSAPROTOCOL_INFOW *info, int *family, int *type, int *protocol)
{
    if (info) {
        if (!*family || *family == FROM_PROTOCOL_INFO)
            *family = info->iAddressFamily;
        if (!*type || *type == FROM_PROTOCOL_INFO)
            *type = info->iSocketType;
        if (!*protocol || *protocol == FROM_PROTOCOL_INFO)
            *protocol = info->iProtocol;
        if (!*family)
            return WSAEAFNOSUPPORT;
    }
    if (!*family && !*protocol)
        return WSAEINVAL;
    return protocol_complete(family, type, protocol);
}

SOCKET WSPAPI WSPSocket(int family, int type, int protocol, LPWSAPROTOCOL_INFOW info, GROUP group,
                        DWORD flags, LPINT lpErrno)
{
    WSAPROTOCOL_INFOW given;
    SOCKET s = INVALID_SOCKET;
    int error = 0;

    (void)group; /* socket groups are reserved and have no effect on Windows either */
    if (info && !guard_get(given, info))
        error = WSAEFAULT;
    else if (info && given.dwServiceFlags4 == DUPLICATE_MARK)
        error = adopt(&given, &s);
    else if (!(error = resolve_protocol(info ? &given : NULL, &family, &type, &protocol)))
        error = create(family, type, protocol, flags, &s);
    return spi_return(error, lpErrno) ? INVALID_SOCKET : s;
}

/* Puts the handle for `process` into the description. */
static int duplicate_into(SOCKET s, DWORD process, WSAPROTOCOL_INFOW *info)
{
    HANDLE target = OpenProcess(PROCESS_DUP_HANDLE, FALSE, process), copy;
    BOOL done;

    if (!target)
        return WSAEINVAL;
    done = DuplicateHandle(GetCurrentProcess(), (HANDLE)s, target, &copy, 0, FALSE,
                           DUPLICATE_SAME_ACCESS);
    NtClose(target);
    if (!done)
        return WSAEMFILE;
    info->dwServiceFlags3 = (DWORD)(ULONG_PTR)copy;
    info->dwServiceFlags4 = DUPLICATE_MARK;
    return 0;
}

int WSPAPI WSPDuplicateSocket(SOCKET s, DWORD process, LPWSAPROTOCOL_INFOW info, LPINT lpErrno)
{
    WSAPROTOCOL_INFOW answer;
    struct afd_info found;
    int error = afd_info(s, &found);

    if (error)
        return spi_return(error, lpErrno);
    if (!protocol_of(found.family, found.type, found.protocol, &answer))
        return spi_return(WSAENOTSOCK, lpErrno);
    if (!guard_writable(info, sizeof(*info)))
        return spi_return(WSAEFAULT, lpErrno);
    error = duplicate_into(s, process, &answer);
    if (!error)
        guard_put(info, answer);
    return spi_return(error, lpErrno);
}

SOCKET WSPAPI WSPJoinLeaf(SOCKET s, const struct sockaddr *name, int namelen, LPWSABUF caller_data,
                          LPWSABUF callee_data, LPQOS sqos, LPQOS gqos, DWORD flags, LPINT lpErrno)
{
    struct afd_info info;
    int error = afd_info(s, &info);

    (void)name, (void)namelen, (void)caller_data, (void)callee_data;
    (void)sqos, (void)gqos, (void)flags;
    spi_return(error ? error : WSAEOPNOTSUPP, lpErrno);
    return INVALID_SOCKET;
}

BOOL WSPAPI WSPGetQOSByName(SOCKET s, LPWSABUF name, LPQOS qos, LPINT lpErrno)
{
    struct afd_info info;
    int error = afd_info(s, &info);

    (void)name, (void)qos;
    spi_return(error ? error : WSAEOPNOTSUPP, lpErrno);
    return FALSE;
}
