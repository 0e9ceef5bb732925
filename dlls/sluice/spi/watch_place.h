/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Puts a function of ours in front of one of ntdll's system-call stubs, while other threads run
 * through it. How, and what was tried: WINE-HOST.md section 9. */
#ifndef SLUICE_SPI_WATCH_PLACE_H
#define SLUICE_SPI_WATCH_PLACE_H

#include <stdbool.h>
#include <stdint.h>

#include "spi/nt.h"

struct placed {
    volatile uint64_t *stub; /* its first eight bytes */
    uint64_t before, after;
    void *original; /* does what the stub did; may be called from place_prepare on, and for ever */
};

/* Whether the stub's bytes are the known ones, whatever its system-call number. */
bool place_is_known(const void *stub);

/* Makes ready for a hook of the stub's own type; changes nothing yet.  False: not the known bytes,
 * or no memory where it is needed. */
bool place_prepare(struct placed *placed, void *stub, void *hook);

/* The same for a stub that no thread stands in while it is changed: needs no particular place. */
bool place_prepare_quiet(struct placed *placed, void *stub, void *hook);

/* From here on who calls the stub calls the hook. False: the stub cannot be written, or has
 * changed. */
bool place_commit(struct placed *placed);

/* Undoes place_commit. A thread may still be in the hook. */
void place_take_back(struct placed *placed);

#endif
