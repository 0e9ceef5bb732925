/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Socket options the provider answers itself (sockopt_local.c). */
#ifndef SLUICE_SOCKOPT_H
#define SLUICE_SOCKOPT_H

#include "spi/spi.h"
#include "xlat/option.h"

/* One WSPGetSockOpt or WSPSetSockOpt call whose row was found and whose length fits. */
struct option_call {
    SOCKET s;
    const struct xlat_option *row;
    struct afd_info info;
    void *value;    /* a copy of ours: get: *length bytes of room; set: what the program gave */
    int32_t length; /* get: in: room, at most the row's size, out: bytes of value to hand back; set:
                       bytes given */
    int32_t room;   /* get: the program's *optlen */
    int32_t report; /* get: what *optlen becomes; as length unless the handler says otherwise */
    char *program;  /* the program's buffer, for values that hold pointers into themselves */
};

/* The most any option's value takes here. */
#define OPTION_VALUE_MAX 1024

/* Options that ask for control messages (control.c). */
int option_get_control(struct option_call *call);
int option_set_control(struct option_call *call);

/* Interface lists (interface_filter.c). */
int option_get_interface_filter(struct option_call *call);
int option_set_interface_filter(struct option_call *call);
int option_get_interface_list(struct option_call *call);
int option_add_interface(struct option_call *call);
int option_remove_interface(struct option_call *call);

/* Each returns 0 or a WSA code. WSAENOPROTOOPT where the option has no such operation. */
int option_get_local(struct option_call *call);
int option_set_local(struct option_call *call);

#endif
