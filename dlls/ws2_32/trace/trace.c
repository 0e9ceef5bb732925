/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What happens to a call that is traced or counted; see trace.h. */
#include <stdio.h>
#include <string.h>

#include "trace/trace.h"

#include "pe/mark.h"
#include "pe/options.h"
#include "trace/decode.h"

/* The longest line, and how much of it the arguments may take. */
#define LINE_ROOM      2000
#define ARGUMENTS_ROOM 1800

ULONG_PTR CDECL trace_invoke(void *function, const ULONG_PTR *arguments, unsigned count);
extern const char trace_invoked[]; /* where a function called by it returns to */

/* A call that this thread is in. */
struct frame {
    const void *caller;
    struct frame *previous; /* that one was made inside a wait of this one */
};

static struct {
    HANDLE file;
    volatile LONG64
        size;   /* where the next line goes: it has a place of its own before it is written */
    DWORD slot; /* of struct frame * */
    LONGLONG frequency; /* of the performance counter */
} trace = {.file = INVALID_HANDLE_VALUE, .slot = TLS_OUT_OF_INDEXES};

static LONGLONG ticks_now(void)
{
    LARGE_INTEGER now;

    QueryPerformanceCounter(&now);
    return now.QuadPart;
}

static FILETIME time_now(void)
{
    FILETIME now;

    GetSystemTimePreciseAsFileTime(&now);
    return now;
}

/* Microseconds within the second. */
static unsigned microseconds(const FILETIME *time)
{
    ULARGE_INTEGER whole = {.LowPart = time->dwLowDateTime, .HighPart = time->dwHighDateTime};

    return (unsigned)(whole.QuadPart / 10 % 1000000);
}

/* One write for the whole line, at a place that was set aside for it: Wine's way of adding to a
 * file's end is no single step. */
static void put(const char *line, size_t length)
{
    LONG64 place = InterlockedExchangeAdd64(&trace.size, (LONG64)length);
    OVERLAPPED at = {.Offset = (DWORD)place, .OffsetHigh = (DWORD)(place >> 32)};
    DWORD written;

    WriteFile(trace.file, line, (DWORD)length, &written, &at);
}

static void write_line(const struct traced *call, const FILETIME *start, LONGLONG ticks)
{
    char line[LINE_ROOM], name[24];
    struct text text = {line, line + ARGUMENTS_ROOM};
    const LONGLONG us = ticks * 1000000 / trace.frequency;
    SYSTEMTIME clock;

    FileTimeToSystemTime(start, &clock);
    text_add(&text, "%02u:%02u:%02u.%06u %04lx %s(", clock.wHour, clock.wMinute, clock.wSecond,
             microseconds(start), GetCurrentThreadId(), call->row->name);
    for (unsigned i = 0; i < call->row->count; i++) {
        text_add(&text, i ? ", " : "");
        decode_argument(&text, call, i);
    }
    text.end = line + LINE_ROOM - 1;
    text_add(&text, ") = ");
    decode_result(&text, call);
    if (call->failed) {
        provider_errno((int)call->error, name);
        text_add(&text, name[0] ? " %s" : "%s", name);
    }
    text_add(&text, " <%llu.%06llu>", (unsigned long long)us / 1000000,
             (unsigned long long)us % 1000000);
    *text.at++ = '\n';
    put(line, (size_t)(text.at - line));
}

static bool has_failed(const struct trace_row *row, ULONG_PTR result)
{
    switch (row->result) {
    case RESULT_NUMBER:
    case RESULT_NUMBER_ERRNO:
    case RESULT_WAIT:
        return (DWORD)result == 0xffffffff;
    case RESULT_SOCK:
        return result == INVALID_SOCKET;
    case RESULT_CODE:
        return (DWORD)result != 0;
    case RESULT_TRUTH:
        return !(DWORD)result;
    case RESULT_POINTER:
    case RESULT_STRING:
        return !result;
    default:
        return false;
    }
}

static DWORD error_of(const struct traced *call, DWORD last_error)
{
    DWORD error;

    if (call->row->result == RESULT_CODE)
        return (DWORD)call->result;
    if (call->row->result != RESULT_NUMBER_ERRNO)
        return last_error;
    return guard_get(error, (const DWORD *)call->arguments[call->row->count - 1]) ? error
                                                                                  : WSAEFAULT;
}

/* All that is done around the call leaves the thread's last error as the program, then the function
 * set it. */
ULONG_PTR CDECL trace_call(unsigned index, const ULONG_PTR *arguments, const void *caller)
{
    struct traced call = {.row = &trace_rows[index], .arguments = arguments};
    DWORD error = GetLastError(), mark = mark_get();
    struct frame frame = {caller, TlsGetValue(trace.slot)};
    const FILETIME start = time_now();
    char nothing[24];
    LONGLONG ticks;
    bool direct;

    TlsSetValue(trace.slot, &frame);
    if (trace_wanted[index] & WANTED_LINE)
        provider_errno(0, nothing);
    mark_set((LONG)MARK_NONE);
    SetLastError(error);
    ticks = ticks_now();
    call.result = trace_invoke(trace_functions[index], arguments, call.row->count);
    ticks = ticks_now() - ticks;
    error = GetLastError();
    direct = mark_get() == MARK_NONE;
    TlsSetValue(trace.slot, frame.previous);
    call.failed = has_failed(call.row, call.result);
    call.error = call.failed ? error_of(&call, error) : 0;
    if (index == TRACE_WSAIoctl && !call.failed)
        trace_extension(arguments);
    if (trace_wanted[index] & WANTED_LINE)
        write_line(&call, &start, ticks);
    if (trace_wanted[index] & WANTED_COUNT)
        stats_count(index, &call, ticks, direct);
    if (direct)
        mark_set((LONG)mark); /* for a call that this one was made inside of */
    SetLastError(error);
    return call.result;
}

