/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* SO_LINGER with a time, which the kernel must not know. */
#ifndef SLUICE_LINGER_H
#define SLUICE_LINGER_H

#include <sys/socket.h>

/* setsockopt() and getsockopt() of SO_LINGER as the program means it; l_linger 0 to 65535 seconds.
 * They return 0, or -1 with errno set. */
int linger_set(int fd, const struct linger *value);
int linger_get(int fd, struct linger *value);

#endif
