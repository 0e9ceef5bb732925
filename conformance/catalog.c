/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The catalogs: what can be read of them, and the functions that would change them, which answer as
 * Windows does to a caller without the right.  Sources: the Win32 pages; tests are Wine's, which
 * were run on Windows. */
#include "case.h"

#include <ws2spi.h>

static GUID ipv4_provider = {
    0xe70f1aa0, 0xab8b, 0x11cf, {0x8c, 0xa3, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}};
static GUID tcpip = {0x22059d40, 0x7e9e, 0x11cf, {0xae, 0x5a, 0x00, 0xaa, 0x00, 0xa7, 0x11, 0x2b}};
static GUID unknown = {0x12345678, 1, 2, {3}};

static int code; /* where *lpErrno goes */

/* The call returns -1 and stores this code. */
#define assert_stores(call, want)                                                                  \
    do {                                                                                           \
        code = ERROR_UNTOUCHED;                                                                    \
        check_value(__FILE__, __LINE__, #call, (intptr_t)(call), SOCKET_ERROR);                    \
        check_code(__FILE__, __LINE__, #call, code, (want));                                       \
    } while (0)

CASE(catalog, provider_info)
{
    BYTE info[8];
    size_t size = 0;

    assert_returns(WSCGetProviderInfo(NULL, -1, NULL, NULL, 0, NULL), SOCKET_ERROR);
    assert_stores(WSCGetProviderInfo(NULL, ProviderInfoLspCategories, info, &size, 0, &code),
                  WSAEFAULT);
    /* Of a provider the catalog does not have nothing else matters (tests). */
    assert_stores(WSCGetProviderInfo(&unknown, -1, info, &size, 0, &code), WSANO_RECOVERY);
    assert_stores(WSCGetProviderInfo(&unknown, ProviderInfoLspCategories, info, NULL, 0, &code),
                  WSANO_RECOVERY);
    assert_stores(WSCGetProviderInfo(&ipv4_provider, ProviderInfoAudit, info, &size, 0, &code),
                  ERROR_CALL_NOT_IMPLEMENTED);
    assert_stores(WSCGetProviderInfo(&ipv4_provider, 7, info, &size, 0, &code), WSAEINVAL);
    assert_stores(
        WSCGetProviderInfo(&ipv4_provider, ProviderInfoLspCategories, NULL, &size, 0, &code),
        WSAEFAULT);
    ck_assert_uint_eq(size, sizeof(DWORD));
    memset(info, 0xff, sizeof(info));
    assert_works(
        WSCGetProviderInfo(&ipv4_provider, ProviderInfoLspCategories, info, &size, 0, &code));
    ck_assert_uint_eq(*(DWORD *)info, 0); /* the base provider is in no category */
}

CASE(catalog, application_category)
{
    DWORD category;

    assert_stores(WSCGetApplicationCategory(NULL, 0, NULL, 0, NULL, &code), WSAEINVAL);
    assert_stores(WSCGetApplicationCategory(L"", 0, NULL, 0, NULL, &code), WSAEINVAL);
    assert_stores(WSCGetApplicationCategory(L"", 0, L"", 0, &category, &code), WSAEINVAL);
    assert_stores(WSCGetApplicationCategory(L"c:\\a.exe", 8, NULL, 2, &category, &code), WSAEINVAL);
    assert_stores(WSCGetApplicationCategory(L"c:\\a.exe", 8, NULL, 0, NULL, &code), WSAEFAULT);
    assert_stores(WSCGetApplicationCategory(L"c:\\a.exe", 8, L"-k", 2, &category, &code),
                  WSASERVICE_NOT_FOUND);
}

#ifdef _WIN64
/* The 32-bit catalog's entries are those of the 64-bit one. */
CASE(catalog, of_32_bits)
{
    WSAPROTOCOL_INFOW rows[32], rows32[32];
    DWORD length = sizeof(rows), length32 = sizeof(rows32);
    WCHAR path[MAX_PATH], path32[MAX_PATH];
    INT room = MAX_PATH, room32 = MAX_PATH;
    int count = WSCEnumProtocols(NULL, rows, &length, &code);

    ck_assert_int_ge(count, 6);
    assert_returns(WSCEnumProtocols32(NULL, rows32, &length32, &code), count);
    for (int i = 0; i < count; i++)
        ck_assert_int_eq(lstrcmpW(rows[i].szProtocol, rows32[i].szProtocol), 0);
    assert_works(WSCGetProviderPath(&ipv4_provider, path, &room, &code));
    assert_works(WSCGetProviderPath32(&ipv4_provider, path32, &room32, &code));
    ck_assert_int_eq(lstrcmpiW(path, path32), 0);
    assert_stores(WSCGetProviderPath32(&unknown, path32, &room32, &code), WSAEINVAL);
}
#else
CASE(catalog, of_32_bits)
{
    skip_case("for 64-bit programs");
}
#endif

/* WSANO_RECOVERY, once the arguments are in order. */
CASE(catalog, protocols_cannot_be_changed)
{
    WSAPROTOCOL_INFOW row = {0}, *rows;
    DWORD length = 0, categories = 0, *order;
    int(WSPAPI * write)(DWORD *, DWORD) = winsock_function("WSCWriteProviderOrder");
    int count;

    assert_stores(WSCDeinstallProvider(NULL, &code), WSAEFAULT);
    assert_stores(WSCDeinstallProvider(&unknown, &code), WSAEINVAL);
    assert_stores(WSCDeinstallProvider(&ipv4_provider, &code), WSANO_RECOVERY);
    assert_stores(WSCInstallProvider(NULL, L"a.dll", &row, 1, &code), WSAEFAULT);
    assert_stores(WSCInstallProvider(&unknown, NULL, &row, 1, &code), WSAEFAULT);
    assert_stores(WSCInstallProvider(&unknown, L"", &row, 1, &code), WSAEINVAL);
    assert_stores(WSCInstallProvider(&unknown, L"a.dll", NULL, 1, &code), WSAEINVAL);
    assert_stores(WSCInstallProvider(&unknown, L"a.dll", &row, 0, &code), WSAEINVAL);
    assert_stores(WSCInstallProvider(&unknown, L"a.dll", &row, 1, &code), WSANO_RECOVERY);
    assert_stores(WSCUpdateProvider(&unknown, L"a.dll", &row, 1, &code), WSAEINVAL);
    assert_stores(WSCUpdateProvider(&ipv4_provider, L"a.dll", &row, 1, &code), WSANO_RECOVERY);
    assert_stores(WSCSetProviderInfo(&ipv4_provider, ProviderInfoAudit, (BYTE *)&categories,
                                     sizeof(categories), 0, &code),
                  ERROR_CALL_NOT_IMPLEMENTED);
    assert_stores(WSCSetProviderInfo(&ipv4_provider, ProviderInfoLspCategories, (BYTE *)&categories,
                                     sizeof(categories), 0, &code),
                  WSANO_RECOVERY);
    assert_stores(WSCSetApplicationCategory(NULL, 0, NULL, 0, 1, NULL, &code), WSAEINVAL);
    assert_stores(WSCSetApplicationCategory(L"c:\\a.exe", 8, NULL, 0, 1, NULL, &code),
                  WSANO_RECOVERY);
    /* An order has every entry once. */
    ck_assert_ptr_nonnull(write);
    WSCEnumProtocols(NULL, NULL, &length, &code);
    rows = malloc(length);
    count = WSCEnumProtocols(NULL, rows, &length, &code);
    ck_assert_int_gt(count, 1);
    order = calloc((size_t)count, sizeof(*order));
    for (int i = 0; i < count; i++)
        order[i] = rows[i].dwCatalogEntryId;
    ck_assert_int_eq(write(order, (DWORD)count - 1), WSAEINVAL);
    ck_assert_int_eq(write(order, (DWORD)count), WSANO_RECOVERY);
    order[0] = order[1];
    ck_assert_int_eq(write(order, (DWORD)count), WSAEINVAL);
    assert_works(WSCEnumProtocols(NULL, rows, &length, &code) - count);
    free(order);
    free(rows);
}

/* Installing a name space is WSAEACCES, changing an installed one WSANO_RECOVERY. */
CASE(catalog, name_spaces_cannot_be_changed)
{
    int(WSPAPI * write)(GUID *, DWORD) = winsock_function("WSCWriteNameSpaceOrder");
    WSANAMESPACE_INFOW *rows;
    DWORD length = 0;
    GUID *order;
    int count;

    winsock();
    assert_fails(WSCInstallNameSpace(NULL, L"a.dll", NS_DNS, 1, &unknown), WSAEINVAL);
    assert_fails(WSCInstallNameSpace(L"a", L"a.dll", NS_DNS, 1, NULL), WSAEINVAL);
    assert_fails(WSCInstallNameSpace(L"a", L"a.dll", NS_DNS, 1, &unknown), WSAEACCES);
    assert_fails(WSCUnInstallNameSpace(NULL), WSAEFAULT);
    assert_fails(WSCUnInstallNameSpace(&unknown), WSAEINVAL);
    assert_fails(WSCUnInstallNameSpace(&tcpip), WSANO_RECOVERY);
    assert_fails(WSCEnableNSProvider(&unknown, FALSE), WSAEINVAL);
    assert_fails(WSCEnableNSProvider(&tcpip, FALSE), WSANO_RECOVERY);
    ck_assert_ptr_nonnull(write);
    WSAEnumNameSpaceProvidersW(&length, NULL);
    rows = malloc(length);
    count = WSAEnumNameSpaceProvidersW(&length, rows);
    ck_assert_int_gt(count, 1);
    order = calloc((size_t)count, sizeof(*order));
    for (int i = 0; i < count; i++)
        order[i] = rows[i].NSProviderId;
    ck_assert_int_eq(write(order, (DWORD)count), WSANO_RECOVERY);
    order[0] = order[1];
    ck_assert_int_eq(write(order, (DWORD)count), WSAEINVAL);
    free(order);
    free(rows);
}

/* The first call gives a handle, the others wait for a change. */
CASE(catalog, config_change)
{
    OVERLAPPED overlapped = {0};
    HANDLE handle = NULL, stranger = CreateEventW(NULL, TRUE, FALSE, NULL);

    winsock();
    overlapped.hEvent = CreateEventW(NULL, TRUE, FALSE, NULL);
    assert_fails(WSAProviderConfigChange(NULL, NULL, NULL), WSAEFAULT);
    assert_works(WSAProviderConfigChange(&handle, NULL, NULL));
    ck_assert_ptr_nonnull(handle);
    assert_fails(WSAProviderConfigChange(&stranger, &overlapped, NULL), WSA_INVALID_HANDLE);
    assert_fails(WSAProviderConfigChange(&handle, &overlapped, NULL), WSA_IO_PENDING);
    ck_assert_uint_eq(WaitForSingleObject(overlapped.hEvent, 50), WAIT_TIMEOUT);
    ck_assert(CloseHandle(handle));
    assert_fails(WSAProviderConfigChange(&handle, &overlapped, NULL), WSA_INVALID_HANDLE);
}

CASE(catalog, service_classes)
{
    WSASERVICECLASSINFOW info = {.lpServiceClassId = &unknown};
    DWORD length = sizeof(info);
    WCHAR name[32];

    winsock();
    assert_fails(WSAInstallServiceClassW(NULL), WSAEINVAL);
    assert_fails(WSAInstallServiceClassW(&info), WSAEINVAL);
    info.lpszServiceClassName = (WCHAR *)L"a class";
    assert_fails(WSAInstallServiceClassW(&info), WSAEACCES);
    assert_fails(WSARemoveServiceClass(NULL), WSAEINVAL);
    assert_fails(WSARemoveServiceClass(&unknown), WSAEACCES);
    assert_fails(WSAGetServiceClassInfoW(&tcpip, &unknown, NULL, &info), WSAEINVAL);
    assert_fails(WSAGetServiceClassInfoW(&unknown, &unknown, &length, &info), WSAEINVAL);
    assert_fails(WSAGetServiceClassInfoW(&tcpip, &unknown, &length, &info), WSAEOPNOTSUPP);
    assert_fails(WSAGetServiceClassNameByClassIdW(NULL, name, &length), WSA_INVALID_PARAMETER);
    assert_fails(WSAGetServiceClassNameByClassIdW(&unknown, name, &length), WSAEOPNOTSUPP);
}

/* For DNS registration has no effect; elsewhere it is not permitted. */
CASE(catalog, set_service)
{
    WSAQUERYSETW set = {.dwNameSpace = NS_DNS};

    winsock();
    assert_fails(WSASetServiceW(NULL, RNRSERVICE_REGISTER, 0), WSAEINVAL);
    assert_fails(WSASetServiceW(&set, RNRSERVICE_REGISTER, 0), WSAEINVAL);
    set.dwSize = sizeof(set);
    assert_fails(WSASetServiceW(&set, RNRSERVICE_REGISTER, 0), WSAEINVAL);
    set.lpszServiceInstanceName = (WCHAR *)L"a service";
    set.lpServiceClassId = &unknown;
    assert_works(WSASetServiceW(&set, RNRSERVICE_REGISTER, 0));
    assert_works(WSASetServiceW(&set, RNRSERVICE_DEREGISTER, SERVICE_MULTIPLE));
    assert_fails(WSASetServiceW(&set, RNRSERVICE_DELETE, 0), WSASERVICE_NOT_FOUND);
    assert_fails(WSASetServiceW(&set, 7, 0), WSAEINVAL);
    set.dwNameSpace = NS_NTDS;
    assert_fails(WSASetServiceW(&set, RNRSERVICE_REGISTER, 0), WSAEACCES);
    set.lpNSProviderId = &unknown;
    assert_fails(WSASetServiceW(&set, RNRSERVICE_REGISTER, 0), WSAEINVAL);
}

static int set_name(const char *name, DWORD space, PTIMEVAL timeout)
{
    return SetAddrInfoExA(name, NULL, NULL, 0, NULL, 0, space, NULL, timeout, NULL, NULL, NULL);
}

CASE(catalog, set_addrinfo)
{
    struct timeval limit = {1, 0};

    winsock();
    assert_code(set_name(NULL, NS_DNS, NULL), WSAEINVAL);
    assert_code(set_name("a.example", NS_DNS, &limit), WSAEINVAL);
    assert_code(set_name("a.example", NS_NDS, NULL), WSASERVICE_NOT_FOUND);
    assert_code(set_name("a.example", NS_DNS, NULL), WSANO_RECOVERY);
    assert_code(set_name("a.example", NS_ALL, NULL), WSANO_RECOVERY);
}

static int some_function(void)
{
    return 0;
}

CASE(catalog, advertise)
{
    NSPV2_ROUTINE routine = {.cbSize = sizeof(routine)};
    const void *given = &routine;

    winsock();
    assert_fails(WSAAdvertiseProvider(NULL, given), WSAEINVAL);
    assert_fails(WSAAdvertiseProvider(&unknown, NULL), WSAEINVAL);
    assert_fails(WSAAdvertiseProvider(&unknown, given), WSAEINVAL);
    routine.NSPv2LookupServiceBegin = (LPNSPV2LOOKUPSERVICEBEGIN)(void *)some_function;
    routine.NSPv2LookupServiceNextEx = (LPNSPV2LOOKUPSERVICENEXTEX)(void *)some_function;
    routine.NSPv2LookupServiceEnd = (LPNSPV2LOOKUPSERVICEEND)(void *)some_function;
    assert_fails(WSAAdvertiseProvider(&unknown, given), WSAEINVALIDPROVIDER);
    assert_fails(WSAUnadvertiseProvider(NULL), WSAEINVAL);
    assert_fails(WSAUnadvertiseProvider(&unknown), WSAEINVALIDPROVIDER);
    assert_fails(WSAProviderCompleteAsyncCall(NULL, 0), WSAEINVAL);
}

/* Only for sockets that WPUCreateSocketHandle made. */
CASE(catalog, complete_overlapped_request)
{
    int(WSPAPI * complete)(SOCKET, WSAOVERLAPPED *, DWORD, DWORD, int *) =
        winsock_function("WPUCompleteOverlappedRequest");
    WSAOVERLAPPED overlapped = {0};

    winsock();
    ck_assert_ptr_nonnull(complete);
    assert_stores(complete(new_socket(AF_INET, SOCK_STREAM), &overlapped, 0, 0, &code), WSAEINVAL);
}

/* One socket of each row's kind can be made from the row; the first row of a kind is the base
 * provider's own. */
CASE(catalog, rows_make_sockets)
{
    WSAPROTOCOL_INFOW rows[32], of_socket;
    DWORD length = sizeof(rows);
    int count, size, base = 0;

    winsock();
    count = WSAEnumProtocolsW(NULL, rows, &length);
    ck_assert_int_ge(count, 4);
    for (int i = 0; i < count; i++) {
        SOCKET s = WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &rows[i],
                              0, WSA_FLAG_OVERLAPPED);

        ck_assert_msg(s != INVALID_SOCKET, "row %d: %s", i, wsa_name(WSAGetLastError()));
        size = sizeof(of_socket);
        assert_works(getsockopt(s, SOL_SOCKET, SO_PROTOCOL_INFOW, (char *)&of_socket, &size));
        ck_assert_int_eq(of_socket.iAddressFamily, rows[i].iAddressFamily);
        ck_assert_int_eq(of_socket.iSocketType, rows[i].iSocketType);
        ck_assert_int_eq(of_socket.iProtocol, rows[i].iProtocol);
        base += of_socket.dwCatalogEntryId == rows[i].dwCatalogEntryId;
        assert_works(closesocket(s));
    }
    ck_assert_int_eq(base, 4);
}
