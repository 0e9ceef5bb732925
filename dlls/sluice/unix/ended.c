/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The end of a thread, for what sluice.dll keeps of it: a terminated one runs no DLL_THREAD_DETACH,
 * but the destructors of its keys. */
#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>

#include "calls.h"
#include "sys.h"
#include "winabi.h"

static pthread_key_t key;
static bool has_key;

/* From here on the word is whoever's who finds it set, and may be gone. */
static void end_thread(void *word)
{
    atomic_store((_Atomic(int32_t) *)word, 1);
}

/* Not at the first use: held.c says why. */
__attribute__((constructor)) static void make_key(void)
{
    has_key = !pthread_key_create(&key, end_thread);
}

int unix_tell_end(struct tell_end_params *params)
{
    void *word = (void *)(uintptr_t)params->word;

    return has_key && !sys.setspecific(key, word) ? 0 : WS_WSAENOBUFS;
}
