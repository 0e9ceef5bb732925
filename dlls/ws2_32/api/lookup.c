/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The queries under way.  A query ends once: by its worker, its time limit or a cancel, whoever
 * marks it first. The worker cannot be stopped inside the resolver; it finishes later and frees
 * what nobody waits for. */
#include "api/lookup.h"

#include "pe/stay.h"

struct lookup {
    struct lookup *next; /* list of those not ended */
    HANDLE id;
    LONG references; /* worker, and whoever ends it meanwhile */
    bool ended;
    const struct name_services *names;
    struct lookup_query query;
    struct lookup_target target;
    PTP_TIMER timer;
    DWORD error; /* how it ended, for a routine that another thread calls */
};

static SRWLOCK lock = SRWLOCK_INIT;
static struct lookup *active;
static UINT_PTR last_id;

static void release(struct lookup *lookup)
{
    if (InterlockedDecrement(&lookup->references))
        return;
    names_query_free(&lookup->query);
    names_free(lookup);
}

/* Takes the query off the list. Returns false where somebody else ended it. With the lock held. */
static bool end_locked(struct lookup *lookup)
{
    struct lookup **at = &active;

    if (lookup->ended)
        return false;
    lookup->ended = true;
    while (*at && *at != lookup)
        at = &(*at)->next;
    if (*at)
        *at = lookup->next;
    return true;
}

static bool end(struct lookup *lookup)
{
    bool first;

    AcquireSRWLockExclusive(&lock);
    first = end_locked(lookup);
    ReleaseSRWLockExclusive(&lock);
    return first;
}

/* Stores how the query ended, and tells.  The program may free its structures as soon as it knows,
 * so nothing of them is touched after that. */
static void report(const struct lookup *lookup, DWORD error, ADDRINFOEXW *list)
{
    const struct lookup_target *target = &lookup->target;
    ULONG_PTR status = error;

    if (list && !guard_put(target->result, list))
        names_list_free(list, LIST_EX_W);
    if (target->overlapped)
        guard_put(&target->overlapped->Internal, status);
    if (target->routine)
        target->routine(error, 0, target->overlapped);
    else if (target->event)
        SetEvent(target->event);
}

static void WINAPI report_ended(PTP_CALLBACK_INSTANCE instance, void *context)
{
    struct lookup *lookup = context;

    (void)instance;
    report(lookup, lookup->error, NULL);
    release(lookup);
}

/* Reports from a thread of the pool: a routine must not run inside the call that cancels. */
static void report_elsewhere(struct lookup *lookup, DWORD error)
{
    lookup->error = error;
    if (!TrySubmitThreadpoolCallback(report_ended, lookup, NULL))
        report_ended(NULL, lookup);
}

static void WINAPI time_out(PTP_CALLBACK_INSTANCE instance, void *context, PTP_TIMER timer)
{
    struct lookup *lookup = context;

    (void)instance, (void)timer;
    if (end(lookup))
        report(lookup, WSAETIMEDOUT, NULL);
}

/* The worker owns the timer: no callback of it runs once this returns. */
static void stop_timer(struct lookup *lookup)
{
    if (!lookup->timer)
        return;
    SetThreadpoolTimer(lookup->timer, NULL, 0, 0);
    WaitForThreadpoolTimerCallbacks(lookup->timer, TRUE);
    CloseThreadpoolTimer(lookup->timer);
}

/* A query without a limit needs none. */
static bool make_timer(struct lookup *lookup)
{
    if (lookup->target.timeout == INFINITE)
        return true;
    lookup->timer = CreateThreadpoolTimer(time_out, lookup, NULL);
    return lookup->timer != NULL;
}

static void start_timer(struct lookup *lookup)
{
    LARGE_INTEGER due = {.QuadPart = -10000 * (LONGLONG)lookup->target.timeout};
    FILETIME relative = {due.LowPart, (DWORD)due.HighPart};

    if (lookup->timer)
        SetThreadpoolTimer(lookup->timer, &relative, 0, 0);
}

