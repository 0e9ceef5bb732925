/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows of the walk: what is good for each argument, and what a call that worked leaves. */
#include "walk.h"

#include <mswsock.h>
#include <nspapi.h>
#include <svcguid.h>
#include <ws2spi.h>

/* Contents. */

static char bytes_in[64], bytes_out[64], name_room[64], control[64];
static GUID tcpip = {0x22059d40, 0x7e9e, 0x11cf, {0xae, 0x5a, 0x00, 0xaa, 0x00, 0xa7, 0x11, 0x2b}};
static GUID ipv4_provider = {
    0xe70f1aa0, 0xab8b, 0x11cf, {0x8c, 0xa3, 0x00, 0x80, 0x5f, 0x48, 0xa1, 0x92}};
static GUID host_class = SVCID_INET_HOSTADDRBYNAME;

static void put(void *room, const void *from, size_t size)
{
    memcpy(room, from, size);
}

#define FILL(name, type, ...)                                                                      \
    static void name(void *room)                                                                   \
    {                                                                                              \
        const type value = __VA_ARGS__;                                                            \
        put(room, &value, sizeof(value));                                                          \
    }
FILL(any_address, struct sockaddr_in, {.sin_family = AF_INET})
FILL(group_address, struct sockaddr_in,
     {.sin_family = AF_INET, .sin_addr.s_addr = htonl(0xef010203)})
FILL(own_address, struct sockaddr_in, world.own.v4)
FILL(refused_address, struct sockaddr_in, world.refused.v4)
FILL(buffer_in, WSABUF, {sizeof(bytes_in), bytes_in})
FILL(buffer_out, WSABUF, {sizeof(bytes_out), bytes_out})
FILL(one_byte, unsigned char, 'x')
FILL(message_in, WSAMSG,
     {&world.own.sa,
      sizeof(struct sockaddr_in),
      &(WSABUF){sizeof(bytes_in), bytes_in},
      1,
      {0, NULL},
      0})
FILL(message_out, WSAMSG,
     {(struct sockaddr *)(void *)name_room,
      sizeof(name_room),
      &(WSABUF){sizeof(bytes_out), bytes_out},
      1,
      {sizeof(control), control},
      0})
FILL(zero, int, 0)
FILL(tcp_only, struct { int list[2]; }, {{IPPROTO_TCP, 0}})
FILL(zero_time, struct timeval, {0, 0})
FILL(no_handle, HANDLE, NULL)
FILL(loopback_bytes, u_long, htonl(INADDR_LOOPBACK))
FILL(socket_set, fd_set, {1, {world.datagram}})
FILL(poll_entry, WSAPOLLFD, {world.datagram, POLLIN, 0})
FILL(a_moment, struct timeval, {1, 0})
FILL(event_handle, HANDLE, world.event)
FILL(tcp_info, WSAPROTOCOL_INFOW,
     {.iVersion = 2,
      .iAddressFamily = AF_INET,
      .iSocketType = SOCK_STREAM,
      .iProtocol = IPPROTO_TCP,
      .iMaxSockAddr = 16,
      .iMinSockAddr = 16})
FILL(tcp_info_a, WSAPROTOCOL_INFOA,
     {.iVersion = 2,
      .iAddressFamily = AF_INET,
      .iSocketType = SOCK_STREAM,
      .iProtocol = IPPROTO_TCP,
      .iMaxSockAddr = 16,
      .iMinSockAddr = 16})
FILL(hints, struct addrinfo, {.ai_family = AF_INET})
FILL(hints_ex, ADDRINFOEXW, {.ai_family = AF_INET})
FILL(provider_id, GUID, tcpip)
FILL(protocol_id, GUID, ipv4_provider)
FILL(class_id, GUID, host_class)
FILL(query, WSAQUERYSETW,
     {.dwSize = sizeof(WSAQUERYSETW),
      .lpszServiceInstanceName = (WCHAR *)L"127.0.0.1",
      .lpServiceClassId = &host_class,
      .dwNameSpace = NS_DNS})
FILL(narrow_query, WSAQUERYSETA,
     {.dwSize = sizeof(WSAQUERYSETA),
      .lpszServiceInstanceName = (char *)"127.0.0.1",
      .lpServiceClassId = &host_class,
      .dwNameSpace = NS_DNS})
FILL(class_info, WSASERVICECLASSINFOW,
     {.lpServiceClassId = &host_class, .lpszServiceClassName = (WCHAR *)L"class"})
