/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parser of sluice.conf; see conf.h. */
#include "xlat/conf.h"

#include <string.h>

enum section { SECTION_NONE, SECTION_ALL, SECTION_PROGRAM, SECTION_OTHER };

static bool is_blank(char c)
{
    return c == ' ' || c == '\t' || c == '\r';
}

static char lower(char c)
{
    return c >= 'A' && c <= 'Z' ? (char)(c - 'A' + 'a') : c;
}

static bool is_same_name(const char *left, const char *right)
{
    while (*left && lower(*left) == lower(*right)) {
        left++;
        right++;
    }
    return lower(*left) == lower(*right);
}

/* Takes blanks from both ends, in place. */
static char *trim(char *text)
{
    size_t length;

    while (is_blank(*text))
        text++;
    length = strlen(text);
    while (length && is_blank(text[length - 1]))
        length--;
    text[length] = '\0';
    return text;
}

/* How many bytes follow the first of a character; -1: it begins none. */
static int tail_length(unsigned char first)
{
    if (first < 0x80)
        return 0;
    if (first >= 0xc2 && first < 0xe0)
        return 1;
    if (first >= 0xe0 && first < 0xf0)
        return 2;
    return first >= 0xf0 && first < 0xf5 ? 3 : -1;
}

static bool is_utf8(const char *text)
{
    while (*text) {
        int tail = tail_length((unsigned char)*text++);

        if (tail < 0)
            return false;
        for (; tail; tail--, text++)
            if (((unsigned char)*text & 0xc0) != 0x80)
                return false;
    }
    return true;
}

/* "[name]" */
static const char *take_section(char *line, const char *program, enum section *section)
{
    size_t length = strlen(line);
    char *name;

    *section = SECTION_OTHER; /* what follows a header nobody can read is for nobody */
    if (length < 2 || line[length - 1] != ']')
        return "a section has no ]";
    line[length - 1] = '\0';
    name = trim(line + 1);
    if (!*name)
        return "a section has no name";
    if (!strcmp(name, "*"))
        *section = SECTION_ALL;
    else if (is_same_name(name, program))
        *section = SECTION_PROGRAM;
    return NULL;
}

/* "name = value" */
static const char *take_assignment(char *line, enum section section, const struct conf_sink *sink)
{
    char *equals = strchr(line, '='), *name;

    if (!equals)
        return "neither [section] nor name = value";
    *equals = '\0';
    name = trim(line);
    if (!*name)
        return "no name before =";
    if (section == SECTION_NONE)
        return "name = value before the first [section]";
    if (section == SECTION_OTHER)
        return NULL;
    return sink->set(sink->context, name, trim(equals + 1), section == SECTION_PROGRAM);
}

static const char *take_line(const char *text, size_t length, const char *program,
                             enum section *section, const struct conf_sink *sink)
{
    char copy[CONF_LINE_MAX + 1], *line;

    if (length && text[length - 1] == '\r')
        length--;
    if (length > CONF_LINE_MAX)
        return "the line is longer than 1000 bytes";
    if (memchr(text, '\0', length))
        return "the line has a NUL byte";
    memcpy(copy, text, length);
    copy[length] = '\0';
    if (!is_utf8(copy))
        return "the line is not UTF-8";
    line = trim(copy);
    if (!*line || *line == '#' || *line == ';')
        return NULL;
    if (*line == '[')
        return take_section(line, program, section);
    return take_assignment(line, *section, sink);
}

void conf_parse(const char *text, size_t length, const char *program, const struct conf_sink *sink)
{
    static const char mark[] = "\xef\xbb\xbf"; /* editors on Windows put it first */
    const char *end = text + length;
    enum section section = SECTION_NONE;

    if (length >= 3 && !memcmp(text, mark, 3))
        text += 3;
    for (unsigned line = 1; text < end; line++) {
        const char *stop = memchr(text, '\n', (size_t)(end - text)), *wrong;

        if (!stop)
            stop = end;
        wrong = take_line(text, (size_t)(stop - text), program, &section, sink);
        if (wrong)
            sink->complain(sink->context, line, wrong);
        text = stop < end ? stop + 1 : end;
    }
}
