/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What waits to be read, asked of the kept descriptor; and whether another descriptor can be had.
 */
#include <poll.h>
#include <sys/eventfd.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#include "calls.h"
#include "record.h"
#include "sys.h"
#include "winabi.h"

static int has_urgent(int fd)
{
    struct pollfd one = {.fd = fd, .events = POLLPRI};

    return sys.poll(&one, 1, 0) == 1 && (one.revents & POLLPRI);
}

int unix_unread(struct unread_params *params)
{
    int is_inline = 0;
    socklen_t length = sizeof(is_inline);
    RECORD_REF ref = {0};

    if (!record_take(params->handle, &ref))
        return DIRECT_GONE;
    if (ioctl(ref.fd, FIONREAD, &params->bytes) ||
        sys.getsockopt(ref.fd, SOL_SOCKET, SO_OOBINLINE, &is_inline, &length))
        return DIRECT_HOST;
    params->at_mark = is_inline || !has_urgent(ref.fd);
    return 0;
}

int unix_spare(struct spare_params *params)
{
    int fd = sys.eventfd(0, EFD_CLOEXEC);

    (void)params;
    if (fd < 0)
        return WS_WSAEMFILE;
    sys.close(fd);
    return 0;
}
