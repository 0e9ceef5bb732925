/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How long a wait that is interrupted, or goes on after a try, still may take. */
#ifndef SLUICE_DEADLINE_H
#define SLUICE_DEADLINE_H

#include <stdint.h>
#include <time.h>

static inline int64_t deadline_now(void)
{
    struct timespec now;

    clock_gettime(CLOCK_MONOTONIC, &now);
    return now.tv_sec * INT64_C(1000000000) + now.tv_nsec;
}

/* The moment `ms` milliseconds, 0 or more, from now. */
static inline int64_t deadline_in(int ms)
{
    return deadline_now() + ms * INT64_C(1000000);
}

/* Milliseconds until then, rounded up so that no wait ends early; 0: it is over. */
static inline int deadline_left(int64_t deadline)
{
    int64_t left = deadline - deadline_now();

    return left > 0 ? (int)((left + 999999) / 1000000) : 0;
}

#endif
