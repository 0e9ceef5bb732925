/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The generated walk: every export with NULL, unmapped, read-only, short, overlong and odd
 * arguments, alone and mixed.  Each call ends with success or a documented code, in a living
 * process; no buffer is overrun and no handle kept.
 *
 * "WSAEFAULT: the system detected an invalid pointer address in attempting to use a pointer
 * argument of a call": Windows finds some of these pointers in the caller's own code and ends it
 * with an exception (the pages of the name functions promise WSAEFAULT for NULL only). chosen: the
 * code. */
#include "walk.h"

enum { MIXED = 60, MIXED_PER_CHOICE = 8, REPORTED = 40 };

static unsigned random_state;
static int wrong;

static unsigned next_random(unsigned below)
{
    random_state = random_state * 1664525 + 1013904223;
    return (random_state >> 8) % below;
}

/* One function type for each number of arguments: on i386 the function pops them. */
#define P     uintptr_t
#define T2    P, P
#define T4    T2, T2
#define T8    T4, T4
#define A2(i) a[i], a[(i) + 1]
#define A4(i) A2(i), A2((i) + 2)
#define A8(i) A4(i), A4((i) + 4)
#define CALLER(n, types, values)                                                                   \
    static P call##n(void *f, const P *a)                                                          \
    {                                                                                              \
        (void)a;                                                                                   \
        return ((P(WINAPI *) types)(uintptr_t)f)values;                                            \
    }
CALLER(0, (void), ())
CALLER(1, (P), (a[0]))
CALLER(2, (T2), (A2(0)))
CALLER(3, (T2, P), (A2(0), a[2]))
CALLER(4, (T4), (A4(0)))
CALLER(5, (T4, P), (A4(0), a[4]))
CALLER(6, (T4, T2), (A4(0), A2(4)))
CALLER(7, (T4, T2, P), (A4(0), A2(4), a[6]))
CALLER(8, (T8), (A8(0)))
CALLER(9, (T8, P), (A8(0), a[8]))
CALLER(10, (T8, T2), (A8(0), A2(8)))
CALLER(11, (T8, T2, P), (A8(0), A2(8), a[10]))
CALLER(12, (T8, T4), (A8(0), A4(8)))

static uintptr_t call(void *function, const struct walk_row *row, const uintptr_t *arguments)
{
    static uintptr_t (*const callers[])(void *, const P *) = {call0,  call1,  call2, call3, call4,
                                                              call5,  call6,  call7, call8, call9,
                                                              call10, call11, call12};
    unsigned count = 0;

    while (count < WALK_ARGUMENTS && row->arguments[count].kind != KIND_NONE)
        count++;
    return callers[count](function, arguments);
}

/* Exported, or got by its GUID. */
static void *find_function(const struct walk_row *row)
{
    void *function = winsock_function(row->name);
    DWORD n;

    for (size_t i = 0; !function && i < walk_extension_count; i++)
        if (!strcmp(walk_extensions[i].name, row->name))
            assert_works(WSAIoctl(world.stream[0], SIO_GET_EXTENSION_FUNCTION_POINTER,
                                  (void *)&walk_extensions[i].id, sizeof(GUID), &function,
                                  sizeof(function), &n, NULL, NULL));
    return function;
}

/* Whether the call failed; with which code, 0 where that cannot be told. */
static bool failed(const struct walk_row *row, uintptr_t result, const uintptr_t *arguments,
                   int *code)
{
    int error = WSAGetLastError();
    bool is_error = row->form == FORM_MINUS  ? (int)result == -1
                    : row->form == FORM_ZERO ? !result
                    : row->form == FORM_CODE ? (int)result != 0
                                             : false;

    *code = row->form == FORM_CODE ? (int)result : error;
    for (unsigned i = 0; i < WALK_ARGUMENTS; i++)
        if (row->arguments[i].kind == KIND_ERRNO && !walk_errno(i, arguments[i], code))
            *code = 0;
    return is_error;
}

static bool is_documented(const struct walk_row *row, int code)
{
    /* What any call may run out of; mixed arguments are bad in several ways. */
    static const int always[] = {WSAEFAULT, WSAENOBUFS, WSA_NOT_ENOUGH_MEMORY, WSA_IO_PENDING};

    for (size_t i = 0; i < ARRAYSIZE(always); i++)
        if (code == always[i])
            return true;
    for (size_t i = 0; i < WALK_CODES; i++)
        if (code && code == row->codes[i])
            return true;
    for (size_t i = 0; i < WALK_ARGUMENTS; i++) {
        const struct walk_argument *a = &row->arguments[i];

        if ((a->kind == KIND_OVERLAPPED && code == WSA_INVALID_HANDLE) || /* its event */
            (a->kind == KIND_SOCKET && code == WSAENOTSOCK) ||
            (code && (code == a->null_code || code == a->fault_code)))
            return true;
    }
    return false;
}

static void report(const struct walk_row *row, const char *how, const char *got, const char *want)
{
    if (wrong++ < REPORTED)
        printf("%s, %s: %s%s%s\n", row->name, how, got, want ? ", expected " : "",
               want ? want : "");
}

static void judge(const struct walk_row *row, const char *how, const struct walk_variant *variant,
                  bool is_error, int code)
{
    const char *got = is_error ? wsa_name(code) : "success";

    if (variant->outcome == OUTCOME_ALIVE || (is_error && !code))
        return;
    if (variant->outcome == OUTCOME_CODE && (!is_error || code != variant->code))
        report(row, how, got, wsa_name(variant->code));
    else if (variant->outcome == OUTCOME_ANY && is_error && !is_documented(row, code))
        report(row, how, got, "a documented code");
}

