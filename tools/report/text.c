/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text that grows, pieces of it, and what data becomes inside HTML and JSON. */
#include "text.h"
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

void *more_memory(void *old, size_t count, size_t size)
{
    void *memory = count <= SIZE_MAX / size ? realloc(old, count * size) : NULL;

    if (!memory) {
        fputs("sluice-report: no memory left\n", stderr);
        exit(1);
    }
    return memory;
}

void *room_for_one(void *items, size_t count, size_t *room, size_t size)
{
    if (count < *room)
        return items;
    *room = *room ? *room * 2 : 16;
    return more_memory(items, *room, size);
}

static void need(struct text *text, size_t more)
{
    size_t wanted = text->length + more + 1;

    if (wanted <= text->room)
        return;
    text->room = wanted > text->room * 2 ? wanted + 64 : text->room * 2;
    text->bytes = more_memory(text->bytes, text->room, 1);
}

void text_add(struct text *text, const char *bytes, size_t length)
{
    need(text, length);
    if (length)
        memcpy(text->bytes + text->length, bytes, length);
    text->length += length;
    text->bytes[text->length] = 0;
}

void text_say(struct text *text, const char *format, ...)
{
    va_list list;
    int length;

    va_start(list, format);
    length = vsnprintf(text->bytes, 0, format, list); /* writes nothing */
    va_end(list);
    if (length < 0)
        return;
    need(text, (size_t)length);
    va_start(list, format);
    (void)vsnprintf(text->bytes + text->length, (size_t)length + 1, format, list);
    va_end(list);
    text->length += (size_t)length;
}

/* How many bytes of well-formed UTF-8 (RFC 3629: no overlong forms, no surrogates) stand at p; 0:
 * none. */
static size_t utf8_length(const unsigned char *p, size_t left)
{
    size_t length = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

    if (length == 0 || p[0] > 0xf4 || length > left)
        return 0;
    for (size_t i = 1; i < length; i++)
        if ((p[i] & 0xc0) != 0x80)
            return 0;
    if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
        (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
        return 0;
    return length;
}

static const char *html_entity(unsigned char c)
{
    switch (c) {
    case '&':
        return "&amp;";
    case '<':
        return "&lt;";
    case '>':
        return "&gt;";
    case '"':
        return "&quot;";
    case '\'':
        return "&#39;";
    default:
        return NULL;
    }
}

/* One character of data that may not stand as it is in any form; its length, or 0 when it may. */
static size_t replaced(struct text *text, const unsigned char *p, size_t left)
{
    static const char unknown[] = "\xef\xbf\xbd";

    if (utf8_length(p, left) == 0)
        text_add(text, unknown, 3);
    else if (*p < 0x20 && *p != '\n' && *p != '\t')
        text_add(text, (const char[]){'\xe2', '\x90', (char)(0x80 + *p)}, 3);
    else if (*p == 0x7f)
        text_add(text, "\xe2\x90\xa1", 3);
    else
        return 0;
    return 1;
}

void text_html(struct text *text, struct span data)
{
    const unsigned char *p = (const unsigned char *)(data.length ? data.at : ""),
                        *end = p + data.length;

    while (p < end) {
        size_t length = replaced(text, p, (size_t)(end - p));
        const char *entity = html_entity(*p);

        if (length == 0) {
            length = utf8_length(p, (size_t)(end - p));
            text_add(text, entity ? entity : (const char *)p, entity ? strlen(entity) : length);
        }
        p += length;
    }
}

void text_json(struct text *text, struct span data)
{
    const unsigned char *p = (const unsigned char *)(data.length ? data.at : ""),
                        *end = p + data.length;

    text_add(text, "\"", 1);
    while (p < end) {
        size_t length = replaced(text, p, (size_t)(end - p));

        if (length == 0) {
            length = utf8_length(p, (size_t)(end - p));
            if (*p < 0x20 || *p == '"' || *p == '\\' || *p == '<' || *p == '>' || *p == '&')
                text_say(text, "\\u%04x", *p);
            else
                text_add(text, (const char *)p, length);
        }
        p += length;
    }
    text_add(text, "\"", 1);
}

struct span span_of(const char *zero_ended)
{
    return (struct span){zero_ended, strlen(zero_ended)};
}

bool span_is(struct span span, const char *zero_ended)
{
    return span.length == strlen(zero_ended) &&
           (span.length == 0 || memcmp(span.at, zero_ended, span.length) == 0);
}

bool span_starts(struct span span, const char *zero_ended)
{
    size_t length = strlen(zero_ended);

    return span.length >= length && memcmp(span.at, zero_ended, length) == 0;
}

struct span span_until(struct span *rest, char c)
{
    const char *found = rest->length ? memchr(rest->at, c, rest->length) : NULL;
    struct span piece = {rest->at, found ? (size_t)(found - rest->at) : rest->length};
    size_t taken = piece.length + (found ? 1 : 0);

    rest->at += taken;
    rest->length -= taken;
    return piece;
}

bool span_number(struct span span, int base, uint64_t *number)
{
    static const char digits[] = "0123456789abcdef";
    uint64_t value = 0;

    if (base == 16 && span.length > 2 && span.at[0] == '0' && span.at[1] == 'x')
        span = (struct span){span.at + 2, span.length - 2};
    for (size_t i = 0; i < span.length; i++) {
        char c = span.at[i] >= 'A' && span.at[i] <= 'F' ? (char)(span.at[i] + 32) : span.at[i];
        const char *digit = memchr(digits, c, (size_t)base);

        if (!digit || value > (INT64_MAX - 15) / (unsigned)base)
            return false;
        value = value * (unsigned)base + (uint64_t)(digit - digits);
    }
    *number = value;
    return span.length > 0;
}

bool read_file(const char *path, struct text *text)
{
    FILE *file = strcmp(path, "-") == 0 ? stdin : fopen(path, "rb");
    bool good;

    text_add(text, "", 0);
    if (!file)
        return false;
    for (;;) {
        size_t got;

        need(text, 1 << 16);
        got = fread(text->bytes + text->length, 1, 1 << 16, file);
        if (got == 0)
            break;
        text->length += got;
    }
    text->bytes[text->length] = 0;
    good = !ferror(file);
    if (file != stdin)
        (void)fclose(file);
    return good;
}
