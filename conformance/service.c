/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Name spaces and WSALookupService.  Sources: their Win32 pages, and those on gethostbyname and its
 * kin in "Protocol-Independent Name Resolution"; tests are Wine's, which were run on Windows. */
#include "case.h"

#include <svcguid.h>
#include <mswsock.h>

static const GUID tcpip = {
    0x22059d40, 0x7e9e, 0x11cf, {0xae, 0x5a, 0x00, 0xaa, 0x00, 0xa7, 0x11, 0x2b}};

/* One query, and the latest of its results. */
static struct {
    HANDLE handle;
    DWORD length;
    union {
        WSAQUERYSETW set;
        WSAQUERYSETA narrow;
        char room[8192];
    };
} q;

static const GUID class_host = SVCID_INET_HOSTADDRBYNAME,
                  class_reverse = SVCID_INET_HOSTADDRBYINETSTRING,
                  class_service = SVCID_INET_SERVICEBYNAME, class_hostname = SVCID_HOSTNAME,
                  class_networks = NLA_SERVICE_CLASS_GUID;

static int begin(const GUID *class_id, const WCHAR *name, DWORD space, DWORD flags)
{
    WSAQUERYSETW set = {.dwSize = sizeof(set),
                        .lpszServiceInstanceName = (WCHAR *)name,
                        .lpServiceClassId = (GUID *)class_id,
                        .dwNameSpace = space};

    return WSALookupServiceBeginW(&set, flags, &q.handle);
}

static int next(DWORD flags)
{
    q.length = sizeof(q.room);
    return WSALookupServiceNextW(q.handle, flags, &q.length, &q.set);
}

CASE(service, providers)
{
    WSANAMESPACE_INFOW *list;
    DWORD length = 0;
    int count, found = 0;

    winsock();
    assert_fails(WSAEnumNameSpaceProvidersW(NULL, NULL), WSAEFAULT);
    assert_fails(WSAEnumNameSpaceProvidersW(&length, NULL), WSAEFAULT);
    list = guarded(length);
    length--;
    assert_fails(WSAEnumNameSpaceProvidersW(&length, list), WSAEFAULT);
    count = WSAEnumNameSpaceProvidersW(&length, list);
    ck_assert_int_gt(count, 0);
    for (int i = 0; i < count; i++) {
        ck_assert(list[i].fActive);
        ck_assert_int_gt(lstrlenW(list[i].lpszIdentifier), 0);
        /* The text is behind the structures, inside the buffer. */
        ck_assert((void *)list[i].lpszIdentifier >= (void *)&list[count]);
        ck_assert((char *)list[i].lpszIdentifier < (char *)list + length);
        if (list[i].dwNameSpace == NS_DNS) {
            ck_assert_mem_eq(&list[i].NSProviderId, &tcpip, sizeof(tcpip));
            ck_assert_int_eq(lstrcmpW(list[i].lpszIdentifier, L"Tcpip"), 0);
            found++;
        }
        found += list[i].dwNameSpace == NS_NLA;
    }
    ck_assert_int_eq(found, 2);
}

CASE(service, providers_other_forms)
{
    WSANAMESPACE_INFOA *narrow;
    WSANAMESPACE_INFOEXA *ex;
    DWORD length = 0;
    int count;

    winsock();
    assert_fails(WSAEnumNameSpaceProvidersA(&length, NULL), WSAEFAULT);
    narrow = guarded(length);
    count = WSAEnumNameSpaceProvidersA(&length, narrow);
    ck_assert_int_gt(count, 0);
    length = 0;
    assert_fails(WSAEnumNameSpaceProvidersExA(&length, NULL), WSAEFAULT);
    ex = guarded(length);
    assert_returns(WSAEnumNameSpaceProvidersExA(&length, ex), count);
    for (int i = 0; i < count; i++) {
        ck_assert_str_eq(narrow[i].lpszIdentifier, ex[i].lpszIdentifier);
        ck_assert_mem_eq(&narrow[i].NSProviderId, &ex[i].NSProviderId, sizeof(GUID));
        ck_assert_uint_eq(ex[i].ProviderSpecific.cbSize, 0);
    }
}

