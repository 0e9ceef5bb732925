/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the exported functions share.  An exported function enters, validates, makes one provider call and
 * leaves:
 *
 *     int WSAAPI listen(SOCKET s, int backlog)
 *     {
 *         const WSPPROC_TABLE *provider = api_enter();
 *         int result, error = 0;
 *
 *         if (!provider)
 *             return SOCKET_ERROR;
 *         result = provider->lpWSPListen(s, backlog, &error); -- not inside api_leave(): order of evaluation
 *         return api_leave(result, error);
 *     } */
#ifndef SLUICE_API_H
#define SLUICE_API_H

#define WINSOCK_API_LINKAGE /* these functions are defined here, not imported */
#include <winsock2.h>
#include <windows.h>
#include <ws2spi.h>
#include <ws2tcpip.h>
#include <mswsock.h>
#include <stdbool.h>

#include "pe/guard.h"
#include "pe/log.h"
#include "pe/timeout.h"
#include "sluice/names.h"

/* The provider's functions, or NULL with the last error WSANOTINITIALISED (no successful WSAStartup yet) or
 * WSAEINPROGRESS (inside a blocking hook of this thread). */
const WSPPROC_TABLE *api_enter(void);

/* The name services behind getaddrinfo and its kin; NULL as api_enter. */
const struct name_services *api_enter_names(void);

/* The same for a function that Wine's own modules call before WSAStartup; `caller` is its return address. */
const struct name_services *api_enter_names_for(const void *caller);

/* Ends a call that returned `result`: SOCKET_ERROR sets the last error to `error`. Returns result. */
int api_leave(int result, int error);

/* The same for calls that return a SOCKET, or BOOL. */
SOCKET api_leave_socket(SOCKET result, int error);
BOOL api_leave_bool(BOOL result, int error);

/* Ends a call that failed before it reached the provider: sets the last error, returns SOCKET_ERROR. */
int api_fail(int error);

/* True while only 1.x versions of Winsock have been asked for (blocking hooks exist for those). */
bool api_is_version_1(void);

/* Frees what the library keeps for the calling thread, which is about to end. */
void api_thread_detach(void);

/* A provider's function table for the current process, without the checks of api_enter (clean-up paths). */
const WSPPROC_TABLE *provider_table(void);

/* Loads the base provider. Returns 0 or WSASYSNOTREADY, with `tell` after one line in the log.  Any thread, any
 * time. */
int provider_load(bool tell);

/* For a trace: 0 forgets the thread's last errno; else the name of the one that became this WSA code, "" where none
 * is known. */
void provider_errno(int error, char name[24]);

/* The name services of the started provider. */
const struct name_services *provider_names(void);

/* The same whether it is started or not; loads it. NULL where that fails, without a
 * word: the program did not ask for Winsock. */
const struct name_services *provider_names_unstarted(void);

/* Starts the loaded provider. Returns 0 or WSASYSNOTREADY after one line in the log. */
int provider_start(void);

/* Undoes provider_start: closes every socket of the process. */
void provider_stop(void);

/* The upcall table handed to providers (api/upcall.c). */
void upcall_table_fill(WSPUPCALLTABLE *table);

#endif
