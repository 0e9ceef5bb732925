/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See watch_place.h.  A stub is replaced by one aligned eight-byte compare-and-swap, which changes
 * its first instruction only: a thread that has run that one already finds the next where it was.
 */
#include <string.h>

#include "spi/watch_place.h"

/* The known bytes; NR and DISP stand for numbers that differ. */
#define ANY 0x100
#define NR  ANY, ANY, ANY, ANY

#define JUMP_LENGTH 5 /* e9 and the distance */

#if defined(__x86_64__)

#define STUB_LENGTH 32

/* mov r10,rcx; mov eax,NR; test byte [0x7ffe0308],1; jnz +3; syscall; ret; jmp +1; ret; call
 * [0x7ffe1000]; ret */
static const unsigned short known[] = {
    0x4c, 0x8b, 0xd1, 0xb8, NR,   0xf6, 0x04, 0x25, 0x08, 0x03, 0xfe, 0x7f, 0x01, 0x75, 0x03,
    0x0f, 0x05, 0xc3, 0xeb, 0x01, 0xc3, 0xff, 0x14, 0x25, 0x00, 0x10, 0xfe, 0x7f, 0xc3,
};

#elif defined(__i386__)

#define DISP        ANY, ANY, ANY, ANY
#define STUB_LENGTH 16

/* mov eax,NR; mov edx,DISP; call edx; ret n; nop */
static const unsigned short known[] = {
    0xb8, NR, 0xba, DISP, 0xff, 0xd2, 0xc2, ANY, 0x00, 0x90,
};

#else
#error "the system-call stubs of this processor are not known"
#endif

_Static_assert(sizeof(known) == STUB_LENGTH * sizeof(known[0]), "every byte of a stub");

#define STUB_ALIGNMENT 16

bool place_is_known(const void *stub)
{
    const unsigned char *bytes = stub;

    if (!stub || (ULONG_PTR)stub % STUB_ALIGNMENT)
        return false;
    for (size_t i = 0; i < STUB_LENGTH; i++)
        if (known[i] != ANY && known[i] != bytes[i])
            return false;
    return true;
}

static bool protect(void *address, SIZE_T size, ULONG protection, ULONG *old)
{
    return !NtProtectVirtualMemory(GetCurrentProcess(), &address, &size, protection, old);
}

static bool make_executable(void *address, SIZE_T size)
{
    ULONG old;

    return protect(address, size, PAGE_EXECUTE_READ, &old);
}

/* `base` NULL: anywhere. Returns whether the range is ours now. */
static bool allocate(void **base, SIZE_T size)
{
    return !NtAllocateVirtualMemory(GetCurrentProcess(), base, 0, &size, MEM_RESERVE | MEM_COMMIT,
                                    PAGE_READWRITE);
}

static void set_jump(struct placed *placed, const unsigned char *target)
{
    const int32_t distance =
        (int32_t)(target - ((const unsigned char *)placed->stub + JUMP_LENGTH));

    memcpy(&placed->before, (const void *)placed->stub, sizeof(placed->before));
    placed->after = (placed->before & ~0xffffffffffull) | 0xe9 | (uint64_t)(uint32_t)distance << 8;
}

#if defined(__x86_64__)

#define GRANULARITY 0x10000    /* of reservations */
#define REACH       0x7ff00000 /* of a jump */

/* In front of the hook, near enough for a jump of five bytes; and the stub's copy behind it. */
struct thunk {
    unsigned char jump[6]; /* jmp [target] */
    unsigned char target[8];
    unsigned char unused[2];
    unsigned char copy[STUB_LENGTH];
};

/* The first instruction has three bytes, the jump five.  Where bits 16 to 31 of the jump's distance
 * are the bytes that stand there already, the second instruction stays whole: the thunk must lie in
 * the 64 KB that begin here. */
static unsigned char *thunk_window(const unsigned char *stub)
{
    const int32_t high = (int32_t)((uint32_t)(stub[3] | stub[4] << 8) << 16);

    return (unsigned char *)stub + JUMP_LENGTH + high;
}

