/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Text that grows, pieces of it, and what data becomes inside HTML and JSON. */
#ifndef SLUICE_REPORT_TEXT_H
#define SLUICE_REPORT_TEXT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* A piece of somebody else's text; not ended by a zero. */
struct span {
    const char *at;
    size_t length;
};

/* Bytes that grow; all zero is empty.  Given back with free(bytes). */
struct text {
    char *bytes;
    size_t length, room;
};

/* Memory for `count` things of `size` bytes, in place of `old`; ends the program when there is
 * none. */
void *more_memory(void *old, size_t count, size_t size);
/* The array `items` of `count` with room for one more; `*room` is what it has room for. */
void *room_for_one(void *items, size_t count, size_t *room, size_t size);

void text_add(struct text *text, const char *bytes, size_t length);
void text_say(struct text *text, const char *format, ...) __attribute__((format(printf, 2, 3)));
/* Data as HTML's text or the value of a quoted attribute: no markup, no control characters (they
 * become their pictures, U+2400 and on), no byte that is not UTF-8 (it becomes U+FFFD). */
void text_html(struct text *text, struct span data);
/* Data as a JSON string with its quotes; safe within a script element too, for no '<' stands in it.
 */
void text_json(struct text *text, struct span data);

struct span span_of(const char *zero_ended);
bool span_is(struct span span, const char *zero_ended);
bool span_starts(struct span span, const char *zero_ended);
/* The piece before the first `c`, taken off `rest` with it; all of rest when there is none. */
struct span span_until(struct span *rest, char c);
/* Whether the whole span is a number of that base (10, or 16 with or without 0x) below 2^63. */
bool span_number(struct span span, int base, uint64_t *number);

/* A whole file, "-" for standard input; false with errno when it cannot be read. */
bool read_file(const char *path, struct text *text);

#endif
