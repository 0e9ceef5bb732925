/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Loading and starting the base provider, the first row of the protocol catalog. */
#include "api/api.h"

#include "catalog/catalog.h"
#include "pe/options.h"

typedef int(WSPAPI *startup_entry)(WORD version, LPWSPDATA data, LPWSAPROTOCOL_INFOW info,
                                   WSPUPCALLTABLE upcalls, LPWSPPROC_TABLE table);
typedef const struct name_services *(WINAPI *names_entry)(void);
typedef void(WINAPI *errno_entry)(int error, char name[24]);
typedef void(WINAPI *options_entry)(const struct options *options);

static struct {
    volatile startup_entry startup; /* set last: says that the rest is there */
    volatile names_entry names;
    volatile errno_entry errno_name;
} provider;

static WSPPROC_TABLE table;
static const struct name_services *names;

static int decline(bool tell, const WCHAR *path, const char *what)
{
    if (tell)
        log_line("cannot start: %ls %s (error %lu); start the program with ./run, or install "
                 "Sluice in this Wine prefix",
                 path, what, GetLastError());
    return WSASYSNOTREADY;
}

/* Threads may race through here and load the library more than once, which only counts it; they all
 * find the same two functions.  No lock is held, for LoadLibrary runs DllMain functions that may
 * call WSAStartup. */
int provider_load(bool tell)
{
    WCHAR path[MAX_PATH];
    startup_entry startup;
    options_entry take_options;
    HMODULE module;

    if (provider.startup)
        return 0;
    catalog_provider_path(path, MAX_PATH);
    module = LoadLibraryW(path);
    if (!module)
        return decline(tell, path, "could not be loaded");
    startup = (startup_entry)(void *)GetProcAddress(module, "WSPStartup");
    InterlockedExchangePointer((void *volatile *)&provider.names,
                               (void *)GetProcAddress(module, "SluiceNames"));
    InterlockedExchangePointer((void *volatile *)&provider.errno_name,
                               (void *)GetProcAddress(module, "SluiceErrno"));
    take_options = (options_entry)(void *)GetProcAddress(module, "SluiceOptions");
    if (!startup || !take_options || !provider.names || !provider.errno_name)
        return decline(tell, path, "is not Sluice's provider");
    take_options(options_in_force());
    InterlockedExchangePointer((void *volatile *)&provider.startup, (void *)startup);
    return 0;
}

int provider_start(void)
{
    WSAPROTOCOL_INFOW row;
    WSPUPCALLTABLE upcalls;
    WSPPROC_TABLE started;
    WSPDATA data;
    int error;

    catalog_row(0, &row);
    upcall_table_fill(&upcalls);
    error = provider.startup(MAKEWORD(2, 2), &data, &row, upcalls, &started);
    if (error)
        return error;
    table = started;
    names = provider.names();
    return 0;
}

void provider_stop(void)
{
    INT error;

    table.lpWSPCleanup(&error);
}

const WSPPROC_TABLE *provider_table(void)
{
    return &table;
}

const struct name_services *provider_names(void)
{
    return names;
}

const struct name_services *provider_names_unstarted(void)
{
    return provider_load(false) ? NULL : provider.names();
}

void provider_errno(int error, char name[24])
{
    name[0] = '\0';
    if (provider.startup)
        provider.errno_name(error, name);
}
