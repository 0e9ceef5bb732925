/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Window messages without importing user32.dll: a program that has not loaded it has no windows. */
#ifndef SLUICE_API_WINDOW_H
#define SLUICE_API_WINDOW_H

#include "api/api.h"

/* Posts a message; false where the window does not exist or the number can be no message's. */
BOOL WSPAPI window_post(HWND window, UINT message, WPARAM wparam, LPARAM lparam);

#endif
