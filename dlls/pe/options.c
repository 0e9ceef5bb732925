/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* See options.h. */
#include <stdio.h>
#include <stdlib.h>

#include "pe/options.h"

#include "pe/log.h"
#include "xlat/conf.h"

/* No sluice.conf is longer. */
#define FILE_MAX 65536

/* A path in UTF-8 or UTF-16, with its zero. */
#define PATH_ROOM 1024

enum kind { KIND_SWITCH, KIND_NUMBER, KIND_TEXT, KIND_LIST };
enum rank { RANK_DEFAULT, RANK_ALL, RANK_PROGRAM, RANK_VARIABLE };

static const struct {
    const char *name;
    enum kind kind;
    const char *value;
} table[OPTION_COUNT] = {
#define OPTION(name, kind, value, text) {#name, KIND_##kind, value},
#include "pe/options.def"
#undef OPTION
};

static struct options loaded;
static enum rank ranks[OPTION_COUNT];
static const struct options *volatile in_force;

static const char *check_value(enum kind kind, const char *value)
{
    char *end;

    if (kind == KIND_SWITCH && strcmp(value, "0") != 0 && strcmp(value, "1") != 0)
        return "its value is neither 0 nor 1";
    if (kind == KIND_NUMBER &&
        (*value < '0' || *value > '9' || strtoul(value, &end, 10) > 65535 || *end))
        return "its value is not a number from 0 to 65535";
    return NULL;
}

static const char *set_value(unsigned option, const char *value, enum rank rank)
{
    const char *wrong = check_value(table[option].kind, value);
    char *copy;

    if (wrong || ranks[option] > rank)
        return wrong;
    copy = _strdup(value);
    if (!copy)
        return "there is no memory for it";
    loaded.value[option] = copy; /* what it replaces may be the default, and is little */
    ranks[option] = rank;
    return NULL;
}

static const char *set_by_name(void *context, const char *name, const char *value, bool of_program)
{
    (void)context;
    for (unsigned i = 0; i < OPTION_COUNT; i++)
        if (!_stricmp(table[i].name, name))
            return set_value(i, value, of_program ? RANK_PROGRAM : RANK_ALL);
    return "there is no such option";
}

static void complain(void *context, unsigned line, const char *what)
{
    log_line("%s:%u: %s; the line is ignored", (const char *)context, line, what);
}

/* Wine tells its processes where the prefix is, as "\??\unix/..." or "\??\Z:\...". */
static bool conf_path(WCHAR path[PATH_ROOM])
{
    static const WCHAR name[] = L"\\sluice.conf";
    DWORD length =
        GetEnvironmentVariableW(L"WINECONFIGDIR", path, PATH_ROOM - sizeof(name) / sizeof(*name));

    if (length < 4 || length >= PATH_ROOM - sizeof(name) / sizeof(*name))
        return false;
    if (path[1] == '?')
        path[1] = '\\'; /* the form CreateFile takes */
    wcscpy(path + length, name);
    return true;
}

static char *read_whole(HANDLE file, DWORD *length)
{
    char *text = malloc(FILE_MAX + 1);

    if (text && !ReadFile(file, text, FILE_MAX + 1, length, NULL)) {
        free(text);
        return NULL;
    }
    return text;
}

void options_program(char *name, size_t size)
{
    WCHAR path[PATH_ROOM];
    const WCHAR *slash;

    path[0] = 0;
    GetModuleFileNameW(NULL, path, PATH_ROOM);
    path[PATH_ROOM - 1] = 0;
    slash = wcsrchr(path, '\\');
    if (!WideCharToMultiByte(CP_UTF8, 0, slash ? slash + 1 : path, -1, name, (int)size, NULL, NULL))
        name[0] = '\0';
}

