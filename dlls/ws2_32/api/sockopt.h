/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The one socket option that is a thread's: how socket() opens. */
#ifndef SLUICE_API_SOCKOPT_H
#define SLUICE_API_SOCKOPT_H

/* SO_OPENTYPE of the calling thread: 0 where its sockets are to be overlapped. */
int api_open_type(void);

#endif
