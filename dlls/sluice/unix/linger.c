/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SO_LINGER, and what a close has to wait for.
 *
 * In the kernel the option makes whoever closes the last descriptor wait, and that may be the host: its
 * one thread would stand still, and with it every program of the prefix.  So only {1, 0}, the reset, is
 * the kernel's own; {1, n} is kept off there, and recognised by its time, which the kernel keeps all the
 * same, with the socket and with those accepted from it.  The wait is ours, in the program's closesocket. */
#include "linger.h"

#include <linux/sockios.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdbool.h>
#include <string.h>
#include <sys/ioctl.h>

#include "calls.h"
#include "sys.h"
#include "use.h"

/* Added to the seconds where the option is on; Windows' seconds have 16 bits. */
enum { LINGER_ON = 0x10000 };

static int store(int fd, int on, int seconds)
{
    struct linger value = {.l_onoff = on, .l_linger = seconds};

    return sys.setsockopt(fd, SOL_SOCKET, SO_LINGER, &value, sizeof(value));
}

int linger_set(int fd, const struct linger *value)
{
    bool waits = value->l_onoff && value->l_linger;

    /* The kernel takes the time only together with the switch. */
    if (store(fd, 1, value->l_linger + (waits ? LINGER_ON : 0)))
        return -1;
    return value->l_onoff && !waits ? 0 : store(fd, 0, 0);
}

int linger_get(int fd, struct linger *value)
{
    socklen_t length = sizeof(*value);

    if (sys.getsockopt(fd, SOL_SOCKET, SO_LINGER, value, &length))
        return -1;
    if (!value->l_onoff && value->l_linger >= LINGER_ON) {
        value->l_onoff = 1;
        value->l_linger -= LINGER_ON;
    }
    return 0;
}

static int tcp_state(int fd)
{
    struct tcp_info info;
    socklen_t length = sizeof(info);

    memset(&info, 0, sizeof(info));
    return sys.getsockopt(fd, IPPROTO_TCP, TCP_INFO, &info, &length) ? TCP_CLOSE : info.tcpi_state;
}

int unix_linger_state(struct linger_state_params *params)
{
    struct linger value = {0};
    SOCKET_USE use = SOCKET_UNUSED;
    int fd, state, queued = 0, error = socket_use(params->handle, &use);

    if (error)
        return error;
    fd = use.fd;
    if (params->reset)
        store(fd, 1, 0);
    params->seconds = params->unsent = params->open = 0;
    if (linger_get(fd, &value) || !value.l_onoff || !value.l_linger)
        return 0;
    state = tcp_state(fd);
    params->open = state == TCP_ESTABLISHED || state == TCP_CLOSE_WAIT;
    if (!params->open && state != TCP_FIN_WAIT1 && state != TCP_CLOSING && state != TCP_LAST_ACK)
        return 0;
    params->seconds = value.l_linger;
    /* SIOCOUTQ counts bytes not acknowledged; after a shutdown these states end with its own
     * acknowledgement. */
    params->unsent = !params->open || (!ioctl(fd, SIOCOUTQ, &queued) && queued > 0);
    return 0;
}
