/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * listener: what Linux itself says of a process that listens on a TCP port.
 *
 *     listener [-s] PID PORT
 *
 * Prints which Winsock files are mapped in process PID (from /proc/PID/maps), the listening socket
 * on PORT with its real backlog (asked of the kernel by NETLINK_SOCK_DIAG, as `ss -lt` does) and
 * which processes hold it.  Exit status: 0 the socket listens and ws2_32.dll is mapped (with -s:
 * the three files of Sluice are), 1 not, 2 wrong usage.
 */
#include <arpa/inet.h>
#include <ctype.h>
#include <dirent.h>
#include <errno.h>
#include <limits.h>
#include <linux/inet_diag.h>
#include <linux/netlink.h>
#include <linux/sock_diag.h>
#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

enum { STATE_LISTEN = 10 }; /* TCP_LISTEN of the kernel's enum, as in /proc/net/tcp */

/* `needed` says when a file that is not mapped is a failure. */
enum need { ALWAYS, FOR_SLUICE };

struct file {
    const char *name;
    enum need needed;
    char path[PATH_MAX]; /* empty while not found */
};

static struct file files[] = {
    {"ws2_32.dll", ALWAYS, ""}, {"sluice.dll", FOR_SLUICE, ""}, {"sluice.so", FOR_SLUICE, ""}};

#define FILE_COUNT (sizeof(files) / sizeof(*files))

/* Fills in the paths of `files`.  Returns 0, or -1 when the process cannot be read. */
static int read_maps(const char *pid)
{
    char name[64], line[PATH_MAX + 256];
    FILE *maps;
    size_t i;

    snprintf(name, sizeof(name), "/proc/%s/maps", pid);
    if (!(maps = fopen(name, "r"))) {
        fprintf(stderr, "listener: %s: %s\n", name, strerror(errno));
        return -1;
    }
    while (fgets(line, sizeof(line), maps)) {
        char *path = strchr(line, '/'), *base;
        if (!path)
            continue;
        path[strcspn(path, "\n")] = 0;
        base = strrchr(path, '/') + 1;
        for (i = 0; i < FILE_COUNT; i++)
            if (!strcasecmp(base, files[i].name)) /* Windows does not mind the case */
                snprintf(files[i].path, sizeof(files[i].path), "%s", path);
    }
    fclose(maps);
    return 0;
}

/* Prints what is mapped.  Returns 0 when nothing needed is missing. */
static int show_maps(const char *pid, int sluice)
{
    int missing = 0;
    size_t i;

    printf("mapped in process %s, from /proc/%s/maps:\n", pid, pid);
    for (i = 0; i < FILE_COUNT; i++) {
        int found = files[i].path[0] != 0;
        printf("  %-11s %s\n", files[i].name, found ? files[i].path : "not mapped");
        missing |= !found && (files[i].needed == ALWAYS || sluice);
    }
    return missing;
}

/* Prints every process of which we may see that it has the socket with this inode open. */
static void show_holders(unsigned inode)
{
    char wanted[64], path[PATH_MAX], target[64], name[64];
    struct dirent *process, *fd;
    DIR *proc = opendir("/proc"), *fds;

    snprintf(wanted, sizeof(wanted), "socket:[%u]", inode);
    while (proc && (process = readdir(proc))) {
        int count = 0;
        if (!isdigit((unsigned char)process->d_name[0]))
            continue;
        snprintf(path, sizeof(path), "/proc/%s/fd", process->d_name);
        if (!(fds = opendir(path)))
            continue;
        while ((fd = readdir(fds))) {
            ssize_t n = readlinkat(dirfd(fds), fd->d_name, target, sizeof(target) - 1);
            target[n < 0 ? 0 : n] = 0;
            count += !strcmp(target, wanted);
        }
        closedir(fds);
        if (count) {
            FILE *comm;
            snprintf(path, sizeof(path), "/proc/%s/comm", process->d_name);
            if ((comm = fopen(path, "r"))) {
                if (fgets(name, sizeof(name), comm))
                    printf("  held by     process %s (%.*s), descriptors: %d\n", process->d_name,
                           (int)strcspn(name, "\n"), name, count);
                fclose(comm);
            }
        }
    }
    if (proc)
        closedir(proc);
}

