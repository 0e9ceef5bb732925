/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/window.h"
#include "pe/message.h"

static void *user32_function(const char *name)
{
    HMODULE user32 = GetModuleHandleW(L"user32.dll");

    return user32 ? (void *)GetProcAddress(user32, name) : NULL;
}

BOOL WSPAPI window_post(HWND window, UINT message, WPARAM wparam, LPARAM lparam)
{
    BOOL(WINAPI * post)(HWND, UINT, WPARAM, LPARAM) = user32_function("PostMessageW");

    return message_is_postable(message) && post && post(window, message, wparam, lparam);
}
