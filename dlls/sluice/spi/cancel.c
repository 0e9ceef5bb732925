/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spi/spi.h"

#include "spi/thread.h"

int WSPAPI WSPCancelBlockingCall(LPINT lpErrno)
{
    bool found = thread_cancel_blocking_call(GetCurrentThreadId());

    return spi_return(found ? 0 : WSAEINVAL, lpErrno);
}
