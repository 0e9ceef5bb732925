/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Whether a version of Wine that nobody tried does with sockets what the others do. */
#ifndef SLUICE_SELF_TEST_H
#define SLUICE_SELF_TEST_H

/* Moves bytes through a pair of sockets on the loopback interface, from each lane to the other, and
 * asks the host what it says of them.  Takes some milliseconds, at most a few seconds.  Returns
 * NULL, or what was not as it should be. */
const char *self_test(void);

#endif