FILL(class_info_a, WSASERVICECLASSINFOA,
     {.lpServiceClassId = &host_class, .lpszServiceClassName = (char *)"class"})
FILL(address_entry, SOCKET_ADDRESS, {&world.own.sa, sizeof(struct sockaddr_in)})
FILL(address_list, SOCKET_ADDRESS_LIST, {1, {{&world.listening.sa, sizeof(struct sockaddr_in)}}})
FILL(info_size, size_t, sizeof(DWORD))
FILL(path, struct { WCHAR text[8]; }, {L"C:\\a.exe"})
FILL(file_head, TRANSMIT_FILE_BUFFERS, {bytes_in, 4, bytes_in, 4})
FILL(packet, TRANSMIT_PACKETS_ELEMENT,
     {.dwElFlags = TP_ELEMENT_MEMORY, .cLength = 4, .pBuffer = bytes_in})
FILL(routines, LPCNSPV2_ROUTINE, NULL)

/* Handles. */

static void CALLBACK looked_up(DWORD error, DWORD bytes, OVERLAPPED *overlapped)
{
    (void)error, (void)bytes, (void)overlapped;
}

static uintptr_t lookup_routine(void)
{
    return (uintptr_t)&looked_up;
}

static uintptr_t own_process(void)
{
    return GetCurrentProcessId();
}

static uintptr_t the_window(void)
{
    return (uintptr_t)world.window;
}

static uintptr_t the_event(void)
{
    return (uintptr_t)world.event;
}

static uintptr_t the_file(void)
{
    return (uintptr_t)world.file;
}

static uintptr_t spare_event(void)
{
    if (!world.spare)
        world.spare = WSACreateEvent();
    return (uintptr_t)world.spare;
}

static uintptr_t the_lookup(void)
{
    WSAQUERYSETW set;

    query(&set);
    if (!world.lookup)
        assert_works(WSALookupServiceBeginW(&set, LUP_RETURN_ADDR, &world.lookup));
    return (uintptr_t)world.lookup;
}

/* What a call that worked leaves to be done. */

static void *pointer_at(uintptr_t address)
{
    void *pointer;

    memcpy(&pointer, (void *)address, sizeof(pointer)); /* maybe at an odd address */
    return pointer;
}

#define UNDO(name, ...)                                                                            \
    static void name(uintptr_t result, const uintptr_t *a)                                         \
    {                                                                                              \
        (void)result, (void)a;                                                                     \
        __VA_ARGS__;                                                                               \
    }
UNDO(close_result, closesocket(result))
UNDO(close_event, CloseHandle((HANDLE)result))
UNDO(event_closed, world.spare = (HANDLE)a[0] == world.spare ? NULL : world.spare)
UNDO(lookup_closed, world.lookup = (HANDLE)a[0] == world.lookup ? NULL : world.lookup)
UNDO(close_lookup, WSALookupServiceEnd(pointer_at(a[2])))
UNDO(free_list, freeaddrinfo(pointer_at(a[3])))
UNDO(free_wide_list, FreeAddrInfoW(pointer_at(a[3])))
UNDO(free_list_ex, FreeAddrInfoEx(pointer_at(a[5])))
UNDO(free_wide_list_ex, FreeAddrInfoExW(pointer_at(a[5])))
UNDO(take_duplicate, WSAPROTOCOL_INFOW info; put(&info, (void *)a[2], sizeof(info));
     closesocket(WSASocketW(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0,
                            0)))
UNDO(take_narrow_duplicate, WSAPROTOCOL_INFOA info; put(&info, (void *)a[2], sizeof(info));
     closesocket(WSASocketA(FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, FROM_PROTOCOL_INFO, &info, 0,
                            0)))
UNDO(clean_up, WSACleanup())
UNDO(start_again, winsock())
UNDO(unhook, WSAUnhookBlockingHook())
UNDO(close_notification, if (a[0]) CloseHandle(pointer_at(a[0])))

/* A task ends by its message; what has sent none soon (to another window, by a number that cannot be
 * posted) is cancelled, too late or not. */
static void end_task(uintptr_t result, const uintptr_t *a)
{
    bool finished = (HWND)a[0] != world.window;
    MSG message;

    for (int i = 0; i < 50 && !finished; i++) {
        while (PeekMessageA(&message, world.window, 0, 0, PM_REMOVE))
            finished |= message.wParam == (WPARAM)result;
        if (!finished)
            Sleep(1);
    }
    WSACancelAsyncRequest((HANDLE)result);
}

