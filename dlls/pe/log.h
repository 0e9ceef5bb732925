/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Lines for the user on standard error, never on standard output. */
#ifndef SLUICE_LOG_H
#define SLUICE_LOG_H

/* Writes "sluice: " and the formatted text as one line.  Where to, the option LOG says.
 * The thread's last error stays as it was. */
void log_line(const char *format, ...) __attribute__((format(gnu_printf, 1, 2)));

#endif
