/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Writes the results of a run to a file.  A record says of which system it is, and must not say
 * Windows of another. */
#include "case.h"
#include "record.h"
#include <errno.h>

static FARPROC ntdll(const char *name)
{
    return GetProcAddress(GetModuleHandleA("ntdll.dll"), name);
}

/* Wine, also one whose own exports are hidden: its ntdll.dll says so behind its DOS header. */
static int on_wine(void)
{
    static const char mark[] = "Wine builtin DLL", other[] = "Wine placeholder DLL";
    const char *image = (const char *)GetModuleHandleA("ntdll.dll");

    return ntdll("wine_get_version") ||
           !memcmp(image + sizeof(IMAGE_DOS_HEADER), mark, sizeof(mark) - 1) ||
           !memcmp(image + sizeof(IMAGE_DOS_HEADER), other, sizeof(other) - 1);
}

/* Whether the ws2_32.dll of this process is Sluice's: it loads its provider when it is first used.
 */
static int on_sluice(void)
{
    WSADATA data;
    int sluice;

    if (WSAStartup(MAKEWORD(2, 2), &data))
        return GetModuleHandleA("sluice.dll") != NULL;
    sluice = GetModuleHandleA("sluice.dll") != NULL;
    WSACleanup();
    return sluice;
}

static void write_wine(FILE *record)
{
    const char *(CDECL * version)(void) = (void *)ntdll("wine_get_version");
    void(CDECL * host)(const char **, const char **) = (void *)ntdll("wine_get_host_version");
    const char *system = "an unknown system", *release = "";

    if (host)
        host(&system, &release);
    fprintf(record, "system Wine %s%s on %s %s\n", version ? version() : "of unknown version",
            on_sluice() ? " with Sluice" : "", system, release);
}

static void read_registry(const char *name, char *value, DWORD size)
{
    if (RegGetValueA(HKEY_LOCAL_MACHINE, "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", name,
                     RRF_RT_REG_SZ, NULL, value, &size))
        value[0] = 0;
}

/* RtlGetVersion, because GetVersionEx tells programs an older version than it is. */
static void write_windows(FILE *record)
{
    LONG(WINAPI * version)(OSVERSIONINFOEXW *) = (void *)ntdll("RtlGetVersion");
    OSVERSIONINFOEXW info = {.dwOSVersionInfoSize = sizeof(info)};
    DWORD revision = 0, size = sizeof(revision);
    char product[128], display[64];

    version(&info);
    read_registry("ProductName", product, sizeof(product));
    read_registry("DisplayVersion", display, sizeof(display));
    RegGetValueA(HKEY_LOCAL_MACHINE, "SOFTWARE\\Microsoft\\Windows NT\\CurrentVersion", "UBR",
                 RRF_RT_REG_DWORD, NULL, &revision, &size);
    fprintf(record, "system Windows %lu.%lu.%lu.%lu (%s %s)%s\n", info.dwMajorVersion,
            info.dwMinorVersion, info.dwBuildNumber, revision, product, display,
            on_sluice() ? " with Sluice" : "");
}

FILE *record_begin(const char *path, int cases)
{
    FILE *record = fopen(path, "wb");
    SYSTEMTIME now;

    if (!record) {
        fprintf(stderr, "conformance: %s: %s\n", path, strerror(errno));
        return NULL;
    }
    GetSystemTime(&now);
    fprintf(record, "# conformance record 1\n");
    if (on_wine())
        write_wine(record);
    else
        write_windows(record);
    fprintf(record, "date %04u-%02u-%02uT%02u:%02u:%02uZ\ncases %d\n", now.wYear, now.wMonth,
            now.wDay, now.wHour, now.wMinute, now.wSecond, cases);
    fflush(record);
    return record;
}

void record_case(FILE *record, const char *name, const char *verdict, const char *why)
{
    int length = why ? (int)strcspn(why, "\r\n") : 0;

    fprintf(record, "%s %s%s%.*s\n", name, verdict, length ? " " : "", length, length ? why : "");
    fflush(record);
}

int record_end(FILE *record, int cases)
{
    int bad;

    fprintf(record, "end %d\n", cases);
    bad = ferror(record);
    if (fclose(record) || bad) {
        fprintf(stderr, "conformance: the record could not be written\n");
        return -1;
    }
    return 0;
}
