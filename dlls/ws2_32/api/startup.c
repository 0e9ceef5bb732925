/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSAStartup, WSACleanup, the last error, and the frame of every other exported function. */
#include "api/api.h"

#include "api/blocking.h"
#include "pe/options.h"
#include "trace/trace.h"

/* The count of successful start-ups.  The lock covers a change of the count and what goes with the
 * first and the last; it is never held while a library is loaded (a DllMain may call WSAStartup) or
 * a call waits. */
static SRWLOCK count_lock = SRWLOCK_INIT;
static volatile LONG startups;
static volatile LONG startups_version_2;

/* What version of Winsock a request is served with; 0 where there is none (WSAVERNOTSUPPORTED). */
static WORD negotiate(WORD requested)
{
    BYTE major = LOBYTE(requested), minor = HIBYTE(requested);

    if (major == 0)
        return 0;
    if (major == 1)
        return minor > 1 ? MAKEWORD(1, 1) : requested;
    return major > 2 || minor > 2 ? MAKEWORD(2, 2) : requested;
}

/* Fills all of the structure but lpVendorInfo, which Windows leaves as it is. */
static bool fill_data(LPWSADATA data, WORD requested, WORD version)
{
    bool is_1 = LOBYTE(requested) == 1;
    WSADATA answer = {
        .wVersion = version ? version : MAKEWORD(2, 2),
        .wHighVersion = MAKEWORD(2, 2),
        .szDescription = "WinSock 2.0",
        .szSystemStatus = "Running",
        .iMaxSockets = is_1 ? 32767 : 0,
        .iMaxUdpDg = is_1 ? 65467 : 0,
    };

    return guard_put(&data->wVersion, answer.wVersion) &&
           guard_put(&data->wHighVersion, answer.wHighVersion) &&
           guard_put(&data->iMaxSockets, answer.iMaxSockets) &&
           guard_put(&data->iMaxUdpDg, answer.iMaxUdpDg) &&
           guard_copy(data->szDescription, answer.szDescription,
                      strlen(answer.szDescription) + 1) &&
           guard_copy(data->szSystemStatus, answer.szSystemStatus,
                      strlen(answer.szSystemStatus) + 1);
}

int WSAAPI WSAStartup(WORD requested, LPWSADATA data)
{
    WORD version = negotiate(requested);
    bool filled = fill_data(data, requested, version);
    int error;

    if (!version)
        return WSAVERNOTSUPPORTED;
    if (!filled)
        return WSAEFAULT;
    error = provider_load(true);
    if (error)
        return error;
    AcquireSRWLockExclusive(&count_lock);
    if (!startups)
        error = provider_start();
    if (!error) {
        startups_version_2 += LOBYTE(version) >= 2;
        startups++;
    }
    ReleaseSRWLockExclusive(&count_lock);
    return error;
}

int WSAAPI WSACleanup(void)
{
    int error = 0;

    if (api_in_blocking_hook())
        return api_fail(WSAEINPROGRESS);
    AcquireSRWLockExclusive(&count_lock);
    if (!startups) {
        error = WSANOTINITIALISED;
    } else if (!--startups) {
        startups_version_2 = 0;
        provider_stop();
    }
    ReleaseSRWLockExclusive(&count_lock);
    SetLastError(error);
    return error ? SOCKET_ERROR : 0;
}

int WSAAPI WSAGetLastError(void)
{
    return GetLastError();
}

void WSAAPI WSASetLastError(int error)
{
    SetLastError(error);
}

bool api_is_version_1(void)
{
    return startups && !startups_version_2;
}

static int enter_error(void)
{
    if (!startups)
        return WSANOTINITIALISED;
    return api_in_blocking_hook() ? WSAEINPROGRESS : 0;
}

const WSPPROC_TABLE *api_enter(void)
{
    int error = enter_error();

    if (!error)
        return provider_table();
    SetLastError(error);
    return NULL;
}

const struct name_services *api_enter_names(void)
{
    int error = enter_error();

    if (!error)
        return provider_names();
    SetLastError(error);
    return NULL;
}

/* The mark of Wine's own modules stands behind the DOS header. */
static bool is_wines_own(const void *address)
{
    static const char mark[] = "Wine builtin DLL";
    char found[sizeof(mark) - 1];
    PVOID module = NULL;

    RtlPcToFileHeader((PVOID)address, &module);
    return module && guard_copy(found, (char *)module + sizeof(IMAGE_DOS_HEADER), sizeof(found)) &&
           !memcmp(found, mark, sizeof(found));
}

/* winhttp, wininet, rpcrt4 and wineboot ask for names first and call WSAStartup later, or never:
 * Wine's own ws2_32 allows it.  Programs get what Windows answers. */
const struct name_services *api_enter_names_for(const void *caller)
{
    const struct name_services *names;
    int error = enter_error();

    if (!error)
        return provider_names();
    if (error == WSANOTINITIALISED && is_wines_own(trace_caller(caller))) {
        names = provider_names_unstarted();
        if (names)
            return names;
        error = WSASYSNOTREADY;
    }
    SetLastError(error);
    return NULL;
}

int api_leave(int result, int error)
{
    if (result == SOCKET_ERROR)
        SetLastError(error);
    return result;
}

SOCKET api_leave_socket(SOCKET result, int error)
{
    if (result == INVALID_SOCKET)
        SetLastError(error);
    return result;
}

BOOL api_leave_bool(BOOL result, int error)
{
    if (!result)
        SetLastError(error);
    return result;
}

int api_fail(int error)
{
    SetLastError(error);
    return SOCKET_ERROR;
}

/* Winsock 1 for Windows 3: called when a task that uses the library ends. Nothing is left to do. */
int WSAAPI WEP(void)
{
    return 1;
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)instance, (void)reserved;
    if (reason == DLL_PROCESS_ATTACH) {
        options_load();
        trace_start();
    }
    if (reason == DLL_PROCESS_DETACH)
        trace_end();
    if (reason == DLL_THREAD_DETACH)
        api_thread_detach();
    return TRUE;
}
