/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Flags of the send and receive calls. */
#include "xlat/msgflags.h"

#include <stddef.h>
#include <sys/socket.h>

#include "winabi.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Which calls take the flag; SHOWN: a receive reports it. */
#define SEND  1
#define RECV  2
#define SHOWN 4

/* host 0: nothing to ask of the host.  MSG_PARTIAL is for message protocols other than datagrams,
 * MSG_PUSH_IMMEDIATE is how Linux receives anyway, MSG_INTERRUPT was for 16-bit interrupt handlers.
 */
static const struct {
    uint32_t ws;
    int host;
    int use;
} flags[] = {
    {WS_MSG_OOB, MSG_OOB, SEND | RECV | SHOWN}, {WS_MSG_PEEK, MSG_PEEK, RECV},
    {WS_MSG_DONTROUTE, MSG_DONTROUTE, SEND},    {WS_MSG_WAITALL, MSG_WAITALL, RECV},
    {WS_MSG_PARTIAL, 0, SEND | RECV},           {WS_MSG_PUSH_IMMEDIATE, 0, RECV},
    {WS_MSG_INTERRUPT, 0, SEND | RECV},         {WS_MSG_TRUNC, MSG_TRUNC, SHOWN},
    {WS_MSG_CTRUNC, MSG_CTRUNC, SHOWN},         {WS_MSG_ERRQUEUE, MSG_ERRQUEUE, SHOWN},
};

/* recvmsg() repeats these from its caller; they tell Windows nothing. */
#define ECHOED (MSG_CMSG_CLOEXEC | MSG_EOR)

int xlat_msgflags_to_host(enum xlat_direction direction, uint32_t ws, int *host)
{
    int use = direction == XLAT_SEND ? SEND : RECV;
    int result = 0;

    for (size_t i = 0; ws && i < COUNT(flags); i++) {
        if (!(ws & flags[i].ws) || !(flags[i].use & use))
            continue;
        result |= flags[i].host;
        ws &= ~flags[i].ws;
    }
    if (ws)
        return WS_WSAEOPNOTSUPP;
    *host = result;
    return 0;
}

uint32_t xlat_msgflags_from_host(int host, int *unknown)
{
    uint32_t result = 0;

    for (size_t i = 0; host && i < COUNT(flags); i++) {
        if (!(flags[i].use & SHOWN) || !(host & flags[i].host))
            continue;
        result |= flags[i].ws;
        host &= ~flags[i].host;
    }
    if (unknown)
        *unknown = host & ~ECHOED;
    return result;
}
