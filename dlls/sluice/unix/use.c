/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See use.h. */
#include "use.h"

#include "host.h"
#include "sys.h"

int socket_use(uint64_t handle, struct socket_use *use)
{
    int error;

    if (record_take(handle, &use->ref)) {
        use->fd = use->ref.fd;
        return 0;
    }
    error = host_socket_fd(handle, &use->fd);
    if (error)
        use->fd = -1;
    return error;
}

void socket_done(struct socket_use *use)
{
    if (use->ref.record)
        record_give(&use->ref);
    else if (use->fd >= 0)
        sys.close(use->fd);
}
