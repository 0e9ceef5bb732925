/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Prototypes of the Unix calls, made from the one list in unixlib.h.  Each returns 0 or a WSA code. */
#ifndef SLUICE_CALLS_H
#define SLUICE_CALLS_H

#include "unixlib.h"

#define X(name) int unix_##name(struct name##_params *params);
UNIX_CALLS(X)
#undef X

#endif
