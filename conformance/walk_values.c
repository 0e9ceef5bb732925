/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Good and bad values for every kind of argument of the walk. What a function is given lies right
 * before a page that cannot be touched, with known bytes in front. */
#include "walk.h"

enum { AREA = 0x20000, FRONT = 64, OVERLONG = 0x8000 };
enum { BYTE_FRONT = 0xa5, BYTE_ROOM = 0x5a };

/* One argument's memory. `at` is where its good value starts; NULL: it has none. */
static struct area {
    unsigned char *end, *read_only_end; /* the page behind cannot be touched */
    unsigned char *at;
    bool patterned; /* what is not written shows */
    int64_t length; /* what KIND_LENGTH or KIND_LENGTH_AT said */
} areas[WALK_ARGUMENTS];

static unsigned char *new_area(void)
{
    DWORD old;
    unsigned char *start =
        VirtualAlloc(NULL, AREA + 0x1000, MEM_RESERVE | MEM_COMMIT, PAGE_READWRITE);

    ck_assert_ptr_nonnull(start);
    ck_assert(VirtualProtect(start + AREA, 0x1000, PAGE_NOACCESS, &old));
    return start + AREA;
}

static struct area *area_of(unsigned slot)
{
    struct area *area = &areas[slot];

    if (!area->end) {
        area->end = new_area();
        area->read_only_end = new_area();
    }
    return area;
}

/* Room at the end of the area, `spare` bytes before it. */
static unsigned char *room(struct area *area, size_t size, size_t spare)
{
    area->at = area->end - size - spare;
    memset(area->at - FRONT, BYTE_FRONT, FRONT);
    memset(area->at, BYTE_ROOM, size + spare);
    area->patterned = true;
    return area->at;
}

static void read_only(struct area *area, DWORD protection)
{
    DWORD old;

    ck_assert(VirtualProtect(area->read_only_end - AREA, AREA, protection, &old));
}

static size_t text_size(const struct walk_argument *a)
{
    return a->kind == KIND_WIDE ? (wcslen(a->text) + 1) * sizeof(WCHAR) : strlen(a->text) + 1;
}

static size_t size_of(const struct walk_argument *a)
{
    switch (a->kind) {
    case KIND_TEXT:
    case KIND_WIDE:
        return text_size(a);
    case KIND_LENGTH_AT:
        return sizeof(int);
    case KIND_OVERLAPPED:
        return sizeof(OVERLAPPED);
    default:
        return a->size;
    }
}

/* The length that is right for the argument it belongs to. */
static int64_t right_length(const struct walk_row *row, const struct walk_argument *a)
{
    const struct walk_argument *of = &row->arguments[a->value];

    if (of->kind == KIND_TEXT || of->kind == KIND_WIDE)
        return (int64_t)(text_size(of) / (of->kind == KIND_WIDE ? sizeof(WCHAR) : 1)) - 1;
    return of->size / a->size;
}

/* Writes the good contents. */
static void contents(const struct walk_row *row, const struct walk_argument *a, struct area *area,
                     unsigned char *at)
{
    int length;

    if (a->kind == KIND_TEXT || a->kind == KIND_WIDE) {
        memcpy(at, a->text, text_size(a));
    } else if (a->kind == KIND_LENGTH_AT) {
        length = (int)(area->length = right_length(row, a));
        memcpy(at, &length, sizeof(length));
    } else if (a->kind == KIND_IN || a->kind == KIND_OVERLAPPED || a->fill) {
        memset(at, 0, size_of(a));
        if (a->fill)
            a->fill(at);
    }
}

/* Good contents at their place, `spare` bytes too early. */
static unsigned char *good(const struct walk_row *row, const struct walk_argument *a,
                           struct area *area, size_t spare)
{
    unsigned char *at = room(area, size_of(a), spare);

    contents(row, a, area, at);
    return at;
}

static bool is_written(const struct walk_argument *a)
{
    return a->kind == KIND_OUT || a->kind == KIND_LENGTH_AT || a->kind == KIND_OVERLAPPED ||
           a->kind == KIND_ERRNO;
}

