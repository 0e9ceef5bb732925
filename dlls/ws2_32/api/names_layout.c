/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Packed entries laid out as hostent, servent and protoent.  Programs that copy a hostent whole
 * rely on Windows' order of its parts: the structure, the array of aliases, the array of addresses,
 * the addresses, the text. */
#include "api/names.h"

/* Where the next part goes. */
struct cursor {
    char *at;
};

static void *take(struct cursor *cursor, size_t size)
{
    void *part = cursor->at;

    cursor->at += size;
    return part;
}

static const char *entry_strings(const struct name_entry *entry)
{
    return (const char *)(entry + 1) + (size_t)entry->address_len * entry->address_count;
}

/* Bytes of all strings with their zeros. */
static size_t strings_size(const struct name_entry *entry)
{
    return entry->size - (size_t)(entry_strings(entry) - (const char *)entry);
}

/* Copies the strings and points at each: strings before `first_alias` into names, the others into
 * aliases, which gets its NULL. */
static void lay_strings(const struct name_entry *entry, char *text, unsigned int first_alias,
                        char **names[], char **aliases)
{
    memcpy(text, entry_strings(entry), strings_size(entry));
    for (uint32_t i = 0; i < entry->string_count; i++, text += strlen(text) + 1) {
        if (i < first_alias)
            *names[i] = text;
        else
            *aliases++ = text;
    }
    *aliases = NULL;
}

/* Room for the array of aliases: one name less, and the NULL. */
static size_t aliases_size(const struct name_entry *entry)
{
    return entry->string_count * sizeof(char *);
}

static size_t list_size(const struct name_entry *entry)
{
    return (entry->address_count + 1) * sizeof(char *);
}

size_t names_host_size(const struct name_entry *entry)
{
    return sizeof(struct hostent) + aliases_size(entry) + list_size(entry) + entry->size;
}

void names_lay_host(const struct name_entry *entry, struct hostent *host)
{
    size_t addresses_size = (size_t)entry->address_len * entry->address_count;
    struct cursor cursor = {(char *)(host + 1)};
    char *addresses;

    host->h_addrtype = (short)entry->number;
    host->h_length = (short)entry->address_len;
    host->h_aliases = take(&cursor, aliases_size(entry));
    host->h_addr_list = take(&cursor, list_size(entry));
    addresses = take(&cursor, addresses_size);
    memcpy(addresses, entry + 1, addresses_size);
    for (uint32_t i = 0; i < entry->address_count; i++)
        host->h_addr_list[i] = addresses + (size_t)i * entry->address_len;
    host->h_addr_list[entry->address_count] = NULL;
    lay_strings(entry, cursor.at, 1, (char **[]){&host->h_name}, host->h_aliases);
}

struct hostent *names_layout_host(const struct name_entry *entry)
{
    struct hostent *host = names_thread_result(RESULT_HOST, names_host_size(entry));

    if (host)
        names_lay_host(entry, host);
    return host;
}

size_t names_service_size(const struct name_entry *entry)
{
    return sizeof(struct servent) + aliases_size(entry) + entry->size;
}

void names_lay_service(const struct name_entry *entry, struct servent *service)
{
    struct cursor cursor = {(char *)(service + 1)};

    service->s_port = (short)htons((u_short)entry->number);
    service->s_aliases = take(&cursor, aliases_size(entry));
    lay_strings(entry, cursor.at, 2, (char **[]){&service->s_name, &service->s_proto},
                service->s_aliases);
}

struct servent *names_layout_service(const struct name_entry *entry)
{
    struct servent *service = names_thread_result(RESULT_SERVICE, names_service_size(entry));

    if (service)
        names_lay_service(entry, service);
    return service;
}

struct protoent *names_layout_protocol(const struct name_entry *entry)
{
    size_t aliases = entry->string_count * sizeof(char *);
    struct protoent *protocol =
        names_thread_result(RESULT_PROTOCOL, sizeof(*protocol) + aliases + entry->size);
    struct cursor cursor;

    if (!protocol)
        return NULL;
    cursor.at = (char *)(protocol + 1);
    protocol->p_proto = (short)entry->number;
    protocol->p_aliases = take(&cursor, aliases);
    lay_strings(entry, cursor.at, 1, (char **[]){&protocol->p_name}, protocol->p_aliases);
    return protocol;
}