static DWORD WINAPI work(void *context)
{
    struct lookup *lookup = context;
    void *list = NULL;
    int error = names_query_run(lookup->names, &lookup->query, LIST_EX_W, &list);

    if (end(lookup))
        report(lookup, error, list);
    else
        names_list_free(list, LIST_EX_W);
    stop_timer(lookup);
    release(lookup);
    return 0;
}

static struct lookup *make_lookup(const struct name_services *names, struct lookup_query *query,
                                  const struct lookup_target *target)
{
    struct lookup *lookup = names_alloc(sizeof(*lookup));

    if (!lookup) {
        names_query_free(query);
        return NULL;
    }
    *lookup = (struct lookup){.references = 1, .names = names, .query = *query, .target = *target};
    memset(query, 0, sizeof(*query));
    return lookup;
}

/* Each query has a thread of its own: a resolver may take minutes, and the thread pool is the
 * program's.  It outlives what the program does with the library.  It is started suspended, so that
 * all that can fail has been done when the query becomes visible. */
int lookup_start(const struct name_services *names, struct lookup_query *query,
                 const struct lookup_target *target, HANDLE *handle)
{
    struct lookup *lookup = make_lookup(names, query, target);
    HANDLE thread, id;

    if (!lookup)
        return WSA_NOT_ENOUGH_MEMORY;
    if (!stay_loaded() || !make_timer(lookup))
        goto fail;
    thread = CreateThread(NULL, 0, work, lookup, CREATE_SUSPENDED, NULL);
    if (!thread)
        goto fail;
    AcquireSRWLockExclusive(&lock);
    lookup->id = id = (HANDLE)++last_id;
    lookup->next = active;
    active = lookup;
    ReleaseSRWLockExclusive(&lock);
    guard_put(handle, id);
    start_timer(lookup);
    ResumeThread(thread);
    CloseHandle(thread);
    return 0;
fail:
    stop_timer(lookup);
    release(lookup);
    return WSA_NOT_ENOUGH_MEMORY;
}

int lookup_cancel(HANDLE handle)
{
    struct lookup *lookup;

    AcquireSRWLockExclusive(&lock);
    for (lookup = active; lookup && lookup->id != handle; lookup = lookup->next)
        ;
    if (lookup && end_locked(lookup))
        InterlockedIncrement(&lookup->references);
    else
        lookup = NULL;
    ReleaseSRWLockExclusive(&lock);
    if (!lookup)
        return WSA_INVALID_HANDLE;
    report_elsewhere(lookup, WSA_E_CANCELLED);
    return 0;
}

/* What a blocking call with a time limit waits for. The worker may come later than the limit, so
 * the place for the result is shared, not on the caller's stack. */
struct wait_place {
    ADDRINFOEXW *list;
    OVERLAPPED overlapped;
};

int lookup_wait(const struct name_services *names, struct lookup_query *query, DWORD timeout,
                ADDRINFOEXW **result)
{
    struct wait_place place = {0};
    struct lookup_target target = {
        .result = &place.list,
        .overlapped = &place.overlapped,
        .event = CreateEventW(NULL, TRUE, FALSE, NULL),
        .timeout = timeout,
    };
    HANDLE handle;
    int error;

    if (!target.event) {
        names_query_free(query);
        return WSA_NOT_ENOUGH_MEMORY;
    }
    error = lookup_start(names, query, &target, &handle);
    if (!error) {
        /* The query ends exactly once, by the answer or by its timer, and after that nobody writes
         * here. */
        WaitForSingleObject(target.event, INFINITE);
        error = (int)place.overlapped.Internal;
        *result = place.list;
    }
    CloseHandle(target.event);
    return error;
}

int lookup_get_timeout(const struct timeval *from, DWORD *ms)
{
    struct timeval copy;

    *ms = INFINITE;
    if (!from)
        return 0;
    if (!guard_get(copy, from))
        return WSAEFAULT;
    if (copy.tv_sec < 0 || copy.tv_usec < 0)
        return WSAEINVAL;
    if (copy.tv_sec < (long)(INFINITE / 1000 / 2))
        *ms = copy.tv_sec * 1000 + copy.tv_usec / 1000;
    return 0;
}
