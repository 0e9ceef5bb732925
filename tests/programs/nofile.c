/* SPDX-License-Identifier: LGPL-2.1-or-later */
#include "nofile.h"

#include <dirent.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

enum { MAX_FD = 65536 };

/* Whether the link `name` in /proc/PID leads to a path whose last part begins (`whole`: is)
 * `wanted`. */
static bool leads_to(const char *pid, const char *name, const char *wanted, bool whole)
{
    char path[64], target[512];
    const char *last;
    ssize_t length;

    snprintf(path, sizeof(path), "/proc/%.16s/%s", pid, name);
    length = readlink(path, target, sizeof(target) - 1);
    if (length <= 0)
        return false;
    target[length] = 0;
    last = strrchr(target, '/');
    last = last ? last + 1 : target;
    return whole ? !strcmp(last, wanted) : !strncmp(last, wanted, strlen(wanted));
}

/* The server's current directory is one named after the prefix's device and inode, below a place
 * that differs between distributions. */
pid_t wineserver_of(const char *prefix)
{
    struct dirent *entry;
    struct stat status;
    char name[64];
    pid_t found = 0;
    DIR *dir = opendir("/proc");

    if (!dir || stat(prefix, &status))
        return 0;
    snprintf(name, sizeof(name), "server-%lx-%lx", (unsigned long)status.st_dev,
             (unsigned long)status.st_ino);
    while (!found && (entry = readdir(dir)))
        if (leads_to(entry->d_name, "cwd", name, true) &&
            leads_to(entry->d_name, "exe", "wineserver", false))
            found = (pid_t)atoi(entry->d_name);
    closedir(dir);
    return found;
}

/* Whether the process was started with this variable, "NAME=VALUE". */
static bool has_variable(const char *pid, const char *variable)
{
    char path[64], *text = NULL;
    size_t room = 0;
    bool found = false;
    FILE *file;

    snprintf(path, sizeof(path), "/proc/%.16s/environ", pid);
    file = fopen(path, "r");
    while (file && !found && getdelim(&text, &room, 0, file) > 0)
        found = !strcmp(text, variable);
    free(text);
    if (file)
        fclose(file);
    return found;
}

/* Wine's loaders all have names that begin so, and so has its server. */
int signal_others(const char *prefix, pid_t but, int signal)
{
    struct dirent *entry;
    char variable[512];
    int count = 0;
    DIR *dir = opendir("/proc");

    snprintf(variable, sizeof(variable), "WINEPREFIX=%s", prefix);
    while (dir && (entry = readdir(dir))) {
        pid_t pid = (pid_t)atoi(entry->d_name);

        if (pid > 0 && pid != but && leads_to(entry->d_name, "exe", "wine", false) &&
            !leads_to(entry->d_name, "exe", "wineserver", false) &&
            has_variable(entry->d_name, variable))
            count += !kill(pid, signal);
    }
    if (dir)
        closedir(dir);
    return count;
}

/* Marks the descriptors a process has open. Returns their number. */
static int list_descriptors(pid_t pid, bool *open)
{
    char path[64];
    struct dirent *entry;
    int count = 0, fd;
    DIR *dir;

    snprintf(path, sizeof(path), "/proc/%d/fd", (int)pid);
    dir = opendir(path);
    if (!dir)
        return -1;
    while ((entry = readdir(dir))) {
        if (entry->d_name[0] == '.')
            continue;
        fd = atoi(entry->d_name);
        if (open && fd < MAX_FD)
            open[fd] = true;
        count++;
    }
    closedir(dir);
    return count;
}

int descriptors_of(pid_t pid)
{
    return list_descriptors(pid, NULL);
}

int settled_descriptors_of(pid_t pid)
{
    int before = -1, now = descriptors_of(pid), steady = 0;

    for (int i = 0; i < 100 && steady < 5; i++) {
        usleep(200000);
        before = now;
        now = descriptors_of(pid);
        steady = now == before ? steady + 1 : 0;
    }
    return now;
}

static bool set_soft(const struct limit *limit, rlim_t soft)
{
    struct rlimit value = {soft, limit->usual.rlim_max};

    return !prlimit(limit->pid, RLIMIT_NOFILE, &value, NULL);
}

bool limit_init(struct limit *limit, pid_t pid)
{
    limit->pid = pid;
    return !prlimit(pid, RLIMIT_NOFILE, NULL, &limit->usual);
}

/* The kernel gives out the lowest free number and refuses one at the limit or above. */
bool limit_leave(const struct limit *limit, int count)
{
    static bool open[MAX_FD];
    int fd = 0;

    memset(open, 0, sizeof(open));
    if (list_descriptors(limit->pid, open) < 0)
        return false;
    while (fd < MAX_FD && (open[fd] || count-- > 0))
        fd++;
    return set_soft(limit, (rlim_t)fd);
}

bool limit_restore(const struct limit *limit)
{
    return set_soft(limit, limit->usual.rlim_cur);
}

int queue_length(unsigned short port)
{
    unsigned int address, local, state, queued;
    char line[512];
    int found = -1;
    FILE *file = fopen("/proc/net/tcp", "r");

    while (file && fgets(line, sizeof(line), file))
        if (sscanf(line, " %*u: %x:%x %*x:%*x %x %*x:%x", &address, &local, &state, &queued) == 4 &&
            local == port && state == 0x0a)
            found = (int)queued;
    if (file)
        fclose(file);
    return found;
}
