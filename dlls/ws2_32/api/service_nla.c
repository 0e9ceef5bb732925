/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The name space NS_NLA of WSALookupService: the networks this machine is on.  Linux does not tell
 * one network from another, so there is one, with an NLA_INTERFACE for each adapter that is up, or
 * none while there is no such adapter. */
#include "api/service.h"

#include <iphlpapi.h>
#include <stdlib.h>

/* The name of a network that has no DNS suffix. */
static const WCHAR default_name[] = L"Network";

typedef ULONG(WINAPI *adapters_function)(ULONG family, ULONG flags, void *reserved,
                                         IP_ADAPTER_ADDRESSES *list, ULONG *size);

/* iphlpapi needs this library, so it is loaded when it is asked for. */
static adapters_function find_function(void)
{
    HMODULE module = LoadLibraryW(L"iphlpapi.dll");

    return module ? (adapters_function)(void *)GetProcAddress(module, "GetAdaptersAddresses")
                  : NULL;
}

/* From malloc(); NULL without adapters or memory. */
static IP_ADAPTER_ADDRESSES *get_adapters(void)
{
    const ULONG flags = GAA_FLAG_SKIP_ANYCAST | GAA_FLAG_SKIP_MULTICAST | GAA_FLAG_SKIP_DNS_SERVER |
                        GAA_FLAG_INCLUDE_GATEWAYS;
    adapters_function function = find_function();
    IP_ADAPTER_ADDRESSES *list = NULL;
    ULONG size = 16384, error = ERROR_BUFFER_OVERFLOW;

    for (int tries = 0; function && error == ERROR_BUFFER_OVERFLOW && tries < 4; tries++) {
        free(list);
        list = malloc(size);
        if (!list)
            return NULL;
        error = function(AF_UNSPEC, flags, NULL, list, &size);
    }
    if (error) {
        free(list);
        return NULL;
    }
    return list;
}

static bool is_used(const IP_ADAPTER_ADDRESSES *adapter)
{
    return adapter->OperStatus == IfOperStatusUp && adapter->IfType != IF_TYPE_SOFTWARE_LOOPBACK &&
           adapter->FirstUnicastAddress;
}

/* A growing chain of NLA_BLOB structures; `last` is the offset of the latest. */
struct chain {
    char *bytes;
    int size, last;
};

/* Room for one more, `size` bytes; each begins where its largest member may stand. */
static NLA_BLOB *extend(struct chain *chain, NLA_BLOB_DATA_TYPE type, size_t size)
{
    int at = (chain->size + 7) & ~7;
    char *bytes = realloc(chain->bytes, at + size);
    NLA_BLOB *blob;

    if (!bytes)
        return NULL;
    chain->bytes = bytes;
    memset(bytes + chain->size, 0, at + size - chain->size);
    if (at)
        ((NLA_BLOB *)(void *)(bytes + chain->last))->header.nextOffset = at;
    blob = (NLA_BLOB *)(void *)(bytes + at);
    blob->header.type = type;
    blob->header.dwSize = (DWORD)size;
    chain->last = at;
    chain->size = at + (int)size;
    return blob;
}

static bool add_interface(struct chain *chain, const IP_ADAPTER_ADDRESSES *adapter)
{
    size_t name = strlen(adapter->AdapterName) + 1;
    NLA_BLOB *blob =
        extend(chain, NLA_INTERFACE, offsetof(NLA_BLOB, data.interfaceData.adapterName) + name);

    if (!blob)
        return false;
    blob->data.interfaceData.dwType = adapter->IfType;
    blob->data.interfaceData.dwSpeed =
        adapter->TransmitLinkSpeed > MAXDWORD ? MAXDWORD : (DWORD)adapter->TransmitLinkSpeed;
    memcpy(blob->data.interfaceData.adapterName, adapter->AdapterName, name);
    return true;
}

/* Nobody has tried to reach the Internet; without a gateway it cannot be reached. */
static bool add_connectivity(struct chain *chain, bool has_gateway)
{
    NLA_BLOB *blob = extend(chain, NLA_CONNECTIVITY,
                            offsetof(NLA_BLOB, data.connectivity) +
                                sizeof(((NLA_BLOB *)NULL)->data.connectivity));

    if (!blob)
        return false;
    blob->data.connectivity.type = NLA_NETWORK_UNMANAGED;
    blob->data.connectivity.internet = has_gateway ? NLA_INTERNET_UNKNOWN : NLA_INTERNET_NO;
    return true;
}

static int describe(const IP_ADAPTER_ADDRESSES *adapters, struct service_result **list)
{
    static const GUID class_id = NLA_SERVICE_CLASS_GUID;
    const WCHAR *name = default_name;
    struct service_result *result;
    struct chain chain = {0};
    bool gateway = false, room = true;

    for (const IP_ADAPTER_ADDRESSES *at = adapters; at && room; at = at->Next) {
        if (!is_used(at))
            continue;
        if (name == default_name && at->DnsSuffix && *at->DnsSuffix)
            name = at->DnsSuffix;
        gateway |= at->FirstGatewayAddress != NULL;
        room = add_interface(&chain, at);
    }
    if (!chain.bytes)
        return room ? 0 : WSA_NOT_ENOUGH_MEMORY;
    result = room && add_connectivity(&chain, gateway)
                 ? service_result_add(list, namespace_by_space(NS_NLA), name)
                 : NULL;
    if (!result) {
        free(chain.bytes);
        return WSA_NOT_ENOUGH_MEMORY;
    }
    result->has_class = true;
    result->class_id = class_id;
    result->blob = chain.bytes;
    result->blob_size = chain.size;
    return 0;
}

static int accept_nla(const struct service_query *query)
{
    static const GUID class_id = NLA_SERVICE_CLASS_GUID;

    if (query->has_class && memcmp(&query->class_id, &class_id, sizeof(class_id)) != 0)
        return WSASERVICE_NOT_FOUND;
    return 0;
}

static int fetch_nla(const struct name_services *names, const struct service_query *query,
                     struct service_result **list)
{
    IP_ADAPTER_ADDRESSES *adapters = get_adapters();
    int error;

    (void)names, (void)query;
    error = adapters ? describe(adapters, list) : 0;
    free(adapters);
    return error;
}

const struct service_space service_nla = {NS_NLA, accept_nla, fetch_nla};
