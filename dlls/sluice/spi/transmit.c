/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TransmitFile and TransmitPackets: one request of the host sends a block of memory, a file and a
 * second block. What a program wants to send beyond the first file is read into the second. */
#include <stdlib.h>

#include "spi/extension.h"

#include "spi/facts.h"
#include "spi/overlapped.h"

/* ntifs.h: go on where the file pointer stands. */
#define FILE_POINTER_POSITION (-2LL)

/* mswsock.h's flags, and TransmitPackets' "at the current position". */
#define TRANSMIT_FLAGS                                                                             \
    (TF_DISCONNECT | TF_REUSE_SOCKET | TF_WRITE_BEHIND | TF_USE_SYSTEM_THREAD | TF_USE_KERNEL_APC)
#define CURRENT_OFFSET (-1LL)

#define READ_STEP 65536

/* The host allocates a buffer of this size for the file, and never frees it: a hint from the
 * program may not make that worse, and a request without a file needs none. */
#define LARGEST_BUFFER READ_STEP

struct block {
    char *data;
    size_t length, room;
};

static int check_socket(SOCKET s, LPOVERLAPPED overlapped, DWORD flags, unsigned *facts)
{
    int error = facts_of_socket(s, facts);

    if (!error && overlapped)
        error = overlapped_begin(overlapped);
    if (!error && (flags & ~TRANSMIT_FLAGS))
        error = WSAEINVAL;
    return error ? error : facts_check_send(s, facts);
}

/* Sends, and ends our side of the connection where asked to: behind the data, which the host lets
 * go first. */
static int transmit(SOCKET s, struct afd_transmit_params *params, LPOVERLAPPED overlapped)
{
    struct notice notice = {overlapped, NULL};
    struct afd_info info;
    ULONG_PTR ignored;
    int error;

    if (!params->file)
        params->buffer_size = 1;
    else if (params->buffer_size > LARGEST_BUFFER)
        params->buffer_size = LARGEST_BUFFER;
    if (overlapped)
        error =
            overlapped_issue(s, &notice, AFD_TRANSMIT, params, sizeof(*params), NULL, 0, &ignored);
    else
        error = afd_call(s, AFD_TRANSMIT, params, sizeof(*params), NULL, 0);
    if (error == WSAENOTSOCK && params->file && !afd_info(s, &info))
        return WSA_INVALID_HANDLE; /* it was the file's handle */
    if ((!error || error == WSA_IO_PENDING) && (params->flags & (TF_DISCONNECT | TF_REUSE_SOCKET)))
        disconnect(s, params->flags);
    return error;
}

BOOL PASCAL ext_transmit_file(SOCKET s, HANDLE file, DWORD length, DWORD per_send,
                              LPOVERLAPPED overlapped, LPTRANSMIT_FILE_BUFFERS buffers, DWORD flags)
{
    struct afd_transmit_params params = {
        .offset.QuadPart = FILE_POINTER_POSITION,
        .file = (ULONG)(ULONG_PTR)file,
        .file_len = length,
        .buffer_size = per_send,
        .flags = flags,
    };
    TRANSMIT_FILE_BUFFERS blocks = {0};
    unsigned facts;
    int error = check_socket(s, overlapped, flags, &facts);

    if (!error && buffers && !guard_get(blocks, buffers))
        error = WSAEFAULT;
    if (!error && ((blocks.HeadLength && !guard_readable(blocks.Head, blocks.HeadLength)) ||
                   (blocks.TailLength && !guard_readable(blocks.Tail, blocks.TailLength))))
        error = WSAEFAULT;
    if (error)
        return extension_return(error);
    params.head = (ULONG_PTR)blocks.Head;
    params.head_len = blocks.HeadLength;
    params.tail = (ULONG_PTR)blocks.Tail;
    params.tail_len = blocks.TailLength;
    if (overlapped && (!guard_get(params.offset.LowPart, &overlapped->Offset) ||
                       !guard_get(params.offset.HighPart, &overlapped->OffsetHigh)))
        return extension_return(WSAEFAULT);
    return extension_return(transmit(s, &params, overlapped));
}

/* Makes room for `length` more bytes and returns where they go; NULL where there is none. */
static char *grow(struct block *block, size_t length)
{
    size_t need = block->length + length, room = block->room ? block->room : READ_STEP;
    char *data;

    if (need > MAXLONG)
        return NULL;
    while (room < need)
        room *= 2;
    if (room > block->room) {
        data = realloc(block->data, room);
        if (!data)
            return NULL;
        block->data = data;
        block->room = room;
    }
    return block->data + block->length;
}

static int append_memory(struct block *block, const void *data, DWORD length)
{
    char *at;

    if (!length)
        return 0;
    if (!guard_readable(data, length))
        return WSAEFAULT;
    at = grow(block, length);
    if (!at)
        return WSAENOBUFS;
    if (!guard_copy(at, data, length))
        return WSAEFAULT;
    block->length += length;
    return 0;
}

/* Reads a piece at an offset, or at the file pointer.  *got 0: the end. */
static int read_piece(HANDLE file, LONGLONG offset, char *at, DWORD length, DWORD *got)
{
    OVERLAPPED position = {.Offset = (DWORD)offset, .OffsetHigh = (DWORD)(offset >> 32)};

    *got = 0;
    if (ReadFile(file, at, length, got, offset == CURRENT_OFFSET ? NULL : &position))
        return 0;
    if (GetLastError() == ERROR_IO_PENDING && GetOverlappedResult(file, &position, got, TRUE))
        return 0;
    return GetLastError() == ERROR_HANDLE_EOF ? 0 : WSA_INVALID_HANDLE;
}

