/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* gethostbyname, gethostbyaddr, and this machine's name. */
#include "api/names.h"

static struct hostent *leave(int error, struct name_entry *entry)
{
    struct hostent *host = error ? NULL : names_layout_host(entry);

    if (!error && !host)
        error = WSAENOBUFS;
    names_free(entry);
    SetLastError(error);
    return host;
}

struct hostent *WSAAPI gethostbyname(const char *name)
{
    const struct name_services *names = api_enter_names();
    struct name_entry *entry = NULL;
    WCHAR *node;
    int error;

    if (!names)
        return NULL;
    error = names_copy_text((struct program_text){name ? name : "", false}, &node);
    if (!error)
        error = names->get_host(node, NULL, &entry);
    names_free(node);
    return leave(error, entry);
}

/* WSAEAFNOSUPPORT, WSAEINVAL (an IPv6 address of another length), WSAEFAULT (too short or
 * unreadable). */
static int get_address(const char *from, int length, int family, struct name_address *address)
{
    memset(address, 0, sizeof(*address));
    if (family != AF_INET && family != AF_INET6)
        return WSAEAFNOSUPPORT;
    if (family == AF_INET6 && length != 16)
        return WSAEINVAL;
    if (!from || length < 4)
        return WSAEFAULT;
    address->family = (uint16_t)family;
    return guard_copy(address->bytes, from, family == AF_INET ? 4 : 16) ? 0 : WSAEFAULT;
}

struct hostent *WSAAPI gethostbyaddr(const char *addr, int len, int type)
{
    const struct name_services *names = api_enter_names();
    struct name_entry *entry = NULL;
    struct name_address address;
    int error;

    if (!names)
        return NULL;
    error = get_address(addr, len, type, &address);
    if (!error)
        error = names->get_host(NULL, &address, &entry);
    return leave(error, entry);
}

static int put_hostname(const struct name_services *names, void *name, int room, bool wide)
{
    WCHAR host[NAME_HOST_ROOM];
    int error;

    if (!names)
        return SOCKET_ERROR;
    if (!name)
        return api_fail(WSAEFAULT);
    error = names->get_hostname(host);
    if (!error)
        error = room > 0 ? names_put_text(name, room, wide, host) : WSAEFAULT;
    return error ? api_fail(error) : 0;
}

int WSAAPI gethostname(char *name, int namelen)
{
    return put_hostname(api_enter_names_for(__builtin_return_address(0)), name, namelen, false);
}

/* Missing from mingw-w64's headers. */
int WSAAPI GetHostNameW(PWSTR name, int namelen);

int WSAAPI GetHostNameW(PWSTR name, int namelen)
{
    return put_hostname(api_enter_names_for(__builtin_return_address(0)), name, namelen, true);
}
