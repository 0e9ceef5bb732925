/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* WSPStartup and WSPCleanup: how a client gets the provider's functions and gives them back. */
#include "spi/spi.h"

#include "spi/direct_lane.h"
#include "spi/thread.h"
#include "spi/upcall.h"
#include "spi/watch_sockets.h"
#include "pe/options.h"

/* Exported: called by ws2_32.dll before WSPStartup. */
void WINAPI SluiceOptions(const struct options *options);

static SRWLOCK count_lock = SRWLOCK_INIT;
static unsigned int startups;

static const WSPPROC_TABLE entries = {
    .lpWSPAccept = WSPAccept,
    .lpWSPAddressToString = WSPAddressToString,
    .lpWSPAsyncSelect = WSPAsyncSelect,
    .lpWSPBind = WSPBind,
    .lpWSPCancelBlockingCall = WSPCancelBlockingCall,
    .lpWSPCleanup = WSPCleanup,
    .lpWSPCloseSocket = WSPCloseSocket,
    .lpWSPConnect = WSPConnect,
    .lpWSPDuplicateSocket = WSPDuplicateSocket,
    .lpWSPEnumNetworkEvents = WSPEnumNetworkEvents,
    .lpWSPEventSelect = WSPEventSelect,
    .lpWSPGetOverlappedResult = WSPGetOverlappedResult,
    .lpWSPGetPeerName = WSPGetPeerName,
    .lpWSPGetSockName = WSPGetSockName,
    .lpWSPGetSockOpt = WSPGetSockOpt,
    .lpWSPGetQOSByName = WSPGetQOSByName,
    .lpWSPIoctl = WSPIoctl,
    .lpWSPJoinLeaf = WSPJoinLeaf,
    .lpWSPListen = WSPListen,
    .lpWSPRecv = WSPRecv,
    .lpWSPRecvDisconnect = WSPRecvDisconnect,
    .lpWSPRecvFrom = WSPRecvFrom,
    .lpWSPSelect = WSPSelect,
    .lpWSPSend = WSPSend,
    .lpWSPSendDisconnect = WSPSendDisconnect,
    .lpWSPSendTo = WSPSendTo,
    .lpWSPSetSockOpt = WSPSetSockOpt,
    .lpWSPShutdown = WSPShutdown,
    .lpWSPSocket = WSPSocket,
    .lpWSPStringToAddress = WSPStringToAddress,
};

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    (void)reserved;
    switch (reason) {
    case DLL_PROCESS_ATTACH:
        host_init(instance);
        watch_init(instance);
        return thread_init();
    case DLL_THREAD_DETACH:
        thread_detach();
        break;
    }
    return TRUE;
}

/* The SPI has versions 2.0 to 2.2; a request above them is served with 2.2. */
static WORD negotiate(WORD requested)
{
    WORD version = MAKEWORD(2, 2);

    if (LOBYTE(requested) < 2)
        return 0;
    if (LOBYTE(requested) == 2 && HIBYTE(requested) < 2)
        version = requested;
    return version;
}

int WSPAPI WSPStartup(WORD requested, LPWSPDATA data, LPWSAPROTOCOL_INFOW info,
                      WSPUPCALLTABLE upcalls, LPWSPPROC_TABLE table)
{
    WSPDATA answer = {.wHighVersion = MAKEWORD(2, 2), .szDescription = L"Sluice"};
    DWORD entry = 0;
    int error;

    answer.wVersion = negotiate(requested);
    if (!answer.wVersion)
        return WSAVERNOTSUPPORTED;
    if (!guard_writable(data, sizeof(*data)) || !guard_writable(table, sizeof(*table)) ||
        (info && !guard_get(entry, &info->dwCatalogEntryId)))
        return WSAEFAULT;
    error = host_attach(true);
    if (error)
        return error;
    direct_options();
    watch_start(&watch_sockets); /* without it less is kept */
    AcquireSRWLockExclusive(&count_lock);
    startups++;
    upcall_set(&upcalls, entry);
    ReleaseSRWLockExclusive(&count_lock);
    guard_put(data, answer);
    guard_put(table, entries);
    return 0;
}

int WSPAPI WSPCleanup(LPINT lpErrno)
{
    int error = 0;

    AcquireSRWLockExclusive(&count_lock);
    if (!startups)
        error = WSANOTINITIALISED;
    else if (!--startups)
        registry_close_all();
    ReleaseSRWLockExclusive(&count_lock);
    return spi_return(error, lpErrno);
}

void WINAPI SluiceOptions(const struct options *options)
{
    options_adopt(options);
}

int spi_return(int error, LPINT lpErrno)
{
    if (!error)
        return 0;
    if (lpErrno)
        guard_put(lpErrno, error);
    return SOCKET_ERROR;
}
