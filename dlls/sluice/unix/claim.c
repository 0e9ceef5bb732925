/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Address reuse by Windows' table between all programs of ours on this machine.
 *
 * The kernel must let everything through that the table allows.  Two sockets with SO_REUSEPORT of one
 * user may share a port in every combination, listening or not, and a specific address goes before
 * the wildcard.  So each of our sockets gets that option, after its bind; it is set before a bind only
 * where a socket of ours has the port already, so that ports of other programs stay theirs, and that
 * the kernel never chooses one that is taken.
 *
 * The table needs the mode (default, SO_REUSEADDR, SO_EXCLUSIVEADDRUSE) of the sockets already there,
 * whatever process they are in.  It is kept where it lives as long as the socket and all can see it: in
 * two options of the descriptor which have no effect once it is bound, and which sock_diag shows. */
#include "claim.h"

#include <errno.h>
#include <fcntl.h>
#include <ifaddrs.h>
#include <linux/filter.h>
#include <net/if.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/file.h>
#include <time.h>
#include <unistd.h>

#include "calls.h"
#include "diag.h"
#include "sys.h"
#include "use.h"
#include "winabi.h"
#include "xlat/sockaddr.h"

#ifndef IP_RECVERR_RFC4884
#define IP_RECVERR_RFC4884 26 /* Linux 5.9 */
#endif
#ifndef SO_ATTACH_REUSEPORT_CBPF
#define SO_ATTACH_REUSEPORT_CBPF 51
#endif

/* The two options, and where struct inet_diag_sockopt shows them. */
static const struct {
    int name;
    unsigned mode_bit, shown;
} marks[] = {
    {IP_BIND_ADDRESS_NO_PORT, 1, 1u << 8},
    {IP_RECVERR_RFC4884, 2, 1u << 9},
};
#define MARKS (sizeof(marks) / sizeof(marks[0]))

/* What was done before the bind. */
enum { PREPARED_SHARING = 1, PREPARED_NO_REUSE = 2, PREPARED_MARK = 4 };

static const char lock_path[] = "/proc/self/ns/net";
enum { LOCK_TRIES = 500, LOCK_PAUSE_MS = 1 };

static int number(int fd, int level, int name)
{
    int value = 0;
    socklen_t length = sizeof(value);

    return sys.getsockopt(fd, level, name, &value, &length) ? 0 : value;
}

static void set_number(int fd, int level, int name, int value)
{
    sys.setsockopt(fd, level, name, &value, sizeof(value));
}

enum xlat_reuse_mode claim_mode_of(int fd)
{
    unsigned mode = 0;

    for (size_t i = 0; i < MARKS; i++)
        if (number(fd, IPPROTO_IP, marks[i].name))
            mode |= marks[i].mode_bit;
    return (enum xlat_reuse_mode)mode;
}

static void set_mark(int fd, unsigned mode)
{
    for (size_t i = 0; i < MARKS; i++)
        set_number(fd, IPPROTO_IP, marks[i].name, (mode & marks[i].mode_bit) != 0);
}

static enum xlat_reuse_mode mode_shown(uint32_t flags)
{
    unsigned mode = 0;

    for (size_t i = 0; i < MARKS; i++)
        if (flags & marks[i].shown)
            mode |= marks[i].mode_bit;
    return (enum xlat_reuse_mode)mode;
}

void claim_first_comes_first(int fd)
{
    struct sock_filter first = {BPF_RET | BPF_K, 0, 0, 0};
    struct sock_fprog program = {1, &first};

    /* Refused where the socket shares its address with none so far: the one that comes will ask. */
    sys.setsockopt(fd, SOL_SOCKET, SO_ATTACH_REUSEPORT_CBPF, &program, sizeof(program));
}

/* One claim at a time, in all programs that share these addresses.  The lock is the network namespace's
 * own file.  Returns a descriptor; -1 where there is no lock to be had in time: then two binds of the
 * same moment may both succeed, which is better than none. */
static int take_lock(void)
{
    const struct timespec pause = {.tv_nsec = LOCK_PAUSE_MS * 1000000L};
    int fd = sys.open(lock_path, O_RDONLY | O_CLOEXEC);

    for (int i = 0; fd >= 0 && i < LOCK_TRIES; i++) {
        if (!sys.flock(fd, LOCK_EX | LOCK_NB))
            return fd;
        if (errno != EWOULDBLOCK && errno != EINTR)
            break;
        nanosleep(&pause, NULL);
    }
    if (fd >= 0)
        sys.close(fd);
    return -1;
}

/* The look at those who have the port. */
struct survey {
    struct xlat_claim wanted;
    uint64_t own_cookie;
    uint32_t scope; /* of a link-local address that is wanted, 0: any */
    bool ours;      /* a socket of ours is there */
    int error;
};

/* The host binds datagram sockets meant for one interface's IPv4 address to the interface and the
 * wildcard; Windows knows them by the address. */
static void restore_address(const struct diag_socket *found, struct survey *survey,
                            struct xlat_claim *claim)
{
    struct ifaddrs *all;
    bool known = false;

    if (sys.getifaddrs(&all))
        return;
    for (struct ifaddrs *each = all; each; each = each->ifa_next) {
        const struct sockaddr_in *in = (const struct sockaddr_in *)each->ifa_addr;
        bool is_wanted;

        if (!in || in->sin_family != AF_INET || if_nametoindex(each->ifa_name) != found->device)
            continue;
        is_wanted = !survey->wanted.is_v6 &&
                    !memcmp(&in->sin_addr, survey->wanted.address, sizeof(in->sin_addr));
        if (!known || is_wanted)
            memcpy(claim->address, &in->sin_addr, sizeof(in->sin_addr));
        known = true;
    }
    sys.freeifaddrs(all);
}

