/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The rows of include/protocols.def as WSAPROTOCOL_INFOW: the catalog's and the base provider's alike. */
#ifndef SLUICE_PROTOCOLS_H
#define SLUICE_PROTOCOLS_H

#include <winsock2.h>
#include <stdbool.h>

/* Fills info with row `index`; false past the last row. */
bool protocol_row(unsigned int index, WSAPROTOCOL_INFOW *info);

#endif
