/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names and addresses.  Nothing here asks a name server.  Sources: the Win32 pages; tests are
 * Wine's, which were run on Windows. */
#include "case.h"

static struct addrinfo *resolve(const char *node, const char *service, int flags, int family,
                                int type)
{
    struct addrinfo hints = {.ai_flags = flags, .ai_family = family, .ai_socktype = type};
    struct addrinfo *list = NULL;
    int error = getaddrinfo(node, service, &hints, &list);

    ck_assert_msg(error == 0, "getaddrinfo(%s, %s): %s", node ? node : "NULL",
                  service ? service : "NULL", wsa_name(error));
    ck_assert_ptr_nonnull(list);
    return list;
}

/* The error, which is the thread's last error as well; the result is NULL (tests). */
static int resolve_error(const char *node, const char *service, const struct addrinfo *hints)
{
    struct addrinfo *list = (struct addrinfo *)(uintptr_t)0x1234;
    int error, last;

    WSASetLastError(ERROR_UNTOUCHED);
    error = getaddrinfo(node, service, hints, &list);
    last = WSAGetLastError();
    ck_assert_msg(error != 0, "getaddrinfo succeeded");
    assert_code(last, error);
    ck_assert_ptr_null(list);
    return error;
}

CASE(names, numeric)
{
    struct addrinfo *list;
    struct address want;

    winsock();
    list = resolve("127.0.0.1", "80", AI_NUMERICHOST, 0, SOCK_STREAM);
    want = loopback(AF_INET, 80);
    ck_assert_ptr_null(list->ai_next);
    ck_assert_int_eq(list->ai_family, AF_INET);
    ck_assert_int_eq(list->ai_socktype, SOCK_STREAM);
    ck_assert_uint_eq(list->ai_addrlen, sizeof(struct sockaddr_in));
    ck_assert_mem_eq(list->ai_addr, &want.v4, sizeof(want.v4));
    freeaddrinfo(list);
    list = resolve("::1", NULL, AI_NUMERICHOST, 0, SOCK_DGRAM);
    want = loopback(AF_INET6, 0);
    ck_assert_int_eq(list->ai_family, AF_INET6);
    ck_assert_uint_eq(list->ai_addrlen, sizeof(struct sockaddr_in6));
    ck_assert_mem_eq(list->ai_addr, &want.v6, sizeof(want.v6));
    freeaddrinfo(list);
    /* Tests: brackets are understood. */
    list = resolve("[beef::cafe]", NULL, AI_NUMERICHOST, AF_INET6, 0);
    ck_assert_int_eq(list->ai_family, AF_INET6);
    freeaddrinfo(list);
}

CASE(names, localhost)
{
    static const int families[] = {AF_INET, AF_INET6};

    winsock();
    for (int i = 0; i < 2; i++) {
        struct address want = loopback(families[i], 443);
        struct addrinfo *list = resolve("localhost", "443", 0, families[i], SOCK_STREAM);

        ck_assert_int_eq(list->ai_family, families[i]);
        ck_assert_mem_eq(list->ai_addr, &want.any, (size_t)want.len);
        freeaddrinfo(list);
    }
}

/* No node: the loopback, or with AI_PASSIVE the wildcard. */
CASE(names, without_node)
{
    struct addrinfo *list;
    struct address want;

    winsock();
    list = resolve(NULL, "7", 0, AF_INET, SOCK_STREAM);
    want = loopback(AF_INET, 7);
    ck_assert_mem_eq(list->ai_addr, &want.v4, sizeof(want.v4));
    freeaddrinfo(list);
    list = resolve(NULL, "7", AI_PASSIVE, AF_INET, SOCK_STREAM);
    want = wildcard(AF_INET, 7);
    ck_assert_mem_eq(list->ai_addr, &want.v4, sizeof(want.v4));
    freeaddrinfo(list);
    list = resolve(NULL, "7", AI_PASSIVE, AF_INET6, SOCK_STREAM);
    want = wildcard(AF_INET6, 7);
    ck_assert_mem_eq(list->ai_addr, &want.v6, sizeof(want.v6));
    freeaddrinfo(list);
}

