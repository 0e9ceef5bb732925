/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* A resolver and a machine made up by the test: what the name calls ask of the system is answered
 * from these variables, so that each answer and each failure can be put in. */
#ifndef SLUICE_TESTS_NAMES_FAKE_H
#define SLUICE_TESTS_NAMES_FAKE_H

#include <netdb.h>
#include <stdbool.h>

#include "name_entry.h"
#include "unix/sys.h"

/* The machine. */
extern const char *host_name; /* NULL: gethostname fails */
extern const char *const
    *interfaces; /* addresses as text, NULL-ended; "-" before one: its interface is down;
                  * "none": no address; NULL: getifaddrs fails */
extern const char *source_4; /* where the default route leaves from; NULL: there is none */
extern const char *const names_fake_lone[],
    *const names_fake_ordinary[]; /* two lists of interfaces */

/* The resolver. */
extern const char *const *answers; /* addresses as text, NULL-ended */
extern const char *canonical;
extern int resolver_error; /* EAI_* or h_errno; 0: answers */
extern int asked;          /* calls so far */
extern struct addrinfo asked_hints;

/* Fixture: puts the fakes in, a machine named box.example on an ordinary network; takes them out
 * and checks that every list was given back. */
void names_fake_setup(void);
void names_fake_teardown(void);

/* An address from its text. */
struct name_address names_fake_address(const char *text);

#endif
