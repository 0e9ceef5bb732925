/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the descriptors test does to other processes' descriptor limits, and what it reads of them.
 */
#ifndef SLUICE_TESTS_NOFILE_H
#define SLUICE_TESTS_NOFILE_H

#include <stdbool.h>
#include <sys/resource.h>
#include <sys/types.h>

struct limit {
    pid_t pid;
    struct rlimit usual;
};

/* The process of the wineserver that serves a prefix; 0 where there is none. */
pid_t wineserver_of(const char *prefix);

/* Sends a signal to each of the prefix's programs but one; the number of those that got it. */
int signal_others(const char *prefix, pid_t but, int signal);

/* Remembers the process's limit. Returns false where it cannot be read. */
bool limit_init(struct limit *limit, pid_t pid);

/* Leaves the process just `count` more descriptors: those it has stay usable. Returns success. */
bool limit_leave(const struct limit *limit, int count);

/* Gives the usual limit back. Returns success. */
bool limit_restore(const struct limit *limit);

/* How many descriptors the process has open; -1 where it cannot be read. */
int descriptors_of(pid_t pid);

/* The same once it has not changed for a while (at most 20 s are spent on that). */
int settled_descriptors_of(pid_t pid);

/* How many connections wait in the queue of the socket that listens on a port of 127.0.0.1; -1:
 * none listens. */
int queue_length(unsigned short port);

#endif
