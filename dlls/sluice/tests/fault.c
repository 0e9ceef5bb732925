/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See fault.h. */
#include "fault.h"

#include <check.h>
#include <errno.h>
#include <fcntl.h>
#include <stdbool.h>
#include <string.h>

#include "unix/host.h"
#include "winabi.h"

static struct sys_calls real;
static int descriptors;
static struct plan {
    int calls, skip, times, err;
} plans[FAULT_COUNT];

/* Counts the call; sets errno and says so if it is one that fails. */
static bool fails(enum fault_call call)
{
    struct plan *plan = &plans[call];

    plan->calls++;
    if (plan->skip > 0) {
        plan->skip--;
        return false;
    }
    if (plan->times <= 0)
        return false;
    plan->times--;
    errno = plan->err;
    return true;
}

static void count(enum fault_call call, long result)
{
    if (result < 0)
        return;
    if (call == FAULT_socket || call == FAULT_accept4 || call == FAULT_open ||
        call == FAULT_eventfd || call == FAULT_host_socket_fd)
        descriptors++;
    if (call == FAULT_close)
        descriptors--;
}

#define X(name, result, parameters, arguments)                                                     \
    static result faulty_##name parameters                                                         \
    {                                                                                              \
        result outcome;                                                                            \
                                                                                                   \
        if (fails(FAULT_##name))                                                                   \
            return -1;                                                                             \
        outcome = real.name arguments;                                                             \
        count(FAULT_##name, outcome);                                                              \
        return outcome;                                                                            \
    }
FAULT_CALLS(X)
#undef X

int host_socket_fd(uint64_t handle, int *fd)
{
    if (fails(FAULT_host_socket_fd))
        return errno;
    *fd = fcntl((int)handle, F_DUPFD_CLOEXEC, 0);
    count(FAULT_host_socket_fd, *fd);
    return *fd < 0 ? WS_WSAENOTSOCK : 0;
}

void fault_start(void)
{
    memset(plans, 0, sizeof(plans));
    descriptors = 0;
    real = sys;
#define X(name, result, parameters, arguments) sys.name = faulty_##name;
    FAULT_CALLS(X)
#undef X
}

void fault_stop(void)
{
    sys = real;
}

void fault_check(void)
{
    ck_assert_int_eq(descriptors, 0);
    for (int call = 0; call < FAULT_COUNT; call++)
        ck_assert_msg(!plans[call].times, "a fault of call %d was never reached", call);
    fault_stop();
}

void fault_inject(enum fault_call call, int skip, int times, int err)
{
    plans[call].skip = skip;
    plans[call].times = times;
    plans[call].err = err;
}

int fault_calls(enum fault_call call)
{
    return plans[call].calls;
}

int fault_left(enum fault_call call)
{
    return plans[call].times;
}

int fault_descriptors(void)
{
    return descriptors;
}
