/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* NTSTATUS to WSA code and back. */
#include <stdbool.h>
#include <stdint.h>

#include "unit_xlat.h"
#include "winabi.h"
#include "xlat/status.h"

/* Status, the Winsock code, and what GetOverlappedResult reports; numbers, so that a wrong name
 * shows. */
static const struct {
    uint32_t status;
    int error;
    uint32_t win32;
} rows[] = {
    {0x00000000, 0, 0},
    {0x00000102, 10060, 1460},
    {0x00000103, 997, 996},
    {WS_STATUS_BUFFER_OVERFLOW, 10040, 234},
    {WS_STATUS_HANDLES_CLOSED, 995, 995},
    {WS_STATUS_DEVICE_BUSY, 10050, 170},
    {WS_STATUS_DATATYPE_MISALIGNMENT, 10014, 998},
    {0xc0000001, 10022, 31},
    {0xc0000002, 10045, 1},
    {WS_STATUS_INVALID_INFO_CLASS, 10022, 87},
    {WS_STATUS_INFO_LENGTH_MISMATCH, 10022, 24},
    {0xc0000005, 10014, 998},
    {WS_STATUS_PAGEFILE_QUOTA, 10055, 1454},
    {0xc0000008, 10038, 6},
    {0xc000000d, 10022, 87},
    {WS_STATUS_NO_SUCH_DEVICE, 10050, 433},
    {WS_STATUS_NO_SUCH_FILE, 10050, 2},
    {WS_STATUS_INVALID_DEVICE_REQUEST, 10038, 1},
    {0xc0000017, 10055, 8},
    {WS_STATUS_CONFLICTING_ADDRESSES, 10055, 487},
    {0xc0000022, 10013, 5},
    {0xc0000023, 10014, 122},
    {0xc0000024, 10038, 6},
    {WS_STATUS_OBJECT_NAME_NOT_FOUND, 10050, 2},
    {WS_STATUS_OBJECT_PATH_NOT_FOUND, 10050, 3},
    {0xc0000043, 10048, 32},
    {WS_STATUS_QUOTA_EXCEEDED, 10055, 1816},
    {WS_STATUS_TOO_MANY_PAGING_FILES, 10055, 8},
    {0xc000009a, 10055, 1450},
    {WS_STATUS_WORKING_SET_QUOTA, 10055, 1453},
    {0xc00000a3, 10035, 21},
    {0xc00000b0, 10058, 233},
    {0xc00000b5, 10060, 121},
    {0xc00000bb, 10045, 50},
    {WS_STATUS_REMOTE_NOT_LISTENING, 10061, 51},
    {WS_STATUS_BAD_NETWORK_PATH, 10051, 53},
    {WS_STATUS_NETWORK_BUSY, 10050, 54},
    {WS_STATUS_INVALID_NETWORK_RESPONSE, 10050, 58},
    {WS_STATUS_UNEXPECTED_NETWORK_ERROR, 10050, 59},
    {WS_STATUS_NETWORK_NAME_DELETED, 10054, 64},
    {WS_STATUS_BAD_DEVICE_TYPE, 10038, 66},
    {WS_STATUS_REQUEST_NOT_ACCEPTED, 10035, 71},
    {WS_STATUS_INVALID_PARAMETER_1, 10022, 87},
    {WS_STATUS_INVALID_PARAMETER_2, 10022, 87},
    {0xc000011f, 10024, 4},
    {0xc0000120, 995, 995},
    {WS_STATUS_FILE_CLOSED, 10038, 6},
    {WS_STATUS_COMMITMENT_LIMIT, 10055, 1455},
    {WS_STATUS_LOCAL_DISCONNECT, 10053, 64},
    {WS_STATUS_REMOTE_DISCONNECT, 10054, 64},
    {WS_STATUS_REMOTE_RESOURCES, 10055, 51},
    {WS_STATUS_LINK_FAILED, 10054, 59},
    {WS_STATUS_LINK_TIMEOUT, 10060, 59},
    {0xc0000140, 10057, 59},
    {WS_STATUS_INVALID_ADDRESS, 10049, 59},
    {WS_STATUS_INVALID_BUFFER_SIZE, 10040, 1784},
    {0xc0000207, 10049, 1214},
    {WS_STATUS_INVALID_ADDRESS_WILDCARD, 10049, 1214},
    {WS_STATUS_TOO_MANY_ADDRESSES, 10055, 68},
    {WS_STATUS_ADDRESS_ALREADY_EXISTS, 10048, 52},
    {WS_STATUS_CONNECTION_DISCONNECTED, 10054, 64},
    {0xc000020d, 10054, 64},
    {WS_STATUS_TRANSACTION_ABORTED, 10053, 59},
    {WS_STATUS_NOT_FOUND, 10022, 1168},
    {0xc0000236, 10061, 1225},
    {WS_STATUS_GRACEFUL_DISCONNECT, 10101, 1226},
    {WS_STATUS_ADDRESS_ALREADY_ASSOCIATED, 10022, 1227},
    {WS_STATUS_ADDRESS_NOT_ASSOCIATED, 10022, 1228},
    {WS_STATUS_CONNECTION_INVALID, 10057, 1229},
    {0xc000023b, 10056, 1230},
    {0xc000023c, 10051, 1231},
    {0xc000023d, 10065, 1232},
    {WS_STATUS_PROTOCOL_UNREACHABLE, 10051, 1233},
    {WS_STATUS_PORT_UNREACHABLE, 10054, 1234},
    {WS_STATUS_REQUEST_ABORTED, 10004, 1235},
    {0xc0000241, 10053, 1236},
    {WS_STATUS_CONNECTION_COUNT_LIMIT, 10055, 1238},
    {WS_STATUS_DATATYPE_MISALIGNMENT_ERROR, 10014, 998},
    {WS_STATUS_HOST_DOWN, 10064, 1256},
    /* the server's packed codes */
    {0xc0010000 | 10035, 10035, 10035},
    {0xc0010000 | 996, 996, 996},
    {0xc0070000 | 87, 87, 87},
    {0x80070000 | 5, 5, 5},
    /* failures nobody knows */
    {0xc0000fff, 10022, 317},
    {0x80000fff, 10022, 317},
    {0xffffffff, 10022, 317},
    /* successes that say something else to somebody else */
    {0x00000080, 0, 0},
    {0x000000c0, 0, 0},
    {0x40000000, 0, 0},
    {0x7fffffff, 0, 0},
};