static void read_file(void)
{
    WCHAR path[PATH_ROOM];
    char program[PATH_ROOM], name[PATH_ROOM], *text;
    struct conf_sink sink = {name, set_by_name, complain};
    DWORD length = 0;
    HANDLE file;

    if (!conf_path(path))
        return;
    file = CreateFileW(path, GENERIC_READ, FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE,
                       NULL, OPEN_EXISTING, 0, NULL);
    if (file == INVALID_HANDLE_VALUE)
        return;
    if (!WideCharToMultiByte(CP_UTF8, 0, path + 4, -1, name, PATH_ROOM, NULL, NULL))
        strcpy(name, "sluice.conf");
    text = read_whole(file, &length);
    if (!text) {
        log_line("%s: could not be read (error %lu)", name, GetLastError());
    } else if (length > FILE_MAX) {
        log_line("%s: longer than %d bytes; it is ignored", name, FILE_MAX);
    } else {
        options_program(program, sizeof(program));
        conf_parse(text, length, program, &sink);
    }
    free(text);
    CloseHandle(file);
}

static void read_variable(unsigned option)
{
    WCHAR name[64], wide[PATH_ROOM];
    char value[PATH_ROOM * 3];
    const char *wrong = "its value is too long";
    DWORD length;

    _snwprintf(name, 64, L"SLUICE_%hs", table[option].name);
    length = GetEnvironmentVariableW(name, wide, PATH_ROOM);
    if (!length)
        return;
    if (length < PATH_ROOM &&
        WideCharToMultiByte(CP_UTF8, 0, wide, -1, value, sizeof(value), NULL, NULL))
        wrong = set_value(option, value, RANK_VARIABLE);
    if (wrong)
        log_line("SLUICE_%s: %s; it is ignored", table[option].name, wrong);
}

const struct options *options_load(void)
{
    DWORD error = GetLastError();

    for (unsigned i = 0; i < OPTION_COUNT; i++)
        loaded.value[i] = table[i].value;
    in_force = &loaded; /* for the log, while the rest is read */
    read_variable(OPTION_LOG);
    read_file();
    for (unsigned i = 0; i < OPTION_COUNT; i++)
        if (i != OPTION_LOG)
            read_variable(i);
    SetLastError(error);
    return &loaded;
}

void options_adopt(const struct options *options)
{
    if (in_force)
        return;
    for (unsigned i = 0; i < OPTION_COUNT; i++) {
        char *copy = _strdup(options->value[i]); /* who read them may be unloaded before we are */

        loaded.value[i] = copy ? copy : table[i].value;
    }
    InterlockedExchangePointer((void *volatile *)&in_force, &loaded);
}

const struct options *options_in_force(void)
{
    const struct options *options = in_force;

    return options ? options : options_load();
}

const char *option_text(enum option option)
{
    return options_in_force()->value[option];
}

bool option_on(enum option option)
{
    return option_text(option)[0] == '1';
}

int option_number(enum option option)
{
    return atoi(option_text(option));
}

/* The next word of a list, which *at is moved behind; NULL at its end. */
static const char *next_word(const char **at, size_t *length)
{
    static const char between[] = ", \t";
    const char *word = *at + strspn(*at, between);

    *length = strcspn(word, between);
    *at = word + *length;
    return *length ? word : NULL;
}

bool option_has(enum option option, const char *word)
{
    const char *at = option_text(option), *listed;
    size_t length;

    while ((listed = next_word(&at, &length)))
        if (length == strlen(word) && !_strnicmp(listed, word, length))
            return true;
    return false;
}

void option_say_unknown(enum option option, bool (*known)(const char *word))
{
    const char *at = option_text(option), *listed;
    char word[64];
    size_t length;

    while ((listed = next_word(&at, &length))) {
        lstrcpynA(word, listed, (int)(length < sizeof(word) ? length + 1 : sizeof(word)));
        if (!known(word))
            log_line("SLUICE_%s: no such function: %s", table[option].name, word);
    }
}

HANDLE option_open(const char *path, DWORD disposition)
{
    WCHAR wide[PATH_ROOM + 10];
    int head = path[0] == '/' ? 8 : 0; /* a path of the host's */

    wcscpy(wide, head ? L"\\\\?\\unix" : L"");
    if (!MultiByteToWideChar(CP_UTF8, 0, path, -1, wide + head, PATH_ROOM))
        return INVALID_HANDLE_VALUE;
    return CreateFileW(wide,
                       disposition == OPEN_ALWAYS ? FILE_APPEND_DATA | SYNCHRONIZE : GENERIC_WRITE,
                       FILE_SHARE_READ | FILE_SHARE_WRITE | FILE_SHARE_DELETE, NULL, disposition,
                       FILE_ATTRIBUTE_NORMAL, NULL);
}
