/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wine gives a Unix half to a module that carries its builtin mark: virtual memory class 1000
 * answers with a handle for it.  Calls go through ntdll's dispatcher, a variable that holds a
 * function, or on Wine 8 through the function __wine_unix_call. */
#include <stdio.h>
#include <stdlib.h>

#include "spi/host.h"
#include "pe/log.h"

#define CLASS_UNIX_FUNCS 1000

typedef NTSTATUS(WINAPI *unix_call_entry)(UINT64 handle, unsigned int number, void *params);

static struct {
    HMODULE self;
    UINT64 handle;
    unix_call_entry entry;
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
    unix_call_entry *dispatcher = (void *)GetProcAddress(ntdll, "__wine_unix_call_dispatcher");

    host.self = self;
    host.entry = dispatcher ? *dispatcher : (void *)GetProcAddress(ntdll, "__wine_unix_call");
    host.wine_version = (void *)GetProcAddress(ntdll, "wine_get_version");
}

static int attach(bool tell)
{
    struct attach_params params = {.unixlib_version = UNIXLIB_VERSION};
    char *rest;
    NTSTATUS status;

    if (!host.wine_version)
        return decline(tell, "this is not Wine; use Windows' own ws2_32.dll");
    if (!host.entry)
        return decline(tell, "this Wine has no Unix libraries; use Wine 8.0 or later");
    status = NtQueryVirtualMemory(GetCurrentProcess(), host.self, CLASS_UNIX_FUNCS, &host.handle,
                                  sizeof(host.handle), NULL);
    if (status)
        return decline(
            tell, "sluice.so, the Unix half of sluice.dll, was not found; start the program with "
                  "./run, or set WINEDLLPATH to Sluice's directory and restart the "
                  "wineserver");
    params.host_major = strtoul(host.wine_version(), &rest, 10);
    params.host_minor = *rest == '.' ? strtoul(rest + 1, NULL, 10) : 0;
    return UNIX_CALL(attach, &params) ? decline(tell, params.reason) : 0;
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

int unix_call(enum unix_call_number number, void *params)
{
    int result = (int)host.entry(host.handle, number, params);

    return result < 0 ? WSAEFAULT
                      : result; /* an exception inside the call comes back as its status */
}
