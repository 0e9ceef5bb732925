/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Windows' numbers for code that cannot include its headers: every row of the lists in winabi/ is a
 * constant named WS_ and the Windows name (WS_WSAEINVAL, WS_SO_LINGER, WS_AF_INET6,
 * WS_STATUS_PENDING).  The prefix keeps them apart from POSIX's macros on one side and winsock2.h's
 * on the other, so both sides can include this file. spi/winabi_check.c holds each row against
 * mingw-w64's headers.
 *
 * NTSTATUS values and ioctl codes are unsigned, all others int.  A list is one enumeration: its
 * unsigned values must not make the int ones unsigned. */
#ifndef WINABI_H
#define WINABI_H

#define WS_CONST(name, value)       WS_##name = value,
#define WS_CONST_EXTRA(name, value) WS_##name = value,

/* WSA codes are what the layers hand each other; 0 (WS_ERROR_SUCCESS) is success everywhere. */
enum ws_error {
#include "winabi/errors.def"
};

enum ws_family {
#include "winabi/families.def"
};

enum ws_option_name {
#include "winabi/options.def"
};

enum ws_message_flag {
#include "winabi/msgflags.def"
};

enum ws_ioctl {
#include "winabi/ioctls.def"
};

enum ws_name_flag {
#include "winabi/aiflags.def"
};

enum ws_status {
#include "winabi/status.def"
};

#undef WS_CONST
#undef WS_CONST_EXTRA

#endif
