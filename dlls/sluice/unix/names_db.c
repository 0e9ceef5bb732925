/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Services and protocols of the host, and behind them the built-in table: Debian without netbase
 * has neither /etc/services nor /etc/protocols. */
#include <arpa/inet.h>
#include <errno.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "calls.h"
#include "names.h"
#include "sys.h"
#include "winabi.h"
#include "xlat/netdb.h"

/* A query for with_buffer(). */
struct db_query {
    const char *name; /* NULL: by number */
    const char *protocol;
    int number;
    union {
        struct servent service;
        struct protoent protocol;
    } storage;
    struct servent *service;
    struct protoent *found_protocol;
};

static int ask_service(void *context, char *buffer, size_t size)
{
    struct db_query *query = context;

    query->service = NULL;
    if (query->name)
        return sys.getservbyname_r(query->name, query->protocol, &query->storage.service, buffer,
                                   size, &query->service);
    return sys.getservbyport_r(htons((uint16_t)query->number), query->protocol,
                               &query->storage.service, buffer, size, &query->service);
}

static int ask_protocol(void *context, char *buffer, size_t size)
{
    struct db_query *query = context;

    query->found_protocol = NULL;
    if (query->name)
        return sys.getprotobyname_r(query->name, &query->storage.protocol, buffer, size,
                                    &query->found_protocol);
    return sys.getprotobynumber_r(query->number, &query->storage.protocol, buffer, size,
                                  &query->found_protocol);
}

static void line_add(struct netdb_line *line, const char *text)
{
    if (line->count < NETDB_STRINGS_MAX)
        line->name[line->count++] = (struct netdb_word){text, strlen(text)};
}

static void line_from(struct netdb_line *line, long number, const char *name, char **aliases,
                      const char *protocol)
{
    *line = (struct netdb_line){.number = number};
    if (protocol)
        line->protocol = (struct netdb_word){protocol, strlen(protocol)};
    line_add(line, name);
    for (; aliases && *aliases; aliases++)
        line_add(line, *aliases);
}

static int put_line(const struct netdb_line *line, uint64_t buffer, uint32_t *size)
{
    size_t need = 0;
    bool fits = netdb_pack_line(line, (void *)(uintptr_t)buffer, *size, &need);

    *size = (uint32_t)need;
    return fits ? 0 : WS_WSAENOBUFS;
}

int unix_get_servent(struct get_servent_params *params)
{
    struct db_query query = {
        .name = (const char *)(uintptr_t)params->name,
        .protocol = (const char *)(uintptr_t)params->protocol,
        .number = (int)params->port,
    };
    struct netdb_query builtin = {query.name, params->port, query.protocol};
    struct netdb_line line;
    char *buffer;
    int error = WS_WSANO_DATA;
    int result = with_buffer(ask_service, &query, &buffer);

    if (result == ENOMEM) {
        error = WS_ERROR_NOT_ENOUGH_MEMORY;
    } else if (query.service) {
        line_from(&line, ntohs((uint16_t)query.service->s_port), query.service->s_name,
                  query.service->s_aliases, query.service->s_proto);
        error = put_line(&line, params->buffer, &params->size);
    } else if (netdb_find_service(netdb_builtin_services, strlen(netdb_builtin_services), &builtin,
                                  &line)) {
        error = put_line(&line, params->buffer, &params->size);
    }
    free(buffer);
    return error;
}

int unix_get_protoent(struct get_protoent_params *params)
{
    struct db_query query = {
        .name = (const char *)(uintptr_t)params->name,
        .number = params->number,
    };
    struct netdb_query builtin = {query.name, params->number, NULL};
    struct netdb_line line;
    char *buffer;
    int error = WS_WSANO_DATA;
    int result = with_buffer(ask_protocol, &query, &buffer);

    if (result == ENOMEM) {
        error = WS_ERROR_NOT_ENOUGH_MEMORY;
    } else if (query.found_protocol) {
        line_from(&line, query.found_protocol->p_proto, query.found_protocol->p_name,
                  query.found_protocol->p_aliases, NULL);
        error = put_line(&line, params->buffer, &params->size);
    } else if (netdb_find_protocol(netdb_builtin_protocols, strlen(netdb_builtin_protocols),
                                   &builtin, &line)) {
        error = put_line(&line, params->buffer, &params->size);
    }
    free(buffer);
    return error;
}
