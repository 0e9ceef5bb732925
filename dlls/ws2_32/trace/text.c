/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See text.h. */
#include <stdarg.h>
#include <stdio.h>

#include "trace/text.h"

#include "pe/guard.h"

/* Bytes of data that are shown. */
#define SHOWN 32

void text_add(struct text *text, const char *format, ...)
{
    size_t room = (size_t)(text->end - text->at);
    va_list args;
    int length;

    va_start(args, format);
    length = _vsnprintf(text->at, room, format, args);
    va_end(args);
    text->at += length < 0 || (size_t)length > room ? room : (size_t)length;
}

void text_pointer(struct text *text, ULONG_PTR value)
{
    if (value)
        text_add(text, "0x%llx", (unsigned long long)value);
    else
        text_add(text, "NULL");
}

static void add_byte(struct text *text, unsigned char byte)
{
    static const char escapes[] = "\"\"\\\\n\nr\rt\t";

    for (size_t i = 0; i < sizeof(escapes) - 1; i += 2)
        if (byte == (unsigned char)escapes[i + 1]) {
            text_add(text, "\\%c", escapes[i]);
            return;
        }
    text_add(text, byte >= 0x20 && byte < 0x7f ? "%c" : "\\x%02x", byte);
}

void text_bytes(struct text *text, ULONG_PTR from, size_t length)
{
    unsigned char copy[SHOWN];
    size_t shown = length < SHOWN ? length : SHOWN;

    if (!from || !guard_copy(copy, (const void *)from, shown)) {
        text_pointer(text, from);
        if (from)
            text_add(text, "[%llu]", (unsigned long long)length);
        return;
    }
    text_add(text, "\"");
    for (size_t i = 0; i < shown; i++)
        add_byte(text, copy[i]);
    text_add(text, length > shown ? "\"..." : "\"");
}

void text_string(struct text *text, ULONG_PTR from, bool wide)
{
    const size_t unit = wide ? sizeof(WCHAR) : 1, most = 256;
    ptrdiff_t length = from ? guard_length((const void *)from, unit, most) : -1;
    WCHAR copy[64];

    if (length < 0) {
        text_pointer(text, from);
        return;
    }
    if (length > 63)
        length = 63;
    if (!guard_copy(copy, (const void *)from, (size_t)length * unit))
        return;
    text_add(text, "\"");
    for (ptrdiff_t i = 0; i < length; i++) {
        WCHAR c = wide ? copy[i] : ((const unsigned char *)copy)[i];

        if (c < 0x100)
            add_byte(text, (unsigned char)c);
        else
            text_add(text, "\\u%04x", c);
    }
    text_add(text, length == 63 ? "\"..." : "\"");
}
