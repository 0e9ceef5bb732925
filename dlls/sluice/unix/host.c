/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wine's functions as seen from a Unix library.
 *
 * Up to Wine 8 ntdll.so's exported functions follow the Windows calling convention, because the PE
 * side calls them too; from 9 on they follow the System V one.  A cast from the one prototype to
 * the other makes gcc emit a trap, hence the volatile pointer in between. */
#include "host.h"

#include <fcntl.h>
#include <stdio.h>

#include "sys.h"
#include "winabi.h"
#include "xlat/status.h"

/* ntdll.so; declared with no prototype of either convention. */
extern void wine_server_handle_to_fd(void);

#ifdef __x86_64__
#define MS_ABI __attribute__((ms_abi))
#else
#define MS_ABI /* i386 has one convention for both */
#endif

typedef uint32_t(MS_ABI *handle_to_fd_ms)(void *handle, unsigned int access, int *fd,
                                          unsigned int *options);
typedef uint32_t (*handle_to_fd_sysv)(void *handle, unsigned int access, int *fd,
                                      unsigned int *options);

enum host_abi { ABI_NONE, ABI_MS, ABI_SYSV };

/* Each row holds from its version on, up to the next row's.  The inside of tested ones was read and
 * the suites have run on them.  Nothing here asks wineserver by a request's number: those move with
 * every release, and a wrong one is another request. */
static const struct {
    unsigned int major, minor;
    enum host_abi abi; /* ABI_NONE: cannot be served */
    bool tested;
} versions[] = {
    {8, 0, ABI_MS, true},    {8, 1, ABI_NONE, false}, /* releases in which the ABI changed */
    {9, 0, ABI_SYSV, false}, {10, 0, ABI_SYSV, true}, {10, 1, ABI_SYSV, false},
};

#define TESTED "8.0, 10.0"

static enum host_abi abi;

/* The row of a version; the count of rows where it is below the first. */
static size_t find_version(unsigned int major, unsigned int minor)
{
    const size_t count = sizeof(versions) / sizeof(versions[0]);
    size_t found = count;

    for (size_t i = 0; i < count; i++)
        if (major > versions[i].major || (major == versions[i].major && minor >= versions[i].minor))
            found = i;
    return found;
}

const char *host_attach(const struct host_version *version, bool *tested)
{
    static char reason[96];
    const size_t count = sizeof(versions) / sizeof(versions[0]);
    const size_t real = find_version(version->major, version->minor);
    const size_t told = find_version(version->told_major, version->told_minor);

    if (real == count || told == count || versions[real].abi == ABI_NONE ||
        versions[told].abi == ABI_NONE) {
        snprintf(reason, sizeof(reason),
                 "Wine %u.%u is not known to this Sluice (tested: " TESTED "); use one that is",
                 version->told_major, version->told_minor);
        return reason;
    }
    abi = versions[real].abi;
    *tested = versions[told].tested;
    return NULL;
}

/* The host duplicates a descriptor that it keeps.  It calls it "too many" too when another thread's
 * close takes that away just then; the next try says that the handle is gone. */
#define MOST_TRIES 3

static uint32_t handle_to_fd(uint64_t handle, int *fd)
{
    void (*volatile entry)(void) = wine_server_handle_to_fd;
    void *object = (void *)(uintptr_t)handle;

    if (abi == ABI_MS)
        return ((handle_to_fd_ms)(void *)entry)(object, 0, fd, NULL);
    return ((handle_to_fd_sysv)(void *)entry)(object, 0, fd, NULL);
}

int host_socket_fd(uint64_t handle, int *fd)
{
    uint32_t status;
    int type, tries = 0;
    socklen_t length = sizeof(type);

    do
        status = handle_to_fd(handle, fd);
    while (status == WS_STATUS_TOO_MANY_OPENED_FILES && ++tries < MOST_TRIES);
    if (status)
        return status == WS_STATUS_TOO_MANY_OPENED_FILES ? WS_WSAEMFILE : WS_WSAENOTSOCK;
    if (sys.getsockopt(*fd, SOL_SOCKET, SO_TYPE, &type, &length)) {
        sys.close(*fd);
        return WS_WSAENOTSOCK;
    }
    fcntl(*fd, F_SETFD, FD_CLOEXEC);
    return 0;
}
