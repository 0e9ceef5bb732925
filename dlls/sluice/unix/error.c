/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See error.h. */
#include "error.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "calls.h"
#include "winabi.h"

/* The thread's last failure. */
static __thread struct {
    int error; /* WSA code */
    int err;
} last;

int error_in(enum xlat_operation op, int err)
{
    last.err = err;
    last.error = xlat_error_in(op, err);
    return last.error;
}

int error_from_errno(int err)
{
    return error_in(XLAT_OP_ANY, err);
}

/* What Wine's server makes of one errno only. */
static const struct {
    uint32_t status;
    int err;
} statuses[] = {
    {WS_STATUS_CONNECTION_ABORTED, ECONNABORTED}, {WS_STATUS_CONNECTION_REFUSED, ECONNREFUSED},
    {WS_STATUS_HOST_UNREACHABLE, EHOSTUNREACH},   {WS_STATUS_IO_TIMEOUT, ETIMEDOUT},
    {WS_STATUS_NETWORK_UNREACHABLE, ENETUNREACH}, {WS_STATUS_SHARING_VIOLATION, EADDRINUSE},
};

static int err_of_status(uint32_t status)
{
    for (size_t i = 0; i < sizeof(statuses) / sizeof(statuses[0]); i++)
        if (statuses[i].status == status)
            return statuses[i].err;
    return 0;
}

int unix_errno_name(struct errno_name_params *params)
{
    int err = err_of_status(params->status);
    const char *name;

    if (params->error && last.error == params->error)
        err = last.err;
    last.error = last.err = 0;
    name = err ? strerrorname_np(err) : NULL;
    snprintf(params->name, sizeof(params->name), "%s", name ? name : "");
    return 0;
}