/* The words of walk.def.  What follows the first operands are further members, ".flags = LOOSE". */
#define SOCK(which, ...)                                                                           \
    {                                                                                              \
        .kind = KIND_SOCKET, .value = SOCKET_##which, ##__VA_ARGS__                                \
    }
#define INT(number, ...)                                                                           \
    {                                                                                              \
        .kind = KIND_INTEGER, .value = (uintptr_t)(number), ##__VA_ARGS__                          \
    }
#define FIX(number)                                                                                \
    {                                                                                              \
        .kind = KIND_FIXED, .value = (uintptr_t)(number)                                           \
    }
#define CHOICE(list)                                                                               \
    {                                                                                              \
        .kind = KIND_CHOICE, .choices = (list)                                                     \
    }
#define LEN(of, unit)                                                                              \
    {                                                                                              \
        .kind = KIND_LENGTH, .value = (of)-1, .size = (unit)                                       \
    }
#define LEN_AT(of, unit, ...)                                                                      \
    {                                                                                              \
        .kind = KIND_LENGTH_AT, .value = (of)-1, .size = (unit), ##__VA_ARGS__                     \
    }
#define READS(bytes, contents, ...)                                                                \
    {                                                                                              \
        .kind = KIND_IN, .size = (unsigned)(bytes), .fill = (contents), ##__VA_ARGS__              \
    }
#define FILLS(bytes, ...)                                                                          \
    {                                                                                              \
        .kind = KIND_OUT, .size = (unsigned)(bytes), ##__VA_ARGS__                                 \
    }
#define READS0(bytes, contents, ...) READS(bytes, contents, .flags = MAY_BE_NULL, ##__VA_ARGS__)
#define FILLS0(bytes, ...)           FILLS(bytes, .flags = MAY_BE_NULL, ##__VA_ARGS__)
#define OVERLAPPED_AT(...)                                                                         \
    {                                                                                              \
        .kind = KIND_OVERLAPPED, ##__VA_ARGS__                                                     \
    }
#define ROUTINE                                                                                    \
    {                                                                                              \
        .kind = KIND_ROUTINE                                                                       \
    }
/* The one of GetAddrInfoExW has another form. */
#define LOOKUP_ROUTINE                                                                             \
    {                                                                                              \
        .kind = KIND_ROUTINE, .make = lookup_routine                                               \
    }
#define NARROW(string, ...)                                                                        \
    {                                                                                              \
        .kind = KIND_TEXT, .text = (string), ##__VA_ARGS__                                         \
    }
#define WIDE(string, ...)                                                                          \
    {                                                                                              \
        .kind = KIND_WIDE, .text = (string), ##__VA_ARGS__                                         \
    }
#define MADE(how, ...)                                                                             \
    {                                                                                              \
        .kind = KIND_HANDLE, .make = (how), ##__VA_ARGS__                                          \
    }
#define ERRNO                                                                                      \
    {                                                                                              \
        .kind = KIND_ERRNO, .size = sizeof(int)                                                    \
    }
#define FREED                                                                                      \
    {                                                                                              \
        .kind = KIND_FREED                                                                         \
    }
#define UNREAD           .flags = MAY_BE_NULL | LOOSE
#define MEMBERS(...)     .members = {__VA_ARGS__}
#define AT(type, member) (offsetof(type, member) + 1)

static const int families[] = {AF_INET, AF_INET6, AF_UNSPEC, AF_BTH, END_OF_CHOICES};
static const int send_flags[] = {0, MSG_DONTROUTE, MSG_OOB, MSG_PARTIAL, END_OF_CHOICES};
static const int receive_flags[] = {0, MSG_PEEK, MSG_OOB, MSG_WAITALL, MSG_PARTIAL, END_OF_CHOICES};
static const int queries[] = {FIONREAD, SIOCATMARK, END_OF_CHOICES};
static const int levels[] = {SOL_SOCKET,    IPPROTO_TCP, IPPROTO_IP,
                             IPPROTO_IPV6,  IPPROTO_UDP, 1000 /* NSPROTO_IPX */,
                             END_OF_CHOICES};
