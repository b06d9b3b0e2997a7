// SPDX-License-Identifier: MIT
//
// What the files of libterm share.

#ifndef TERM_PRIV_H
#define TERM_PRIV_H

#include "term.h"

// Adds a text; without memory is_failed is set.
void term_bytes_add(struct term_bytes *b, const char *text);

#endif
