/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The resolver's codes and flags.  Unix side only. */
#ifndef XLAT_EAI_H
#define XLAT_EAI_H

#include <stdint.h>

/* WSA code of what getaddrinfo() or getnameinfo() returned; `err` is errno, for EAI_SYSTEM.
 * 0 for 0, WSANO_RECOVERY for a code nobody knows. */
int xlat_eai_from_host(int eai, int err);

/* WSA code of h_errno. */
int xlat_herrno_from_host(int h_err);

/* Flags of struct addrinfo.  Flags that steer Windows' resolver only (AI_SECURE, AI_FQDN ...)
 * become 0. Returns 0, or WSAEINVAL with *host untouched for an unknown flag. */
int xlat_ai_flags_to_host(uint32_t ws, int *host);
uint32_t xlat_ai_flags_from_host(int host);

/* Flags of getnameinfo, same rule. */
int xlat_ni_flags_to_host(uint32_t ws, int *host);
uint32_t xlat_ni_flags_from_host(int host);

#endif
