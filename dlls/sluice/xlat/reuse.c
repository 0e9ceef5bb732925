/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "xlat/reuse.h"

#include <stddef.h>
#include <string.h>

#include "winabi.h"

enum { WILDCARD, SPECIFIC };

#define U WS_WSAEADDRINUSE
#define A WS_WSAEACCES
#define O (-1) /* allowed to the same user; WSAEACCES to another */

/* Rows: first bind, columns: second.  Two specific addresses are the same one. */
static const int table[6][6] = {
    /*           default     reuse       exclusive
     *           W   S       W   S       W   S */
    /* def W */ {U, O, /**/ A, 0, /**/ U, O},
    /* def S */ {0, U, /**/ 0, A, /**/ U, U},
    /* reu W */ {U, O, /**/ 0, 0, /**/ U, O},
    /* reu S */ {0, U, /**/ 0, 0, /**/ U, U},
    /* exc W */ {U, A, /**/ A, A, /**/ U, A},
    /* exc S */ {0, U, /**/ 0, A, /**/ U, U},
};

#undef U
#undef A

/* The part of a claim that lies in one family's addresses. */
struct place {
    bool exists;
    bool crossing; /* IPv4 covered by :: */
    size_t length;
    const uint8_t *address;
};

static const uint8_t zeros[16];
static const uint8_t mapped[12] = {0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0xff, 0xff};

static bool is_mapped(const struct xlat_claim *claim)
{
    return claim->is_v6 && !memcmp(claim->address, mapped, sizeof(mapped));
}

static struct place place_v4(const struct xlat_claim *claim)
{
    if (!claim->is_v6)
        return (struct place){true, false, 4, claim->address};
    if (is_mapped(claim))
        return (struct place){true, false, 4, claim->address + sizeof(mapped)};
    if (claim->mode == XLAT_REUSE_EXCLUSIVE && !claim->v6_only &&
        !memcmp(claim->address, zeros, sizeof(zeros)))
        return (struct place){true, true, 4, zeros};
    return (struct place){0};
}

static struct place place_v6(const struct xlat_claim *claim)
{
    return (struct place){claim->is_v6 && !is_mapped(claim), false, 16, claim->address};
}

static int wildcard_or_specific(const struct place *place)
{
    return memcmp(place->address, zeros, place->length) ? SPECIFIC : WILDCARD;
}

static int look_up(const struct xlat_claim *first, const struct place *at,
                   const struct xlat_claim *second, const struct place *wanted)
{
    int row, column, error;

    if (!at->exists || !wanted->exists)
        return 0;
    row = wildcard_or_specific(at);
    column = wildcard_or_specific(wanted);
    if (row == SPECIFIC && column == SPECIFIC &&
        memcmp(at->address, wanted->address, at->length) != 0)
        return 0;
    error = table[((int)first->mode - 1) * 2 + row][((int)second->mode - 1) * 2 + column];
    if (error == O)
        return first->user == second->user ? 0 : WS_WSAEACCES;
    return at->crossing && error ? WS_WSAEACCES : error;
}

int xlat_reuse_check(const struct xlat_claim *first, const struct xlat_claim *second)
{
    struct place at = place_v6(first), wanted = place_v6(second);
    int error;

    if (!first->mode || !second->mode)
        return 0;
    error = look_up(first, &at, second, &wanted);
    if (error)
        return error;
    at = place_v4(first);
    wanted = place_v4(second);
    return look_up(first, &at, second, &wanted);
}
