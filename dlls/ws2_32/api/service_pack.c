/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Results of WSALookupServiceNext, packed into one block whose pointers lead into the program's
 * buffer. */
#include "api/service.h"

#include <stdlib.h>

/* Two passes over the same code: with block NULL it measures, then it fills. */
struct pack {
    char *block;
    char *target;
    size_t used;
    bool wide;
};

/* Room for a part, aligned for any pointer; where the program will see it. */
static void *put(struct pack *pack, const void *bytes, size_t size)
{
    size_t at = (pack->used + sizeof(void *) - 1) & ~(sizeof(void *) - 1);

    if (pack->block && bytes)
        memcpy(pack->block + at, bytes, size);
    pack->used = at + size;
    return pack->target + at;
}

/* Text in the program's form; NULL stays NULL. */
static void *put_text(struct pack *pack, const WCHAR *text)
{
    char *ansi;
    void *at;
    int size;

    if (!text)
        return NULL;
    if (pack->wide)
        return put(pack, text, (wcslen(text) + 1) * sizeof(WCHAR));
    size = WideCharToMultiByte(CP_ACP, 0, text, -1, NULL, 0, NULL, NULL);
    ansi = malloc(size);
    if (ansi)
        WideCharToMultiByte(CP_ACP, 0, text, -1, ansi, size, NULL, NULL);
    at = put(pack, ansi, size);
    free(ansi);
    return at;
}

/* One address, or the wildcard of a family where address is NULL. */
static SOCKET_ADDRESS put_address(struct pack *pack, int family, const struct name_address *address,
                                  USHORT port)
{
    struct sockaddr_in6 v6 = {.sin6_family = AF_INET6, .sin6_port = port};
    struct sockaddr_in v4 = {.sin_family = AF_INET, .sin_port = port};
    bool is_v6 = family == AF_INET6;
    SOCKET_ADDRESS place = {.iSockaddrLength = is_v6 ? sizeof(v6) : sizeof(v4)};

    if (address && is_v6) {
        memcpy(&v6.sin6_addr, address->bytes, sizeof(v6.sin6_addr));
        v6.sin6_scope_id = address->scope;
    } else if (address) {
        memcpy(&v4.sin_addr, address->bytes, sizeof(v4.sin_addr));
    }
    place.lpSockaddr = put(pack, is_v6 ? (void *)&v6 : (void *)&v4, place.iSockaddrLength);
    return place;
}

/* The address found is the remote part, or with LUP_RES_SERVICE the local one; the other part is
 * the wildcard, which can be bound or ignored. */
static void put_addresses(struct pack *pack, const struct service_result *result, DWORD flags,
                          WSAQUERYSETW *set)
{
    unsigned int count = result->addresses->count;
    size_t head;

    set->dwNumberOfCsAddrs = count;
    set->lpcsaBuffer = put(pack, NULL, count * sizeof(CSADDR_INFO));
    head = (char *)set->lpcsaBuffer - pack->target;
    for (unsigned int i = 0; i < count; i++) {
        const struct name_address *address = &result->addresses->item[i];
        SOCKET_ADDRESS prime = put_address(pack, address->family, address, result->addresses->port);
        SOCKET_ADDRESS other = put_address(pack, address->family, NULL, 0);
        CSADDR_INFO info = {.LocalAddr = flags & LUP_RES_SERVICE ? prime : other,
                            .RemoteAddr = flags & LUP_RES_SERVICE ? other : prime,
                            .iSocketType = result->socktype,
                            .iProtocol = result->protocol};

        if (pack->block)
            memcpy(pack->block + head + i * sizeof(info), &info, sizeof(info));
    }
}

static void put_blob(struct pack *pack, const struct service_result *result, WSAQUERYSETW *set)
{
    BLOB blob = {.cbSize = result->blob_size};

    blob.pBlobData = put(pack, result->blob, result->blob_size);
    set->lpBlob = put(pack, &blob, sizeof(blob));
}

/* WSAQUERYSETA differs in the type its text pointers have only. */
_Static_assert(sizeof(WSAQUERYSETA) == sizeof(WSAQUERYSETW), "the two forms agree");

static void put_set(struct pack *pack, const struct service_result *result, const WCHAR *query_text,
                    DWORD flags)
{
    WSAQUERYSETW set = {.dwSize = sizeof(set),
                        .dwOutputFlags = result->output_flags,
                        .dwNameSpace = result->space->space};

    pack->used = sizeof(set);
    set.lpNSProviderId = put(pack, &result->space->id, sizeof(GUID));
    if (flags & LUP_RETURN_NAME)
        set.lpszServiceInstanceName = put_text(pack, result->name);
    if ((flags & LUP_RETURN_TYPE) && result->has_class)
        set.lpServiceClassId = put(pack, &result->class_id, sizeof(GUID));
    if (flags & LUP_RETURN_QUERY_STRING)
        set.lpszQueryString = put_text(pack, query_text);
    if ((flags & LUP_RETURN_ADDR) && result->addresses)
        put_addresses(pack, result, flags, &set);
    if ((flags & LUP_RETURN_BLOB) && result->blob)
        put_blob(pack, result, &set);
    if (pack->block)
        memcpy(pack->block, &set, sizeof(set));
}

int service_put_result(const struct service_result *result, const WCHAR *query_text, DWORD flags,
                       bool wide, void *buffer, LPDWORD length)
{
    struct pack pack = {.target = buffer, .wide = wide};
    DWORD room, need;
    bool stored;

    put_set(&pack, result, query_text, flags);
    need = (DWORD)pack.used;
    if (!guard_get(room, length))
        return WSAEFAULT;
    if (!buffer || room < need) {
        guard_put(length, need);
        return WSAEFAULT;
    }
    pack.block = calloc(1, need);
    if (!pack.block)
        return WSA_NOT_ENOUGH_MEMORY;
    put_set(&pack, result, query_text, flags);
    stored = guard_copy(buffer, pack.block, need);
    free(pack.block);
    return stored ? 0 : WSAEFAULT;
}
