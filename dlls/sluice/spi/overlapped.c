/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Issuing overlapped requests, and WSPGetOverlappedResult. */
#include <stdlib.h>

#include "spi/overlapped.h"

#include "pe/mark.h"
#include "spi/facts.h"
#include "spi/hearing.h"
#include "spi/tend.h"

#define STATUS_IS_WARNING(status) (((ULONG)(status) >> 30) == 2)

/* What the host answers when the socket is closed under a request. */
#define STATUS_HANDLES_CLOSED_ ((NTSTATUS)0x8000000A)

int overlapped_begin(LPWSAOVERLAPPED overlapped)
{
    ULONG_PTR pending = STATUS_PENDING;

    if (!guard_writable(overlapped, sizeof(*overlapped)))
        return WSAEFAULT;
    return guard_put(&overlapped->Internal, pending) ? 0 : WSAEFAULT;
}

/* On Windows a refused datagram is reported as a reset; a connect has no completion routine. */
static int transfer_error(NTSTATUS status)
{
    if (status == STATUS_CONNECTION_REFUSED)
        return WSAECONNRESET;
    if (status == STATUS_HANDLES_CLOSED_)
        return WSA_OPERATION_ABORTED;
    return xlat_error_from_status((uint32_t)status);
}

/* Runs as the request's APC on the thread that issued it. */
static void NTAPI call_routine(void *routine, IO_STATUS_BLOCK *io, ULONG reserved)
{
    (void)reserved;
    ((LPWSAOVERLAPPED_COMPLETION_ROUTINE)routine)(transfer_error(io->Status),
                                                  (DWORD)io->Information, (LPWSAOVERLAPPED)io, 0);
}

/* FILE_IO_COMPLETION_NOTIFICATION_INFORMATION and its class, which winternl.h leaves out. */
#define FileIoCompletionNotificationInformation_ ((FILE_INFORMATION_CLASS)41)

/* Whether the program wants no packet at the completion port for what is done at once. */
static bool skips_packets(SOCKET s)
{
    IO_STATUS_BLOCK io;
    ULONG modes = 0;

    return !NtQueryInformationFile((HANDLE)s, &io, &modes, sizeof(modes),
                                   FileIoCompletionNotificationInformation_) &&
           (modes & FILE_SKIP_COMPLETION_PORT_ON_SUCCESS);
}

static int issue_error(SOCKET s, NTSTATUS status, HANDLE event)
{
    struct afd_info info;
    int error = xlat_error_from_status((uint32_t)status);

    /* Two handles can be bad: the socket's is told first. */
    if (error == WSAENOTSOCK && event && !afd_info(s, &info))
        return WSA_INVALID_HANDLE;
    return error;
}

/* Which calls that wait have to stay in the host's order from now on.  ConnectEx sends its data once
 * connected. */
static unsigned direction_of(ULONG code)
{
    static const struct {
        ULONG code;
        unsigned fact;
    } rows[] = {
        {AFD_RECVMSG, FACT_RECEIVES},
        {AFD_SENDMSG, FACT_SENDS},
        {AFD_TRANSMIT, FACT_SENDS},
        {AFD_CONNECT, FACT_SENDS},
    };

    for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++)
        if (rows[i].code == code)
            return rows[i].fact;
    return 0;
}

int overlapped_issue(SOCKET s, const struct notice *notice, ULONG code, const void *in,
                     ULONG in_len, void *out, ULONG out_len, ULONG_PTR *information)
{
    LPWSAOVERLAPPED overlapped = notice->overlapped;
    HANDLE event;
    void *context;
    NTSTATUS status;

    if (!guard_get(event, &overlapped->hEvent))
        return WSAEFAULT;
    /* The event's lowest bit asks for no packet at the completion port. */
    context = (ULONG_PTR)event & 1 ? NULL : overlapped;
    if (notice->routine) {
        event = NULL; /* the program may use the member for itself then */
        context = (void *)notice->routine;
    }
    if (hearing_end(s))
        tend(s);
    facts_set(s, FACT_KNOWN | FACT_OVERLAPPED | direction_of(code), 0);
    status = NtDeviceIoControlFile((HANDLE)s, event, notice->routine ? call_routine : NULL, context,
                                   (IO_STATUS_BLOCK *)overlapped, code, (void *)in, in_len, out,
                                   out_len);
    mark_set(status);
    if (status == STATUS_PENDING)
        return WSA_IO_PENDING;
    /* Of a datagram that does not fit the completion tells, unless the host sends none. */
    if (STATUS_IS_WARNING(status) && (notice->routine || !skips_packets(s)))
        return WSA_IO_PENDING;
    if (status && !STATUS_IS_WARNING(status))
        return issue_error(s, status, event);
    /* Another thread may have taken the completion and reused the structure: then the count is
     * worth nothing, as on Windows. */
    if (!guard_get(*information, &overlapped->InternalHigh))
        *information = 0;
    return status ? issue_error(s, status, event) : 0;
}

/* Memory of ours that requests of the program still use.  Only a structure whose status is still
 * pending can be in use; when in doubt the memory is kept. */
static struct parked {
    LPWSAOVERLAPPED overlapped;
    void *memory;
    struct parked *next;
} * parked;
static SRWLOCK parked_lock = SRWLOCK_INIT;