static const int option_names[] = {SO_RCVBUF,
                                   SO_LINGER,
                                   SO_KEEPALIVE,
                                   SO_DONTLINGER,
                                   SO_SNDBUF,
                                   SO_ERROR,
                                   SO_TYPE,
                                   SO_SNDTIMEO,
                                   SO_RCVTIMEO,
                                   SO_OOBINLINE,
                                   SO_REUSEADDR,
                                   SO_EXCLUSIVEADDRUSE,
                                   SO_ACCEPTCONN,
                                   SO_BROADCAST,
                                   SO_MAX_MSG_SIZE,
                                   SO_PROTOCOL_INFOA,
                                   SO_PROTOCOL_INFOW,
                                   0x1009 /* SO_BSP_STATE */,
                                   SO_CONDITIONAL_ACCEPT,
                                   SO_UPDATE_ACCEPT_CONTEXT,
                                   SO_UPDATE_CONNECT_CONTEXT,
                                   SO_CONNECT_TIME,
                                   SO_GROUP_PRIORITY,
                                   0x3005 /* SO_RANDOMIZE_PORT */,
                                   0x3006 /* SO_PORT_SCALABILITY */,
                                   0x3007 /* SO_REUSE_UNICASTPORT */,
                                   1,
                                   2,
                                   3,
                                   4,
                                   5,
                                   6,
                                   7,
                                   8,
                                   9,
                                   10,
                                   11,
                                   12,
                                   13,
                                   14,
                                   15,
                                   16,
                                   17,
                                   18,
                                   19,
                                   20,
                                   21,
                                   23,
                                   25,
                                   26,
                                   27,
                                   28,
                                   29,
                                   30,
                                   31,
                                   32,
                                   33,
                                   38,
                                   39,
                                   40,
                                   41,
                                   42,
                                   43,
                                   44,
                                   45,
                                   46,
                                   47,
                                   48,
                                   49,
                                   50,
                                   51,
                                   60,
                                   71,
                                   73,
                                   76,
                                   END_OF_CHOICES};
static const int ioctl_codes[] = {FIONREAD,
                                  SIOCATMARK,
                                  SIO_ADDRESS_LIST_QUERY,
                                  SIO_ADDRESS_LIST_SORT,
                                  SIO_ADDRESS_LIST_CHANGE,
                                  SIO_ROUTING_INTERFACE_QUERY,
                                  SIO_ROUTING_INTERFACE_CHANGE,
                                  SIO_GET_BROADCAST_ADDRESS,
                                  SIO_KEEPALIVE_VALS,
                                  SIO_UDP_CONNRESET,
                                  SIO_BASE_HANDLE,
                                  _IOR('t', 123, u_long) /* SIO_IDEAL_SEND_BACKLOG_QUERY */,
                                  _IO('t', 122) /* SIO_IDEAL_SEND_BACKLOG_CHANGE */,
                                  SIO_LOOPBACK_FAST_PATH,
                                  SIO_RCVALL,
                                  SIO_FLUSH,
                                  SIO_MULTIPOINT_LOOPBACK,
                                  SIO_MULTICAST_SCOPE,
                                  SIO_FIND_ROUTE,
                                  SIO_GET_QOS,
                                  SIO_SET_QOS,
                                  SIO_ENABLE_CIRCULAR_QUEUEING,
                                  SIO_TRANSLATE_HANDLE,
                                  SIO_ASSOCIATE_HANDLE,
                                  SIO_GET_INTERFACE_LIST,
                                  SIO_GET_INTERFACE_LIST_EX,
                                  _WSAIORW(IOC_VENDOR, 39) /* SIO_TCP_INFO */,
                                  _WSAIOW(IOC_VENDOR, 17) /* SIO_TCP_INITIAL_RTO */,
                                  SIO_GET_EXTENSION_FUNCTION_POINTER,
                                  END_OF_CHOICES};

#define CODES(...)                                                                                 \
    {                                                                                              \
        __VA_ARGS__                                                                                \
    }
#define ROW(group, name, form, undo, codes, ...)                                                   \
    {#group, #name, FORM_##form, undo, codes, {__VA_ARGS__}},
const struct walk_row walk_rows[] = {
#include "walk.def"
#include "walk_catalog.def"
};
const size_t walk_row_count = ARRAYSIZE(walk_rows);

const struct walk_extension walk_extensions[] = {
    {"AcceptEx", WSAID_ACCEPTEX},         {"GetAcceptExSockaddrs", WSAID_GETACCEPTEXSOCKADDRS},
    {"ConnectEx", WSAID_CONNECTEX},       {"DisconnectEx", WSAID_DISCONNECTEX},
    {"TransmitFile", WSAID_TRANSMITFILE}, {"TransmitPackets", WSAID_TRANSMITPACKETS},
    {"WSARecvMsg", WSAID_WSARECVMSG},     {"WSASendMsg_by_GUID", WSAID_WSASENDMSG},
    {"WSAPoll_by_GUID", WSAID_WSAPOLL},
};
const size_t walk_extension_count = ARRAYSIZE(walk_extensions);
