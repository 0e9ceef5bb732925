/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "spi/spi.h"

int WSPAPI WSPBind(SOCKET s, const struct sockaddr *name, int namelen, LPINT lpErrno)
{
    struct afd_bind_params params = {0};
    unsigned char bound[SPI_ADDRESS_MAX];
    struct afd_info info;
    int length, error = afd_info(s, &info);

    if (!error)
        error = spi_get_address(name, namelen, info.family, params.address, &length);
    if (!error)
        error = afd_call(s, AFD_BIND, &params, offsetof(struct afd_bind_params, address) + length,
                         bound, length);
    return spi_return(error, lpErrno);
}
