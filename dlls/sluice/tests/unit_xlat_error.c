/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* errno, resolver codes and h_errno to WSA codes. */
#ifndef _GNU_SOURCE
#define _GNU_SOURCE
#endif
#include <errno.h>
#include <limits.h>
#include <netdb.h>
#include <stdbool.h>

#include "unit_xlat.h"
#include "winabi.h"
#include "xlat/eai.h"
#include "xlat/error.h"

/* What the manual pages of the socket calls list, and what each means on Windows' pages. */
static const struct {
    int err, error;
} rows[] = {
    {0, 0},
    {EPERM, WS_WSAEACCES},
    {EINTR, WS_WSAEINTR},
    {EBADF, WS_WSAENOTSOCK},
    {EAGAIN, WS_WSAEWOULDBLOCK},
    {ENOMEM, WS_WSAENOBUFS},
    {EACCES, WS_WSAEACCES},
    {EFAULT, WS_WSAEFAULT},
    {ENODEV, WS_WSAEADDRNOTAVAIL},
    {EINVAL, WS_WSAEINVAL},
    {ENFILE, WS_WSAEMFILE},
    {EMFILE, WS_WSAEMFILE},
    {EPIPE, WS_WSAECONNRESET},
    {EDOM, WS_WSAEINVAL},
    {EPROTO, WS_WSAECONNABORTED},
    {ENOTSOCK, WS_WSAENOTSOCK},
    {EDESTADDRREQ, WS_WSAENOTCONN},
    {EMSGSIZE, WS_WSAEMSGSIZE},
    {EPROTOTYPE, WS_WSAEPROTOTYPE},
    {ENOPROTOOPT, WS_WSAENOPROTOOPT},
    {EPROTONOSUPPORT, WS_WSAEPROTONOSUPPORT},
    {ESOCKTNOSUPPORT, WS_WSAESOCKTNOSUPPORT},
    {EOPNOTSUPP, WS_WSAEOPNOTSUPP},
    {EPFNOSUPPORT, WS_WSAEPFNOSUPPORT},
    {EAFNOSUPPORT, WS_WSAEAFNOSUPPORT},
    {EADDRINUSE, WS_WSAEADDRINUSE},
    {EADDRNOTAVAIL, WS_WSAEADDRNOTAVAIL},
    {ENETDOWN, WS_WSAENETDOWN},
    {ENETUNREACH, WS_WSAENETUNREACH},
    {ENETRESET, WS_WSAENETRESET},
    {ECONNABORTED, WS_WSAECONNABORTED},
    {ECONNRESET, WS_WSAECONNRESET},
    {ENOBUFS, WS_WSAENOBUFS},
    {EISCONN, WS_WSAEISCONN},
    {ENOTCONN, WS_WSAENOTCONN},
    {ESHUTDOWN, WS_WSAESHUTDOWN},
    {ETOOMANYREFS, WS_WSAETOOMANYREFS},
    {ETIMEDOUT, WS_WSAETIMEDOUT},
    {ECONNREFUSED, WS_WSAECONNREFUSED},
    {EHOSTDOWN, WS_WSAEHOSTDOWN},
    {EHOSTUNREACH, WS_WSAEHOSTUNREACH},
    {EALREADY, WS_WSAEALREADY},
    {EINPROGRESS, WS_WSAEWOULDBLOCK},
    {ECANCELED, 995 /* WSA_OPERATION_ABORTED */},
};

START_TEST(general)
{
    ck_assert_int_eq(xlat_error_from_errno(rows[_i].err), rows[_i].error);
    ck_assert(xlat_error_is_known(rows[_i].err));
}
END_TEST

/* Holes of the table and numbers off both its ends. */
START_TEST(unknown)
{
    static const int unknown[] = {-1, INT_MIN, INT_MAX, 41, 58, 130, 133, 134, 4095};

    ck_assert(!xlat_error_is_known(unknown[_i]));
    ck_assert_int_eq(xlat_error_from_errno(unknown[_i]), WS_WSAENETDOWN);
    ck_assert_int_eq(xlat_error_in(XLAT_OP_SEND, unknown[_i]), WS_WSAENETDOWN);
}
END_TEST

static bool is_winsock(int error)
{
    return (error > 10000 && error < 10113) || error == WS_WSA_OPERATION_ABORTED;
}

/* No errno at all becomes success or a number outside Winsock's. */
START_TEST(every_errno)
{
    for (int err = 1; err < 4096; err++) {
        bool good = xlat_error_in(XLAT_OP_ANY, err) == xlat_error_from_errno(err);

        for (int op = 0; op < XLAT_OP_COUNT; op++)
            good &= is_winsock(xlat_error_in(op, err));
        if (!good)
            ck_abort_msg("errno %d", err);
    }
}
END_TEST

