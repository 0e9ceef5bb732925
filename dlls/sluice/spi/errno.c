/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* For ws2_32.dll's trace: which errno was behind an error. */
#include "spi/spi.h"

#include "pe/mark.h"

/* Exported. `error` 0 forgets what was before a call; else the name of the errno that became this
 * WSA code in the calling thread since, "" where none is known. */
void WINAPI SluiceErrno(int error, char name[24]);

void WINAPI SluiceErrno(int error, char name[24])
{
    struct errno_name_params params = {.error = error};
    const DWORD status = mark_get();

    name[0] = '\0';
    if (host_attach(false))
        return;
    if (error && status != MARK_NONE && xlat_error_from_status(status) == error)
        params.status = status;
    if (!UNIX_CALL(errno_name, &params))
        memcpy(name, params.name, sizeof(params.name));
}