CASE(names, canonical)
{
    struct addrinfo *list;

    winsock();
    list = resolve("127.0.0.1", NULL, AI_CANONNAME | AI_NUMERICHOST, AF_INET, 0);
    ck_assert_ptr_nonnull(list->ai_canonname);
    ck_assert_str_eq(list->ai_canonname, "127.0.0.1");
    freeaddrinfo(list);
}

/* An empty name is this computer, an empty service none (tests). */
CASE(names, empty)
{
    char name[256];

    winsock();
    freeaddrinfo(resolve("", NULL, 0, 0, 0));
    freeaddrinfo(resolve("localhost", "", 0, 0, 0));
    freeaddrinfo(resolve("localhost", "0", 0, 0, 0));
    assert_works(gethostname(name, sizeof(name)));
    freeaddrinfo(resolve(name, NULL, 0, 0, 0));
}

CASE(names, service)
{
    struct addrinfo *list;

    winsock();
    list = resolve("127.0.0.1", "http", 0, AF_INET, SOCK_STREAM);
    ck_assert_uint_eq(ntohs(((struct sockaddr_in *)list->ai_addr)->sin_port), 80);
    freeaddrinfo(list);
    list = resolve("127.0.0.1", "65535", AI_NUMERICSERV, AF_INET, SOCK_STREAM);
    ck_assert_uint_eq(ntohs(((struct sockaddr_in *)list->ai_addr)->sin_port), 65535);
    freeaddrinfo(list);
}

CASE(names, errors)
{
    struct addrinfo hints = {.ai_family = AF_INET};

    winsock();
    assert_code(resolve_error(NULL, NULL, NULL), WSAHOST_NOT_FOUND);
    hints.ai_flags = AI_NUMERICHOST;
    assert_code(resolve_error("localhost", "80", &hints), WSAHOST_NOT_FOUND);
    assert_code(resolve_error("127.0.0.1:80", NULL, &hints), WSAHOST_NOT_FOUND);
    assert_code(resolve_error("::1", NULL, &hints), WSAHOST_NOT_FOUND);
    hints.ai_flags = 0;
    assert_code(resolve_error("127.0.0.1", "no-such-service", &hints), WSATYPE_NOT_FOUND);
    hints.ai_family = 4711;
    assert_code(resolve_error("127.0.0.1", NULL, &hints), WSAEAFNOSUPPORT);
    hints.ai_family = AF_INET;
    hints.ai_socktype = 4711;
    assert_code(resolve_error("127.0.0.1", NULL, &hints), WSAESOCKTNOSUPPORT);
    hints.ai_socktype = 0;
    /* All other members of the hints must be zero: WSANO_RECOVERY. */
    hints.ai_flags = 0;
    hints.ai_addrlen = 1;
    assert_code(resolve_error("127.0.0.1", NULL, &hints), WSANO_RECOVERY);
}

CASE(names, wide)
{
    ADDRINFOW hints = {.ai_flags = AI_NUMERICHOST, .ai_socktype = SOCK_STREAM}, *list = NULL;
    struct address want = loopback(AF_INET, 80);

    winsock();
    assert_code(GetAddrInfoW(L"127.0.0.1", L"80", &hints, &list), 0);
    ck_assert_mem_eq(list->ai_addr, &want.v4, sizeof(want.v4));
    ck_assert_int_eq(list->ai_socktype, SOCK_STREAM);
    FreeAddrInfoW(list);
    hints.ai_flags = AI_CANONNAME;
    assert_code(GetAddrInfoW(L"127.0.0.1", NULL, &hints, &list), 0);
    ck_assert(list->ai_canonname && !wcscmp(list->ai_canonname, L"127.0.0.1"));
    FreeAddrInfoW(list);
    list = (ADDRINFOW *)(uintptr_t)0x1234;
    assert_code(GetAddrInfoW(NULL, NULL, NULL, &list), WSAHOST_NOT_FOUND);
    ck_assert_ptr_null(list);
    hints.ai_flags = 0;
    assert_code(GetAddrInfoW(L"localhost", L"1", &hints, &list), 0);
    FreeAddrInfoW(list);
    FreeAddrInfoW(NULL);
    freeaddrinfo(NULL);
}

