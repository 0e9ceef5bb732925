/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reads the lines of hosts, services and protocol files, and packs what was found. */
#include "xlat/netdb.h"

#include <string.h>

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r' || c == '\v' || c == '\f';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c;
}

bool netdb_word_is(struct netdb_word word, const char *text)
{
    size_t i;

    for (i = 0; i < word.len && text[i]; i++) {
        if (lower(word.at[i]) != lower(text[i]))
            return false;
    }
    return i == word.len && !text[i];
}

bool netdb_names_have(const struct netdb_word *names, unsigned int count, const char *text)
{
    for (unsigned int i = 0; i < count; i++) {
        if (netdb_word_is(names[i], text))
            return true;
    }
    return false;
}

/* Splits the next line that is not empty into words, `#` ending it. Returns their number, 0 at the
 * end. */
static unsigned int next_words(const char **at, const char *end, struct netdb_word *words,
                               unsigned int max)
{
    unsigned int count = 0;
    const char *p = *at;

    while (p < end && !count) {
        bool comment = false;

        for (; p < end && *p != '\n'; p++) {
            const char *start = p;

            if (*p == '#' || *p == '\0')
                comment = true;
            if (comment || is_blank(*p))
                continue;
            while (p + 1 < end && !is_blank(p[1]) && p[1] != '\n' && p[1] != '#')
                p++;
            if (count < max)
                words[count++] = (struct netdb_word){start, (size_t)(p - start) + 1};
        }
        if (p < end)
            p++;
    }
    *at = p;
    return count;
}

/* Reads decimal digits from the front of a word and takes them off; -1 where there are none or too
 * many. */
static long take_number(struct netdb_word *word, long max)
{
    long value = 0;
    size_t i;

    for (i = 0; i < word->len && word->at[i] >= '0' && word->at[i] <= '9'; i++) {
        value = value * 10 + (word->at[i] - '0');
        if (value > max)
            return -1;
    }
    if (!i)
        return -1;
    word->at += i;
    word->len -= i;
    return value;
}

/* Files the words of "name number[/protocol] alias ..." in line; the second word is the caller's.
 */
static void keep_names(struct netdb_line *line, const struct netdb_word *words, unsigned int count)
{
    line->count = 0;
    for (unsigned int i = 0; i < count; i++) {
        if (i != 1 && line->count < NETDB_STRINGS_MAX)
            line->name[line->count++] = words[i];
    }
}

static bool next_line(const char **at, const char *end, struct netdb_line *line, bool service)
{
    struct netdb_word words[NETDB_STRINGS_MAX];
    unsigned int count;

    while ((count = next_words(at, end, words, NETDB_STRINGS_MAX))) {
        if (count < 2)
            continue;
        line->number = take_number(&words[1], service ? 65535 : 255);
        line->protocol = (struct netdb_word){0};
        if (line->number < 0)
            continue;
        if (service) {
            if (words[1].len < 2 || words[1].at[0] != '/')
                continue;
            line->protocol = (struct netdb_word){words[1].at + 1, words[1].len - 1};
        } else if (words[1].len) {
            continue;
        }
        keep_names(line, words, count);
        return true;
    }
    return false;
}

bool netdb_next_service(const char **at, const char *end, struct netdb_line *line)
{
    return next_line(at, end, line, true);
}

bool netdb_next_protocol(const char **at, const char *end, struct netdb_line *line)
{
    return next_line(at, end, line, false);
}

bool netdb_next_host(const char **at, const char *end, struct netdb_host *host)
{
    struct netdb_word words[NETDB_STRINGS_MAX + 1];
    unsigned int count;

    while ((count = next_words(at, end, words, NETDB_STRINGS_MAX + 1))) {
        if (count < 2)
            continue;
        host->address = words[0];
        host->count = count - 1;
        memcpy(host->name, words + 1, host->count * sizeof(words[0]));
        return true;
    }
    return false;
}

static bool answers(const struct netdb_line *line, const struct netdb_query *query)
{
    if (query->protocol && !netdb_word_is(line->protocol, query->protocol))
        return false;
    if (query->name)
        return netdb_names_have(line->name, line->count, query->name);
    return line->number == query->number;
}

bool netdb_find_service(const char *text, size_t len, const struct netdb_query *query,
                        struct netdb_line *line)
{
    const char *at = text, *end = text + len;

    while (netdb_next_service(&at, end, line)) {
        if (answers(line, query))
            return true;
    }
    return false;
}

bool netdb_find_protocol(const char *text, size_t len, const struct netdb_query *query,
                         struct netdb_line *line)
{
    const struct netdb_query plain = {.name = query->name, .number = query->number};
    const char *at = text, *end = text + len;

    while (netdb_next_protocol(&at, end, line)) {
        if (answers(line, &plain))
            return true;
    }
    return false;
}

bool netdb_pack(struct name_entry *entry, const void *addresses, const struct netdb_word *strings,
                void *buffer, size_t room)
{
    size_t address_size = (size_t)entry->address_len * entry->address_count;
    size_t size = sizeof(*entry) + address_size;
    char *out;

    for (uint32_t i = 0; i < entry->string_count; i++)
        size += strings[i].len + 1;
    entry->size = (uint32_t)size;
    if (size > room)
        return false;
    memcpy(buffer, entry, sizeof(*entry));
    out = (char *)buffer + sizeof(*entry);
    if (address_size)
        memcpy(out, addresses, address_size);
    out += address_size;
    for (uint32_t i = 0; i < entry->string_count; i++) {
        memcpy(out, strings[i].at, strings[i].len);
        out[strings[i].len] = '\0';
        out += strings[i].len + 1;
    }
    return true;
}

bool netdb_pack_line(const struct netdb_line *line, void *buffer, size_t room, size_t *size)
{
    struct netdb_word strings[NETDB_STRINGS_MAX + 1];
    struct name_entry entry = {.number = (int32_t)line->number};
    bool fits;

    if (!line->count)
        return false;
    strings[entry.string_count++] = line->name[0];
    if (line->protocol.len)
        strings[entry.string_count++] = line->protocol;
    for (unsigned int i = 1; i < line->count; i++)
        strings[entry.string_count++] = line->name[i];
    fits = netdb_pack(&entry, NULL, strings, buffer, room);
    *size = entry.size;
    return fits;
}
