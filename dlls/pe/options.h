/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* The options of options.def: a variable SLUICE_NAME, else the program's section of sluice.conf in
 * the prefix, else its section [*], else the default.  ws2_32.dll reads them once, as it is loaded,
 * and hands them to sluice.dll. */
#ifndef SLUICE_PE_OPTIONS_H
#define SLUICE_PE_OPTIONS_H

#include <stdbool.h>
#include <windows.h>

enum option {
#define OPTION(name, kind, value, text) OPTION_##name,
#include "pe/options.def"
#undef OPTION
    OPTION_COUNT
};

/* What is in force: UTF-8, never NULL. They live as long as the library that read them. */
struct options {
    const char *value[OPTION_COUNT];
};

/* Reads them, and says in the log what is wrong with sluice.conf or a variable.  For DllMain too:
 * it loads no library and waits for none. */
const struct options *options_load(void);

/* Takes those another library has read, where none were loaded. */
void options_adopt(const struct options *options);

/* All of them. */
const struct options *options_in_force(void);

/* The value; loaded at the first question where nobody did. */
const char *option_text(enum option option);

/* A SWITCH. */
bool option_on(enum option option);

/* A NUMBER. */
int option_number(enum option option);

/* Whether the LIST has the word, in whatever case. */
bool option_has(enum option option, const char *word);

/* One line of the log (SLUICE_LOG) for each word of a list of functions that `known` does not. */
void option_say_unknown(enum option option, bool (*known)(const char *word));

/* The name behind the last slash of the program's path, in UTF-8; "" where it does not fit. */
void options_program(char *name, size_t size);

/* Opens the file a TEXT names, a Unix path or a Windows one, to write: CREATE_ALWAYS, or
 * OPEN_ALWAYS to add. INVALID_HANDLE_VALUE where that fails. */
HANDLE option_open(const char *path, DWORD disposition);

#endif
