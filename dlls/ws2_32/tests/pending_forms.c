/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * Calls every function of pending.def in the ws2_32.dll of this process and checks that it fails in
 * its own form, survives a bad lpErrno, and says its name exactly once however many threads call
 * it. Prints one closing line; exit 0, or 1 after a line for each failure. A Sluice test: Windows
 * implements these functions.
 */
#include <winsock2.h>
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

enum { MAX_ARGS = 12, THREADS = 4, UNTOUCHED = 4711 };

struct row {
    const char *name, *form;
    int nargs, error_arg;
};

static const struct row rows[] = {
#define PENDING(name, form, nargs, error_arg) {#name, #form, nargs, error_arg},
#ifdef _WIN64
#define PENDING_64 PENDING
#else
#define PENDING_64(name, form, nargs, error_arg)
#endif
#include "../pending.def"
};
#define ROWS (sizeof(rows) / sizeof(rows[0]))

/* The forms: the failure's value, and whether the result is an int or as wide as a pointer. */
static const struct form {
    const char *name;
    ULONG_PTR failure;
    BOOL is_int;
} forms[] = {
    {"minus_one", (ULONG_PTR)SOCKET_ERROR, TRUE},
    {"error_code", WSAEOPNOTSUPP, TRUE},
    {"false_value", FALSE, TRUE},
    {"null_pointer", 0, FALSE},
    {"null_handle", 0, FALSE},
    {"invalid_socket", INVALID_SOCKET, FALSE},
};

/* call[n] calls a function of n arguments: on i386 the callee pops them, so the number must be
 * right. */
#define P        ULONG_PTR
#define TYPES_0  void
#define TYPES_1  P
#define TYPES_2  TYPES_1, P
#define TYPES_3  TYPES_2, P
#define TYPES_4  TYPES_3, P
#define TYPES_5  TYPES_4, P
#define TYPES_6  TYPES_5, P
#define TYPES_7  TYPES_6, P
#define TYPES_8  TYPES_7, P
#define TYPES_9  TYPES_8, P
#define TYPES_10 TYPES_9, P
#define TYPES_11 TYPES_10, P
#define TYPES_12 TYPES_11, P
#define VALUES_0
#define VALUES_1          a[0]
#define VALUES_2          VALUES_1, a[1]
#define VALUES_3          VALUES_2, a[2]
#define VALUES_4          VALUES_3, a[3]
#define VALUES_5          VALUES_4, a[4]
#define VALUES_6          VALUES_5, a[5]
#define VALUES_7          VALUES_6, a[6]
#define VALUES_8          VALUES_7, a[7]
#define VALUES_9          VALUES_8, a[8]
#define VALUES_10         VALUES_9, a[9]
#define VALUES_11         VALUES_10, a[10]
#define VALUES_12         VALUES_11, a[11]
#define FOR_EACH_COUNT(X) X(0) X(1) X(2) X(3) X(4) X(5) X(6) X(7) X(8) X(9) X(10) X(11) X(12)

