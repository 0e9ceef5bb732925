/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The native API as sluice.dll uses it: what mingw-w64's winternl.h leaves out. */
#ifndef SLUICE_NT_H
#define SLUICE_NT_H

#include <winsock2.h>
#include <windows.h>
#include <winternl.h>
#include <ntstatus.h>

/* sluice.dll does not import ws2_32.dll, which loads it. */
#define htons(value) __builtin_bswap16(value)
#define ntohs(value) __builtin_bswap16(value)
#define htonl(value) __builtin_bswap32(value)
#define ntohl(value) __builtin_bswap32(value)

NTSTATUS NTAPI NtOpenFile(HANDLE *handle, ACCESS_MASK access, OBJECT_ATTRIBUTES *attributes,
                          IO_STATUS_BLOCK *io, ULONG share, ULONG options);
NTSTATUS NTAPI NtDeviceIoControlFile(HANDLE file, HANDLE event, PIO_APC_ROUTINE routine,
                                     void *context, IO_STATUS_BLOCK *io, ULONG code, void *in,
                                     ULONG in_len, void *out, ULONG out_len);
NTSTATUS NTAPI NtWaitForSingleObject(HANDLE object, BOOLEAN alertable, LARGE_INTEGER *timeout);
NTSTATUS NTAPI NtCancelIoFileEx(HANDLE file, IO_STATUS_BLOCK *io, IO_STATUS_BLOCK *result);
NTSTATUS NTAPI NtClose(HANDLE handle);
NTSTATUS NTAPI NtDelayExecution(BOOLEAN alertable, const LARGE_INTEGER *timeout);
NTSTATUS NTAPI NtTestAlert(void);
NTSTATUS NTAPI NtCreateEvent(HANDLE *event, ACCESS_MASK access, OBJECT_ATTRIBUTES *attributes,
                             ULONG type, BOOLEAN state);
NTSTATUS NTAPI NtQueryVirtualMemory(HANDLE process, const void *address, int class, void *buffer,
                                    SIZE_T length, SIZE_T *result);

NTSTATUS NTAPI NtDuplicateObject(HANDLE source_process, HANDLE source, HANDLE target_process,
                                 HANDLE *copy, ACCESS_MASK access, ULONG attributes, ULONG options);
NTSTATUS NTAPI NtCompareObjects(HANDLE first, HANDLE second); /* 0: handles of the same object */
BOOLEAN NTAPI RtlDllShutdownInProgress(void);
NTSTATUS NTAPI NtAllocateVirtualMemory(HANDLE process, void **base, ULONG_PTR zero_bits, SIZE_T *size,
                                       ULONG type, ULONG protection);
NTSTATUS NTAPI NtFreeVirtualMemory(HANDLE process, void **base, SIZE_T *size, ULONG type);
NTSTATUS NTAPI NtProtectVirtualMemory(HANDLE process, void **base, SIZE_T *size, ULONG protection,
                                      ULONG *old);
NTSTATUS NTAPI NtFlushInstructionCache(HANDLE process, const void *base, SIZE_T size);

#endif
