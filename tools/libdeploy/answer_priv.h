// SPDX-License-Identifier: MIT
//
// The shape of the answer file's table of keys.

#ifndef ANSWER_PRIV_H
#define ANSWER_PRIV_H

#include "deploy.h"

#define ANSWER_MAX_KEYS 32

struct parser;

struct answer_key {
	const char *section, *name;
	int (*set)(struct parser *p, const struct answer_key *key,
		   const char *value, void *place);
	size_t offset;            // of the place in struct answer
	const char *const *words; // that the value may be, or NULL
	const char *wanted;       // the same in words, for messages
	bool required;
};

#endif
