/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* errno to WSA code: the one map of the project.  Unix side only. */
#ifndef XLAT_ERROR_H
#define XLAT_ERROR_H

/* What a call was doing, where the same errno means different things to a Windows program. */
enum xlat_operation {
    XLAT_OP_ANY,
    XLAT_OP_SOCKET,
    XLAT_OP_BIND,
    XLAT_OP_CONNECT,
    XLAT_OP_ACCEPT,
    XLAT_OP_SEND,          /* on a socket whose sending side is open */
    XLAT_OP_SEND_SHUT,     /* after shutdown(SD_SEND) */
    XLAT_OP_RECV,          /* stream */
    XLAT_OP_RECV_OOB,      /* MSG_OOB, SO_OOBINLINE off */
    XLAT_OP_RECV_DATAGRAM, /* datagram or raw: errors tell of ICMP messages */
    XLAT_OP_OPTION,        /* getsockopt, setsockopt */
    XLAT_OP_COUNT
};

/* WSA code of an errno, 0 for 0.  A number the table does not know gives WSAENETDOWN, which is what
 * the pages of nearly every function list for a failure of the system below, and never a retryable
 * code. */
int xlat_error_from_errno(int err);

/* The same during `op`; falls back to the general table. */
int xlat_error_in(enum xlat_operation op, int err);

/* Whether the general table has a row for this errno; for tests and logs. */
int xlat_error_is_known(int err);

#endif