static void free_ended(void)
{
    for (struct parked **link = &parked; *link;) {
        struct parked *each = *link;
        ULONG_PTR status;

        if (guard_get(status, &each->overlapped->Internal) && (NTSTATUS)status == STATUS_PENDING) {
            link = &each->next;
            continue;
        }
        *link = each->next;
        free(each->memory);
        free(each);
    }
}

void overlapped_park(LPWSAOVERLAPPED overlapped, void *memory)
{
    struct parked *each = malloc(sizeof(*each));

    AcquireSRWLockExclusive(&parked_lock);
    free_ended();
    if (each) { /* else the memory is lost: it may be in use */
        each->overlapped = overlapped;
        each->memory = memory;
        each->next = parked;
        parked = each;
    }
    ReleaseSRWLockExclusive(&parked_lock);
}

static int wait_for(SOCKET s, LPWSAOVERLAPPED overlapped)
{
    HANDLE event;

    if (!guard_get(event, &overlapped->hEvent))
        return WSAEFAULT;
    event = (HANDLE)((ULONG_PTR)event & ~(ULONG_PTR)1);
    if (NtWaitForSingleObject(event ? event : (HANDLE)s, FALSE, NULL))
        return WSA_INVALID_HANDLE;
    return 0;
}

/* Statuses with a meaning for other calls that Windows' WSAGetOverlappedResult does not know
 * (asserted for all of them by Wine's test of it, which was run there).  Of packed codes it knows
 * "incomplete" alone. */
static bool is_unknown_result(NTSTATUS status)
{
    static const NTSTATUS unknown[] = {
        STATUS_DATATYPE_MISALIGNMENT,
        STATUS_HANDLES_CLOSED_,
        STATUS_DEVICE_BUSY,
        STATUS_INVALID_DEVICE_REQUEST,
        STATUS_NETWORK_NAME_DELETED,
        STATUS_BAD_DEVICE_TYPE,
        STATUS_TOO_MANY_OPENED_FILES,
        STATUS_FILE_CLOSED,
        STATUS_INVALID_ADDRESS_WILDCARD,
        STATUS_CONNECTION_INVALID,
        STATUS_CONNECTION_COUNT_LIMIT,
    };
    const ULONG facility = ((ULONG)status >> 16) & 0xfff;

    for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
        if (unknown[i] == status)
            return true;
    return (facility == FACILITY_WIN32) && LOWORD(status) != ERROR_IO_INCOMPLETE;
}

static int result_error(SOCKET s, NTSTATUS status)
{
    if (status == STATUS_PENDING)
        return WSA_IO_INCOMPLETE;
    if (NT_SUCCESS(status))
        return 0;
    if (is_unknown_result(status))
        return WSAEINVAL;
    if (status == STATUS_CONNECTION_RESET && (facts_find(s) & FACT_REFUSED))
        return WSAECONNREFUSED;
    if (status == STATUS_CONNECTION_RESET)
        facts_set(s, FACT_RESET, 0);
    if (status == STATUS_CONNECTION_REFUSED && (facts_find(s) & FACT_DATAGRAM))
        return WSAECONNRESET;
    return xlat_error_from_status((uint32_t)status);
}

/* Reads what a completed request left in its structure. The flags are written on success only
 * (Windows was seen to leave them alone otherwise); datagrams and TCP have none to report. */
static int collect(SOCKET s, LPWSAOVERLAPPED overlapped, BOOL wait, LPDWORD transferred,
                   LPDWORD flags)
{
    DWORD no_flags = 0, count;
    ULONG_PTR status, information;
    int error;

    if (!guard_get(status, &overlapped->Internal))
        return WSAEFAULT;
    if ((NTSTATUS)status == STATUS_PENDING) {
        if (!wait)
            return WSA_IO_INCOMPLETE;
        error = wait_for(s, overlapped);
        if (error)
            return error;
        if (!guard_get(status, &overlapped->Internal))
            return WSAEFAULT;
    }
    MemoryBarrier(); /* the host writes the status last */
    if (!guard_get(information, &overlapped->InternalHigh))
        return WSAEFAULT;
    count = (DWORD)information;
    /* An event set by others ends the wait too; Windows then takes the structure as it is. */
    error = wait && (NTSTATUS)status == STATUS_PENDING ? 0 : result_error(s, (NTSTATUS)status);
    if (transferred && !guard_put(transferred, count))
        return WSAEFAULT;
    if (!error && flags && !guard_put(flags, no_flags))
        return WSAEFAULT;
    return error;
}

BOOL WSPAPI WSPGetOverlappedResult(SOCKET s, LPWSAOVERLAPPED overlapped, LPDWORD transferred,
                                   BOOL wait, LPDWORD flags, LPINT lpErrno)
{
    int error;

    /* A handle that nothing was ever started on is none of ours, even where it denotes a socket. */
    if (!(facts_find(s) & FACT_KNOWN))
        error = WSAENOTSOCK;
    else if (!overlapped)
        error = WSA_INVALID_PARAMETER;
    else
        error = collect(s, overlapped, wait, transferred, flags);
    return !spi_return(error, lpErrno);
}
