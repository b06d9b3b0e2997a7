// SPDX-License-Identifier: MIT
//
// What is said before and after a verb's work, as each of the two commands says it.

#include <stdio.h>
#include <time.h>

#include "dism.h"

static const struct dism_speaker dism = {
	.name = "dism",
	.title = "Deployment Image Servicing and Management tool",
	.done = "The operation completed successfully.",
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

const char *dism_progress_word(void)
{
	return speaker->progress;
}

void dism_say(const char *what)
{
	if (speaker->progress)
		return;
	puts(what);
	fflush(stdout);
}

// As many lines as theirs, so that who skips them skips ours. The version is our own,
// and says so.
void dism_begin(void)
{
	begun = time(NULL);
	printf("\n%s\n", speaker->title);
	if (speaker->note)
		printf("%s\n", speaker->note);
	printf("Version: %s (Slipway)\n\n", cmd_version);
	if (speaker->note)
		putchar('\n');
	fflush(stdout);
}

int dism_done(void)
{
	long seconds = (long)(time(NULL) - begun);

	if (speaker->progress)
		putchar('\n');
	puts(speaker->done);
	if (speaker->is_timed && seconds >= 60)
		printf("\nTotal elapsed time: %ld min %ld sec\n", seconds / 60,
		       seconds % 60);
	else if (speaker->is_timed)
		printf("\nTotal elapsed time: %ld sec\n", seconds);
	return CMD_OK;
}
