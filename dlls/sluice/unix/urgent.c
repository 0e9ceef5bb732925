/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Urgent data that has been received out of band.
 *
 * Linux leaves the byte in the queue: it still counts as unread (a close resets the connection),
 * and comes again as ordinary data once SO_OOBINLINE is set.  Windows is done with it.  Taken in
 * line, the byte at the mark is the queue's first, so that nothing behind it is touched. */
#include <errno.h>
#include <sys/socket.h>

#include "calls.h"
#include "sys.h"
#include "use.h"

static void set_inline(int fd, int on)
{
    sys.setsockopt(fd, SOL_SOCKET, SO_OOBINLINE, &on, sizeof(on));
}

int unix_drop_urgent(struct drop_urgent_params *params)
{
    SOCKET_USE use = SOCKET_UNUSED;
    int error = socket_use(params->handle, &use);
    char byte;

    if (error)
        return error;
    if (sockatmark(use.fd) == 1) { /* else reading on will skip it */
        set_inline(use.fd, 1);
        while (sys.read(use.fd, &byte, 1) < 0 && errno == EINTR)
            ;
        set_inline(use.fd, 0);
    }
    return 0;
}
