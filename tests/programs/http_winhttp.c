/* SPDX-License-Identifier: LGPL-2.1-or-later */
/*
 * http_winhttp: WinHTTP against httpd.
 *
 *     http_winhttp PORT blob|chunked|close|missing|sum|refused
 *
 * Exit status: 0 status, headers and body are as they should be (refused: the error is), 1 not.
 */
#include <windows.h>
#include <winhttp.h>

#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "pattern.h"

enum { SEED = 7, POST_SIZE = 300000 };

static HINTERNET session, connection;

static bool complain(const char *what, unsigned long value)
{
    printf("%s: %lu, last error %lu\n", what, value, GetLastError());
    return false;
}

static HINTERNET request(const wchar_t *verb, const wchar_t *path, void *body, DWORD size)
{
    HINTERNET handle = WinHttpOpenRequest(connection, verb, path, NULL, WINHTTP_NO_REFERER,
                                          WINHTTP_DEFAULT_ACCEPT_TYPES, 0);
    DWORD error;

    if (!handle)
        return NULL;
    if (WinHttpSendRequest(handle, WINHTTP_NO_ADDITIONAL_HEADERS, 0, body, size, size, 0) &&
        WinHttpReceiveResponse(handle, NULL))
        return handle;
    error = GetLastError(); /* closing resets it */
    WinHttpCloseHandle(handle);
    SetLastError(error);
    return NULL;
}

static DWORD status_of(HINTERNET handle)
{
    DWORD status = 0, size = sizeof(status);

    WinHttpQueryHeaders(handle, WINHTTP_QUERY_STATUS_CODE | WINHTTP_QUERY_FLAG_NUMBER,
                        WINHTTP_HEADER_NAME_BY_INDEX, &status, &size, WINHTTP_NO_HEADER_INDEX);
    return status;
}

/* Reads the whole body; returns its size, or one above `room` where it does not fit or fails. */
static size_t read_body(HINTERNET handle, unsigned char *body, size_t room)
{
    size_t size = 0;
    DWORD n = 0;

    do {
        if (size == room + 1 || !WinHttpReadData(handle, body + size, (DWORD)(room + 1 - size), &n))
            return room + 1;
        size += n;
    } while (n);
    return size;
}

static bool get_blob(const wchar_t *path, bool has_headers)
{
    HINTERNET handle = request(L"GET", path, NULL, 0);
    unsigned char *body = malloc(BLOB_SIZE + 1);
    wchar_t value[16] = L"";
    DWORD length = sizeof(value);
    size_t size;

    if (!handle || status_of(handle) != 200)
        return complain("status", handle ? status_of(handle) : 0);
    if (has_headers && (!WinHttpQueryHeaders(handle, WINHTTP_QUERY_CUSTOM, L"X-Sluice-Test", value,
                                             &length, WINHTTP_NO_HEADER_INDEX) ||
                        wcscmp(value, L"yes")))
        return complain("header", length);
    size = read_body(handle, body, BLOB_SIZE);
    if (size != BLOB_SIZE)
        return complain("size", (unsigned long)size);
    if (pattern_mismatch(body, size, SEED) != size)
        return complain("first wrong byte", (unsigned long)pattern_mismatch(body, size, SEED));
    return WinHttpCloseHandle(handle);
}

/* Twice, so that the second request may use the first one's connection. */
static bool get_blobs(const wchar_t *path, bool has_headers)
{
    return get_blob(path, has_headers) && get_blob(path, has_headers);
}

static bool get_missing(void)
{
    HINTERNET handle = request(L"GET", L"/missing", NULL, 0);
    unsigned char body[64];
    size_t size;

    if (!handle || status_of(handle) != 404)
        return complain("status", handle ? status_of(handle) : 0);
    size = read_body(handle, body, sizeof(body) - 1);
    return (size == 12 && !memcmp(body, "nothing here", 12)) ||
           complain("size", (unsigned long)size);
}

static bool post_sum(void)
{
    unsigned char *body = malloc(POST_SIZE), got[64] = "";
    char expected[64];
    HINTERNET handle;
    size_t size;

    pattern_fill(body, POST_SIZE, SEED + 1);
    snprintf(expected, sizeof(expected), "%d %08x", POST_SIZE,
             (unsigned int)checksum(body, POST_SIZE));
    handle = request(L"POST", L"/sum", body, POST_SIZE);
    if (!handle || status_of(handle) != 200)
        return complain("status", handle ? status_of(handle) : 0);
    size = read_body(handle, got, sizeof(got) - 2);
    return (size == strlen(expected) && !memcmp(got, expected, size)) ||
           complain("answer's size", (unsigned long)size);
}

static bool is_refused(void)
{
    if (request(L"GET", L"/", NULL, 0))
        return complain("not refused", 0);
    return GetLastError() == ERROR_WINHTTP_CANNOT_CONNECT || complain("wrong error", 0);
}

int main(int argc, char **argv)
{
    const char *what = argc == 3 ? argv[2] : "";
    bool right = false;

    session = WinHttpOpen(L"sluice-test", WINHTTP_ACCESS_TYPE_NO_PROXY, WINHTTP_NO_PROXY_NAME,
                          WINHTTP_NO_PROXY_BYPASS, 0);
    connection = WinHttpConnect(session, L"127.0.0.1", (INTERNET_PORT)atoi(argv[1]), 0);
    if (!connection)
        return complain("WinHttpConnect", 0), 1;
    if (!strcmp(what, "blob"))
        right = get_blobs(L"/blob", true);
    else if (!strcmp(what, "chunked"))
        right = get_blobs(L"/chunked", false);
    else if (!strcmp(what, "close"))
        right = get_blobs(L"/close", false);
    else if (!strcmp(what, "missing"))
        right = get_missing();
    else if (!strcmp(what, "sum"))
        right = post_sum();
    else if (!strcmp(what, "refused"))
        right = is_refused();
    WinHttpCloseHandle(connection);
    WinHttpCloseHandle(session);
    return !right;
}
