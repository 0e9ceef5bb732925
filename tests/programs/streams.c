/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * streams: what a program sees of the way it was started.
 *
 *     streams copy        standard input to standard output, byte for byte
 *     streams both        "out" to standard output, "err" to standard error
 *     streams cwd         the current directory, as Windows path
 *     streams args ...    each further argument on a line, in brackets
 *     streams exit N      ends with exit code N
 *     streams wait        says "ready" and waits a minute, with a listening socket
 */
#include <winsock2.h>

#include <fcntl.h>
#include <io.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static int copy(void)
{
    char bytes[4096];
    int n;

    while ((n = _read(0, bytes, sizeof(bytes))) > 0)
        if (_write(1, bytes, n) != n)
            return 1;
    return n < 0;
}

static int wait_listening(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    SOCKET s = socket(AF_INET, SOCK_STREAM, 0);

    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(s, (struct sockaddr *)&address, sizeof(address)) || listen(s, 5))
        return 1;
    puts("ready");
    fflush(stdout);
    accept(s, NULL, NULL); /* nobody connects: the signal must end a process that waits here */
    Sleep(60000);
    return 1;
}

int main(int argc, char **argv)
{
    const char *what = argc > 1 ? argv[1] : "";
    char path[MAX_PATH];
    WSADATA data;

    if (WSAStartup(MAKEWORD(2, 2), &data))
        return 1;
    _setmode(0, _O_BINARY);
    _setmode(1, _O_BINARY);
    if (!strcmp(what, "copy"))
        return copy();
    if (!strcmp(what, "both"))
        return fputs("out\n", stdout) < 0 || fputs("err\n", stderr) < 0;
    if (!strcmp(what, "cwd"))
        return !GetCurrentDirectoryA(sizeof(path), path) || puts(path) < 0;
    if (!strcmp(what, "exit"))
        return atoi(argv[2]);
    if (!strcmp(what, "wait"))
        return wait_listening();
    for (int i = 2; i < argc; i++)
        printf("[%s]\n", argv[i]);
    return 0;
}
