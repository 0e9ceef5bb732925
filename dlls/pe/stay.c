/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See stay.h.  Each DLL has this code once, so that its address names the DLL. */
#include <windows.h>

#include "stay.h"

bool stay_loaded(void)
{
    HMODULE self;

    return GetModuleHandleExW(GET_MODULE_HANDLE_EX_FLAG_PIN |
                                  GET_MODULE_HANDLE_EX_FLAG_FROM_ADDRESS,
                              (const WCHAR *)(void *)stay_loaded, &self);
}
