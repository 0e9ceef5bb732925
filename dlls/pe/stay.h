/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A library that must be there as long as the process: threads of its own run in it, or somebody
 * calls it back. */
#ifndef SLUICE_PE_STAY_H
#define SLUICE_PE_STAY_H

#include <stdbool.h>

/* The DLL this is linked into is not unloaded any more, however often FreeLibrary is called.  May
 * be repeated.  Returns false where the loader refuses; the thread's last error says why. */
bool stay_loaded(void);

#endif
