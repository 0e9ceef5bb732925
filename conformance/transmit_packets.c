/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* TransmitPackets on datagram sockets.  Source: the page of LPFN_TRANSMITPACKETS. */
#include "overlap.h"

/* A datagram ends with an element that has TP_ELEMENT_EOP, and with the last (TransmitPackets). */
CASE(message, transmit_packets)
{
    char path[MAX_PATH], directory[MAX_PATH], text[16];
    TRANSMIT_PACKETS_ELEMENT elements[] = {
        {.dwElFlags = TP_ELEMENT_MEMORY, .cLength = 3, .pBuffer = "abc"},
        {.dwElFlags = TP_ELEMENT_MEMORY | TP_ELEMENT_EOP, .cLength = 2, .pBuffer = "de"},
        {.dwElFlags = TP_ELEMENT_FILE | TP_ELEMENT_EOP, .cLength = 4},
        {.dwElFlags = TP_ELEMENT_MEMORY, .cLength = 1, .pBuffer = "z"},
    };
    static const char *const want[] = {"abcde", "ifth", "z"};
    OVERLAPPED overlapped = {.hEvent = CreateEventA(NULL, TRUE, FALSE, NULL)};
    LPFN_TRANSMITPACKETS transmit;
    struct address to;
    SOCKET from, s;
    DWORD n;

    winsock();
    s = bound(AF_INET, SOCK_DGRAM);
    to = address_of(s);
    from = new_socket(AF_INET, SOCK_DGRAM);
    transmit = (LPFN_TRANSMITPACKETS)extension(from, (GUID)WSAID_TRANSMITPACKETS);
    assert_fails(transmit(from, elements, 2, 0, NULL, 0) - 1, WSAENOTCONN);
    assert_works(connect(from, &to.sa, to.len));
    GetTempPathA(sizeof(directory), directory);
    GetTempFileNameA(directory, "slu", 0, path);
    elements[2].hFile = CreateFileA(path, GENERIC_READ | GENERIC_WRITE, 0, NULL, CREATE_ALWAYS,
                                    FILE_FLAG_DELETE_ON_CLOSE, NULL);
    elements[2].nFileOffset.QuadPart = 1;
    ck_assert(WriteFile(elements[2].hFile, "fifth", 5, &n, NULL));
    for (int k = 0; k < 2; k++) { /* and overlapped */
        BOOL done = transmit(from, elements, ARRAYSIZE(elements), 0, k ? &overlapped : NULL, 0);
        int error = WSAGetLastError();

        ck_assert_msg(done || (k && error == WSA_IO_PENDING), "%s", wsa_name(error));
        for (size_t i = 0; i < ARRAYSIZE(want); i++) {
            ck_assert_int_eq(selects(s, 'r', PATIENCE), 1);
            assert_returns(recv(s, text, sizeof(text), 0), (int)strlen(want[i]));
            ck_assert_mem_eq(text, want[i], strlen(want[i]));
        }
        ck_assert_int_eq(selects(s, 'r', 0), 0);
    }
    ck_assert_uint_eq(WaitForSingleObject(overlapped.hEvent, 5000), WAIT_OBJECT_0);
    CloseHandle(elements[2].hFile);
}
