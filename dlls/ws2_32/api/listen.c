/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/api.h"

/* The documentation of listen: on a socket that listens already it succeeds and changes nothing.
 * WSPListen's says that the backlog is updated.  Each entry keeps its own promise, so the question
 * is asked here. */
static bool is_listening(const WSPPROC_TABLE *provider, SOCKET s)
{
    BOOL listening = FALSE;
    INT length = sizeof(listening), error;

    return !provider->lpWSPGetSockOpt(s, SOL_SOCKET, SO_ACCEPTCONN, (char *)&listening, &length,
                                      &error) &&
           listening;
}

int WSAAPI listen(SOCKET s, int backlog)
{
    const WSPPROC_TABLE *provider = api_enter();
    int result, error = 0;

    if (!provider)
        return SOCKET_ERROR;
    if (is_listening(provider, s))
        return 0;
    result = provider->lpWSPListen(s, backlog, &error);
    return api_leave(result, error);
}
