/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The databases of the Wine prefix, %SystemRoot%\system32\drivers\etc.  A services or protocol file
 * that exists is the whole database, as on Windows; without one the host's answers. The hosts file
 * comes before the host. */
#include "spi/names.h"

#define FILE_MAX_SIZE (4u << 20)

char *names_read_file(const WCHAR *file, size_t *len)
{
    static const WCHAR folder[] = L"\\drivers\\etc\\";
    WCHAR path[MAX_PATH + 32];
    UINT at = GetSystemDirectoryW(path, MAX_PATH);
    DWORD size, read = 0;
    char *text = NULL;
    HANDLE handle;

    if (!at || at + wcslen(folder) + wcslen(file) >= MAX_PATH)
        return NULL;
    wcscpy(path + at, folder);
    wcscat(path, file);
    handle = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                         NULL, OPEN_EXISTING, 0, NULL);
    if (handle == INVALID_HANDLE_VALUE)
        return NULL;
    size = GetFileSize(handle, NULL);
    if (size && size <= FILE_MAX_SIZE)
        text = names_alloc(size);
    if (text && (!ReadFile(handle, text, size, &read, NULL) || !read)) {
        names_free(text);
        text = NULL;
    }
    CloseHandle(handle);
    *len = read;
    return text;
}

static bool parse_word(struct netdb_word word, struct name_address *address)
{
    WCHAR text[64];

    if (word.len >= sizeof(text) / sizeof(text[0]))
        return false;
    for (size_t i = 0; i < word.len; i++)
        text[i] = (unsigned char)word.at[i];
    text[word.len] = 0;
    return names_parse_address(text, address);
}

static void copy_word(struct netdb_word word, char name[NAME_NODE_ROOM])
{
    size_t len = word.len < NAME_NODE_ROOM ? word.len : NAME_NODE_ROOM - 1;

    memcpy(name, word.at, len);
    name[len] = '\0';
}

unsigned int names_hosts_by_name(const char *node, struct name_address *list, unsigned int max,
                                 char canonical[NAME_NODE_ROOM])
{
    unsigned int count = 0;
    struct netdb_host host;
    size_t len;
    char *text = names_read_file(L"hosts", &len);
    const char *at = text;

    while (text && count < max && netdb_next_host(&at, text + len, &host)) {
        if (!netdb_names_have(host.name, host.count, node) ||
            !parse_word(host.address, &list[count]))
            continue;
        if (!count)
            copy_word(host.name[0], canonical);
        count++;
    }
    names_free(text);
    return count;
}

bool names_hosts_by_address(const struct name_address *address, char name[NAME_NODE_ROOM])
{
    struct name_address listed;
    struct netdb_host host;
    bool found = false;
    size_t len;
    char *text = names_read_file(L"hosts", &len);
    const char *at = text;

    while (text && !found && netdb_next_host(&at, text + len, &host)) {
        found = parse_word(host.address, &listed) && listed.family == address->family &&
                !memcmp(listed.bytes, address->bytes, sizeof(listed.bytes));
        if (found)
            copy_word(host.name[0], name);
    }
    names_free(text);
    return found;
}

struct file_search {
    const WCHAR *file;
    bool (*find)(const char *text, size_t len, const struct netdb_query *query,
                 struct netdb_line *line);
    struct netdb_query query;
};

/* Sets *answered where the file exists: then the return value is the answer, found or not. */
static int search_file(const struct file_search *search, struct name_entry **entry, bool *answered)
{
    struct netdb_line line;
    size_t len, size = 0;
    char *text = names_read_file(search->file, &len);
    int error = WSANO_DATA;

    *answered = text != NULL;
    if (text && search->find(text, len, &search->query, &line)) {
        netdb_pack_line(&line, NULL, 0, &size);
        *entry = names_alloc(size);
        error = *entry ? 0 : WSA_NOT_ENOUGH_MEMORY;
        if (!error)
            netdb_pack_line(&line, *entry, size, &size);
    }
    names_free(text);
    return error;
}

static int call_service(void *context, struct name_entry *buffer, uint32_t *size)
{
    struct get_servent_params params = *(const struct get_servent_params *)context;
    int error;

    params.buffer = unix_pointer(buffer);
    params.size = *size;
    error = UNIX_CALL(get_servent, &params);
    *size = params.size;
    return error;
}

int WINAPI names_get_service(const char *name, int port, const char *protocol,
                             struct name_entry **entry)
{
    struct file_search search = {L"services", netdb_find_service, {name, port, protocol}};
    struct get_servent_params params = {
        .name = unix_pointer(name), .protocol = unix_pointer(protocol), .port = port};
    struct name_entry *found = NULL;
    bool answered;
    int error = search_file(&search, &found, &answered);

    if (!answered)
        error = names_entry_call(call_service, &params, &found);
    if (!error)
        *entry = found;
    return error;
}

static int call_protocol(void *context, struct name_entry *buffer, uint32_t *size)
{
    struct get_protoent_params params = *(const struct get_protoent_params *)context;
    int error;

    params.buffer = unix_pointer(buffer);
    params.size = *size;
    error = UNIX_CALL(get_protoent, &params);
    *size = params.size;
    return error;
}

int WINAPI names_get_protocol(const char *name, int number, struct name_entry **entry)
{
    struct file_search search = {L"protocol", netdb_find_protocol, {name, number, NULL}};
    struct get_protoent_params params = {.name = unix_pointer(name), .number = number};
    struct name_entry *found = NULL;
    bool answered;
    int error = search_file(&search, &found, &answered);

    if (!answered)
        error = names_entry_call(call_protocol, &params, &found);
    if (!error)
        *entry = found;
    return error;
}
