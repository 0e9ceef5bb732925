/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The type of select's last parameter, which differs between versions of mingw-w64's headers: in older ones the const
 * qualifies the pointer (const PTIMEVAL), in newer ones what it points to. */
#ifndef SLUICE_TIMEOUT_H
#define SLUICE_TIMEOUT_H

#include <winsock2.h>

/* What a caller's time-out is declared as, in select, WSPSelect, WSAConnectByName and WSAConnectByList: read only. */
typedef __typeof__(_Generic(&select,
        int (PASCAL *)(int, fd_set *, fd_set *, fd_set *, const TIMEVAL *): (const TIMEVAL *)0,
        default: (PTIMEVAL)0)) TIMEOUT;

#endif
