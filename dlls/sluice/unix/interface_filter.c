/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Interface lists (IP_IFLIST and its kin) as a socket filter of the kernel.  The filter is also the
 * list's memory: it lives as long as the socket, whoever has a handle on it.
 *
 *     on:   jump to the next          off:  accept
 *     load the interface's index
 *     for each of the list: equal? accept
 *     refuse */
#include <errno.h>
#include <linux/filter.h>
#include <stdbool.h>
#include <string.h>

#include "calls.h"
#include "sys.h"
#include "use.h"
#include "winabi.h"
#include "error.h"

#define ACCEPT     ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0xffffffffu))
#define REFUSE     ((struct sock_filter)BPF_STMT(BPF_RET | BPF_K, 0))
#define GO_ON      ((struct sock_filter)BPF_STMT(BPF_JMP | BPF_JA, 0))
#define LOAD_INDEX ((struct sock_filter)BPF_STMT(BPF_LD | BPF_W | BPF_ABS, INDEX_AT))
#define UNLESS(i)  ((struct sock_filter)BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, (i), 0, 1))
#define INDEX_AT   ((unsigned)(SKF_AD_OFF + SKF_AD_IFINDEX))
#define HEAD       2 /* instructions before the list, of which each member takes two */
#define LARGEST    (HEAD + 2 * INTERFACE_FILTER_MAX + 1)

/* Reads the list back.  A socket without a filter has an empty one, which is not in force. */
static int load(int fd, struct interface_filter_params *list)
{
    struct sock_filter code[LARGEST];
    socklen_t count = LARGEST; /* of instructions, not bytes */

    list->enabled = list->count = 0;
    memset(code, 0, sizeof(code));
    if (sys.getsockopt(fd, SOL_SOCKET, SO_GET_FILTER, code, &count))
        return error_in(XLAT_OP_OPTION, errno);
    if (count <= HEAD || code[1].k != INDEX_AT)
        return 0;
    list->enabled = code[0].code == GO_ON.code;
    list->count = (count - HEAD - 1) / 2;
    for (uint32_t i = 0; i < list->count; i++)
        list->list[i] = code[HEAD + 2 * i].k;
    return 0;
}

static int store(int fd, const struct interface_filter_params *list)
{
    struct sock_filter code[LARGEST];
    struct sock_fprog program = {.filter = code};

    code[0] = list->enabled ? GO_ON : ACCEPT;
    code[1] = LOAD_INDEX;
    for (uint32_t i = 0; i < list->count; i++) {
        code[HEAD + 2 * i] = UNLESS(list->list[i]);
        code[HEAD + 2 * i + 1] = ACCEPT;
    }
    program.len = (unsigned short)(HEAD + 2 * list->count + 1);
    code[program.len - 1] = REFUSE;
    if (sys.setsockopt(fd, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof(program)))
        return error_in(XLAT_OP_OPTION, errno);
    return 0;
}

/* Where an interface stands in the list; its count: nowhere. */
static uint32_t find(const struct interface_filter_params *list)
{
    uint32_t i = 0;

    while (i < list->count && list->list[i] != list->index)
        i++;
    return i;
}

static int add(struct interface_filter_params *list)
{
    if (find(list) < list->count)
        return 0;
    if (list->count == INTERFACE_FILTER_MAX)
        return WS_WSAENOBUFS;
    list->list[list->count++] = list->index;
    return 0;
}

static int take_out(struct interface_filter_params *list)
{
    uint32_t at = find(list);

    if (at == list->count)
        return WS_WSAEADDRNOTAVAIL;
    list->count--;
    memmove(&list->list[at], &list->list[at + 1], (list->count - at) * sizeof(list->list[0]));
    return 0;
}

static int change(int fd, struct interface_filter_params *list)
{
    int error = load(fd, list);

    if (error || list->operation == INTERFACE_FILTER_QUERY)
        return error;
    if (list->operation == INTERFACE_FILTER_ADD)
        error = add(list);
    else if (list->operation == INTERFACE_FILTER_REMOVE)
        error = take_out(list);
    else
        list->enabled = list->operation == INTERFACE_FILTER_ENABLE;
    return error ? error : store(fd, list);
}

int unix_interface_filter(struct interface_filter_params *params)
{
    SOCKET_USE use = SOCKET_UNUSED;
    int error = socket_use(params->handle, &use);

    return error ? error : change(use.fd, params);
}
