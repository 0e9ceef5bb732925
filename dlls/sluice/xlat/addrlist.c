/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See addrlist.h; the rules are those of AI_V4MAPPED and AI_ALL in RFC 3493, which Windows follows.
 */
#include "xlat/addrlist.h"

#include <string.h>

int addrlist_family_to_ask(int family, bool mapped)
{
    return family == NAME_FAMILY_6 && mapped ? NAME_FAMILY_ANY : family;
}

static struct name_address as_mapped(const struct name_address *from)
{
    struct name_address to = {.family = NAME_FAMILY_6, .bytes = {[10] = 0xff, [11] = 0xff}};

    memcpy(to.bytes + 12, from->bytes, 4);
    return to;
}

unsigned int addrlist_select(struct name_address *list, unsigned int count, int family, bool mapped,
                             bool all)
{
    bool convert = mapped && family == NAME_FAMILY_6, has_6 = false;
    unsigned int kept = 0;

    for (unsigned int i = 0; i < count; i++)
        has_6 |= list[i].family == NAME_FAMILY_6;
    for (unsigned int i = 0; i < count; i++) {
        if (family == NAME_FAMILY_ANY || list[i].family == family)
            list[kept++] = list[i];
        else if (convert && (all || !has_6))
            list[kept++] = as_mapped(&list[i]);
    }
    return kept;
}
