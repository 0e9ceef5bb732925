/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wine gives a Unix half to a module that carries its builtin mark: virtual memory class 1000 answers with
 * a handle for it.  Calls go through ntdll's dispatcher, a variable that holds a function, or on Wine 8
 * through the function __wine_unix_call. */
#include <stdio.h>
#include <stdlib.h>

#include "spi/host.h"
#include "pe/log.h"

#define CLASS_UNIX_FUNCS 1000

typedef NTSTATUS(WINAPI *unix_call_entry)(UINT64 handle, unsigned int number, void *params);

static struct {
    UINT64 handle;
    unix_call_entry entry;
    volatile LONG ready;
} host;

static const char remedy[] =
    "start the program with ./run, or set WINEDLLPATH to Sluice's directory and restart the wineserver";

static int decline(const char *what)
{
    log_line("cannot start: %s; %s", what, remedy);
    return WSASYSNOTREADY;
}

static const char *find_entry(HMODULE ntdll)
{
    unix_call_entry *dispatcher = (void *)GetProcAddress(ntdll, "__wine_unix_call_dispatcher");

    host.entry = dispatcher ? *dispatcher : (void *)GetProcAddress(ntdll, "__wine_unix_call");
    return host.entry ? NULL : "this is not Wine, or a Wine without Unix libraries (before 8.0)";
}

static int attach(HMODULE self)
{
    HMODULE ntdll = GetModuleHandleW(L"ntdll.dll");
    const char *(CDECL *wine_version)(void) = (void *)GetProcAddress(ntdll, "wine_get_version");
    struct attach_params params = {.unixlib_version = UNIXLIB_VERSION};
    const char *trouble = find_entry(ntdll);
    char *rest;
    NTSTATUS status;

    if (trouble || !wine_version)
        return decline(trouble ? trouble : "this is not Wine");
    status = NtQueryVirtualMemory(GetCurrentProcess(), self, CLASS_UNIX_FUNCS, &host.handle,
                                  sizeof(host.handle), NULL);
    if (status)
        return decline("sluice.so, the Unix half of sluice.dll, was not found");
    params.host_major = strtoul(wine_version(), &rest, 10);
    params.host_minor = *rest == '.' ? strtoul(rest + 1, NULL, 10) : 0;
    if (UNIX_CALL(attach, &params))
        return decline(params.reason);
    return 0;
}

/* Attaching twice at once is harmless: both threads find the same values. */
int host_attach(HMODULE self)
{
    int error;

    if (host.ready)
        return 0;
    error = attach(self);
    if (!error)
        InterlockedExchange(&host.ready, 1);
    return error;
}

int unix_call(enum unix_call_number number, void *params)
{
    int result = (int)host.entry(host.handle, number, params);

    return result < 0 ? WSAEFAULT : result; /* an exception inside the call comes back as its status */
}