/* Known to status.def but no socket gives them: the default serves. */
static const uint32_t left_out[] = {
    WS_STATUS_NO_MORE_FILES,
    WS_STATUS_NO_MORE_ENTRIES,
    WS_STATUS_INVALID_CID,
    WS_STATUS_END_OF_FILE,
    WS_STATUS_OBJECT_NAME_INVALID,
    WS_STATUS_OBJECT_NAME_COLLISION,
    WS_STATUS_PORT_DISCONNECTED,
    WS_STATUS_PIPE_BROKEN,
    WS_STATUS_DUPLICATE_NAME,
    WS_STATUS_DEVICE_DOES_NOT_EXIST,
    WS_STATUS_FILE_DELETED,
    WS_STATUS_ADDRESS_CLOSED,
    WS_STATUS_RETRY,
    WS_STATUS_DLL_NOT_FOUND,
};

static const struct {
    const char *name;
    uint32_t status;
} statuses[] = {
#define WS_CONST(name, value) {#name, value},
#include "winabi/status.def"
#undef WS_CONST
};

static const struct {
    const char *name;
    int error;
} errors[] = {
#define WS_CONST(name, value)       {#name, value},
#define WS_CONST_EXTRA(name, value) {#name, value},
#include "winabi/errors.def"
#undef WS_CONST
#undef WS_CONST_EXTRA
};

