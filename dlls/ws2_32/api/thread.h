/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* What the library keeps per thread: choices a program makes for a thread, not for a socket. */
#ifndef SLUICE_API_THREAD_H
#define SLUICE_API_THREAD_H

#include "api/api.h"

struct api_thread {
    int open_type;  /* SO_OPENTYPE; 0: sockets are overlapped */
    FARPROC hook;   /* blocking hook of 1.1; NULL: the default one */
    bool in_hook;   /* the hook is running */
    bool cancelled; /* WSACancelBlockingCall was called inside it */
};

/* The calling thread's record, made when missing; NULL without memory.  Keeps the last error. */
struct api_thread *api_thread_get(void);

/* The same, NULL where there is none yet. */
struct api_thread *api_thread_peek(void);

#endif
