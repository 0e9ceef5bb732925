/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * http_wininet: WinINet against httpd.
 *
 *     http_wininet PORT blob|chunked|missing|sum|refused
 *
 * Exit status: 0 status and body are as they should be (refused: the error is), 1 not.
 */
#include <windows.h>
#include <wininet.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"

enum { SEED = 7, POST_SIZE = 300000 };

static HINTERNET connection;

static bool complain(const char *what, unsigned long value)
{
    printf("%s: %lu, last error %lu\n", what, value, GetLastError());
    return false;
}

static HINTERNET request(const char *verb, const char *path, void *body, DWORD size)
{
    const DWORD flags = INTERNET_FLAG_NO_CACHE_WRITE | INTERNET_FLAG_RELOAD | INTERNET_FLAG_NO_UI |
                        INTERNET_FLAG_KEEP_CONNECTION;
    HINTERNET handle = HttpOpenRequestA(connection, verb, path, NULL, NULL, NULL, flags, 0);

    return handle && HttpSendRequestA(handle, NULL, 0, body, size) ? handle : NULL;
}

static DWORD status_of(HINTERNET handle)
{
    DWORD status = 0, size = sizeof(status);

    HttpQueryInfoA(handle, HTTP_QUERY_STATUS_CODE | HTTP_QUERY_FLAG_NUMBER, &status, &size, NULL);
    return status;
}

/* Sends a request and reads all of the answer, which must be `size` bytes with this status. */
static bool fetch(const char *verb, const char *path, void *sent, DWORD sent_size, DWORD status,
                  unsigned char *body, size_t size)
{
    HINTERNET handle = request(verb, path, sent, sent_size);
    size_t got = 0;
    DWORD n = 0;

    if (!handle || status_of(handle) != status)
        return complain("status", handle ? status_of(handle) : 0);
    do {
        if (!InternetReadFile(handle, body + got, (DWORD)(size + 1 - got), &n))
            return complain("InternetReadFile after", (unsigned long)got);
        got += n;
    } while (n && got <= size);
    InternetCloseHandle(handle);
    return got == size || complain("size", (unsigned long)got);
}

static bool get_blob(const char *path)
{
    unsigned char *body = malloc(BLOB_SIZE + 1);

    if (!fetch("GET", path, NULL, 0, 200, body, BLOB_SIZE))
        return false;
    return pattern_mismatch(body, BLOB_SIZE, SEED) == BLOB_SIZE ||
           complain("first wrong byte", (unsigned long)pattern_mismatch(body, BLOB_SIZE, SEED));
}

static bool get_missing(void)
{
    unsigned char body[64];

    return fetch("GET", "/missing", NULL, 0, 404, body, 12) && !memcmp(body, "nothing here", 12);
}

static bool post_sum(void)
{
    unsigned char *body = malloc(POST_SIZE), got[64] = "";
    char expected[64];

    pattern_fill(body, POST_SIZE, SEED + 1);
    snprintf(expected, sizeof(expected), "%d %08x", POST_SIZE,
             (unsigned int)checksum(body, POST_SIZE));
    return fetch("POST", "/sum", body, POST_SIZE, 200, got, strlen(expected)) &&
           !memcmp(got, expected, strlen(expected));
}

static bool is_refused(void)
{
    if (request("GET", "/", NULL, 0))
        return complain("not refused", 0);
    return GetLastError() == ERROR_INTERNET_CANNOT_CONNECT || complain("wrong error", 0);
}

int main(int argc, char **argv)
{
    const char *what = argc == 3 ? argv[2] : "";
    HINTERNET session = InternetOpenA("sluice-test", INTERNET_OPEN_TYPE_DIRECT, NULL, NULL, 0);
    bool right = false;

    connection = InternetConnectA(session, "127.0.0.1", (INTERNET_PORT)atoi(argv[1]), NULL, NULL,
                                  INTERNET_SERVICE_HTTP, 0, 0);
    if (!connection)
        return complain("InternetConnect", 0), 1;
    if (!strcmp(what, "blob"))
        right = get_blob("/blob") && get_blob("/blob");
    else if (!strcmp(what, "chunked"))
        right = get_blob("/chunked");
    else if (!strcmp(what, "missing"))
        right = get_missing();
    else if (!strcmp(what, "sum"))
        right = post_sum();
    else if (!strcmp(what, "refused"))
        right = is_refused();
    InternetCloseHandle(connection);
    InternetCloseHandle(session);
    return !right;
}
