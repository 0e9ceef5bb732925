/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The other end: the control connection.  What it obeys is in peer_commands.c. */
#include "peer_os.h"
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include "peer.h"

enum { LINE = 64 * 1024 };

static void serve(net_socket control)
{
    static char line[LINE], answer[LINE + 2];
    size_t used = 0;

    for (;;) {
        int n = (int)recv(control, line + used, sizeof(line) - 1 - used, 0);
        char *end;

        if (n <= 0)
            return;
        used += (size_t)n;
        line[used] = 0;
        while ((end = strchr(line, '\n')) != NULL) {
            int length;

            *end = 0;
            /* In one piece: a second small send would wait for the first's acknowledgement. */
            length = snprintf(answer, sizeof(answer), "%s\n", peer_obey(line));
            if (send(control, answer, (size_t)length, NO_SIGNAL) != length)
                return;
            used -= (size_t)(end + 1 - line);
            memmove(line, end + 1, used + 1);
        }
    }
}

/* The control port on 127.0.0.1; its number goes to the output. */
static net_socket open_control(FILE *output)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    net_length size = sizeof(address);
    net_socket s = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);

    if (s == NO_SOCKET || bind(s, (struct sockaddr *)&address, size) != 0 || listen(s, 16) != 0 ||
        (getsockname(s, (struct sockaddr *)&address, &size)) != 0)
        return NO_SOCKET;
    fprintf(output, "PORT %u\n", ntohs(address.sin_port));
    fflush(output);
    return s;
}

#ifdef _WIN32
int peer_main(const char *output)
{
    FILE *file = output ? fopen(output, "w") : stdout;
    net_socket listener, control;
    net_poll wait;
    WSADATA data;

    if (!file || WSAStartup(MAKEWORD(2, 2), &data) != 0)
        return 2;
    listener = open_control(file);
    wait = (net_poll){.fd = listener, .events = POLLIN};
    if (listener == NO_SOCKET || net_wait(&wait, 1, 60000) != 1)
        return 2;
    control = accept(listener, NULL, NULL);
    if (control == NO_SOCKET)
        return 2;
    closesocket(listener);
    serve(control);
    return 0;
}
#else
int peer_main(const char *output)
{
    FILE *file = output ? fopen(output, "w") : stdout;
    struct rlimit files;
    net_socket listener;

    if (!file)
        return 2;
    if (getrlimit(RLIMIT_NOFILE, &files) == 0) {
        files.rlim_cur = files.rlim_max;
        setrlimit(RLIMIT_NOFILE, &files);
    }
    signal(SIGCHLD, SIG_IGN);
    listener = open_control(file);
    if (listener == NO_SOCKET)
        return 2;
    for (;;) {
        net_socket control = accept(listener, NULL, NULL);

        if (control == NO_SOCKET)
            continue;
        if (fork() == 0) {
            close(listener);
            serve(control);
            _exit(0);
        }
        close(control);
    }
}

int main(int argc, char **argv)
{
    return peer_main(argc > 1 ? argv[1] : NULL);
}
#endif
