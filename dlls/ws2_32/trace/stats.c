/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Counters and histograms of calls, without a lock: any thread adds, the last one prints. */
#include <stdio.h>
#include <string.h>

#include "trace/trace.h"

#include "trace/text.h"

/* A histogram's steps: eight to each doubling, so that a place tells a time to an eighth. */
#define STEPS   8
#define LINEAR  16u /* ticks up to here have a place each */
#define BUCKETS (STEPS * 40)

struct counters {
    volatile LONG64 calls, errors, direct;
    volatile LONG bucket[BUCKETS];
};

/* Room for a row of the table. */
#define ROW_ROOM 128

static struct counters *counters; /* TRACE_COUNT of them */
static char *table;               /* room for all rows: as the process ends memory may not be had */
static char program[MAX_PATH * 3];
static double tick_us; /* length of a tick in microseconds */

bool stats_start(void)
{
    LARGE_INTEGER frequency;

    trace_program(program, sizeof(program));
    QueryPerformanceFrequency(&frequency);
    tick_us = 1e6 / (double)frequency.QuadPart;
    counters = VirtualAlloc(
        NULL, (sizeof(*counters) + ROW_ROOM) * TRACE_COUNT + sizeof(program) + ROW_ROOM * (size_t)2,
        MEM_COMMIT | MEM_RESERVE, PAGE_READWRITE);
    table = (char *)(counters + TRACE_COUNT);
    return counters;
}

/* Above LINEAR the four highest bits of the number say which. */
static unsigned bucket_of(ULONGLONG ticks)
{
    unsigned shift, bucket;

    if (ticks < LINEAR)
        return (unsigned)ticks;
    shift = 60 - (unsigned)__builtin_clzll(ticks); /* leaves four bits, the first of them set */
    bucket = (shift + 1) * STEPS + (unsigned)(ticks >> shift) - STEPS;
    return bucket < BUCKETS ? bucket : BUCKETS - 1;
}

/* The middle of a bucket, in ticks. */
static double bucket_middle(unsigned bucket)
{
    unsigned shift;

    if (bucket < LINEAR)
        return bucket;
    shift = bucket / STEPS - 1;
    return ((double)(bucket % STEPS + STEPS) + 0.5) * (double)(1ull << shift);
}

/* What pends has not failed. */
void stats_count(unsigned index, const struct traced *call, LONGLONG ticks, bool direct)
{
    struct counters *row = &counters[index];

    InterlockedIncrement64(&row->calls);
    if (call->failed && call->error != WSA_IO_PENDING)
        InterlockedIncrement64(&row->errors);
    if (direct)
        InterlockedIncrement64(&row->direct);
    InterlockedIncrement(&row->bucket[bucket_of(ticks < 0 ? 0 : (ULONGLONG)ticks)]);
}

/* The time that `part` of all calls took at most, in microseconds. */
static double quantile(const struct counters *row, double part)
{
    LONGLONG wanted = (LONGLONG)((double)row->calls * part + 0.9999), seen = 0;

    for (unsigned i = 0; i < BUCKETS; i++) {
        seen += row->bucket[i];
        if (seen >= wanted)
            return bucket_middle(i) * tick_us;
    }
    return bucket_middle(BUCKETS - 1) * tick_us;
}

/* "12.3" without the C library's floating point, which may not be asked as a process ends. */
static void add_tenths(struct text *text, double value)
{
    char number[32];
    LONGLONG tenths = (LONGLONG)(value * 10 + 0.5);

    _snprintf(number, sizeof(number), "%lld.%d", tenths / 10, (int)(tenths % 10));
    text_add(text, " %10s", number);
}

/* In one write, and while no other process does the same: Wine's way of adding to a file's end is
 * no single step. */
static void put(HANDLE file, DWORD length)
{
    OVERLAPPED far_away = {.OffsetHigh = MAXLONG};
    const bool is_locked = LockFileEx(file, LOCKFILE_EXCLUSIVE_LOCK, 0, 1, 0, &far_away);
    DWORD written;

    WriteFile(file, table, length, &written, NULL);
    if (is_locked)
        UnlockFileEx(file, 0, 1, 0, &far_away);
}

void stats_print(HANDLE file)
{
    struct text text = {table, table + (TRACE_COUNT + 2) * (size_t)ROW_ROOM + sizeof(program)};

    text_add(&text, "# sluice stats 1 program=%s pid=%lu\n%-32s %10s %10s %10s %10s %10s\n",
             program, GetCurrentProcessId(), "# function", "calls", "errors", "direct%", "p50_us",
             "p99_us");
    for (unsigned i = 0; i < TRACE_COUNT; i++) {
        const struct counters *row = &counters[i];

        if (!row->calls)
            continue;
        text_add(&text, "%-32s %10lld %10lld", trace_rows[i].name, row->calls, row->errors);
        add_tenths(&text, 100.0 * (double)row->direct / (double)row->calls);
        add_tenths(&text, quantile(row, 0.5));
        add_tenths(&text, quantile(row, 0.99));
        text_add(&text, "\n");
    }
    put(file, (DWORD)(text.at - table));
}