static const struct {
    enum xlat_operation op;
    int err, error;
} special[] = {
    {XLAT_OP_SOCKET, EINVAL, WS_WSAESOCKTNOSUPPORT},
    {XLAT_OP_SOCKET, EAFNOSUPPORT, WS_WSAEAFNOSUPPORT},
    {XLAT_OP_BIND, EACCES, WS_WSAEACCES},
    {XLAT_OP_BIND, EINVAL, WS_WSAEINVAL},
    {XLAT_OP_CONNECT, EAGAIN, WS_WSAENOBUFS},
    {XLAT_OP_CONNECT, EINPROGRESS, WS_WSAEWOULDBLOCK},
    {XLAT_OP_CONNECT, EACCES, WS_WSAEACCES},
    {XLAT_OP_ACCEPT, ECONNABORTED, WS_WSAECONNRESET},
    {XLAT_OP_ACCEPT, EPROTO, WS_WSAECONNRESET},
    {XLAT_OP_ACCEPT, EMFILE, WS_WSAEMFILE},
    {XLAT_OP_SEND, EPIPE, WS_WSAECONNRESET},
    {XLAT_OP_SEND, ENOTCONN, WS_WSAENOTCONN},
    {XLAT_OP_SEND, EAGAIN, WS_WSAEWOULDBLOCK},
    {XLAT_OP_SEND_SHUT, EPIPE, WS_WSAESHUTDOWN},
    {XLAT_OP_SEND_SHUT, ECONNRESET, WS_WSAESHUTDOWN},
    {XLAT_OP_RECV, ECONNRESET, WS_WSAECONNRESET},
    {XLAT_OP_RECV, EHOSTUNREACH, WS_WSAEHOSTUNREACH},
    {XLAT_OP_RECV_OOB, EINVAL, WS_WSAEWOULDBLOCK},
    {XLAT_OP_RECV_DATAGRAM, ECONNREFUSED, WS_WSAECONNRESET},
    {XLAT_OP_RECV_DATAGRAM, EHOSTUNREACH, WS_WSAENETRESET},
    {XLAT_OP_RECV_DATAGRAM, ENETUNREACH, WS_WSAENETRESET},
    {XLAT_OP_OPTION, EOPNOTSUPP, WS_WSAENOPROTOOPT},
    {XLAT_OP_OPTION, EPROTONOSUPPORT, WS_WSAENOPROTOOPT},
    {XLAT_OP_OPTION, ENOTCONN, WS_WSAENOTCONN},
    {XLAT_OP_OPTION, 0, 0},
};

START_TEST(during)
{
    ck_assert_int_eq(xlat_error_in(special[_i].op, special[_i].err), special[_i].error);
}
END_TEST

static const struct {
    int eai, error;
} eai_rows[] = {
    {0, 0},
    {EAI_AGAIN, 11002},
    {EAI_BADFLAGS, 10022},
    {EAI_FAIL, 11003},
    {EAI_FAMILY, 10047},
    {EAI_ADDRFAMILY, 10047},
    {EAI_MEMORY, 8},
    {EAI_NODATA, 11004},
    {EAI_NONAME, 11001},
    {EAI_SERVICE, 10109},
    {EAI_SOCKTYPE, 10044},
    {EAI_OVERFLOW, 10014},
    {EAI_CANCELED, 10111},
    {EAI_INTR, 10004},
    /* nobody's */
    {1, 11003},
    {-99, 11003},
    {INT_MIN, 11003},
};

START_TEST(resolver)
{
    ck_assert_int_eq(xlat_eai_from_host(eai_rows[_i].eai, ECONNREFUSED), eai_rows[_i].error);
}
END_TEST

START_TEST(resolver_system)
{
    ck_assert_int_eq(xlat_eai_from_host(EAI_SYSTEM, ENOMEM), WS_WSAENOBUFS);
    ck_assert_int_eq(xlat_eai_from_host(EAI_SYSTEM, EMFILE), WS_WSAEMFILE);
    ck_assert_int_eq(xlat_eai_from_host(EAI_SYSTEM, 0), WS_WSANO_RECOVERY);
}
END_TEST

START_TEST(h_errors)
{
    ck_assert_int_eq(xlat_herrno_from_host(NETDB_SUCCESS), 0);
    ck_assert_int_eq(xlat_herrno_from_host(HOST_NOT_FOUND), 11001);
    ck_assert_int_eq(xlat_herrno_from_host(TRY_AGAIN), 11002);
    ck_assert_int_eq(xlat_herrno_from_host(NO_RECOVERY), 11003);
    ck_assert_int_eq(xlat_herrno_from_host(NO_DATA), 11004);
    ck_assert_int_eq(xlat_herrno_from_host(NETDB_INTERNAL), 11003);
    ck_assert_int_eq(xlat_herrno_from_host(77), 11003);
}
END_TEST

TCase *error_case(void)
{
    TCase *tcase = tcase_create("error");

    tcase_add_loop_test(tcase, general, 0, COUNT(rows));
    tcase_add_loop_test(tcase, unknown, 0, 9);
    tcase_add_test(tcase, every_errno);
    tcase_add_loop_test(tcase, during, 0, COUNT(special));
    tcase_add_loop_test(tcase, resolver, 0, COUNT(eai_rows));
    tcase_add_test(tcase, resolver_system);
    tcase_add_test(tcase, h_errors);
    return tcase;
}