START_TEST(row)
{
    ck_assert_int_eq(xlat_error_from_status(rows[_i].status), rows[_i].error);
    ck_assert_uint_eq(xlat_overlapped_error(rows[_i].status), rows[_i].win32);
}
END_TEST

static bool has_row(uint32_t status)
{
    for (size_t i = 0; i < COUNT(rows); i++)
        if (rows[i].status == status)
            return true;
    return false;
}

static bool is_left_out(uint32_t status)
{
    for (size_t i = 0; i < COUNT(left_out); i++)
        if (left_out[i] == status)
            return true;
    return false;
}

/* Every failure in status.def is decided: a row above, or the default on purpose. */
START_TEST(no_holes)
{
    for (size_t i = 0; i < COUNT(statuses); i++) {
        uint32_t status = statuses[i].status;

        if (status < 0x80000000u)
            continue;
        ck_assert_msg(has_row(status) != is_left_out(status), "%s", statuses[i].name);
        ck_assert_msg(xlat_error_from_status(status) != 0, "%s", statuses[i].name);
        if (is_left_out(status))
            ck_assert_int_eq(xlat_error_from_status(status), WS_WSAEINVAL);
    }
}
END_TEST

/* A failure never looks like a success, nor the other way round. */
START_TEST(severity)
{
    for (uint64_t status = 0; status <= UINT32_MAX; status += 0xfff1) {
        uint32_t s = (uint32_t)status;
        bool packed = (s >> 16) == 0xc001 || (s >> 16) == 0xc007 || (s >> 16) == 0x8007;

        if (packed || s == WS_STATUS_PENDING || s == WS_STATUS_TIMEOUT)
            continue;
        if ((xlat_error_from_status(s) != 0) != (s >= 0x80000000u) ||
            (xlat_overlapped_error(s) != 0) != (s >= 0x80000000u))
            ck_abort_msg("%08x", s);
    }
}
END_TEST

/* Every code there is survives the way to a status and back. */
START_TEST(round_trip)
{
    for (size_t i = 0; i < COUNT(errors); i++) {
        uint32_t status = xlat_status_from_error(errors[i].error);

        ck_assert_msg(xlat_error_from_status(status) == errors[i].error, "%s: %08x", errors[i].name,
                      status);
    }
}
END_TEST

static const struct {
    int error;
    uint32_t status;
} back[] = {
    {0, 0},
    {997, 0x103},
    {995, 0xc0000120},
    {10004, WS_STATUS_REQUEST_ABORTED},
    {10013, 0xc0000022},
    {10014, 0xc0000005},
    {10022, 0xc000000d},
    {10024, 0xc000011f},
    {10035, 0xc00000a3},
    {10038, 0xc0000008},
    {10040, 0x80000005},
    {10045, 0xc00000bb},
    {10048, 0xc0000043},
    {10049, 0xc0000207},
    {10051, 0xc000023c},
    {10053, 0xc0000241},
    {10054, 0xc000020d},
    {10055, 0xc000009a},
    {10056, 0xc000023b},
    {10057, 0xc0000140},
    {10058, 0xc00000b0},
    {10060, 0xc00000b5},
    {10061, 0xc0000236},
    {10065, 0xc000023d},
    /* no status of their own */
    {10037, 0xc0010000 | 10037},
    {10042, 0xc0010000 | 10042},
    {11001, 0xc0010000 | 11001},
};

START_TEST(from_error)
{
    ck_assert_uint_eq(xlat_status_from_error(back[_i].error), back[_i].status);
}
END_TEST

TCase *status_case(void)
{
    TCase *tcase = tcase_create("status");

    tcase_add_loop_test(tcase, row, 0, COUNT(rows));
    tcase_add_test(tcase, no_holes);
    tcase_add_test(tcase, severity);
    tcase_add_test(tcase, round_trip);
    tcase_add_loop_test(tcase, from_error, 0, COUNT(back));
    return tcase;
}
