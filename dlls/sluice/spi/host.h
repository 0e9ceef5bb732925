/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* How sluice.dll reaches its Unix half.  host.c is the one file of the PE side that knows Wine's
 * versions. */
#ifndef SLUICE_SPI_HOST_H
#define SLUICE_SPI_HOST_H

#include <stdbool.h>

#include "unixlib.h"

#include "spi/nt.h"

/* Finds Wine's own functions. For DllMain's DLL_PROCESS_ATTACH, with the library's module. */
void host_init(HMODULE self);

/* Finds and attaches sluice.so.  Returns 0, or WSASYSNOTREADY, with `tell` after one line on stderr
 * that says what is missing and what mends it.  Safe to call from many threads; the work is done
 * once it succeeded. Takes no lock of the loader's. */
int host_attach(bool tell);

/* For a handle whose socket the host has replaced, or is about to: Wine 10 keeps a descriptor of an
 * accepted socket, and would go on using it.  The handle is open and stays so. */
void host_forget_descriptor(SOCKET s);

/* Where Unix calls go; set once host_attach has succeeded. */
extern struct unix_half {
    UINT64 handle;
    NTSTATUS(WINAPI *entry)(UINT64 handle, unsigned int number, void *params);
} unix_half;

/* Runs one Unix call. Returns its WSA code; WSAEFAULT where it met an unmapped address: an
 * exception inside the call comes back as its status. */
static inline int unix_call(enum unix_call_number number, void *params)
{
    int result = (int)unix_half.entry(unix_half.handle, number, params);

    return result < 0 ? WSAEFAULT : result;
}

#define UNIX_CALL(name, params) unix_call(UNIX_CALL_##name, (params))

/* A pointer as it travels to the Unix side. */
static inline uint64_t unix_pointer(const volatile void *pointer)
{
    return (uint64_t)(uintptr_t)pointer;
}

#endif