#define CALLER(n)                                                                                  \
    static ULONG_PTR call_##n(void *f, const ULONG_PTR *a)                                         \
    {                                                                                              \
        (void)a;                                                                                   \
        return ((ULONG_PTR(WINAPI *)(TYPES_##n))f)(VALUES_##n);                                    \
    }
FOR_EACH_COUNT(CALLER)
#define CALLER_NAME(n) call_##n,
static ULONG_PTR (*const call[MAX_ARGS + 1])(void *,
                                             const ULONG_PTR *) = {FOR_EACH_COUNT(CALLER_NAME)};

static HMODULE ws2_32;
static int(WINAPI *get_last_error)(void);
static void(WINAPI *set_last_error)(int);
static INT *read_only; /* a page that can be read and not written, with UNTOUCHED in front */
static volatile LONG failures;

static void check(BOOL ok, const struct row *row, const char *what, ULONG_PTR got)
{
    if (ok)
        return;
    InterlockedIncrement(&failures);
    printf("FAIL: %s: %s (got %#lx)\n", row->name, what, (unsigned long)got);
}

/*
 * One call: its result must be the form's, and the last error what it should be.
 * error  lpErrno, for a row that has one
 * last   the last error afterwards; it is UNTOUCHED before
 */
static void call_row(const struct row *row, void *function, INT *error, int last)
{
    ULONG_PTR args[MAX_ARGS] = {0}, result;
    const struct form *form = NULL;
    int after;
    size_t i;

    for (i = 0; i < sizeof(forms) / sizeof(forms[0]); i++)
        if (strcmp(forms[i].name, row->form) == 0)
            form = &forms[i];
    if (form == NULL) {
        check(FALSE, row, "a form this test does not know", 0);
        return;
    }
    if (row->error_arg > 0)
        args[row->error_arg - 1] = (ULONG_PTR)error;
    set_last_error(UNTOUCHED);
    result = call[row->nargs](function, args);
    after = get_last_error();
    check(form->is_int ? (int)result == (int)form->failure : result == form->failure, row,
          "not the form's result", result);
    check(after == last, row, "not the right last error", after);
}

static void check_row(const struct row *row)
{
    void *function = (void *)GetProcAddress(ws2_32, row->name);
    INT error = UNTOUCHED;

    if (function == NULL) {
        check(FALSE, row, "not exported", 0);
        return;
    }
    if (row->error_arg == 0) {
        call_row(row, function, NULL, WSAEOPNOTSUPP);
        return;
    }
    call_row(row, function, &error, UNTOUCHED);
    check(error == WSAEOPNOTSUPP, row, "not the right code in *lpErrno", error);
    call_row(row, function, NULL, UNTOUCHED);
    call_row(row, function, (INT *)(ULONG_PTR)0x10, UNTOUCHED);
    call_row(row, function, read_only, UNTOUCHED);
    check(*read_only == UNTOUCHED, row, "wrote to a read-only page", *read_only);
}

static DWORD WINAPI check_all(void *start)
{
    size_t i;

    WaitForSingleObject(start, INFINITE);
    for (i = 0; i < ROWS; i++)
        check_row(&rows[i]);
    return 0;
}

/* How many lines of text say that NAME was called. */
static int lines_about(const char *text, const char *name)
{
    char line[128];
    const char *at;
    int count = 0;

    snprintf(line, sizeof(line), "sluice: %s is not implemented yet (WSAEOPNOTSUPP)\n", name);
    for (at = text; (at = strstr(at, line)) != NULL; at++)
        count += at == text || at[-1] == '\n';
    return count;
}

/* Each name is said so many times, and nothing else is. */
static void check_log(HANDLE log, int times)
{
    static char text[ROWS * 128 + 1];
    DWORD length = 0;
    int lines = 0;
    size_t i;

    SetFilePointer(log, 0, NULL, FILE_BEGIN);
    if (!ReadFile(log, text, sizeof(text) - 1, &length, NULL))
        check(FALSE, &rows[0], "the log cannot be read", GetLastError());
    for (i = 0; i < length; i++)
        lines += text[i] == '\n';
    for (i = 0; i < ROWS; i++)
        check(lines_about(text, rows[i].name) == times, &rows[i], "not said that many times",
              lines_about(text, rows[i].name));
    check(lines == times * (int)ROWS, &rows[0], "other lines in the log", lines);
}

static void run_threads(void)
{
    HANDLE threads[THREADS], start = CreateEventA(NULL, TRUE, FALSE, NULL);
    int i;

    for (i = 0; i < THREADS; i++)
        threads[i] = CreateThread(NULL, 0, check_all, start, 0, NULL);
    SetEvent(start);
    for (i = 0; i < THREADS; i++) {
        if (threads[i] == NULL || WaitForSingleObject(threads[i], 60000) != WAIT_OBJECT_0) {
            printf("FAIL: a thread did not finish\n");
            exit(1);
        }
        CloseHandle(threads[i]);
    }
    CloseHandle(start);
}

/* Runs this program once more, with SLUICE_LOG=0: then nothing may be said. */
static void run_quiet(void)
{
    char command[] = "pending_forms quiet", path[MAX_PATH];
    STARTUPINFOA startup = {.cb = sizeof(startup)};
    PROCESS_INFORMATION child;
    DWORD status = 1;

    SetEnvironmentVariableA("SLUICE_LOG", "0");
    GetModuleFileNameA(NULL, path, sizeof(path));
    if (CreateProcessA(path, command, NULL, NULL, FALSE, 0, NULL, NULL, &startup, &child)) {
        WaitForSingleObject(child.hProcess, 60000);
        GetExitCodeProcess(child.hProcess, &status);
    }
    check(status == 0, &rows[0], "the run with SLUICE_LOG=0 failed", status);
}

int main(int argc, char **argv)
{
    BOOL quiet = argc > 1 && strcmp(argv[1], "quiet") == 0;
    char directory[MAX_PATH], path[MAX_PATH];
    HANDLE log, console = GetStdHandle(STD_ERROR_HANDLE);
    DWORD old;

    if (!quiet)
        SetEnvironmentVariableA("SLUICE_LOG", NULL);
    ws2_32 = LoadLibraryA("ws2_32.dll");
    get_last_error = (void *)GetProcAddress(ws2_32, "WSAGetLastError");
    set_last_error = (void *)GetProcAddress(ws2_32, "WSASetLastError");
    read_only = VirtualAlloc(NULL, 4096, MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    GetTempPathA(sizeof(directory), directory);
    GetTempFileNameA(directory, "slu", 0, path);
    log = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                      FILE_FLAG_DELETE_ON_CLOSE, NULL);
    if (get_last_error == NULL || set_last_error == NULL || read_only == NULL ||
        log == INVALID_HANDLE_VALUE) {
        printf("FAIL: no ws2_32.dll, memory or temporary file\n");
        return 1;
    }
    *read_only = UNTOUCHED;
    VirtualProtect(read_only, 4096, PAGE_READONLY, &old);

    SetStdHandle(STD_ERROR_HANDLE, log);
    run_threads();
    SetStdHandle(STD_ERROR_HANDLE, console);
    check_log(log, quiet ? 0 : 1);
    CloseHandle(log);
    if (!quiet) {
        run_quiet();
        printf("pending_forms: %u functions, %ld failures\n", (unsigned)ROWS, failures);
    }
    return failures != 0;
}
