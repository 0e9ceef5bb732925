/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A client of the service provider interface: finds the base provider of TCP as any program can,
 * starts it, and has its table of functions.  Source: WSPStartup and its neighbours in ws2spi.h. */
#ifndef SLUICE_CONFORMANCE_SPI_CLIENT_H
#define SLUICE_CONFORMANCE_SPI_CLIENT_H

#include "case.h"
#include <ws2spi.h>

struct provider {
    WSAPROTOCOL_INFOW info; /* its catalog entry */
    WCHAR path[MAX_PATH];   /* of its DLL, environment variables expanded */
    LPWSPSTARTUP startup;
    WSPDATA data;
    WSPPROC_TABLE table;
};

/* The catalog entry and the loaded DLL; nothing of it has been called.  Winsock must be started. */
void provider_load(struct provider *p, int family, int type, int protocol);

/* As above, and WSPStartup 2.2, which must succeed; `table` is filled. */
void provider_open(struct provider *p, int family, int type, int protocol);

/* The upcalls a client gives: those a base provider of real handles needs do work. */
const WSPUPCALLTABLE *provider_upcalls(void);

#endif
