/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* netbios: netapi32.dll, which imports ws2_32.dll, enumerates its adapters and refuses one that
 * does not exist. Exit status: 0 so it did, 1 not. */
#include <windows.h>
#include <nb30.h>

#include <stdio.h>

int main(void)
{
    LANA_ENUM adapters = {0};
    NCB request = {
        .ncb_command = NCBENUM, .ncb_buffer = (PUCHAR)&adapters, .ncb_length = sizeof(adapters)};
    NCB reset = {.ncb_command = NCBRESET, .ncb_lana_num = 250};
    UCHAR code = Netbios(&request);

    if (code != NRC_GOODRET || request.ncb_retcode != NRC_GOODRET) {
        printf("NCBENUM: %#x\n", code);
        return 1;
    }
    code = Netbios(&reset);
    if (code != NRC_BRIDGE) {
        printf("NCBRESET: %#x\n", code);
        return 1;
    }
    return 0;
}
