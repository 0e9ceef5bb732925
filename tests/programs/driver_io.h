/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands to driver.exe and its answers, through pipes. */
#ifndef SLUICE_TESTS_DRIVER_IO_H
#define SLUICE_TESTS_DRIVER_IO_H

#include <stdbool.h>
#include <sys/types.h>

#define DRIVER_SECONDS 15 /* for one answer */

struct answer {
    int code, value, more;
};
extern struct answer driver_last; /* the latest */

/* Starts it with a command that becomes its process; true once it has answered. */
bool driver_start(char **command);

/* The process is the driver itself: its program is mapped in it. */
bool driver_is_mapped(void);

pid_t driver_pid(void);
void driver_kill(void);

/* Tells it to end; true if it does, in order. */
bool driver_stop(void);

void driver_tell(const char *format, ...) __attribute__((format(printf, 1, 2)));

/* The next answer within a time; false without one. */
bool driver_read(struct answer *answer, int milliseconds);

/* The next answer; without one in time the code is -1. */
struct answer driver_answer(void);

/* One command and its answer. */
#define ask(...) (driver_tell(__VA_ARGS__), driver_answer())

#endif
