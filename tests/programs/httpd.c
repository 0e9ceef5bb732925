/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * httpd: a small HTTP/1.1 server for one test, on a free port of 127.0.0.1 ("PORT n" on standard
 * output).
 *
 *     GET /blob     1 MiB of the pattern with seed 7, Content-Length, keep-alive, X-Sluice-Test:
 * yes GET /chunked  the same in chunks of growing size GET /close    the same up to the end of the
 * connection POST /sum     "LENGTH CHECKSUM" of the body other         404 and "nothing here"
 *
 * Runs until it is killed, at most five minutes.
 */
#include <arpa/inet.h>
#include <netinet/in.h>
#include <pthread.h>
#include <signal.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>
#include <sys/socket.h>
#include <unistd.h>

#include "pattern.h"

enum { SEED = 7, HEAD_MAX = 8192 };

static unsigned char blob[BLOB_SIZE];

struct request {
    char method[8], path[64];
    size_t body_size;
    unsigned char *body;
};

static bool send_all(int s, const void *bytes, size_t size)
{
    const char *at = bytes;

    while (size) {
        ssize_t n = send(s, at, size, MSG_NOSIGNAL);
        if (n <= 0)
            return false;
        at += n;
        size -= (size_t)n;
    }
    return true;
}

static bool recv_all(int s, unsigned char *bytes, size_t size)
{
    while (size) {
        ssize_t n = recv(s, bytes, size, 0);
        if (n <= 0)
            return false;
        bytes += n;
        size -= (size_t)n;
    }
    return true;
}

/* Reads byte by byte to the empty line: what follows is the body's. */
static bool read_head(int s, char *head)
{
    size_t length = 0;

    while (length < HEAD_MAX - 1) {
        if (recv(s, head + length, 1, 0) != 1)
            return false;
        head[++length] = 0;
        if (length >= 4 && !strcmp(head + length - 4, "\r\n\r\n"))
            return true;
    }
    return false;
}

static bool read_request(int s, struct request *request)
{
    char head[HEAD_MAX];
    const char *length;

    request->body = NULL;
    request->body_size = 0;
    if (!read_head(s, head) || sscanf(head, "%7s %63s", request->method, request->path) != 2)
        return false;
    length = strcasestr(head, "\r\nContent-Length:");
    if (length)
        request->body_size = strtoul(length + 17, NULL, 10);
    if (strcasestr(head, "\r\nExpect: 100-continue") &&
        !send_all(s, "HTTP/1.1 100 Continue\r\n\r\n", 25))
        return false;
    request->body = malloc(request->body_size + 1);
    return recv_all(s, request->body, request->body_size);
}

static bool answer(int s, int status, const char *headers, const void *body, size_t size)
{
    char head[512];
    int length = snprintf(head, sizeof(head),
                          "HTTP/1.1 %d %s\r\nContent-Type: application/octet-stream\r\n%s\r\n",
                          status, status == 200 ? "OK" : "Not Found", headers);

    return send_all(s, head, (size_t)length) && send_all(s, body, size);
}

static bool answer_sized(int s, int status, const void *body, size_t size)
{
    char headers[128];

    snprintf(headers, sizeof(headers), "Content-Length: %zu\r\nX-Sluice-Test: yes\r\n", size);
    return answer(s, status, headers, body, size);
}

static bool answer_chunked(int s)
{
    char line[32];

    if (!answer(s, 200, "Transfer-Encoding: chunked\r\n", "", 0))
        return false;
    for (size_t at = 0, size = 1; at < BLOB_SIZE; at += size, size = size * 3 + 1) {
        if (size > BLOB_SIZE - at)
            size = BLOB_SIZE - at;
        snprintf(line, sizeof(line), "%zx\r\n", size);
        if (!send_all(s, line, strlen(line)) || !send_all(s, blob + at, size) ||
            !send_all(s, "\r\n", 2))
            return false;
    }
    return send_all(s, "0\r\n\r\n", 5);
}

/* Returns false when the connection is to be closed. */
static bool serve(int s, const struct request *request)
{
    char text[64];

    if (!strcmp(request->method, "POST") && !strcmp(request->path, "/sum")) {
        snprintf(text, sizeof(text), "%zu %08x", request->body_size,
                 checksum(request->body, request->body_size));
        return answer_sized(s, 200, text, strlen(text));
    }
    if (!strcmp(request->path, "/blob"))
        return answer_sized(s, 200, blob, BLOB_SIZE);
    if (!strcmp(request->path, "/chunked"))
        return answer_chunked(s);
    if (!strcmp(request->path, "/close")) {
        answer(s, 200, "Connection: close\r\n", blob, BLOB_SIZE);
        return false;
    }
    return answer_sized(s, 404, "nothing here", 12);
}

static void *connection(void *argument)
{
    int s = (int)(intptr_t)argument;
    struct request request;
    bool more = true;

    while (more && (more = read_request(s, &request))) {
        more = serve(s, &request);
        free(request.body);
    }
    close(s);
    return NULL;
}

int main(void)
{
    struct sockaddr_in address = {.sin_family = AF_INET};
    socklen_t size = sizeof(address);
    int listener = socket(AF_INET, SOCK_STREAM, 0), s;
    pthread_t thread;

    alarm(300);
    pattern_fill(blob, BLOB_SIZE, SEED);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (bind(listener, (struct sockaddr *)&address, size) || listen(listener, 20) ||
        getsockname(listener, (struct sockaddr *)&address, &size))
        return 1;
    printf("PORT %d\n", ntohs(address.sin_port));
    fflush(stdout);
    while ((s = accept(listener, NULL, NULL)) >= 0)
        if (!pthread_create(&thread, NULL, connection, (void *)(intptr_t)s))
            pthread_detach(thread);
    return 1;
}
