/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Reading the catalog: WSAEnumProtocols, WSCEnumProtocols, WSCGetProviderPath. */
#include "api/api.h"

#include "catalog/catalog.h"

#define MAX_ROWS 64

/* The rows a zero-ended list of protocol numbers selects, NULL selecting all; hidden rows (raw
 * sockets) are listed to providers only.  Returns the number, or -1 for an unreadable list. */
static int select_rows(const int *protocols, bool hidden, unsigned int *selected)
{
    int count = 0;
    WSAPROTOCOL_INFOW row;

    for (unsigned int i = 0; count < MAX_ROWS && catalog_row(i, &row); i++) {
        int wanted = protocols == NULL;

        if ((row.dwProviderFlags & PFL_HIDDEN) && !hidden)
            continue;
        for (const int *p = protocols; p && !wanted; p++) {
            int protocol;

            if (!guard_get(protocol, p))
                return -1;
            if (!protocol)
                break;
            wanted = protocol == row.iProtocol;
        }
        if (wanted)
            selected[count++] = i;
    }
    return count;
}

static bool put_row(void *buffer, int at, unsigned int index, bool wide)
{
    WSAPROTOCOL_INFOW row;
    WSAPROTOCOL_INFOA ansi;

    catalog_row(index, &row);
    if (wide)
        return guard_put((WSAPROTOCOL_INFOW *)buffer + at, row);
    memcpy(&ansi, &row, offsetof(WSAPROTOCOL_INFOW, szProtocol));
    WideCharToMultiByte(CP_ACP, 0, row.szProtocol, -1, ansi.szProtocol, sizeof(ansi.szProtocol),
                        NULL, NULL);
    return guard_put((WSAPROTOCOL_INFOA *)buffer + at, ansi);
}

/* Returns the number of rows stored; SOCKET_ERROR with *error: WSAENOBUFS and the needed length
 * where the buffer is too small, WSAEFAULT. */
static int enumerate(const int *protocols, bool hidden, void *buffer, LPDWORD length, bool wide,
                     int *error)
{
    unsigned int selected[MAX_ROWS];
    int count = select_rows(protocols, hidden, selected);
    DWORD need, room;

    *error = WSAEFAULT;
    if (count < 0 || !guard_get(room, length))
        return SOCKET_ERROR;
    need = count * (wide ? sizeof(WSAPROTOCOL_INFOW) : sizeof(WSAPROTOCOL_INFOA));
    if (!buffer || room < need) {
        if (guard_put(length, need))
            *error = WSAENOBUFS;
        return SOCKET_ERROR;
    }
    for (int i = 0; i < count; i++)
        if (!put_row(buffer, i, selected[i], wide))
            return SOCKET_ERROR;
    if (!guard_put(length, need))
        return SOCKET_ERROR;
    return count;
}

int WSAAPI WSAEnumProtocolsW(LPINT protocols, LPWSAPROTOCOL_INFOW buffer, LPDWORD length)
{
    int error, count;

    if (!api_enter())
        return SOCKET_ERROR;
    count = enumerate(protocols, false, buffer, length, true, &error);
    return api_leave(count, error);
}

int WSAAPI WSAEnumProtocolsA(LPINT protocols, LPWSAPROTOCOL_INFOA buffer, LPDWORD length)
{
    int error, count;

    if (!api_enter())
        return SOCKET_ERROR;
    count = enumerate(protocols, false, buffer, length, false, &error);
    return api_leave(count, error);
}

/* Needs no start-up: installers call it. */
int WSPAPI WSCEnumProtocols(LPINT protocols, LPWSAPROTOCOL_INFOW buffer, LPDWORD length,
                            LPINT lpErrno)
{
    int error, count = enumerate(protocols, true, buffer, length, true, &error);

    if (count == SOCKET_ERROR && lpErrno)
        guard_put(lpErrno, error);
    return count;
}

bool catalog_has_provider(const GUID *id)
{
    WSAPROTOCOL_INFOW row;

    for (unsigned int i = 0; catalog_row(i, &row); i++)
        if (!memcmp(&row.ProviderId, id, sizeof(*id)))
            return true;
    return false;
}

/* WSCGetProviderPath's documentation: WSAEINVAL for an unknown identifier, WSAEFAULT where the path
 * does not fit, with the needed length in characters. */
int WSPAPI WSCGetProviderPath(LPGUID id, WCHAR *path, LPINT length, LPINT lpErrno)
{
    const INT need = lstrlenW(catalog_stored_path) + 1;
    int error = 0;
    GUID wanted;
    INT room;

    if (!guard_get(wanted, id) || !guard_get(room, length)) {
        error = WSAEFAULT;
    } else if (!catalog_has_provider(&wanted)) {
        error = WSAEINVAL;
    } else if (room < need || !path) {
        guard_put(length, need);
        error = WSAEFAULT;
    } else if (!guard_copy(path, catalog_stored_path, need * sizeof(WCHAR)) ||
               !guard_put(length, need)) {
        error = WSAEFAULT;
    }
    if (!error)
        return 0;
    if (lpErrno)
        guard_put(lpErrno, error);
    return SOCKET_ERROR;
}
