/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* FD_CLOSE after a reset, as a window message with its code: the host's own message has none. */
#ifndef SLUICE_RESET_WATCH_H
#define SLUICE_RESET_WATCH_H

#include "spi/spi.h"

/* From now on a reset of the stream socket is told to the window (WSAECONNABORTED), at once where
 * it has been reset already.  Takes the place of an earlier watch.  Returns false where there is
 * none. */
bool reset_watch_start(SOCKET s, HWND window, unsigned int message);

/* No more of it. */
void reset_watch_stop(SOCKET s);

/* What accept hands on to the new socket. */
void reset_watch_inherit(SOCKET listener, SOCKET s);

#endif
