/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* getservby* and getprotoby*. */
#include "api/names.h"

/* Ends a function that returns a pointer into the thread's buffer, and frees the entry. */
static void *leave(int error, struct name_entry *entry, void *result)
{
    if (!error && !result)
        error = WSAENOBUFS;
    names_free(entry);
    SetLastError(error);
    return result;
}

/* A required string: NULL is as bad as an unreadable one. */
static int copy_required(const char *text, char **copy)
{
    *copy = NULL;
    return text ? names_copy_ansi(text, copy) : WSAEFAULT;
}

/* By name, or by port (host byte order) where by_name is false. */
static struct servent *find_service(const char *name, bool by_name, int port, const char *protocol)
{
    const struct name_services *names = api_enter_names();
    char *name_copy = NULL, *protocol_copy = NULL;
    struct name_entry *entry = NULL;
    int error;

    if (!names)
        return NULL;
    error = by_name ? copy_required(name, &name_copy) : 0;
    if (!error)
        error = names_copy_ansi(protocol, &protocol_copy);
    if (!error)
        error = names->get_service(name_copy, port, protocol_copy, &entry);
    names_free(name_copy);
    names_free(protocol_copy);
    return leave(error, entry, error ? NULL : names_layout_service(entry));
}

struct servent *WSAAPI getservbyname(const char *name, const char *proto)
{
    return find_service(name, true, 0, proto);
}

struct servent *WSAAPI getservbyport(int port, const char *proto)
{
    return find_service(NULL, false, ntohs((u_short)port), proto);
}

struct protoent *WSAAPI getprotobyname(const char *name)
{
    const struct name_services *names = api_enter_names();
    struct name_entry *entry = NULL;
    char *copy;
    int error;

    if (!names)
        return NULL;
    error = copy_required(name, &copy);
    if (!error)
        error = names->get_protocol(copy, 0, &entry);
    names_free(copy);
    return leave(error, entry, error ? NULL : names_layout_protocol(entry));
}

struct protoent *WSAAPI getprotobynumber(int number)
{
    const struct name_services *names = api_enter_names();
    struct name_entry *entry = NULL;
    int error;

    if (!names)
        return NULL;
    error = names->get_protocol(NULL, number, &entry);
    return leave(error, entry, error ? NULL : names_layout_protocol(entry));
}
