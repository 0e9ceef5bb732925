/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdarg.h>
#include <stdbool.h>
#include <stdio.h>
#include <windows.h>

#include "log.h"
#include "options.h"

/* Standard error, or the end of the file that the option names. */
static void put(const char *line, DWORD length)
{
    const char *where = option_text(OPTION_LOG);
    bool is_file = strcmp(where, "1") != 0 && *where;
    HANDLE file = is_file ? option_open(where, OPEN_ALWAYS) : GetStdHandle(STD_ERROR_HANDLE);
    DWORD written;

    if (file == NULL || file == INVALID_HANDLE_VALUE)
        return;
    WriteFile(file, line, length, &written, NULL);
    if (is_file)
        CloseHandle(file);
}

void log_line(const char *format, ...)
{
    DWORD error = GetLastError();
    char line[512] = "sluice: ";
    const int head = 8, room = (int)sizeof(line) - head - 1;
    va_list args;
    int length;

    if (strcmp(option_text(OPTION_LOG), "0") != 0) {
        va_start(args, format);
        length = _vsnprintf(line + head, room, format, args);
        va_end(args);
        length = head + (length < 0 || length > room ? room : length);
        line[length++] = '\n';
        put(line, length);
    }
    SetLastError(error);
}
