/* SPDX-License-Identifier: LGPL-2.1-or-later */
/* Which object a handle value stands for.  A value is used again as soon as it is free, so what is
 * kept under one must go with the object it was learnt of.  Here each value has one word: whether
 * anything may be kept under it, whether it is being closed right now, and a count of the objects
 * it has stood for.
 *
 * Nothing here takes a lock, asks the host or changes the last error, but for the first value of a
 * range, which takes memory.  Values with one of the two lowest bits set mean the handle without
 * them; nothing is kept under those. */
#ifndef SLUICE_SPI_IDENTITY_H
#define SLUICE_SPI_IDENTITY_H

#include <stdbool.h>
#include <stdint.h>

#include "spi/nt.h"

/* The value is a new object's, made or taken over by us. False: out of memory, nothing may be kept.
 */
bool identity_new(SOCKET s);

/* Asks whether something may be kept under the value, from where on its close is looked for.
 * Returns a token that names the object, or 0: it is being closed, or there is no memory.  Who
 * publishes something without a lock asks identity_is() afterwards, and withdraws it if that says
 * no. */
uint32_t identity_learn(SOCKET s);

/* Whether the value still stands for the object of the token, and is not being closed. */
bool identity_is(SOCKET s, uint32_t token);

/* Whether something may be kept under the value: for every close in the process. */
bool identity_known(HANDLE handle);

/* Whether the value is being closed: what is kept under it may be another object's by now. */
bool identity_is_closing(SOCKET s);

/* A close begins: identity_learn answers 0 until its end. Returns the token for that end. */
uint32_t identity_closing(HANDLE handle);

/* Whether no new object has been made known under the value since that close began. */
bool identity_is_same(HANDLE handle, uint32_t token);

/* The ends of a close: the object is gone, or its handle is still open.  Neither does anything
 * where the value has become a new object's. */
void identity_closed(HANDLE handle, uint32_t token);
void identity_still_open(HANDLE handle, uint32_t token);

#endif
