/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The socket options as Linux has them: the second view of options.def.  Unix side only. */
#ifndef XLAT_OPTION_HOST_H
#define XLAT_OPTION_HOST_H

#include <sys/socket.h>

#include "xlat/option.h"

/* How a scalar's number differs between the systems.
 * NOT         Linux' switch turns the opposite off
 * DONTFRAG    bool <-> IP_PMTUDISC_DO, IP_PMTUDISC_DONT
 * PMTUDISC    WS_PMTUDISC_x <-> IP_PMTUDISC_x
 * SECONDS_MS  seconds, -1 for ever <-> milliseconds
 * FASTOPEN    a switch <-> how many unfinished connections may wait
 * PROBES      0..255, of which Linux takes 127 at most
 * SWAP        host byte order <-> network byte order
 * INDEX       set in network byte order on both, read in host byte order on Windows (its page) */
enum xlat_map {
    XLAT_MAP_SAME,
    XLAT_MAP_NOT,
    XLAT_MAP_DONTFRAG,
    XLAT_MAP_PMTUDISC,
    XLAT_MAP_SECONDS_MS,
    XLAT_MAP_FASTOPEN,
    XLAT_MAP_PROBES,
    XLAT_MAP_SWAP,
    XLAT_MAP_INDEX,
    XLAT_MAP_COUNT
};

struct xlat_option_host {
    int level, name; /* Linux' numbers; level -1: Linux has no such option */
    enum xlat_map map;
};

/* The Linux half of a row of xlat_option_find. */
const struct xlat_option_host *xlat_option_host(const struct xlat_option *row);

/* Room that is enough for the host's form of any option. */
#define XLAT_OPTION_HOST_MAX 288

/* A program's value as setsockopt() takes it.  *host_len: room, then the length.
 * Returns 0, WSAEFAULT (ws_len too short), WSAEINVAL (value out of range), WSAEAFNOSUPPORT (address
 * inside). */
int xlat_option_to_host(const struct xlat_option *row, const void *ws, int ws_len, void *host,
                        socklen_t *host_len);

/* What getsockopt() gave, as the program gets it.  *ws_len: room, then the length.
 * Returns 0, WSAEFAULT (room too small; xlat_option_short has been applied), WSAEINVAL (host_len
 * too short). */
int xlat_option_from_host(const struct xlat_option *row, const void *host, socklen_t host_len,
                          void *ws, int32_t *ws_len);

/* Room getsockopt() is to be given for this row. */
socklen_t xlat_option_host_size(const struct xlat_option *row);

#endif
