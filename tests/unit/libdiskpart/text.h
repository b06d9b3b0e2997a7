// SPDX-License-Identifier: MIT
//
// Compares what is said, and shows both when they differ.

#ifndef DISKPART_TEXT_H
#define DISKPART_TEXT_H

#include "test.h"

#define check_str(a, b)                                                        \
	do {                                                                   \
		const char *check_x = (a), *check_y = (b);                     \
		if (strcmp(check_x, check_y)) {                                \
			fprintf(stderr, "%s:%d: it is\n%s\nnot\n%s\n",         \
				__FILE__, __LINE__, check_x, check_y);         \
			exit(1);                                               \
		}                                                              \
	} while (0)

#endif
