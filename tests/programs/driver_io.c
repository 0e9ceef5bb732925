/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Commands to driver.exe and its answers, through pipes. */
#include <poll.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "driver_io.h"

static struct {
    pid_t pid;
    FILE *in;
    int out;
} driver;

struct answer driver_last;

bool driver_read(struct answer *answer, int milliseconds)
{
    static char line[128];
    size_t length = 0;
    struct pollfd wait = {.fd = driver.out, .events = POLLIN};

    while (length < sizeof(line) - 1) {
        if (poll(&wait, 1, milliseconds) <= 0 || read(driver.out, line + length, 1) != 1)
            return false;
        if (line[length++] == '\n')
            break;
    }
    line[length] = 0;
    answer->more = -1;
    return sscanf(line, "%d %d %d", &answer->code, &answer->value, &answer->more) >= 2;
}

void driver_tell(const char *format, ...)
{
    va_list args;

    va_start(args, format);
    vfprintf(driver.in, format, args);
    va_end(args);
    fputc('\n', driver.in);
    fflush(driver.in);
}

struct answer driver_answer(void)
{
    struct answer answer = {-1, -1, -1};

    if (!driver_read(&answer, DRIVER_SECONDS * 1000))
        answer.code = -1;
    driver_last = answer;
    return answer;
}

bool driver_start(char **command)
{
    struct answer answer;
    int to[2], from[2];

    if (pipe(to) || pipe(from))
        return false;
    driver.pid = fork();
    if (!driver.pid) {
        dup2(to[0], 0);
        dup2(from[1], 1);
        for (int fd = 3; fd < 16; fd++)
            close(fd);
        execvp(command[0], command);
        _exit(127);
    }
    close(to[0]);
    close(from[1]);
    driver.in = fdopen(to[1], "w");
    driver.out = from[0];
    return driver_read(&answer, 60000) && !answer.code;
}

/* The process is the driver itself: its program is mapped in it. */
bool driver_is_mapped(void)
{
    char path[64], line[1024];
    bool found = false;
    FILE *maps;

    snprintf(path, sizeof(path), "/proc/%d/maps", (int)driver.pid);
    maps = fopen(path, "r");
    while (maps && fgets(line, sizeof(line), maps))
        found |= strstr(line, "/driver.exe") != NULL;
    if (maps)
        fclose(maps);
    return found;
}

bool driver_stop(void)
{
    int status = 0;

    driver_tell("quit");
    for (int i = 0; i < 100; i++) {
        if (waitpid(driver.pid, &status, WNOHANG) == driver.pid)
            return WIFEXITED(status) && WEXITSTATUS(status) == 0;
        usleep(100000);
    }
    kill(driver.pid, SIGKILL);
    return false;
}

void driver_kill(void)
{
    kill(driver.pid, SIGKILL);
}

pid_t driver_pid(void)
{
    return driver.pid;
}