CASE(service, arguments)
{
    WSAQUERYSETW set = {0};
    GUID unknown = {0x12345678, 0, 0, {0}};
    DWORD length = sizeof(q.room);

    winsock();
    assert_fails(WSALookupServiceBeginW(NULL, 0, &q.handle), WSAEFAULT);
    assert_fails(WSALookupServiceBeginW(&set, 0, NULL), WSAEFAULT);
    assert_fails(WSALookupServiceBeginW(&set, 0, &q.handle), WSAEINVAL);
    set.dwSize = sizeof(set);
    set.dwNameSpace = NS_DNS;
    assert_fails(WSALookupServiceBeginW(&set, LUP_RETURN_ALL, &q.handle), WSAEINVAL);
    set.lpServiceClassId = &unknown;
    assert_fails(WSALookupServiceBeginW(&set, LUP_RETURN_ALL, &q.handle), WSASERVICE_NOT_FOUND);
    set.lpServiceClassId = (GUID *)&class_host;
    set.dwNameSpace = NS_NDS;
    assert_fails(WSALookupServiceBeginW(&set, LUP_RETURN_ALL, &q.handle), WSASERVICE_NOT_FOUND);
    set.lpNSProviderId = &unknown;
    assert_fails(WSALookupServiceBeginW(&set, LUP_RETURN_ALL, &q.handle), WSAEINVAL);
    set.lpNSProviderId = (GUID *)&tcpip; /* then the name space does not matter */
    assert_works(WSALookupServiceBeginW(&set, LUP_RETURN_ALL, &q.handle));
    assert_fails(WSALookupServiceNextW(q.handle, 0, NULL, &q.set), WSAEFAULT);
    assert_works(WSALookupServiceEnd(q.handle));
    assert_fails(WSALookupServiceEnd(q.handle), WSA_INVALID_HANDLE);
    assert_fails(WSALookupServiceEnd(NULL), WSA_INVALID_HANDLE);
    assert_fails(WSALookupServiceNextW(q.handle, 0, &length, &q.set), WSA_INVALID_HANDLE);
    /* No containers here. */
    assert_fails(begin(&class_host, L"localhost", NS_DNS, LUP_CONTAINERS), WSANO_DATA);
}

/* Name, addresses without a port, and a hostent with offsets for pointers. */
CASE(service, host_by_name)
{
    struct sockaddr_in *address;
    struct hostent *host;
    char *base;
    ULONG_PTR *list;

    winsock();
    assert_works(begin(&class_host, L"localhost", NS_DNS, LUP_RETURN_ALL));
    assert_works(next(LUP_RETURN_ALL));
    ck_assert_uint_eq(q.set.dwSize, sizeof(q.set));
    ck_assert_uint_eq(q.set.dwNameSpace, NS_DNS);
    ck_assert_mem_eq(q.set.lpNSProviderId, &tcpip, sizeof(tcpip));
    ck_assert_mem_eq(q.set.lpServiceClassId, &class_host, sizeof(class_host));
    ck_assert_int_eq(lstrcmpiW(q.set.lpszServiceInstanceName, L"localhost"), 0);
    ck_assert_uint_ge(q.set.dwNumberOfCsAddrs, 1);
    address = (struct sockaddr_in *)q.set.lpcsaBuffer[0].RemoteAddr.lpSockaddr;
    ck_assert_int_eq(address->sin_family, AF_INET);
    ck_assert_uint_eq(address->sin_addr.s_addr, htonl(INADDR_LOOPBACK));
    ck_assert_uint_eq(address->sin_port, 0);
    ck_assert_ptr_nonnull(q.set.lpBlob);
    base = (char *)q.set.lpBlob->pBlobData;
    host = (struct hostent *)base;
    ck_assert_int_eq(host->h_addrtype, AF_INET);
    ck_assert_str_eq(base + (ULONG_PTR)host->h_name, "localhost");
    list = (ULONG_PTR *)(base + (ULONG_PTR)host->h_addr_list);
    ck_assert_mem_eq(base + list[0], &address->sin_addr, 4);
    while (!next(LUP_RETURN_ALL))
        ck_assert_uint_eq(q.set.dwOutputFlags & RESULT_IS_ALIAS, RESULT_IS_ALIAS);
    assert_code(WSAGetLastError(), WSA_E_NO_MORE);
    assert_works(WSALookupServiceEnd(q.handle));
}