/* One call; `variant` is what it is judged by. */
static void try_call(void *function, const struct walk_row *row, const uintptr_t *arguments,
                     const char *how, const struct walk_variant *variant)
{
    const char *overrun;
    uintptr_t result;
    HANDLE file = NULL;
    bool is_error;
    int code;

    doing("%s, %s", row->name, how);
    WSASetLastError(ERROR_UNTOUCHED);
    result = call(function, row, arguments);
    is_error = failed(row, result, arguments, &code);
    judge(row, how, variant, is_error, code);
    overrun = walk_overrun(row, arguments);
    if (overrun)
        report(row, how, overrun, NULL);
    for (unsigned i = 0; i < WALK_ARGUMENTS; i++) {
        if (row->arguments[i].kind == KIND_SOCKET && !file)
            file = (HANDLE)arguments[i];
        if (row->arguments[i].kind == KIND_OVERLAPPED && is_error && code == WSA_IO_PENDING &&
            !walk_end_overlapped(i, arguments[i], file))
            report(row, how, "the operation does not end", NULL);
    }
    if (row->undo && (!is_error || code == WSA_IO_PENDING))
        row->undo(result, arguments);
    walk_settle();
}

/* Good values for all arguments but one. */
static void fill(const struct walk_row *row, unsigned but, uintptr_t *arguments)
{
    struct walk_variant made;

    for (unsigned i = 0; i < WALK_ARGUMENTS; i++)
        if (i != but) {
            walk_make(row, i, 0, &made);
            arguments[i] = made.value;
        }
}

static void walk_alone(void *function, const struct walk_row *row, unsigned slot)
{
    uintptr_t arguments[WALK_ARGUMENTS];
    struct walk_variant made;
    char how[128];

    for (unsigned variant = 0; walk_make(row, slot, variant, &made); variant++) {
        fill(row, slot, arguments);
        walk_make(row, slot, variant, &made);
        arguments[slot] = made.value;
        snprintf(how, sizeof(how), "argument %u %s (%u)", slot + 1, made.what, variant);
        try_call(function, row, arguments, how, &made);
    }
}

static void walk_mixed(void *function, const struct walk_row *row, unsigned count)
{
    unsigned variants[WALK_ARGUMENTS] = {0};
    uintptr_t arguments[WALK_ARGUMENTS];
    struct walk_variant made, any = {.outcome = OUTCOME_ANY};
    char how[256];

    for (unsigned i = 0; i < WALK_ARGUMENTS; i++)
        while (walk_make(row, i, variants[i], &made))
            variants[i]++;
    for (unsigned n = 0; n < count; n++) {
        int at = snprintf(how, sizeof(how), "mixed");

        for (unsigned i = 0; i < WALK_ARGUMENTS; i++) {
            unsigned variant = next_random(2) ? next_random(variants[i]) : 0;

            walk_make(row, i, variant, &made);
            arguments[i] = made.value;
            if (variant && at < (int)sizeof(how))
                at +=
                    snprintf(how + at, sizeof(how) - at, ", %u %s (%u)", i + 1, made.what, variant);
        }
        try_call(function, row, arguments, how, &any);
    }
}

static void walk_row(const struct walk_row *row)
{
    void *function = find_function(row);
    unsigned mixed = MIXED;

    if (!function) /* an older Windows, or a 32-bit one */
        return;
    random_state = 1;
    for (unsigned i = 0; i < WALK_ARGUMENTS && row->arguments[i].kind; i++) {
        walk_alone(function, row, i);
        for (const int *c = row->arguments[i].choices; c && *c != END_OF_CHOICES; c++)
            mixed += MIXED_PER_CHOICE;
    }
    walk_mixed(function, row, row->arguments[0].kind ? mixed : 1);
}

static void walk_group(const char *group)
{
    for (size_t i = 0; i < walk_row_count; i++)
        if (!strcmp(walk_rows[i].group, group))
            walk_row(&walk_rows[i]);
}

/* The handles of this process. */
static int count_handles(void)
{
    DWORD flags;
    int count = 0;

    for (uintptr_t h = 4; h < 0x4000; h += 4)
        count += GetHandleInformation((HANDLE)h, &flags) != FALSE;
    return count;
}

/* What is made once and kept is no leak: growth that goes on is. */
static void check_group(const char *group)
{
    int before = 0, after = 0;

    walk_prepare();
    walk_group(group);
    for (int i = 0; i < 3; i++) {
        before = count_handles();
        walk_group(group);
        for (int k = 0; k < 30 && (after = count_handles()) > before; k++)
            Sleep(100); /* threads that end */
        if (after <= before)
            break;
    }
    ck_assert_msg(after <= before, "%d handles, then %d", before, after);
    ck_assert_msg(wrong == 0, "%d calls differ", wrong);
    ck_assert_msg(IsWindow(world.window), "the window is gone");
}

#define GROUP(name)                                                                                \
    CASE(walk, name)                                                                               \
    {                                                                                              \
        check_group(#name);                                                                        \
    }
GROUP(sockets)
GROUP(data)
GROUP(options)
GROUP(events)
GROUP(names)
GROUP(async_names)
GROUP(services)
GROUP(catalog)
GROUP(catalog_writes)
GROUP(extensions)
GROUP(startup)
