/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Windows' names for numbers, out of the lists in include/winabi. */
#include <string.h>

#include "trace/text.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

struct named {
    const char *name;
    uint32_t value;
};

#define WS_CONST(name, value)       {#name, (uint32_t)(value)},
#define WS_CONST_EXTRA(name, value) {#name, (uint32_t)(value)},
static const struct named errors[] = {
#include "winabi/errors.def"
};
static const struct named families[] = {
#include "winabi/families.def"
};
static const struct named options[] = {
#include "winabi/options.def"
};
static const struct named ioctls[] = {
#include "winabi/ioctls.def"
};
static const struct named messages[] = {
#include "winabi/msgflags.def"
};
static const struct named names[] = {
#include "winabi/aiflags.def"
};

#define ROW(name) {#name, name},
static const struct named events[] = {
    ROW(FD_READ) ROW(FD_WRITE) ROW(FD_OOB) ROW(FD_ACCEPT) ROW(FD_CONNECT) ROW(FD_CLOSE) ROW(FD_QOS)
        ROW(FD_GROUP_QOS) ROW(FD_ROUTING_INTERFACE_CHANGE) ROW(FD_ADDRESS_LIST_CHANGE)};
static const struct named socket_flags[] = {
    ROW(WSA_FLAG_OVERLAPPED) ROW(WSA_FLAG_MULTIPOINT_C_ROOT) ROW(WSA_FLAG_MULTIPOINT_C_LEAF)
        ROW(WSA_FLAG_MULTIPOINT_D_ROOT) ROW(WSA_FLAG_MULTIPOINT_D_LEAF)
            ROW(WSA_FLAG_ACCESS_SYSTEM_SECURITY) ROW(WSA_FLAG_NO_HANDLE_INHERIT)};
/* Those of several bits first. */
static const struct named polls[] = {ROW(POLLIN) ROW(POLLRDNORM) ROW(POLLRDBAND) ROW(POLLPRI) ROW(
    POLLWRNORM) ROW(POLLWRBAND) ROW(POLLERR) ROW(POLLHUP) ROW(POLLNVAL)};

static const struct {
    const struct named *row;
    size_t count;
} lists[NAME_LISTS] = {
    [NAMES_ERROR] = {errors, COUNT(errors)},
    [NAMES_FAMILY] = {families, COUNT(families)},
    [NAMES_OPTION] = {options, COUNT(options)},
    [NAMES_IOCTL] = {ioctls, COUNT(ioctls)},
    [NAMES_MESSAGE] = {messages, COUNT(messages)},
    [NAMES_NAME] = {names, COUNT(names)},
    [NAMES_EVENT] = {events, COUNT(events)},
    [NAMES_SOCKET_FLAG] = {socket_flags, COUNT(socket_flags)},
    [NAMES_POLL] = {polls, COUNT(polls)},
};

static bool has_prefix(const char *name, const char *prefix)
{
    return !strncmp(name, prefix, strlen(prefix));
}

const char *name_find(enum name_list list, const char *prefix, int32_t value)
{
    for (size_t i = 0; i < lists[list].count; i++)
        if (lists[list].row[i].value == (uint32_t)value &&
            has_prefix(lists[list].row[i].name, prefix))
            return lists[list].row[i].name;
    return NULL;
}

void text_name(struct text *text, enum name_list list, const char *prefix, int32_t value)
{
    const char *name = name_find(list, prefix, value);

    if (name)
        text_add(text, "%s", name);
    else
        text_add(text, list == NAMES_IOCTL ? "0x%x" : "%d", value);
}

void text_flags(struct text *text, enum name_list list, const char *prefix, uint32_t value)
{
    const char *between = "";

    if (!value)
        text_add(text, "0");
    for (size_t i = 0; i < lists[list].count && value; i++) {
        const struct named *row = &lists[list].row[i];

        if (!row->value || (value & row->value) != row->value || !has_prefix(row->name, prefix))
            continue;
        text_add(text, "%s%s", between, row->name);
        between = "|";
        value &= ~row->value;
    }
    if (value)
        text_add(text, "%s0x%x", between, value);
}
