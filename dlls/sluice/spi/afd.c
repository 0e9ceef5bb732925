/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Requests of the host lane that are waited for. */
#include "spi/afd.h"

#include "spi/facts.h"
#include "spi/thread.h"
#include "pe/mark.h"
#include "xlat/status.h"

NTSTATUS afd_ioctl(SOCKET s, ULONG code, const void *in, ULONG in_len, void *out, ULONG out_len,
                   ULONG_PTR *information)
{
    return afd_ioctl_pending(s, code, in, in_len, out, out_len, information, NULL);
}

NTSTATUS afd_ioctl_pending(SOCKET s, ULONG code, const void *in, ULONG in_len, void *out,
                           ULONG out_len, ULONG_PTR *information,
                           void (*pending)(SOCKET s, const void *in))
{
    struct wait_slot slot;
    NTSTATUS status;

    if (!wait_slot_acquire(&slot))
        return STATUS_NO_MEMORY;
    /* A send that pends keeps the socket itself open in the host: closing the handle would not end
     * it. */
    slot.ends_with_handle = code == AFD_SENDMSG || code == AFD_TRANSMIT;
    slot.io.Status = STATUS_PENDING;
    status = NtDeviceIoControlFile((HANDLE)s, slot.event, NULL, NULL, &slot.io, code, (void *)in,
                                   in_len, out, out_len);
    if (status == STATUS_PENDING && pending)
        pending(s, in);
    /* What ended meanwhile was told by a signal, with the event set before it returned. */
    if (status == STATUS_PENDING && slot.io.Status != STATUS_PENDING)
        status = slot.io.Status;
    if (status == STATUS_PENDING)
        status = wait_slot_finish(&slot, (HANDLE)s);
    mark_set(status);
    if (information)
        *information = slot.io.Information;
    wait_slot_release(&slot);
    return status;
}

int afd_call(SOCKET s, ULONG code, const void *in, ULONG in_len, void *out, ULONG out_len)
{
    return xlat_error_from_status((uint32_t)afd_ioctl(s, code, in, in_len, out, out_len, NULL));
}

int afd_info(SOCKET s, struct afd_info *info)
{
    if (facts_info(s, info))
        return 0;
    return afd_call(s, AFD_GET_INFO, NULL, 0, info, sizeof(*info)) ? WSAENOTSOCK : 0;
}
