/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The table Wine's loader looks for, and the first call. */
#include "calls.h"

#include <stdio.h>
#include <string.h>

#include "host.h"
#include "winabi.h"

#define X(name)                                                                                    \
    static int call_##name(void *params)                                                           \
    {                                                                                              \
        return unix_##name(params);                                                                \
    }
UNIX_CALLS(X)
#undef X

typedef int (*unix_entry)(void *params);

/* The name and the form are Wine's: an array indexed by the number the PE side passes. */
#define X(name) [UNIX_CALL_##name] = call_##name,
extern const unix_entry __wine_unix_call_funcs[];
__attribute__((visibility("default"))) const unix_entry __wine_unix_call_funcs[] = {UNIX_CALLS(X)};

/* The one for a 32-bit sluice.dll in a process of this library's kind: the structs are the same. */
extern const unix_entry __wine_unix_call_wow64_funcs[];
__attribute__((visibility("default"))) const unix_entry __wine_unix_call_wow64_funcs[] = {
    UNIX_CALLS(X)};
#undef X

_Static_assert(sizeof(__wine_unix_call_funcs) / sizeof(__wine_unix_call_funcs[0]) ==
                   UNIX_CALL_COUNT,
               "every call has its entry");

int unix_attach(struct attach_params *params)
{
    const struct host_version version = {
        params->host_major,
        params->host_minor,
        params->told_major,
        params->told_minor,
    };
    const char *reason;
    bool tested = false;

    if (params->unixlib_version != UNIXLIB_VERSION) {
        snprintf(
            params->reason, sizeof(params->reason),
            "sluice.dll speaks version %u of the boundary and sluice.so %d: of different builds; "
            "install both from one build",
            params->unixlib_version, UNIXLIB_VERSION);
        return WS_WSASYSNOTREADY;
    }
    reason = host_attach(&version, &tested);
    params->tested = tested;
    if (!reason)
        return 0;
    snprintf(params->reason, sizeof(params->reason), "%s", reason);
    return WS_WSASYSNOTREADY;
}
