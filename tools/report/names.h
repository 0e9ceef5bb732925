/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Names and their numbers: the first name is 0, the next new one 1, and so on. */
#ifndef SLUICE_REPORT_NAMES_H
#define SLUICE_REPORT_NAMES_H

#include "text.h"

/* All zero is empty.  The names' text is the caller's and must stay. */
struct names {
    struct span *list;
    size_t count, room;
    uint32_t *slots; /* number + 1, by hash; 0: free */
    size_t slot_count;
};

enum { NO_NAME = -1 };

/* The name's number, a new one if it has none yet. */
int64_t name_number(struct names *names, struct span name);
/* The name's number or NO_NAME. */
int64_t name_known(const struct names *names, struct span name);
void names_free(struct names *names);

#endif