/* A pointer nothing can be done with. */
static void bad(struct walk_variant *made, const struct walk_argument *a, const char *what,
                uintptr_t value)
{
    made->what = what;
    made->value = value;
    made->code = a->fault_code ? a->fault_code : WSAEFAULT;
    made->outcome = a->kind == KIND_ERRNO || a->kind == KIND_FREED ? OUTCOME_ALIVE
                    : a->flags & LOOSE                             ? OUTCOME_ANY
                                                                   : OUTCOME_CODE;
}

static void make_null(struct walk_variant *made, const struct walk_argument *a)
{
    bad(made, a, "NULL", 0);
    made->code = a->null_code ? a->null_code : WSAEFAULT;
    if ((a->flags & MAY_BE_NULL) && made->outcome == OUTCOME_CODE)
        made->outcome = OUTCOME_ANY;
}

/* Readable, not writable. */
static void make_read_only(const struct walk_row *row, const struct walk_argument *a,
                           struct area *area, struct walk_variant *made)
{
    unsigned char *at = area->read_only_end - size_of(a);

    read_only(area, PAGE_READWRITE);
    contents(row, a, area, at);
    read_only(area, PAGE_READONLY);
    if (is_written(a)) {
        bad(made, a, "read-only", (uintptr_t)at);
        if (a->flags & PARTLY)
            made->outcome = OUTCOME_ANY;
    } else {
        made->what = "in read-only memory";
        made->value = (uintptr_t)at;
    }
}

static bool has_length(const struct walk_row *row, const struct walk_argument *of)
{
    for (unsigned i = 0; i < WALK_ARGUMENTS; i++) {
        const struct walk_argument *a = &row->arguments[i];

        if ((a->kind == KIND_LENGTH || a->kind == KIND_LENGTH_AT) &&
            &row->arguments[a->value] == of)
            return true;
    }
    return false;
}

/* All but its last byte. */
static void make_cut(const struct walk_row *row, const struct walk_argument *a, struct area *area,
                     struct walk_variant *made)
{
    static unsigned char copy[0x8000];
    size_t size = size_of(a);

    memcpy(copy, good(row, a, area, 0), size);
    area->at = NULL;
    memcpy(area->end - size + 1, copy, size - 1);
    bad(made, a, "cut short", (uintptr_t)(area->end - size + 1));
    if ((a->flags & PARTLY) || (a->kind == KIND_OUT && (a->fill || has_length(row, a))))
        made->outcome = OUTCOME_ANY;
}

/* Where no memory can be: no address at all on x86-64; the last page of 32 bits, which the kernel keeps. */
#ifdef _WIN64
#define NEVER_MAPPED 0x8000000000000000
#else
#define NEVER_MAPPED 0xfffff000
#endif

static const struct {
    const char *what;
    uintptr_t value;
} nowhere[] = {
    {"unmapped", 0x10},
    {"not canonical", (uintptr_t)NEVER_MAPPED},
    {"the last byte there can be", UINTPTR_MAX},
};

/* What all pointers have in common: variants 1 to COMMON. */
enum { COMMON = 1 + ARRAYSIZE(nowhere) + 1 };

static void make_common(const struct walk_argument *a, struct area *area, unsigned variant,
                        struct walk_variant *made)
{
    area->at = NULL;
    if (variant == 1) {
        make_null(made, a);
        if (a->flags & NO_NULL)
            bad(made, a, nowhere[0].what, nowhere[0].value);
    } else if (variant < COMMON) {
        bad(made, a, nowhere[variant - 2].what, nowhere[variant - 2].value);
    } else {
        bad(made, a, "no access", (uintptr_t)area->end);
    }
}

static bool make_structure(const struct walk_row *row, const struct walk_argument *a,
                           struct area *area, unsigned variant, struct walk_variant *made)
{
    unsigned char *at;

