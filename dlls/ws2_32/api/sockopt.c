/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "api/sockopt.h"

#include "api/clear.h"
#include "api/thread.h"

int api_open_type(void)
{
    struct api_thread *thread = api_thread_peek();

    return thread ? thread->open_type : 0;
}

/* Windows takes the length for unsigned here, so that negative ones are long enough. */
static int get_open_type(char *value, int *length)
{
    int type = api_open_type(), size = sizeof(type), room;

    if (!guard_get(room, length) || (unsigned int)room < sizeof(type) || !guard_put(value, type) ||
        !guard_put(length, size))
        return api_fail(WSAEFAULT);
    return api_leave_clear(0, 0);
}

static int set_open_type(const char *value, int length)
{
    struct api_thread *thread = api_thread_get();
    int type;

    if ((unsigned int)length < sizeof(type) || !guard_get(type, value))
        return api_fail(WSAEFAULT);
    if (!thread)
        return api_fail(WSAENOBUFS);
    thread->open_type = type;
    return api_leave_clear(0, 0);
}

int WSAAPI getsockopt(SOCKET s, int level, int name, char *value, int *length)
{
    const WSPPROC_TABLE *provider = api_enter();
    int error = 0, result;

    if (!provider)
        return SOCKET_ERROR;
    if (level == SOL_SOCKET && name == SO_OPENTYPE)
        return get_open_type(value, length);
    result = provider->lpWSPGetSockOpt(s, level, name, value, length, &error);
    return api_leave_clear(result, error);
}

int WSAAPI setsockopt(SOCKET s, int level, int name, const char *value, int length)
{
    const WSPPROC_TABLE *provider = api_enter();
    int error = 0, result;

    if (!provider)
        return SOCKET_ERROR;
    if (level == SOL_SOCKET && name == SO_OPENTYPE)
        return set_open_type(value, length);
    result = provider->lpWSPSetSockOpt(s, level, name, value, length, &error);
    return api_leave_clear(result, error);
}
