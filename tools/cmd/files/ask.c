// SPDX-License-Identifier: MIT
//
// Questions to a person.

#include <ctype.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "transfer.h"

static bool can_answer(bool pipe)
{
	struct stat st;

	return isatty(STDIN_FILENO) ||
	       (pipe && !fstat(STDIN_FILENO, &st) && S_ISFIFO(st.st_mode));
}

char ask_letter(const char *question, const char *letters, bool pipe)
{
	char line[256];

	if (!can_answer(pipe))
		return 0;
	for (;;) {
		char letter;

		fputs(question, stdout);
		fflush(stdout);
		if (!fgets(line, sizeof(line), stdin))
			return 0;
		letter =
			(char)toupper((unsigned char)line[strspn(line, " \t")]);
		if (letter && strchr(letters, letter))
			return letter;
	}
}
