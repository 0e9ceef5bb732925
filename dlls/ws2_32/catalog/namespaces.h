/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The catalog of name space providers (namespaces.def). */
#ifndef SLUICE_NAMESPACES_H
#define SLUICE_NAMESPACES_H

#include <winsock2.h>

struct namespace_row {
    GUID id;
    DWORD space; /* NS_* */
    DWORD version;
    const WCHAR *label;
};

/* Row `index`, counted from 0; NULL past the last. */
const struct namespace_row *namespace_row(unsigned int index);

/* The row of a provider's identity, or of a name space; NULL where there is none. */
const struct namespace_row *namespace_by_id(const GUID *id);
const struct namespace_row *namespace_by_space(DWORD space);

#endif
