/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Child processes with a time limit, their output kept, and the TAP report. */
#include <windows.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "record.h"
#include "runner.h"

struct output {
    HANDLE pipe;
    size_t length;
    char text[64 * 1024];
};

int matches(const char *pattern, const char *name)
{
    if (*pattern == '*')
        return matches(pattern + 1, name) || (*name && matches(pattern, name + 1));
    if (*pattern == 0 || *name == 0)
        return *pattern == *name;
    return (*pattern == '?' || *pattern == *name) && matches(pattern + 1, name + 1);
}

static int selected(const char *name, char **patterns, int count)
{
    for (int i = 0; i < count; i++)
        if (matches(patterns[i], name))
            return 1;
    return count == 0;
}

/* Reads to the end; what does not fit is read and dropped so that the child never blocks. */
static DWORD WINAPI read_output(void *arg)
{
    struct output *out = arg;
    char chunk[4096];
    DWORD n;

    while (ReadFile(out->pipe, chunk, sizeof(chunk), &n, NULL) && n > 0) {
        size_t room = sizeof(out->text) - 1 - out->length;
        size_t take = n < room ? n : room;

        memcpy(out->text + out->length, chunk, take);
        out->length += take;
    }
    out->text[out->length] = 0;
    return 0;
}

/* A job takes down what the case itself has started, too. */
static HANDLE new_job(void)
{
    JOBOBJECT_EXTENDED_LIMIT_INFORMATION info;
    HANDLE job = CreateJobObjectA(NULL, NULL);

    memset(&info, 0, sizeof(info));
    info.BasicLimitInformation.LimitFlags = JOB_OBJECT_LIMIT_KILL_ON_JOB_CLOSE;
    if (job)
        SetInformationJobObject(job, JobObjectExtendedLimitInformation, &info, sizeof(info));
    return job;
}

enum { START_TRIES = 3 };

static int start(const char *name, HANDLE job, struct output *out, PROCESS_INFORMATION *process)
{
    SECURITY_ATTRIBUTES inherit = {sizeof(inherit), NULL, TRUE};
    STARTUPINFOA info = {.cb = sizeof(info), .dwFlags = STARTF_USESTDHANDLES};
    char path[MAX_PATH], line[2 * MAX_PATH];
    HANDLE write;
    BOOL ok = FALSE;

    if (!CreatePipe(&out->pipe, &write, &inherit, 0))
        return 0;
    SetHandleInformation(out->pipe, HANDLE_FLAG_INHERIT, 0);
    info.hStdInput = INVALID_HANDLE_VALUE;
    info.hStdOutput = info.hStdError = write;
    GetModuleFileNameA(NULL, path, sizeof(path));
    snprintf(line, sizeof(line), "\"%s\" --run %s", path, name);
    /* Wine's code for a process that ended before it was one, which happens on a busy machine: no
     * case's doing */
    for (int tries = START_TRIES; tries > 0; tries--) {
        ok = CreateProcessA(path, line, NULL, NULL, TRUE, CREATE_SUSPENDED, NULL, NULL, &info,
                            process);
        if (ok || GetLastError() != ERROR_INTERNAL_ERROR)
            break;
        printf("# %s: its process did not come about, again\n", name);
        Sleep(100);
    }
    CloseHandle(write);
    if (!ok) {
        CloseHandle(out->pipe);
        return 0;
    }
    AssignProcessToJobObject(job, process->hProcess);
    ResumeThread(process->hThread);
    CloseHandle(process->hThread);
    return 1;
}

enum verdict { PASS, FAIL, SKIP, TIMEOUT, CRASH, VERDICTS };

static enum verdict run_child(const char *name, unsigned limit_ms, struct output *out, DWORD *code)
{
    PROCESS_INFORMATION process;
    HANDLE job = new_job(), reader;
    enum verdict verdict;

