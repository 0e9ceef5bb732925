/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For held.c, which gives back what an ended thread held. */
#ifndef SLUICE_RECORD_PRIVATE_H
#define SLUICE_RECORD_PRIVATE_H

#include <stdint.h>

struct record;

/* One reference less. */
void record_release(struct record *record, uint64_t handle);

/* One thread less waits on the record. */
void record_end_wait(struct record *record);

#endif
