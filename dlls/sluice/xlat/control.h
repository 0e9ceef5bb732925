/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Control messages between Windows' form and Linux'.  Unix side only.  Source: the page
 * "WSASendMsg" and the option pages it names. */
#ifndef XLAT_CONTROL_H
#define XLAT_CONTROL_H

#include <netinet/in.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* What the messages ask for; a number of -1 (XLAT_CONTROL_NONE of them all) was not asked for. */
struct xlat_control {
    bool has_pktinfo, has_pktinfo6;
    struct in_pktinfo pktinfo; /* source address and interface */
    struct in6_pktinfo pktinfo6;
    int hops, hops6;     /* 0..255 */
    int traffic, class6; /* the whole octet, 0..255 */
    int ecn, ecn6;       /* the octet's last two bits alone, 0..3 */
    int segment;         /* bytes of each datagram the data is cut into, 1..65535 */
};

/* Windows' WSACMSGHDR begins with a SIZE_T, `word` bytes long: 8 where the program is a 64-bit one, else 4.  That is
 * also what messages are aligned to. */

/* Reads the messages.  Returns 0, or WSAEINVAL: a header or a value that is too short or out of
 * range, or a type that no send takes. */
int xlat_control_read(const void *ws, size_t ws_len, size_t word, struct xlat_control *control);

/* Room that is enough for xlat_control_write. */
#define XLAT_CONTROL_HOST_MAX 256

/* Writes msg_control for sendmsg(); ecn and ecn6 must have been merged into the octets. `host` is
 * aligned as a cmsghdr. Returns the length. */
size_t xlat_control_write(const struct xlat_control *control, void *host);

/* Room for the messages of one datagram as recvmsg() delivers them. */
#define XLAT_CONTROL_RECEIVE_MAX 256

struct msghdr;

/* The messages that recvmsg() delivered, as Windows has them: packet information, hops and traffic
 * class of both families. Those for which ws has no room are left out.  Returns the length used of
 * ws_len. */
uint32_t xlat_control_received(struct msghdr *message, void *ws, uint32_t ws_len, size_t word);

#endif