/* The flags of both calls restrict what comes back. */
CASE(service, flags)
{
    winsock();
    assert_works(begin(&class_host, L"localhost", NS_DNS, LUP_RETURN_NAME));
    assert_works(next(LUP_RETURN_ALL));
    ck_assert_ptr_nonnull(q.set.lpszServiceInstanceName);
    ck_assert_ptr_null(q.set.lpBlob);
    ck_assert_uint_eq(q.set.dwNumberOfCsAddrs, 0);
    assert_works(WSALookupServiceEnd(q.handle));
    assert_works(begin(&class_host, L"localhost", NS_DNS, LUP_RETURN_NAME | LUP_RETURN_ADDR));
    assert_works(next(LUP_RETURN_ADDR));
    ck_assert_ptr_null(q.set.lpszServiceInstanceName);
    ck_assert_uint_ge(q.set.dwNumberOfCsAddrs, 1);
    assert_works(WSALookupServiceEnd(q.handle));
}

/* WSAEFAULT tells the needed length; the result waits, or is discarded by LUP_FLUSHPREVIOUS. */
CASE(service, too_small)
{
    DWORD length = 1, need;
    void *buffer;

    winsock();
    assert_works(begin(&class_host, L"localhost", NS_DNS, LUP_RETURN_NAME));
    assert_fails(WSALookupServiceNextW(q.handle, 0, &length, &q.set), WSAEFAULT);
    ck_assert_uint_ge(length, sizeof(WSAQUERYSETW));
    need = length;
    buffer = guarded(need);
    length = need - 1;
    assert_fails(WSALookupServiceNextW(q.handle, 0, &length, buffer), WSAEFAULT);
    ck_assert_uint_eq(length, need);
    assert_works(WSALookupServiceNextW(q.handle, 0, &length, buffer));
    assert_works(WSALookupServiceEnd(q.handle));
    assert_works(begin(&class_host, L"localhost", NS_DNS, LUP_RETURN_NAME));
    length = 1;
    assert_fails(WSALookupServiceNextW(q.handle, 0, &length, &q.set), WSAEFAULT);
    assert_fails(next(LUP_FLUSHPREVIOUS), WSA_E_NO_MORE);
    assert_works(WSALookupServiceEnd(q.handle));
}

CASE(service, unknown)
{
    winsock();
    assert_works(begin(&class_host, L"127.0.0.1", NS_DNS, LUP_RETURN_ALL));
    assert_fails(next(LUP_RETURN_ALL), WSASERVICE_NOT_FOUND);
    assert_works(WSALookupServiceEnd(q.handle));
    assert_works(begin(&class_service, L"nonexistentservice/tcp", NS_DNS, LUP_RETURN_ALL));
    assert_fails(next(LUP_RETURN_ALL), WSATYPE_NOT_FOUND);
    assert_works(WSALookupServiceEnd(q.handle));
}

CASE(service, hostname)
{
    WCHAR name[256];
    char narrow[256];

    winsock();
    assert_works(gethostname(narrow, sizeof(narrow)));
    MultiByteToWideChar(CP_ACP, 0, narrow, -1, name, 256);
    assert_works(begin(&class_hostname, NULL, NS_ALL, LUP_RETURN_NAME));
    assert_works(next(LUP_RETURN_NAME));
    ck_assert_int_eq(lstrcmpW(q.set.lpszServiceInstanceName, name), 0);
    assert_fails(next(LUP_RETURN_NAME), WSA_E_NO_MORE);
    assert_works(WSALookupServiceEnd(q.handle));
}