const void *trace_caller(const void *caller)
{
    const struct frame *frame;
    DWORD error;

    if (caller != trace_invoked)
        return caller;
    error = GetLastError();
    frame = TlsGetValue(trace.slot);
    SetLastError(error);
    return frame ? frame->caller : caller;
}

void trace_program(char *name, size_t size)
{
    options_program(name, size);
    if (!*name)
        memcpy(name, "program", sizeof("program"));
}

static bool open_file(void)
{
    const FILETIME start = time_now();
    char name[MAX_PATH * 3], path[MAX_PATH * 6], line[MAX_PATH * 4];
    struct text text = {line, line + sizeof(line)};
    SYSTEMTIME clock;

    trace_program(name, sizeof(name));
    _snprintf(path, sizeof(path), "%s/%s.%lu.trace", option_text(OPTION_TRACE_DIR), name,
              GetCurrentProcessId());
    path[sizeof(path) - 1] = '\0';
    trace.file = option_open(path, CREATE_ALWAYS);
    if (trace.file == INVALID_HANDLE_VALUE) {
        log_line("no trace: %s could not be written (error %lu)", path, GetLastError());
        return false;
    }
    FileTimeToSystemTime(&start, &clock);
    text_add(&text,
             "# sluice trace 1 program=%s pid=%lu start=%04u-%02u-%02uT%02u:%02u:%02u.%06uZ\n",
             name, GetCurrentProcessId(), clock.wYear, clock.wMonth, clock.wDay, clock.wHour,
             clock.wMinute, clock.wSecond, microseconds(&start));
    put(line, (size_t)(text.at - line));
    return true;
}

static bool is_traceable(const char *word)
{
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        if (!_stricmp(word, trace_rows[i].name))
            return true;
    return false;
}

/* Whether something is to be traced: marks the functions. */
static bool mark_traced(void)
{
    const char *list = option_text(OPTION_TRACE);
    const bool all = !strcmp(list, "1");

    if (!*list || !strcmp(list, "0"))
        return false;
    if (!all)
        option_say_unknown(OPTION_TRACE, is_traceable);
    for (unsigned i = 0; i < TRACE_COUNT; i++)
        if (all || option_has(OPTION_TRACE, trace_rows[i].name))
            trace_wanted[i] |= WANTED_LINE;
    return true;
}

/* Wine's own processes inherit the variables; their files would lie in the system directory, which
 * is where they stand. */
static bool is_hosts_process(void)
{
    static const char *const names[] = {"explorer.exe",   "plugplay.exe",       "rpcss.exe",
                                        "services.exe",   "svchost.exe",        "wineboot.exe",
                                        "winedevice.exe", "winemenubuilder.exe"};
    WCHAR system[MAX_PATH], path[MAX_PATH];
    UINT length = GetSystemDirectoryW(system, MAX_PATH);
    char name[MAX_PATH * 3];

    if (!length || length >= MAX_PATH || !GetModuleFileNameW(NULL, path, MAX_PATH) ||
        _wcsnicmp(path, system, length) != 0)
        return false;
    trace_program(name, sizeof(name));
    for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++)
        if (!_stricmp(name, names[i]))
            return true;
    return false;
}

void trace_start(void)
{
    LARGE_INTEGER frequency;
    bool lines, counts;

    if (is_hosts_process())
        return;
    lines = mark_traced() && open_file();
    counts = strcmp(option_text(OPTION_STATS), "0") != 0 && stats_start();
    if (!lines && !counts)
        return;
    trace.slot = TlsAlloc();
    if (trace.slot == TLS_OUT_OF_INDEXES)
        return;
    QueryPerformanceFrequency(&frequency);
    trace.frequency = frequency.QuadPart;
    for (unsigned i = 0; i < TRACE_COUNT; i++) {
        if (!lines)
            trace_wanted[i] = 0;
        if (counts)
            trace_wanted[i] |= WANTED_COUNT;
    }
    trace_wanted[TRACE_WSAIoctl] |= WANTED_HOOK;
    trace_on = 1;
}

void trace_end(void)
{
    const char *where = option_text(OPTION_STATS);
    HANDLE file;

    if (!trace_on || strcmp(where, "0") == 0)
        return;
    if (!strcmp(where, "1")) {
        stats_print(GetStdHandle(STD_ERROR_HANDLE));
        return;
    }
    file = option_open(where, OPEN_ALWAYS);
    if (file == INVALID_HANDLE_VALUE) {
        log_line("no statistics: %s could not be written (error %lu)", where, GetLastError());
        return;
    }
    stats_print(file);
    CloseHandle(file);
}