CASE(names, getnameinfo)
{
    static const int families[] = {AF_INET, AF_INET6};

    winsock();
    for (int i = 0; i < 2; i++) {
        struct address a = loopback(families[i], 4711);
        char host[64] = "", service[16] = "";
        WCHAR wide[64] = L"";

        assert_code(getnameinfo(&a.sa, a.len, host, sizeof(host), service, sizeof(service),
                                NI_NUMERICHOST | NI_NUMERICSERV),
                    0);
        ck_assert_str_eq(host, i ? "::1" : "127.0.0.1");
        ck_assert_str_eq(service, "4711");
        assert_code(GetNameInfoW(&a.sa, a.len, wide, 64, NULL, 0, NI_NUMERICHOST), 0);
        ck_assert(!wcscmp(wide, i ? L"::1" : L"127.0.0.1"));
    }
}

CASE(names, getnameinfo_errors)
{
    struct address a = loopback(AF_INET, 80);
    char host[64];

    winsock();
    ck_assert_int_ne(getnameinfo(&a.sa, a.len, host, 3, NULL, 0, NI_NUMERICHOST), 0);
    /* returned if a host name was requested but the NodeBufferSize parameter was zero. */
    assert_code(getnameinfo(&a.sa, a.len, host, 0, NULL, 0, NI_NUMERICHOST), WSAEINVAL);
    assert_code(getnameinfo(&a.sa, 3, host, sizeof(host), NULL, 0, NI_NUMERICHOST), WSAEFAULT);
    a.sa.sa_family = 4711;
    assert_code(getnameinfo(&a.sa, a.len, host, sizeof(host), NULL, 0, NI_NUMERICHOST),
                WSAEAFNOSUPPORT);
}

CASE(names, gethostname)
{
    char name[256] = "", small[1] = {'q'};

    winsock();
    assert_works(gethostname(name, sizeof(name)));
    ck_assert_uint_gt(strlen(name), 0);
    /* WSAEFAULT: ... or the namelen is too small. */
    assert_fails(gethostname(small, sizeof(small)), WSAEFAULT);
    assert_fails(gethostname(NULL, sizeof(name)), WSAEFAULT);
    assert_works(gethostname(name, (int)strlen(name) + 1));
}

CASE(names, gethostbyname)
{
    struct hostent *h;

    winsock();
    h = gethostbyname("localhost");
    ck_assert_ptr_nonnull(h);
    ck_assert_int_eq(h->h_addrtype, AF_INET);
    ck_assert_int_eq(h->h_length, 4);
    ck_assert_mem_eq(h->h_addr_list[0], "\x7f\0\0\1", 4);
    h = gethostbyname("10.1.2.3");
    ck_assert_ptr_nonnull(h);
    ck_assert_mem_eq(h->h_addr_list[0], "\x0a\1\2\3", 4);
    ck_assert_ptr_null(h->h_addr_list[1]);
    /* NULL or an empty string: the local computer. */
    ck_assert_ptr_nonnull(gethostbyname(NULL));
    ck_assert_ptr_nonnull(gethostbyname(""));
}

/* The computer's own name: never a 127.x address of the host's resolver while there is a real one.
 */
