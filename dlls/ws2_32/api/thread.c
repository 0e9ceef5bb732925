/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include <stdlib.h>

#include "api/thread.h"

static volatile LONG slot = TLS_OUT_OF_INDEXES;

/* The slot is taken when a thread first needs it; threads may race here, and the loser gives its
 * own back. */
static DWORD get_slot(void)
{
    DWORD mine;

    if (slot != (LONG)TLS_OUT_OF_INDEXES)
        return slot;
    mine = TlsAlloc();
    if (InterlockedCompareExchange(&slot, mine, TLS_OUT_OF_INDEXES) != (LONG)TLS_OUT_OF_INDEXES &&
        mine != TLS_OUT_OF_INDEXES)
        TlsFree(mine);
    return slot;
}

struct api_thread *api_thread_peek(void)
{
    DWORD error = GetLastError(); /* TlsGetValue sets it to 0 */
    struct api_thread *thread;

    if (slot == (LONG)TLS_OUT_OF_INDEXES)
        return NULL;
    thread = TlsGetValue(slot);
    SetLastError(error);
    return thread;
}

struct api_thread *api_thread_get(void)
{
    struct api_thread *thread = api_thread_peek();
    DWORD error = GetLastError();

    if (thread)
        return thread;
    thread = calloc(1, sizeof(*thread));
    if (thread && !TlsSetValue(get_slot(), thread)) {
        free(thread);
        thread = NULL;
    }
    SetLastError(error);
    return thread;
}

void api_thread_detach(void)
{
    struct api_thread *thread = api_thread_peek();

    if (!thread)
        return;
    TlsSetValue(slot, NULL);
    free(thread);
}
