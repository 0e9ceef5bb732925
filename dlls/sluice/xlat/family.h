/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Address families, socket types and protocols between the two systems.  Unix side only. */
#ifndef XLAT_FAMILY_H
#define XLAT_FAMILY_H

/* Windows' number of a host family and back; -1 for one the other side has not. */
int xlat_family_from_host(int host_family);
int xlat_family_to_host(int ws_family);

/* Socket type; the host's SOCK_NONBLOCK and SOCK_CLOEXEC are taken off.  -1 for an unknown one. */
int xlat_type_from_host(int host_type);
int xlat_type_to_host(int ws_type);

/* Protocol number within a family.  IP protocols are IANA's numbers on both systems (0..255).
 * -1 for a number out of range. */
int xlat_protocol_from_host(int ws_family, int host_protocol);
int xlat_protocol_to_host(int ws_family, int ws_protocol);

#endif
