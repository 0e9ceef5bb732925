/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* NTSTATUS to WSA code and back.  Both sides. */
#ifndef XLAT_STATUS_H
#define XLAT_STATUS_H

#include <stdint.h>

/* What a Winsock call reports for a status of the host.
 * 0 for success codes other than STATUS_PENDING (WSA_IO_PENDING) and STATUS_TIMEOUT (WSAETIMEDOUT);
 * a code the host's server packed as 0xC001nnnn or 0xC007nnnn (and the HRESULT form 0x8007nnnn)
 * gives nnnn; unknown failures give WSAEINVAL, as Windows' AFD helper does. */
int xlat_error_from_status(uint32_t status);

/* What GetOverlappedResult and GetQueuedCompletionStatus report for the same status: Win32 codes
 * (ERROR_NETNAME_DELETED for a reset, ERROR_OPERATION_ABORTED ...), 0 for success. */
uint32_t xlat_overlapped_error(uint32_t status);

/* A status that xlat_error_from_status turns into `error` again, to complete an operation with; a
 * WSA code no status stands for travels as 0xC001nnnn. 0 gives STATUS_SUCCESS. */
uint32_t xlat_status_from_error(int error);

#endif
