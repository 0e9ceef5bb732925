/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Ioctls that ask for addresses of this machine. */
#include <stdlib.h>

#include "spi/ioctl.h"

#include <iphlpapi.h>

typedef ULONG(WINAPI *adapters_entry)(ULONG family, ULONG flags, void *reserved,
                                      IP_ADAPTER_ADDRESSES *table, ULONG *size);

/* iphlpapi is loaded when it is first needed: it imports ws2_32, so that importing it would bind
 * each to the other's start. */
static adapters_entry find_adapters_entry(void)
{
    HMODULE module = LoadLibraryW(L"iphlpapi.dll");

    return module ? (adapters_entry)(void *)GetProcAddress(module, "GetAdaptersAddresses") : NULL;
}

/* A table that the caller frees; NULL where there is none to be had. */
static IP_ADAPTER_ADDRESSES *get_adapters(ULONG family)
{
    const ULONG flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER |
                        GAA_FLAG_SKIP_FRIENDLY_NAME;
    adapters_entry entry = find_adapters_entry();
    IP_ADAPTER_ADDRESSES *table = NULL;
    ULONG size = 16384, result = ERROR_BUFFER_OVERFLOW;

    /* The table may grow between two calls. */
    for (int tries = 0; entry && tries < 4 && result == ERROR_BUFFER_OVERFLOW; tries++) {
        free(table);
        table = malloc(size);
        if (!table)
            return NULL;
        result = entry(family, flags, NULL, table, &size);
    }
    if (!result)
        return table;
    free(table);
    return NULL;
}

/* Counts the addresses and their bytes; with `list` also lays them out behind its entries. */
static unsigned int walk(const IP_ADAPTER_ADDRESSES *adapter, SOCKET_ADDRESS_LIST *list,
                         char *address, size_t *bytes)
{
    unsigned int count = 0;

    *bytes = 0;
    for (; adapter; adapter = adapter->Next) {
        const IP_ADAPTER_UNICAST_ADDRESS *unicast = adapter->FirstUnicastAddress;

        if (adapter->IfType == IF_TYPE_SOFTWARE_LOOPBACK)
            continue;
        for (; unicast; unicast = unicast->Next) {
            size_t length = unicast->Address.iSockaddrLength;

            if (list) {
                memcpy(address + *bytes, unicast->Address.lpSockaddr, length);
                list->Address[count].lpSockaddr = (SOCKADDR *)(address + *bytes);
                list->Address[count].iSockaddrLength = (INT)length;
            }
            *bytes += length;
            count++;
        }
    }
    return count;
}

int ioctl_address_list(struct ioctl *call)
{
    const DWORD head = FIELD_OFFSET(SOCKET_ADDRESS_LIST, Address[0]);
    IP_ADAPTER_ADDRESSES *adapters;
    SOCKET_ADDRESS_LIST *list;
    unsigned int count;
    size_t bytes, entries;
    int error = 0;

    call->report_failed = true;
    if (call->out_len && call->out_len < head)
        return WSAEINVAL;
    adapters = get_adapters(call->info.family);
    count = walk(adapters, NULL, NULL, &bytes);
    entries = head + count * sizeof(SOCKET_ADDRESS);
    call->size = (DWORD)(entries + bytes);
    list = calloc(1, call->size);
    if (!list) {
        error = WSAENOBUFS;
    } else if (call->out_len < call->size || !guard_writable(call->out, call->size)) {
        error = WSAEFAULT;
    } else {
        /* the entries point into the program's buffer, where the bytes go next */
        walk(adapters, list, (char *)list + entries, &bytes);
        for (unsigned int i = 0; i < count; i++)
            list->Address[i].lpSockaddr = (SOCKADDR *)((char *)list->Address[i].lpSockaddr -
                                                       (char *)list + (char *)call->out);
        list->iAddressCount = count;
        error = guard_copy(call->out, list, call->size) ? 0 : WSAEFAULT;
    }
    free(list);
    free(adapters);
    return error;
}

static u_long interface_flags(const IP_ADAPTER_ADDRESSES *adapter)
{
    u_long flags = adapter->OperStatus == IfOperStatusUp ? IFF_UP : 0;

    if (adapter->IfType == IF_TYPE_SOFTWARE_LOOPBACK)
        flags |= IFF_LOOPBACK;
    else if (adapter->IfType == IF_TYPE_PPP || adapter->IfType == IF_TYPE_TUNNEL)
        flags |= IFF_POINTTOPOINT;
    else
        flags |= IFF_BROADCAST;
    return adapter->Flags & IP_ADAPTER_NO_MULTICAST ? flags : flags | IFF_MULTICAST;
}

/* The address of an entry, its mask, and for IPv4 its broadcast address: what is stored behind the
 * array. */
struct interface_addresses {
    struct sockaddr_in6 own, mask;
    struct sockaddr_in broadcast;
};

static void make_addresses(const IP_ADAPTER_UNICAST_ADDRESS *unicast,
                           struct interface_addresses *made)
{
    struct sockaddr_in *own4 = (struct sockaddr_in *)&made->own;
    struct sockaddr_in *mask4 = (struct sockaddr_in *)&made->mask;
    bool v6 = unicast->Address.lpSockaddr->sa_family == AF_INET6;
    unsigned char *mask;

