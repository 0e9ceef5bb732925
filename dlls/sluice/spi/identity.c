/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See identity.h: a table of pages by handle value, allocated when first needed and never freed. */
#include "spi/identity.h"

#define KNOWN           0x00000001u
#define ONE_CLOSING     0x00000002u
#define CLOSING_MASK    0x000000feu
#define ONE_OBJECT      0x00000100u
#define GENERATION_MASK 0xffffff00u

/* The host's handles are multiples of four below 2^26. */
#define WORDS_PER_PAGE 16384
#define PAGES          1024

static volatile uint32_t *volatile pages[PAGES];

static size_t index_of(ULONG_PTR value)
{
    return value >> 2;
}

/* The value's word; NULL where it never was used. */
static volatile uint32_t *find(ULONG_PTR value)
{
    const size_t index = index_of(value);
    volatile uint32_t *page =
        index < (size_t)WORDS_PER_PAGE * PAGES ? pages[index / WORDS_PER_PAGE] : NULL;

    return page ? &page[index % WORDS_PER_PAGE] : NULL;
}

/* The same, allocated if need be; NULL: no memory, or no value of the host's. */
static volatile uint32_t *get(ULONG_PTR value)
{
    const size_t index = index_of(value);
    SIZE_T size = WORDS_PER_PAGE * sizeof(uint32_t);
    void *page = NULL;
    volatile uint32_t *word = find(value);

    if (word || index >= (size_t)WORDS_PER_PAGE * PAGES || !value)
        return word;
    if (NtAllocateVirtualMemory(GetCurrentProcess(), &page, 0, &size, MEM_RESERVE | MEM_COMMIT,
                                PAGE_READWRITE))
        return NULL;
    if (InterlockedCompareExchangePointer((void *volatile *)&pages[index / WORDS_PER_PAGE], page,
                                          NULL)) {
        size = 0;
        NtFreeVirtualMemory(GetCurrentProcess(), &page, &size, MEM_RELEASE);
    }
    return find(value);
}

static bool replace(volatile uint32_t *word, uint32_t *old, uint32_t new)
{
    return __atomic_compare_exchange_n(word, old, new, false, __ATOMIC_SEQ_CST, __ATOMIC_SEQ_CST);
}

static bool is_same(uint32_t word, uint32_t token)
{
    return (word & GENERATION_MASK) == (token & GENERATION_MASK);
}

bool identity_new(SOCKET s)
{
    volatile uint32_t *word = get(s);
    uint32_t old = word ? *word : 0;

    while (word && !replace(word, &old, ((old & GENERATION_MASK) + ONE_OBJECT) | KNOWN))
        ;
    return word != NULL;
}

uint32_t identity_learn(SOCKET s)
{
    volatile uint32_t *word = s & 3 ? NULL : get(s);
    uint32_t old = word ? *word : CLOSING_MASK;

    for (;;) {
        if (old & CLOSING_MASK)
            return 0;
        if ((old & KNOWN) || replace(word, &old, old | KNOWN))
            return old | KNOWN;
    }
}

bool identity_is(SOCKET s, uint32_t token)
{
    volatile uint32_t *word = find(s);

    return word && __atomic_load_n(word, __ATOMIC_SEQ_CST) == token;
}

bool identity_known(HANDLE handle)
{
    volatile uint32_t *word = find((ULONG_PTR)handle);

    return word && (*word & KNOWN);
}

bool identity_is_closing(SOCKET s)
{
    volatile uint32_t *word = find(s);

    return word && (*word & CLOSING_MASK);
}

/* More closes of one value at once than can be counted end together with the first of them. */
uint32_t identity_closing(HANDLE handle)
{
    volatile uint32_t *word = find((ULONG_PTR)handle);
    uint32_t old = word ? *word : CLOSING_MASK;

    while ((old & CLOSING_MASK) != CLOSING_MASK && !replace(word, &old, old + ONE_CLOSING))
        ;
    return old;
}

bool identity_is_same(HANDLE handle, uint32_t token)
{
    volatile uint32_t *word = find((ULONG_PTR)handle);

    return word && is_same(*word, token);
}

void identity_closed(HANDLE handle, uint32_t token)
{
    volatile uint32_t *word = find((ULONG_PTR)handle);
    uint32_t old = word ? *word : 0;

    while (word && is_same(old, token) &&
           !replace(word, &old, (old & GENERATION_MASK) + ONE_OBJECT))
        ;
}

void identity_still_open(HANDLE handle, uint32_t token)
{
    volatile uint32_t *word = find((ULONG_PTR)handle);
    uint32_t old = word ? *word : 0;

    while (word && is_same(old, token) && (old & CLOSING_MASK) &&
           !replace(word, &old, old - ONE_CLOSING))
        ;
}