CASE(service, host_by_address)
{
    winsock();
    assert_works(begin(&class_reverse, L"127.0.0.1", NS_DNS, LUP_RETURN_NAME));
    assert_works(next(LUP_RETURN_NAME));
    ck_assert_int_eq(lstrcmpiW(q.set.lpszServiceInstanceName, L"localhost"), 0);
    assert_works(WSALookupServiceEnd(q.handle));
    assert_works(begin(&class_reverse, L"no address", NS_DNS, LUP_RETURN_NAME));
    assert_fails(next(LUP_RETURN_NAME), WSASERVICE_NOT_FOUND);
    assert_works(WSALookupServiceEnd(q.handle));
}

/* By name and by port; the class that comes back holds the port. */
CASE(service, service_by_name)
{
    static const WCHAR *const names[] = {L"http/tcp", L"80/tcp"};

    winsock();
    for (int i = 0; i < 2; i++) {
        struct servent *service;
        char *base;

        assert_works(begin(&class_service, names[i], NS_DNS, LUP_RETURN_ALL));
        assert_works(next(LUP_RETURN_ALL));
        ck_assert_int_eq(lstrcmpW(q.set.lpszServiceInstanceName, L"http"), 0);
        ck_assert(IS_SVCID_TCP(q.set.lpServiceClassId));
        ck_assert_uint_eq(q.set.lpServiceClassId->Data1 & 0xffff, 80);
        base = (char *)q.set.lpBlob->pBlobData;
        service = (struct servent *)base;
        ck_assert_int_eq(service->s_port, htons(80));
        ck_assert_str_eq(base + (ULONG_PTR)service->s_name, "http");
        ck_assert_str_eq(base + (ULONG_PTR)service->s_proto, "tcp");
        assert_works(WSALookupServiceEnd(q.handle));
    }
}

/* A class made from a port gives it to the addresses; protocols restrict the families. */
CASE(service, port_class)
{
    AFPROTOCOLS only = {AF_INET6, IPPROTO_UDP};
    GUID id = SVCID_UDP(1234);
    WSAQUERYSETA set = {.dwSize = sizeof(set),
                        .lpszServiceInstanceName = "::1",
                        .lpServiceClassId = &id,
                        .dwNameSpace = NS_DNS,
                        .dwNumberOfProtocols = 1,
                        .lpafpProtocols = &only};
    struct sockaddr_in6 *address;

    winsock();
    assert_works(WSALookupServiceBeginA(&set, LUP_RETURN_ADDR | LUP_RETURN_NAME, &q.handle));
    q.length = sizeof(q.room);
    assert_works(WSALookupServiceNextA(q.handle, 0, &q.length, &q.narrow));
    ck_assert_str_eq(q.narrow.lpszServiceInstanceName, "::1");
    ck_assert_uint_eq(q.set.dwNumberOfCsAddrs, 1);
    ck_assert_int_eq(q.set.lpcsaBuffer->iSocketType, SOCK_DGRAM);
    ck_assert_int_eq(q.set.lpcsaBuffer->iProtocol, IPPROTO_UDP);
    address = (struct sockaddr_in6 *)q.set.lpcsaBuffer->RemoteAddr.lpSockaddr;
    ck_assert_uint_eq(address->sin6_port, htons(1234));
    ck_assert(IN6_IS_ADDR_LOOPBACK(&address->sin6_addr));
    address = (struct sockaddr_in6 *)q.set.lpcsaBuffer->LocalAddr.lpSockaddr;
    ck_assert(IN6_IS_ADDR_UNSPECIFIED(&address->sin6_addr));
    assert_works(WSALookupServiceEnd(q.handle));
    /* With LUP_RES_SERVICE the two change places. */
    assert_works(WSALookupServiceBeginA(&set, LUP_RETURN_ADDR | LUP_RES_SERVICE, &q.handle));
    assert_works(next(LUP_RETURN_ADDR));
    address = (struct sockaddr_in6 *)q.set.lpcsaBuffer->LocalAddr.lpSockaddr;
    ck_assert(IN6_IS_ADDR_LOOPBACK(&address->sin6_addr));
    assert_works(WSALookupServiceEnd(q.handle));
}