CASE(names, own_address)
{
    char name[256];
    struct hostent *h;

    winsock();
    assert_works(gethostname(name, sizeof(name)));
    h = gethostbyname(name);
    ck_assert_ptr_nonnull(h);
    ck_assert_int_eq(h->h_length, 4);
    if ((unsigned char)h->h_addr_list[0][0] == 127)
        ck_assert_msg(h->h_addr_list[1] == NULL && h->h_addr_list[0][2] == 0,
                      "the first address is 127.%u.%u.%u", (unsigned char)h->h_addr_list[0][1],
                      (unsigned char)h->h_addr_list[0][2], (unsigned char)h->h_addr_list[0][3]);
}

/* Tests: numbers in any base, one to four parts, the rest after a space ignored. */
CASE(names, inet_addr)
{
    static const struct {
        const char *text;
        ULONG address;
    } rows[] = {
        {"1.2.3.4", 0x04030201},
        {"127.127.127.255", 0xff7f7f7f},
        {"0.0.0.0", 0},
        {"1.2.3", 0x03000201},
        {"1.2", 0x02000001},
        {"1", 0x01000000},
        {"1.2.3.010", 0x08030201},
        {"1.2.3.0xaA", 0xaa030201},
        {"017700000001", 0x0100007f},
        {"203569230", 0x4e38220c},
        {"3.4.5.6 7", 0x06050403},
        {"255.255.255.255", 0xffffffff},
        {"", INADDR_NONE},
        {"a", INADDR_NONE},
        {" 3.4.5.6", INADDR_NONE},
        {"3.4.5.6.7", INADDR_NONE},
        {"1.2.3.256", INADDR_NONE},
        {"1.1.1.-2", INADDR_NONE},
        {"1.1.1.0x", INADDR_NONE},
        {"::1", INADDR_NONE},
        {".1.2.3", INADDR_NONE},
        {"127.0.0.1:80", INADDR_NONE},
    };

    winsock();
    for (size_t i = 0; i < ARRAYSIZE(rows); i++) {
        ULONG address = inet_addr(rows[i].text);

        ck_assert_msg(address == rows[i].address, "\"%s\": 0x%08lx", rows[i].text, address);
    }
}

static DWORD WINAPI other_ntoa(void *text)
{
    struct in_addr a = {.s_addr = 0x01010101};

    return inet_ntoa(a) != text ? 0 : 1;
}

/* One buffer per thread. */
CASE(names, inet_ntoa)
{
    struct in_addr a = {.s_addr = 0x04030201};
    const char *text;

    winsock();
    text = inet_ntoa(a);
    ck_assert_str_eq(text, "1.2.3.4");
    join_thread(run_thread(other_ntoa, (void *)text), PATIENCE);
    ck_assert_str_eq(text, "1.2.3.4");
}

/* InetPton takes exactly four decimal parts (tests); 0 for anything else. */
CASE(names, pton)
{
    static const struct {
        int family;
        const char *text;
        int result;
    } rows[] = {
        {AF_INET, "1.2.3.4", 1},
        {AF_INET, "0.0.0.0", 1},
        {AF_INET, "1.2.3", 0},
        {AF_INET, "1.2.3.256", 0},
        {AF_INET, "1.2.3.010", 0},
        {AF_INET, "1.2.3.4 ", 0},
        {AF_INET, " 1.2.3.4", 0},
        {AF_INET, "", 0},
        {AF_INET, "::1", 0},
        {AF_INET6, "::", 1},
        {AF_INET6, "::1", 1},
        {AF_INET6, "1::8", 1},
        {AF_INET6, "::ffff:1.2.3.4", 1},
        {AF_INET6, "1:2:3:4:5:6:7:8", 1},
        {AF_INET6, "1:2:3:4:5:6:7", 0},
        {AF_INET6, "1::2::3", 0},
        {AF_INET6, "12345::", 0},
        {AF_INET6, "1.2.3.4", 0},
        {AF_INET6, "", 0},
    };
    unsigned char bytes[16];

    winsock();
    for (size_t i = 0; i < ARRAYSIZE(rows); i++) {
        WCHAR wide[64];
        int result = inet_pton(rows[i].family, rows[i].text, bytes);

        ck_assert_msg(result == rows[i].result, "\"%s\": %d", rows[i].text, result);
        MultiByteToWideChar(CP_ACP, 0, rows[i].text, -1, wide, ARRAYSIZE(wide));
        result = InetPtonW(rows[i].family, wide, bytes);
        ck_assert_msg(result == rows[i].result, "\"%s\", wide: %d", rows[i].text, result);
    }
    ck_assert_int_eq(inet_pton(AF_INET, "1.2.3.4", bytes), 1);
    ck_assert_mem_eq(bytes, "\1\2\3\4", 4);
    assert_fails(inet_pton(4711, "1.2.3.4", bytes), WSAEAFNOSUPPORT);
    assert_fails(inet_pton(AF_INET, NULL, bytes), WSAEFAULT);
    assert_fails(inet_pton(AF_INET, "1.2.3.4", NULL), WSAEFAULT);
}

