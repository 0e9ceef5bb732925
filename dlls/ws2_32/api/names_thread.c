/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The results that gethostbyname and its kin return by pointer: one buffer of each kind per thread.
 */
#include "api/names.h"

#include "pe/stay.h"

struct thread_results {
    struct {
        void *buffer;
        size_t size;
    } of[THREAD_RESULTS];
};

static INIT_ONCE once = INIT_ONCE_STATIC_INIT;
static DWORD slot = FLS_OUT_OF_INDEXES;

static void WINAPI free_results(void *value)
{
    struct thread_results *results = value;

    for (int kind = 0; kind < THREAD_RESULTS; kind++)
        names_free(results->of[kind].buffer);
    names_free(results);
}

/* A fiber slot has a destructor, which runs when a thread ends; the library must be there then, so
 * it stays. */
static BOOL CALLBACK make_slot(PINIT_ONCE unused, void *parameter, void **context)
{
    (void)unused, (void)parameter, (void)context;
    if (stay_loaded())
        slot = FlsAlloc(free_results);
    return TRUE;
}

static struct thread_results *get_results(void)
{
    struct thread_results *results;

    InitOnceExecuteOnce(&once, make_slot, NULL, NULL);
    if (slot == FLS_OUT_OF_INDEXES)
        return NULL;
    results = FlsGetValue(slot);
    if (results)
        return results;
    results = names_alloc(sizeof(*results));
    if (results && !FlsSetValue(slot, results)) {
        names_free(results);
        results = NULL;
    }
    return results;
}

void *names_thread_result(enum thread_result kind, size_t size)
{
    DWORD last_error = GetLastError();
    struct thread_results *results = get_results();
    void *buffer = NULL;

    if (results && results->of[kind].size >= size) {
        buffer = results->of[kind].buffer;
    } else if (results && (buffer = names_alloc(size))) {
        names_free(results->of[kind].buffer);
        results->of[kind].buffer = buffer;
        results->of[kind].size = size;
    }
    SetLastError(last_error);
    return buffer;
}