/* The query that asks nothing but "all networks" (tests): each result a chain of NLA_BLOB. */
CASE(service, networks)
{
    WSAQUERYSETW set = {.dwSize = sizeof(set)};

    winsock();
    assert_works(WSALookupServiceBeginW(&set, LUP_RETURN_ALL | LUP_DEEP, &q.handle));
    while (!next(0)) {
        int interfaces = 0, connectivity = 0;
        DWORD offset = 0;

        ck_assert_uint_eq(q.set.dwNameSpace, NS_NLA);
        ck_assert_mem_eq(q.set.lpServiceClassId, &class_networks, sizeof(GUID));
        ck_assert_int_gt(lstrlenW(q.set.lpszServiceInstanceName), 0);
        ck_assert_ptr_nonnull(q.set.lpBlob);
        do {
            NLA_BLOB *blob = (NLA_BLOB *)(q.set.lpBlob->pBlobData + offset);

            interfaces += blob->header.type == NLA_INTERFACE;
            connectivity += blob->header.type == NLA_CONNECTIVITY;
            if (blob->header.type == NLA_INTERFACE)
                ck_assert_int_eq(blob->data.interfaceData.adapterName[0], '{');
            ck_assert_uint_le(offset + blob->header.dwSize, q.set.lpBlob->cbSize);
            offset = blob->header.nextOffset;
        } while (offset);
        ck_assert_int_ge(interfaces, 1);
        ck_assert_int_eq(connectivity, 1);
    }
    assert_code(WSAGetLastError(), WSA_E_NO_MORE);
    assert_works(WSALookupServiceEnd(q.handle));
}

/* WSANSPIoctl asks whether the networks are as found; other name spaces do not know. */
CASE(service, network_change)
{
    OVERLAPPED overlapped = {0};
    WSACOMPLETION how = {.Type = NSP_NOTIFY_EVENT};
    DWORD bytes;

    winsock();
    assert_fails(WSANSPIoctl(NULL, SIO_NSP_NOTIFY_CHANGE, NULL, 0, NULL, 0, &bytes, NULL),
                 WSA_INVALID_HANDLE);
    assert_works(begin(&class_host, L"localhost", NS_DNS, LUP_RETURN_NAME));
    assert_fails(WSANSPIoctl(q.handle, SIO_NSP_NOTIFY_CHANGE, NULL, 0, NULL, 0, &bytes, NULL),
                 WSAEOPNOTSUPP);
    assert_works(WSALookupServiceEnd(q.handle));
    assert_works(begin(&class_networks, NULL, NS_NLA, LUP_RETURN_ALL));
    assert_fails(WSANSPIoctl(q.handle, 0x1234, NULL, 0, NULL, 0, &bytes, NULL), WSAEOPNOTSUPP);
    assert_fails(WSANSPIoctl(q.handle, SIO_NSP_NOTIFY_CHANGE, NULL, 0, NULL, 0, &bytes, NULL),
                 WSAEWOULDBLOCK);
    /* The end of the query ends what waits for a change. */
    overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    how.Parameters.Event.lpOverlapped = &overlapped;
    assert_fails(WSANSPIoctl(q.handle, SIO_NSP_NOTIFY_CHANGE, NULL, 0, NULL, 0, &bytes, &how),
                 WSA_IO_PENDING);
    ck_assert_uint_eq(WaitForSingleObject(overlapped.hEvent, 50), WAIT_TIMEOUT);
    ck_assert_uint_eq(overlapped.Internal, 0x103);
    assert_works(WSALookupServiceEnd(q.handle));
    ck_assert_uint_eq(WaitForSingleObject(overlapped.hEvent, PATIENCE), WAIT_OBJECT_0);
    ck_assert_uint_ne(overlapped.Internal, 0x103);
    ck_assert_uint_ne(overlapped.Internal, 0);
}
