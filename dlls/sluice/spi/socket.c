/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Creating and sharing sockets.  A SOCKET is a handle of \Device\Afd, so that programs can
 * give it to completion ports, ReadFile, DuplicateHandle and CloseHandle. */
#include "spi/spi.h"

#include "spi/facts.h"
#include "spi/hearing.h"
#include "spi/protocol.h"
#include "pe/log.h"
#include "pe/options.h"

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

/* Says once what a refusal means here: on Windows, too, raw sockets are for administrators. */
static void explain_refusal(int type, int error)
{
    static volatile LONG said;

    if (type == SOCK_RAW && error == WSAEACCES && !InterlockedExchange(&said, 1))
        log_line("raw sockets need the capability CAP_NET_RAW, those of ICMP a group within "
                 "net.ipv4.ping_group_range");
}

/* The system answers echo requests itself, and Windows shows them to nobody (Wine's test of ICMP,
 * run there). */
static void hide_echo_requests(SOCKET s, int type, int protocol)
{
    struct filter_icmp_params params = {.handle = s};

    if (type == SOCK_RAW && protocol == IPPROTO_ICMP)
        UNIX_CALL(filter_icmp, &params);
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
    explain_refusal(type, error);
    if (!error)
        hide_echo_requests((SOCKET)handle, type, protocol);
    if (!error && !registry_add((SOCKET)handle))
        error = WSAENOBUFS;
    if (error) {
        NtClose(handle);
        return error;
    }
    facts_keep_info((SOCKET)handle, &(struct afd_info){family, type, protocol});
    *s = (SOCKET)handle;
    return 0;
}

/* On Windows a copy never learns that the socket was bound through another handle later on, and its
 * receives fail (Wine's test of WSADuplicateSocket, run there). */
static void note_unbound(SOCKET s, const struct afd_info *info)
{
    unsigned char address[SPI_ADDRESS_MAX];
    int length;

    if (info->type == SOCK_DGRAM && spi_local_address(s, address, &length) == WSAEINVAL)
        facts_set(s, FACT_UNBOUND_COPY, 0);
}

/* A description made by WSADuplicateSocket: the handle is in this process already.  It opens one
 * socket only (page "WSADuplicateSocket"). */
static int adopt(const WSAPROTOCOL_INFOW *info, DWORD flags, SOCKET *s)
{
    SOCKET handle = info->dwServiceFlags3;
    struct afd_info found;
    int error = afd_info(handle, &found);

    if (error)
        return error;
    if (registry_has(handle))
        return WSAEINVAL;
    if (!registry_add(handle)) {
        NtClose((HANDLE)handle);
        return WSAENOBUFS;
    }
    facts_keep_info(handle, &found);
    facts_set(handle, FACT_SHARED, 0);
    note_unbound(handle, &found);
    if (!(flags & WSA_FLAG_NO_HANDLE_INHERIT))
        SetHandleInformation((HANDLE)handle, HANDLE_FLAG_INHERIT, HANDLE_FLAG_INHERIT);
    *s = handle;
    return 0;
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
        if (!*family || *family == FROM_PROTOCOL_INFO)
            return WSAEAFNOSUPPORT;
    }
    if (!*family && !*protocol)
        return WSAEINVAL;
    if (*family == AF_INET6 && !option_on(OPTION_IPV6))
        return WSAEAFNOSUPPORT;
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
        error = adopt(&given, flags, &s);
    else if (!(error = resolve_protocol(info ? &given : NULL, &family, &type, &protocol)))
        error = create(family, type, protocol, flags, &s);
    return spi_return(error, lpErrno) ? INVALID_SOCKET : s;
}

/* Puts the handle for the process into the description.  It is not inheritable until WSASocket has
 * made a socket of it. */
static int duplicate_into(SOCKET s, HANDLE process, WSAPROTOCOL_INFOW *info)
{
    HANDLE copy;

    if (!DuplicateHandle(GetCurrentProcess(), (HANDLE)s, process, &copy, 0, FALSE,
                         DUPLICATE_SAME_ACCESS))
        return WSAEMFILE;
    hearing_end(s);
    facts_set(s, FACT_SHARED, 0);
    info->dwServiceFlags3 = (DWORD)(ULONG_PTR)copy;
    info->dwServiceFlags4 = DUPLICATE_MARK;
    return 0;
}

/* The order in which Windows looks at its arguments: socket, process, structure. */
int WSPAPI WSPDuplicateSocket(SOCKET s, DWORD process, LPWSAPROTOCOL_INFOW info, LPINT lpErrno)
{
    WSAPROTOCOL_INFOW answer;
    struct afd_info found;
    HANDLE target;
    int error = afd_info(s, &found);

    if (error)
        return spi_return(error, lpErrno);
    if (!protocol_of(found.family, found.type, found.protocol, &answer))
        return spi_return(WSAENOTSOCK, lpErrno);
    target = OpenProcess(PROCESS_DUP_HANDLE, FALSE, process);
    if (!target)
        return spi_return(WSAEINVAL, lpErrno);
    if (!guard_writable(info, sizeof(*info)))
        error = WSAEFAULT;
    else
        error = duplicate_into(s, target, &answer);
    NtClose(target);
    if (!error)
        guard_put(info, answer);
    return spi_return(error, lpErrno);
}

BOOL WSPAPI WSPGetQOSByName(SOCKET s, LPWSABUF name, LPQOS qos, LPINT lpErrno)
{
    struct afd_info info;
    int error = afd_info(s, &info);

    (void)name, (void)qos;
    spi_return(error ? error : WSAEOPNOTSUPP, lpErrno);
    return FALSE;
}
