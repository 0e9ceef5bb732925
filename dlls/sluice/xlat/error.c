/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* errno to WSA code. */
#include "xlat/error.h"

#include <errno.h>
#include <stddef.h>

#include "winabi.h"

#define COUNT(array) (sizeof(array) / sizeof((array)[0]))

/* Indexed by errno; 0 in a hole.  Not each of these comes from a socket call on its own: unix
 * sockets pass on what path look-up says, and security modules and packet filters answer what they
 * are told to. */
static const unsigned short general[] = {
    [EPERM] = WS_WSAEACCES, /* a packet filter refuses */
    [ENOENT] = WS_WSAENETDOWN,
    [EINTR] = WS_WSAEINTR,
    [EIO] = WS_WSAENETDOWN,
    [ENXIO] = WS_WSAENETDOWN,
    [EBADF] = WS_WSAENOTSOCK, /* WSAEBADF is for file handles: Winsock never answers it */
    [EAGAIN] = WS_WSAEWOULDBLOCK,
    [ENOMEM] = WS_WSAENOBUFS,
    [EACCES] = WS_WSAEACCES,
    [EFAULT] = WS_WSAEFAULT,
    [EBUSY] = WS_WSAENETDOWN,
    [EEXIST] = WS_WSAEADDRINUSE,
    [ENODEV] = WS_WSAEADDRNOTAVAIL, /* unknown sin6_scope_id or interface */
    [EINVAL] = WS_WSAEINVAL,
    [ENFILE] = WS_WSAEMFILE,
    [EMFILE] = WS_WSAEMFILE,
    [ENOTTY] = WS_WSAEOPNOTSUPP,
    [ENOSPC] = WS_WSAENOBUFS,
    [EROFS] = WS_WSAEACCES,
    [EPIPE] = WS_WSAECONNRESET, /* the peer is gone; XLAT_OP_SEND_SHUT for our own doing */
    [EDOM] = WS_WSAEINVAL,
    [ENAMETOOLONG] = WS_WSAENAMETOOLONG,
    [ENOSYS] = WS_WSAEOPNOTSUPP,
    [ENOTEMPTY] = WS_WSAENOTEMPTY,
    [ELOOP] = WS_WSAELOOP,
    [ENOSR] = WS_WSAENOBUFS,
    [EREMOTE] = WS_WSAEREMOTE,
    [EPROTO] = WS_WSAECONNABORTED,
    [EOVERFLOW] = WS_WSAEINVAL,
    [EUSERS] = WS_WSAEUSERS,
    [ENOTSOCK] = WS_WSAENOTSOCK,
    [EDESTADDRREQ] = WS_WSAENOTCONN, /* sendto's page: no address and not connected */
    [EMSGSIZE] = WS_WSAEMSGSIZE,
    [EPROTOTYPE] = WS_WSAEPROTOTYPE,
    [ENOPROTOOPT] = WS_WSAENOPROTOOPT,
    [EPROTONOSUPPORT] = WS_WSAEPROTONOSUPPORT,
    [ESOCKTNOSUPPORT] = WS_WSAESOCKTNOSUPPORT,
    [EOPNOTSUPP] = WS_WSAEOPNOTSUPP,
    [EPFNOSUPPORT] = WS_WSAEPFNOSUPPORT,
    [EAFNOSUPPORT] = WS_WSAEAFNOSUPPORT,
    [EADDRINUSE] = WS_WSAEADDRINUSE,
    [EADDRNOTAVAIL] = WS_WSAEADDRNOTAVAIL,
    [ENETDOWN] = WS_WSAENETDOWN,
    [ENETUNREACH] = WS_WSAENETUNREACH,
    [ENETRESET] = WS_WSAENETRESET,
    [ECONNABORTED] = WS_WSAECONNABORTED,
    [ECONNRESET] = WS_WSAECONNRESET,
    [ENOBUFS] = WS_WSAENOBUFS,
    [EISCONN] = WS_WSAEISCONN,
    [ENOTCONN] = WS_WSAENOTCONN,
    [ESHUTDOWN] = WS_WSAESHUTDOWN,
    [ETOOMANYREFS] = WS_WSAETOOMANYREFS,
    [ETIMEDOUT] = WS_WSAETIMEDOUT,
    [ECONNREFUSED] = WS_WSAECONNREFUSED,
    [EHOSTDOWN] = WS_WSAEHOSTDOWN,
    [EHOSTUNREACH] = WS_WSAEHOSTUNREACH,
    [EALREADY] = WS_WSAEALREADY,
    [EINPROGRESS] = WS_WSAEWOULDBLOCK, /* connect's page */
    [ESTALE] = WS_WSAESTALE,
    [EDQUOT] = WS_WSAEDQUOT,
    [ECANCELED] = WS_WSA_OPERATION_ABORTED,
    [ENOKEY] = WS_WSAEACCES, /* IPsec */
    [ERFKILL] = WS_WSAENETDOWN,
};

_Static_assert(COUNT(general) == ERFKILL + 1, "the last row is the highest errno listed");
_Static_assert(EWOULDBLOCK == EAGAIN && ENOTSUP == EOPNOTSUPP, "one row serves both names");

/* Where one errno means different things. */
static const struct {
    enum xlat_operation op;
    int err;
    int error;
} special[] = {
    /* The socket page lists WSAESOCKTNOSUPPORT for a type nobody knows; Linux says EINVAL. */
    {XLAT_OP_SOCKET, EINVAL, WS_WSAESOCKTNOSUPPORT},
    /* Every local port is taken. */
    {XLAT_OP_CONNECT, EAGAIN, WS_WSAENOBUFS},
    /* accept's page: the peer gave up while it was waiting. */
    {XLAT_OP_ACCEPT, ECONNABORTED, WS_WSAECONNRESET},
    {XLAT_OP_ACCEPT, EPROTO, WS_WSAECONNRESET},
    {XLAT_OP_SEND_SHUT, EPIPE, WS_WSAESHUTDOWN},
    {XLAT_OP_SEND_SHUT, ECONNRESET, WS_WSAESHUTDOWN},
    /* No urgent data is there (yet). */
    {XLAT_OP_RECV_OOB, EINVAL, WS_WSAEWOULDBLOCK},
    /* recvfrom's page: an earlier send was answered by ICMP, "port unreachable" or "TTL expired".
     */
    {XLAT_OP_RECV_DATAGRAM, ECONNREFUSED, WS_WSAECONNRESET},
    {XLAT_OP_RECV_DATAGRAM, EHOSTUNREACH, WS_WSAENETRESET},
    {XLAT_OP_RECV_DATAGRAM, ENETUNREACH, WS_WSAENETRESET},
    /* The option is not one of this socket's type or protocol. */
    {XLAT_OP_OPTION, EOPNOTSUPP, WS_WSAENOPROTOOPT},
    {XLAT_OP_OPTION, EPROTONOSUPPORT, WS_WSAENOPROTOOPT},
};

int xlat_error_is_known(int err)
{
    return err == 0 || (err > 0 && (size_t)err < COUNT(general) && general[err]);
}

int xlat_error_from_errno(int err)
{
    if (err == 0)
        return 0;
    return xlat_error_is_known(err) ? general[err] : WS_WSAENETDOWN;
}

int xlat_error_in(enum xlat_operation op, int err)
{
    for (size_t i = 0; i < COUNT(special); i++)
        if (special[i].op == op && special[i].err == err)
            return special[i].error;
    return xlat_error_from_errno(err);
}
