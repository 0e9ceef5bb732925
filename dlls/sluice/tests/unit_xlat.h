/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The parts of unit_xlat. */
#ifndef TESTS_UNIT_XLAT_H
#define TESTS_UNIT_XLAT_H

#include <check.h>

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

TCase *guard_case(void);
TCase *backlog_case(void);
TCase *error_case(void);
TCase *status_case(void);
TCase *flags_case(void);
TCase *sockaddr_case(void);
TCase *option_table_case(void);
TCase *option_size_case(void);
TCase *option_host_case(void);
TCase *control_case(void);
TCase *control_32_case(void);
TCase *ready_case(void);

#endif
