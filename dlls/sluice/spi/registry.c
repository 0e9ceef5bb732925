/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The sockets this process opened (FACT_OWN). The last WSPCleanup closes them. */
#include "spi/spi.h"

#include "spi/facts.h"
#include "spi/identity.h"
#include "spi/kept.h"
#include "spi/rearm.h"
#include "spi/rest.h"
#include "spi/urgent.h"
#include "spi/watch_sockets.h"

static void forget(SOCKET s)
{
    facts_forget(s);
    rearm_forget(s);
    urgent_forget(s);
    kept_forget(s);
    rest_orphan(s);
}

bool registry_add(SOCKET s)
{
    struct open_record_params params = {.handle = s};
    bool done;

    watch_sockets_lock();
    forget(s); /* an earlier socket of that value, whose close was not seen */
    done = identity_new(s) && !UNIX_CALL(open_record, &params) &&
           (facts_set(s, FACT_KNOWN | FACT_OWN, 0), facts_find(s) & FACT_OWN);
    watch_sockets_unlock();
    return done;
}

bool registry_has(SOCKET s)
{
    return (facts_find(s) & FACT_OWN) != 0;
}

bool registry_remove(SOCKET s)
{
    struct drop_params params = {.handle = s};
    bool found = facts_take(s, FACT_OWN);

    UNIX_CALL(drop, &params);
    forget(s);
    return found;
}

/* Where no watch stands, the program may have used CloseHandle, and the value may be another object's
 * by now. */
static void close_one(SOCKET s)
{
    struct afd_info info;

    if (registry_remove(s) && !afd_info(s, &info))
        NtClose((HANDLE)s);
}

void registry_close_all(void)
{
    facts_for_each(FACT_OWN, close_one);
}
