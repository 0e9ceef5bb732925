/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wine gives a Unix half to a module that carries its builtin mark (unix_library.c).  Calls go
 * through ntdll's dispatcher, a variable that holds a function, or on Wine 8 through the function
 * __wine_unix_call. */
#include <stdio.h>
#include <stdlib.h>

#include "spi/host.h"
#include "spi/self_test.h"
#include "spi/unix_library.h"
#include "spi/watch.h"
#include "pe/log.h"

struct unix_half unix_half;

static struct {
    HMODULE self;
    const char *(CDECL *wine_version)(void);
    volatile LONG ready;
} host;

static int decline(bool tell, const char *what)
{
    if (tell)
        log_line("cannot start: %s", what);
    return WSASYSNOTREADY;
}

/* Here and not in host_attach: GetProcAddress takes the loader's lock.  Callers of WSPStartup hold
 * a lock of their own, which a DllMain that calls WSAStartup waits for under the loader's. */
void host_init(HMODULE self)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    void **dispatcher = (void *)GetProcAddress(ntdll, "__wine_unix_call_dispatcher");

    host.self = self;
    unix_half.entry = dispatcher ? *dispatcher : (void *)GetProcAddress(ntdll, "__wine_unix_call");
    host.wine_version = (void *)GetProcAddress(ntdll, "wine_get_version");
}

static void read_version(const char *text, uint32_t *major, uint32_t *minor)
{
    char *rest;

    *major = strtoul(text, &rest, 10);
    *minor = *rest == '.' ? strtoul(rest + 1, NULL, 10) : 0;
}

/* For the tests: a version whose treatment this Wine shall get. */
static void pretend_version(struct attach_params *params)
{
    DWORD error = GetLastError();
    char text[16];
    DWORD length = GetEnvironmentVariableA("SLUICE_PRETEND_WINE", text, sizeof(text));

    SetLastError(error);
    if (length && length < sizeof(text))
        read_version(text, &params->told_major, &params->told_minor);
}

/* A version that nobody tried serves when it does what the tried ones do. */
static int try_untested(bool tell, const struct attach_params *params)
{
    const char *failed = self_test();
    char reason[sizeof(params->reason) + 64];

    if (!failed)
        return 0;
    snprintf(reason, sizeof(reason),
             "Wine %u.%u is newer than this Sluice and failed its self-test (%s); use a tested "
             "version of Wine",
             params->told_major, params->told_minor, failed);
    return decline(tell, reason);
}

static int attach(bool tell)
{
    struct attach_params params = {.unixlib_version = UNIXLIB_VERSION};

    if (!host.wine_version)
        return decline(tell, "this is not Wine; use Windows' own ws2_32.dll");
    if (!unix_half.entry)
        return decline(tell, "this Wine has no Unix libraries; use Wine 8.0 or later");
    read_version(host.wine_version(), &params.host_major, &params.host_minor);
    params.told_major = params.host_major;
    params.told_minor = params.host_minor;
    pretend_version(&params);
    if (!unix_library_find(NtQueryVirtualMemory, host.self, params.host_major, params.host_minor,
                           &unix_half.handle))
        return decline(
            tell, "sluice.so, the Unix half of sluice.dll, was not found; start the program with "
                  "./run, or set WINEDLLPATH to Sluice's directory and restart the "
                  "wineserver");
    if (UNIX_CALL(attach, &params))
        return decline(tell, params.reason);
    return params.tested ? 0 : try_untested(tell, &params);
}

/* Attaching twice at once is harmless: both threads find the same values. */
int host_attach(bool tell)
{
    int error;

    if (host.ready)
        return 0;
    error = attach(tell);
    if (!error)
        InterlockedExchange(&host.ready, 1);
    return error;
}

/* The host drops its descriptor before it asks whether the handle may be closed. */
void host_forget_descriptor(SOCKET s)
{
    const HANDLE handle = (HANDLE)s;
    DWORD error = GetLastError(), flags = 0;

    if (GetHandleInformation(handle, &flags) &&
        SetHandleInformation(handle, HANDLE_FLAG_PROTECT_FROM_CLOSE,
                             HANDLE_FLAG_PROTECT_FROM_CLOSE)) {
        watch_close(handle);
        if (!(flags & HANDLE_FLAG_PROTECT_FROM_CLOSE))
            SetHandleInformation(handle, HANDLE_FLAG_PROTECT_FROM_CLOSE, 0);
    }
    SetLastError(error);
}
