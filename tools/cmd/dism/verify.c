// SPDX-License-Identifier: MIT
//
// dism /Verify-Image: all that a WIM file holds, read and compared with its hashes.

#include <stdio.h>

#include "dism.h"

enum { PROGRESS = DISM_IMAGE_SWITCH_COUNT, NONE };

int dism_verify_image(int argc, char **argv)
{
	struct cmd_switch s[] = {
		DISM_IMAGE_SWITCHES,
		[PROGRESS] = {"Progress", true, NULL},
		[NONE] = {NULL, false, NULL},
	};
	struct cmd_progress progress;
	struct dism_image image;
	struct err err = {0};
	int r = dism_read_switches(argc, argv, s, &s[PROGRESS], &progress);

	if (!r)
		r = dism_open(s, false, &image);
	if (r)
		return r;
	dism_begin();
	puts("Verifying image");
	fflush(stdout);
	r = wim_verify(image.wim, &progress.progress, &err);
	cmd_progress_end(&progress);
	r = r ? dism_fail(image.path, &err) : dism_done();
	dism_close(&image);
	return r;
}
