/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <windows.h>

#include "log.h"

static bool log_is_off(void)
{
    char value[4];

    return GetEnvironmentVariableA("SLUICE_LOG", value, sizeof(value)) == 1 && value[0] == '0';
}

void log_line(const char *format, ...)
{
    DWORD error = GetLastError(), written;
    char line[512] = "sluice: ";
    const int head = 8, room = (int)sizeof(line) - head - 1;
    va_list args;
    int length;

    if (!log_is_off()) {
        va_start(args, format);
        length = _vsnprintf(line + head, room, format, args);
        va_end(args);
        length = head + (length < 0 || length > room ? room : length);
        line[length++] = '\n';
        WriteFile(GetStdHandle(STD_ERROR_HANDLE), line, length, &written, NULL);
    }
    SetLastError(error);
}