CASE(names, ntop)
{
    static const struct {
        const char *bytes, *text;
    } rows[] = {
        {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", "::"},
        {"\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0\1", "::1"},
        {"\x20\1\x0d\xb8\0\0\0\0\0\0\0\0\0\0\0\7", "2001:db8::7"},
        {"\0\0\0\0\0\0\0\0\0\0\xff\xff\1\2\3\4", "::ffff:1.2.3.4"},
        {"\0\1\0\2\0\3\0\4\0\5\0\6\0\7\0\x0a", "1:2:3:4:5:6:7:a"},
    };
    char text[INET6_ADDRSTRLEN];
    WCHAR wide[INET6_ADDRSTRLEN];

    winsock();
    for (size_t i = 0; i < ARRAYSIZE(rows); i++) {
        ck_assert_ptr_eq(inet_ntop(AF_INET6, (void *)rows[i].bytes, text, sizeof(text)), text);
        ck_assert_str_eq(text, rows[i].text);
        ck_assert_ptr_eq(InetNtopW(AF_INET6, (void *)rows[i].bytes, wide, ARRAYSIZE(wide)), wide);
    }
    ck_assert_ptr_eq(inet_ntop(AF_INET, (void *)"\1\2\3\xff", text, sizeof(text)), text);
    ck_assert_str_eq(text, "1.2.3.255");
    assert_null(inet_ntop(4711, (void *)"\1\2\3\4", text, sizeof(text)), WSAEAFNOSUPPORT);
    /* Tests: the NTSTATUS itself. */
    assert_null(inet_ntop(AF_INET, (void *)"\1\2\3\4", text, 7), (int)STATUS_INVALID_PARAMETER);
    assert_null(inet_ntop(AF_INET, (void *)"\1\2\3\4", text, 0), (int)STATUS_INVALID_PARAMETER);
    assert_null(inet_ntop(AF_INET, (void *)"\1\2\3\4", NULL, 7), (int)STATUS_INVALID_PARAMETER);
}

CASE(names, wsa_byte_order)
{
    u_short s16 = 0;
    u_long s32 = 0;
    SOCKET s;

    winsock();
    s = new_socket(AF_INET, SOCK_STREAM);
    assert_works(WSAHtons(s, 0x1234, &s16));
    ck_assert_uint_eq(s16, 0x3412);
    assert_works(WSANtohs(s, 0x1234, &s16));
    ck_assert_uint_eq(s16, 0x3412);
    assert_works(WSAHtonl(s, 0x12345678, &s32));
    ck_assert_uint_eq(s32, 0x78563412);
    assert_works(WSANtohl(s, 0x12345678, &s32));
    ck_assert_uint_eq(s32, 0x78563412);
    assert_fails(WSAHtons(INVALID_SOCKET, 1, &s16), WSAENOTSOCK);
    assert_fails(WSAHtons(s, 1, NULL), WSAEFAULT);
}
