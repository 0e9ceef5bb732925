/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* startup_static: imports startup_dll.dll, whose DllMain has called WSAStartup before main() runs.
 * Exit status: 0 it succeeded, and Winsock is started once here; 1 not. */
#include <winsock2.h>

#include <stdio.h>

__declspec(dllimport) int startup_dll_result(void);

int main(void)
{
    SOCKET s;

    if (startup_dll_result()) {
        printf("WSAStartup in DllMain: %d\n", startup_dll_result());
        return 1;
    }
    s = socket(AF_INET, SOCK_DGRAM, 0);
    if (s == INVALID_SOCKET || WSACleanup()) {
        printf("after DllMain's WSAStartup: %d\n", WSAGetLastError());
        return 1;
    }
    return !WSACleanup();
}
