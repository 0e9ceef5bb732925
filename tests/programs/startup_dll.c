/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* startup_dll.dll: its DllMain calls WSAStartup when it is attached, and WSACleanup when it is
 * detached. */
#include <winsock2.h>

static int result = -1;
static SOCKET used = INVALID_SOCKET;

/* What WSAStartup returned in DllMain, or what socket() failed with after it. */
__declspec(dllexport) int startup_dll_result(void)
{
    return result;
}

BOOL WINAPI DllMain(HINSTANCE instance, DWORD reason, LPVOID reserved)
{
    WSADATA data;

    (void)instance;
    if (reason == DLL_PROCESS_ATTACH) {
        result = WSAStartup(MAKEWORD(2, 2), &data);
        if (!result && (used = socket(AF_INET, SOCK_STREAM, 0)) == INVALID_SOCKET)
            result = WSAGetLastError();
    } else if (reason == DLL_PROCESS_DETACH && !reserved && !result) {
        closesocket(used);
        WSACleanup();
    }
    return TRUE;
}
