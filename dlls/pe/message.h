/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which numbers a window message that a program asks for can have. */
#ifndef SLUICE_MESSAGE_H
#define SLUICE_MESSAGE_H

#include <stdbool.h>

/* Wine takes a posted number from 0x80000000 on for an order of its own: the first of them destroys
 * the window.  No message of Windows is that high. */
static inline bool message_is_postable(unsigned int number)
{
    return number < 0x80000000u;
}

#endif
