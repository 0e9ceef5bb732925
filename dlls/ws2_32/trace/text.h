/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The text of a line while it is made, and Windows' names for numbers. */
#ifndef SLUICE_TRACE_TEXT_H
#define SLUICE_TRACE_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include "api/api.h"

/* What does not fit is left out. */
struct text {
    char *at;  /* where the next byte goes */
    char *end; /* behind the room */
};

void text_add(struct text *text, const char *format, ...) __attribute__((format(gnu_printf, 2, 3)));

/* "0x58", or NULL for 0. */
void text_pointer(struct text *text, ULONG_PTR value);

/* `length` bytes of a program's memory between quotation marks, at most 32, with "..." for the
 * rest; as an address where they cannot be read. */
void text_bytes(struct text *text, ULONG_PTR from, size_t length);

/* A narrow or wide string of a program's, the same way. */
void text_string(struct text *text, ULONG_PTR from, bool wide);

enum name_list {
    NAMES_ERROR,
    NAMES_FAMILY,
    NAMES_OPTION,
    NAMES_IOCTL,
    NAMES_MESSAGE,
    NAMES_NAME,
    NAMES_EVENT,
    NAMES_SOCKET_FLAG,
    NAMES_POLL,
    NAME_LISTS
};

/* The name of a number that begins with the prefix; NULL where there is none. */
const char *name_find(enum name_list list, const char *prefix, int32_t value);

/* The name, or the number. */
void text_name(struct text *text, enum name_list list, const char *prefix, int32_t value);

/* Flags by name joined with |, what is left of them as number; "0". */
void text_flags(struct text *text, enum name_list list, const char *prefix, uint32_t value);

#endif
