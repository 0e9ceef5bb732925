/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The kernel's statistics of a TCP connection, as Windows names them.  linux/tcp.h has the newer
 * members; an older kernel leaves them 0. */
#include <errno.h>
#include <linux/tcp.h>
#include <netinet/in.h>
#include <string.h>

#include "calls.h"
#include "structs.h"
#include "sys.h"
#include "use.h"
#include "winabi.h"
#include "error.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Windows' TCPSTATE by Linux' state (net/tcp_states.h: 1 established, 2 SYN sent, 3 SYN received, 4
 * and 5 FIN-WAIT, 6 TIME-WAIT, 7 closed, 8 CLOSE-WAIT, 9 LAST-ACK, 10 listening, 11 closing, 12 SYN
 * received). */
static const uint8_t states[] = {0, 4, 2, 3, 5, 6, 10, 0, 7, 9, 1, 8, 3};

#define SYN_SENT 2

static void convert(const struct tcp_info *from, struct ws_tcp_info *to)
{
    uint64_t unlimited = from->tcpi_busy_time - from->tcpi_rwnd_limited -
                         from->tcpi_sndbuf_limited; /* microseconds */

    to->state = from->tcpi_state < COUNT(states) ? states[from->tcpi_state] : 0;
    to->mss = from->tcpi_snd_mss;
    to->timestamps = (from->tcpi_options & TCPI_OPT_TIMESTAMPS) != 0;
    to->rtt = from->tcpi_rtt;
    /* all bits set: none taken yet */
    to->min_rtt = from->tcpi_min_rtt == UINT32_MAX ? 0 : from->tcpi_min_rtt;
    to->in_flight = from->tcpi_unacked * from->tcpi_snd_mss;
    to->cwnd = from->tcpi_snd_cwnd * from->tcpi_snd_mss;
    to->snd_wnd = from->tcpi_snd_wnd;
    to->rcv_wnd = from->tcpi_rcv_space;
    to->bytes_out = from->tcpi_bytes_sent;
    to->bytes_in = from->tcpi_bytes_received;
    to->bytes_retrans = (uint32_t)from->tcpi_bytes_retrans;
    /* bytes_reordered, fast_retrans, dup_acks_in, timeout_episodes: Linux does not count these */
    to->syn_retrans = from->tcpi_state == SYN_SENT ? from->tcpi_retransmits : 0;
    to->snd_lim_time_rwin = (uint32_t)(from->tcpi_rwnd_limited / 1000);
    to->snd_lim_time_snd = (uint32_t)(from->tcpi_sndbuf_limited / 1000);
    to->snd_lim_time_cwnd = (uint32_t)(unlimited / 1000);
}

int unix_tcp_info(struct tcp_info_params *params)
{
    struct ws_tcp_info *to = (struct ws_tcp_info *)(uintptr_t)params->info;
    struct tcp_info from;
    socklen_t length = sizeof(from);
    SOCKET_USE use = SOCKET_UNUSED;
    int value = 0, error = socket_use(params->handle, &use);

    if (error)
        return error;
    memset(&from, 0, sizeof(from));
    if (sys.getsockopt(use.fd, IPPROTO_TCP, TCP_INFO, &from, &length)) {
        error = WS_WSAEINVAL;
    } else {
        convert(&from, to);
        length = sizeof(value);
        if (!sys.getsockopt(use.fd, SOL_SOCKET, SO_RCVBUF, &value, &length))
            to->rcv_buf = (uint32_t)value;
    }
    return error;
}