static void show_socket(const struct inet_diag_msg *m)
{
    char address[INET6_ADDRSTRLEN] = "?";

    inet_ntop(m->idiag_family, m->id.idiag_src, address, sizeof(address));
    printf("listening socket, from the kernel (NETLINK_SOCK_DIAG):\n");
    printf(m->idiag_family == AF_INET6 ? "  address     [%s]:%d\n" : "  address     %s:%d\n",
           address, ntohs(m->id.idiag_sport));
    /* Linux refuses only when the queue is longer than the backlog, so one more can wait. */
    printf("  backlog     %u: %u connections can wait, %u waiting now\n", m->idiag_wqueue,
           m->idiag_wqueue + 1, m->idiag_rqueue);
    printf("  inode       %u\n", m->idiag_inode);
    show_holders(m->idiag_inode);
}

/*
 * Walks one datagram of the answer.  Adds to *found the sockets on `port`.  Returns 1 when more is
 * to come, 0 at the end, -1 with errno after an error.
 */
static int walk_answer(const struct nlmsghdr *h, ssize_t size, unsigned short port, int *found)
{
    for (; NLMSG_OK(h, (size_t)size); h = NLMSG_NEXT(h, size)) {
        const struct inet_diag_msg *m = NLMSG_DATA(h);
        if (h->nlmsg_type == NLMSG_DONE)
            return 0;
        if (h->nlmsg_type == NLMSG_ERROR) {
            const struct nlmsgerr *e = NLMSG_DATA(h);
            errno = -e->error;
            return -1;
        }
        if (m->idiag_state != STATE_LISTEN || ntohs(m->id.idiag_sport) != port)
            continue;
        show_socket(m);
        ++*found;
    }
    return 1;
}

/* Asks for all listening TCP sockets of the family.  Returns how many are on the port, or -1. */
static int ask_kernel(unsigned char family, unsigned short port)
{
    struct {
        struct nlmsghdr header;
        struct inet_diag_req_v2 request;
    } question = {.header = {.nlmsg_len = sizeof(question),
                             .nlmsg_type = SOCK_DIAG_BY_FAMILY,
                             .nlmsg_flags = NLM_F_REQUEST | NLM_F_DUMP},
                  .request = {.sdiag_family = family,
                              .sdiag_protocol = IPPROTO_TCP,
                              .idiag_states = 1u << STATE_LISTEN}};
    union {
        struct nlmsghdr header;
        char bytes[32768];
    } answer;
    int s = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, NETLINK_SOCK_DIAG), found = 0, more = 1;

    if (s < 0 || send(s, &question, sizeof(question), 0) < 0)
        more = -1;
    while (more > 0) {
        ssize_t size = recv(s, &answer, sizeof(answer), 0);
        more = size < 0 ? -1 : walk_answer(&answer.header, size, port, &found);
    }
    if (more < 0)
        fprintf(stderr, "listener: the kernel cannot be asked: %s\n", strerror(errno));
    if (s >= 0)
        close(s);
    return more < 0 ? -1 : found;
}

int main(int argc, char **argv)
{
    int sluice = argc > 1 && !strcmp(argv[1], "-s"), port, v4, v6, missing;

    argv += sluice;
    argc -= sluice;
    port = argc == 3 ? atoi(argv[2]) : 0;
    if (port <= 0 || port > 65535 || atoi(argv[1]) <= 0) {
        fprintf(stderr, "usage: listener [-s] PID PORT\n");
        return 2;
    }
    if (read_maps(argv[1]))
        return 1;
    missing = show_maps(argv[1], sluice);
    v4 = ask_kernel(AF_INET, (unsigned short)port);
    v6 = ask_kernel(AF_INET6, (unsigned short)port);
    if (v4 >= 0 && v6 >= 0 && v4 + v6 == 0)
        printf("no TCP socket listens on port %d\n", port);
    return missing || v4 + v6 <= 0;
}