    switch (variant) {
    case 0:
        make_read_only(row, a, area, made);
        return true;
    case 1:
        make_cut(row, a, area, made);
        return true;
    case 2:
        made->what = "at an odd address";
        made->value = (uintptr_t)good(row, a, area, 1);
        return true;
    case 3:
    case 4:
        if (a->kind == KIND_LENGTH_AT)
            break;
        at = room(area, size_of(a), 0);
        memset(at, variant == 3 ? 0 : 0xff, size_of(a));
        area->patterned = false;
        made->what = variant == 3 ? "all bytes 0" : "all bytes 255";
        made->value = (uintptr_t)at;
        return true;
    default:
        break;
    }
    variant -= 5;
    if (variant >= WALK_MEMBERS * ARRAYSIZE(nowhere) || !a->members[variant / ARRAYSIZE(nowhere)])
        return false;
    at = good(row, a, area, 0);
    memcpy(at + a->members[variant / ARRAYSIZE(nowhere)] - 1,
           &nowhere[variant % ARRAYSIZE(nowhere)].value, sizeof(uintptr_t));
    made->what = "with a bad pointer in it";
    made->value = (uintptr_t)at;
    return true;
}

/* The odd lengths for a room of n. */
static bool odd_length(int64_t n, unsigned which, int64_t *length, const char **what)
{
    const int64_t lengths[] = {0, 1, n - 1, n + 1, n * 2, INT_MAX, -1, INT_MIN};

    if (which >= ARRAYSIZE(lengths))
        return false;
    *length = lengths[which];
    *what = *length < 0    ? "negative"
            : *length < n  ? "a length too short"
            : *length == n ? "the right length"
                           : "a length too long";
    return true;
}

static bool make_length_at(const struct walk_row *row, const struct walk_argument *a,
                           struct area *area, unsigned variant, struct walk_variant *made)
{
    int length;

    if (variant < 3)
        return make_structure(row, a, area, variant, made);
    if (!odd_length(right_length(row, a), variant - 3, &area->length, &made->what))
        return false;
    length = (int)area->length;
    memcpy(room(area, sizeof(length), 0), &length, sizeof(length));
    made->value = (uintptr_t)area->at;
    return true;
}

static bool make_text(const struct walk_argument *a, struct area *area, unsigned variant,
                      struct walk_variant *made)
{
    const size_t unit = a->kind == KIND_WIDE ? sizeof(WCHAR) : 1;
    static const char *const names[] = {"not terminated", "empty", "overlong", "odd characters",
                                        "blank"};
    static const size_t lengths[] = {32, 0, OVERLONG, 40, 1};
    static const unsigned char bytes[] = {'a', 0, 'a', 0xdc, ' '};
    size_t n;
    unsigned char *at;

    if (variant >= ARRAYSIZE(names))
        return false;
    n = lengths[variant];
    at = room(area, (n + (variant != 0)) * unit, 0);
    memset(at, 0, (n + (variant != 0)) * unit);
    for (size_t i = 0; i < n; i++) {
        at[i * unit] = bytes[variant];
        if (unit > 1 && variant == 3)
            at[i * unit + 1] = bytes[variant]; /* half of a surrogate pair */
    }
    if (variant == 0)
        bad(made, a, names[0], (uintptr_t)at);
    made->what = names[variant];
    made->value = (uintptr_t)at;
    return true;
}

static bool make_pointer(const struct walk_row *row, const struct walk_argument *a,
                         struct area *area, unsigned variant, struct walk_variant *made)
{
    if (variant == 0) {
        made->value = a->kind == KIND_FREED ? 0 : (uintptr_t)good(row, a, area, 0);
        if (a->kind == KIND_ERRNO)
            memcpy(area->at, &(int){ERROR_UNTOUCHED}, sizeof(int));
        return true;
    }
    if (variant <= COMMON) {
        make_common(a, area, variant, made);
        return true;
    }
    variant -= COMMON + 1;
    if (a->kind == KIND_FREED)
        return false;
    if (a->kind == KIND_TEXT || a->kind == KIND_WIDE)
        return make_text(a, area, variant, made);
    if (a->kind == KIND_LENGTH_AT)
        return make_length_at(row, a, area, variant, made);
    if (a->kind == KIND_ERRNO && variant > 2)
        return false;
    return make_structure(row, a, area, variant, made);
}

