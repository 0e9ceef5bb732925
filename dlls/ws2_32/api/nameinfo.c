/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* getnameinfo and GetNameInfoW. */
#include "api/names.h"

static int get_address(const SOCKADDR *from, socklen_t length, struct name_address *address,
                       USHORT *port)
{
    struct sockaddr_in6 in6;
    struct sockaddr_in in;
    ADDRESS_FAMILY family;

    memset(address, 0, sizeof(*address));
    if (!from || length < (socklen_t)sizeof(family) || !guard_get(family, &from->sa_family))
        return WSAEFAULT;
    if (family != AF_INET && family != AF_INET6)
        return WSAEAFNOSUPPORT;
    address->family = family;
    if (family == AF_INET) {
        if (length < (socklen_t)sizeof(in) || !guard_get(in, from))
            return WSAEFAULT;
        memcpy(address->bytes, &in.sin_addr, 4);
        *port = in.sin_port;
        return 0;
    }
    if (length < (socklen_t)sizeof(in6) || !guard_get(in6, from))
        return WSAEFAULT;
    memcpy(address->bytes, &in6.sin6_addr, 16);
    address->scope = in6.sin6_scope_id;
    *port = in6.sin6_port;
    return 0;
}

/* Where one of the two texts goes. */
struct place {
    void *at;
    DWORD room; /* characters */
};

static int name_info(const SOCKADDR *from, socklen_t length, struct place host,
                     struct place service, int flags, bool wide)
{
    const struct name_services *names = api_enter_names();
    WCHAR host_text[NI_MAXHOST], service_text[NI_MAXSERV];
    struct name_address address;
    USHORT port = 0;
    int error;

    if (!names)
        return WSAGetLastError();
    error = get_address(from, length, &address, &port);
    if (error)
        return error;
    if (!host.at && !service.at)
        return WSAHOST_NOT_FOUND;
    if ((host.at && !host.room) || (service.at && !service.room))
        return WSAEINVAL;
    error = names->get_nameinfo(&address, port, flags, host.at ? host_text : NULL,
                                service.at ? service_text : NULL);
    if (!error && host.at)
        error = names_put_text(host.at, host.room, wide, host_text);
    if (!error && service.at)
        error = names_put_text(service.at, service.room, wide, service_text);
    return error;
}

int WSAAPI getnameinfo(const struct sockaddr *sa, socklen_t salen, char *host, DWORD hostlen,
                       char *serv, DWORD servlen, int flags)
{
    return names_leave(name_info(sa, salen, (struct place){host, hostlen},
                                 (struct place){serv, servlen}, flags, false));
}

INT WSAAPI GetNameInfoW(const SOCKADDR *sa, socklen_t salen, PWCHAR host, DWORD hostlen,
                        PWCHAR serv, DWORD servlen, INT flags)
{
    return names_leave(name_info(sa, salen, (struct place){host, hostlen},
                                 (struct place){serv, servlen}, flags, true));
}
