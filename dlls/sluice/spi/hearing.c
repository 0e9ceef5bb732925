/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See hearing.h. */
#include "spi/hearing.h"

#include "spi/facts.h"

/* Whoever uses these has the host wait for the socket. */
#define HOSTS (FACT_SHARED | FACT_OVERLAPPED | FACT_EVENTS | FACT_MESSAGES | FACT_UNHEARD)

bool hearing(unsigned facts)
{
    return (facts & FACT_KEPT) && (facts & FACT_DATAGRAM) && !(facts & HOSTS);
}

bool hearing_end(SOCKET s)
{
    struct forget_errors_params params = {.handle = s};
    unsigned facts = facts_find(s);

    if (!(facts & FACT_DATAGRAM) || (facts & FACT_UNHEARD))
        return false;
    facts_set(s, FACT_UNHEARD, 0);
    if (facts & FACT_KEPT)
        UNIX_CALL(forget_errors, &params);
    return true;
}

bool hearing_is_sure(unsigned facts)
{
    return !(facts & FACT_DATAGRAM) || (!(facts & FACT_DEAF) && hearing(facts));
}