/* Appends `length` bytes of a file, 0 for all that follow. */
static int append_file(struct block *block, const TRANSMIT_PACKETS_ELEMENT *element)
{
    LONGLONG offset = element->nFileOffset.QuadPart;
    ULONGLONG left = element->cLength ? element->cLength : MAXLONG;

    while (left) {
        DWORD step = left < READ_STEP ? (DWORD)left : READ_STEP, got;
        char *at = grow(block, step);
        int error = at ? read_piece(element->hFile, offset, at, step, &got) : WSAENOBUFS;

        if (error || !got)
            return error;
        block->length += got;
        left -= got;
        if (offset != CURRENT_OFFSET)
            offset += got;
    }
    return 0;
}

static int add_element(struct afd_transmit_params *params, struct block blocks[2],
                       const TRANSMIT_PACKETS_ELEMENT *element)
{
    DWORD kind = element->dwElFlags & (TP_ELEMENT_MEMORY | TP_ELEMENT_FILE);
    LONGLONG offset = element->nFileOffset.QuadPart;

    if (kind == (TP_ELEMENT_MEMORY | TP_ELEMENT_FILE) ||
        (element->dwElFlags & ~(TP_ELEMENT_MEMORY | TP_ELEMENT_FILE | TP_ELEMENT_EOP)))
        return WSAEINVAL;
    if (kind == TP_ELEMENT_MEMORY)
        return append_memory(&blocks[params->file != 0], element->pBuffer, element->cLength);
    if (params->file)
        return append_file(&blocks[1], element);
    params->file = (ULONG)(ULONG_PTR)element->hFile;
    params->file_len = element->cLength;
    params->offset.QuadPart = offset == CURRENT_OFFSET ? FILE_POINTER_POSITION : offset;
    return params->file ? 0 : WSA_INVALID_HANDLE;
}

static int add_elements(struct afd_transmit_params *params, struct block blocks[2],
                        const TRANSMIT_PACKETS_ELEMENT *elements, DWORD count)
{
    for (DWORD i = 0; i < count; i++) {
        TRANSMIT_PACKETS_ELEMENT element;
        int error = guard_get(element, elements + i) ? 0 : WSAEFAULT;

        if (!error)
            error = add_element(params, blocks, &element);
        if (error)
            return error;
    }
    return 0;
}

/* One datagram, from the program's elements up to one with TP_ELEMENT_EOP or the last. */
static int gather_datagram(struct block *block, const TRANSMIT_PACKETS_ELEMENT *elements,
                           DWORD count, DWORD *at)
{
    TRANSMIT_PACKETS_ELEMENT element = {0};

    block->length = 0;
    while (*at < count && !(element.dwElFlags & TP_ELEMENT_EOP)) {
        int error = 0;

        if (!guard_get(element, elements + (*at)++))
            return WSAEFAULT;
        if ((element.dwElFlags & ~TP_ELEMENT_EOP) == TP_ELEMENT_MEMORY)
            error = append_memory(block, element.pBuffer, element.cLength);
        else if ((element.dwElFlags & ~TP_ELEMENT_EOP) == TP_ELEMENT_FILE)
            error = element.hFile ? append_file(block, &element) : WSA_INVALID_HANDLE;
        else
            error = WSAEINVAL;
        if (error)
            return error;
    }
    return 0;
}

/* Each group of elements is a datagram of its own to the connected peer.  The overlapped one of
 * them is the last. */
static int transmit_datagrams(SOCKET s, const TRANSMIT_PACKETS_ELEMENT *elements, DWORD count,
                              LPOVERLAPPED overlapped)
{
    struct block block = {0};
    WSABUF datagram;
    DWORD at = 0, sent;
    int error = 0;

    while (!error && at < count) {
        error = gather_datagram(&block, elements, count, &at);
        datagram.len = (ULONG)block.length;
        datagram.buf = block.data;
        if (!error)
            WSPSend(s, &datagram, 1, &sent, 0, at < count ? NULL : overlapped, NULL, NULL, &error);
    }
    if (error == WSA_IO_PENDING && block.data)
        overlapped_park(overlapped, block.data);
    else
        free(block.data);
    return error;
}

BOOL PASCAL ext_transmit_packets(SOCKET s, LPTRANSMIT_PACKETS_ELEMENT elements, DWORD count,
                                 DWORD per_send, LPOVERLAPPED overlapped, DWORD flags)
{
    struct afd_transmit_params params = {.buffer_size = per_send, .flags = flags};
    struct block blocks[2] = {{0}, {0}}; /* before the first file, and after it */
    unsigned facts;
    int error = check_socket(s, overlapped, flags, &facts);

    if (!error && !(facts & FACT_STREAM))
        return extension_return(transmit_datagrams(s, elements, count, overlapped));
    if (!error)
        error = add_elements(&params, blocks, elements, count);
    if (!error) {
        params.head = (ULONG_PTR)blocks[0].data;
        params.head_len = (DWORD)blocks[0].length;
        params.tail = (ULONG_PTR)blocks[1].data;
        params.tail_len = (DWORD)blocks[1].length;
        error = transmit(s, &params, overlapped);
    }
    for (int i = 0; i < 2; i++) {
        if (error == WSA_IO_PENDING && blocks[i].data)
            overlapped_park(overlapped, blocks[i].data);
        else
            free(blocks[i].data);
    }
    return extension_return(error);
}