static struct thunk *allocate_thunk(const unsigned char *stub)
{
    unsigned char *low = thunk_window(stub);
    unsigned char *boundary =
        (unsigned char *)(((ULONG_PTR)low + GRANULARITY - 1) & ~(ULONG_PTR)(GRANULARITY - 1));
    unsigned char *inside = (unsigned char *)(((ULONG_PTR)low + 15) & ~(ULONG_PTR)15);
    void *base = boundary;

    if (allocate(&base, sizeof(struct thunk)))
        return base;
    base = boundary - GRANULARITY;
    if (inside + sizeof(struct thunk) <= boundary && allocate(&base, GRANULARITY))
        return (struct thunk *)inside;
    return NULL;
}

/* Anywhere a jump reaches, below the library. */
static struct thunk *allocate_near(const unsigned char *stub)
{
    const ULONG_PTR start = (ULONG_PTR)stub & ~(ULONG_PTR)(GRANULARITY - 1);

    for (ULONG_PTR distance = GRANULARITY; distance < REACH && distance < start;
         distance += GRANULARITY) {
        void *base = (void *)(start - distance);

        if (allocate(&base, sizeof(struct thunk)))
            return base;
    }
    return NULL;
}

/* Fills the thunk; the jump to it must leave `same` of the stub's bytes as they were. */
static bool prepare(struct placed *placed, struct thunk *thunk, void *stub, void *hook, int same)
{
    static const unsigned char jump[] = {0xff, 0x25, 0, 0, 0, 0};
    const int changed = 8 * ((int)sizeof(placed->after) - same);

    if (!thunk)
        return false;
    memcpy(thunk->jump, jump, sizeof(jump));
    memcpy(thunk->target, &hook, sizeof(hook));
    memcpy(thunk->copy, stub, STUB_LENGTH);
    placed->stub = stub;
    placed->original = thunk->copy;
    set_jump(placed, thunk->jump);
    return placed->after >> changed == placed->before >> changed &&
           make_executable(thunk, sizeof(*thunk));
}

bool place_prepare(struct placed *placed, void *stub, void *hook)
{
    return place_is_known(stub) && prepare(placed, allocate_thunk(stub), stub, hook, 5);
}

bool place_prepare_quiet(struct placed *placed, void *stub, void *hook)
{
    return place_is_known(stub) && prepare(placed, allocate_near(stub), stub, hook, 3);
}

#else

/* The first instruction has the length of a jump, which reaches the hook wherever it is. */
bool place_prepare(struct placed *placed, void *stub, void *hook)
{
    void *copy = NULL;

    if (!place_is_known(stub) || !allocate(&copy, STUB_LENGTH))
        return false;
    memcpy(copy, stub, STUB_LENGTH);
    placed->stub = stub;
    placed->original = copy;
    set_jump(placed, hook);
    return make_executable(copy, STUB_LENGTH);
}

bool place_prepare_quiet(struct placed *placed, void *stub, void *hook)
{
    return place_prepare(placed, stub, hook);
}

#endif

/* Executable all the while, for the other stubs of the page. */
static bool swap(struct placed *placed, uint64_t from, uint64_t to)
{
    void *address = (void *)placed->stub;
    ULONG protection, ignored;
    bool done;

    if (!protect(address, sizeof(to), PAGE_EXECUTE_READWRITE, &protection))
        return false;
    done = __atomic_compare_exchange_n(placed->stub, &from, to, false, __ATOMIC_SEQ_CST,
                                       __ATOMIC_SEQ_CST);
    protect(address, sizeof(to), protection, &ignored);
    NtFlushInstructionCache(GetCurrentProcess(), address, sizeof(to));
    return done;
}

bool place_commit(struct placed *placed)
{
    return swap(placed, placed->before, placed->after);
}

void place_take_back(struct placed *placed)
{
    swap(placed, placed->after, placed->before);
}