static void look_at(void *context, const struct diag_socket *found)
{
    static const uint8_t wildcard[4];
    struct survey *survey = context;
    struct xlat_claim claim = {
        .mode = mode_shown(found->flags),
        .is_v6 = found->family == AF_INET6,
        .v6_only = found->v6_only,
        .user = found->user,
    };

    if (!claim.mode || found->cookie == survey->own_cookie)
        return;
    memcpy(claim.address, found->address, claim.is_v6 ? 16 : 4);
    if (found->device && !claim.is_v6 && !memcmp(claim.address, wildcard, sizeof(wildcard)))
        restore_address(found, survey, &claim);
    survey->ours = true;
    if (claim.is_v6 && found->device && survey->scope && found->device != survey->scope)
        return;
    if (!survey->error)
        survey->error = xlat_reuse_check(&claim, &survey->wanted);
}

/* Fills in what is wanted. Returns the port in network order. */
static uint16_t describe(const struct sockaddr_storage *address, int fd, int mode,
                         struct survey *survey)
{
    const struct sockaddr_in *v4 = (const struct sockaddr_in *)address;
    const struct sockaddr_in6 *v6 = (const struct sockaddr_in6 *)address;
    socklen_t length = sizeof(survey->own_cookie);

    memset(survey, 0, sizeof(*survey));
    survey->wanted.mode = (enum xlat_reuse_mode)mode;
    survey->wanted.user = getuid();
    sys.getsockopt(fd, SOL_SOCKET, SO_COOKIE, &survey->own_cookie, &length);
    if (address->ss_family == AF_INET) {
        memcpy(survey->wanted.address, &v4->sin_addr, sizeof(v4->sin_addr));
        return v4->sin_port;
    }
    survey->wanted.is_v6 = true;
    survey->wanted.v6_only = number(fd, IPPROTO_IPV6, IPV6_V6ONLY) != 0;
    survey->scope = v6->sin6_scope_id;
    memcpy(survey->wanted.address, &v6->sin6_addr, sizeof(v6->sin6_addr));
    return v6->sin6_port;
}

static bool is_bound(int fd)
{
    struct sockaddr_storage address = {0};
    socklen_t length = sizeof(address);

    /* the port is at the same place in both families */
    return !sys.getsockname(fd, (struct sockaddr *)&address, &length) &&
           ((struct sockaddr_in *)&address)->sin_port;
}

/* A port the kernel is to choose.  With SO_REUSEADDR it would give datagram sockets one that is taken. */
static int prepare_any_port(int fd, struct claim_address_params *params)
{
    if (number(fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_UDP && number(fd, SOL_SOCKET, SO_REUSEADDR)) {
        set_number(fd, SOL_SOCKET, SO_REUSEADDR, 0);
        params->prepared |= PREPARED_NO_REUSE;
    }
    params->prepared |= PREPARED_MARK;
    return 0;
}

static int prepare_port(int fd, struct claim_address_params *params, uint16_t port,
                        struct survey *survey)
{
    int protocol = number(fd, SOL_SOCKET, SO_PROTOCOL);
    uint32_t states =
        protocol == IPPROTO_TCP ? DIAG_LISTEN | DIAG_BOUND : DIAG_CLOSE | DIAG_ESTABLISHED;

    params->lock = take_lock();
    /* A kernel that cannot be asked: its own rules and the host's are all there is. */
    if (diag_list_all(protocol, port, states, look_at, survey))
        return 0;
    params->prepared |= PREPARED_MARK;
    if (survey->error || !survey->ours)
        return survey->error;
    set_number(fd, SOL_SOCKET, SO_REUSEPORT, 1);
    params->prepared |= PREPARED_SHARING;
    return 0;
}

static int prepare(struct claim_address_params *params, const struct sockaddr_storage *address)
{
    SOCKET_USE use = SOCKET_UNUSED;
    int error = socket_use(params->handle, &use);
    struct survey survey;
    uint16_t port;

    if (error || is_bound(use.fd)) /* the host says so itself */
        return error;
    port = describe(address, use.fd, params->mode, &survey);
    return port ? prepare_port(use.fd, params, port, &survey) : prepare_any_port(use.fd, params);
}

int unix_claim_address(struct claim_address_params *params)
{
    struct sockaddr_storage address;
    socklen_t length;
    int error = xlat_sockaddr_to_host(params->address, params->address_len, &address, &length);

    params->lock = -1;
    params->prepared = 0;
    if (!error)
        error = prepare(params, &address);
    if (error && params->lock >= 0) {
        sys.close(params->lock);
        params->lock = -1;
    }
    return error;
}

/* Leaves the mark of a bind that worked, and nothing of one that failed. */
static int settle(const struct claim_end_params *params)
{
    SOCKET_USE use = SOCKET_UNUSED;
    int error = socket_use(params->handle, &use);

    if (error)
        return error;
    if (params->prepared & PREPARED_NO_REUSE)
        set_number(use.fd, SOL_SOCKET, SO_REUSEADDR, 1);
    if (params->bound && (params->prepared & PREPARED_MARK)) {
        set_mark(use.fd, (unsigned)params->mode);
        set_number(use.fd, SOL_SOCKET, SO_REUSEPORT, 1);
        if (params->mode == CLAIM_SHARED && number(use.fd, SOL_SOCKET, SO_PROTOCOL) == IPPROTO_UDP)
            claim_first_comes_first(use.fd);
    } else if (params->prepared & PREPARED_SHARING) {
        set_number(use.fd, SOL_SOCKET, SO_REUSEPORT, 0);
    }
    return 0;
}

int unix_claim_end(struct claim_end_params *params)
{
    int error = settle(params);

    if (params->lock >= 0)
        sys.close(params->lock);
    return error;
}