    out->length = 0;
    *code = 0;
    if (!start(name, job, out, &process)) {
        CloseHandle(job);
        snprintf(out->text, sizeof(out->text), "cannot start the case: error %lu", GetLastError());
        return FAIL;
    }
    reader = CreateThread(NULL, 0, read_output, out, 0, NULL);
    if (WaitForSingleObject(process.hProcess, limit_ms) == WAIT_TIMEOUT) {
        verdict = TIMEOUT;
        TerminateProcess(process.hProcess, 99);
    } else {
        GetExitCodeProcess(process.hProcess, code);
        verdict = *code == 0 ? PASS : *code == 1 ? FAIL : *code == 77 ? SKIP : CRASH;
    }
    CloseHandle(job);
    WaitForSingleObject(process.hProcess, 5000);
    WaitForSingleObject(reader, 5000);
    CloseHandle(reader);
    CloseHandle(process.hProcess);
    CloseHandle(out->pipe);
    return verdict;
}

static void print_diagnostics(char *text)
{
    for (char *line = strtok(text, "\r\n"); line; line = strtok(NULL, "\r\n"))
        printf("# %s\n", line);
}

static void report(int number, const char *name, enum verdict verdict, struct output *out,
                   DWORD code, unsigned limit_ms, int verbose)
{
    printf("%s %d - %s", verdict == PASS || verdict == SKIP ? "ok" : "not ok", number, name);
    if (verdict == SKIP) {
        char *why = strstr(out->text, "SKIP ");

        printf(" # SKIP %.*s", why ? (int)strcspn(why + 5, "\r\n") : 0, why ? why + 5 : "");
    }
    printf("\n");
    if (verdict == TIMEOUT)
        printf("# still running after %u ms: ended\n", limit_ms);
    if (verdict == CRASH)
        printf("# ended with code 0x%lx\n", code);
    if (verbose || (verdict != PASS && verdict != SKIP))
        print_diagnostics(out->text);
    fflush(stdout);
}

static void add_to_record(FILE *record, const char *name, enum verdict verdict,
                          const struct output *out)
{
    static const char *const words[VERDICTS] = {"pass", "fail", "skip", "timeout", "crash"};
    const char *before =
        verdict == SKIP ? "SKIP " : ":selected_case:0: "; /* Check's mark of our one test */
    const char *why = verdict == PASS ? NULL : strstr(out->text, before);

    record_case(record, name, words[verdict], why ? why + strlen(before) : NULL);
}

static int count_selected(char **patterns, int count)
{
    int selection = 0;

    for (int i = 0; i < test_count; i++) {
        char name[128];

        snprintf(name, sizeof(name), "%s.%s", tests[i].subject, tests[i].name);
        selection += selected(name, patterns, count);
    }
    return selection;
}

int run_all(char **patterns, int count, unsigned limit_ms, int verbose, const char *record_path)
{
    static struct output out;
    int number = 0, counts[VERDICTS] = {0}, bad;
    FILE *record = record_path ? record_begin(record_path, count_selected(patterns, count)) : NULL;

    if (record_path && !record)
        return 2;
    for (int i = 0; i < test_count; i++) {
        enum verdict verdict;
        char name[128];
        DWORD code;

        snprintf(name, sizeof(name), "%s.%s", tests[i].subject, tests[i].name);
        if (!selected(name, patterns, count))
            continue;
        verdict = run_child(name, limit_ms, &out, &code);
        counts[verdict]++;
        if (record)
            add_to_record(record, name, verdict, &out);
        report(++number, name, verdict, &out, code, limit_ms, verbose);
    }
    bad = counts[FAIL] + counts[TIMEOUT] + counts[CRASH];
    printf("1..%d\n# %d cases: %d passed, %d failed (%d by time limit, %d by crash), %d skipped\n",
           number, number, counts[PASS], bad, counts[TIMEOUT], counts[CRASH], counts[SKIP]);
    if (record && record_end(record, number))
        return 2;
    return bad > 0 || number == 0;
}