static bool make_integer(const struct walk_argument *a, unsigned variant, struct walk_variant *made)
{
    static const int odd[] = {0, 1, 2, 7, 0x80, 0xffff, 0x10000, INT_MAX, INT_MIN, -1};
    unsigned choices = 1;

    made->what = "another number";
    made->value = a->value;
    if (a->choices) {
        for (choices = 0; a->choices[choices] != END_OF_CHOICES; choices++)
            ;
        if (variant < choices)
            made->value = (uintptr_t)(intptr_t)a->choices[variant];
    }
    if (variant < choices)
        return true;
    if (variant - choices >= ARRAYSIZE(odd))
        return false;
    made->what = "an odd number";
    made->value = (uintptr_t)(intptr_t)odd[variant - choices];
    return true;
}

static bool make_length(const struct walk_row *row, const struct walk_argument *a,
                        struct area *area, unsigned variant, struct walk_variant *made)
{
    area->length = right_length(row, a);
    if (variant && !odd_length(area->length, variant - 1, &area->length, &made->what))
        return false;
    made->value = (uintptr_t)(intptr_t)area->length;
    return true;
}

bool walk_make(const struct walk_row *row, unsigned slot, unsigned variant,
               struct walk_variant *made)
{
    const struct walk_argument *a = &row->arguments[slot];
    struct area *area = area_of(slot);

    *made = (struct walk_variant){.what = "good"};
    switch (a->kind) {
    case KIND_NONE:
    case KIND_FIXED:
        made->value = a->value;
        return variant == 0;
    case KIND_INTEGER:
    case KIND_CHOICE:
        return make_integer(a, variant, made);
    case KIND_LENGTH:
        return make_length(row, a, area, variant, made);
    case KIND_SOCKET:
        return walk_make_socket(a, variant, made);
    case KIND_HANDLE:
        return walk_make_handle(a, variant, made);
    case KIND_ROUTINE:
        made->what = variant ? "a routine" : made->what;
        made->value = !variant ? 0 : a->make ? a->make() : (uintptr_t)&walk_routine;
        return variant < 2;
    default:
        return make_pointer(row, a, area, variant, made);
    }
}

/* The bytes of `slot` that a length says may be written; its size where no length says. */
static size_t allowed(const struct walk_row *row, unsigned slot)
{
    size_t size = row->arguments[slot].size;

    for (unsigned i = 0; i < WALK_ARGUMENTS; i++) {
        const struct walk_argument *a = &row->arguments[i];

        if ((a->kind == KIND_LENGTH || a->kind == KIND_LENGTH_AT) && a->value == slot &&
            areas[i].length >= 0 && (uint64_t)areas[i].length * a->size < size)
            return (size_t)areas[i].length * a->size;
    }
    return size;
}

const char *walk_overrun(const struct walk_row *row, const uintptr_t *arguments)
{
    for (unsigned i = 0; i < WALK_ARGUMENTS; i++) {
        const struct walk_argument *a = &row->arguments[i];
        const unsigned char *at = areas[i].at;

        if (!at || !is_written(a) || arguments[i] != (uintptr_t)at)
            continue;
        for (unsigned k = 1; k <= FRONT; k++)
            if (at[-(int)k] != BYTE_FRONT)
                return "something was written in front of a buffer";
        if (a->kind != KIND_OUT || a->fill || !areas[i].patterned)
            continue;
        for (size_t k = allowed(row, i); k < a->size; k++)
            if (at[k] != BYTE_ROOM)
                return "more was written than the length allows";
    }
    return NULL;
}

bool walk_errno(unsigned slot, uintptr_t value, int *code)
{
    if (!areas[slot].at || value != (uintptr_t)areas[slot].at)
        return false;
    memcpy(code, areas[slot].at, sizeof(*code));
    return true;
}

bool walk_end_overlapped(unsigned slot, uintptr_t value, HANDLE file)
{
    ULONG_PTR status;
    bool asked = false;

    if (!areas[slot].at || value != (uintptr_t)areas[slot].at)
        return true;
    for (int i = 0; i < 500; i++) {
        memcpy(&status, areas[slot].at, sizeof(status));
        if (status != STATUS_PENDING && status != WSAEINPROGRESS)
            return true;
        if (!asked)
            asked = CancelIoEx(file, NULL) != FALSE || i > 5;
        SleepEx(10, TRUE);
    }
    return false;
}
