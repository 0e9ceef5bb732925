/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Wine's functions as seen from a Unix library.
 *
 * Up to Wine 8 ntdll.so's exported functions follow the Windows calling convention, because the PE side
 * calls them too; from 9 on they follow the System V one.  A cast from the one prototype to the other makes
 * gcc emit a trap, hence the volatile pointer in between. */
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

typedef uint32_t(MS_ABI *handle_to_fd_ms)(void *handle, unsigned int access,
                                                            int *fd, unsigned int *options);
typedef uint32_t (*handle_to_fd_sysv)(void *handle, unsigned int access, int *fd,
                                      unsigned int *options);

enum host_abi { ABI_NONE, ABI_MS, ABI_SYSV };

/* Versions whose inside was read and tried.  The first row whose range holds the version counts. */
static const struct {
    unsigned int first_major, last_major;
    enum host_abi abi;
} known_versions[] = {
    {8, 8, ABI_MS},
};

static enum host_abi abi;

const char *host_attach(unsigned int major, unsigned int minor)
{
    static char reason[96];

    for (size_t i = 0; i < sizeof(known_versions) / sizeof(known_versions[0]); i++) {
        if (major < known_versions[i].first_major || major > known_versions[i].last_major)
            continue;
        abi = known_versions[i].abi;
        return NULL;
    }
    snprintf(reason, sizeof(reason),
             "Wine %u.%u is not known to this Sluice (known: 8.x); use one that is", major, minor);
    return reason;
}

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
    uint32_t status = handle_to_fd(handle, fd);
    int type;
    socklen_t length = sizeof(type);

    if (status)
        return status == WS_STATUS_TOO_MANY_OPENED_FILES ? WS_WSAEMFILE : WS_WSAENOTSOCK;
    if (sys.getsockopt(*fd, SOL_SOCKET, SO_TYPE, &type, &length)) {
        sys.close(*fd);
        return WS_WSAENOTSOCK;
    }
    fcntl(*fd, F_SETFD, FD_CLOEXEC);
    return 0;
}