    memset(made, 0, sizeof(*made));
    memcpy(&made->own, unicast->Address.lpSockaddr, unicast->Address.iSockaddrLength);
    made->mask.sin6_family = made->own.sin6_family;
    mask = v6 ? made->mask.sin6_addr.s6_addr : (unsigned char *)&mask4->sin_addr;
    for (int bit = 0; bit < unicast->OnLinkPrefixLength && bit < (v6 ? 128 : 32); bit++)
        mask[bit / 8] |= 0x80 >> bit % 8;
    made->broadcast.sin_family = AF_INET;
    made->broadcast.sin_addr.s_addr = own4->sin_addr.s_addr | ~mask4->sin_addr.s_addr;
}

/* Fills one entry; `at` is where its addresses will be in the program's buffer. */
static void make_entry(const IP_ADAPTER_ADDRESSES *adapter,
                       const struct interface_addresses *addresses, char *at,
                       INTERFACE_INFO_EX *entry)
{
    const int length = spi_address_length(addresses->own.sin6_family);

    entry->iiFlags = interface_flags(adapter);
    entry->iiAddress.lpSockaddr = (SOCKADDR *)(at + offsetof(struct interface_addresses, own));
    entry->iiAddress.iSockaddrLength = length;
    entry->iiNetmask.lpSockaddr = (SOCKADDR *)(at + offsetof(struct interface_addresses, mask));
    entry->iiNetmask.iSockaddrLength = length;
    if (!(entry->iiFlags & IFF_BROADCAST) || addresses->own.sin6_family != AF_INET)
        return;
    entry->iiBroadcastAddress.lpSockaddr =
        (SOCKADDR *)(at + offsetof(struct interface_addresses, broadcast));
    entry->iiBroadcastAddress.iSockaddrLength = length;
}

/* Counts the addresses of all adapters; with `out` also lays them out, as for a buffer at
 * `program`, behind `total` entries. */
static DWORD list_interfaces(const IP_ADAPTER_ADDRESSES *adapter, char *out, const char *program,
                             DWORD total)
{
    DWORD count = 0;

    for (; adapter; adapter = adapter->Next) {
        const IP_ADAPTER_UNICAST_ADDRESS *unicast = adapter->FirstUnicastAddress;

        for (; unicast; unicast = unicast->Next, count++) {
            size_t at =
                total * sizeof(INTERFACE_INFO_EX) + count * sizeof(struct interface_addresses);

            if (!out)
                continue;
            make_addresses(unicast, (struct interface_addresses *)(out + at));
            make_entry(adapter, (struct interface_addresses *)(out + at), (char *)program + at,
                       (INTERFACE_INFO_EX *)out + count);
        }
    }
    return count;
}

int ioctl_interface_list_ex(struct ioctl *call)
{
    IP_ADAPTER_ADDRESSES *adapters = get_adapters(call->info.family);
    DWORD count = list_interfaces(adapters, NULL, NULL, 0);
    char *list;
    int error = 0;

    call->report_failed = true;
    call->size = count * (DWORD)(sizeof(INTERFACE_INFO_EX) + sizeof(struct interface_addresses));
    list = calloc(1, call->size + 1);
    if (!list) {
        error = WSAENOBUFS;
    } else if (call->out_len < call->size || !guard_writable(call->out, call->size)) {
        error = WSAEFAULT;
    } else {
        list_interfaces(adapters, list, call->out, count);
        error = guard_copy(call->out, list, call->size) ? 0 : WSAEFAULT;
    }
    free(list);
    free(adapters);
    return error;
}

int ioctl_routing_interface(struct ioctl *call)
{
    DWORD length = (DWORD)spi_address_length(call->info.family);
    struct route_source_params params = {.address_len = (int32_t)length};
    int error;

    if (call->in_len < length || !guard_copy(params.address, call->in, length))
        return WSAEINVAL;
    if (((struct sockaddr *)params.address)->sa_family != call->info.family)
        return WSAEAFNOSUPPORT;
    if (spi_is_wildcard(params.address))
        return WSAEINVAL;
    if (call->out_len < length) {
        call->size = length;
        call->report_failed = true;
        return WSAEFAULT;
    }
    if (!guard_writable(call->out, length))
        return WSAEFAULT;
    error = UNIX_CALL(route_source, &params);
    if (error)
        return error;
    call->size = length;
    return guard_copy(call->out, params.address, length) ? 0 : WSAEFAULT;
}

int ioctl_broadcast_address(struct ioctl *call)
{
    struct sockaddr_in address = {.sin_family = AF_INET, .sin_addr.s_addr = INADDR_BROADCAST};

    if (call->info.family != AF_INET)
        return WSAEOPNOTSUPP;
    if (call->out_len < sizeof(address))
        return WSAEFAULT;
    call->size = sizeof(address);
    return guard_copy(call->out, &address, sizeof(address)) ? 0 : WSAEFAULT;
}
