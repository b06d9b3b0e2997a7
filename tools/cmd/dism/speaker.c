// SPDX-License-Identifier: MIT
//
// What is said before and after a verb's work, as each of the two commands says it.

#include <stdio.h>
#include <time.h>

#include "dism.h"

static const struct dism_speaker dism = {
	"dism",
	"Deployment Image Servicing and Management tool",
	"The operation completed successfully.",
	false,
};
static const struct dism_speaker *speaker = &dism;
static time_t begun;

void dism_speak_as(const struct dism_speaker *other)
{
	speaker = other;
}

const char *dism_name(void)
{
	return speaker->name;
}

void dism_begin(void)
{
	begun = time(NULL);
	printf("\n%s\n\n", speaker->title);
}

int dism_done(void)
{
	long seconds = (long)(time(NULL) - begun);

	puts(speaker->done);
	if (speaker->is_timed && seconds >= 60)
		printf("\nTotal elapsed time: %ld min %ld sec\n", seconds / 60,
		       seconds % 60);
	else if (speaker->is_timed)
		printf("\nTotal elapsed time: %ld sec\n", seconds);
	return CMD_OK;
}
