/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Where errno leaves the Unix side: as a WSA code, and for a trace that asks afterwards by its own
 * name. */
#ifndef SLUICE_UNIX_ERROR_H
#define SLUICE_UNIX_ERROR_H

#include "xlat/error.h"

/* xlat_error_from_errno and xlat_error_in, which remember for the thread what they were given. */
int error_from_errno(int err);
int error_in(enum xlat_operation op, int err);

#endif
